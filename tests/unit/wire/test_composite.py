"""ROW and collection values: the text of their types and of themselves."""

from __future__ import annotations

import contextlib
import datetime
import string
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from informix_db import CollectionValue, IntervalYM, RowValue
from informix_db._wire import constants as c
from informix_db._wire.composite import Unreadable, parse_value
from informix_db._wire.literal import composite_text
from informix_db._wire.typetext import UNKNOWN, UNTYPED, TypeText, parse_type
from informix_db.exceptions import DataError, NotSupportedError


def parsed(text: str, type_text: str) -> Any:
    return parse_value(text, parse_type(type_text), "utf-8")


# -- types -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "length"),
    [
        ("SMALLINT", c.SMALLINT, 0),
        ("integer", c.INT, 0),
        ("int", c.INT, 0),
        ("BIGINT", c.BIGINT, 0),
        ("int8", c.INT8, 0),
        ("FLOAT", c.FLOAT, 0),
        ("DOUBLE PRECISION", c.FLOAT, 0),
        ("smallfloat", c.SMALLFLOAT, 0),
        ("REAL", c.SMALLFLOAT, 0),
        ("DECIMAL", c.DECIMAL, 0x10FF),
        ("DECIMAL(5)", c.DECIMAL, 0x05FF),
        ("numeric( 10 , 2 )", c.DECIMAL, 0x0A02),
        ("MONEY", c.MONEY, 0x1002),
        ("MONEY(8,3)", c.MONEY, 0x0803),
        ("DATE", c.DATE, 0),
        ("CHAR(3)", c.CHAR, 0),
        ("character(3)", c.CHAR, 0),
        ("CHARACTER VARYING(3)", c.VARCHAR, 0),
        ("VARCHAR(10,5)", c.VARCHAR, 0),
        ("NVARCHAR(10)", c.NVARCHAR, 0),
        ("NCHAR(1)", c.NCHAR, 0),
        ("lvarchar", c.LVARCHAR, 0),
        ("LVARCHAR(2048)", c.LVARCHAR, 0),
        ("boolean", c.BOOLEAN, 0),
        ("COLLECTION", c.COLLECTION, 0),
        ("DATETIME YEAR TO SECOND", c.DATETIME, 0x0E0A),
        ("datetime year to fraction", c.DATETIME, 0x110D),
        ("DATETIME YEAR TO FRACTION(5)", c.DATETIME, 0x130F),
        ("DATETIME HOUR TO SECOND", c.DATETIME, 0x066A),
        ("DATETIME YEAR TO YEAR", c.DATETIME, 0x0400),
        ("DATETIME FRACTION TO FRACTION(2)", c.DATETIME, 0x02CC),
        ("INTERVAL DAY(9) TO FRACTION(5)", c.INTERVAL, 0x144F),
        ("INTERVAL DAY TO SECOND", c.INTERVAL, 0x084A),
        ("INTERVAL YEAR(9) TO MONTH", c.INTERVAL, 0x0B02),
        ("INTERVAL MONTH TO MONTH", c.INTERVAL, 0x0222),
        ("person_t", UNKNOWN, 0),
        ("joe.person_t", UNKNOWN, 0),
    ],
)
def test_scalar_types(text: str, code: int, length: int) -> None:
    expected = TypeText(text, code, length)
    assert parse_type(text) == expected
    not_null = parse_type(f"LIST({text} NOT NULL)").element
    assert not_null == TypeText(f"{text} NOT NULL", code, length)


def test_types_within_types() -> None:
    kind = parse_type(
        'ROW(a SET(INTEGER NOT NULL), "b,(c" row(x date, y list ( multiset( char(3)  '
        "not null) )), set DECIMAL(4,1))"
    )
    assert kind.code == c.ROW
    assert [(name, of.code) for name, of in kind.fields] == [
        ("a", c.SET),
        ("b,(c", c.ROW),
        ("set", c.DECIMAL),
    ]
    assert [of.text for _, of in kind.fields] == [
        "SET(INTEGER NOT NULL)",
        "row(x date, y list ( multiset( char(3)  not null) ))",
        "DECIMAL(4,1)",
    ]
    inner = kind.fields[1][1].fields[1][1]
    assert inner.element is not None
    assert inner.element.element is not None
    assert inner.element.element.text == "char(3)  not null"


