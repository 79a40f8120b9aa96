"""The pages of a quiz, as a browser without script sends and sees them."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select

from nador.assessment.models import AnswerAside, Attempt, AttemptAnswer, LetGoFile, Quiz, QuizSlot
from nador.assessment.rules import QuestionState
from nador.assessment.rules.quizzes import AttemptStatus
from nador.assessment.service import banks, quiz_marking
from nador.assessment.service.quiz_marking import Marked
from nador.catalogue.models import RunStaff
from nador.kernel import clock
from tests.assessment.exam import ESSAY, FILE, SHORT, SINGLE, Exam, open_exam
from tests.assessment.test_bank_pages import fields_of
from tests.assessment.test_gradebook import statements
from tests.factories import sign_in, store

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

JSON = {"Accept": "application/json"}


def as_learner(client: FlaskClient, exam: Exam, learner: int = 0) -> str:
    """Sign a learner in and let them begin on the page; returns the attempt's address."""
    sign_in(client, exam.session, exam.actors[learner])
    begun = client.post(f"/me/quizzes/{exam.quiz.id}")
    assert begun.status_code == 303, begun.text
    return str(begun.location)


def as_instructor(client: FlaskClient, exam: Exam) -> None:
    run_id, person_id = exam.school.run.id, exam.school.instructor.person_id or 0
    store(exam.session, RunStaff(run_id=run_id, person_id=person_id, granted_at=clock.now()))
    sign_in(client, exam.session, exam.school.instructor)


def answers(exam: Exam) -> list[dict[str, Any]]:
    exam.session.rollback()
    exam.session.expire_all()
    rows = exam.session.scalars(select(AttemptAnswer).order_by(AttemptAnswer.id))
    return [each.answer for each in rows]


def test_a_quiz_without_script(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, SINGLE, SHORT, ESSAY, minutes=30, feedback="after_hand_in")
    intro = client.get("/me/quizzes/1").status_code
    url = as_learner(client, exam)
    page = client.get(f"{url}?lang=en")
    fields = fields_of(page.text)

    saved = client.post(url, data={**fields, "q1-choice": "four", "q3-text": "Because.\n"})
    again = fields_of(client.get(url).text)
    finish = client.post(url, data={**again, "q2-text": "Rabat", "finish": "1"})
    check = client.get(f"{finish.location}?lang=en")
    handed = client.post(finish.location)
    review = client.get(f"{handed.location}?lang=en")

    assert intro == 303
    assert (saved.status_code, finish.status_code, handed.status_code) == (303, 303, 303)
    assert again["q1-choice"] == ["four"]
    assert answers(exam) == [{"choice": "four"}, {"text": "Rabat"}, {"text": "Because."}]
    assert "Every question is answered." in check.text
    assert "Handed in" in review.text
    assert "Quatre" not in review.text  # it waits for a person: nothing is told yet
    assert client.post(finish.location).status_code == 303
    assert client.get(f"{url}/hand-in").status_code == 303


def test_reading_costs_few_statements(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, SINGLE, SHORT, ESSAY, minutes=30)
    url = as_learner(client, exam)
    for address, most in (
        (url, 5),
        (f"{url}/hand-in", 4),
        (f"/me/quizzes/{exam.quiz.id}", 7),
    ):
        client.get(address)
        with statements(session) as seen:
            client.get(address)
        assert len(seen) <= most, (address, seen)


def test_the_script_saves_one_answer(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, minutes=30)
    url = as_learner(client, exam)

    def send(sequence: int, choice: str) -> Any:
        body = {"sequence": sequence, "q1-choice": choice}
        return client.post(f"{url}/answers/1", data=body, headers=JSON)

    with statements(session) as seen:
        saved = send(1, "four")
    again, stale, newer = send(1, "four"), send(1, "five"), send(2, "five")

    assert [each.status_code for each in (saved, again, stale, newer)] == [200, 200, 409, 200]
    assert saved.json["outcome"] == "saved"
    assert saved.json["sequence"] == 1
    assert 0 < saved.json["left"] <= 1800
    assert re.fullmatch(r"\d\d:\d\d", saved.json["saved_at"])
    assert answers(exam)[0] == {"choice": "five"}
    assert len(seen) <= 5, seen


