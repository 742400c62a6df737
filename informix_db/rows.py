"""`Row`: a row factory whose rows are tuples with named columns."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, cast, overload

from informix_db.exceptions import ProgrammingError


class Row(tuple[Any, ...]):
    """A row by position, by column name, or by attribute.

    Use it as ``connect(..., row_factory=informix_db.Row)``. A row compares, hashes
    and unpacks as the tuple it is. Where two columns share a name, the name means
    the first; a column called like a method of tuple is the attribute.
    """

    __slots__ = ()

    _fields: tuple[str, ...] = ()
    _positions: dict[str, int] = {}  # noqa: RUF012 (replaced whole in each subclass)

    @overload  # type: ignore[override]
    def __getitem__(self, key: int | str) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, key: int | str | slice) -> Any:
        if isinstance(key, str):
            try:
                key = self._positions[key]
            except KeyError:
                raise KeyError(
                    f"no column {key!r}; there are {', '.join(self._fields)}"
                ) from None
        return tuple.__getitem__(self, key)

    def keys(self) -> tuple[str, ...]:
        """Return the column names."""
        return self._fields

    def _asdict(self) -> dict[str, Any]:
        """Return the row as a dict."""
        return {name: self[at] for name, at in self._positions.items()}

    def __repr__(self) -> str:
        if not self._fields:
            return f"Row({tuple(self)!r})"
        cells = zip(self._fields, self, strict=True)
        return f"Row({', '.join(f'{name}={value!r}' for name, value in cells)})"

    def __reduce__(self) -> tuple[Any, ...]:
        if not self._fields:
            return type(self), (tuple(self),)
        return _rebuild, (type(self).__base__, self._fields, tuple(self))


@functools.lru_cache(maxsize=256)
def row_class(base: type[Row], names: tuple[str, ...]) -> type[Row]:
    """Return the subclass of `base` for these columns."""
    positions: dict[str, int] = {}
    for at, name in enumerate(names):
        positions.setdefault(name, at)
    members: dict[str, Any] = {
        name: property(itemgetter(at))
        for name, at in positions.items()
        if name.isidentifier() and not name.startswith("_")
    }
    members.update(__slots__=(), _fields=names, _positions=positions)
    made: type[Row] = type(base.__name__, (base,), members)
    return made


def _rebuild(base: type[Row], names: tuple[str, ...], values: Sequence[Any]) -> Row:
    return row_class(base, names)(values)


RowMaker = Callable[[tuple[Any, ...]], Any]
RowFactory = Callable[[Any], RowMaker]


def row_maker(
    factory: RowFactory | type[Row] | None, cursor: Any, names: tuple[str, ...]
) -> RowMaker | None:
    """Return what turns the tuples of `cursor` into rows; None leaves them alone."""
    if factory is None or factory is tuple:
        return None
    if isinstance(factory, type) and issubclass(factory, Row):
        return cast("RowMaker", row_class(factory, names))
    maker = cast("RowFactory", factory)(cursor) if callable(factory) else None
    if not callable(maker):
        raise ProgrammingError(
            "row_factory(cursor) must return a callable that takes a tuple"
        )
    return maker