def test_types_as_ibms_client_writes_them() -> None:
    """With odd spacing."""
    kind = parse_type("multiset (  int  not null) ")
    assert (kind.code, kind.text) == (c.MULTISET, "multiset (  int  not null)")
    kind = parse_type("row(a integer, r row(x smallint, y char(3)), l set(integer))")
    assert [name for name, _ in kind.fields] == ["a", "r", "l"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SET",
        "SET(",
        "SET()",
        "SET(INTEGER",
        "SET(INTEGER))",
        "ROW(a)",
        "ROW()",
        "ROW(a INTEGER,)",
        "ROW(1 INTEGER)",
        "INTEGER NOT",
        "INTEGER NULL",
        "DECIMAL(a)",
        "DECIMAL(33)",
        "DECIMAL(5,256)",
        "DOUBLE",
        "DATETIME",
        "DATETIME YEAR",
        "DATETIME YEAR TO CENTURY",
        "DATETIME SECOND TO YEAR",
        "DATETIME YEAR(4,5) TO YEAR",
        "a b",
        "()",
        "'x'",
        "SET(" * 40 + "INTEGER" + ")" * 40,
    ],
)
def test_no_types(text: str) -> None:
    assert parse_type(text) == TypeText(text, UNKNOWN)


@given(st.text(alphabet=string.printable, max_size=60))
def test_any_text_is_a_type_or_unknown(text: str) -> None:
    parse_type(text)


