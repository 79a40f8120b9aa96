"""What reading or writing a file of questions found: items, what is left out of them, what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from nador.assessment.questions import parse
from nador.kernel.errors import DomainError, Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable


class LeftOut(Invalid):
    """A part of a question that the other side does not know (`what`); the rest is as it was."""

    code = "exchange_left_out"


class NotCarried(Invalid):
    """The format has no place for this question (`what` says for which part)."""

    code = "exchange_not_carried"


class NotSupported(Invalid):
    """A type or a part of a question that has no equal here (`what`)."""

    code = "exchange_not_supported"


class NotReadable(Invalid):
    """A part of the file is not as its format asks (`what`)."""

    code = "exchange_not_readable"


class TooLarge(Invalid):
    """A file, or what is packed in it, is larger than `limit` megabytes."""

    code = "exchange_too_large"


class UnknownFormat(Invalid):
    """Nothing tells which format a file has."""

    code = "exchange_unknown_format"


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a file: sound content, where it stood, and what of it was left out."""

    line: int
    name: str
    content: dict[str, Any]
    path: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    remarks: tuple[DomainError, ...] = ()
    file: str = ""
    """Within a package, the file that it came from."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One item that could not be read, and why."""

    line: int
    name: str
    reason: DomainError
    file: str = ""


@dataclass(slots=True)
class Reading:
    """What a file held, in its order."""

    items: list[Item] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    """The images that items show, by their SHA-256."""

    def add(
        self,
        content: dict[str, Any],
        *,
        line: int,
        name: str,
        path: Iterable[str] = (),
        tags: Iterable[str] = (),
        remarks: Iterable[DomainError] = (),
        file: str = "",
    ) -> None:
        """Take an item in where the door lets it pass; else it is refused with the door's reason."""
        try:
            sound = parse(content).content()
        except Invalid as reason:
            self.refused.append(Refused(line, name, reason, file))
        else:
            self.items.append(
                Item(line, name, sound, tuple(path), tuple(tags), tuple(remarks), file)
            )

    def refuse(self, reason: DomainError, *, line: int, name: str = "", file: str = "") -> None:
        """Name an item that could not be read."""
        self.refused.append(Refused(line, name, reason, file))

    def keep_image(self, content: bytes) -> str:
        """Keep an image and give its SHA-256."""
        digest = sha256(content).hexdigest()
        self.images[digest] = content
        return digest


@dataclass(frozen=True, slots=True)
class Leaving:
    """A question on its way out."""

    name: str
    content: dict[str, Any]
    path: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class Writing:
    """A file made of questions, with what it could not carry: by the name of the question."""

    text: str = ""
    remarks: list[tuple[str, DomainError]] = field(default_factory=list)
    refused: list[tuple[str, DomainError]] = field(default_factory=list)
