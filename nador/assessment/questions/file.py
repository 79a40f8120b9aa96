"""File: one or several files that a person marks.

The page's uploads are stored by the attempt. What `read` gets in `file` are entries that the attempt
wrote itself (`entry`), never a form's: a hash from a form would open somebody else's file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from nador.assessment.questions import refusals
from nador.assessment.questions.base import Answer, Question, Raw, Shown
from nador.assessment.questions.texts import Text
from nador.kernel import text as kernel_text
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from nador.assessment.questions.door import Door
    from nador.kernel.i18n import Translator

MOST_FILES: Final = 10
LARGEST: Final = 5 * 1024 * 1024
NAME_LIMIT: Final = 120
_ENDING: Final = re.compile(r"\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class ShownFile(Shown):
    """How many files of which kinds are taken."""

    most_files: int
    largest: int
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileQuestion(Question):
    """Files to be handed in; `guide` is for those who mark them."""

    kind: ClassVar[str] = "file"
    title: ClassVar[str] = msgid("File to hand in")
    template: ClassVar[str] = "assessment/questions/file.html"
    by_person: ClassVar[bool] = True

    guide: Text | None
    most_files: int
    largest: int
    """Of one file, in bytes."""
    endings: tuple[str, ...]
    """As .pdf; none: any."""

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        return {
            "guide": door.maybe_text("guide"),
            "most_files": door.whole("most_files", least=1, most=MOST_FILES, default=1),
            "largest": door.whole("largest", least=1024, most=LARGEST, default=LARGEST),
            "endings": _endings(door),
        }

    def parts(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"most_files": self.most_files, "largest": self.largest}
        if self.endings:
            kept["endings"] = " ".join(self.endings)
        return kept | ({"guide": self.dumped(self.guide)} if self.guide is not None else {})

    def present(self, seed: int) -> ShownFile:
        return ShownFile(
            self.template,
            self.prompt,
            self.files,
            most_files=self.most_files,
            largest=self.largest,
            endings=self.endings,
        )

    def read(self, raw: Raw) -> Answer:
        given = raw.get("file", ())
        if len(given) > self.most_files:
            raise refusals.TooManyFiles(field="file", limit=self.most_files)
        files = [self._file(each) for each in given]
        return {"files": files} if files else {}

    def _file(self, written: str) -> dict[str, Any]:
        try:
            name, sha256, size = json.loads(written)
        except (ValueError, TypeError):
            raise refusals.AnswerUnreadable(field="file") from None
        self.require_fits(name, size)
        return {"name": name, "sha256": sha256, "size": size}

    def require_fits(self, name: str, size: int) -> None:
        """Refuse a file of another kind, or one that is too large; an attempt asks before it stores."""
        if not isinstance(name, str) or not isinstance(size, int):
            raise refusals.AnswerUnreadable(field="file")
        if self.endings and not name.lower().endswith(self.endings):
            raise refusals.FileOfAnotherKind(field="file", kinds=list(self.endings))
        if size > self.largest:
            raise refusals.FileTooLarge(field="file", limit=self.largest // 1024)

    def grade(self, answer: Answer) -> None:
        return None

    def is_complete(self, answer: Answer) -> bool:
        return bool(answer.get("files"))

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        return ()


def entry(name: str, sha256: str, size: int) -> str:
    """Write a stored file as `read` takes it."""
    return json.dumps([kernel_text.clean(name)[-NAME_LIMIT:], sha256, size])


def _endings(door: Door) -> tuple[str, ...]:
    given = door.line("endings").lower().replace(",", " ").split()
    for each in given:
        if not _ENDING.fullmatch(each):
            raise refusals.PartUnreadable(field=door.named("endings"))
    return tuple(sorted(set(given)))
