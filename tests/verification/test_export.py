"""A copy of the register: what it tells whom, that it is signed, and that nobody can change it."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import event

from nador.certification.keys.queries import key_in_use
from nador.certification.keys.signer import KeyUnusable
from nador.certification.keys.store import KeyRing
from nador.certification.log.note import NotANote, NoteKey, NotSigned, open_checkpoint, sign
from nador.certification.rules import KeyMissing, KeyPurpose
from nador.kernel import clock, codes
from nador.verification import queries
from nador.verification.export import entries, manifest, writing
from nador.verification.export.entries import Entry, Lock, NotAnEntry
from nador.verification.export.reading import Copy, CopyDamaged, CopyNotSigned, NotACopy
from nador.verification.export.writing import CopyExists
from nador.verification.rules import CertificateView
from tests.factories import make_certificate
from tests.verification.copies import PDF, QUICK, CopyOfShelf, copy_of_shelf, give_keys, write
from tests.verification.test_pages import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session, sessionmaker

    from nador.accounts.models import Institute
    from nador.certification.models import Certificate
    from nador.settings import Settings


@pytest.fixture
def copied(
    sessions: sessionmaker[Session],
    session: Session,
    settings: Settings,
    shelf: dict[str, Certificate],
    tmp_path: Path,
) -> CopyOfShelf:
    return copy_of_shelf(sessions, session, settings, shelf, tmp_path)


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# --- what it tells -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["valid", "expired", "revoked", "replaced", "hidden"])
def test_it_says_what_the_register_says(copied: CopyOfShelf, kind: str) -> None:
    view = copied.views[kind]
    if kind == "hidden":
        view = replace(view, holder_latin=None, holder_arabic=None)

    found = Copy.open(copied.folder).find(codes.parse(view.code))

    assert found is not None
    assert found.view == view


def test_a_code_that_nobody_has_is_not_found(copied: CopyOfShelf) -> None:
    assert Copy.open(copied.folder).find(codes.parse(UNKNOWN)) is None


def test_a_walker_learns_nothing_of_anybody(copied: CopyOfShelf) -> None:
    told = b"\n".join(
        one for path, one in content(copied.folder).items() if not path.startswith("index")
    )

    for view in copied.views.values():
        key = str(codes.parse(view.code))
        for secret in (view.code, key, view.number, "Salma", "سلمى", *view.title.values()):
            assert secret.encode() not in told
        if view.public_reason:
            assert view.public_reason.encode() not in told
        # A plain hash could be tried for all codes at once.
        assert entries.digest(key.encode()).encode() not in told
        assert entries.digest(view.code.encode()).encode() not in told
    assert entries.digest(PDF).encode() not in told


def test_what_waits_for_its_issue_is_not_in_it(
    sessions: sessionmaker[Session],
    session: Session,
    settings: Settings,
    institute: Institute,
    tmp_path: Path,
) -> None:
    from nador.certification.rules import CertificateStatus

    made = make_certificate(session, institute=institute, status=CertificateStatus.PENDING_ISSUE)
    give_keys(session, settings, institute.id)

    assert write(sessions, settings, tmp_path / "copy").certificates == 0
    assert Copy.open(tmp_path / "copy").find(codes.parse(made.code)) is None


def test_long_and_short_names_are_of_one_length(copied: CopyOfShelf) -> None:
    lock = Lock.of(codes.parse(UNKNOWN), salt="a", iterations=1)
    view = copied.views["valid"]
    short, long = (
        lock.close(Entry(replace(view, holder_latin=name), ()).to_json())
        for name in ("Li", "Salma Bouziane El Ouazzani")
    )

    assert len(short) == len(long)
    assert short != long
    # Never two texts under one nonce.
    assert short[:16] != long[:16]


def test_every_public_fact_is_in_an_entry(copied: CopyOfShelf) -> None:
    said = json.loads(Entry(copied.views["valid"], ()).to_json())

    assert {one.name for one in fields(CertificateView)} <= set(said)


# --- how it lies there ---------------------------------------------------------------------


def test_all_that_is_public_lies_where_addresses_point(copied: CopyOfShelf) -> None:
    found = content(copied.folder)

    assert set(found) >= {
        "index.html",
        "index.fr.html",
        "index.en.html",
        "style.css",
        "verify.js",
        "manifest.txt",
        "trust/root.pem",
        ".well-known/did.json",
        ".well-known/jwks.json",
        "log/keys",
        "log/checkpoint",
        "log/tile/0/000.p/4",
        "log/tile/entries/000.p/4",
        *(f"entries/{digit:x}.js" for digit in range(16)),
    }
    keys = [NoteKey.parse(one) for one in found["log/keys"].decode().split()]
    assert open_checkpoint(found["log/checkpoint"].decode(), keys).size == 4


def test_the_list_of_files_is_whole(copied: CopyOfShelf) -> None:
    found = content(copied.folder)
    del found["manifest.txt"]

    opened = Copy.open(copied.folder)
    assert opened.manifest.files == {path: entries.digest(one) for path, one in found.items()}
    assert opened.manifest == copied.manifest
    assert copied.manifest.certificates == len(copied.views)


def test_the_same_register_gives_the_same_bytes(
    sessions: sessionmaker[Session],
    session: Session,
    settings: Settings,
    shelf: dict[str, Certificate],
    tmp_path: Path,
) -> None:
    give_keys(session, settings, shelf["valid"].institute_id)
    with time_machine.travel(clock.now(), tick=False) as wall:
        first, second, later = (tmp_path / name for name in ("first", "second", "later"))
        write(sessions, settings, first)
        write(sessions, settings, second)
        wall.shift(timedelta(days=1))
        write(sessions, settings, later)

    assert content(first) == content(second)
    changed = {path for path, one in content(later).items() if content(first)[path] != one}
    assert changed == {"index.html", "index.fr.html", "index.en.html", "manifest.txt"}


def test_many_come_some_at_a_time(
    sessions: sessionmaker[Session],
    session: Session,
    settings: Settings,
    institute: Institute,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = [make_certificate(session, institute=institute) for _ in range(9)]
    give_keys(session, settings, institute.id)
    write(sessions, settings, tmp_path / "whole")
    monkeypatch.setattr(writing, "AT_ONCE", 4)
    told: list[tuple[int, int]] = []
    sent: list[str] = []
    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", lambda *said: sent.append(said[2]))

    writing.write(
        sessions,
        tmp_path / "pieces",
        origin=settings.public_url,
        ring=KeyRing.of(settings),
        iterations=QUICK,
        told=lambda *said: told.append(said),
    )

    assert told == [(4, 9), (8, 9), (9, 9)]
    assert sum("FROM certificate_file" in one for one in sent) == 3
    opened = Copy.open(tmp_path / "pieces")
    assert all(opened.find(codes.parse(one.code)) for one in made)
    of_both = (
        {path: one for path, one in content(tmp_path / name).items() if "entries/" in path}
        for name in ("whole", "pieces")
    )
    assert next(of_both) == next(of_both)


@pytest.mark.parametrize(
    ("count", "digits"), [(0, 1), (512, 1), (513, 2), (8192, 2), (8193, 3), (100_000, 3)]
)
def test_shards_grow_with_the_register(count: int, digits: int) -> None:
    assert entries.digits_for(count) == digits
    assert len(list(entries.shards(digits))) == 16**digits


def test_the_browser_and_we_draw_the_same_from_a_code() -> None:
    """The numbers of one code, so that nobody changes the format without noticing."""
    lock = Lock.of(codes.parse("NDR-7K3Q-9XW2-M4HB-G"), salt="a", iterations=10)

    assert len(lock.name) == 32
    assert lock.open(lock.close("سلمى")).rstrip(" ") == "سلمى"
    assert lock == Lock.of(codes.parse("ndr 7k3q 9xw2 m4hb g"), salt="a", iterations=10)
    assert lock != Lock.of(codes.parse("NDR-7K3Q-9XW2-M4HB-G"), salt="b", iterations=10)
    assert lock != Lock.of(codes.parse("NDR-7K3Q-9XW2-M4HB-G"), salt="a", iterations=11)


# --- refusals ------------------------------------------------------------------------------


def test_nothing_is_overwritten(
    sessions: sessionmaker[Session], settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(CopyExists):
        write(sessions, settings, tmp_path)


def test_without_the_key_there_is_no_copy(
    sessions: sessionmaker[Session],
    session: Session,
    settings: Settings,
    institute: Institute,
    tmp_path: Path,
) -> None:
    target = tmp_path / "new" / "copy"
    with pytest.raises(KeyMissing):
        write(sessions, settings, target)
    give_keys(session, settings, institute.id)
    known = key_in_use(session, KeyPurpose.LOG, None).known
    ring = KeyRing.of(settings)
    ring._opened.clear()
    ring.path(known.purpose, known.kid).unlink()
    with pytest.raises(KeyUnusable):
        write(sessions, settings, target)

    assert list(target.parent.iterdir()) == []


# --- hostile copies ------------------------------------------------------------------------


def test_a_changed_file_is_not_believed(copied: CopyOfShelf) -> None:
    opened = Copy.open(copied.folder)
    for path in (copied.folder / "entries").iterdir():
        path.write_bytes(path.read_bytes().replace(b'"', b"'"))
    code = codes.parse(copied.views["revoked"].code)
    with pytest.raises(CopyDamaged):
        opened.find(code)
    for path in (copied.folder / "entries").iterdir():
        path.unlink()
    with pytest.raises(CopyDamaged):
        opened.find(code)
    with pytest.raises(CopyDamaged):
        opened.read("../secret")


@pytest.mark.parametrize(
    ("pattern", "written", "refusal"),
    [
        pytest.param("certificates 5", "certificates 4", CopyNotSigned, id="count"),
        pytest.param("[0-9a-f]{64}", "0" * 64, CopyNotSigned, id="hash"),
        pytest.param("made .*", "made 2030-01-01T00:00:00Z", CopyNotSigned, id="date"),
        pytest.param("\n\n— .*\n", "", NotACopy, id="no signature"),
        pytest.param("(?s).*", "", NotACopy, id="empty"),
        pytest.param("made ", "\0", NotACopy, id="controls"),
    ],
)
def test_a_changed_list_is_not_believed(
    copied: CopyOfShelf, pattern: str, written: str, refusal: type[Exception]
) -> None:
    path = copied.folder / "manifest.txt"
    path.write_text(re.sub(pattern, lambda _: written, path.read_text("utf-8"), count=1), "utf-8")

    with pytest.raises(refusal):
        Copy.open(copied.folder)


def test_only_the_keys_that_were_given_are_believed(copied: CopyOfShelf) -> None:
    shown = (copied.folder / "log" / "keys").read_text("utf-8").split()
    stranger = "a.example+e33c7d4d+" + shown[0].rpartition("+")[2]

    assert Copy.open(copied.folder, trusted=shown).manifest == copied.manifest
    with pytest.raises(NotACopy):
        Copy.open(copied.folder, trusted=[stranger])
    from nador.certification.keys.signer import Algorithm, FileSigner

    other = NoteKey.of("https://a.example", FileSigner.generate(Algorithm.EDDSA).public)
    with pytest.raises(CopyNotSigned):
        Copy.open(copied.folder, trusted=[str(other)])


def test_no_folder_is_no_copy(tmp_path: Path) -> None:
    with pytest.raises(NotACopy):
        Copy.open(tmp_path)


def signed(settings: Settings, session: Session, text: str) -> tuple[str, NoteKey]:
    known = key_in_use(session, KeyPurpose.LOG, None).known
    signer = KeyRing.of(settings).open(known)
    key = NoteKey.of(settings.public_url, signer.public)
    return sign(text, key, signer.sign), key


@pytest.mark.parametrize(
    "change",
    [
        ("nador-registry-export/1", "nador-registry-export/2"),
        ("iterations 10", "iterations 999999999"),
        ("digits 1", "digits 6"),
        ("made 2", "made x2"),
        ("  index.html", " index.html"),
    ],
    ids=lambda change: change[1],
)
def test_a_signed_text_of_another_kind_is_no_list(
    copied: CopyOfShelf, settings: Settings, session: Session, change: tuple[str, str]
) -> None:
    assert change[0] in copied.manifest.text
    note, key = signed(settings, session, copied.manifest.text.replace(*change))

    with pytest.raises(NotANote):
        manifest.open_manifest(note, [key])


def test_neither_a_checkpoint_is_a_list_nor_a_list_a_checkpoint(copied: CopyOfShelf) -> None:
    keys = [
        NoteKey.parse(one) for one in (copied.folder / "log" / "keys").read_text("utf-8").split()
    ]
    checkpoint = (copied.folder / "log" / "checkpoint").read_text("utf-8")
    listed = (copied.folder / "manifest.txt").read_text("utf-8")

    with pytest.raises(NotANote):
        manifest.open_manifest(checkpoint, keys)
    with pytest.raises(NotSigned):
        open_checkpoint(listed, keys)


@pytest.mark.parametrize(
    "shard",
    [b"", b"alert(1)", b"\xff", b"nadorEntries({\n]\n})\n", b'nadorEntries({\n"a":\n})\n'],
)
def test_what_is_no_shard_is_refused(shard: bytes) -> None:
    with pytest.raises(NotAnEntry):
        entries.read_shard(shard)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"code": 1}', "null"])
def test_what_is_no_entry_is_refused(text: str) -> None:
    with pytest.raises(NotAnEntry):
        Entry.from_json(text)


@pytest.mark.parametrize("closed", ["", "AAAA", "not base64!", "A" * 400])
def test_what_does_not_open_is_refused(closed: str) -> None:
    with pytest.raises(NotAnEntry):
        Lock.of(codes.parse(UNKNOWN), salt="a", iterations=1).open(closed)


def test_a_forged_entry_under_a_right_name_is_damage(
    copied: CopyOfShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = copied.views["valid"]
    opened = Copy.open(copied.folder)
    lock = Lock.of(
        codes.parse(view.code), salt=opened.manifest.salt, iterations=opened.manifest.iterations
    )
    path = entries.path_of(lock.name[:1])
    forged = entries.write_shard({lock.name: lock.close("{}")})
    (copied.folder / path).write_bytes(forged)
    hashes = {**opened.manifest.files, path: entries.digest(forged)}

    with pytest.raises(CopyDamaged):
        replace(opened, manifest=replace(opened.manifest, files=hashes)).find(
            codes.parse(view.code)
        )


def test_the_register_counts_what_it_copies(
    session: Session, shelf: dict[str, Certificate]
) -> None:
    listed = [
        view.code for some in queries.all_in_public(session, at_once=2) for _, view, _ in some
    ]

    assert queries.count_all(session) == len(shelf)
    assert sorted(listed) == sorted(one.code for one in shelf.values())
