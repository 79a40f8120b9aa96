"""Banks of questions, as their authors see them; of other institutes there are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from nador.accounts.models import Institute
from nador.assessment import policy
from nador.assessment.models import (
    Question,
    QuestionBank,
    QuestionCategory,
    QuestionFile,
    QuestionTag,
    QuestionVersion,
)
from nador.assessment.rules import QuestionState
from nador.kernel import text
from nador.kernel.db import Words
from nador.kernel.errors import NotFound
from nador.kernel.i18n import pick

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

QUESTIONS_A_PAGE = 40


@dataclass(frozen=True, slots=True)
class BankRow:
    """A bank in the list: how many questions are ready, of how many."""

    id: int
    name: str
    institute_id: int
    institute: Words
    ready: int
    questions: int


@dataclass(slots=True)
class Branch:
    """A category with those below it."""

    id: int
    name: str
    parent_id: int | None
    depth: int
    questions: int
    path: list[str]
    below: list[Branch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class QuestionFilter:
    """Which questions of a bank are asked for."""

    category_id: int | None = None
    tag: str = ""
    typed: str = ""
    state: QuestionState | None = None


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question in the list."""

    id: int
    name: str
    kind: str
    state: QuestionState
    latest: int
    used: bool
    tags: list[str]


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """One page of a bank's questions."""

    rows: list[QuestionRow]
    total: int
    page: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // QUESTIONS_A_PAGE))


def banks(session: Session, actor: Actor) -> list[BankRow]:
    """The banks that the actor may see, by name."""
    counts = (
        select(
            Question.bank_id,
            func.count().label("questions"),
            func.count().filter(Question.state == QuestionState.READY).label("ready"),
        )
        .group_by(Question.bank_id)
        .subquery()
    )
    rows = session.execute(
        select(QuestionBank, Institute.name, counts.c.ready, counts.c.questions)
        .join(Institute, Institute.id == QuestionBank.institute_id)
        .outerjoin(counts, counts.c.bank_id == QuestionBank.id)
        .where(QuestionBank.institute_id.in_(policy.bank_institutes(actor)))
        .order_by(QuestionBank.name_folded, QuestionBank.id)
    )
    return [
        BankRow(bank.id, bank.name, bank.institute_id, name, ready or 0, questions or 0)
        for bank, name, ready, questions in rows
    ]


def institutes(
    session: Session, institute_ids: Collection[int], language: str
) -> list[tuple[int, str]]:
    """Name institutes for a list to choose from."""
    rows = session.execute(
        select(Institute.id, Institute.name)
        .where(Institute.id.in_(institute_ids))
        .order_by(Institute.id)
    )
    return [(institute_id, pick(name, language)) for institute_id, name in rows]


def bank_for(session: Session, actor: Actor, bank_id: int) -> QuestionBank:
    """Return a bank that the actor may see; raises NotFound."""
    bank = session.get(QuestionBank, bank_id)
    if bank is None:
        raise NotFound
    policy.require_may_see_bank(actor, bank.institute_id)
    return bank


def bank_by_name(session: Session, institute_id: int, name: str) -> QuestionBank | None:
    """Find a bank of the institute by its name, folded."""
    return session.scalar(
        select(QuestionBank).where(
            QuestionBank.institute_id == institute_id,
            QuestionBank.name_folded == text.fold(name),
        )
    )


