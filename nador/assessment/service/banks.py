"""Banks: questions are made, edited as new versions, moved, tagged, retired; what was used stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from nador.assessment import policy
from nador.assessment.models import (
    Question,
    QuestionBank,
    QuestionCategory,
    QuestionFile,
    QuestionTag,
    QuestionVersion,
)
from nador.assessment.queries import banks as bank_queries
from nador.assessment.queries.quizzes import is_placed
from nador.assessment.questions import parse
from nador.assessment.rules import QuestionState, banks
from nador.assessment.rules.refusals import ImageUnknown, NameTaken, QuestionInUse
from nador.kernel import audit, clock, text
from nador.kernel.db import command
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.orm import Session

    from nador.assessment.questions import Content
    from nador.assessment.questions import Question as Parsed
    from nador.kernel.access import Actor


@command
def create_bank(
    session: Session, actor: Actor, *, institute_id: int, name: str, language: str
) -> QuestionBank:
    """Open a bank of questions."""
    policy.require_may_manage_bank(actor, institute_id)
    kept = banks.a_name(name)
    if bank_queries.bank_by_name(session, institute_id, kept) is not None:
        raise NameTaken(name=kept)
    bank = QuestionBank(
        institute_id=institute_id,
        name=kept,
        name_folded=text.fold(kept),
        language=language,
        made_at=clock.now(),
        made_by_id=actor.person_id,
    )
    session.add(bank)
    session.flush()
    _note(session, actor, "bank.created", bank, name=kept)
    return bank


@command
def create_category(
    session: Session, actor: Actor, *, bank_id: int, name: str, parent_id: int | None = None
) -> QuestionCategory:
    """Add a branch to the bank's tree."""
    bank = managed_bank(session, actor, bank_id)
    branches = bank_queries.tree(session, bank.id)
    parent = next((each for each in branches if each.id == parent_id), None)
    if parent_id is not None and parent is None:
        raise NotFound
    banks.check_depth(parent.depth + 1 if parent else 1)
    kept = banks.a_name(name)
    folded = text.fold(kept)
    if any(each.parent_id == parent_id and text.fold(each.name) == folded for each in branches):
        raise NameTaken(name=kept)
    return _add_category(session, bank, kept, parent_id)


def _add_category(
    session: Session, bank: QuestionBank, name: str, parent_id: int | None
) -> QuestionCategory:
    category = QuestionCategory(
        bank_id=bank.id, parent_id=parent_id, name=name, name_folded=text.fold(name)
    )
    session.add(category)
    session.flush()
    return category


def category_of_path(session: Session, bank: QuestionBank, path: Iterable[str]) -> int | None:
    """Find a category by the names on its way, as part of a command; what is missing is added."""
    parent_id: int | None = None
    for depth, each in enumerate(path, start=1):
        banks.check_depth(depth)
        name = banks.a_name(each)
        found = session.scalar(
            select(QuestionCategory.id).where(
                QuestionCategory.bank_id == bank.id,
                QuestionCategory.parent_id.is_(None)
                if parent_id is None
                else QuestionCategory.parent_id == parent_id,
                QuestionCategory.name_folded == text.fold(name),
            )
        )
        parent_id = found or _add_category(session, bank, name, parent_id).id
    return parent_id


@command
def create_question(
    session: Session,
    actor: Actor,
    *,
    bank_id: int,
    content: Content,
    name: str = "",
    category_id: int | None = None,
    tags: Collection[str] = (),
    state: QuestionState = QuestionState.DRAFT,
) -> Question:
    """Add a question with its first version; raises the door's refusals, which name the part."""
    bank = managed_bank(session, actor, bank_id)
    parsed = _sound(session, bank, content)
    question = Question(
        bank_id=bank.id,
        category_id=_own_category(session, bank, category_id),
        name=banks.a_name(name) if text.clean(name) else banks.name_from(parsed.prompt.source),
        folded="",
        kind=parsed.kind,
        state=state,
        latest=1,
        made_at=clock.now(),
        made_by_id=actor.person_id,
    )
    question.folded = _folded(question.name, parsed)
    session.add(question)
    session.flush()
    _add_version(session, actor, question, parsed.content())
    _tag(session, question.id, tags)
    _note(session, actor, "question.created", bank, question=question.id, kind=parsed.kind)
    return question


@command
def edit_question(
    session: Session, actor: Actor, *, question_id: int, content: Content, name: str = ""
) -> QuestionVersion:
    """Give the question a new version; where nothing changed, the newest one stays."""
    question, bank = managed_question(session, actor, question_id)
    parsed = _sound(session, bank, content)
    question.name = banks.a_name(name or question.name)
    question.folded = _folded(question.name, parsed)
    latest = bank_queries.version(session, question.id, question.latest)
    if parse(latest.content) == parsed:
        return latest
    question.latest += 1
    question.kind = parsed.kind
    made = _add_version(session, actor, question, parsed.content())
    _note(session, actor, "question.edited", bank, question=question.id, version=made.number)
    return made


