"""What every type of question is: content at the door, what a learner sees, an answer, a grade.

Nothing here knows the database or the web. To add a type, see docs/questions.md.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

from nador.assessment.questions import refusals
from nador.assessment.questions.door import LINE_LIMIT, PROMPT_LIMIT, Door, dumped
from nador.assessment.questions.texts import Text
from nador.kernel import text as kernel_text

if TYPE_CHECKING:
    from nador.kernel.i18n import Translator

Content = Mapping[str, Any]
"""A question as JSON: what a version keeps for ever."""
Answer = Mapping[str, Any]
"""An answer as JSON: what an attempt keeps. An empty one is no answer."""
Raw = Mapping[str, Sequence[str]]
"""What a page's fields hold, by the names that the type's template gives them."""

FULL: Final = Fraction(1)
NONE: Final = Fraction(0)
MOST_POINTS: Final = Decimal(1000)
_SHA256: Final = re.compile("[0-9a-f]{64}")
Entry = TypeVar("Entry")
FILE_NAME: Final = re.compile(r"[\w][\w.-]{0,99}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An image that the question's texts show by its name, kept under its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An entry as a learner may see it."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as a learner may see it: never the key."""

    template: str
    prompt: Text
    files: tuple[StoredFile, ...]

    def images(self, url: Callable[[str], str]) -> Callable[[str], str | None]:
        """Say where the images of the texts are: `url` gives the address of a stored file."""
        return images_of(self.files, url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(ABC):
    """One question: its parts are content, its methods are what attempts ask of it."""

    kind: ClassVar[str]
    title: ClassVar[str]
    """What the type is called, a msgid."""
    template: ClassVar[str]
    """Its page: the macros `inputs` for learners and `editor` for authors."""
    by_person: ClassVar[bool] = False
    """Whether a person has to mark it."""

    language: str
    prompt: Text
    points: Decimal
    """What it is worth where a quiz says nothing else."""
    explanation: Text | None
    """Shown afterwards, whatever was answered."""
    if_right: Text | None
    if_partly: Text | None
    if_wrong: Text | None
    files: tuple[StoredFile, ...]

    @classmethod
    @abstractmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        """Take the parts of this type from the door; refuses what could not be answered or graded."""

    @abstractmethod
    def parts(self) -> dict[str, Any]:
        """Write the parts of this type as `read_parts` takes them."""

    @abstractmethod
    def present(self, seed: int) -> Shown:
        """Give what a learner may see; the seed, which the attempt keeps, decides every order."""

    @abstractmethod
    def read(self, raw: Raw) -> Answer:
        """Read what the page's fields hold; refuses what the page could not have sent."""

    @abstractmethod
    def grade(self, answer: Answer) -> Fraction | None:
        """Give the share of the points, from -1 to 1; None where a person must mark.

        Any answer to any version of the question is graded: what is no longer there earns nothing.
        """

    @abstractmethod
    def is_complete(self, answer: Answer) -> bool:
        """Tell whether nothing is left open."""

    @abstractmethod
    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        """Say what would have earned the whole credit, one line for each part."""

    def remarks(self, answer: Answer) -> tuple[Text, ...]:
        """Give what the author says about just this answer."""
        return ()

    def texts(self) -> Iterator[Text]:
        """Go through all texts of the question."""
        yield from texts_in(self)

    def feedback(self, answer: Answer) -> tuple[Text, ...]:
        """Give all that is said afterwards: about the answer, about how right it is, about the question."""
        grade = self.grade(answer)
        verdict = None if grade is None else self._verdict(grade)
        general = [text for text in (verdict, self.explanation) if text is not None]
        return (*self.remarks(answer), *general)

    def _verdict(self, grade: Fraction) -> Text | None:
        if grade >= FULL:
            return self.if_right
        return self.if_partly if grade > NONE else self.if_wrong

    @classmethod
    def parse(cls, content: Content) -> Self:
        """Read content of this type; raises a refusal that names the part."""
        door = Door(content)
        door.take("kind")
        door.language = door.code("language")
        files = _files(door)
        made = cls(
            language=door.language,
            prompt=door.text("prompt", limit=PROMPT_LIMIT),
            points=door.decimal("points", least=Decimal(0), most=MOST_POINTS, default=Decimal(1)),
            explanation=door.maybe_text("explanation"),
            if_right=door.maybe_text("if_right"),
            if_partly=door.maybe_text("if_partly"),
            if_wrong=door.maybe_text("if_wrong"),
            files=files,
            **cls.read_parts(door),
        )
        door.close()
        made.require_sound()
        return made

    def require_sound(self) -> None:
        """Ask what concerns the question as a whole: every image is among its files."""
        known = {file.name for file in self.files}
        for text in self.texts():
            for name in text.images():
                if name not in known:
                    raise refusals.ImageMissing(field="files", name=name[:LINE_LIMIT])

    def content(self) -> dict[str, Any]:
        """Write the question as JSON; `parse` gives the same question back."""
        head: dict[str, Any] = {
            "kind": self.kind,
            "language": self.language,
            "prompt": dumped(self.prompt, self.language),
            "points": f"{self.points.normalize():f}",
        }
        for name in ("explanation", "if_right", "if_partly", "if_wrong"):
            text: Text | None = getattr(self, name)
            if text is not None:
                head[name] = dumped(text, self.language)
        if self.files:
            head["files"] = {file.name: file.sha256 for file in self.files}
        return head | self.parts()

    def dumped(self, text: Text) -> str | dict[str, str]:
        """Write one of the question's texts."""
        return dumped(text, self.language)


def _files(door: Door) -> tuple[StoredFile, ...]:
    given = door.take("files")
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        raise refusals.PartUnreadable(field="files")
    for name, digest in given.items():
        fits = FILE_NAME.fullmatch(str(name)) and _SHA256.fullmatch(str(digest))
        if not fits:
            raise refusals.PartUnreadable(field="files")
    return tuple(StoredFile(name, given[name]) for name in sorted(given))


def texts_in(thing: Any) -> Iterator[Text]:
    """Go through the texts of a value made of frozen parts."""
    if isinstance(thing, Text):
        yield thing
    elif isinstance(thing, tuple):
        for each in thing:
            yield from texts_in(each)
    elif hasattr(thing, "__dataclass_fields__"):
        for field in fields(thing):
            yield from texts_in(getattr(thing, field.name))


def images_of(
    files: Iterable[StoredFile], url: Callable[[str], str]
) -> Callable[[str], str | None]:
    """Turn the names of images into addresses; one that is not among the files has none."""
    known = {file.name: file.sha256 for file in files}

    def address(name: str) -> str | None:
        return url(known[name]) if name in known else None

    return address


def under(prefix: str, fields: Raw) -> Raw:
    """Pick the fields of one question out of a page's: their names start with its prefix."""
    return {
        name.removeprefix(prefix): values
        for name, values in fields.items()
        if name.startswith(prefix)
    }


def shuffled(entries: Iterable[Entry], seed: int) -> tuple[Entry, ...]:
    """Give entries with an `id` in an order that only the seed decides, the same for ever.

    By hash and not by `random`: no Python version may change what an attempt has shown.
    """

    def place(entry: Any) -> str:
        return sha256(f"{seed}:{entry.id}".encode()).hexdigest()

    return tuple(sorted(entries, key=place))


def only(raw: Raw, name: str) -> str:
    """Give the one value of a field, empty where nothing was sent."""
    values = raw.get(name, ())
    if len(values) > 1:
        raise refusals.AnswerUnreadable(field=name)
    return values[0] if values else ""


def known(value: str, ids: Iterable[str], *, field: str) -> str:
    """Refuse an entry that the page did not offer."""
    if value not in set(ids):
        raise refusals.AnswerUnreadable(field=field)
    return value


def typed(raw: Raw, name: str, *, limit: int) -> str:
    """Give one typed line, cleaned; refuses what is longer than `limit`."""
    value = only(raw, name)
    if len(value) > 2 * limit or len(kept := kernel_text.clean(value)) > limit:
        raise refusals.AnswerTooLong(field=name, limit=limit)
    return kept


def listed(answer: Answer, name: str) -> list[str]:
    """Give the strings that an answer lists, none where it was kept in another shape."""
    kept = answer.get(name)
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []


def mapped(answer: Answer, name: str) -> Mapping[str, Any]:
    """Give the mapping that an answer holds, an empty one where it was kept in another shape."""
    kept = answer.get(name)
    return kept if isinstance(kept, Mapping) else {}
