"""Row: a tuple with names."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from informix_db.exceptions import ProgrammingError
from informix_db.rows import Row, row_class, row_maker

NAMES = ("id", "name", "name", "(expression)", "count", "class", "_x", "d\u00e9j\u00e0")
VALUES = (1, "first", "second", 4, 5, 6, 7, 8)


class Person(Row):
    """A user's subclass; at module level, so that it can be pickled."""

    @property
    def label(self) -> str:
        return f"{self['id']}:{self['name']}"


def make(base: type[Row] = Row, names: tuple[str, ...] = NAMES) -> Any:
    return row_class(base, names)(VALUES[: len(names)])


def test_it_is_the_tuple() -> None:
    row = make()
    assert row == VALUES
    assert hash(row) == hash(VALUES)
    assert len(row) == 8
    assert list(row) == list(VALUES)
    assert isinstance(row, tuple)
    first, *_ = row
    assert first == 1
    assert row + (9,) == (*VALUES, 9)  # noqa: RUF005
    assert row < (2,)


def test_positions() -> None:
    row = make()
    assert (row[0], row[-1]) == (1, 8)
    assert row[1:3] == ("first", "second")
    assert type(row[1:3]) is tuple
    with pytest.raises(IndexError):
        row[8]


def test_names() -> None:
    row = make()
    assert row["id"] == 1
    assert row["(expression)"] == 4
    assert row["_x"] == 7
    assert row["d\u00e9j\u00e0"] == 8
    assert row.keys() == NAMES
    with pytest.raises(KeyError, match=r"no column 'ID'; there are id, name, name"):
        row["ID"]


def test_attributes() -> None:
    row = make()
    assert row.id == 1
    assert row.déjà == 8
    assert getattr(row, "class") == 6
    for name in ("_x", "nothing", "(expression)"):
        with pytest.raises(AttributeError):
            getattr(row, name)


def test_of_two_columns_with_a_name_the_first_has_it() -> None:
    row = make()
    assert row["name"] == row.name == "first"
    assert row[2] == "second"


def test_a_column_called_like_a_method_is_the_attribute() -> None:
    assert make().count == 5
    assert make(names=("id",)).count(1) == 1
    row = row_class(Row, ("keys", "index"))((1, 2))
    assert row.index == 2
    assert dict(row) == {"keys": 1, "index": 2}
    assert row["keys"] == 1


def test_asdict() -> None:
    assert make()._asdict() == {
        "id": 1,
        "name": "first",
        "(expression)": 4,
        "count": 5,
        "class": 6,
        "_x": 7,
        "d\u00e9j\u00e0": 8,
    }


def test_it_cannot_be_changed() -> None:
    row = make()
    with pytest.raises(AttributeError):
        row.id = 2
    with pytest.raises(AttributeError):
        row.new = 2
    with pytest.raises(TypeError):
        row[0] = 2


def test_repr() -> None:
    assert repr(make(names=("id", "name"))) == "Row(id=1, name='first')"
    assert repr(Row((1, 2))) == "Row((1, 2))"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("base", [Row, Person])
def test_pickle(base: type[Row], protocol: int) -> None:
    row = make(base)
    again = pickle.loads(pickle.dumps(row, protocol))
    assert again == row
    assert type(again) is type(row)
    assert again["name"] == "first"
    assert isinstance(again, base)


def test_pickle_of_a_row_without_names() -> None:
    row = pickle.loads(pickle.dumps(Row((1, 2))))
    assert (row, type(row)) == ((1, 2), Row)


@pytest.mark.parametrize("base", [Row, Person])
def test_copies(base: type[Row]) -> None:
    row = make(base)
    assert copy.copy(row) == row
    assert type(copy.deepcopy(row)) is type(row)


def test_subclass() -> None:
    row = make(Person)
    assert row.label == "1:first"
    assert isinstance(row, Person)


def test_rows_of_the_same_columns_share_a_class() -> None:
    assert row_class(Row, ("a",)) is row_class(Row, ("a",))
    assert row_class(Row, ("a",)) is not row_class(Row, ("b",))
    assert row_class(Row, ("a",)) is not row_class(Person, ("a",))


# -- factories -------------------------------------------------------------------------


@pytest.mark.parametrize("factory", [None, tuple])
def test_no_factory(factory: Any) -> None:
    assert row_maker(factory, None, NAMES) is None


@pytest.mark.parametrize("base", [Row, Person])
def test_row_as_factory(base: type[Row]) -> None:
    maker = row_maker(base, None, ("id", "name"))
    assert maker is not None
    assert isinstance(maker((1, "x")), base)
    assert maker((1, "x")).name == "x"


def test_own_factory() -> None:
    seen = []

    def factory(cursor: Any) -> Any:
        seen.append(cursor)
        return lambda values: dict(enumerate(values))

    maker = row_maker(factory, "the cursor", NAMES)
    assert maker is not None
    assert maker((7, 8)) == {0: 7, 1: 8}
    assert seen == ["the cursor"]


@pytest.mark.parametrize("factory", [lambda cursor: None, 5])
def test_factory_that_makes_nothing(factory: Any) -> None:
    with pytest.raises(ProgrammingError, match="must return a callable"):
        row_maker(factory, None, NAMES)