def test_bad_input_is_answered_plainly(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, ESSAY)
    url = as_learner(client, exam)
    endless = {"sequence": 1, "q1-text": "x" * 50_001}

    too_long = client.post(f"{url}/answers/1", data=endless, headers=JSON)
    huge = client.post(
        f"{url}/answers/1",
        data={"sequence": 1, "q1-text": "x" * 7_000_000},
        headers=JSON,
    )
    nowhere = client.post(f"{url}/answers/9", data={"sequence": 1}, headers=JSON)
    form = client.post(url, data={**fields_of(client.get(url).text), "q1-text": "y" * 50_001})
    odd = client.post(f"{url}/answers/1", data={"sequence": "x", "q1-text": "a"}, headers=JSON)

    assert (too_long.status_code, huge.status_code, nowhere.status_code) == (422, 413, 404)
    assert form.status_code == 422
    assert "y" * 50_001 in form.text
    assert odd.status_code == 409
    assert answers(exam) == [{}]


def test_two_windows(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session)
    url = as_learner(client, exam)
    behind = fields_of(client.get(url).text)
    client.post(url, data={**behind, "q2-text": "Rabat"})

    untouched = client.post(url, data={**behind, "q1-choice": "four"})
    touched = client.post(f"{url}?lang=en", data={**behind, "q2-text": "Fès"})

    assert (untouched.status_code, touched.status_code) == (303, 422)
    assert "changed in another window" in touched.text
    assert "Fès" in touched.text
    assert answers(exam) == [{"choice": "four"}, {"text": "Rabat"}]


def test_one_question_a_page(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, paged=True)
    url = as_learner(client, exam)
    first = client.get(f"{url}?lang=en")

    gone_on = client.post(url, data={**fields_of(first.text), "q1-choice": "four", "go": "2"})
    second = client.get(gone_on.location)

    assert "Question 1 of 2" in first.text
    assert "Question 2 of 2" in second.text
    assert "Combien" not in second.text
    assert answers(exam)[0] == {"choice": "four"}
    assert client.get(f"{url}?q=99").status_code == 200


def test_files_of_an_answer(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, FILE)
    url = as_learner(client, exam)
    fields = fields_of(client.get(url).text)
    fields.pop("q1-file", None)

    def upload(name: str, content: bytes, **more: Any) -> int:
        page = fields_of(client.get(url).text)
        page.pop("q1-file", None)
        data = {**page, **more, "q1-file": (io.BytesIO(content), name)}
        return client.post(url, data=data, content_type="multipart/form-data").status_code

    assert upload("plan.pdf", b"%PDF-1.7") == 303
    kept = answers(exam)[0]["files"][0]
    assert kept["name"] == "plan.pdf"
    with client.get(f"{url}/files/{kept['sha256']}") as sent:
        assert sent.data == b"%PDF-1.7"
    assert client.get(f"{url}/files/{'0' * 64}").status_code == 404
    assert upload("plan.exe", b"MZ") == 422
    # A hash in a form opens nobody's file.
    forged = {"sequence": 9, "q1-file": f'["x.pdf", "{kept["sha256"]}", 8]'}
    client.post(f"{url}/answers/1", data=forged, headers=JSON)
    assert answers(exam)[0] == {}


@pytest.mark.parametrize(
    ("feedback", "told"), [("after_hand_in", True), ("never", False), ("after_release", False)]
)
def test_what_was_right_is_told_when_it_may_be(
    client: FlaskClient, session: Session, feedback: str, told: bool
) -> None:
    exam = open_exam(session, SINGLE, feedback=feedback)
    url = as_learner(client, exam)
    client.post(f"{url}/hand-in")

    review = client.get(f"{url}?lang=en")

    assert ("Right answer" in review.text) is told
    assert ("0.00" in review.text) is told


def test_late_answers_of_a_form_are_kept(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session)
    url = as_learner(client, exam)
    fields = fields_of(client.get(url).text)
    client.post(f"{url}/hand-in")

    late = client.post(url, data={**fields, "q2-text": "Rabat"})
    review = client.get(f"{late.location}?lang=en")

    assert late.status_code == 303
    assert "counts only if staff accepts it" in review.text
    session.rollback()
    assert session.scalars(select(AnswerAside)).one().answer == {"text": "Rabat"}


