"""What a file is: the whole table, and what holds for any reading."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.catalogue.rules import DocumentKind
from nador.certification.rules import CertificateStatus
from nador.verification.kinds import (
    LARGEST_FILE,
    FileKind,
    FileTooLarge,
    NoFile,
    NotACertificateFile,
    Trouble,
    kind_of,
)
from nador.verification.rules import (
    CertificateView,
    CheckedFile,
    Mark,
    Outcome,
    Proof,
    Reading,
    Seal,
    decide,
    published_file,
)

if TYPE_CHECKING:
    from nador.kernel.errors import Invalid

DAY = date(2026, 11, 27)
SIGNED = datetime(2026, 11, 27, 9, tzinfo=UTC)


def a_seal(**said: bool) -> Seal:
    checks = {"intact": True, "whole": True, "unchanged": True, "trusted": True} | said
    return Seal(signer="Institut", signed_at=SIGNED, level="B-B", **checks)


def a_proof(flaw: str | None) -> Proof:
    return Proof(kind=FileKind.CREDENTIAL, code=None, flaw=flaw)


def a_reading(kind: FileKind = FileKind.PDF, **said: object) -> Reading:
    return Reading(sha256="0" * 64, kind=kind, **said)  # type: ignore[arg-type] # as each test says


OF_MARK = {
    Mark.NONE: (a_reading(), a_reading(FileKind.CREDENTIAL, proofs=(a_proof("no_proof"),))),
    Mark.FOREIGN: (
        a_reading(seals=(a_seal(trusted=False),)),
        a_reading(FileKind.TOKEN, proofs=(a_proof("unknown_key"),)),
    ),
    Mark.BROKEN: (
        a_reading(seals=(a_seal(intact=False),)),
        a_reading(FileKind.CREDENTIAL, proofs=(a_proof("altered"),)),
    ),
    Mark.WHOLE: (
        a_reading(seals=(a_seal(),)),
        a_reading(FileKind.CREDENTIAL, proofs=(a_proof(None),)),
    ),
}
G, S, A, C, N, U = Outcome
# By mark: the same bytes are registered or not, a code is known or not; a PDF, and a credential.
TABLE = {
    #             same+named  same        named       neither
    Mark.NONE: ((G, G), (G, G), (C, C), (N, N)),
    Mark.FOREIGN: ((G, G), (G, G), (C, C), (N, N)),
    Mark.BROKEN: ((G, G), (G, G), (A, A), (A, A)),
    Mark.WHOLE: ((G, G), (G, G), (S, G), (S, S)),
}


@pytest.mark.parametrize("mark", list(Mark))
def test_the_whole_table(mark: Mark) -> None:
    for (same, named), outcomes in zip(product((True, False), repeat=2), TABLE[mark], strict=True):
        for reading, outcome in zip(OF_MARK[mark], outcomes, strict=True):
            assert reading.mark is mark
            assert decide(reading, same_bytes=same, named=named) is outcome


@pytest.mark.parametrize("fault", ["intact", "whole", "unchanged"])
def test_one_fault_breaks_a_seal(fault: str) -> None:
    assert a_reading(seals=(a_seal(**{fault: False}),)).mark is Mark.BROKEN


@pytest.mark.parametrize("beside", [a_seal(), a_seal(trusted=False)], ids=["ours", "a stranger's"])
def test_a_second_signature_breaks_the_first(beside: Seal) -> None:
    assert a_reading(seals=(a_seal(), beside)).mark is Mark.BROKEN
    assert a_reading(seals=(beside, a_seal())).mark is Mark.BROKEN


def test_what_is_attached_to_a_pdf_does_not_seal_it() -> None:
    assert a_reading(proofs=(a_proof(None),)).mark is Mark.NONE


SEALS = st.builds(
    Seal,
    signer=st.just("?"),
    signed_at=st.none(),
    level=st.just("B-B"),
    intact=st.booleans(),
    whole=st.booleans(),
    unchanged=st.booleans(),
    trusted=st.booleans(),
)
READINGS = st.builds(
    Reading,
    sha256=st.just("0" * 64),
    kind=st.sampled_from(FileKind),
    trouble=st.none() | st.sampled_from(Trouble),
    seals=st.lists(SEALS, max_size=3).map(tuple),
    proofs=st.lists(
        st.sampled_from([None, "altered", "no_proof", "unknown_key"]).map(a_proof), max_size=2
    ).map(tuple),
)


@given(reading=READINGS, named=st.booleans())
def test_a_pdf_that_was_not_issued_is_never_genuine(reading: Reading, *, named: bool) -> None:
    outcome = decide(reading, same_bytes=False, named=named)

    assert outcome is not Outcome.GENUINE or reading.kind is not FileKind.PDF


@given(reading=READINGS, named=st.booleans())
def test_only_a_whole_signature_counts_for_anything(reading: Reading, *, named: bool) -> None:
    outcome = decide(reading, same_bytes=False, named=named)
    signed = (
        len(reading.seals) == 1 and reading.seals[0].holds
        if reading.kind is FileKind.PDF
        else bool(reading.proofs) and reading.proofs[0].flaw is None
    )

    assert (outcome in {Outcome.GENUINE, Outcome.SEALED}) == signed


def test_of_what_nobody_read_nothing_is_said() -> None:
    unread = a_reading(trouble=Trouble.UNREAD)

    assert decide(unread, same_bytes=False, named=False) is U
    assert decide(unread, same_bytes=True, named=False) is G


@given(reading=READINGS, named=st.booleans())
def test_what_was_issued_stays_genuine(reading: Reading, *, named: bool) -> None:
    assert decide(reading, same_bytes=True, named=named) is Outcome.GENUINE


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(b"%PDF-1.7\n", FileKind.PDF, id="pdf"),
        pytest.param(b"\n" * 1000 + b"%PDF-1.7\n", FileKind.PDF, id="pdf behind other bytes"),
        pytest.param(b' \n{"id": 1}', FileKind.CREDENTIAL, id="json"),
        pytest.param(b"\xef\xbb\xbf{}", FileKind.CREDENTIAL, id="json with a mark"),
        pytest.param(b"eyJhbGciOi.eyJpc3MiOi.c2lnbmF0dXJl\n", FileKind.TOKEN, id="jwt"),
    ],
)
def test_a_file_is_what_it_begins_with(content: bytes, kind: FileKind) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(b"", NoFile, id="nothing"),
        pytest.param(b"%PDF-1.7".ljust(LARGEST_FILE + 1), FileTooLarge, id="too large"),
        pytest.param(b"\x89PNG\r\n", NotACertificateFile, id="a picture"),
        pytest.param(b"PK\x03\x04", NotACertificateFile, id="a word processor's"),
        pytest.param(b" " * 1030 + b"%PDF-1.7", NotACertificateFile, id="pdf far behind"),
        pytest.param(b"a.b.c", NotACertificateFile, id="three letters"),
    ],
)
def test_anything_else_is_refused(content: bytes, refusal: type[Invalid]) -> None:
    with pytest.raises(refusal) as refused:
        kind_of(content)
    assert refused.value.field == "file"
    # A size is said in whole megabytes.
    assert refused.value.params == ({"limit": 5} if refusal is FileTooLarge else {})


def test_the_largest_is_not_too_large() -> None:
    assert kind_of(b"%PDF-1.7".ljust(LARGEST_FILE)) is FileKind.PDF


def a_view(**said: object) -> CertificateView:
    plain = {
        "code": "NDR-7Q4M-2K9X-T3WV-J",
        "status": CertificateStatus.ISSUED,
        "kind": DocumentKind.CERTIFICATE,
        "holder_latin": "Salma",
        "holder_arabic": None,
        "holder_hidden": False,
        "title": {"fr": "Cours"},
        "issuer": {"fr": "Institut"},
        "hours": 30,
        "number": "NDR-2026-000001",
        "starts_on": DAY,
        "ends_on": DAY,
        "issued_on": DAY,
        "expires_on": None,
        "revoked_at": None,
        "public_reason": None,
        "superseded_at": None,
        "superseded_by": None,
    }
    return CertificateView(**(plain | said))  # type: ignore[arg-type] # as each test says


@pytest.mark.parametrize(
    ("outcome", "view", "valid"),
    [
        pytest.param(G, a_view(), True, id="genuine and in force"),
        pytest.param(G, a_view(status=CertificateStatus.REVOKED), False, id="genuine, revoked"),
        pytest.param(G, None, False, id="genuine, of nothing"),
        *(pytest.param(outcome, a_view(), False, id=outcome) for outcome in (S, A, C, N, U)),
    ],
)
def test_only_a_genuine_file_of_a_valid_certificate_is_valid(
    outcome: Outcome, view: CertificateView | None, *, valid: bool
) -> None:
    checked = CheckedFile(outcome, a_reading(), view)

    assert checked.valid(DAY) is valid
    assert published_file(checked, today=DAY)["valid"] is valid


def test_programs_read_what_was_found() -> None:
    checked = CheckedFile(S, a_reading(seals=(a_seal(),), codes=("NDR",)), None)

    said = published_file(checked, today=DAY)

    assert (said["outcome"], said["status"], said["certificate"]) == ("sealed", "unknown", None)
    assert said["file"]["signature"] == "whole"
    assert said["file"]["seals"][0]["signed_at"] == "2026-11-27T09:00:00+00:00"
    assert published_file(CheckedFile(G, a_reading(), a_view()), today=DAY)["status"] == "valid"
