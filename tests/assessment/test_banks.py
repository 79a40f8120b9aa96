"""Banks: versions are frozen, what was used stays, and each institute sees its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from nador.assessment.models import Question, QuestionBank, QuestionVersion
from nador.assessment.queries import banks as bank_queries
from nador.assessment.queries.banks import QuestionFilter
from nador.assessment.questions import refusals
from nador.assessment.rules import QuestionInUse, QuestionState
from nador.assessment.rules.refusals import (
    ImageUnknown,
    NameMissing,
    NameTaken,
    TagsTooMany,
    TooDeep,
)
from nador.assessment.service import banks
from nador.kernel.access import NOBODY, Actor, Forbidden, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from tests.assessment.questions.samples import SAMPLES
from tests.factories import make_actor, make_course, make_institute, make_run

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class Shelf:
    """An institute with a run, its instructor, and a bank."""

    def __init__(self, session: Session, *, prefix: str = "NDR") -> None:
        self.session = session
        self.institute = make_institute(session, prefix=prefix)
        version = make_course(session, institute_id=self.institute.id)
        self.run = make_run(session, version, institute_id=self.institute.id)
        self.instructor = self.staff(Role.INSTRUCTOR, run_id=self.run.id)
        self.bank = banks.create_bank(
            session, self.instructor, institute_id=self.institute.id, name="Maths", language="fr"
        )

    def staff(self, role: Role, run_id: int | None = None) -> Actor:
        return make_actor(self.session, role, institute_id=self.institute.id, run_id=run_id)

    def ask(self, kind: str = "single", **more: Any) -> Question:
        return banks.create_question(
            self.session, self.instructor, bank_id=self.bank.id, content=SAMPLES[kind], **more
        )

    def use(self, question: Question) -> QuestionVersion:
        (version,) = bank_queries.latest_versions(self.session, [question.id])
        banks.use_versions(self.session, NOBODY, version_ids=[version.id])
        return version


@pytest.fixture
def shelf(session: Session) -> Shelf:
    return Shelf(session)


def test_an_edit_is_a_new_version(shelf: Shelf) -> None:
    question = shelf.ask()
    edited = SAMPLES["single"] | {"prompt": "Et du Maroc ?"}

    second = banks.edit_question(
        shelf.session, shelf.instructor, question_id=question.id, content=edited, name="Capitale"
    )
    same = banks.edit_question(
        shelf.session, shelf.instructor, question_id=question.id, content=edited
    )

    kept = bank_queries.versions(shelf.session, question.id)
    assert [each.number for each in kept] == [2, 1]
    assert (second.id, same.id) == (kept[0].id, kept[0].id)
    assert kept[1].content["prompt"] == SAMPLES["single"]["prompt"]
    assert shelf.session.get_one(Question, question.id).name == "Capitale"


@command
def _rewrite(session: Session, _actor: Actor, *, change: Any) -> None:
    session.execute(change)


def test_the_database_itself_keeps_versions_as_they_were(shelf: Shelf) -> None:
    version = shelf.use(shelf.ask())
    this = QuestionVersion.id == version.id

    for change in (
        update(QuestionVersion).where(this).values(content={}),
        update(QuestionVersion).where(this).values(number=2),
        update(QuestionVersion).where(this).values(used_at=None),
        delete(QuestionVersion).where(this),
    ):
        with pytest.raises(DBAPIError, match="question_version"):
            _rewrite(shelf.session, NOBODY, change=change)


def test_what_a_learner_saw_is_retired_and_never_deleted(shelf: Shelf) -> None:
    question = shelf.ask()
    shelf.use(question)

    with pytest.raises(QuestionInUse):
        banks.delete_question(shelf.session, shelf.instructor, question_id=question.id)
    banks.set_question_state(
        shelf.session, shelf.instructor, question_id=question.id, state=QuestionState.RETIRED
    )

    shown = bank_queries.questions(shelf.session, shelf.bank.id, QuestionFilter())
    retired = QuestionFilter(state=QuestionState.RETIRED)
    assert shown.rows == []
    assert [row.used for row in bank_queries.questions(shelf.session, shelf.bank.id, retired).rows]


def test_what_nobody_saw_is_deleted(shelf: Shelf) -> None:
    question = shelf.ask(tags=["geo"])

    banks.delete_question(shelf.session, shelf.instructor, question_id=question.id)

    assert shelf.session.scalars(select(Question)).all() == []
    assert shelf.session.scalars(select(QuestionVersion)).all() == []


def test_a_question_is_named_after_its_text_where_nobody_names_it(shelf: Shelf) -> None:
    assert shelf.ask().name.startswith("Quelle est la capitale")


def test_categories_are_a_tree(shelf: Shelf) -> None:
    @command
    def grow(session: Session, actor: Actor, *, path: list[str]) -> int | None:
        return banks.category_of_path(session, shelf.bank, path)

    first = grow(shelf.session, shelf.instructor, path=["Algebra", "Groups"])
    again = grow(shelf.session, shelf.instructor, path=["algèbra", "groups"])
    root = grow(shelf.session, shelf.instructor, path=[])
    shelf.ask(category_id=first)

    branches = bank_queries.tree(shelf.session, shelf.bank.id)
    assert first == again
    assert root is None
    assert [(each.name, each.depth, each.questions) for each in branches] == [
        ("Algebra", 1, 0),
        ("Groups", 2, 1),
    ]
    assert branches[1].path == ["Algebra", "Groups"]
    assert set(bank_queries.with_below(branches, branches[0].id)) == {each.id for each in branches}
    with pytest.raises(NotFound):
        bank_queries.with_below(branches, 999)
    with pytest.raises(TooDeep):
        grow(shelf.session, shelf.instructor, path=list("abcdefg"))


def test_names_among_brothers_differ(shelf: Shelf) -> None:
    def add(name: str, parent_id: int | None = None) -> int:
        return banks.create_category(
            shelf.session,
            shelf.instructor,
            bank_id=shelf.bank.id,
            name=name,
            parent_id=parent_id,
        ).id

    top = add("Été")
    add("Été", top)

    with pytest.raises(NameTaken):
        add("ete")
    with pytest.raises(NameMissing):
        add(" ")
    with pytest.raises(NotFound):
        add("x", 999)
    with pytest.raises(NameTaken):
        banks.create_bank(
            shelf.session,
            shelf.instructor,
            institute_id=shelf.institute.id,
            name="maths",
            language="fr",
        )


def test_questions_are_found_by_word_tag_and_category(shelf: Shelf) -> None:
    category = banks.create_category(
        shelf.session, shelf.instructor, bank_id=shelf.bank.id, name="Géo"
    )
    capital = shelf.ask(category_id=category.id, tags=["Facile", "facile", "géo"])
    shelf.ask("multiple")

    def found(**asked: Any) -> list[int]:
        within = asked.pop("within", None)
        page = bank_queries.questions(
            shelf.session, shelf.bank.id, QuestionFilter(**asked), within=within
        )
        return [row.id for row in page.rows]

    assert found(typed="CAPITALE") == [capital.id]
    assert found(tag="FACILE") == [capital.id]
    assert found(within=[category.id]) == [capital.id]
    assert found(state=QuestionState.READY) == []
    assert len(found()) == 2
    assert bank_queries.tags_of_bank(shelf.session, shelf.bank.id) == ["Facile", "géo"]


def test_a_question_moves_and_changes_its_tags(shelf: Shelf) -> None:
    category = banks.create_category(
        shelf.session, shelf.instructor, bank_id=shelf.bank.id, name="Géo"
    )
    question = shelf.ask(tags=["a"])

    banks.place_question(
        shelf.session,
        shelf.instructor,
        question_id=question.id,
        category_id=category.id,
        tags=["b", "c"],
    )

    assert bank_queries.tags_of(shelf.session, question.id) == ["b", "c"]
    assert shelf.session.get_one(Question, question.id).category_id == category.id
    with pytest.raises(TagsTooMany):
        banks.place_question(
            shelf.session,
            shelf.instructor,
            question_id=question.id,
            category_id=None,
            tags=[str(n) for n in range(21)],
        )


def test_only_ready_questions_are_drawn(shelf: Shelf) -> None:
    category = banks.create_category(
        shelf.session, shelf.instructor, bank_id=shelf.bank.id, name="Géo"
    )
    ready = shelf.ask(category_id=category.id, state=QuestionState.READY, tags=["x"])
    shelf.ask(category_id=category.id)

    assert bank_queries.pool(shelf.session, [category.id]) == [ready.id]
    assert bank_queries.pool(shelf.session, [category.id], tag="X") == [ready.id]
    assert bank_queries.pool(shelf.session, [category.id], tag="y") == []


def test_a_question_shows_images_of_its_bank_only(shelf: Shelf) -> None:
    """A hash names any stored file of the centre, a certificate too."""
    content = SAMPLES["single"] | {"prompt": "![x](x.png)", "files": {"x.png": "a" * 64}}

    with pytest.raises(ImageUnknown):
        banks.create_question(
            shelf.session, shelf.instructor, bank_id=shelf.bank.id, content=content
        )
    for _ in range(2):
        banks.add_file(
            shelf.session,
            shelf.instructor,
            bank_id=shelf.bank.id,
            sha256="a" * 64,
            media_type="image/png",
            size=9,
        )
    banks.create_question(shelf.session, shelf.instructor, bank_id=shelf.bank.id, content=content)

    assert bank_queries.file_of_bank(shelf.session, shelf.bank.id, "a" * 64).size == 9
    with pytest.raises(NotFound):
        bank_queries.file_of_bank(shelf.session, shelf.bank.id, "b" * 64)


def test_what_the_door_refuses_is_not_kept(shelf: Shelf) -> None:
    with pytest.raises(refusals.PartMissing):
        banks.create_question(
            shelf.session,
            shelf.instructor,
            bank_id=shelf.bank.id,
            content=SAMPLES["single"] | {"prompt": ""},
        )


@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        (Role.REGISTRAR, Forbidden),
        (Role.CERTIFIER, Forbidden),
        (Role.AUDITOR, Forbidden),
        (Role.LEARNER, NotFound),
    ],
)
def test_who_may_not_grade_writes_no_questions(
    shelf: Shelf, role: Role, refusal: type[Exception]
) -> None:
    who = Actor(person_id=1) if role is Role.LEARNER else shelf.staff(role)

    with pytest.raises(refusal):
        banks.create_question(shelf.session, who, bank_id=shelf.bank.id, content=SAMPLES["essay"])
    assert bool(bank_queries.banks(shelf.session, who)) is (refusal is Forbidden)


def test_banks_of_another_institute_do_not_exist(shelf: Shelf) -> None:
    other = Shelf(shelf.session, prefix="OUJ")
    question = shelf.ask()

    assert [row.id for row in bank_queries.banks(shelf.session, other.instructor)] == [
        other.bank.id
    ]
    for act in (
        lambda: banks.edit_question(
            shelf.session, other.instructor, question_id=question.id, content=SAMPLES["essay"]
        ),
        lambda: bank_queries.question_for(shelf.session, other.instructor, question.id),
        lambda: banks.managed_bank(shelf.session, other.instructor, 999),
        lambda: bank_queries.question_for(shelf.session, other.instructor, 999),
        lambda: shelf.ask(category_id=999),
    ):
        with pytest.raises(NotFound):
            act()


def test_what_happens_to_questions_is_written_down(shelf: Shelf) -> None:
    shelf.ask()

    said = shelf.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()

    assert [each for each in said if each.startswith(("bank.", "question."))] == [
        "bank.created",
        "question.created",
    ]


def test_a_bank_leaves_in_the_order_of_its_tree(shelf: Shelf) -> None:
    category = banks.create_category(
        shelf.session, shelf.instructor, bank_id=shelf.bank.id, name="Géo"
    )
    shelf.ask(category_id=category.id, name="B", tags=["x"])
    shelf.ask("essay", name="C")

    left = bank_queries.all_questions(shelf.session, shelf.bank.id)

    assert [(each.name, each.path, each.tags) for each in left] == [
        ("C", [], []),
        ("B", ["Géo"], ["x"]),
    ]
    assert shelf.session.scalars(select(QuestionBank)).one().name == "Maths"
