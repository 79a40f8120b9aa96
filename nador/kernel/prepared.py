"""One row by its key, for the page that is asked most: compiled once, then straight to the driver.

Building, compiling and wrapping cost SQLAlchemy five times the look-up itself. The statement is still
a Core select, and every value still passes its column's type.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import BindParameter, Dialect, Engine, Select
    from sqlalchemy.types import TypeEngine


class Prepared:
    """A select with the one parameter `key` that gives a row, or none."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._compiled = cache(self._compile)

    def first(self, engine: Engine, key: str) -> tuple[Any, ...] | None:
        """Return the row of `key`: one statement, outside any transaction of ours."""
        sql, fill, processors = self._compiled(engine.dialect)
        lent = engine.raw_connection()
        try:
            cursor = lent.cursor()
            cursor.execute(sql, fill(key))
            row = cursor.fetchone()
            cursor.close()
        finally:
            lent.close()
        if row is None:
            return None
        return tuple(
            [
                value if process is None else process(value)
                for value, process in zip(row, processors, strict=True)
            ]
        )

    def _compile(
        self, dialect: Dialect
    ) -> tuple[str, Callable[[str], Any], list[Callable[[Any], Any] | None]]:
        compiled = self._statement.compile(dialect=dialect)
        binds = {
            name: None if name == "key" else _written(bind, dialect)
            for bind, name in compiled.bind_names.items()
        }
        if compiled.positiontup is not None:
            names = tuple(compiled.positiontup)
            fixed = tuple(binds[name] for name in names)
            places = [place for place, name in enumerate(names) if name == "key"]

            def fill(key: str) -> Any:
                values = list(fixed)
                for place in places:
                    values[place] = key
                return values
        else:

            def fill(key: str) -> Any:
                return binds | {"key": key}

        return (
            str(compiled),
            fill,
            [_read(column.type, dialect) for column in self._statement.selected_columns],
        )


def _read(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    process = kind.dialect_impl(dialect).result_processor(dialect, None)
    # The same titles, days and states stand in thousands of rows: each is read once.
    return None if process is None else lru_cache(maxsize=1024)(process)


def _written(bind: BindParameter[Any], dialect: Dialect) -> Any:
    process = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return bind.effective_value if process is None else process(bind.effective_value)