def test_staff_composes_a_quiz(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, SINGLE, ready=False)
    as_instructor(client, exam)
    url = f"/teach/quizzes/{exam.quiz.id}"
    category = banks.create_category(
        session, exam.school.instructor, bank_id=exam.bank.id, name="Géo"
    )
    extra = banks.create_question(
        session,
        exam.school.instructor,
        bank_id=exam.bank.id,
        content=SHORT,
        category_id=category.id,
        state=QuestionState.READY,
    )
    page = client.get(f"{url}?lang=en&q=Maroc")
    settings = {
        "minutes": "45",
        "attempts": "2",
        "grace": "30",
        "counting": "last",
        "ending": "submit",
        "feedback": "never",
        "shuffle": "y",
        "opens_at": "2026-12-01T09:00",
        "closes_at": "2026-12-01T11:00",
    }
    saved = client.post(url, data=settings)
    backwards = client.post(url, data={**settings, "closes_at": "2026-12-01T08:00"})
    draw = {"category_id": category.id, "count": "1", "draw_points": "2,5", "tag": ""}
    drawn = client.post(f"{url}/draws", data=draw)
    too_many = client.post(f"{url}/draws", data={**draw, "count": "3"})
    twice = client.post(f"{url}/questions", data={"question_id": exam.questions[0].id})
    session.rollback()
    slot = session.scalars(select(QuizSlot).order_by(QuizSlot.id.desc()).limit(1)).one()
    up = client.post(f"{url}/slots/{slot.id}", data={"up": "1"})
    shown = client.post(f"{url}/state", data={"open": "1"})
    preview = client.get(f"{url}/preview?seed=2&lang=en")
    hidden = client.post(f"{url}/state")
    removed = client.post(f"{url}/slots/{slot.id}", data={"remove": "1"})

    assert "capitale" in page.text
    assert extra.name in page.text
    statuses = [each.status_code for each in (saved, drawn, up, shown, hidden, removed)]
    assert statuses == [303] * 6
    assert [each.status_code for each in (backwards, too_many, twice)] == [422] * 3
    assert "Question 2 of 2" in preview.text
    session.rollback()
    session.expire_all()
    quiz = session.get_one(Quiz, exam.quiz.id)
    assert (quiz.minutes, quiz.shuffle, quiz.ready_at) == (45, True, None)
    assert client.get(f"/teach/runs/{exam.school.run.id}/assessments").status_code == 200


def test_staff_marks_and_voids(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, ESSAY, SINGLE)
    attempt = exam.begin()
    exam.save(attempt, 1, 1, text="Parce que.")
    exam.save(attempt, 2, 2, choice="four")
    exam.save(attempt, 2, 1, choice="five")
    exam.hand_in(attempt)
    as_instructor(client, exam)
    url = f"/teach/attempts/{attempt.id}"

    listed = client.get(f"/teach/quizzes/{exam.quiz.id}/attempts?lang=en")
    page = client.get(f"{url}?lang=en")
    wrong = client.post(url, data={"p1": "9", "c1": "kept words"})
    marked = client.post(url, data={"p1": "0,5", "c1": "Court."})
    dry = client.get(f"/teach/quizzes/{exam.quiz.id}/regrade")
    accepted = client.post("/teach/asides/1/accept")
    unsaid = client.post(f"{url}/void", data={"reason": ""})
    void = client.post(f"{url}/void", data={"reason": "power cut"})

    assert "1 answer to mark" in listed.text
    assert "came from another window" in page.text
    assert (wrong.status_code, unsaid.status_code) == (422, 422)
    assert "kept words" in wrong.text
    assert [each.status_code for each in (marked, accepted, void)] == [303] * 3
    assert dry.status_code == 200
    session.rollback()
    session.expire_all()
    assert session.get_one(Attempt, attempt.id).status is AttemptStatus.VOIDED
    assert "power cut" in client.get(url).text
    again = client.post(f"/teach/quizzes/{exam.quiz.id}/regrade", data={"reason": "the key"})
    assert again.status_code == 303


