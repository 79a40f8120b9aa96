"""Packages (ZIP) of strangers: limited in count, size and ratio, and no name leads out of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import Final

from nador.assessment.questions.formats.report import NotReadable, TooLarge

MOST_FILES: Final = 2_000
MOST_BYTES: Final = 50 * 1024 * 1024
MOST_RATIO: Final = 200
"""Text packs ten times smaller; a bomb, thousands of times."""
_SMALL: Final = 1024 * 1024
_MEGABYTE: Final = 1024 * 1024
_BROKEN: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError,
)  # fmt: skip


def unpacked(content: bytes) -> dict[str, bytes]:
    """Give the files of a package by name; raises NotReadable or TooLarge, and writes nothing anywhere."""
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) > MOST_FILES:
                raise TooLarge(limit=MOST_FILES)
            room = MOST_BYTES
            for member in members:
                name = _inside(member.filename)
                if name in files:
                    raise NotReadable(what=name[:80])
                files[name] = _read(archive, member, room)
                room -= len(files[name])
    except _BROKEN as error:
        raise NotReadable(what=type(error).__name__) from None
    return files


def _inside(name: str) -> str:
    """Refuse a name that leads out of the package, on any system."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        raise NotReadable(what=name[:80])
    return str(path)


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> bytes:
    """Read one file; one that holds more than it says fails its checksum."""
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > room or (member.file_size > _SMALL and ratio > MOST_RATIO):
        raise TooLarge(limit=MOST_BYTES // _MEGABYTE)
    with archive.open(member) as source:
        return source.read(room)