# -- values ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "type_text", "expected"),
    [
        ("SET{1,2}", "SET(INTEGER NOT NULL)", {1, 2}),
        ("set{ 1 , -2 }", "SET(SMALLINT)", {1, -2}),
        ("SET{}", "SET(INTEGER)", set()),
        ("SET{ }", "SET(INTEGER)", set()),
        ("LIST{'a','b'}", "LIST(VARCHAR(10) NOT NULL)", ["a", "b"]),
        ('LIST{"a",\'b"c\'}', "LIST(VARCHAR(10))", ["a", 'b"c']),
        ("LIST{'it''s','''',''}", "LIST(LVARCHAR)", ["it's", "'", ""]),
        ("LIST{'a,b','}','{','(',')'}", "LIST(LVARCHAR)", ["a,b", "}", "{", "(", ")"]),
        ("LIST{NULL,'NULL',null}", "LIST(CHAR(9))", [None, "NULL", None]),
        ("LIST{'ab   ','  c'}", "LIST(CHAR(5))", ["ab", "  c"]),
        ("LIST{'ab   '}", "LIST(VARCHAR(5))", ["ab   "]),
        (
            "LIST{'\u20ac\U0001f600','\u00e9'}",
            "LIST(NVARCHAR(9))",
            ["\u20ac\U0001f600", "\u00e9"],
        ),
        ("LIST{bare, words here }", "LIST(VARCHAR(20))", ["bare", "words here"]),
        (
            "LIST{1.50,-0.25,2}",
            "LIST(DECIMAL(8,2))",
            [Decimal("1.50"), Decimal("-0.25"), Decimal("2.00")],
        ),
        (
            "LIST{1.50,100,0.0,1E5}",
            "LIST(DECIMAL(8))",
            [Decimal("1.5"), Decimal("100"), Decimal("0"), Decimal("100000")],
        ),
        ("LIST{$1.5, $-2}", "LIST(MONEY(8,2))", [Decimal("1.50"), Decimal("-2.00")]),
        ("LIST{1.5,-2e3,7}", "LIST(FLOAT)", [1.5, -2000.0, 7.0]),
        ("LIST{9223372036854775807}", "LIST(BIGINT)", [2**63 - 1]),
        ("LIST{'t','f',T}", "LIST(BOOLEAN)", [True, False, True]),
        ("LIST{'2024-02-29'}", "LIST(DATE)", [datetime.date(2024, 2, 29)]),
        (
            "LIST{2024-02-29 13:14:15}",
            "LIST(DATETIME YEAR TO SECOND)",
            [datetime.datetime(2024, 2, 29, 13, 14, 15)],
        ),
        (
            "LIST{'2024-02-29 13:14:15.12345'}",
            "LIST(DATETIME YEAR TO FRACTION(5))",
            [datetime.datetime(2024, 2, 29, 13, 14, 15, 123450)],
        ),
        (
            "LIST{DATETIME (02-29) MONTH TO DAY}",
            "LIST(DATETIME MONTH TO DAY)",
            [datetime.date(2000, 2, 29)],
        ),
        ("LIST{'13:14'}", "LIST(DATETIME HOUR TO MINUTE)", [datetime.time(13, 14)]),
        (
            "LIST{'1 02:03:04.5','-1 02:03:04.5'}",
            "LIST(INTERVAL DAY TO FRACTION(1))",
            [datetime.timedelta(1, 7384, 500000), -datetime.timedelta(1, 7384, 500000)],
        ),
        (
            "LIST{ 2-03,-0-01}",
            "LIST(INTERVAL YEAR TO MONTH)",
            [IntervalYM(27), IntervalYM(-1)],
        ),
        (
            "LIST{INTERVAL (2-03) YEAR TO MONTH}",
            "LIST(INTERVAL YEAR TO MONTH)",
            [IntervalYM(27)],
        ),
        ("LIST{LIST{1},LIST{2,3}}", "LIST(LIST(INT))", [[1], [2, 3]]),
        ("LIST{'LIST{''a''}'}", "LIST(LIST(VARCHAR(3)))", [["a"]]),
        ("ROW('Alice',30)", "ROW(name VARCHAR(10),age INTEGER)", ("Alice", 30)),
        ("ROW( 'x' , NULL )", "ROW(a CHAR(3), b INTEGER)", ("x", None)),
        ("ROW(3          ,4          )", "ROW(a INTEGER, b INTEGER)", (3, 4)),
        (
            "ROW(1,ROW('a'),SET{1})",
            "ROW(a INT, b ROW(c CHAR(1)), d SET(INT))",
            (1, ("a",), {1}),
        ),
        ("NULL", "SET(INTEGER)", None),
    ],
)
def test_values(text: str, type_text: str, expected: Any) -> None:
    value = parsed(text, type_text)
    assert value == expected
    if expected is not None:
        assert sorted(map(shape, value)) == sorted(map(shape, expected))


def shape(value: Any) -> str:
    """Tell apart values that compare equal: 1.5 and 1.50, 1 and True."""
    if isinstance(value, (RowValue, CollectionValue, tuple, list, set)):
        return f"[{', '.join(sorted(map(shape, value)))}]"
    return repr(value)


def test_what_a_value_says_of_itself() -> None:
    value = parsed("ROW(1,SET{ 'a' })", "ROW(n INT,s SET(CHAR(1) NOT NULL))")
    assert value.schema == "ROW(n INT,s SET(CHAR(1) NOT NULL))"
    assert value.raw == b"ROW(1,SET{ 'a' })"
    assert (value["n"], value[0], value[-1]) == (1, 1, {"a"})
    inner = value["s"]
    assert (inner.kind, inner.raw) == ("SET", b"SET{ 'a' }")
    assert (inner.element_schema, inner.element_type) == ("CHAR(1) NOT NULL", "CHAR(1)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ROW(1,'1',1.50,abc,NULL)", (1, "1", Decimal("1.50"), "abc", None)),
        ("SET{1,'x'}", {1, "x"}),
        ("ROW(SET{1},ROW(2))", ({1}, (2,))),
    ],
)
def test_values_of_unknown_types(text: str, expected: Any) -> None:
    """As those of a named ROW type, which goes by its name alone."""
    found = parse_value(text, UNTYPED, "utf-8")
    assert found == expected
    assert shape(found) == shape(expected)
    named = TypeText("person_t", c.ROW)
    if text.startswith("ROW"):
        value = parse_value(text, named, "utf-8")
        assert value == expected
        assert (value.keys(), value.schema) == ((), "person_t")


