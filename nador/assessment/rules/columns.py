"""The first line of a file with marks: what each column is, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from nador.kernel.errors import Invalid
from nador.kernel.text import fold

_OUT_OF: Final = re.compile(r"\s*/\s*[0-9.,\u00a0\u202f ]+$")


class ColumnOfTwo(Invalid):
    """Two columns (`columns`) are for the same marks."""

    code = "column_of_two"


class Named(Protocol):
    """What a column can hold, by what files may call it."""

    @property
    def names(self) -> frozenset[str]:
        """Folded."""


Marks = TypeVar("Marks", bound=Named)


@dataclass(frozen=True, slots=True)
class Header(Generic[Marks]):
    """Where everything stands, counted from 0."""

    places: Mapping[str, int]
    """Of what is no mark, by its key; what the file does not have is missing."""
    marks: Mapping[int, Marks]
    ignored: list[str]
    """What nothing here reads."""


def read_header(
    cells: Sequence[str], columns: Sequence[Marks], others: Mapping[str, frozenset[str]]
) -> Header[Marks]:
    """Recognise columns by name, of which `others` hold no marks; raises ColumnOfTwo."""
    places: dict[str, int] = {}
    marks: dict[int, Marks] = {}
    ignored = []
    for at, name in enumerate(cells):
        # A name may end in what the assessment is out of, as our own files have it.
        called = {fold(name), fold(_OUT_OF.sub("", name))} - {""}
        other = next(
            (key for key, names in others.items() if key not in places and called & names), None
        )
        meant = [column for column in columns if called & column.names]
        if other is not None:
            places[other] = at
        elif len(meant) == 1:
            if meant[0] in marks.values():
                twice = [cells[i] for i, one in marks.items() if one is meant[0]]
                raise ColumnOfTwo(columns=[*twice, name])
            marks[at] = meant[0]
        elif name:
            ignored.append(name)
    return Header(places, marks, ignored)


def cell_at(cells: Sequence[str], place: int | None) -> str:
    """Give the cell of a column; empty where the row is short, or the file has no such column."""
    return cells[place].strip() if place is not None and place < len(cells) else ""
