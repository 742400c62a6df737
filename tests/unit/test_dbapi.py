"""PEP 249 type objects and constructors."""

from __future__ import annotations

import array
import copy
import datetime
import pickle
import time
from collections.abc import Iterator

import pytest

from informix_db import dbapi
from informix_db.dbapi import BINARY, DATETIME, NUMBER, ROWID, STRING
from informix_db.types import TypeCode

MEMBERS = {
    STRING: "CHAR VARCHAR NCHAR NVARCHAR LVARCHAR TEXT CLOB",
    BINARY: "BYTE BLOB",
    NUMBER: "SMALLINT INTEGER BIGINT INT8 SERIAL SERIAL8 BIGSERIAL FLOAT SMALLFLOAT"
    " DECIMAL MONEY",
    DATETIME: "DATE DATETIME INTERVAL",
    ROWID: "",
}
WITHOUT_TYPE_OBJECT = {"BOOLEAN", "SET", "MULTISET", "LIST", "ROW", "COLLECTION"}


@pytest.mark.parametrize("code", list(TypeCode))
@pytest.mark.parametrize("type_object", list(MEMBERS), ids=repr)
def test_equality_with_type_codes(
    type_object: dbapi.TypeObject, code: TypeCode
) -> None:
    expected = code.name in MEMBERS[type_object].split()
    for value in (code, int(code)):
        assert (type_object == value) is expected
        assert (value == type_object) is expected
        assert (type_object != value) is not expected
        assert (value != type_object) is not expected


def test_every_type_code_has_at_most_one_type_object() -> None:
    equal = {code.name: [t for t in MEMBERS if t == code] for code in TypeCode}
    assert {name for name, found in equal.items() if not found} == WITHOUT_TYPE_OBJECT
    assert all(len(found) <= 1 for found in equal.values())


def test_type_objects_among_themselves() -> None:
    objects = list(MEMBERS)
    for i, left in enumerate(objects):
        for j, right in enumerate(objects):
            assert (left == right) is (i == j)
            assert (left != right) is (i != j)
    assert len({*objects, *objects}) == 5
    assert {STRING: 1}[STRING] == 1


@pytest.mark.parametrize("other", ["CHAR", None, 0.0, b"", (0,)])
def test_type_objects_and_foreign_values(other: object) -> None:
    assert other != STRING
    assert not other == STRING  # noqa: SIM201


@pytest.mark.parametrize("type_object", list(MEMBERS), ids=repr)
def test_type_objects_copy_and_pickle(type_object: dbapi.TypeObject) -> None:
    for other in (
        copy.copy(type_object),
        copy.deepcopy(type_object),
        pickle.loads(pickle.dumps(type_object)),
    ):
        assert other == type_object
        assert hash(other) == hash(type_object)
        assert repr(other) == repr(type_object)


def test_repr() -> None:
    assert repr(NUMBER) == "<informix_db.NUMBER>"


def test_constructors() -> None:
    assert dbapi.Date(2024, 2, 29) == datetime.date(2024, 2, 29)
    assert dbapi.Time(13, 14, 15) == datetime.time(13, 14, 15)
    assert dbapi.Timestamp(2024, 2, 29, 13, 14, 15) == datetime.datetime(
        2024, 2, 29, 13, 14, 15
    )
    assert isinstance(datetime.datetime.now(), dbapi.Timestamp)


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time that is another day than UTC, where the platform lets us choose."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XXX-14")
        set_zone()
        yield
    set_zone()


def set_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.mark.usefixtures("far_from_utc")
def test_constructors_from_ticks_give_local_time_in_whole_seconds() -> None:
    ticks = time.mktime((2024, 2, 29, 13, 14, 15, 0, 0, -1)) + 0.75
    date = dbapi.DateFromTicks(ticks)
    assert type(date) is datetime.date
    assert date == datetime.date(2024, 2, 29)
    assert dbapi.TimeFromTicks(ticks) == datetime.time(13, 14, 15)
    assert dbapi.TimestampFromTicks(ticks) == datetime.datetime(2024, 2, 29, 13, 14, 15)


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\xff!",
        bytearray(b"\x00\xff!"),
        memoryview(b"\x00\xff!"),
        memoryview(b"\x00-\xff-!-")[::2],
        array.array("B", b"\x00\xff!"),
    ],
    ids=["bytes", "bytearray", "memoryview", "strided", "array"],
)
def test_binary(data: bytes) -> None:
    binary = dbapi.Binary(data)
    assert type(binary) is bytes
    assert binary == b"\x00\xff!"


@pytest.mark.parametrize("data", ["text", 5, None, [1, 2]])
def test_binary_refuses_what_is_not_bytes(data: object) -> None:
    with pytest.raises(TypeError):
        dbapi.Binary(data)  # type: ignore[arg-type]


def test_all_names_exist() -> None:
    for name in dbapi.__all__:
        assert hasattr(dbapi, name)
