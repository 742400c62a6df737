"""Rows with named columns are the same on either base class."""

from __future__ import annotations

import copy
import operator
import pickle
from typing import Any

import pytest
from parity.twins import COMPILED, PURE, Twin, outcome

import informix_db
from informix_db.rows import Row, make_rows, row_class

VALUES = (1, "two", None, 4.0)
NAMES = ("id", "name", "id", "count")


def named(twin: Twin) -> Any:
    members = {
        "__slots__": (),
        "_fields": NAMES,
        "_positions": {"id": 0, "name": 1, "count": 3},
    }
    return type("Named", (twin.row_base,), members)


KEYS = [0, 3, -1, -4, 4, -5, 2**70, True, "id", "count", "nosuch", "", None, 1.0, ()]
KEYS += [slice(None), slice(1, 3), slice(None, None, -1), slice("id")]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_items(key: Any) -> None:
    expected, found = (
        outcome(lambda t=t: named(t)(VALUES)[key]) for t in (PURE, COMPILED)
    )
    assert found == expected


def test_bare_bases_know_no_names() -> None:
    for twin in (PURE, COMPILED):
        assert twin.row_base(VALUES)[1] == "two"
        with pytest.raises(AttributeError, match="_positions"):
            twin.row_base(VALUES)["id"]


@pytest.mark.parametrize("twin", [PURE, COMPILED], ids=lambda twin: twin.name)
def test_rows_are_tuples(twin: Twin) -> None:
    row = named(twin)(VALUES)
    assert row == VALUES
    assert hash(row) == hash(VALUES)
    assert isinstance(row, tuple)
    assert (*row,) == VALUES
    assert len(row) == 4
    assert list(reversed(row)) == list(reversed(VALUES))
    assert row + (5,) == (*VALUES, 5)  # noqa: RUF005 (what is tested)
    assert operator.itemgetter(1)(row) == "two"
    assert not hasattr(row, "__dict__")


@pytest.mark.parametrize("twin", [PURE, COMPILED], ids=lambda twin: twin.name)
def test_make_rows(twin: Twin) -> None:
    kind = named(twin)
    made = twin.make_rows(kind, [VALUES, (None,) * 4, ()])
    assert [type(row) for row in made] == [kind] * 3
    assert made == [VALUES, (None,) * 4, ()]
    assert twin.make_rows(kind, []) == []


@pytest.mark.parametrize("twin", [PURE, COMPILED], ids=lambda twin: twin.name)
def test_make_rows_calls_constructors_of_subclasses(twin: Twin) -> None:
    class Doubled(named(twin)):  # type: ignore[misc]
        def __new__(cls, values: Any) -> Any:
            return super().__new__(cls, [value * 2 for value in values])

    class Noted(named(twin)):  # type: ignore[misc]
        def __init__(self, values: Any) -> None:
            self.note = len(values)

    assert twin.make_rows(Doubled, [(1, "a")]) == [(2, "aa")]
    assert twin.make_rows(Noted, [(1, "a")])[0].note == 2


@pytest.mark.parametrize("wrong", [int, 1, None])
def test_make_rows_refuses_what_is_no_row_class(wrong: Any) -> None:
    with pytest.raises(TypeError):
        COMPILED.make_rows(wrong, [(1, 2)])


def test_row() -> None:
    kind = row_class(Row, NAMES)
    row = make_rows(kind, [VALUES])[0]  # type: ignore[arg-type]
    assert (row.id, row.name, row["id"], row[2]) == (1, "two", 1, None)
    assert row.count == 4.0
    assert type(row).name.__doc__
    assert repr(row) == "Row(id=1, name='two', id=None, count=4.0)"
    assert row.keys() == NAMES
    assert row._asdict() == {"id": 1, "name": "two", "count": 4.0}
    for clone in (pickle.loads(pickle.dumps(row)), copy.copy(row), copy.deepcopy(row)):
        assert type(clone) is kind
        assert clone == row
    with pytest.raises(AttributeError):
        row.nosuch  # noqa: B018
    with pytest.raises(AttributeError):
        row.name = "three"
    with pytest.raises(KeyError, match="no column 'x'; there are id, name, id, count"):
        row["x"]


def test_row_is_on_the_chosen_base() -> None:
    assert issubclass(informix_db.Row, COMPILED.row_base)
    assert COMPILED.name == informix_db.IMPLEMENTATION


def test_row_factories_that_are_no_row_class() -> None:
    assert make_rows(list, [(1, 2)]) == [[1, 2]]
