"""The second page: what it says, from what is frozen, in the order of reading, within its room."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from pikepdf import pdfa
from sqlalchemy import select

from nador.accounts.models import Institute
from nador.assessment.models import Assessment, Result
from nador.catalogue.models import CourseVersion
from nador.catalogue.rules import AssessmentKind
from nador.certification import queries, service
from nador.certification.facts import (
    CertificateFacts,
    FinalMark,
    Kind,
    Sentences,
    Skill,
    Words,
)
from nador.certification.models import Certificate
from nador.certification.pdf.common import _common, render_over_common
from nador.certification.pdf.printable import Unprintable
from nador.certification.pdf.render import render, render_whole
from nador.certification.pdf.supplement import SupplementTooLong
from nador.certification.template import PLAIN, Annex, TemplateOptions
from nador.kernel.access import NOBODY
from nador.kernel.db import command
from tests.certification.office import let_pass, order, work_off
from tests.certification.sheets import CREDENTIAL, opened, text_of
from tests.certification.test_common import page_of, read_aloud
from tests.certification.test_pdf import UNKNOWN_TO_THE_CHECKER
from tests.certification.test_templates import bring_into_use
from tests.factories import store
from tests.factories.facts import SUPPLEMENT, make_facts

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.catalogue.models import Run
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
LARGEST = 60_000


SKILLS = (
    Skill(
        Words(ar="تحليل البيانات", fr="Analyser des données", en="Analyse data"),
        esco="http://data.europa.eu/esco/skill/e465a154-93f7-4973-9ce1-31659fe16dd2",
    ),
    Skill(Words(ar="بايثون", fr="Python", en="Python")),
)


def supplemented(**said: Any) -> CertificateFacts:
    return make_facts(**{"supplement": SUPPLEMENT, "skills": SKILLS, **said})


CASES = [
    pytest.param({}, id="with marks"),
    pytest.param({"supplement": replace(SUPPLEMENT, final=None)}, id="without marks"),
    pytest.param({"supplement": replace(SUPPLEMENT, assessments=(), final=None)}, id="no plan"),
    pytest.param({"holder_arabic": None, "skills": ()}, id="Latin only, no skills"),
    pytest.param(
        {"holder_latin": None, "kind": Kind.ATTESTATION, "mention": None}, id="Arabic only"
    ),
    pytest.param({"holder_latin": "a" * 200, "holder_arabic": "ب" * 200}, id="endless names"),
]


@pytest.mark.parametrize("said", CASES)
def test_over_the_common_part_it_is_as_when_drawn_whole(said: dict[str, Any]) -> None:
    facts = supplemented(**said)

    whole = render_whole(facts, dated=NOON, attachments=[CREDENTIAL])
    over = render_over_common(facts, PLAIN, dated=NOON, attachments=[CREDENTIAL])

    assert page_of(over) == page_of(whole)
    assert text_of(over) == text_of(whole)
    with opened(over) as document, opened(whole) as model:
        assert len(document.pages) == 2
        assert [each for each in read_aloud(document) if len(each) == 5] == [
            each for each in read_aloud(model) if len(each) == 5
        ]
        numbers = document.Root.StructTreeRoot.ParentTree.Nums
        for page, place in zip(document.pages, (0, 2), strict=True):
            assert numbers[place] == page.StructParents
            for mark, element in enumerate(numbers[place + 1]):
                assert mark in [int(kid) for kid in element.K]
                assert element.Pg.objgen == page.objgen


@pytest.mark.parametrize("said", CASES)
def test_both_pages_are_what_the_file_says_they_are(said: dict[str, Any]) -> None:
    with opened(render(supplemented(**said), attachments=[CREDENTIAL])) as document:
        findings = pdfa.check(document, "3b").findings
        assert [
            finding
            for finding in findings
            if not any(known in finding.message for known in UNKNOWN_TO_THE_CHECKER)
        ] == []
        for page in document.pages:
            depth = 0
            for instruction in pikepdf.parse_content_stream(page):
                operator = str(instruction.operator)
                depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(operator, 0)
                assert depth or operator not in {"Tj", "TJ", "Do", "f", "S"}, (
                    "tagged or an artifact"
                )


def test_it_says_what_the_facts_say() -> None:
    [_sheet, page, _end] = text_of(render(supplemented())).split("\f")

    for said in (
        "Supplément au certificat",
        "Fatima-Zahra El Ouariachi",
        "NDR-7Q4M-2K9X-T3WV-8",
        "Test fr (Quiz fr)",
        "15.50 / 20",
        "14.72 / 20",
        "Respecter la loi 09-08",
        "ESCO e465a154-93f7-4973-9ce1-31659fe16dd2",
        "تدريب نموذج للتصنيف وتقييمه",
        "Confirmed.",
    ):
        assert said in page.replace("\N{NO-BREAK SPACE}", " "), said


def test_without_marks_no_mark_is_on_it() -> None:
    without = replace(SUPPLEMENT, final=None)

    text = text_of(render(supplemented(supplement=without)))

    assert "15.50" not in text
    assert "Final mark" not in text
    assert "40" in text


def test_a_run_shares_all_but_names_and_marks() -> None:
    _common.cache_clear()
    other = replace(
        SUPPLEMENT,
        assessments=tuple(replace(one, mark="11.00") for one in SUPPLEMENT.assessments),
        final=FinalMark("11.00", "20"),
    )

    render(supplemented())
    second = text_of(render(supplemented(holder_latin="Other", supplement=other)))

    assert _common.cache_info().misses == 1
    assert "11.00 / 20" in second
    assert "15.50" not in second


def test_a_long_course_is_set_smaller_and_a_longer_one_is_refused() -> None:
    def long(count: int) -> CertificateFacts:
        some = tuple(f"Savoir faire {number} et le montrer" for number in range(count))
        return supplemented(
            supplement=replace(SUPPLEMENT, outcomes=Sentences(ar=some, fr=some, en=some))
        )

    assert "Savoir faire 19 " in text_of(render(long(20)))
    with pytest.raises(SupplementTooLong):
        render(long(200))


def test_a_character_that_no_face_has_is_refused_wherever_it_stands() -> None:
    odd = replace(SUPPLEMENT, outcomes=replace(SUPPLEMENT.outcomes, en=("Read 李",)))
    skill = Skill(Words(ar="李", fr="x", en="x"))

    for facts in (supplemented(supplement=odd), supplemented(skills=(skill,))):
        with pytest.raises(Unprintable):
            render(facts)
    render(make_facts(skills=(skill,)))  # only its credential says it


def test_facts_come_back_as_they_were_stored() -> None:
    stored = supplemented().to_json()

    assert CertificateFacts.from_json(stored) == supplemented()
    assert json.loads(stored)["version"] == 3
    assert CertificateFacts.from_json(supplemented(supplement=None).to_json()).supplement is None


# --- frozen with the order ---------------------------------------------------------------


@command
def _describe(session: Session, _actor: Actor, *, version_id: int, enrolment_id: int) -> None:
    version = session.get_one(CourseVersion, version_id)
    version.outcomes = {"fr": ["Entraîner un modèle"], "ar": ["تدريب نموذج"]}
    version.min_attendance = 80
    session.scalars(select(Result).where(Result.enrolment_id == enrolment_id)).one().trace = [
        {"rule": "minimum", "subject": "QCM", "value": "13.50", "verdict": "met"},
        {"rule": "minimum", "subject": "CAS", "value": None, "verdict": "excused"},
        {"rule": "pass_mark", "subject": "", "value": "16.25", "verdict": "met"},
    ]


def _choose(session: Session, certifier: Actor, run: Run, chosen: Annex) -> None:
    institute = session.get_one(Institute, run.institute_id)
    bring_into_use(session, certifier, institute, TemplateOptions(supplement=chosen))


def assessments(session: Session, run: Run, *minimums: Decimal) -> None:
    for place, (code, minimum) in enumerate(zip(("QCM", "CAS"), minimums, strict=True), start=1):
        store(
            session,
            Assessment(
                run_id=run.id,
                position=place,
                code=code,
                kind=AssessmentKind.QUIZ,
                title={"fr": f"Épreuve {code}"},
                weight=Decimal(40 if code == "QCM" else 80),
                out_of=Decimal(20),
                minimum=minimum,
            ),
        )


def issued(session: Session, certifier: Actor, run: Run, desk: Desk, chosen: Annex) -> Certificate:
    holder = let_pass(session, run)
    [one] = [each for each in queries.candidates(session, run.id) if each.person.id == holder.id]
    assessments(session, run, Decimal(0), Decimal(7))
    _describe(session, NOBODY, version_id=run.version_id, enrolment_id=one.enrolment_id or 0)
    _choose(session, certifier, run, chosen)
    order(session, certifier, run)
    work_off(desk, session)
    return session.scalars(select(Certificate)).one()


def test_with_marks_the_result_is_told_and_sealed(
    session: Session, certifier: Actor, run: Run, desk: Desk, client: FlaskClient
) -> None:
    certificate = issued(session, certifier, run, desk, Annex.WITH_MARKS)
    facts = CertificateFacts.from_dict(certificate.facts)
    content = desk.files.get(queries.current_file(session, certificate.id).sha256)

    assert facts.supplement
    assert facts.supplement.final == FinalMark("16.25", "20")
    assert [(one.weight, one.mark) for one in facts.supplement.assessments] == [
        ("33.33", "13.50"),
        ("66.67", None),
    ]
    assert facts.supplement.outcomes.en == ("Entraîner un modèle",), "nobody translated it"
    assert "Passing takes at least 10" in facts.supplement.result.en
    assert "a minimum of their own" in facts.supplement.result.en
    assert "80" in facts.supplement.result.ar
    page = text_of(content).split("\f")[1]
    assert "13.50 / 20" in page
    assert "16.25 / 20" in page
    assert len(content) <= LARGEST
    shown = client.get(f"/v/{certificate.code}").text
    credential = client.get(f"/credentials/{certificate.uuid}").text
    for mark in ("13.50", "16.25"):
        assert mark not in shown
        assert mark not in credential


@pytest.mark.parametrize("chosen", [Annex.WITHOUT_MARKS, Annex.NONE])
def test_marks_are_not_even_frozen_when_nobody_asked(
    session: Session, certifier: Actor, run: Run, desk: Desk, chosen: Annex
) -> None:
    certificate = issued(session, certifier, run, desk, chosen)
    stored = json.dumps(certificate.facts)

    assert "13.50" not in stored
    assert "16.25" not in stored
    assert (certificate.facts["supplement"] is None) is (chosen is Annex.NONE)
    content = desk.files.get(queries.current_file(session, certificate.id).sha256)
    assert text_of(content).count("\f") == (1 if chosen is Annex.NONE else 2)


def test_no_name_stands_in_it(session: Session, certifier: Actor, run: Run, desk: Desk) -> None:
    certificate = issued(session, certifier, run, desk, Annex.WITH_MARKS)

    stored = json.dumps(certificate.facts["supplement"], ensure_ascii=False)
    for name in (certificate.holder_latin, certificate.holder_arabic):
        assert name
        assert name not in stored


def test_a_correction_keeps_it(session: Session, certifier: Actor, run: Run, desk: Desk) -> None:
    old = issued(session, certifier, run, desk, Annex.WITH_MARKS)
    new = service.replace(session, certifier, code=old.code, origin="https://certs.example.org")

    assert json.loads(json.dumps(new.facts["supplement"])) == old.facts["supplement"]


def test_a_course_that_says_too_much_is_refused_before_anything_is_ordered(
    session: Session, certifier: Actor, run: Run
) -> None:
    let_pass(session, run)
    _choose(session, certifier, run, Annex.WITHOUT_MARKS)
    _overload(session, NOBODY, version_id=run.version_id)

    with pytest.raises(SupplementTooLong):
        order(session, certifier, run)
    assert session.scalars(select(Certificate)).all() == []


@command
def _overload(session: Session, _actor: Actor, *, version_id: int) -> None:
    session.get_one(CourseVersion, version_id).outcomes = {"fr": ["Tout savoir"] * 300}
