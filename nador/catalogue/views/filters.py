"""The filters beside the list of courses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nador.catalogue import labels
from nador.catalogue.rules import Domain, Listing, Mode, Wish, would_leave

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nador.kernel.i18n import Translator

Option = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Filter:
    """One group of ticks: each option with the number of courses that it would leave."""

    name: str
    legend: str
    options: Sequence[Option]
    chosen: Sequence[str]


def filters(listings: Sequence[Listing], wish: Wish, words: Translator) -> list[Filter]:
    """Offer the filters that make a difference in this catalogue."""
    domains = _by_frequency(
        [[listing.domain] for listing in listings], [each.value for each in Domain]
    )
    languages = _by_frequency([listing.languages for listing in listings], ["ar", "fr", "en"])
    modes = [mode for mode in Mode if any(listing.mode == mode for listing in listings)]
    levels = sorted({listing.level for listing in listings})

    def left(**instead: object) -> str:
        return words.number(would_leave(listings, wish, **instead))

    return [
        Filter(
            "domain",
            words.gettext("Field"),
            [(each, labels.domain(each, words), left(domains={each})) for each in domains],
            sorted(wish.domains),
        ),
        Filter(
            "level",
            words.gettext("Level"),
            [(str(each), labels.level(each, words), left(levels={each})) for each in levels],
            [str(each) for each in wish.levels],
        ),
        Filter(
            "language",
            words.gettext("Language of the course"),
            [(each, labels.language(each, words), left(languages={each})) for each in languages],
            sorted(wish.languages),
        ),
        Filter(
            "mode",
            words.gettext("How it is taught"),
            [(each.value, labels.mode(each, words), left(modes={each})) for each in modes],
            sorted(wish.modes),
        ),
    ]


def conditions(
    listings: Sequence[Listing], wish: Wish, words: Translator
) -> list[tuple[str, str, str, bool]]:
    """Offer the single ticks: name, words, how many courses it would leave, ticked or not."""
    left = {
        "free": would_leave(listings, wish, free=True),
        "open": would_leave(listings, wish, open_seats=True),
        "start": would_leave(listings, wish, no_prerequisites=True),
    }
    return [
        ("free", words.gettext("Free of charge"), words.number(left["free"]), wish.free),
        ("open", words.gettext("With open seats"), words.number(left["open"]), wish.open_seats),
        (
            "start",
            words.gettext("Without prerequisites"),
            words.number(left["start"]),
            wish.no_prerequisites,
        ),
    ]


def _by_frequency(values: Iterable[Iterable[str]], first: Sequence[str]) -> list[str]:
    """List what occurs: what we know in our order, then the others, the frequent ones first."""
    counted = Counter(value for each in values for value in each)
    return [value for value in first if value in counted] + [
        value for value, _ in counted.most_common() if value not in first
    ]