def test_what_is_graded_again_is_what_the_page_showed(
    client: FlaskClient, session: Session
) -> None:
    exam = open_exam(session, SINGLE)
    attempt = exam.begin()
    exam.save(attempt, 1, 1, choice="four")
    exam.hand_in(attempt)
    exam.mend(right="five")
    as_instructor(client, exam)
    url = f"/teach/quizzes/{exam.quiz.id}/regrade"

    shown = client.get(url)
    seen = re.search(r'name="seen" type="hidden" value="(\w{64})"', shown.text)
    blind = client.post(f"{url}?lang=en", data={"reason": "the key", "seen": "0" * 64})
    assert seen is not None
    done = client.post(url, data={"reason": "the key", "seen": seen[1]})

    assert blind.status_code == 422
    assert "changed meanwhile" in blind.text
    assert "the key" in blind.text
    assert seen[1] in blind.text
    assert done.status_code == 303
    assert "Nothing would change" in client.get(f"{url}?lang=en").text


def test_the_lists_of_staff_cost_few_statements(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, ESSAY, learners=6)
    for learner in range(6):
        attempt = exam.begin(learner)
        exam.save(attempt, 1, 1, learner=learner, text="Parce que.")
        exam.hand_in(attempt, learner)
    as_instructor(client, exam)
    for address, most in (
        (f"/teach/quizzes/{exam.quiz.id}/attempts", 8),
        (f"/teach/quizzes/{exam.quiz.id}/regrade", 7),
        (f"/teach/quizzes/{exam.quiz.id}", 13),
        (f"/teach/attempts/{attempt.id}", 5),
    ):
        client.get(address)
        with statements(session) as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= most, (address, seen)


def test_a_learner_finds_the_quiz_on_their_page(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, attempts=1)
    sign_in(client, session, exam.actors[0])
    before = client.get("/me?lang=en").text
    url = as_learner(client, exam)
    during = client.get("/me?lang=en").text
    client.post(f"{url}/hand-in")
    after = client.get("/me?lang=en").text
    used = client.get(f"/me/quizzes/{exam.quiz.id}?lang=en").text
    refused = client.post(f"/me/quizzes/{exam.quiz.id}?lang=en")

    for page, said in ((before, "Open"), (during, "In progress"), (after, "Done")):
        assert f"/me/quizzes/{exam.quiz.id}" in page
        assert said in page
    assert "The one attempt that you have is used." in used
    assert refused.status_code == 422


def test_a_learner_sees_when_the_next_attempt_can_begin(
    client: FlaskClient, session: Session
) -> None:
    with time_machine.travel(datetime(2026, 12, 1, 12, tzinfo=UTC), tick=False) as now:
        exam = open_exam(session, attempts=3, delay=90)
        url = as_learner(client, exam)
        client.post(f"{url}/hand-in")
        front = f"/me/quizzes/{exam.quiz.id}"
        pages = [client.get(f"{each}?lang=en").text for each in ("/me", front)]
        refused = client.post(f"{front}?lang=en")
        exam.set_up(attempts=3, delay=90, closes_at=clock.now() + timedelta(minutes=90))
        never = [client.get(f"{each}?lang=en").text for each in ("/me", front)]
        exam.set_up(attempts=3, delay=90)
        now.shift(timedelta(minutes=90))
        again = client.post(front)

    assert "Again from 1 December 2026, 13:30" in pages[0]
    assert "Your next attempt can begin on 1 December 2026, 13:30." in pages[1]
    assert "90 minutes" in pages[1]
    assert refused.status_code == 422
    assert "13:30" in refused.text
    assert "Done" in never[0]
    assert "There is no time for another attempt" in never[1]
    assert again.status_code == 303


def test_a_wait_that_nobody_means_is_told_and_kept(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, delay=1440)
    as_instructor(client, exam)
    url = f"/teach/quizzes/{exam.quiz.id}?lang=en"
    typed = {"grace": "30", "counting": "last", "ending": "submit", "feedback": "never"}
    page = client.get(url).text
    refused = client.post(url, data={**typed, "delay": "43201"})
    emptied = client.post(url, data={**typed, "delay": ""})
    session.rollback()
    session.expire_all()

    assert re.search('name="delay"[^>]*value="1440"', page)
    assert refused.status_code == 422
    assert "Write a number from 0 to 43,200." in refused.text
    assert 'value="43201"' in refused.text
    assert (emptied.status_code, session.get_one(Quiz, exam.quiz.id).delay) == (303, 0)


