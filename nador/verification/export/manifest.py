"""The list of a copy's files, with their hashes: a signed note that `sha256sum -c` reads too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from nador.certification.log.note import NotANote, open_note
from nador.verification.export.entries import MOST_ITERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nador.certification.log.note import NoteKey

PATH: Final = "manifest.txt"
_KIND: Final = "nador-registry-export/1"
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"
_HEAD: Final = re.compile(
    r"(?P<kind>\S+) (?P<origin>\S+)\n"
    r"made (?P<made_at>\S+)\n"
    r"certificates (?P<certificates>[0-9]{1,9})\n"
    r"iterations (?P<iterations>[1-9][0-9]{0,8})\n"
    r"digits (?P<digits>[1-5])\n\n",
    re.ASCII,
)
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy is of, when it was made, how it is read, and the SHA-256 of each file."""

    origin: str
    """The host of the register that was copied."""
    made_at: datetime
    certificates: int
    iterations: int
    digits: int
    files: Mapping[str, str]
    """By their paths."""

    @property
    def salt(self) -> str:
        """What keeps the names of entries apart from those of other registers."""
        return f"{_KIND} {self.origin}"

    @property
    def text(self) -> str:
        """What is signed. The first line is no log's name: no checkpoint can be made of it."""
        head = (
            f"{_KIND} {self.origin}\n"
            f"made {self.made_at:{_INSTANT}}\n"
            f"certificates {self.certificates}\n"
            f"iterations {self.iterations}\n"
            f"digits {self.digits}\n\n"
        )
        return head + "".join(f"{self.files[path]}  {path}\n" for path in sorted(self.files))


def open_manifest(note: str, keys: Iterable[NoteKey]) -> Manifest:
    """Read what a believed key signed; raises NotANote or NotSigned."""
    text = open_note(note, keys)
    head = _HEAD.match(text)
    if head is None or head["kind"] != _KIND or int(head["iterations"]) > MOST_ITERATIONS:
        raise NotANote("not the manifest of a copy")
    lines = [_LINE.fullmatch(line) for line in text[head.end() :].splitlines()]
    if None in lines:
        raise NotANote("not a list of files")
    try:
        made_at = datetime.strptime(head["made_at"], _INSTANT).replace(tzinfo=UTC)
    except ValueError as problem:
        raise NotANote("not a date") from problem
    return Manifest(
        origin=head["origin"],
        made_at=made_at,
        certificates=int(head["certificates"]),
        iterations=int(head["iterations"]),
        digits=int(head["digits"]),
        files={line[2]: line[1] for line in lines if line},
    )
