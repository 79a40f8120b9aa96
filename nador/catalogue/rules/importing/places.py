"""Where things stand in a TOML file: its parser tells lines of syntax errors only."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

Path = tuple[str | int, ...]

_NAME: Final = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_NAMES: Final = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_HEADER: Final = re.compile(rf"\s*(\[\[?)\s*({_NAMES})\s*\]")
_KEY: Final = re.compile(rf"\s*({_NAMES})\s*=")
_LONG_QUOTES: Final = ('"""', "'''")


class Places:
    """The line of every table and key of a TOML text, which must be valid."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._tables: Counter[Path] = Counter()
        self._read(text)

    def line(self, path: Path) -> int:
        """Tell the line of a key, else of the innermost thing around it that has a line."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _read(self, text: str) -> None:
        table: Path = ()
        depth, quote = 0, ""
        for number, line in enumerate(text.splitlines(), start=1):
            if depth == 0 and not quote:
                header, key = _HEADER.match(line), _KEY.match(line)
                if header and not key:
                    table = self._enter(header[1], _split(header[2]))
                    self._lines.setdefault(table, number)
                    continue
                if key:
                    self._lines.setdefault((*table, *_split(key[1])), number)
            depth, quote = _after(line, depth, quote)

    def _enter(self, brackets: str, names: list[str]) -> Path:
        path: Path = ()
        for name in names[:-1]:
            path = self._inside((*path, name))
        path = (*path, names[-1])
        if brackets == "[":
            return path
        self._tables[path] += 1
        return self._inside(path)

    def _inside(self, path: Path) -> Path:
        """Go on in the last table of an array of tables."""
        return (*path, self._tables[path] - 1) if self._tables[path] else path


def _split(names: str) -> list[str]:
    return [name.strip("\"'") for name in re.findall(_NAME, names)]


def _after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Follow brackets and quotes through a line: values may go on in the next one."""
    at = 0
    while at < len(line):
        if quote:
            if line[at] == "\\" and quote[0] == '"':
                at += 2
                continue
            if line.startswith(quote, at):
                at, quote = at + len(quote), ""
                continue
        elif line[at] == "#":
            break
        elif line[at] in "\"'":
            long = next((each for each in _LONG_QUOTES if line.startswith(each, at)), "")
            quote = long or line[at]
            at += len(quote)
            continue
        elif line[at] in "[{":
            depth += 1
        elif line[at] in "]}":
            depth -= 1
        at += 1
    return depth, quote if len(quote) > 1 else ""