def test_the_figures_of_questions(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, SINGLE, SHORT, learners=4)
    for learner, (choice, word) in enumerate(
        [("four", "Rabat"), ("four", "Rabat"), ("five", "Fès"), ("five", "Rabat")]
    ):
        attempt = exam.begin(learner)
        exam.save(attempt, 1, 1, learner=learner, choice=choice)
        exam.save(attempt, 2, 1, learner=learner, text=word)
        exam.hand_in(attempt, learner)
    as_instructor(client, exam)
    url = f"/teach/quizzes/{exam.quiz.id}/statistics?lang=en"
    page = client.get(url)
    with statements(session) as seen:
        client.get(url)

    assert page.status_code == 200
    assert "50%" in page.text
    assert "75%" in page.text
    assert "0.58" in page.text
    assert "✓ \u2068Quatre\u2069" in page.text
    assert len(seen) <= 5, seen


def test_two_who_mark_an_attempt_lose_nothing(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, ESSAY, ESSAY | {"prompt": "Comment ?"})
    attempt = exam.begin()
    exam.hand_in(attempt)
    as_instructor(client, exam)
    url = f"/teach/attempts/{attempt.id}?lang=en"
    seen = dict(re.findall(r'name="(w[12])" value="([^"]*)"', client.get(url).text))
    quiz_marking.mark_answers(
        session,
        exam.school.instructor,
        attempt_id=attempt.id,
        marks=[Marked(1, Decimal("0.25"), "Theirs"), Marked(2, Decimal(1), "Untouched here")],
    )
    sent = {"p1": "0,5", "c1": "Mine", "p2": "0", "c2": ""}

    refused = client.post(url, data=sent | seen)

    assert refused.status_code == 412
    assert "Meanwhile somebody else gave: 0.25." in refused.text
    assert "Theirs" in refused.text
    assert 'value="0,5"' in refused.text
    now = dict(re.findall(r'name="(w[12])" value="([^"]*)"', refused.text))
    again = {"p1": "0,5", "c1": "Mine", "p2": "1", "c2": "Untouched here"}
    assert client.post(url, data=again | now).status_code == 303
    session.rollback()
    session.expire_all()
    marks = session.scalars(select(AttemptAnswer).order_by(AttemptAnswer.position)).all()
    assert [(each.share, each.comment) for each in marks] == [
        ("1/2", "Mine"),
        ("1", "Untouched here"),
    ]


def test_words_without_points_are_not_dropped(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, ESSAY)
    attempt = exam.begin()
    exam.save(attempt, 1, 1, text="Parce que.")
    exam.hand_in(attempt)
    as_instructor(client, exam)

    refused = client.post(f"/teach/attempts/{attempt.id}", data={"p1": "", "c1": "So far good"})

    assert refused.status_code == 422
    assert "So far good" in refused.text


def test_a_file_that_came_too_late_can_be_looked_at(client: FlaskClient, session: Session) -> None:
    exam = open_exam(session, FILE)
    url = as_learner(client, exam)
    page = {**fields_of(client.get(url).text), "q1-file": (io.BytesIO(b"%PDF-late"), "late.pdf")}
    client.post(f"{url}/hand-in")
    client.post(url, data=page, content_type="multipart/form-data")
    session.rollback()
    (aside,) = session.scalars(select(AnswerAside.answer)).all()
    sha256 = aside["files"][0]["sha256"]
    as_instructor(client, exam)
    staff = url.replace("/me/", "/teach/")

    assert f"{staff}/files/{sha256}" in client.get(staff).text
    with client.get(f"{staff}/files/{sha256}") as sent:
        assert sent.data == b"%PDF-late"


def test_a_file_that_is_taken_out_of_an_answer_is_let_go(
    client: FlaskClient, session: Session
) -> None:
    exam = open_exam(session, FILE)
    url = as_learner(client, exam)
    page = {**fields_of(client.get(url).text), "q1-file": (io.BytesIO(b"%PDF-1.7"), "plan.pdf")}
    client.post(url, data=page, content_type="multipart/form-data")
    (kept,) = answers(exam)[0]["files"]

    again = fields_of(client.get(url).text)
    client.post(url, data={name: again[name] for name in ("s1", "w1")})

    session.rollback()
    assert session.scalars(select(LetGoFile.sha256)).all() == [kept["sha256"]]
