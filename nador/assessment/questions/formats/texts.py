"""The formats in which other programs write texts, read as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nador.assessment.questions.formats.html import from_plain, has_tags, markdown
from nador.assessment.questions.formats.report import LeftOut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nador.kernel.errors import DomainError

_PLUGIN_FILE: Final = re.compile(r"@@PLUGINFILE@@/([^)\s>]+)")
FORMATS: Final = ("moodle", "html", "plain", "markdown", "moodle_auto_format", "plain_text")


NO_IMAGES: Final[Mapping[str, str]] = {}


def as_markdown(
    source: str,
    written: str,
    remarks: list[DomainError],
    images: Mapping[str, str] = NO_IMAGES,
) -> str:
    """Give a text as Markdown; what Markdown can't say is added to the remarks."""
    if written == "markdown":
        return _PLUGIN_FILE.sub(lambda found: images.get(found[1], found[0]), source.strip())
    if written == "html" or (written not in {"plain", "plain_text"} and has_tags(source)):
        text, lost = markdown(source, images)
        for tag in lost:
            note = LeftOut(what=f"<{tag}>")
            if note.params not in [each.params for each in remarks]:
                remarks.append(note)
        return text
    return from_plain(source)
