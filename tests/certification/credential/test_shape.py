"""The credential says what the certificate says, as Open Badges 3.0 wants it said."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from jsonschema import Draft201909Validator, FormatChecker

from nador.certification.credential import proof
from nador.certification.credential.shape import credential
from nador.certification.facts import Kind, Words
from nador.certification.keys.signer import Algorithm, FileSigner
from nador.kernel.clock import instant
from tests.certification.credential.papers import (
    DID,
    NOW,
    ORIGIN,
    TRAPS,
    make_credential,
    make_full_facts,
    make_issue,
    make_programme_facts,
)
from tests.conftest import SHARED
from tests.factories.facts import make_facts


@pytest.fixture(scope="module")
def schema() -> Draft201909Validator:
    path = SHARED / "contexts" / "ob_v3p0_achievementcredential_schema.json"
    if not path.exists():
        pytest.skip("the schema of Open Badges is not here")
    formats = FormatChecker()

    formats.checks("date-time")(_is_instant)
    return Draft201909Validator(json.loads(path.read_bytes()), format_checker=formats)


def _is_instant(text: object) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(text)) is not None


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(make_credential(), id="everything common"),
        pytest.param(
            make_credential({"expires_on": date(2029, 1, 1)}, image=f"{ORIGIN}/a.png"), id="rare"
        ),
        pytest.param(
            credential(
                make_facts(kind=Kind.ATTESTATION, holder_latin=None, mention=None),
                make_issue(email_hash=None),
            ),
            id="least",
        ),
        pytest.param(credential(make_programme_facts(), make_issue()), id="programme"),
        *[pytest.param(make_credential({"holder_latin": name}), id=ascii(name)) for name in TRAPS],
    ],
)
def test_credential_is_an_open_badge(
    schema: Draft201909Validator, document: dict[str, Any]
) -> None:
    signed = proof.sign(document, signer=FileSigner.generate(Algorithm.EDDSA), now=NOW)

    assert [error.message for error in schema.iter_errors(signed)] == []


def test_schema_notices_what_is_missing(schema: Draft201909Validator) -> None:
    document = make_credential()
    del document["credentialSubject"]["achievement"]["criteria"]

    assert not schema.is_valid(document)
    assert not schema.is_valid({**make_credential(), "validFrom": "2026-11-27"})


def test_a_programme_is_the_same_achievement_for_all_and_names_its_courses() -> None:
    said = credential(make_programme_facts(), make_issue())["credentialSubject"]["achievement"]

    assert said["id"] == f"{ORIGIN}/programmes/AI-2026"
    assert [one["id"] for one in said["related"]] == [
        f"{ORIGIN}/courses/ML-101",
        f"{ORIGIN}/courses/DATA-110",
    ]


def test_names_stand_as_printed_and_the_address_as_a_hash() -> None:
    said = make_credential()["credentialSubject"]["identifier"]

    assert [(one["identityType"], one["hashed"], one["identityHash"]) for one in said] == [
        ("name", False, "Fatima-Zahra El Ouariachi"),
        ("name", False, "فاطمة الزهراء الورياشي"),
        (
            "emailAddress",
            True,
            "sha256$" + sha256(b"fatima@nador.examplen4d0r").hexdigest(),
        ),
    ]
    assert said[2]["salt"] == "n4d0r"
    assert "Fatima@nador" not in json.dumps(said)


def test_addresses() -> None:
    document = make_credential()

    assert document["id"] == f"{ORIGIN}/credentials/{make_issue().uuid}"
    assert document["issuer"]["id"] == DID
    assert document["credentialSubject"]["id"] == f"urn:uuid:{make_issue().subject}"
    assert document["credentialSubject"]["licenseNumber"] == make_full_facts().code
    assert document["credentialSubject"]["achievement"]["id"] == f"{ORIGIN}/courses/ML-101"
    assert document["credentialStatus"] == {
        "id": f"{ORIGIN}/credentials/status/1#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": f"{ORIGIN}/credentials/status/1",
    }


def test_validity_ends_with_its_last_day_on_the_wall_clock() -> None:
    document = make_credential({"expires_on": date(2028, 11, 27)})

    assert document["validFrom"] == "2026-11-27T09:30:00Z"
    assert document["validUntil"] == "2028-11-27T23:59:59Z"
    assert "validUntil" not in make_credential()


def test_instants_have_no_fractions() -> None:
    assert instant(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)) == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    ("language", "name", "description"),
    [
        ("ar", "مدخل إلى التعلم الآلي بلغة بايثون", "40"),
        (
            "fr",
            "Introduction à l’apprentissage automatique avec Python",
            "Introduction à l’apprentissage automatique avec Python (40\xa0heures)",
        ),
        ("en", "Introduction to machine learning with Python", "40 hours"),
        ("es", "Introduction à l’apprentissage automatique avec Python", "40\xa0heures"),
    ],
)
def test_credential_speaks_the_language_of_the_course(
    language: str, name: str, description: str
) -> None:
    achievement = make_credential({"language": language})["credentialSubject"]["achievement"]

    assert achievement["name"] == name
    assert achievement["inLanguage"] == language
    assert description.replace("\xa0", " ") in achievement["description"].replace("\xa0", " ")


def test_skills_with_an_address_are_aligned() -> None:
    achievement = make_credential()["credentialSubject"]["achievement"]

    assert achievement["alignment"] == [
        {
            "type": ["Alignment"],
            "targetName": "Python (programmation)",
            "targetUrl": "http://data.europa.eu/esco/skill/ccd0a1d9-afda-43d9-b901-96344886e14d",
            "targetFramework": "ESCO",
            "targetType": "ceasn:Competency",
        }
    ]


def test_mention_is_a_result_that_its_achievement_describes() -> None:
    subject = make_credential()["credentialSubject"]
    [described] = subject["achievement"]["resultDescription"]

    assert subject["result"] == [
        {"type": ["Result"], "resultDescription": described["id"], "value": "Très bien"}
    ]
    assert "result" not in make_credential({"mention": None})["credentialSubject"]


def test_criteria_are_the_course_s_own_where_it_has_some() -> None:
    own = Words(ar="إنجاز مشروع.", fr="Rendre un projet.", en="Hand in a project.")

    def narrative(**facts: Any) -> str:
        text: str = make_credential(facts)["credentialSubject"]["achievement"]["criteria"][
            "narrative"
        ]
        return text

    assert narrative(criteria=own) == "Rendre un projet."
    assert "évaluations" in narrative()
    assert "évaluations" not in narrative(kind=Kind.ATTESTATION)


def test_issue_is_the_only_thing_that_differs_between_two_of_one_person() -> None:
    later = make_credential(issued_at=NOW + timedelta(days=1))

    assert {key for key, value in make_credential().items() if later[key] != value} == {"validFrom"}