def test_the_kind_of_an_unnamed_collection_is_that_of_the_text() -> None:
    assert parsed("MULTISET{1,1}", "COLLECTION").kind == "MULTISET"


@pytest.mark.parametrize(
    ("text", "type_text"),
    [
        ("", "SET(INTEGER)"),
        ("SET{1", "SET(INTEGER)"),
        ("SET{1,}", "SET(INTEGER)"),
        ("SET{,1}", "SET(INTEGER)"),
        ("SET{,'x'}", "SET(CHAR(3))"),
        ("ROW()", "ROW(a CHAR(3))"),
        ("SET{1}}", "SET(INTEGER)"),
        ("SET{1)", "SET(INTEGER)"),
        ("SET{1 2}", "SET(INTEGER)"),
        ("SET{x}", "SET(INTEGER)"),
        ("SET{1_0}", "SET(INTEGER)"),
        ("SET{1.5}", "SET(INTEGER)"),
        ("SET{\u0661}", "SET(INTEGER)"),
        ("SET{inf}", "SET(FLOAT)"),
        ("SET{1e9999}", "SET(FLOAT)"),
        ("SET{nan}", "SET(DECIMAL(5,2))"),
        ("SET{1E9999}", "SET(DECIMAL(5,2))"),
        ("SET{'x}", "SET(CHAR(3))"),
        ("SET{'x'y}", "SET(CHAR(3))"),
        ("SET{'maybe'}", "SET(BOOLEAN)"),
        ("SET{'2023-02-29'}", "SET(DATE)"),
        ("SET{'02/28/2023'}", "SET(DATE)"),
        ("SET{'02/01/23'}", "SET(DATE)"),
        ("SET{'02-01-23'}", "SET(DATE)"),
        ("SET{'2023-01'}", "SET(DATETIME YEAR TO SECOND)"),
        ("SET{'-13:14'}", "SET(DATETIME HOUR TO MINUTE)"),
        ("SET{'25:14'}", "SET(DATETIME HOUR TO MINUTE)"),
        ("SET{'at 13:14'}", "SET(DATETIME HOUR TO MINUTE)"),
        ("LIST{1}", "SET(INTEGER)"),
        ("ROW(1)", "SET(INTEGER)"),
        ("SET{1}", "ROW(a INTEGER)"),
        ("ROW(1,2)", "ROW(a INTEGER)"),
        ("ROW(1)", "ROW(a INTEGER,b INTEGER)"),
        ("ROW()", "ROW(a INTEGER)"),
        ("1", "SET(INTEGER)"),
        ("LIST{" * 40 + "}" * 40, "COLLECTION"),
        ("SET{ROW(1)}", "SET(INTEGER)"),
    ],
)
def test_texts_that_are_no_values(text: str, type_text: str) -> None:
    with pytest.raises(Unreadable):
        parsed(text, type_text)


@given(
    st.text(alphabet="SETLIROW{}()',\"1.N ", max_size=40),
    st.sampled_from(["SET(INT)", "ROW(a INT,b LIST(CHAR(3)))", "COLLECTION", "p_t"]),
)
@settings(max_examples=300)
def test_any_text_is_a_value_or_unreadable(text: str, type_text: str) -> None:
    with contextlib.suppress(Unreadable):
        parsed(text, type_text)


