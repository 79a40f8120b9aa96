"""The process that reads strangers' files: what it says of ours, of what was done to them, and of traps."""

from __future__ import annotations

import asyncio
import errno
import json
import subprocess
import sys
import zlib
from dataclasses import asdict
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest

from nador.verification import inspect as reader
from nador.verification.files import Busy, _places, read
from nador.verification.kinds import FileKind, Trouble
from nador.verification.rules import Mark, Outcome, Reading, decide
from tests.certification.tampering import _MAKERS, Trace, flips, hole, variants
from tests.conftest import SHARED
from tests.factories.keys import sealer, stranger
from tests.verification.papers import (
    CODE,
    credential_json,
    credential_jwt,
    root_pem,
    sealed_pdf,
    trust,
    unsealed_pdf,
)

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


@cache
def tampered() -> dict[str, bytes]:
    """Give every variant of the sealed certificate, by its name."""
    return {variant.name: variant.pdf for variant in variants(sealed_pdf())}


@cache
def reading_of(name: str) -> Reading:
    """Have a variant of the sealed certificate read, once for all tests."""
    return read(tampered()[name], trust())


def judged_here(content: bytes) -> dict[str, Any]:
    """Read a file in this process: what many changes ask for."""
    loop = asyncio.new_event_loop()
    try:
        return reader.inspect(content, asdict(trust()), loop=loop)
    finally:
        loop.close()


# --- ours ----------------------------------------------------------------------------------


def test_a_sealed_certificate_is_read_whole() -> None:
    said = read(sealed_pdf(), trust())

    assert (said.kind, said.trouble, said.mark) == (FileKind.PDF, None, Mark.WHOLE)
    [seal] = said.seals
    assert seal.holds
    assert seal.level == "B-B"
    assert seal.signer == "Institut de l’intelligence artificielle de Nador"
    assert seal.signed_at is not None
    assert said.codes == (CODE,)
    assert [(one.kind, one.code, one.flaw) for one in said.proofs] == [
        (FileKind.CREDENTIAL, CODE, None),
        (FileKind.TOKEN, CODE, None),
    ]


def test_without_a_seal_it_still_names_its_code() -> None:
    said = read(unsealed_pdf(), trust())

    assert (said.trouble, said.mark, said.codes) == (None, Mark.NONE, (CODE,))


@pytest.mark.parametrize(
    ("content", "kind"),
    [(credential_json, FileKind.CREDENTIAL), (credential_jwt, FileKind.TOKEN)],
    ids=["json", "jwt"],
)
def test_a_credential_is_its_issuers(content: Any, kind: FileKind) -> None:
    said = read(content(), trust())

    assert (said.kind, said.trouble, said.mark, said.codes) == (kind, None, Mark.WHOLE, (CODE,))


def test_a_credential_survives_another_spelling() -> None:
    said = read(json.dumps(json.loads(credential_json()), indent=4).encode(), trust())

    assert said.mark is Mark.WHOLE


def test_a_changed_credential_is_not() -> None:
    changed = credential_json().replace(b"Introduction", b"Initiation")

    said = read(changed, trust())

    assert (said.mark, said.codes) == (Mark.BROKEN, (CODE,))
    assert decide(said, same_bytes=False, named=True) is Outcome.ALTERED


def test_a_changed_token_is_not() -> None:
    head, payload, signature = credential_jwt().split(b".")
    forged = head + b"." + payload + b"." + signature[::-1]

    said = read(forged, trust())

    assert said.mark is Mark.BROKEN
    assert said.codes == (CODE,)


@pytest.mark.parametrize("content", [credential_json, credential_jwt], ids=["json", "jwt"])
def test_who_trusts_nobody_believes_nothing(content: Any) -> None:
    said = read(content(), type(trust())(()))

    assert (said.mark, said.codes) == (Mark.FOREIGN, (CODE,))


def test_a_credential_without_proof_is_only_words() -> None:
    bare = {name: said for name, said in json.loads(credential_json()).items() if name != "proof"}

    assert read(json.dumps(bare).encode(), trust()).mark is Mark.NONE


def test_somebody_elses_root_is_not_enough() -> None:
    said = read(sealed_pdf(), type(trust())((root_pem(stranger()),)))

    assert said.mark is Mark.FOREIGN
    assert sealer() is not stranger()


# --- what was done to it afterwards --------------------------------------------------------

# Of these nothing is left that says whose seal it was, or that anything can be read at all.
LOST = {"digits_emptied": Outcome.COPY}
UNREADABLE = {"cut_short", "content_put_into_the_hole", "printed_anew"}
CASES = [
    pytest.param(make.__name__.strip("_"), trace, id=make.__name__.strip("_"))
    for trace, makers in _MAKERS.items()
    for make in makers
]


@pytest.mark.parametrize(("name", "trace"), CASES)
def test_nothing_changed_is_genuine(name: str, trace: Trace) -> None:
    said = reading_of(name)
    named = CODE in said.codes

    outcome = decide(said, same_bytes=False, named=named)

    if name in UNREADABLE:
        assert (named, outcome) == (False, Outcome.NOT_OURS)
        return
    assert named
    right = Outcome.ALTERED if trace is Trace.BROKEN else Outcome.COPY
    assert outcome is LOST.get(name, right)


def test_no_single_byte_may_change() -> None:
    """Each byte counts; those few of the seal's own digits that do not, the registry's hash finds."""
    start, stop = hole(sealed_pdf())

    believed = [
        at for at, pdf in flips(sealed_pdf(), count=60) if read_here(pdf).mark is Mark.WHOLE
    ]

    assert all(start < at < stop - 1 for at in believed)


