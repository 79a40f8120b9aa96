import json
from dataclasses import replace
from datetime import date

import pytest

from nador.certification.facts import CertificateFacts, Kind, NobodyNamed, Skill, Words
from tests.factories.facts import ISSUER, make_facts


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(make_facts(), id="everything common"),
        pytest.param(
            make_facts(kind=Kind.ATTESTATION, holder_latin=None, mention=None), id="least"
        ),
        pytest.param(
            make_facts(
                expires_on=date(2029, 1, 1),
                language="ar",
                course="ML-101",
                criteria=Words(ar="مشروع", fr="Projet", en="Project"),
                skills=(
                    Skill(Words(ar="بايثون", fr="Python", en="Python"), esco="http://a.example/1"),
                    Skill(Words(ar="إحصاء", fr="Statistiques", en="Statistics")),
                ),
                issuer=replace(ISSUER, authority=Words(ar="ترخيص", fr="Agrément", en="Licence")),
            ),
            id="everything rare",
        ),
    ],
)
def test_facts_come_back_as_they_were_stored(facts: CertificateFacts) -> None:
    stored = facts.to_json()

    assert CertificateFacts.from_json(stored) == facts
    assert CertificateFacts.from_json(stored).to_json() == stored


def test_stored_form_is_canonical() -> None:
    stored = make_facts().to_json()

    assert json.loads(stored)["version"] == 3
    assert stored == json.dumps(
        json.loads(stored), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def test_facts_of_the_first_version_are_still_read() -> None:
    first = make_facts().to_dict() | {"version": 1}
    for added in ("language", "course", "criteria", "skills", "supplement"):
        del first[added]

    assert CertificateFacts.from_dict(first) == make_facts()


def test_facts_of_the_second_version_are_still_read() -> None:
    second = make_facts(language="ar").to_dict() | {"version": 2}
    del second["supplement"]

    assert CertificateFacts.from_dict(second) == make_facts(language="ar")


def test_facts_of_another_version_are_not_guessed_at() -> None:
    stored = make_facts().to_json().replace('"version":3', '"version":4')

    with pytest.raises(ValueError, match="version 4"):
        CertificateFacts.from_json(stored)


@pytest.mark.parametrize("nothing", [None, ""])
def test_somebody_must_be_named(nothing: str | None) -> None:
    with pytest.raises(NobodyNamed):
        make_facts(holder_latin=nothing, holder_arabic=nothing)