# -- literals --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "type_text", "expected"),
    [
        ([1, 2], "", "LIST{1,2}"),
        ({1}, "", "SET{1}"),
        (frozenset(), "", "SET{}"),
        ((1, "x"), "", "ROW(1,'x')"),
        ({"a": 1, "b": None}, "", "ROW(1,NULL)"),
        ([1, 2], "MULTISET(INT)", "MULTISET{1,2}"),
        ((1, 2), "SET(INT)", "SET{1,2}"),
        ({1}, "LIST(INT)", "LIST{1}"),
        (CollectionValue("SET", [1]), "LIST(INT)", "LIST{1}"),
        (CollectionValue("MULTISET", ["a"]), "", "MULTISET{'a'}"),
        (RowValue({"b": 1, "a": 2}), "ROW(a INT,b INT)", "ROW(2,1)"),
        (RowValue({"b": 1, "c": 2}), "ROW(a INT,b INT)", "ROW(1,2)"),
        (RowValue([1, 2]), "ROW(a INT,b INT)", "ROW(1,2)"),
        ({"B": 1, "a": 2}, "ROW(a INT,b INT)", "ROW(2,1)"),
        (["it's", 'say "x"', "}", ""], "", "LIST{'it''s','say \"x\"','}',''}"),
        (
            [Decimal("1.50"), Decimal("1E+3"), 1.5, True, False],
            "",
            "LIST{1.50,1000,1.5,'t','f'}",
        ),
        ([Decimal("0E-999999999"), Decimal("1E+2")], "", "LIST{0,100}"),
        ([datetime.date(2024, 2, 29)], "", "LIST{'2024-02-29'}"),
        ([datetime.datetime(2024, 2, 29, 1, 2, 3)], "", "LIST{'2024-02-29 01:02:03'}"),
        (
            [datetime.datetime(2024, 2, 29, 1, 2, 3, 456789)],
            "",
            "LIST{'2024-02-29 01:02:03.45678'}",
        ),
        ([datetime.time(1, 2, 3)], "", "LIST{'01:02:03'}"),
        ([datetime.timedelta(-1, 1)], "", "LIST{'-0 23:59:59.00000'}"),
        ([IntervalYM(-13)], "", "LIST{'-1-01'}"),
        (
            [datetime.datetime(2024, 2, 29, 1, 2)],
            "LIST(DATETIME YEAR TO MINUTE)",
            "LIST{'2024-02-29 01:02'}",
        ),
        (
            [datetime.datetime(2024, 2, 29, 1, 2, 3, 456789)],
            "LIST(DATETIME YEAR TO FRACTION(3))",
            "LIST{'2024-02-29 01:02:03.456'}",
        ),
        (
            [datetime.date(2024, 2, 29)],
            "LIST(DATETIME YEAR TO SECOND)",
            "LIST{'2024-02-29 00:00:00'}",
        ),
        ([datetime.date(2024, 2, 29)], "LIST(DATETIME YEAR TO YEAR)", None),
        (
            [datetime.timedelta(2, 3600)],
            "LIST(INTERVAL HOUR(3) TO MINUTE)",
            "LIST{'49:00'}",
        ),
        (
            [datetime.timedelta(0, 1, 500000)],
            "LIST(INTERVAL SECOND TO FRACTION(2))",
            "LIST{'1.50'}",
        ),
        ([IntervalYM(24)], "LIST(INTERVAL YEAR TO YEAR)", "LIST{'2'}"),
        ([IntervalYM(24)], "LIST(INTERVAL MONTH(4) TO MONTH)", "LIST{'24'}"),
        ([[1], {2}], "LIST(SET(INT))", "LIST{SET{1},SET{2}}"),
    ],
)
def test_literals(value: Any, type_text: str, expected: str | None) -> None:
    kind = parse_type(type_text) if type_text else UNTYPED
    if expected is None:
        with pytest.raises(DataError, match="does not fit"):
            composite_text(value, kind)
    else:
        assert composite_text(value, kind) == expected


