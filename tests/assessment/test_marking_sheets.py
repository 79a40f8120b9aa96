"""Marks and feedback for a whole class: a table, a worksheet edited in Excel, a ZIP; and what learners get."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from nador.assessment import service
from nador.assessment.models import LetGoFile
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.marking import MarkStatus
from nador.assessment.rules.submissions import FileKind
from nador.assessment.service import marking
from nador.assessment.service.forgetting import forget_person
from nador.assessment.service.submissions import Stored
from nador.kernel.db import command
from nador.kernel.files import FileStore
from tests.assessment.test_marking import HIDDEN, Room, give_rubric, room
from tests.assessment.test_marking_pages import enter
from tests.factories import make_sign_in
from tests.factories.marking import hand_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from nador.kernel.access import Actor
    from nador.settings import Settings

__all__ = ["room"]
PDF = b"%PDF-1.7 remarks"


def base(room: Room) -> str:
    return f"/teach/assessments/{room.assessment_id}"


def sheet(client: FlaskClient, room: Room) -> list[dict[str, str]]:
    answer = client.get(f"{base(room)}/worksheet.csv?lang=en")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def bring(client: FlaskClient, room: Room, content: str | bytes) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(
        f"{base(room)}/worksheet?lang=en", data={"file": (io.BytesIO(raw), "marks.csv")}
    )


def accept(client: FlaskClient, room: Room, preview: TestResponse, **more: str) -> TestResponse:
    kept = dict(
        re.findall(r'name="(content|fingerprint)" type="hidden" value="([^"]*)"', preview.text)
    )
    return client.post(f"{base(room)}/worksheet?lang=en", data=kept | {"final": "y"} | more)


def kept(room: Room, learner: int = 0) -> list[tuple[Decimal | None, MarkStatus]]:
    room.session.rollback()
    room.session.expire_all()
    return [(each.value, each.status) for each in room.work(learner).marks]


def test_a_worksheet_goes_out_and_comes_back_from_excel(client: FlaskClient, room: Room) -> None:
    room.save("9", final=False, comment="=1+1")
    enter(client, room)

    rows = sheet(client, room)
    assert list(rows[0]) == [
        "Paper",
        "Reference",
        "Learner’s name",
        "Mark /20",
        "Comment",
        "Versions (leave as they are)",
    ]
    assert rows[0]["Comment"] == "'=1+1"
    # As Excel saves it in French: semicolons, decimal commas, other columns in another order.
    lines = ["Final;Note /20;Copie;Commentaire;Versions (à laisser telles quelles)"]
    lines += [f"18;14,5;{room.sign(0)};Bien ; mieux.;1".replace(" ; ", ", ")]
    lines += [f"12;;{room.sign(1)};;0", f";7,25;{room.sign(2)};;0"]
    preview = bring(client, room, "\r\n".join(lines).encode("cp1252"))

    assert preview.status_code == 200
    assert "One column is not read: Final." in preview.text
    assert "2 marks change" in preview.text
    assert kept(room) == [(Decimal(9), MarkStatus.DRAFT)]
    assert accept(client, room, preview).status_code == 303
    assert kept(room) == [(Decimal("14.5"), MarkStatus.FINAL)]
    assert kept(room, 1) == []
    assert kept(room, 2) == [(Decimal("7.25"), MarkStatus.FINAL)]


def test_what_comes_back_unchanged_changes_nothing(client: FlaskClient, room: Room) -> None:
    give_rubric(room)
    version = bench_queries.latest_rubric(room.session, room.assessment_id)
    assert version is not None
    room.save(
        None,
        rubric_id=version.id,
        points={"a": Decimal(5), "b": Decimal(2)},
        comment="=HYPERLINK\n\nsecond line",
    )
    enter(client, room)

    answer = client.get(f"{base(room)}/worksheet.csv?lang=ar")
    preview = bring(client, room, answer.data)

    assert preview.status_code == 200
    assert "The file changes nothing" in preview.text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{0},21", "Write a number from 0 to 20."),
        ("{0},=SUM(A1)", "Write a number, for example 14.5 or 14,5."),
        ("XXX-XXX,12", "No work here goes by this sign or reference."),
        ("{0},12\n{0},13", "This learner stands on line 2 already."),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_kept(
    client: FlaskClient, room: Room, row: str, said: str
) -> None:
    enter(client, room)

    preview = bring(client, room, f"Paper,Mark\n{row.format(room.sign(0))}\n{room.sign(1)},12")

    assert preview.status_code == 422
    assert said in preview.text
    assert accept(client, room, preview).status_code == 422
    assert kept(room, 1) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Paper,Final\nx,12", "No column is a criterion of the rubric, the mark or the comment."),
        ("Name,Mark\nx,12", "No column is called “Paper” or “Reference”"),
        ("", "Choose a file."),
    ],
)
def test_a_file_that_is_no_worksheet(
    client: FlaskClient, room: Room, content: str, said: str
) -> None:
    enter(client, room)

    answer = bring(client, room, content)

    assert answer.status_code == 422
    assert said in answer.text


def test_marks_that_moved_meanwhile_are_looked_at_again(client: FlaskClient, room: Room) -> None:
    enter(client, room)
    preview = bring(client, room, f"Paper,Mark\n{room.sign(0)},14\n{room.sign(1)},15")
    room.save("11", final=False)

    again = accept(client, room, preview)

    assert again.status_code == 409
    assert "Something was changed meanwhile." in again.text
    assert kept(room, 1) == []
    assert accept(client, room, again).status_code == 303
    assert kept(room) == [(Decimal(14), MarkStatus.FINAL)]


def test_a_worksheet_tells_no_name_while_names_are_hidden(client: FlaskClient, room: Room) -> None:
    room.plan(HIDDEN)
    enter(client, room)

    answer = client.get(f"{base(room)}/worksheet.csv?lang=en")
    preview = bring(client, room, f"Paper,Mark\n{room.school.learners[0].reference},12")

    assert "Learner 0" not in answer.text
    assert room.school.learners[0].reference not in answer.text
    assert preview.status_code == 422


def test_many_marks_are_entered_in_a_table(client: FlaskClient, room: Room) -> None:
    enter(client, room)
    first, second = room.sign(0), room.sign(1)
    page = f"{base(room)}/entry?lang=en"
    sent = {
        f"v-{first}": "0",
        f"b-{first}-value": "",
        f"g-{first}-value": "12,5",
        f"v-{second}": "0",
        f"b-{second}-value": "",
        f"g-{second}-value": "21",
        "final": "y",
    }

    refused = client.post(page, data=sent)
    saved = client.post(page, data=sent | {f"g-{second}-value": ""})

    assert (refused.status_code, saved.status_code) == (422, 303)
    assert 'value="12,5"' in refused.text
    assert kept(room) == [(Decimal("12.5"), MarkStatus.FINAL)]
    stale = client.post(page, data=sent | {f"g-{second}-value": "", f"g-{first}-value": "13"})
    assert stale.status_code == 412
    assert "There: 12.5. Here: 13." in stale.text


def test_a_table_of_criteria(client: FlaskClient, room: Room) -> None:
    give_rubric(room)
    enter(client, room)
    sign = room.sign(0)
    page = f"{base(room)}/entry?lang=en"
    assert client.get(page).text.count('class="mark"') == 6
    sent = {f"v-{sign}": "0", f"g-{sign}-a": "5", f"g-{sign}-b": "3", "final": "y"}

    assert client.post(page, data=sent).status_code == 422
    assert client.post(page, data=sent | {f"g-{sign}-b": ""}).status_code == 303
    assert kept(room) == [(None, MarkStatus.DRAFT)]
    client.post(page, data=sent | {f"g-{sign}-b": "5", f"b-{sign}-a": "5", f"v-{sign}": "1"})
    assert kept(room) == [(Decimal(20), MarkStatus.FINAL)]


def stored_pdf(settings: Settings) -> Stored:
    return Stored(
        name="remarks.pdf",
        kind=FileKind.PDF,
        size=len(PDF),
        sha256=FileStore(settings.files).put(PDF),
    )


def test_learners_read_what_came_back_once_it_is_released(
    client: FlaskClient, room: Room, settings: Settings
) -> None:
    give_rubric(room)
    version = bench_queries.latest_rubric(room.session, room.assessment_id)
    assert version is not None
    room.save(
        None,
        rubric_id=version.id,
        points={"a": Decimal(5), "b": Decimal(2)},
        notes={"a": "Clear."},
        comment="Well argued.",
    )
    marking.add_feedback(
        room.session,
        room.markers[0],
        assessment_id=room.assessment_id,
        sign=room.sign(),
        stored=stored_pdf(settings),
    )
    reference = room.school.learners[0].reference
    page = f"/me/results/{reference}/feedback/{room.assessment_id}?lang=en"
    be(client, room, 0)

    assert client.get(page).status_code == 404
    service.release(room.session, room.markers[0], run_id=room.school.run.id)
    shown = client.get(page)

    assert shown.status_code == 200
    assert page.partition("?")[0] in client.get(f"/me/results/{reference}?lang=en").text
    for said in ("14.00/20", "Case", "5/5", "Clear.", "Well argued.", "remarks.pdf"):
        assert said in shown.text
    assert str(room.markers[0].name_latin) not in shown.text
    (file,) = bench_queries.feedback_files(room.session, room.assessment_id)
    sent_from = page.replace("?", f"/files/{file.id}?")
    with client.get(sent_from) as sent:
        assert sent.data == PDF
    be(client, room, 1)
    assert client.get(page).status_code == 404
    assert client.get(sent_from).status_code == 404


def be(client: FlaskClient, room: Room, learner: int) -> None:
    secret = make_sign_in(room.session, room.school.people[learner].id)
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": secret, "_fresh": True})


def test_a_group_reads_the_same(client: FlaskClient, room: Room) -> None:
    hand_in(room.session, room.assessment_id, *room.school.learners[:2])
    room.save("12", comment="For both.")
    service.release(room.session, room.markers[0], run_id=room.school.run.id)

    for learner in (0, 1):
        be(client, room, learner)
        reference = room.school.learners[learner].reference
        page = client.get(f"/me/results/{reference}/feedback/{room.assessment_id}?lang=en")
        assert "For both." in page.text


def test_who_works_with_others_since_reads_what_is_said_of_that(
    client: FlaskClient, room: Room
) -> None:
    first, second, third = room.school.learners[:3]
    hand_in(room.session, room.assessment_id, first, second)
    hand_in(room.session, room.assessment_id, second, third, number=2)
    room.save("12", comment="Of the work with the first.")
    room.save("15", learner=1, comment="Of the work with the third.")
    service.release(room.session, room.markers[0], run_id=room.school.run.id)

    be(client, room, 1)
    page = client.get(f"/me/results/{second.reference}/feedback/{room.assessment_id}?lang=en").text

    assert "Of the work with the third." in page
    assert "Of the work with the first." not in page


def test_an_erased_learner_is_no_longer_spoken_of(room: Room, settings: Settings) -> None:
    room.save("12", comment="Salma argues well.", notes={"a": "Clear."})
    marking.add_feedback(
        room.session,
        room.markers[0],
        assessment_id=room.assessment_id,
        sign=room.sign(),
        stored=stored_pdf(settings),
    )

    forget(room.session, room.markers[0], person_id=room.school.people[0].id)

    (mark,) = room.work().marks
    assert (mark.value, mark.comment, mark.notes) == (Decimal(12), "", {})
    assert bench_queries.feedback_files(room.session, room.assessment_id) == []
    assert len(room.session.scalars(select(LetGoFile)).all()) == 1


@command
def forget(session: Session, _actor: Actor, *, person_id: int) -> None:
    forget_person(session, person_id=person_id)


def test_a_mark_typed_for_work_that_a_colleague_took_is_not_dropped(
    client: FlaskClient, room: Room
) -> None:
    enter(client, room)
    first, second = room.sign(0), room.sign(1)
    room.save("9", marker=1, learner=1, final=False)
    sent = {f"v-{first}": "0", f"g-{first}-value": "12", f"v-{second}": "0", "final": "y"}

    refused = client.post(f"{base(room)}/entry?lang=en", data=sent | {f"g-{second}-value": "14"})

    assert refused.status_code == 422
    assert 'value="14"' in refused.text
    assert kept(room) == []
