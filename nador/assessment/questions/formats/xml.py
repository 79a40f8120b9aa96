"""XML from strangers: no document types, no entities; elements know their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from nador.assessment.questions.formats.report import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE: Final = "\N{ZERO WIDTH SPACE}line"
"""Where an element keeps its line: no attribute of a file can have this name."""
_DEEPEST: Final = 100
_AT_ONCE: Final = 65536


class _Builder:
    """Build a tree in which every element knows its line; gives out each whole child of the root."""

    def __init__(self) -> None:
        self.open: list[Element] = []
        self.whole: list[Element] = []
        self.root: Element | None = None
        self.line: Any = None
        self._last: Element | None = None

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        if len(self.open) >= _DEEPEST:
            raise NotReadable(what=tag[:40])
        element = Element(tag, attrs)
        element.set(LINE, str(self.line()))
        if self.open:
            self.open[-1].append(element)
        else:
            self.root = element
        self.open.append(element)
        self._last = None
        return element

    def end(self, _tag: str) -> Element:
        element = self.open.pop()
        self._last = element
        if len(self.open) == 1:
            self.whole.append(element)
            # What was given out is not kept: a long file takes no more room than its longest part.
            self.open[0].remove(element)
        return element

    def data(self, data: str) -> None:
        if self._last is not None:
            self._last.tail = (self._last.tail or "") + data
        else:
            self.open[-1].text = (self.open[-1].text or "") + data

    def close(self) -> Element | None:
        return self.root


def children(content: bytes) -> Iterator[Element]:
    """Give the children of the root one by one; raises NotReadable, which says where, at the first fault.

    What stood whole before the fault has been given by then.
    """
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.line = lambda: parser.parser.CurrentLineNumber
    for start in range(0, len(content), _AT_ONCE):
        try:
            parser.feed(content[start : start + _AT_ONCE])
        except ParseError as error:
            yield from builder.whole
            raise NotReadable(what=str(error)) from None
        except DefusedXmlException as error:
            yield from builder.whole
            raise NotReadable(what=type(error).__name__) from None
        yield from builder.whole
        builder.whole.clear()
    try:
        parser.close()
    except ParseError as error:
        raise NotReadable(what=str(error)) from None


def whole(content: bytes) -> Element:
    """Give the whole document; raises NotReadable."""
    root = Element("document")
    root.extend(list(children(b"<document>" + _without_declaration(content) + b"</document>")))
    return root[0] if len(root) else root


def _without_declaration(content: bytes) -> bytes:
    bare = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if bare.startswith(b"<?xml"):
        bare = bare.partition(b"?>")[2]
    return bare


def line_of(element: Element) -> int:
    """Say in which line an element starts."""
    return int(element.get(LINE, "1"))


def text_of(element: Element | None) -> str:
    """Give the text of an element, empty where there is none."""
    return (element.text or "") if element is not None else ""