def tree(session: Session, bank_id: int) -> list[Branch]:
    """The bank's categories as a list in the order of the tree, each with its depth and path."""
    counted = session.execute(
        select(Question.category_id, func.count())
        .where(Question.bank_id == bank_id, Question.category_id.is_not(None))
        .group_by(Question.category_id)
    )
    counts = dict(counted.all())
    kept = session.scalars(
        select(QuestionCategory)
        .where(QuestionCategory.bank_id == bank_id)
        .order_by(QuestionCategory.name_folded, QuestionCategory.id)
    ).all()
    children: dict[int | None, list[QuestionCategory]] = {}
    for each in kept:
        children.setdefault(each.parent_id, []).append(each)
    found: list[Branch] = []

    def walk(parent: Branch | None, parent_id: int | None) -> None:
        for each in children.get(parent_id, ()):
            branch = Branch(
                id=each.id,
                name=each.name,
                parent_id=parent_id,
                depth=parent.depth + 1 if parent else 1,
                questions=counts.get(each.id, 0),
                path=[*parent.path, each.name] if parent else [each.name],
            )
            if parent:
                parent.below.append(branch)
            found.append(branch)
            walk(branch, each.id)

    walk(None, None)
    return found


def with_below(branches: list[Branch], category_id: int) -> list[int]:
    """Give a category and all below it; raises NotFound where the bank has no such category."""
    wanted = next((each for each in branches if each.id == category_id), None)
    if wanted is None:
        raise NotFound
    found, open_ = [], [wanted]
    while open_:
        branch = open_.pop()
        found.append(branch.id)
        open_ += branch.below
    return found


def questions(
    session: Session,
    bank_id: int,
    asked: QuestionFilter,
    *,
    within: Collection[int] | None = None,
    page: int = 1,
) -> QuestionPage:
    """The bank's questions by name; `within` limits them to categories. Retired ones only when asked for."""
    wanted = _wanted(select(Question), bank_id, asked, within)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    found = session.scalars(
        wanted.order_by(Question.name, Question.id)
        .limit(QUESTIONS_A_PAGE)
        .offset((page - 1) * QUESTIONS_A_PAGE)
    ).all()
    ids = [each.id for each in found]
    tags: dict[int, list[str]] = {}
    for question_id, tag in session.execute(
        select(QuestionTag.question_id, QuestionTag.tag)
        .where(QuestionTag.question_id.in_(ids))
        .order_by(QuestionTag.id)
    ):
        tags.setdefault(question_id, []).append(tag)
    used = set(
        session.scalars(
            select(QuestionVersion.question_id).where(
                QuestionVersion.question_id.in_(ids), QuestionVersion.used_at.is_not(None)
            )
        )
    )
    rows = [
        QuestionRow(
            each.id,
            each.name,
            each.kind,
            each.state,
            each.latest,
            each.id in used,
            tags.get(each.id, []),
        )
        for each in found
    ]
    return QuestionPage(rows, total, page)


def _wanted(
    query: Select[Any], bank_id: int, asked: QuestionFilter, within: Collection[int] | None
) -> Select[Any]:
    query = query.where(Question.bank_id == bank_id)
    if asked.state is None:
        query = query.where(Question.state != QuestionState.RETIRED)
    else:
        query = query.where(Question.state == asked.state)
    if within is not None:
        query = query.where(Question.category_id.in_(within))
    if asked.tag:
        tagged = select(QuestionTag.question_id).where(QuestionTag.folded == text.fold(asked.tag))
        query = query.where(Question.id.in_(tagged))
    for term in text.search_terms(asked.typed):
        query = query.where(Question.folded.contains(term, autoescape=True))
    return query


def tags_of_bank(session: Session, bank_id: int) -> list[str]:
    """Every tag of the bank's questions, once."""
    rows = session.execute(
        select(QuestionTag.folded, func.min(QuestionTag.tag))
        .join(Question, Question.id == QuestionTag.question_id)
        .where(Question.bank_id == bank_id)
        .group_by(QuestionTag.folded)
        .order_by(QuestionTag.folded)
    )
    return [tag for _, tag in rows]


def question_for(session: Session, actor: Actor, question_id: int) -> tuple[Question, QuestionBank]:
    """Return a question and its bank, where the actor may see them; raises NotFound."""
    question = session.get(Question, question_id)
    if question is None:
        raise NotFound
    return question, bank_for(session, actor, question.bank_id)


