"""Credentials that tests sign, mutate and compare."""

from __future__ import annotations

import copy
import csv
import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from nador.certification.credential.shape import Issue, credential, email_hash
from nador.certification.facts import CertificateFacts, Skill, Words
from nador.certification.keys.did import PublishedKey, document, identifier
from nador.kernel.text import clean
from tests.conftest import SHARED
from tests.factories.facts import make_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nador.certification.keys.signer import FileSigner

ORIGIN = "https://certs.example.org"
DID = identifier(ORIGIN)
NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)

PYTHON = Skill(
    Words(ar="برمجة بايثون", fr="Python (programmation)", en="Python (programming)"),
    esco="http://data.europa.eu/esco/skill/ccd0a1d9-afda-43d9-b901-96344886e14d",
)
STATISTICS = Skill(Words(ar="الإحصاء", fr="statistiques", en="statistics"), esco=None)

# Texts that a careless filler would take for something else.
TRAPS = (
    "_:b0",
    "_:c14n0",
    "_:c14n0 .",
    "<urn:x>",
    '"',
    '"@en',
    '"^^<http://www.w3.org/2001/XMLSchema#boolean>',
    "\\",
    "\\\\",
    "\\u0041",
    "\\n",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "%",
    "%s",
    "%(l0)s",
    "%%(a1)s",
    "{}",
    "{0}",
    "@id",
    "@type",
    "did:web:certs.example.org",
    "https://certs.example.org/credentials",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "Fatima\u2028Zahra",
    "\u0085",
    "\u00a0",
    "\ufeffx",
    "\U0001f393 \U00010348",
    "مُحَمَّد",
    "ⵎⵓⵃⴰ",
    "true",
    "name",
    "certificat",
    " ",
    "\u200b",
)


def make_issue(**said: Any) -> Issue:
    plausible: dict[str, Any] = {
        "uuid": "5f0c5b5e-3d6a-4c39-9d6d-6e2a4d0b7a11",
        "subject": "0d4f5f0e-7a53-4bb0-8b1c-3fd9b1a0c9d2",
        "origin": ORIGIN,
        "issuer": DID,
        "issued_at": NOW,
        "status_list": 1,
        "status_index": 94567,
        "email_hash": email_hash("Fatima@nador.example", salt="n4d0r"),
        "salt": "n4d0r",
    }
    return Issue(**{**plausible, **said})


def make_full_facts(**said: Any) -> CertificateFacts:
    return make_facts(
        **{"language": "fr", "course": "ML-101", "skills": (PYTHON, STATISTICS), **said}
    )


def make_programme_facts(**said: Any) -> CertificateFacts:
    courses = ("ML-101", "DATA-110")
    return make_full_facts(**{"course": "", "programme": "AI-2026", "courses": courses, **said})


def make_credential(facts: dict[str, Any] | None = None, **issue: Any) -> dict[str, Any]:
    return credential(make_full_facts(**(facts or {})), make_issue(**issue))


def somebody(name: str) -> dict[str, Any]:
    """Write the credential of somebody else of the same run."""
    return make_credential(
        {"holder_latin": name},
        uuid=str(uuid.uuid4()),
        subject=str(uuid.uuid4()),
        salt=uuid.uuid4().hex,
    )


def published(*signers: FileSigner) -> dict[str, Any]:
    return document(DID, [PublishedKey(signer.kid, signer.public) for signer in signers])


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Name every leaf of a document by the way to it."""
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, key))
    else:
        yield path


def changed(document: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """Change one leaf of a document."""
    other = copy.deepcopy(document)
    node: Any = other
    for key in path[:-1]:
        node = node[key]
    leaf = node[path[-1]]
    node[path[-1]] = not leaf if isinstance(leaf, bool) else f"{leaf}x"
    return other


def names_of_the_data_set() -> list[str]:
    """Read every name that the shared data has, as it would be kept."""
    folder = SHARED / "names"
    if not folder.is_dir():
        pytest.skip("the shared names are not here")
    with (folder / "names_edge_cases.csv").open(encoding="utf-8", newline="") as file:
        edges = [
            row[column]
            for row in csv.DictReader(file)
            for column in ("name_latin", "name_arabic", "name_other")
        ]
    naughty: list[str] = json.loads((folder / "blns" / "blns.json").read_text(encoding="utf-8"))
    lines = [
        line
        for name in ("blns.txt", "blns.base64.txt")
        for line in (folder / "blns" / name).read_text(encoding="utf-8").splitlines()
    ]
    return sorted({kept for name in [*edges, *naughty, *lines] if (kept := clean(name))})
