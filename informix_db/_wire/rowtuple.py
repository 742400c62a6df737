"""`RowBase`: a tuple whose cells can be had by name too.

The pure-Python twin of what `informix_db._speedups` makes of it; `informix_db.rows`
builds Row on the one `accel` chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, overload

R = TypeVar("R", bound="RowBase")


class RowBase(tuple[Any, ...]):
    """Subclasses say which columns there are: `_fields`, and `_positions` by name."""

    __slots__ = ()

    _fields: tuple[str, ...]
    _positions: dict[str, int]

    @overload  # type: ignore[override]
    def __getitem__(self, key: int | str) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Any:
        if isinstance(key, str):
            position = self._positions.get(key)
            if position is None:
                raise missing_column(self._fields, key)
            return tuple.__getitem__(self, position)
        return tuple.__getitem__(self, key)


def missing_column(fields: Sequence[str], name: str) -> KeyError:
    """There is no column of this name."""
    return KeyError(f"no column {name!r}; there are {', '.join(fields)}")


def make_rows(row_class: type[R], rows: Sequence[tuple[Any, ...]]) -> list[R]:
    """Return `rows` as instances of `row_class`."""
    return [row_class(row) for row in rows]
