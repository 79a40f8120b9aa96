"""Marking on pages: saved by itself or by the button, refused without loss, and nothing told under hidden names."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.marking import MarkStatus
from nador.kernel.files import FileStore
from tests.assessment.test_marking import DOUBLE, HIDDEN, LEVELS, Room, give_rubric, open_room, room
from tests.factories import make_sign_in
from tests.factories.marking import ask_for_work, hand_in, make_comment
from tests.reporting.test_pages import statements

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.assessment.models import Mark
    from nador.settings import Settings

__all__ = ["room"]


def enter(client: FlaskClient, room: Room, marker: int = 0) -> FlaskClient:
    secret = make_sign_in(room.session, room.markers[marker].person_id or 0)
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": secret, "_fresh": True})
    return client


def address(room: Room, learner: int = 0, what: str = "") -> str:
    return f"/teach/assessments/{room.assessment_id}/works/{room.sign(learner)}{what}?lang=en"


def kept(room: Room) -> list[Mark]:
    room.session.rollback()
    room.session.expire_all()
    return list(room.work().marks)


def test_a_mark_is_kept_by_the_button_and_the_next_is_shown(
    client: FlaskClient, room: Room
) -> None:
    enter(client, room)

    answer = client.post(
        address(room), data={"value": "13,5", "comment": "Good.", "version": "0", "act": "final"}
    )

    assert answer.status_code == 303
    assert answer.location.endswith(f"/works/{room.sign(1)}")
    (mark,) = kept(room)
    assert (mark.value, mark.comment, mark.status) == (
        Decimal("13.5"),
        "Good.",
        MarkStatus.FINAL,
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("21", "Write a number from 0 to 20."),
        ("-1", "Write a number from 0 to 20."),
        ("12.345", "Write at most two decimals."),
        ("=12", "Write a number, for example 14.5 or 14,5."),
        ("", "One criterion has no points yet."),
    ],
)
def test_a_wrong_mark_is_refused_and_nothing_typed_is_lost(
    client: FlaskClient, room: Room, typed: str, said: str
) -> None:
    enter(client, room)

    answer = client.post(
        address(room), data={"value": typed, "comment": "Keep me.", "version": "0"}
    )

    assert answer.status_code == 422
    assert said in answer.text
    assert "Keep me." in answer.text
    assert kept(room) == []


def test_a_draft_saves_itself(client: FlaskClient, room: Room) -> None:
    enter(client, room)
    sent = {"value": "12", "comment": "", "version": "0"}

    first = client.post(address(room, what="/draft"), data=sent)
    stale = client.post(
        address(room, what="/draft"),
        data=sent | {"value": "14"},
        headers={"Accept": "application/json"},
    )

    assert (first.status_code, first.json and first.json["version"]) == (200, 1)
    assert stale.status_code == 409
    assert stale.json is not None
    assert stale.json["detail"].endswith("There: 12. Here: 14.")


def test_two_windows_lose_nothing(client: FlaskClient, room: Room) -> None:
    room.save("12", final=False)
    enter(client, room)

    answer = client.post(
        address(room), data={"value": "15", "comment": "Mine.", "version": "0", "act": "final"}
    )

    assert answer.status_code == 412
    assert "There: 12. Here: 15." in answer.text
    assert 'value="15"' in answer.text
    assert "Mine." in answer.text
    again = client.post(
        address(room), data={"value": "15", "comment": "Mine.", "version": "1", "act": "final"}
    )
    assert again.status_code == 303


def test_a_colleagues_mark_can_be_taken_over(client: FlaskClient, room: Room) -> None:
    room.save("12", final=False)
    enter(client, room, marker=1)
    sent = {"value": "15", "comment": "Mine.", "version": "0", "act": "final"}

    answer = client.post(address(room), data=sent)

    assert answer.status_code == 409
    assert "Theirs: 12. Yours: 15." in answer.text
    assert "Mine." in answer.text
    assert 'name="take"' in answer.text
    again = client.post(address(room), data=sent | {"version": "1", "take": "1"})
    assert again.status_code == 303
    assert [each.value for each in kept(room)] == [Decimal(15)]


def test_marking_by_a_rubric(client: FlaskClient, room: Room) -> None:
    version = give_rubric(room)
    enter(client, room)
    sent = {"p-a": "5", "p-b": "3", "n-a": "Clear.", "version": "0", "rubric": str(version)}

    wrong = client.post(address(room), data=sent)
    right = client.post(address(room), data=sent | {"p-b": "2"})

    assert wrong.status_code == 422
    assert "Write the points of one of its levels: 2 and 5." in wrong.text
    assert right.status_code == 303
    (mark,) = kept(room)
    assert (mark.value, mark.notes) == (Decimal(14), {"a": "Clear."})
    give_rubric(room, type(LEVELS)(LEVELS.kind, LEVELS.criteria[:1]), expected=1)
    page = client.get(address(room)).text
    assert "The rubric was changed after this mark." in page
    assert "Advice" in page
    assert "Advice" not in client.get(address(room) + "&new=1").text


def test_a_rubric_is_written_one_level_a_line(client: FlaskClient, room: Room) -> None:
    enter(client, room)
    page = f"/teach/assessments/{room.assessment_id}/rubric?lang=en"
    sent = {
        "kind": "rubric",
        "number": "0",
        "row": ["x1", "x2"],
        "title-x1": "Case",
        "levels-x1": "1 poor\n2,5 partly\n٤ good",
        "title-x2": "",
    }

    assert client.post(page, data=sent | {"levels-x1": "good"}).status_code == 422
    assert client.post(page, data=sent | {"more": "1"}).text.count('name="row"') == 5
    assert client.post(page, data=sent).status_code == 303

    rubric = bench_queries.rubric_in(bench_queries.latest_rubric(room.session, room.assessment_id))
    assert rubric is not None
    (criterion,) = rubric.criteria
    assert [str(each.points) for each in criterion.levels] == ["1.00", "2.50", "4.00"]
    moved = client.post(page, data=sent | {"title-x1": "Another"})
    assert moved.status_code == 409
    assert 'value="Another"' in moved.text


def test_a_plan_is_set(client: FlaskClient, room: Room) -> None:
    enter(client, room)
    page = f"/teach/assessments/{room.assessment_id}/plan?lang=en"
    sent = {
        "anonymous": "y",
        "second": "sample",
        "threshold": "1,5",
        "percent": "",
        "borderline": "",
    }

    assert client.post(page, data=sent).status_code == 422
    assert client.post(page, data=sent | {"threshold": "30", "percent": "5"}).status_code == 422
    assert client.post(page, data=sent | {"percent": "10"}).status_code == 303

    plan = bench_queries.bench(room.session, room.assessment_id).plan
    assert (plan.anonymous, plan.threshold, plan.percent) == (True, Decimal("1.5"), 10)


def test_no_page_tells_a_name_while_names_are_hidden(
    client: FlaskClient, room: Room, settings: Settings
) -> None:
    ask_for_work(room.session, room.assessment_id)
    content = b"%PDF-1.7 work"
    FileStore(settings.files).put(content)
    for learner in room.school.learners:
        hand_in(room.session, room.assessment_id, learner, files={"Learner-000-essay.pdf": content})
    room.plan(HIDDEN)
    enter(client, room)
    base = f"/teach/assessments/{room.assessment_id}"
    secrets = [
        word
        for learner, person in zip(room.school.learners, room.school.people, strict=True)
        for word in (learner.reference, person.name_latin, person.reference)
    ]
    pages = ["/teach/marking", f"{base}/marking", f"{base}/markers", address(room)]
    file_id = 1
    shown = [client.get(page) for page in pages]
    with client.get(f"{base}/works/{room.sign()}/files/{file_id}") as file:
        told = dict(file.headers)

    for page in shown:
        assert page.status_code == 200
        assert [word for word in secrets if word and word in page.text] == []
        assert f'enrolment_id={room.school.learners[0].id}"' not in page.text
    assert room.sign() in shown[0].text
    assert told["Content-Disposition"] == f"attachment; filename={room.sign()}-1.pdf"
    assert told["X-Content-Type-Options"] == "nosniff"


def test_the_second_marker_does_not_see_the_first(client: FlaskClient, room: Room) -> None:
    room.plan(DOUBLE)
    room.save("8.25", comment="Weak.")
    enter(client, room, marker=1)
    bench = f"/teach/assessments/{room.assessment_id}/marking?lang=en"

    blind = [client.get(address(room)).text, client.get(bench).text]
    room.save("14", marker=1)
    after = client.get(address(room)).text

    assert not any("8.25" in page or "Weak." in page for page in blind)
    assert "8.25/20" in after
    assert "Weak." in after


def test_files_go_back_to_the_learner(client: FlaskClient, room: Room, settings: Settings) -> None:
    enter(client, room)
    given = {"file": (io.BytesIO(b"%PDF-1.7 remarks"), "../../etc/remarks.pdf")}

    empty = client.post(address(room, what="/feedback"), data={"file": (io.BytesIO(b""), "a")})
    answer = client.post(address(room, what="/feedback"), data=given)

    assert (empty.status_code, answer.status_code) == (422, 303)
    room.session.rollback()
    (file,) = bench_queries.feedback_files(room.session, room.assessment_id)
    assert file.name == "remarks.pdf"
    with client.get(address(room, what=f"/feedback/{file.id}")) as sent:
        assert sent.data == b"%PDF-1.7 remarks"
        assert sent.headers["Content-Disposition"].startswith("attachment")
    dropped = client.post(address(room, what=f"/feedback/{file.id}/drop"))
    assert dropped.status_code == 303
    room.session.rollback()
    assert bench_queries.feedback_files(room.session, room.assessment_id) == []


def test_markers_are_named(client: FlaskClient, room: Room) -> None:
    room.plan(DOUBLE)
    enter(client, room)
    page = f"/teach/assessments/{room.assessment_id}/markers"
    ids = [str(each.person_id) for each in room.markers]

    nobody = client.post(f"{page}/share?lang=en", data={"role": "first"})
    shared = client.post(f"{page}/share?lang=en", data={"role": "first", "marker": ids})
    twice = client.post(
        f"{page}?lang=en", data={f"second-{room.sign()}": ids[0], f"first-{room.sign()}": ids[0]}
    )
    named = client.post(
        f"{page}?lang=en", data={f"second-{room.sign()}": ids[1], f"first-{room.sign()}": ids[0]}
    )

    assert [each.status_code for each in (nobody, shared, twice, named)] == [422, 303, 422, 303]
    room.session.rollback()
    assert len(room.work().allotted) == 2


def test_comments_are_used_again(client: FlaskClient, room: Room) -> None:
    enter(client, room)
    institute_id = room.school.institute.id
    shared = make_comment(room.session, institute_id, by_id=room.markers[1].person_id or 0)

    empty = client.post("/teach/comments", data={"text": " ", "institute_id": institute_id})
    added = client.post("/teach/comments", data={"text": "Say why.", "institute_id": institute_id})

    assert (empty.status_code, added.status_code) == (422, 303)
    page = client.get(address(room)).text
    assert "Say why." in page
    assert shared.text in page
    sent = {"value": "12", "comment": "Good.", "version": "0", "bank": str(shared.id)}
    assert client.post(address(room, learner=1), data=sent).status_code == 303
    room.session.rollback()
    assert room.work(1).marks[0].comment == f"Good.\n{shared.text}"
    changed = client.post(
        f"/teach/comments/{shared.id}", data={"text": "Why so?", "institute_id": institute_id}
    )
    assert changed.status_code == 303
    own = bench_queries.comments_for(room.session, room.markers[0])[0]
    enter(client, room, marker=1)
    assert client.get(f"/teach/comments/{own.id}").status_code == 404
    assert client.post(f"/teach/comments/{shared.id}/drop").status_code == 303


def test_names_are_shown_by_one_press(client: FlaskClient, room: Room) -> None:
    room.plan(HIDDEN)
    enter(client, room)
    page = f"/teach/assessments/{room.assessment_id}"

    early = client.post(f"{page}/reveal?lang=en")
    for learner in range(3):
        room.save("12", learner=learner)
        room.save("13", marker=1, learner=learner)
    assert "Show the names" in client.get(f"{page}/marking?lang=en").text
    done = client.post(f"{page}/reveal?lang=en")

    assert (early.status_code, done.status_code) == (409, 303)
    assert "3 marks are not agreed yet." in early.text
    assert "Learner 000" in client.get(f"{page}/marking?lang=en").text


@pytest.mark.parametrize("learners", [3, 3 + 20])
def test_pages_read_as_often_for_many_as_for_few(
    app: Flask, client: FlaskClient, session: Session, learners: int
) -> None:
    made = open_room(session, learners=learners)
    ask_for_work(session, made.assessment_id)
    for learner in made.school.learners:
        hand_in(session, made.assessment_id, learner)
    give_rubric(made)
    enter(client, made)
    bench = f"/teach/assessments/{made.assessment_id}/marking"
    client.get(bench)
    counts = {}
    for name, page in (("queue", "/teach/marking"), ("bench", bench), ("work", address(made))):
        with statements(app.extensions["nador"].engine) as sent:
            assert client.get(page).status_code == 200
        counts[name] = len(sent)

    # Who asks takes two of them.
    assert counts == COUNTS


COUNTS = {"queue": 4, "bench": 9, "work": 14}


def test_points_are_read_by_the_rubric_that_their_page_had(client: FlaskClient, room: Room) -> None:
    version = give_rubric(room)
    enter(client, room)
    sent = {"p-a": "5", "p-b": "2", "version": "0", "rubric": str(version)}
    give_rubric(room, type(LEVELS)(LEVELS.kind, LEVELS.criteria[:1]), expected=1)

    answer = client.post(address(room), data=sent)

    assert answer.status_code == 303
    (mark,) = kept(room)
    assert (mark.value, mark.rubric_version_id) == (Decimal(14), version)


def test_a_mark_for_an_older_version_is_not_taken_for_the_newer(
    client: FlaskClient, room: Room
) -> None:
    ask_for_work(room.session, room.assessment_id)
    hand_in(room.session, room.assessment_id, room.school.learners[0])
    enter(client, room)
    (seen,) = re.findall(r'name="submission"[^>]*value="(\d+)"', client.get(address(room)).text)
    newer = hand_in(room.session, room.assessment_id, room.school.learners[0], number=2).id
    sent = {"value": "13", "version": "0", "act": "final"}

    refused = client.post(address(room), data=sent | {"submission": seen})

    assert refused.status_code == 409
    assert "A newer version was handed in meanwhile." in refused.text
    assert 'value="13"' in refused.text
    assert kept(room) == []
    (seen,) = re.findall(r'name="submission"[^>]*value="(\d+)"', refused.text)
    assert client.post(address(room), data=sent | {"submission": seen}).status_code == 303
    assert [each.submission_id for each in kept(room)] == [newer]
