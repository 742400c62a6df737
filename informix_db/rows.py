"""`Row`: a row factory whose rows are tuples with named columns."""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Sequence
from typing import Any, cast

from informix_db._wire import accel
from informix_db._wire.accel import RowBase
from informix_db.exceptions import ProgrammingError


class Row(RowBase):
    """A row by position, by column name, or by attribute.

    Use it as ``connect(..., row_factory=informix_db.Row)``. A row compares, hashes
    and unpacks as the tuple it is. Where two columns share a name, the name means
    the first; a column called like a method of tuple is the attribute, one called
    ``keys`` is not: ``dict(row)`` needs the method.
    """

    __slots__ = ()

    _fields = ()
    _positions = {}  # noqa: RUF012 (replaced whole in each subclass)

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
    getters = _cell_getters(len(names))
    members: dict[str, Any] = {
        name: getters[at]
        for name, at in positions.items()
        if name.isidentifier() and not name.startswith("_") and name != "keys"
    }
    members.update(__slots__=(), _fields=names, _positions=positions)
    made: type[Row] = type(base.__name__, (base,), members)
    return made


@functools.lru_cache(maxsize=256)
def _cell_getters(count: int) -> tuple[Any, ...]:
    """Return descriptors that read the cells of a tuple by position.

    Those of a namedtuple: they cost a seventh of ``property(itemgetter(at))``.
    """
    make_class: Any = collections.namedtuple
    names = [f"cell_{at}" for at in range(count)]
    # The class has to live as long as its members are looked up: it is in a cycle.
    cells = make_class("_Cells", names)
    return tuple(vars(cells)[name] for name in names)


def _rebuild(base: type[Row], names: tuple[str, ...], values: Sequence[Any]) -> Row:
    return row_class(base, names)(values)


RowMaker = Callable[[tuple[Any, ...]], Any]
RowFactory = Callable[[Any], RowMaker]

# Called with a cursor they would fetch its rows.
_NO_FACTORIES = (dict, list, set, frozenset)


def row_maker(
    factory: RowFactory | type[Row] | None, cursor: Any, names: tuple[str, ...]
) -> RowMaker | None:
    """Return what turns the tuples of `cursor` into rows; None leaves them alone."""
    if factory is None or factory is tuple:
        return None
    if isinstance(factory, type) and issubclass(factory, Row):
        return cast("RowMaker", row_class(factory, names))
    takes_cursor = callable(factory) and factory not in _NO_FACTORIES
    maker = cast("RowFactory", factory)(cursor) if takes_cursor else None
    if not callable(maker):
        raise ProgrammingError(
            "row_factory(cursor) must return a callable that takes a tuple"
        )
    return maker


def make_rows(maker: RowMaker, rows: list[tuple[Any, ...]]) -> list[Any]:
    """Return `rows` as `maker` makes them."""
    kind: Any = maker
    if isinstance(kind, type) and issubclass(kind, Row):
        return accel.make_rows(kind, rows)
    return [maker(row) for row in rows]
