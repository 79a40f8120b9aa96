"""What a certificate of a programme rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from nador.catalogue.rules import DocumentKind
from nador.kernel.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


class PartsMissing(Conflict):
    """What a programme's certificate rests on no longer stands: that is renewed first."""

    code = "parts_missing"


class NotInDoubt(Conflict):
    """All that the certificate rests on stands, or somebody let it stand already."""

    code = "certificate_not_in_doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A certificate in force of a course, as far as a programme looks at it."""

    certificate_id: int
    course_id: int
    version_id: int
    kind: DocumentKind
    hours: int
    starts_on: date
    ends_on: date
    expires_on: date | None = None
    language: str = ""


def parts_of(course_ids: Sequence[int], held: Iterable[Part]) -> list[Part]:
    """Choose one certificate for each course, in the programme's order: the one that lasts longest.

    Of two that last alike the newer one counts. A course without a certificate has no part.
    """
    best: dict[int, Part] = {}
    for part in held:
        other = best.get(part.course_id)
        if other is None or _lasts(part) > _lasts(other):
            best[part.course_id] = part
    return [best[course_id] for course_id in course_ids if course_id in best]


def _lasts(part: Part) -> tuple[date, int]:
    return part.expires_on or date.max, part.certificate_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What a programme's certificate says of what it rests on."""

    kind: DocumentKind
    hours: int
    starts_on: date
    ends_on: date
    expires_on: date | None
    language: str


def together(parts: Sequence[Part], *, expires_on: date | None = None) -> Whole:
    """Sum up at least one part: all hours, from the first start to the last end.

    It is a certificate only where every course was assessed, never outlives what it rests on or
    `expires_on`, and has a language only where all were taught in the same.
    """
    ends = [day for day in (expires_on, *(part.expires_on for part in parts)) if day]
    languages = {part.language for part in parts}
    return Whole(
        kind=(
            DocumentKind.CERTIFICATE
            if all(part.kind is DocumentKind.CERTIFICATE for part in parts)
            else DocumentKind.ATTESTATION
        ),
        hours=sum(part.hours for part in parts),
        starts_on=min(part.starts_on for part in parts),
        ends_on=max(part.ends_on for part in parts),
        expires_on=min(ends, default=None),
        language=languages.pop() if len(languages) == 1 else "",
    )


def require_doubt(lost: Collection[int]) -> None:
    """Refuse to let stand what nothing speaks against."""
    if not lost:
        raise NotInDoubt
