"""Where staff typed a person's name into a text about somebody or something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, Text, cast, func, literal, or_, select, union_all

from nador.assessment.models import (
    Accommodation,
    Appeal,
    Attempt,
    AttemptAnswer,
    GradeChange,
    Mark,
    MarkOverride,
    Submission,
)
from nador.catalogue.models import Meeting
from nador.certification.changes.models import CorrectionRequest, Proposal, UpheldPart
from nador.certification.models import Certificate
from nador.enrolment.models import Enrolment, Equivalence
from nador.kernel.audit import AuditEntry
from nador.reporting.rules import SHORTEST_NAME, TypedText, names_sought, says_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from nador.accounts.models import Person

TYPED: Final[
    tuple[tuple[TypedText, InstrumentedAttribute[int], InstrumentedAttribute[Any]], ...]
] = (
    (TypedText.REVOCATION, Certificate.id, Certificate.revocation_reason),
    (TypedText.PUBLIC_REASON, Certificate.id, Certificate.public_reason),
    (TypedText.PROPOSAL, Proposal.id, Proposal.act),
    (TypedText.PROPOSAL_ANSWER, Proposal.id, Proposal.answer),
    (TypedText.UPHELD, UpheldPart.certificate_id, UpheldPart.reason),
    (TypedText.CORRECTION, CorrectionRequest.id, CorrectionRequest.reason),
    (TypedText.CORRECTION_ANSWER, CorrectionRequest.id, CorrectionRequest.answer),
    (TypedText.GRADE_CHANGE, GradeChange.id, GradeChange.reason),
    (TypedText.MARK_OVERRIDE, MarkOverride.id, MarkOverride.reason),
    (TypedText.MARK_COMMENT, Mark.id, Mark.comment),
    (TypedText.ATTEMPT_VOIDED, Attempt.id, Attempt.void_reason),
    (TypedText.ANSWER_COMMENT, AttemptAnswer.id, AttemptAnswer.comment),
    (TypedText.APPEAL, Appeal.id, Appeal.reason),
    (TypedText.APPEAL_ANSWER, Appeal.id, Appeal.answer),
    (TypedText.END_OF_PLACE, Enrolment.id, Enrolment.end_reason),
    (TypedText.EQUIVALENCE, Equivalence.person_id, Equivalence.reason),
    (TypedText.TOPIC, Meeting.id, Meeting.topic),
    (TypedText.ACCOMMODATION, Accommodation.id, Accommodation.reason),
    (TypedText.FEEDBACK, Submission.id, Submission.feedback),
    (TypedText.AUDIT, AuditEntry.id, AuditEntry.details),
)
"""Every column that staff, or a learner to staff, types freely into, with the number of its row."""
_ALIKE: Final = (("أ", "ا"), ("إ", "ا"), ("آ", "ا"), ("ة", "ه"), ("ى", "ي"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A text with a name in it, and where it stands."""

    kind: TypedText
    row: int
    text: str
    place: str
    """Table and column."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """The texts that name a person, and whether there are more."""

    rows: Sequence[Mention]
    more: bool


def mentions(session: Session, person: Person, *, most: int = 100) -> Mentions:
    """List the texts that hold a word of a person's names, in either script, by place and row.

    Somebody with the same name is found too: a reader has to tell them apart.
    """
    sought = names_sought(person.name_latin, person.name_arabic)
    if not sought:
        return Mentions((), more=False)
    typed = f"{person.name_latin or ''} {person.name_arabic or ''}".split()
    written = {_as_lowered(word) for word in typed} | {word.lower() for word in typed}
    words = {*sought, *(word for word in written if len(word) >= SHORTEST_NAME)}
    found = session.execute(
        union_all(*(_holding(place, words) for place in range(len(TYPED)))).limit(most + 1)
    ).all()
    rows = [
        Mention(TYPED[place][0], row, said, _place(TYPED[place][2]))
        for place, row, said in found
        if says_name(said, sought)
    ]
    return Mentions(rows[:most], more=len(found) > most)


def _holding(place: int, words: Collection[str]) -> Select[int, int, str]:
    _kind, row, column = TYPED[place]
    said = cast(column, Text)
    read = reduce(lambda so_far, pair: func.replace(so_far, *pair), _ALIKE, func.lower(said))
    return select(literal(place), cast(row, Integer), said).where(
        or_(*(_contains(read, word) for word in words))
    )


def _contains(read: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return read.contains(word, autoescape=True)


def _as_lowered(word: str) -> str:
    """Write a word in capitals as SQLite lowers it: ASCII letters alone."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in word.upper())


def _place(column: InstrumentedAttribute[Any]) -> str:
    [one] = column.property.columns
    return f"{one.table.name}.{one.name}"
