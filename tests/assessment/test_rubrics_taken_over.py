"""A run takes over the rubrics of an earlier one of its course, as copies; on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nador.assessment import queries
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.marking import Criterion, Rubric, RubricKind
from nador.assessment.service import marking
from nador.catalogue.models import CourseVersion, RunStaff
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.errors import NotFound
from tests.assessment.school import publish
from tests.assessment.test_marking import LEVELS, Room, give_rubric, room
from tests.assessment.test_marking_pages import enter
from tests.factories import make_actor, make_course, make_run, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from nador.catalogue.models import Run

__all__ = ["room"]
GUIDE = Rubric(RubricKind.GUIDE, (Criterion("a", "Case", "", Decimal(5)),))


def next_run(room: Room, *, starts_in: int = 40) -> Run:
    version = room.session.get_one(CourseVersion, room.school.run.version_id)
    institute_id = room.school.institute.id
    made = make_run(room.session, version, institute_id=institute_id, starts_in=starts_in)
    publish(room.session, NOBODY, run_id=made.id)
    return made


def instructor(room: Room, run: Run) -> Actor:
    """Somebody who teaches on the new run alone."""
    made = make_actor(
        room.session, Role.INSTRUCTOR, institute_id=room.school.institute.id, run_id=run.id
    )
    named = {"run_id": run.id, "person_id": made.person_id}
    store(room.session, RunStaff(granted_at=clock.now(), **named))
    return made


def rubrics(room: Room, run: Run) -> dict[str, Rubric | None]:
    room.session.rollback()
    return {
        each.code: bench_queries.rubric_in(bench_queries.latest_rubric(room.session, each.id))
        for each in queries.assessments(room.session, run.id)
    }


def take_over(room: Room, run: Run, *, of: Run | None = None) -> int:
    return marking.take_over_rubrics(
        room.session,
        instructor(room, run),
        run_id=run.id,
        from_run_id=(of or room.school.run).id,
    )


@pytest.mark.parametrize("kept", [LEVELS, GUIDE], ids=["rubric", "guide"])
def test_what_is_taken_over_is_a_copy(room: Room, kept: Rubric) -> None:
    give_rubric(room, kept)
    new = next_run(room)

    assert take_over(room, new) == 1
    assert take_over(room, new) == 0

    assert rubrics(room, new) == {"QCM": None, "CAS": kept}
    other = Rubric(RubricKind.GUIDE, (Criterion("z", "Style", "", Decimal(9)),))
    give_rubric(room, other, expected=1)
    assert rubrics(room, new)["CAS"] == kept
    third = Rubric(RubricKind.GUIDE, (Criterion("y", "Length", "", Decimal(1)),))
    marking.set_rubric(
        room.session,
        instructor(room, new),
        assessment_id=queries.assessments(room.session, new.id)[1].id,
        rubric=third,
        expected_number=1,
    )
    assert (rubrics(room, new)["CAS"], rubrics(room, room.school.run)["CAS"]) == (third, other)


def test_a_rubric_that_is_there_or_was_given_up_stays(room: Room) -> None:
    give_rubric(room)
    new = next_run(room)
    take_over(room, new)
    asked = queries.assessments(room.session, new.id)[1].id
    staff = instructor(room, new)
    marking.set_rubric(room.session, staff, assessment_id=asked, rubric=None, expected_number=1)

    assert take_over(room, new) == 0
    assert rubrics(room, new)["CAS"] is None


def test_only_earlier_runs_of_the_course_with_a_rubric_that_holds_are_offered(room: Room) -> None:
    new, later, last = (next_run(room, starts_in=days) for days in (40, 90, 120))
    session, institute_id = room.session, room.school.institute.id
    course = make_course(session, institute_id=institute_id, plan=(("CAS", "1", "0"),))
    stranger = make_run(session, course, institute_id=institute_id, starts_in=90)
    publish(session, NOBODY, run_id=stranger.id)

    def offered(run: Run) -> list[int]:
        return [each.run_id for each in bench_queries.earlier_rubrics(session, run)]

    give_rubric(room)
    take_over(room, later)
    assert offered(new) == [room.school.run.id]
    take_over(room, new)
    assert offered(last) == [later.id, new.id, room.school.run.id]
    assert (offered(new), offered(room.school.run), offered(stranger)) == ([], [], [])
    assert take_over(room, stranger) == 0
    give_rubric(room, None, expected=1)
    assert offered(last) == [later.id, new.id]


def test_nobody_takes_over_into_a_run_of_others(room: Room) -> None:
    give_rubric(room)
    new = next_run(room)
    of_the_old_run = room.markers[0]

    with pytest.raises(NotFound):
        marking.take_over_rubrics(
            room.session, of_the_old_run, run_id=new.id, from_run_id=room.school.run.id
        )


def test_the_page_of_assessments_offers_it_until_it_is_done(
    client: FlaskClient, room: Room
) -> None:
    give_rubric(room)
    new = next_run(room)
    room.markers[0] = instructor(room, new)
    enter(client, room)
    page = f"/teach/runs/{new.id}/assessments?lang=en"

    assert room.school.run.code in client.get(page).text
    done = client.post(f"/teach/runs/{new.id}/rubrics", data={"from": room.school.run.id})

    assert done.status_code == 303
    after = client.get(page).text
    assert ("1 rubric is taken over." in after, "Rubrics of an earlier run" in after) == (
        True,
        False,
    )


def test_a_single_rubric_of_the_course_is_shown_for_writing(
    client: FlaskClient, room: Room
) -> None:
    give_rubric(room)
    new = next_run(room)
    room.markers[0] = instructor(room, new)
    enter(client, room)
    first, second = (each.id for each in queries.assessments(room.session, new.id))

    shown = client.get(f"/teach/assessments/{first}/rubric?from={room.assessment_id}&lang=en")

    assert 'value="Advice"' in shown.text
    nothing = client.get(f"/teach/assessments/{first}/rubric?from={second}")
    assert nothing.status_code == 404