def tags_of(session: Session, question_id: int) -> list[str]:
    """The tags of a question."""
    return list(
        session.scalars(
            select(QuestionTag.tag)
            .where(QuestionTag.question_id == question_id)
            .order_by(QuestionTag.id)
        )
    )


def versions(session: Session, question_id: int) -> list[QuestionVersion]:
    """Every version of a question, the newest first."""
    return list(
        session.scalars(
            select(QuestionVersion)
            .where(QuestionVersion.question_id == question_id)
            .order_by(QuestionVersion.number.desc())
        )
    )


def version(session: Session, question_id: int, number: int) -> QuestionVersion:
    """Return one version of a question; raises NotFound."""
    found = session.scalar(
        select(QuestionVersion).where(
            QuestionVersion.question_id == question_id, QuestionVersion.number == number
        )
    )
    if found is None:
        raise NotFound
    return found


def pool(session: Session, category_ids: Collection[int], *, tag: str = "") -> list[int]:
    """The ready questions of categories, from which a quiz draws."""
    query = select(Question.id).where(
        Question.category_id.in_(category_ids), Question.state == QuestionState.READY
    )
    if tag:
        tagged = select(QuestionTag.question_id).where(QuestionTag.folded == text.fold(tag))
        query = query.where(Question.id.in_(tagged))
    return list(session.scalars(query.order_by(Question.id)))


def latest_versions(session: Session, question_ids: Collection[int]) -> list[QuestionVersion]:
    """The newest version of each question, by question."""
    return list(
        session.scalars(
            select(QuestionVersion)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(Question.id.in_(question_ids), QuestionVersion.number == Question.latest)
            .order_by(Question.id)
        )
    )


def file_of_bank(session: Session, bank_id: int, sha256: str) -> QuestionFile:
    """Return an image of the bank; raises NotFound."""
    found = session.scalar(
        select(QuestionFile).where(QuestionFile.bank_id == bank_id, QuestionFile.sha256 == sha256)
    )
    if found is None:
        raise NotFound
    return found


def files_of_bank(session: Session, bank_id: int) -> set[str]:
    """The SHA-256 of every image of the bank."""
    return set(session.scalars(select(QuestionFile.sha256).where(QuestionFile.bank_id == bank_id)))


def is_used(session: Session, question_id: int) -> bool:
    """Whether any version of the question was shown to a learner."""
    found = session.scalar(
        select(QuestionVersion.id)
        .where(QuestionVersion.question_id == question_id, QuestionVersion.used_at.is_not(None))
        .limit(1)
    )
    return found is not None


@dataclass(frozen=True, slots=True)
class Exported:
    """A question as it leaves a bank."""

    name: str
    path: list[str]
    tags: list[str]
    content: dict[str, Any]


def all_questions(session: Session, bank_id: int) -> list[Exported]:
    """Every question of the bank that is not retired, in the order of the tree."""
    paths: dict[int | None, list[str]] = {each.id: each.path for each in tree(session, bank_id)}
    order = {category_id: place for place, category_id in enumerate(paths, start=1)}
    rows = session.execute(
        select(Question, QuestionVersion.content)
        .join(
            QuestionVersion,
            (QuestionVersion.question_id == Question.id)
            & (QuestionVersion.number == Question.latest),
        )
        .where(Question.bank_id == bank_id, Question.state != QuestionState.RETIRED)
        .order_by(Question.name, Question.id)
    ).all()
    tags: dict[int, list[str]] = {}
    for question_id, tag in session.execute(
        select(QuestionTag.question_id, QuestionTag.tag)
        .join(Question, Question.id == QuestionTag.question_id)
        .where(Question.bank_id == bank_id)
        .order_by(QuestionTag.id)
    ):
        tags.setdefault(question_id, []).append(tag)
    ordered = sorted(rows, key=lambda row: order.get(row[0].category_id, 0))
    return [
        Exported(each.name, paths.get(each.category_id, []), tags.get(each.id, []), content)
        for each, content in ordered
    ]