@pytest.mark.parametrize(
    ("value", "type_text", "what"),
    [
        ((1, 2), "ROW(a INT)", "2 fields do not make a ROW"),
        ({"a": 1}, "ROW(a INT,b INT)", "no value for the field 'b'"),
        ({"a": 1, "c": 2}, "ROW(a INT)", "no field c"),
        ([1], "ROW(a INT)", "list is no value of ROW"),
        ({"a": 1}, "SET(INT)", "dict is no value of SET"),
        ([float("nan")], "", "no nan"),
        ([Decimal("Infinity")], "", "no Infinity"),
        ([Decimal("1E+309")], "", r"1\.000000E\+309 is outside the range"),
        ((Decimal("-1E-999999999"),), "", "is outside the range"),
        ([datetime.time(1, tzinfo=datetime.timezone.utc)], "", "no time zone"),
        ([datetime.time(1)], "LIST(DATETIME YEAR TO SECOND)", "does not fit"),
        ([datetime.datetime(2024, 1, 1, 5)], "LIST(DATETIME HOUR TO HOUR)", "fit"),
        ([datetime.timedelta(0, 5)], "LIST(INTERVAL DAY TO MINUTE)", "does not fit"),
        ([datetime.timedelta(1)], "LIST(INTERVAL YEAR TO MONTH)", "does not fit"),
        ([IntervalYM(1)], "LIST(INTERVAL DAY TO SECOND)", "does not fit"),
        ([IntervalYM(1)], "LIST(INTERVAL YEAR TO YEAR)", "does not fit"),
    ],
)
def test_values_that_do_not_fit(value: Any, type_text: str, what: str) -> None:
    with pytest.raises(DataError, match=what):
        composite_text(value, parse_type(type_text) if type_text else UNTYPED)


def test_elements_without_a_type() -> None:
    with pytest.raises(NotSupportedError, match="bytes cannot be an element"):
        composite_text([b"x"])


# -- both ways -------------------------------------------------------------------------

_TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
_DATES = st.dates(min_value=datetime.date(1, 1, 1))
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "INTEGER": st.integers(-(2**31) + 1, 2**31 - 1),
    "BIGINT": st.integers(-(2**63) + 1, 2**63 - 1),
    "VARCHAR(255)": _TEXTS,
    "LVARCHAR": _TEXTS,
    "DECIMAL(10,2)": st.decimals(-(10**7), 10**7, places=2),
    "FLOAT": st.floats(allow_nan=False, allow_infinity=False),
    "BOOLEAN": st.booleans(),
    "DATE": _DATES,
    "DATETIME YEAR TO SECOND": st.datetimes().map(lambda d: d.replace(microsecond=0)),
    "DATETIME HOUR TO MINUTE": st.times().map(
        lambda t: t.replace(second=0, microsecond=0)
    ),
    "INTERVAL DAY(9) TO SECOND": st.integers(-(10**9), 10**9).map(
        lambda n: datetime.timedelta(seconds=n)
    ),
    "INTERVAL YEAR(4) TO MONTH": st.integers(-9999, 9999).map(IntervalYM),
}


@st.composite
def typed_values(draw: st.DrawFn, depth: int = 2) -> tuple[str, Any]:
    """A type and a value of it."""
    kinds = ["scalar"] if depth == 0 else ["scalar", "LIST", "MULTISET", "SET", "ROW"]
    kind = draw(st.sampled_from(kinds if depth < 2 else kinds[1:]))
    if kind == "scalar":
        name = draw(st.sampled_from(sorted(_SCALARS)))
        return name, draw(st.none() | _SCALARS[name])
    if kind == "ROW":
        fields = draw(st.lists(typed_values(depth - 1), min_size=1, max_size=3))
        types = ", ".join(f"f{n} {name}" for n, (name, _) in enumerate(fields))
        return f"ROW({types})", tuple(value for _, value in fields)
    name, first = draw(typed_values(depth - 1))
    count = draw(st.integers(0, 3))
    return f"{kind}({name})", CollectionValue(kind, [first] * count)


@given(typed_values())
@settings(max_examples=300, deadline=None)
def test_what_is_sent_is_what_is_read(typed: tuple[str, Any]) -> None:
    type_text, value = typed
    kind = parse_type(type_text)
    assert parse_value(composite_text(value, kind), kind, "utf-8") == value
