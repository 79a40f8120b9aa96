import dataclasses
import subprocess
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pikepdf import pdfa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from nador.certification.facts import CertificateFacts, Kind
from nador.certification.keys.signer import FileSigner, Signer, from_der, is_signed
from nador.certification.pdf.render import render
from nador.certification.pdf.seal import (
    FIELD,
    Missealed,
    _fill,
    _for_pyhanko,
    _making_room,
    _template,
    seal,
)
from nador.certification.template import TemplateOptions
from nador.kernel.paper import Attachment, Finisher
from tests.certification.designs import DESIGNS, designed
from tests.certification.sheets import LONG_ARABIC, LONG_LATIN
from tests.certification.tampering import _MAKERS, Trace, Variant, flips, hole, variants
from tests.certification.test_pdf import UNKNOWN_TO_THE_CHECKER
from tests.factories.facts import SUPPLEMENT, make_facts
from tests.factories.keys import make_sealer, sealer, stranger

LARGEST = 60_000
ATTACHED = Attachment(
    name="credential.json",
    content=b"".join(sha256(bytes([n])).hexdigest().encode() for n in range(100)),
    description="Open Badges 3.0",
    dated=datetime(2026, 11, 27, 11, tzinfo=UTC),
)
CASES = [
    pytest.param({}, id="short"),
    pytest.param(
        {
            "holder_latin": f"{LONG_LATIN} {LONG_LATIN} {LONG_LATIN}"[:200].strip(),
            "holder_arabic": f"{LONG_ARABIC} {LONG_ARABIC} {LONG_ARABIC}"[:200].strip(),
        },
        id="200 letters",
    ),
    pytest.param(
        {
            "kind": Kind.ATTESTATION,
            "mention": None,
            "ends_on": date(2026, 10, 5),
            "expires_on": date(2029, 11, 1),
        },
        id="attestation of one day",
    ),
]


def sealed(facts: CertificateFacts, signer: FileSigner | None = None) -> bytes:
    def draw(finish: Finisher | None) -> bytes:
        return render(facts, attachments=[ATTACHED], finish=finish)

    return seal(draw, signer or sealer())


@cache
def plain() -> bytes:
    return sealed(make_facts())


def troubles(pdf: bytes, signer: Signer) -> list[str]:
    """Say all that pyHanko has against a file, for the root of the signer's chain."""
    context = ValidationContext(
        trust_roots=[_for_pyhanko(signer.certificate_chain[-1])], allow_fetching=False
    )
    try:
        found = PdfFileReader(BytesIO(pdf), strict=False).embedded_signatures
        if len(found) != 1:
            return [f"{len(found)} signatures"]
        status = validate_pdf_signature(found[0], context)
    except Exception as error:  # noqa: BLE001 - whatever it can't read, it does not believe
        return [f"{type(error).__name__}: {error}"]
    verdicts = {
        "intact": status.intact,
        "valid": status.valid,
        "trusted": status.trusted,
        "the whole file": status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
        "nothing changed": bool(status.docmdp_ok),
        "to the last byte": sum(list(found[0].byte_range)[2:]) == len(pdf),
    }
    return [name for name, holds in verdicts.items() if not holds]


# --- a sealed certificate ------------------------------------------------------------------


@pytest.mark.parametrize("said", CASES)
def test_pyhanko_believes_it(said: dict[str, Any]) -> None:
    assert troubles(sealed(make_facts(**said)), sealer()) == []


@pytest.mark.parametrize("said", CASES)
def test_poppler_and_qpdf_accept_it(said: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed(make_facts(**said)))

    told = subprocess.run(["pdfsig", path], capture_output=True, check=True, text=True).stdout
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)

    assert "Signature is Valid." in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert "Institut de l’intelligence artificielle de Nador" in told
    assert checked.returncode == 0, checked.stderr


