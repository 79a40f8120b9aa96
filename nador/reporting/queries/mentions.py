"""Where staff typed a person's name into a text about somebody or something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, Text, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

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
    from sqlalchemy.orm import Session

    from nador.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Typed:
    """A column that somebody types freely into, and the number of its row; `key` of a document."""

    kind: TypedText
    row: InstrumentedAttribute[int]
    column: InstrumentedAttribute[Any]
    key: str = ""

    @property
    def place(self) -> str:
        """Table and column."""
        [one] = self.column.property.columns
        return f"{one.table.name}.{one.name}"

    @property
    def said(self) -> ColumnElement[str]:
        """The text itself."""
        return self.column[self.key].as_string() if self.key else cast(self.column, Text)


TYPED: Final = (
    Typed(TypedText.REVOCATION, Certificate.id, Certificate.revocation_reason),
    Typed(TypedText.PUBLIC_REASON, Certificate.id, Certificate.public_reason),
    Typed(TypedText.PROPOSAL, Proposal.id, Proposal.act, "reason"),
    Typed(TypedText.PROPOSAL, Proposal.id, Proposal.act, "public_reason"),
    Typed(TypedText.PROPOSAL_ANSWER, Proposal.id, Proposal.answer),
    Typed(TypedText.UPHELD, UpheldPart.certificate_id, UpheldPart.reason),
    Typed(TypedText.CORRECTION, CorrectionRequest.id, CorrectionRequest.reason),
    Typed(TypedText.CORRECTION_ANSWER, CorrectionRequest.id, CorrectionRequest.answer),
    Typed(TypedText.GRADE_CHANGE, GradeChange.id, GradeChange.reason),
    Typed(TypedText.MARK_OVERRIDE, MarkOverride.id, MarkOverride.reason),
    Typed(TypedText.MARK_COMMENT, Mark.id, Mark.comment),
    Typed(TypedText.ATTEMPT_VOIDED, Attempt.id, Attempt.void_reason),
    Typed(TypedText.ANSWER_COMMENT, AttemptAnswer.id, AttemptAnswer.comment),
    Typed(TypedText.APPEAL, Appeal.id, Appeal.reason),
    Typed(TypedText.APPEAL_ANSWER, Appeal.id, Appeal.answer),
    Typed(TypedText.END_OF_PLACE, Enrolment.id, Enrolment.end_reason),
    Typed(TypedText.EQUIVALENCE, Equivalence.person_id, Equivalence.reason),
    Typed(TypedText.TOPIC, Meeting.id, Meeting.topic),
    Typed(TypedText.ACCOMMODATION, Accommodation.id, Accommodation.reason),
    Typed(TypedText.FEEDBACK, Submission.id, Submission.feedback),
    Typed(TypedText.AUDIT, AuditEntry.id, AuditEntry.details, "reason"),
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
        Mention(TYPED[place].kind, row, said, TYPED[place].place)
        for place, row, said in found
        if says_name(said, sought)
    ]
    return Mentions(rows[:most], more=len(found) > most)


def _holding(place: int, words: Collection[str]) -> Select[int, int, str]:
    said = TYPED[place].said
    read = reduce(lambda so_far, pair: func.replace(so_far, *pair), _ALIKE, func.lower(said))
    return select(literal(place), cast(TYPED[place].row, BigInteger), said).where(
        or_(*(_contains(read, word) for word in words))
    )


def _contains(read: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return read.contains(word, autoescape=True)


def _as_lowered(word: str) -> str:
    """Write a word in capitals as SQLite lowers it: ASCII letters alone."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in word.upper())
