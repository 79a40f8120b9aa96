"""How courses are found by what somebody types or ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from nador.kernel.db import Words
from nador.kernel.text import clean, fold

if TYPE_CHECKING:
    from collections.abc import Iterable


_SHORT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RunGlance:
    """What the list of courses says of a run."""

    id: int
    starts_on: date
    seats_left: int
    waiting: int
    enrolling: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the list of courses says of one."""

    code: str
    title: Words
    summary: Words
    domain: str
    level: int
    hours: int
    mode: str
    languages: Sequence[str]
    fee: int
    needs_courses: bool
    text_folded: str
    runs: tuple[RunGlance, ...] = ()
    """Those that one can still join or wait for, the next one first."""

    @property
    def open_seats(self) -> int:
        """How many seats can be had now; a free seat with a queue before it is nobody's yet."""
        return sum(run.seats_left for run in self.runs if run.enrolling and not run.waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a reader asks of the list; an empty wish is met by every course."""

    terms: tuple[str, ...] = ()
    domains: frozenset[str] = frozenset()
    levels: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    free: bool = False
    open_seats: bool = False
    no_prerequisites: bool = False


def folded(texts: Iterable[str]) -> str:
    """Give the words of these texts in the form in which they are searched."""
    words = (fold(word) for text in texts for word in clean(text).split(" "))
    return " ".join(word for word in words if word)


def says(text_folded: str, terms: Iterable[str]) -> bool:
    """Whether a folded text holds every term.

    A term is found inside words too, because Arabic writes its article and prepositions there;
    one or two letters must begin a word, or "IA" would be found in "social".
    """
    return all(
        (f" {term}" in f" {text_folded}") if len(term) <= _SHORT else (term in text_folded)
        for term in terms
    )


def meets(listing: Listing, wish: Wish) -> bool:
    """Whether a course is what the reader asks for."""
    return (
        (not wish.domains or listing.domain in wish.domains)
        and (not wish.levels or listing.level in wish.levels)
        and (not wish.languages or bool(wish.languages & set(listing.languages)))
        and (not wish.modes or listing.mode in wish.modes)
        and not (wish.free and listing.fee)
        and not (wish.open_seats and not listing.open_seats)
        and not (wish.no_prerequisites and listing.needs_courses)
        and says(listing.text_folded, wish.terms)
    )


def would_leave(listings: Iterable[Listing], wish: Wish, **instead: Any) -> int:
    """Count the courses that would be left if this part of the wish were another."""
    other = replace(wish, **instead)
    return sum(meets(listing, other) for listing in listings)