def test_poppler_trusts_it_for_the_root_alone(tmp_path: Path) -> None:
    """With our root among its certificates, pdfsig has nothing left to say against the chain."""
    (tmp_path / "sealed.pdf").write_bytes(plain())
    (tmp_path / "root.pem").write_bytes(sealer().certificate_chain[-1].public_bytes(Encoding.PEM))
    for command in (
        ["certutil", "-N", "-d", "sql:.", "--empty-password"],
        ["certutil", "-A", "-d", "sql:.", "-n", "root", "-t", "TC,TC,TC", "-i", "root.pem"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    told = subprocess.run(
        ["pdfsig", "-nssdir", "sql:.", "sealed.pdf"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    ).stdout

    assert "Certificate is Trusted." in told


EVERYTHING = [
    *(pytest.param(options, False, id=name) for name, options in DESIGNS.items()),
    *(pytest.param(options, True, id=f"{name}, supplement") for name, options in DESIGNS.items()),
]


@pytest.mark.parametrize(("options", "supplemented"), EVERYTHING)
def test_pictures_supplement_attachments_and_seal_together_break_no_promise(
    options: TemplateOptions, *, supplemented: bool
) -> None:
    facts = make_facts(
        supplement=SUPPLEMENT if supplemented else None, expires_on=date(2029, 11, 1)
    )
    attached = [
        ATTACHED,
        dataclasses.replace(ATTACHED, name="credential.jwt", content=b"e30.e30.c2ln"),
        dataclasses.replace(ATTACHED, name="log-proof", content=b"c2sp.org/tlog-proof@v1"),
    ]

    pdf = seal(
        lambda finish: render(facts, designed(options), attachments=attached, finish=finish),
        sealer(),
    )

    assert troubles(pdf, sealer()) == []
    with pikepdf.open(BytesIO(pdf)) as document:
        assert len(document.pages) == (2 if supplemented else 1)
        assert set(document.attachments) == {one.name for one in attached}
        assert [str(one.AFRelationship) for one in document.Root.AF] == ["/Source"] * 3
        assert faults(document) == []
        assert unheard(document) == []


def faults(document: pikepdf.Pdf) -> list[str]:
    """Say what PDF/A-3 forbids in a file, as far as the checker knows it."""
    return [
        finding.message
        for finding in pdfa.check(document, "3b").findings
        # It does not know forms and attachments at all.
        if finding.kind != "unsupported"
        and not any(known in finding.message for known in UNKNOWN_TO_THE_CHECKER)
    ]


def unheard(document: pikepdf.Pdf) -> list[str]:
    """Say what PDF/UA-1 asks for and the file lacks."""
    root, found = document.Root, []
    said = {
        "it is tagged": bool(root.MarkInfo.Marked),
        "a language": bool(str(root.Lang)),
        "its title is shown": bool(root.ViewerPreferences.DisplayDocTitle),
        "a title": bool(document.open_metadata()["dc:title"]),
        "the level": document.open_metadata()["pdfuaid:part"] == "1",
    }
    found += [asked for asked, met in said.items() if not met]
    for number, page in enumerate(document.pages):
        if page.get("/Annots") and str(page.get("/Tabs", "")) != "/S":
            found.append(f"the order of tabs on page {number}")
        depth = 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            depth += {"BMC": 1, "BDC": 1, "EMC": -1}.get(operator, 0)
            if not depth and operator in {"Tj", "TJ", "Do", "f", "S"}:
                found.append(f"{operator} on page {number} is neither tagged nor an artifact")
    pictures = [
        element
        for element in document.objects
        if isinstance(element, pikepdf.Dictionary) and element.get("/S") == "/Figure"
    ]
    found += ["what a picture shows" for one in pictures if not str(one.get("/Alt", ""))]
    return found


@pytest.mark.parametrize("said", CASES)
def test_the_seal_breaks_no_promise_of_the_file(said: dict[str, Any]) -> None:
    pdf = sealed(make_facts(**said))

    assert len(pdf) <= LARGEST
    assert pdf.count(b"%%EOF") == 1
    with pikepdf.open(BytesIO(pdf)) as document:
        findings = pdfa.check(document, "3b").findings
        assert document.open_metadata().pdfa_status == "3A"
        assert document.open_metadata()["pdfuaid:part"] == "1"
        [field] = document.Root.AcroForm.Fields
        assert [str(field.T), str(field.FT), int(field.F)] == [FIELD, "/Sig", 132]
        assert "Electronic seal" in str(field.TU)
        assert document.Root.Perms.DocMDP.Reference[0].TransformParams.P == 1
        assert document.attachments["credential.json"].get_file().read_bytes() == ATTACHED.content
    assert [
        finding
        for finding in findings
        # It does not know forms and attachments at all; the lines above look at what we put there.
        if finding.kind != "unsupported"
        and not any(known in finding.message for known in UNKNOWN_TO_THE_CHECKER)
    ] == []


def test_the_page_looks_the_same(tmp_path: Path) -> None:
    def painted(pdf: bytes) -> bytes:
        subprocess.run(
            ["pdftoppm", "-r", "60", "-singlefile", "-", "page"],
            input=pdf,
            cwd=tmp_path,
            check=True,
        )
        return (tmp_path / "page.ppm").read_bytes()

    assert painted(plain()) == painted(render(make_facts()))
    assert len(set(painted(plain()))) > 100


def test_two_seals_differ_and_both_hold() -> None:
    one, other = sealed(make_facts()), sealed(make_facts())

    assert one != other
    assert troubles(one, sealer()) == troubles(other, sealer()) == []


def test_signatures_of_every_length_fit() -> None:
    """An ECDSA signature is 70 to 72 bytes long, seldom less: the lengths around it follow."""
    signer = sealer()
    drawn = _drawn(signer)
    kinds: dict[int, bytes] = {}
    for _ in range(60):
        pdf = _fill(drawn, _template(signer), signer)
        kinds.setdefault(len(_digits(pdf)), pdf)

    assert len(kinds) >= 3
    assert [troubles(pdf, signer) for pdf in kinds.values()] == [[]] * len(kinds)


def _digits(pdf: bytes) -> bytes:
    start, stop = hole(pdf)
    content = bytes.fromhex(pdf[start + 1 : stop - 1].decode())
    length = int.from_bytes(content[2:4]) + 4
    assert set(content[length:]) <= {0}
    return content[:length]


def _drawn(signer: FileSigner) -> bytes:
    return render(make_facts(), finish=_making_room(_template(signer).size))


def test_the_template_is_what_pyhanko_writes() -> None:
    """Built anew from its parts with pyHanko's own signature, the CMS has pyHanko's bytes."""
    signer = sealer()
    by_pyhanko = PdfFileReader(BytesIO(seal(render(make_facts()), signer))).embedded_signatures[0]
    digest = by_pyhanko.compute_digest()

    made = _template(signer).joined(digest, by_pyhanko.signer_info["signature"].native)

    assert bytes(by_pyhanko.pkcs7_content).rstrip(b"\0") == made.rstrip(b"\0")


def test_a_document_that_was_not_drawn_for_it_is_sealed_all_the_same() -> None:
    pdf = seal(render(make_facts()), sealer())

    assert troubles(pdf, sealer()) == []


def test_a_document_without_room_is_an_error() -> None:
    with pytest.raises(Missealed, match="0 places"):
        seal(lambda _finish: render(make_facts()), sealer())


def test_a_chain_of_another_key_is_noticed_at_the_first_seal() -> None:
    """The store refuses it before; should it come this far, nothing is handed out."""
    wrong = FileSigner(make_sealer()._private, certificate_chain=make_sealer().certificate_chain)

    with pytest.raises(Missealed):
        sealed(make_facts(), wrong)


def test_a_name_with_the_words_of_the_room_is_only_a_name() -> None:
    facts = make_facts(holder_latin="/ByteRange[0 0000000000 0000000000 0000000000]/Contents<")

    assert troubles(sealed(facts), sealer()) == []


def test_somebody_elses_root_does_not_do() -> None:
    assert troubles(plain(), stranger()) == ["trusted"]


def test_the_signature_is_the_keys() -> None:
    found = PdfFileReader(BytesIO(plain())).embedded_signatures[0]
    attributes = found.signer_info["signed_attrs"].untag().dump()

    assert is_signed(sealer().public, from_der(found.signer_info["signature"].native), attributes)


# --- what was done to it afterwards --------------------------------------------------------


@cache
def _tampered() -> dict[str, Variant]:
    return {variant.name: variant for variant in variants(plain())}


NAMES = [make.__name__.strip("_") for makers in _MAKERS.values() for make in makers]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_changed_is_believed(name: str) -> None:
    variant = _tampered()[name]

    found = troubles(variant.pdf, sealer())

    assert variant.pdf != plain()
    assert found
    if variant.trace is Trace.STRIPPED:
        assert found == ["0 signatures"]
    if name == "sealed_by_a_stranger":
        assert found == ["trusted"]
        assert troubles(variant.pdf, stranger()) == []


def test_no_single_byte_may_change() -> None:
    """Every changed byte is noticed, but for the spelling of the seal's own digits.

    Those (`a` for `A`, and the zeros after the signature) the registry's hash of the file catches.
    """
    start, stop = hole(plain())

    unnoticed = [at for at, pdf in flips(plain(), count=150) if not troubles(pdf, sealer())]

    assert all(start < at < stop - 1 for at in unnoticed)


def test_long_after_the_key_stopped_sealing_it_still_holds() -> None:
    found = PdfFileReader(BytesIO(plain())).embedded_signatures[0]
    later = ValidationContext(
        trust_roots=[_for_pyhanko(sealer().certificate_chain[-1])],
        allow_fetching=False,
        moment=datetime.now(UTC) + timedelta(days=9 * 365),
    )

    assert validate_pdf_signature(found, later).bottom_line
