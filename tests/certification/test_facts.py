import json
from dataclasses import replace
from datetime import date

import pytest

from nador.certification.facts import CertificateFacts, Kind, NobodyNamed, Words
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

    assert json.loads(stored)["version"] == 1
    assert stored == json.dumps(
        json.loads(stored), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def test_facts_of_another_version_are_not_guessed_at() -> None:
    stored = make_facts().to_json().replace('"version":1', '"version":2')

    with pytest.raises(ValueError, match="version 2"):
        CertificateFacts.from_json(stored)


@pytest.mark.parametrize("nothing", [None, ""])
def test_somebody_must_be_named(nothing: str | None) -> None:
    with pytest.raises(NobodyNamed):
        make_facts(holder_latin=nothing, holder_arabic=nothing)
