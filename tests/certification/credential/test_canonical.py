"""Our way of canonicalising gives PyLD's bytes, whatever people are called."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from nador.certification.credential import contexts
from nador.certification.credential.canonical import Unsignable, nquads, nquads_by_pyld
from tests.certification.credential.papers import (
    DID,
    TRAPS,
    changed,
    leaves,
    make_credential,
    names_of_the_data_set,
    somebody,
)

FULL = make_credential()

# Controls and halves of characters are refused, see below.
texts = st.text(
    st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from('\t\n\r\\"_:<>%^@.'),
    min_size=1,
)


def test_credential_is_the_same_for_both() -> None:
    assert nquads(FULL) == nquads_by_pyld(FULL)
    assert len(nquads(FULL).splitlines()) > 50


@pytest.mark.parametrize("name", TRAPS, ids=ascii)
def test_traps_stay_texts(name: str) -> None:
    document = somebody(name)

    assert nquads(document) == nquads_by_pyld(document)


@pytest.mark.slow
def test_every_name_of_the_data_set_is_the_same_for_both() -> None:
    names = names_of_the_data_set()

    different = [name for name in names if not _same(somebody(name))]

    assert len(names) > 500
    assert different == []


@given(name=texts, mention=texts)
@settings(max_examples=60, deadline=None)
def test_any_text_is_the_same_for_both(name: str, mention: str) -> None:
    document = somebody(name)
    document["credentialSubject"]["result"][0]["value"] = mention

    assert _same(document)


@given(address=st.text(st.sampled_from("ab:/._#?%<> {}|\\^`é"), min_size=1))
@settings(max_examples=40, deadline=None)
def test_any_address_is_the_same_for_both(address: str) -> None:
    document = make_credential()
    document["credentialStatus"]["statusListCredential"] = address

    try:
        ours = nquads(document)
    except Unsignable:
        return
    assert ours == nquads_by_pyld(document)


def _same(document: dict[str, Any]) -> bool:
    return nquads(document) == nquads_by_pyld(document)


@pytest.mark.parametrize(
    "path",
    [path for path in leaves(FULL) if path[0] != "@context"],
    ids=lambda path: ".".join(map(str, path)),
)
def test_every_leaf_counts(path: tuple[Any, ...]) -> None:
    other = changed(FULL, path)

    try:
        ours = nquads(other)
    except Unsignable:
        return  # a type that no vocabulary knows
    assert ours != nquads(FULL)
    assert ours == nquads_by_pyld(other)


def test_equal_statements_are_told_apart_as_pyld_does() -> None:
    """Two blank nodes of which the same is said: a tie that only their neighbours break."""
    document = make_credential()
    [said] = document["credentialSubject"]["achievement"]["alignment"]
    document["credentialSubject"]["achievement"]["alignment"] = [said, dict(said)]
    document["credentialSubject"]["identifier"] += [document["credentialSubject"]["identifier"][0]]

    assert _same(document)


def test_one_name_in_both_scripts_is_said_once() -> None:
    document = make_credential({"holder_latin": "Nador", "holder_arabic": "Nador"})

    assert _same(document)
    assert nquads(document).count('"Nador"') == 1


def test_node_named_twice_is_one_node() -> None:
    document = make_credential()
    document["credentialSubject"]["achievement"]["creator"] = dict(document["issuer"])

    assert _same(document)


def test_second_credential_of_a_run_needs_no_pyld(monkeypatch: pytest.MonkeyPatch) -> None:
    nquads(somebody("Fatima"))

    def never(*args: object) -> None:
        pytest.fail("PyLD was asked")

    monkeypatch.setattr(jsonld, "to_rdf", never)
    monkeypatch.setattr(jsonld, "normalize", never)

    # A name that the credential also says of something else has a shape of its own.
    for name in set(TRAPS) - {"name", DID}:
        nquads(somebody(name))


@pytest.mark.parametrize(
    "path",
    [
        pytest.param((), id="the credential"),
        pytest.param(("credentialSubject",), id="its subject"),
        pytest.param(("credentialSubject", "achievement"), id="the achievement"),
        pytest.param(("credentialStatus",), id="the status"),
    ],
)
@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"unheardOf": "anything"}, id="a term that no vocabulary knows"),
        pytest.param({"unheardOf": {"type": "Image"}}, id="a node under such a term"),
        pytest.param({"unheardOf": FULL["id"]}, id="a text that stands elsewhere too"),
        pytest.param({"unheardOf": True}, id="a truth"),
        pytest.param({"proofPurpose": "assertionMethod"}, id="a term of proofs"),
        pytest.param({"name": None}, id="nothing"),
        pytest.param({"name": []}, id="an empty list"),
        pytest.param({"name": {}}, id="an empty node"),
        pytest.param({"name": 1.5}, id="a fraction"),
        pytest.param({"name": "bell\x07"}, id="a control character"),
        pytest.param({"name": "delete\x7f"}, id="delete"),
        pytest.param({"name": "half \ud83c"}, id="half a character"),
        pytest.param({"@id": "https://a.example"}, id="a keyword"),
        pytest.param({"schema:name": "x"}, id="a compact address"),
        pytest.param({"type": ["Unheard"]}, id="a type that no vocabulary knows"),
        pytest.param({"type": {"id": "x"}}, id="a type that is none"),
    ],
)
def test_what_a_signature_would_not_cover_is_refused(
    path: tuple[str, ...], said: dict[str, Any]
) -> None:
    document = make_credential()
    node = document
    for key in path:
        node = node[key]
    node.update(said)

    with pytest.raises(Unsignable):
        nquads(document)


@pytest.mark.parametrize(
    "context",
    [
        pytest.param(None, id="none"),
        pytest.param(contexts.CREDENTIALS, id="a text"),
        pytest.param([{"name": "https://schema.org/name"}], id="one of its own"),
        pytest.param(["https://evil.example/v1"], id="a foreign one"),
        pytest.param(["file:///etc/passwd"], id="a file"),
    ],
)
def test_only_pinned_vocabularies_are_read(context: Any) -> None:
    with pytest.raises(Unsignable):
        nquads({**FULL, "@context": context})


def test_loader_knows_nothing_else() -> None:
    with pytest.raises(contexts.UnknownContext):
        contexts.load("https://www.w3.org/2018/credentials/v1")