def read_here(content: bytes) -> Reading:
    from nador.verification.files import _heard

    bare = Reading(sha256="0" * 64, kind=FileKind.PDF)
    return _heard(json.dumps(judged_here(content)).encode(), bare)


def test_another_spelling_of_the_seal_is_another_file() -> None:
    """pyHanko reads the same seal; the registry's hash does not."""
    start, stop = hole(sealed_pdf())
    at = next(at for at in range(start + 1, stop) if sealed_pdf()[at : at + 1].isalpha())
    changed = bytearray(sealed_pdf())
    changed[at] ^= 0x20

    said = read(bytes(changed), trust())

    assert said.mark is Mark.WHOLE
    assert decide(said, same_bytes=False, named=True) is Outcome.SEALED


def foreign() -> list[Path]:
    return sorted((SHARED / "foreign" / "pdf").glob("*.pdf"))


@pytest.mark.skipif(not foreign(), reason="the foreign PDFs are not in ../shared")
def test_what_others_signed_is_not_ours() -> None:
    for path in foreign():
        said = read(path.read_bytes(), trust())

        assert decide(said, same_bytes=False, named=False) is Outcome.NOT_OURS, path.name


# --- traps ---------------------------------------------------------------------------------


def a_pdf(**how: Any) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(unsealed_pdf())) as document:
        document.save(out, **how)
    return out.getvalue()


def _encrypted() -> bytes:
    return a_pdf(encryption=pikepdf.Encryption(owner="secret", user="secret"))


def _bomb() -> bytes:
    """A gigabyte of metadata in one megabyte."""
    packer = zlib.compressobj(9)
    zeros = bytes(16 * 1024 * 1024)
    packed = b"".join(packer.compress(zeros) for _ in range(64)) + packer.flush()
    return _written(
        b"<</Type/Catalog/Pages 2 0 R/Metadata 3 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Type/Metadata/Subtype/XML/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream"
        % (len(packed), packed),
    )


def _written(*objects: bytes) -> bytes:
    """Write a PDF by hand: its first object is the catalogue."""
    pdf, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return pdf + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(pdf))
    )


def _nested_pdf() -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\ntrailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF"
    )


def _nested_json() -> bytes:
    return b'{"a":' * 100_000 + b"1" + b"}" * 100_000


def _wide_json() -> bytes:
    said = json.loads(credential_json())
    said["evidence"] = [{"id": f"urn:x:{n}", "type": ["Evidence"]} for n in range(40_000)]
    return json.dumps(said).encode()


def _script() -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(unsealed_pdf())) as document:
        document.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.launchURL('http://127.0.0.1/')")
        )
        document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "trouble"),
    [
        pytest.param(_encrypted, Trouble.ENCRYPTED, id="encrypted"),
        pytest.param(_bomb, Trouble.TOO_HEAVY, id="bomb in the metadata"),
        pytest.param(_nested_pdf, Trouble.UNREADABLE, id="nested PDF without a table"),
        pytest.param(_nested_json, Trouble.TOO_HEAVY, id="nested JSON"),
        pytest.param(_script, None, id="PDF with JavaScript"),
        pytest.param(lambda: b"%PDF-1.7 and nothing", Trouble.UNREADABLE, id="only called PDF"),
        pytest.param(lambda: b'{"issuer": ', Trouble.UNREADABLE, id="half a JSON"),
        pytest.param(lambda: b'{"@context": "x"}\0\xff', Trouble.UNREADABLE, id="no text"),
    ],
)
def test_a_trap_ends_in_a_verdict(make: Any, trouble: Trouble | None) -> None:
    said = read(make(), trust())

    assert said.trouble is trouble
    assert said.mark in {Mark.NONE, Mark.FOREIGN}


@pytest.mark.slow
def test_what_takes_too_long_is_ended_by_the_kernel() -> None:
    """Tens of thousands of statements would keep a canonicaliser busy for minutes."""
    said = read(_wide_json(), trust(), seconds=60)

    assert said.trouble is Trouble.TOO_HEAVY
    assert said.mark is Mark.NONE


def test_what_does_not_answer_in_time_is_ended() -> None:
    said = read(sealed_pdf(), trust(), seconds=0.05)

    assert (said.trouble, said.mark) == (Trouble.UNREAD, Mark.NONE)


def test_only_so_many_are_read_at_once() -> None:
    places = [_places.acquire(blocking=False) for _ in range(3)]
    try:
        assert places == [True, True, False]
        with pytest.raises(Busy):
            read(sealed_pdf(), trust())
    finally:
        for _ in range(places.count(True)):
            _places.release()
    assert read(sealed_pdf(), trust()).mark is Mark.WHOLE


LOCKED = """
import socket
from nador.verification import inspect
inspect._lock_up()
for attempt in (lambda: open('/etc/hostname'), socket.socket, lambda: __import__('subprocess').run(['true'])):
    try:
        attempt()
    except OSError as refusal:
        print(refusal.errno)
try:
    bytearray(600 * 1024 * 1024)
except MemoryError:
    print('no memory')
"""


def test_the_process_can_open_nothing() -> None:
    """Neither a file nor a connection, nor more memory than it may have."""
    done = subprocess.run(
        [sys.executable, "-c", LOCKED], check=True, capture_output=True, text=True
    )

    assert done.stdout.split("\n")[:-1] == [str(errno.EMFILE)] * 3 + ["no memory"]