def _add_version(
    session: Session, actor: Actor, question: Question, content: dict[str, Any]
) -> QuestionVersion:
    version = QuestionVersion(
        question_id=question.id,
        number=question.latest,
        content=content,
        made_at=clock.now(),
        made_by_id=actor.person_id,
        used_at=None,
    )
    session.add(version)
    session.flush()
    return version


@command
def place_question(
    session: Session,
    actor: Actor,
    *,
    question_id: int,
    category_id: int | None,
    tags: Collection[str],
) -> Question:
    """Move the question to a category of its bank (None: the root) and say its tags."""
    question, bank = managed_question(session, actor, question_id)
    question.category_id = _own_category(session, bank, category_id)
    session.execute(delete(QuestionTag).where(QuestionTag.question_id == question.id))
    _tag(session, question.id, tags)
    return question


@command
def set_question_state(
    session: Session, actor: Actor, *, question_id: int, state: QuestionState
) -> Question:
    """Make a question ready to be drawn, retire it, or take it back into work."""
    question, bank = managed_question(session, actor, question_id)
    if question.state is not state:
        question.state = state
        _note(session, actor, f"question.{state.value}", bank, question=question.id)
    return question


@command
def delete_question(session: Session, actor: Actor, *, question_id: int) -> None:
    """Delete a question that no learner has seen and no quiz asks; another is retired instead."""
    question, bank = managed_question(session, actor, question_id)
    if bank_queries.is_used(session, question.id) or is_placed(session, question.id):
        raise QuestionInUse
    session.execute(delete(QuestionTag).where(QuestionTag.question_id == question.id))
    session.execute(delete(QuestionVersion).where(QuestionVersion.question_id == question.id))
    session.delete(question)
    _note(session, actor, "question.deleted", bank, question=question_id, name=question.name)


@command
def use_versions(session: Session, _actor: Actor, *, version_ids: Collection[int]) -> None:
    """Write down that learners are shown these versions: from now on they are kept for ever."""
    session.execute(
        update(QuestionVersion)
        .where(QuestionVersion.id.in_(version_ids), QuestionVersion.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )


@command
def add_file(
    session: Session, actor: Actor, *, bank_id: int, sha256: str, media_type: str, size: int
) -> QuestionFile:
    """Let the bank's questions show an image that is in the file store; again is harmless."""
    bank = managed_bank(session, actor, bank_id)
    known = session.scalar(
        select(QuestionFile).where(QuestionFile.bank_id == bank.id, QuestionFile.sha256 == sha256)
    )
    if known is not None:
        return known
    file = QuestionFile(bank_id=bank.id, sha256=sha256, media_type=media_type, size=size)
    session.add(file)
    session.flush()
    return file


def managed_bank(session: Session, actor: Actor, bank_id: int) -> QuestionBank:
    """Return a bank that the actor may write; raises NotFound or Forbidden."""
    bank = bank_queries.bank_for(session, actor, bank_id)
    policy.require_may_manage_bank(actor, bank.institute_id)
    return bank


def managed_question(
    session: Session, actor: Actor, question_id: int
) -> tuple[Question, QuestionBank]:
    """Return a question that the actor may write, locked: versions are counted one after the other."""
    question, bank = bank_queries.question_for(session, actor, question_id)
    policy.require_may_manage_bank(actor, bank.institute_id)
    session.refresh(question, with_for_update={"key_share": True})
    return question, bank


def _own_category(session: Session, bank: QuestionBank, category_id: int | None) -> int | None:
    if category_id is None:
        return None
    category = session.get(QuestionCategory, category_id)
    if category is None or category.bank_id != bank.id:
        raise NotFound
    return category.id


def _sound(session: Session, bank: QuestionBank, content: Content) -> Parsed:
    """Read content at the door; it may show images of this bank only."""
    parsed = parse(content)
    shown = {file.sha256: file.name for file in parsed.files}
    for sha256 in shown.keys() - bank_queries.files_of_bank(session, bank.id):
        # A hash alone opens nothing: any stored file of the centre could be named so.
        raise ImageUnknown(field="files", name=shown[sha256])
    return parsed


def _folded(name: str, parsed: Parsed) -> str:
    return text.fold(f"{name} {parsed.prompt.source}")


def _tag(session: Session, question_id: int, tags: Collection[str]) -> None:
    session.add_all(
        QuestionTag(question_id=question_id, tag=tag, folded=text.fold(tag) or tag)
        for tag in banks.tags_from(tags)
    )


def _note(session: Session, actor: Actor, action: str, bank: QuestionBank, **details: Any) -> None:
    audit.record(
        session, actor, action, f"bank:{bank.id}", institute_id=bank.institute_id, **details
    )
