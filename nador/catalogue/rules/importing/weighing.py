"""How a course weighs its assessments and says its results, as a catalogue file may tell it."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from nador.catalogue.rules.attendance import PLAIN, AttendancePoints
from nador.catalogue.rules.importing.entries import CategoryEntry, ItemEntry, exact
from nador.catalogue.rules.importing.faults import FaultKind
from nador.catalogue.rules.importing.values import Table, Values, plain
from nador.catalogue.rules.states import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nador.catalogue.rules.importing.places import Path
    from nador.kernel.db import Words

MOST: Final = Decimal(1000)
_HUNDRED: Final = Decimal(100)
_CATEGORY_KEYS: Final = frozenset(["code", "title", "weight", "min_mark", "drop"])
_STATUSES: Final = frozenset(["present", "late", "excused", "absent"])
_LETTER_KEYS: Final = frozenset(["min", "letter"])


class Weighing(Values):
    """Reads scales, letters and categories; a file that tells none of them means points and one mean."""

    def scale_of(self, table: Table, path: Path) -> Scale:
        return self.one_of(table, path, "scale", Scale) if "scale" in table else Scale.POINTS

    def letters(self, table: Table, path: Path, scale: Scale, out_of: Decimal) -> tuple[Words, ...]:
        """Read the bounds of letters, highest first, down to 0: nobody is without a letter."""
        read = []
        for row, at in self.tables(table, path, "letters"):
            self.keys(row, at, _LETTER_KEYS)
            least = self.number(row, at, "min", low=Decimal(0), high=out_of)
            read.append((least, at, self.text(row, at, "letter")))
        for (higher, _, _), (lower, at, _) in itertools.pairwise(read):
            if lower >= higher:
                self.fault((*at, "min"), FaultKind.MENTION_ORDER)
        if (scale is Scale.LETTERS) != bool(read):
            self.fault((*path, "scale"), FaultKind.LETTERS_WITHOUT_SCALE)
        elif read and read[-1][0] != 0:
            self.fault((*read[-1][1], "min"), FaultKind.LETTERS_NOT_TO_ZERO)
        return tuple({"min": exact(least), "letter": letter} for least, _, letter in read)

    def categories(self, table: Table, path: Path, out_of: Decimal) -> tuple[CategoryEntry, ...]:
        found = [
            (self.category(row, at, out_of), at)
            for row, at in self.tables(table, path, "categories")
        ]
        self.single((each.code, at) for each, at in found)
        if found and not any(each.weight for each, _ in found):
            self.fault((*found[0][1], "weight"), FaultKind.NOT_WEIGHED, code=found[0][0].code)
        return tuple(each for each, _ in found)

    def category(self, table: Table, path: Path, out_of: Decimal) -> CategoryEntry:
        self.keys(table, path, _CATEGORY_KEYS)
        least = Decimal(0)
        if "min_mark" in table:
            least = self.number(table, path, "min_mark", low=Decimal(0), high=out_of)
        return CategoryEntry(
            code=self.code(table, path),
            title=self.words(table, path, "title"),
            weight=self.number(table, path, "weight", low=Decimal(0), high=MOST),
            minimum=least,
            drop=self.whole(table, path, "drop", low=0, high=100) if "drop" in table else 0,
        )

    def compensated(
        self, table: Table, path: Path, categories: Sequence[CategoryEntry]
    ) -> int | None:
        """Read how many categories the mean may compensate; without a word of it: all."""
        if "compensated" not in table:
            return None
        if not categories:
            self.fault((*path, "compensated"), FaultKind.NO_CATEGORY, code="compensated")
        return self.whole(table, path, "compensated", low=0, high=100)

    def attendance_points(self, table: Table, path: Path) -> AttendancePoints:
        """Read what a meeting gives by status; without a word of it, presence counts."""
        key = "attendance_points"
        said = self.value(table, path, key, dict, "table") if key in table else None
        if said is None:
            return PLAIN
        at, faults = (*path, key), len(self.faults)
        self.keys(said, at, _STATUSES)
        present = self.number(said, at, "present", low=Decimal("0.01"), high=_HUNDRED)
        most = present if len(self.faults) == faults else _HUNDRED
        given = {
            status: self.number(said, at, status, low=Decimal(0), high=most)
            for status in ("late", "excused", "absent")
            if status != "excused" or status in said
        }
        return AttendancePoints(present=present, **given)

    def weighed(
        self,
        items: Sequence[tuple[ItemEntry, Path]],
        categories: Sequence[CategoryEntry],
        path: Path,
    ) -> None:
        """Refuse weights that leave open what an assessment counts for."""
        if not categories:
            total = sum((item.weight for item, _ in items), Decimal(0))
            if items and total != _HUNDRED:
                self.fault((*items[0][1], "weight"), FaultKind.WEIGHTS, total=plain(total))
        known = {each.code for each in categories}
        for item, at in items:
            if item.category not in known and (item.category or known):
                kind = FaultKind.UNKNOWN_CATEGORY if item.category else FaultKind.NO_CATEGORY
                self.fault((*at, "category"), kind, code=item.category or item.code)
        for number, each in enumerate(categories):
            inside = [item for item, _ in items if item.category == each.code]
            at = (*path, "categories", number)
            if not any(item.weight for item in inside):
                self.fault((*at, "code"), FaultKind.NOT_WEIGHED, code=each.code)
            elif each.drop >= len(inside):
                self.fault((*at, "drop"), FaultKind.DROPS_ALL, code=each.code)
