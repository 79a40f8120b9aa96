"""The log as anybody reads it: static files, and `nador log verify` over them."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner
from sqlalchemy import event
from werkzeug.serving import make_server

from nador.certification import cli, service
from nador.certification.keys.queries import key_in_use
from nador.certification.log import note, queries, tiles, tree
from nador.certification.log.note import Checkpoint, NoteKey
from nador.certification.rules import KeyPurpose
from tests.certification.log.conftest import append, entries_of
from tests.certification.office import work_off

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from nador.certification.keys.store import KeyRing
    from nador.kernel.access import Actor
    from nador.kernel.work import Desk
    from nador.settings import Settings
    from tests.conftest import Database

pytestmark = pytest.mark.usefixtures("_keys")
SIZE: Final = 604
WELL, WRONG = 0, 3


@pytest.fixture
def _grown(session: Session, desk: Desk, _keys: None) -> None:
    append(session, entries_of(SIZE - 4))
    work_off(desk, session)


@pytest.fixture(autouse=True)
def _instance(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NADOR_INSTANCE", str(settings.instance))
    monkeypatch.setenv("NADOR_DATABASE_URL", settings.database_url)


def save(client: FlaskClient, folder: Path) -> Path:
    """Copy a whole log, as anybody can."""
    keys = [NoteKey.parse(one) for one in client.get("/log/keys").text.splitlines()]
    size = note.open_checkpoint(client.get("/log/checkpoint").text, keys).size
    named = ["keys", "checkpoint", *(one.entries_path for one in tiles.of_size(size))]
    for level in tiles.levels(size):
        named += [one.path for one in tiles.of_size(size, level=level)]
    for name in named:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        answer = client.get(f"/log/{name}")
        assert answer.status_code == 200, name
        target.write_bytes(answer.data)
    return folder


def verify(*arguments: object) -> tuple[int, str]:
    ran = CliRunner().invoke(cli.log, ["verify", *map(str, arguments)])
    return ran.exit_code, ran.output


# --- pages ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("_grown")
@pytest.mark.parametrize(
    ("path", "kind", "cached"),
    [
        ("checkpoint", "text/plain; charset=utf-8", "public, max-age=5"),
        ("keys", "text/plain; charset=utf-8", "public, max-age=300"),
        ("tile/0/000", "application/octet-stream", "public, max-age=31536000, immutable"),
        (
            "tile/entries/002.p/92",
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
        ("tile/1/000.p/2", "application/octet-stream", "public, max-age=31536000, immutable"),
    ],
)
def test_anybody_may_read_and_keep_it(
    client: FlaskClient, database: Database, path: str, kind: str, cached: str
) -> None:
    sent: list[str] = []
    client.get("/log/keys")
    engine = client.application.extensions["nador"].engine
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))

    first = client.get(f"/log/{path}")

    assert len(sent) == 1
    again = client.get(f"/log/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, first.content_type) == (200, kind)
    assert first.headers["Cache-Control"] == cached
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in first.headers
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.usefixtures("_grown")
@pytest.mark.parametrize(
    "path",
    ["0/002", "0/002.p/93", "0/003", "1/000", "1/000.p/3", "2/000", "entries/002", "0/2", "9/000"],
)
def test_there_are_no_other_tiles(client: FlaskClient, path: str) -> None:
    assert client.get(f"/log/tile/{path}").status_code == 404


def test_there_is_no_checkpoint_of_nothing(client: FlaskClient) -> None:
    assert client.get("/log/checkpoint").status_code == 404


@pytest.mark.usefixtures("_grown")
def test_a_proof_can_be_made_of_the_pages_alone(client: FlaskClient) -> None:
    keys = [NoteKey.parse(one) for one in client.get("/log/keys").text.splitlines()]
    checkpoint = note.open_checkpoint(client.get("/log/checkpoint").text, keys)
    read = tiles.TiledTree(checkpoint.size, lambda tile: client.get(f"/log/{tile.path}").data)
    [entry] = entries_of(1, since=400)

    reached = tree.root_by_inclusion(
        tree.leaf_hash(entry), read.inclusion(404), index=404, size=checkpoint.size
    )

    assert (checkpoint.size, checkpoint.root) == (SIZE, reached)


# --- nador log verify ----------------------------------------------------------------------


@pytest.mark.usefixtures("_grown")
def test_a_copy_in_order_is_in_order_whatever_its_entries_are_about(
    client: FlaskClient, tmp_path: Path
) -> None:
    code, said = verify(save(client, tmp_path / "copy"))

    assert code == WELL, said
    assert "604 entries" in said
    assert "The log is in order." in said


def test_an_instance_in_order_agrees_with_its_registry(session: Session, desk: Desk) -> None:
    work_off(desk, session)

    code, said = verify()

    assert code == WELL, said
    assert "4 entries" in said
    assert "The log is in order." in said


@pytest.mark.usefixtures("_grown")
def test_an_instance_says_which_entries_are_about_nothing_in_its_registry() -> None:
    code, said = verify()

    assert code == WRONG
    assert "600 entries of the log (issue) are about nothing in the registry" in said


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/log"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("_grown")
def test_a_log_is_read_from_its_address(
    client: FlaskClient, session: Session, desk: Desk, address: str, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(client.get("/log/checkpoint").data)
    append(session, entries_of(100, since=1000))
    work_off(desk, session)

    assert verify(address)[0] == WELL
    assert verify(f"{address}/", "--since", kept)[0] == WELL
    assert verify(f"{address}/elsewhere")[0] == WRONG


@pytest.mark.usefixtures("_grown")
@pytest.mark.parametrize("file", ["tile/0/001", "tile/entries/001", "tile/1/000.p/2", "checkpoint"])
def test_a_copy_that_was_changed_is_found_out(
    client: FlaskClient, tmp_path: Path, file: str
) -> None:
    copy = save(client, tmp_path / "copy")
    content = bytearray((copy / file).read_bytes())
    content[40] ^= 1
    (copy / file).write_bytes(content)

    assert verify(copy)[0] == WRONG
    (copy / file).unlink()
    assert verify(copy)[0] == WRONG


@pytest.mark.usefixtures("_grown")
def test_a_log_that_was_rewritten_contradicts_what_was_kept(
    client: FlaskClient, session: Session, ring: KeyRing, tmp_path: Path
) -> None:
    """Its operator can sign anything, and make every tile fit: only kept checkpoints tell."""
    copy = save(client, tmp_path / "copy")
    kept = tmp_path / "kept"
    shutil.copyfile(copy / "checkpoint", kept)
    forged = [b"forged".ljust(32), *entries_of(SIZE + 9)]
    _publish(copy, forged, session, ring)

    assert verify(copy)[0] == WELL
    code, said = verify(copy, "--since", kept)
    assert code == WRONG
    assert "was rewritten" in said

    _publish(copy, forged[:300], session, ring)
    assert "has lost entries" in verify(copy, "--since", kept)[1]


def _publish(folder: Path, logged: list[bytes], session: Session, ring: KeyRing) -> None:
    """Write a log of these entries over a copy, signed with the true key."""
    edge, levels = tiles.Edge(), {0: [tree.leaf_hash(one) for one in logged]}
    for leaf in levels[0]:
        for node in edge.append(leaf):
            levels.setdefault(node.level, []).append(node.hash)
    for level in tiles.levels(len(logged)):
        for tile in tiles.of_size(len(logged), level=level):
            here = slice(tile.first, tile.first + tile.width)
            _write(folder / tile.path, b"".join(levels[level][here]))
            if level == 0:
                _write(folder / tile.entries_path, tiles.bundle(logged[here]))
    [key] = queries.note_keys(session, "127.0.0.1:8000")
    signer = ring.open(key_in_use(session, KeyPurpose.LOG, None).known)
    signed = Checkpoint(key.name, len(logged), edge.root())
    _write(folder / "checkpoint", note.sign(signed.text, key, signer.sign).encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.mark.usefixtures("_grown")
def test_a_key_that_was_kept_counts_more_than_one_that_is_shown(
    client: FlaskClient, session: Session, administrator: Actor, ring: KeyRing, tmp_path: Path
) -> None:
    copy = save(client, tmp_path / "copy")
    known = (copy / "keys").read_text(encoding="utf-8").strip()
    service.rotate_key(session, administrator, purpose=KeyPurpose.LOG, institute_id=None, ring=ring)
    other = client.get("/log/keys").text.splitlines()[1]

    assert verify(copy, "--key", known)[0] == WELL
    assert verify(copy, "--key", other)[0] == WRONG
    assert verify(copy, "--key", "not a key")[0] == WRONG


def test_a_log_that_is_not_there_is_not_in_order(tmp_path: Path) -> None:
    assert verify(tmp_path / "nowhere")[0] == WRONG
    assert verify()[0] == WRONG
