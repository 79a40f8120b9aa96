"""What `nador doctor` asks: checks that each part registers, each answered by sentences of trouble."""

from __future__ import annotations

import ctypes
import hashlib
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nador.kernel import clock, schema, work
from nador.kernel.resources import PACKAGE
from nador.kernel.work import Desk

if TYPE_CHECKING:
    from sqlalchemy import Engine

Examine = Callable[[Desk], Iterable[str]]
LIBRARIES: Final = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
"""Shared libraries that documents need, and the Debian package of each."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question; a deep one reads whole tables or files."""

    title: str
    examine: Examine
    deep: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: no trouble means that all is well."""

    title: str
    troubles: tuple[str, ...]
    seconds: float


_declared: dict[str, Check] = {}


def check(title: str, *, deep: bool = False) -> Callable[[Examine], Examine]:
    """Declare the decorated function as a check: it yields one sentence for each thing that is wrong."""

    def declare(examine: Examine) -> Examine:
        _declared[title] = Check(title, examine, deep)
        return examine

    return declare


def examine(desk: Desk, *, deep: bool) -> Iterable[Finding]:
    """Ask every check in turn; one that can't be answered is in trouble itself."""
    for one in list(_declared.values()):
        if one.deep and not deep:
            continue
        started = time.perf_counter()
        try:
            troubles = tuple(one.examine(desk))
        except Exception as error:  # noqa: BLE001 - the other checks must still be asked
            troubles = (str(error).splitlines()[0] or type(error).__name__,)
        yield Finding(one.title, troubles, time.perf_counter() - started)


def engine_of(desk: Desk) -> Engine:
    """Return the engine of a desk's sessions."""
    engine: Engine = desk.sessions.kw["bind"]
    return engine


@check("database version")
def _database(desk: Desk) -> Iterable[str]:
    schema.check(engine_of(desk))
    return ()


@check("time zone")
def _time_zone(_desk: Desk) -> Iterable[str]:
    clock.check()
    return ()


@check("keys")
def _keys(desk: Desk) -> Iterable[str]:
    desk.settings.secret_key()
    if desk.settings.secret_key_file.stat().st_mode & 0o077:
        yield f"Others can read {desk.settings.secret_key_file}: run `chmod 600` on it."


@check("system libraries")
def _libraries(_desk: Desk) -> Iterable[str]:
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            yield f"{library} is missing: install the Debian package {package}."


@check("fonts and other vendored files")
def _vendored(_desk: Desk) -> Iterable[str]:
    return damaged_files()


def damaged_files() -> Iterator[str]:
    """Compare fonts and other vendored files with their manifest."""
    static = PACKAGE / "static"
    manifest = tomllib.loads((static / "vendored.toml").read_text(encoding="utf-8"))
    for entry in manifest["file"]:
        path = static / entry["path"]
        if not path.exists():
            yield f"{entry['path']} is missing: install Nador again."
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            yield f"{entry['path']} was changed: install Nador again."


@check("worker")
def _worker(desk: Desk) -> Iterable[str]:
    with desk.reading() as session:
        if not work.worker_lives(session):
            yield "No worker is alive: start `nador worker`."


@check("work that needs a person")
def _dead_work(desk: Desk) -> Iterable[str]:
    with desk.reading() as session:
        for lease in work.dead_items(session):
            yield f"{lease.work} {lease.item_id} failed {lease.attempts} times: {lease.last_error}"


@check("work that was left lying")
def _left_lying(desk: Desk) -> Iterable[str]:
    with desk.reading() as session:
        for lease in work.left_lying(session, now=clock.now()):
            yield (
                f"{lease.work} {lease.item_id} was claimed by {lease.holder or 'nobody'} until "
                f"{lease.until:%Y-%m-%d %H:%M} UTC, and no worker went on with it."
            )


@check("rate limits")
def _limits(desk: Desk) -> Iterable[str]:
    if desk.settings.limits_url.startswith("memory") and desk.settings.public_url.startswith(
        "https"
    ):
        yield (
            "Every web process counts attempts for itself: "
            "set NADOR_LIMITS_URL to redis://… or start `nador serve --processes 1`."
        )


@check("files in the store", deep=True)
def _stored_files(desk: Desk) -> Iterable[str]:
    """Every file still has the content that its name promises."""
    for path in desk.files.folder.glob("??/*"):
        if path.name.startswith("."):
            continue
        with path.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != path.name:
                yield f"{path} is damaged: put it back from a backup."
