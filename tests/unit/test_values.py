"""RowValue, CollectionValue, IntervalYM and locators as values."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import informix_db
from informix_db import (
    BlobLocator,
    ClobLocator,
    CollectionValue,
    IntervalYM,
    RowValue,
)


def test_fields_of_a_row() -> None:
    row = RowValue({"a": 1, "b": "x"}, "ROW(a INT,b CHAR(1))", b"ROW(1,'x')")
    assert (row[0], row[-1], row["a"], row["b"], row[:1]) == (1, "x", 1, "x", (1,))
    assert (len(row), list(row), row.keys()) == (2, [1, "x"], ("a", "b"))
    assert row.as_dict() == {"a": 1, "b": "x"}
    assert repr(row) == "RowValue({'a': 1, 'b': 'x'})"
    with pytest.raises(KeyError, match="no field 'c'; there are a, b"):
        row["c"]
    with pytest.raises(IndexError):
        row[2]


def test_fields_are_found_whatever_their_case() -> None:
    row = RowValue({"Name": 1, "name": 2, "AGE": 3})
    assert (row["Name"], row["name"], row["NAME"], row["age"]) == (1, 2, 1, 3)


def test_rows_without_names() -> None:
    row = RowValue([1, "x"])
    assert (row[1], row.keys(), repr(row)) == ("x", (), "RowValue((1, 'x'))")
    with pytest.raises(KeyError, match="none with a name"):
        row["a"]


def test_equal_rows() -> None:
    row = RowValue({"a": 1, "b": "x"})
    assert row == RowValue([1, "x"]) == (1, "x")
    assert len({row, RowValue([1, "x"]), (1, "x")}) == 1
    assert row != (1,)
    assert row != [1, "x"]
    assert row != {"a": 1, "b": "x"}


def test_elements_of_a_collection() -> None:
    value = CollectionValue("LIST", iter([3, 1, 2]), "INTEGER NOT NULL", b"LIST{3,1,2}")
    assert (value[0], value[-1], value[1:]) == (3, 2, (1, 2))
    assert (len(value), list(value)) == (3, [3, 1, 2])
    assert 1 in value
    assert 7 not in value
    assert (value.kind, value.element_type) == ("LIST", "INTEGER")
    assert repr(value) == "CollectionValue('LIST', [3, 1, 2])"
    with pytest.raises(ValueError, match="SET, MULTISET or LIST"):
        CollectionValue("BAG", [])


@pytest.mark.parametrize(
    ("schema", "element"),
    [
        ("char(3)  not null", "char(3)"),
        ("INTEGER", "INTEGER"),
        ("SET(INTEGER NOT NULL)", "SET(INTEGER NOT NULL)"),
        ("SET(INTEGER NOT NULL) NOT NULL", "SET(INTEGER NOT NULL)"),
        ("", ""),
    ],
)
def test_element_types(schema: str, element: str) -> None:
    assert CollectionValue("SET", [], schema).element_type == element


def equal(left: Any, right: Any) -> bool:
    """Whether two values are equal, both ways, and then have the same hash."""
    same = left == right
    assert (right == left) is same
    assert (left != right) is not same
    if same and not isinstance(right, (set, list)):
        assert hash(left) == hash(right)
    return bool(same)


def test_equal_collections() -> None:
    make = CollectionValue
    assert equal(make("SET", [1, 2]), make("SET", [2, 1]))
    assert equal(make("SET", [1, 2]), {1, 2})
    assert equal(make("SET", [1, 2]), frozenset({1, 2}))
    assert equal(make("MULTISET", [1, 2, 1]), make("MULTISET", [1, 1, 2]))
    assert equal(make("LIST", [1, 2]), [1, 2])
    assert equal(make("LIST", [1, 2]), (1, 2))
    assert equal(make("SET", [RowValue([1])]), {(1,)})
    assert not equal(make("SET", [1, 2]), [1, 2])
    assert not equal(make("SET", [1, 2]), make("MULTISET", [1, 2]))
    assert not equal(make("MULTISET", [1, 2, 1]), make("MULTISET", [1, 2, 2]))
    assert not equal(make("MULTISET", [1]), {1})
    assert not equal(make("LIST", [1, 2]), make("LIST", [2, 1]))
    assert not equal(make("LIST", [1, 2]), {1, 2})
    assert not equal(make("SET", [1]), 1)


def test_months() -> None:
    span = IntervalYM(41)
    assert (span.months, span.years, span.remainder_months) == (41, 3, 5)
    assert (str(span), repr(span)) == ("3-05", "IntervalYM(months=41)")
    back = IntervalYM(-41)
    assert (back.months, back.years, back.remainder_months) == (-41, -3, -5)
    assert str(back) == "-3-05"
    assert IntervalYM(0) == IntervalYM(12) - IntervalYM(12)
    for wrong in (1.0, True, "3", None):
        with pytest.raises(TypeError, match="months must be an int"):
            IntervalYM(wrong)  # type: ignore[arg-type]


def test_arithmetic_of_months() -> None:
    year, month = IntervalYM(12), IntervalYM(1)
    assert year + month == IntervalYM(13)
    assert month - year == IntervalYM(-11)
    assert year * 3 == 3 * year == IntervalYM(36)
    assert -year == IntervalYM(-12)
    assert abs(-year) == year
    assert (bool(month), bool(month - month)) == (True, False)
    for operate in (
        lambda: year + 1,
        lambda: year - 1,
        lambda: year * 1.5,
        lambda: year < 13,
    ):
        with pytest.raises(TypeError):
            operate()  # type: ignore[no-untyped-call]


def test_order_of_months() -> None:
    spans = [IntervalYM(n) for n in (5, -1, 0, 12)]
    assert [span.months for span in sorted(spans)] == [-1, 0, 5, 12]
    assert IntervalYM(12) >= IntervalYM(12) > IntervalYM(11)
    assert IntervalYM(12) != 12
    assert len({IntervalYM(12), IntervalYM(12), 12}) == 2


def test_locators() -> None:
    raw = bytes(range(72))
    blob, clob = BlobLocator(raw), ClobLocator(raw)
    assert equal(blob, BlobLocator(bytearray(raw)))
    assert not equal(blob, clob)
    assert not equal(blob, BlobLocator(bytes(72)))
    assert not equal(blob, raw)
    assert repr(clob) == "<ClobLocator 000102030405060708090a0b0c0d0e0f...>"
    with pytest.raises(ValueError, match="72 bytes, not 3"):
        BlobLocator(b"abc")
    for locator in (blob, clob):
        with pytest.raises(informix_db.InterfaceError, match="no connection"):
            locator.open()


@pytest.mark.parametrize(
    "value",
    [
        RowValue({"a": 1}, "ROW(a INT)", b"ROW(1)"),
        RowValue([1, "x"]),
        CollectionValue("MULTISET", [1, 1], "INT", b"MULTISET{1,1}"),
        BlobLocator(bytes(range(72))),
        ClobLocator(bytes(range(72))),
        IntervalYM(-41),
    ],
)
def test_copies(value: Any) -> None:
    for twin in (copy.copy(value), copy.deepcopy(value)):
        assert equal(value, twin)
    twin = pickle.loads(pickle.dumps(value))
    assert equal(value, twin)
    for name in ("raw", "schema", "element_schema"):
        assert getattr(value, name, None) == getattr(twin, name, None)


def test_a_locator_leaves_its_connection_behind_when_it_is_pickled() -> None:
    locator = BlobLocator(bytes(72), lambda: None)  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(locator)) == locator
