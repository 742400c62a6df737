"""Exceptions: hierarchy, classes by code, texts, carets, the catalogue's rows."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest

from informix_db import exceptions
from informix_db.exceptions import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    PoolClosedError,
    PoolTimeout,
    PoolTimeoutError,
    ProgrammingError,
    ProtocolError,
    StatementCancelledError,
    TLSVerificationWarning,
    describe_isamcode,
    describe_sqlcode,
    error_from_server,
)

CLASSES = [
    *(Error, InterfaceError, DatabaseError, DataError, OperationalError),
    *(IntegrityError, InternalError, ProgrammingError, NotSupportedError),
    *(ProtocolError, StatementCancelledError, PoolTimeoutError, PoolClosedError),
]
ACCESS_CODES = [
    *(-211, -212, -240, -242, -243, -244, -245, -246, -250, -252),
    *(-263, -271, -346, -348, -690, -972),
]
LOCK_CODES = [-106, -107, -113, -134, -143, -144, -154]
SPACE_CODES = [-131, -136, -166, -179, -199]


def message(*args: object, **attributes: object) -> str:
    return str(error_from_server(*args, **attributes))  # type: ignore[arg-type]


# --- hierarchy and attributes ---------------------------------------------------


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        (exceptions.Warning, Exception),
        (Error, Exception),
        (InterfaceError, Error),
        (DatabaseError, Error),
        (DataError, DatabaseError),
        (OperationalError, DatabaseError),
        (IntegrityError, DatabaseError),
        (InternalError, DatabaseError),
        (ProgrammingError, DatabaseError),
        (NotSupportedError, DatabaseError),
        (ProtocolError, OperationalError),
        (StatementCancelledError, OperationalError),
        (PoolTimeoutError, OperationalError),
        (PoolClosedError, InterfaceError),
        (TLSVerificationWarning, UserWarning),
    ],
)
def test_hierarchy(child: type[Exception], parent: type[Exception]) -> None:
    assert child.__bases__ == (parent,)


def test_pool_timeout_alias() -> None:
    assert PoolTimeout is PoolTimeoutError


def test_all_names_exist() -> None:
    for name in exceptions.__all__:
        assert getattr(exceptions, name)


def test_attribute_defaults() -> None:
    error = OperationalError("no route")
    assert str(error) == "no route"
    assert vars(error) == dict.fromkeys(
        ("sqlcode", "isamcode", "offset", "near", "statement", "row_index")
    )
    assert error.retryable is False
    assert error.session_dead is False


def test_attributes_are_keywords() -> None:
    attributes = {
        "sqlcode": -268,
        "isamcode": -100,
        "offset": 3,
        "near": "u1",
        "statement": "insert into t values (?)",
        "retryable": True,
        "session_dead": True,
        "row_index": 4,
    }
    error = IntegrityError("text", **attributes)  # type: ignore[arg-type]
    assert vars(error) == attributes
    with pytest.raises(TypeError):
        IntegrityError("text", sqlstate="23000")  # type: ignore[call-arg]


def test_protocol_error_means_a_dead_session() -> None:
    assert ProtocolError("unknown tag 200").session_dead
    assert not ProtocolError("x", session_dead=False).session_dead


def test_row_index_is_part_of_the_first_line() -> None:
    error = error_from_server(-201, 0, 1, "", "selec")
    error.row_index = 0
    assert str(error) == (
        "[-201] syntax error in the SQL text, parameter row 0\n  selec\n  ^"
    )


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
@pytest.mark.parametrize("cls", CLASSES)
def test_pickle_and_copy(cls: type[Error], clone) -> None:  # type: ignore[no-untyped-def]
    error = cls(
        "text",
        sqlcode=-9,
        isamcode=-8,
        offset=7,
        near="n",
        statement="s",
        retryable=True,
        session_dead=True,
        row_index=3,
    )
    other = clone(error)
    assert type(other) is cls
    assert other.args == error.args
    assert vars(other) == vars(error)
    assert str(other) == str(error)


@pytest.mark.parametrize("cls", [exceptions.Warning, TLSVerificationWarning])
def test_pickle_others(cls: type[Exception]) -> None:
    other = pickle.loads(pickle.dumps(cls("text")))
    assert type(other) is cls
    assert other.args == ("text",)


def test_pickle_default_flags() -> None:
    assert pickle.loads(pickle.dumps(ProtocolError("x"))).session_dead
    assert not pickle.loads(pickle.dumps(Error("x"))).session_dead


def test_attributes_from_server() -> None:
    error = error_from_server(-206, -111, 15, "nosuch", "select * from nosuch")
    assert vars(error) == {
        "sqlcode": -206,
        "isamcode": -111,
        "offset": 15,
        "near": "nosuch",
        "statement": "select * from nosuch",
        "retryable": False,
        "session_dead": False,
        "row_index": None,
    }
    bare = error_from_server(-206)
    assert (bare.isamcode, bare.offset, bare.near, bare.statement) == (None,) * 4
    assert error_from_server(-206, offset=-1, statement="x").offset is None


# --- classes ----------------------------------------------------------------------


@pytest.mark.parametrize("sqlcode", ACCESS_CODES)
def test_access_codes_take_class_and_retry_from_isam(sqlcode: int) -> None:
    duplicate = error_from_server(sqlcode, -100)
    assert type(duplicate) is IntegrityError
    assert not duplicate.retryable
    for isamcode in LOCK_CODES:
        error = error_from_server(sqlcode, isamcode)
        assert type(error) is OperationalError
        assert error.retryable
    for isamcode in SPACE_CODES:
        error = error_from_server(sqlcode, isamcode)
        assert type(error) is OperationalError
        assert not error.retryable
    for isamcode in (-122, -128):
        assert type(error_from_server(sqlcode, isamcode)) is NotSupportedError
    for isamcode in (0, -111, -110, -99999):
        assert type(error_from_server(sqlcode, isamcode)) is OperationalError


@pytest.mark.parametrize(
    ("sqlcode", "isamcode", "cls", "retryable"),
    [
        (-244, -107, OperationalError, True),
        (-244, -143, OperationalError, True),
        (-244, -154, OperationalError, True),
        (-244, -100, IntegrityError, False),
        (-244, -157, StatementCancelledError, False),
        (-244, -124, InternalError, False),
        (-244, -103, ProgrammingError, False),
        (-244, -126, OperationalError, False),
        (-244, 0, OperationalError, False),
        (-263, 0, OperationalError, True),
        (-263, -131, OperationalError, False),
        (-206, -100, ProgrammingError, False),
        (-206, -107, ProgrammingError, False),
        (-9810, -12092, OperationalError, True),
        (-9810, -12031, OperationalError, False),
        (-626, -107, InternalError, True),
        (-239, -100, IntegrityError, False),
        (-330, -100, ProgrammingError, False),
        (-330, 0, OperationalError, False),
        (-237, -122, NotSupportedError, False),
        (-237, -128, NotSupportedError, False),
        (-237, -104, OperationalError, True),
        (-256, 0, NotSupportedError, False),
    ],
)
def test_isam_code_and_class(
    sqlcode: int, isamcode: int, cls: type[Error], retryable: bool
) -> None:
    error = error_from_server(sqlcode, isamcode)
    assert type(error) is cls
    assert error.retryable is retryable


@pytest.mark.parametrize(
    ("sqlcode", "cls"),
    [
        (-201, ProgrammingError),
        (-206, ProgrammingError),
        (-217, ProgrammingError),
        (-213, StatementCancelledError),
        (-255, InternalError),
        (-535, InternalError),
        (-329, OperationalError),
        (-387, OperationalError),
        (-388, ProgrammingError),
        (-402, InterfaceError),
        (-745, DatabaseError),
        (-746, DatabaseError),
        (-937, DatabaseError),
        (-9303, DatabaseError),
        (-951, OperationalError),
        (-1213, DataError),
        (-1215, DataError),
        (-1279, DataError),
        (-582, NotSupportedError),
    ],
)
def test_exact_codes(sqlcode: int, cls: type[Error]) -> None:
    assert type(error_from_server(sqlcode)) is cls
    assert describe_sqlcode(sqlcode).error_class is cls
    assert describe_sqlcode(sqlcode).listed


@pytest.mark.parametrize(
    ("sqlcode", "cls"),
    [
        (-1, OperationalError),
        (-99, OperationalError),
        (-180, OperationalError),  # an ISAM code without a row
        (-332, ProgrammingError),
        (-399, OperationalError),  # listed
        (-431, InternalError),
        (-471, InternalError),
        (-497, InternalError),
        (-552, ProgrammingError),
        (-631, ProgrammingError),
        (-712, OperationalError),
        (-724, ProgrammingError),
        (-903, OperationalError),
        (-939, ProgrammingError),
        (-961, DatabaseError),  # between two ranges
        (-990, ProgrammingError),
        (-1101, InterfaceError),
        (-1249, DataError),
        (-1250, OperationalError),
        (-1258, OperationalError),
        (-1259, DataError),
        (-1286, DatabaseError),
        (-1350, InterfaceError),
        (-2345, InterfaceError),
        (-5800, ProgrammingError),
        (-7299, NotSupportedError),
        (-7499, OperationalError),
        (-8351, DataError),
        (-9750, OperationalError),  # listed
        (-9751, ProgrammingError),
        (-9795, OperationalError),
        (-11001, InterfaceError),
        (-12100, OperationalError),
        (-23150, OperationalError),
        (-26160, OperationalError),
        (-26450, OperationalError),
        (-34399, DataError),
        (-79716, InterfaceError),
        (-100000, DatabaseError),
        (0, DatabaseError),
        (100, DatabaseError),
    ],
)
def test_ranges(sqlcode: int, cls: type[Error]) -> None:
    error = error_from_server(sqlcode)
    assert type(error) is cls
    assert error.sqlcode == sqlcode


def test_unlisted_codes_promise_nothing() -> None:
    info = describe_sqlcode(-961)
    assert not info.listed
    assert info.retryable is False
    assert not info.session_dead
    error = error_from_server(-9751, -107)
    assert not error.retryable
    assert str(error).startswith("[-9751] server error without an entry")


def test_isam_code_in_the_place_of_the_sqlcode() -> None:
    deadlock = error_from_server(-143)
    assert type(deadlock) is OperationalError
    assert deadlock.retryable
    assert str(deadlock) == "[-143] deadlock found"
    assert type(error_from_server(-100)) is IntegrityError
    # "no matching record" leaves the class to the SQLCODE: the range decides here.
    assert type(error_from_server(-111)) is OperationalError


def test_positive_codes_mean_the_negative_one() -> None:
    error = error_from_server(206, 111, 0, "t")
    assert type(error) is ProgrammingError
    assert error.sqlcode == 206
    assert str(error) == (
        "[206] table t does not exist in this database (ISAM 111: no matching record)"
    )
    assert error_from_server(107).retryable


# --- retry and dead sessions --------------------------------------------------------


def test_isam_code_can_kill_the_session() -> None:
    assert error_from_server(-244, -149).session_dead
    assert error_from_server(-206, -149).session_dead
    assert not error_from_server(-244, -107).session_dead


# --- messages -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((-201,), "[-201] syntax error in the SQL text"),
        (
            (-206, -111, 0, "nosuch"),
            "[-206] table nosuch does not exist in this database"
            " (ISAM -111: no matching record)",
        ),
        (
            (-206, -111),
            "[-206] table does not exist in this database"
            " (ISAM -111: no matching record)",
        ),
        ((-206, -99999), "[-206] table does not exist in this database (ISAM -99999)"),
        (
            (-271, -100, 0, "u1"),
            "[-271] row could not be inserted (ISAM -100: duplicate key value),"
            " near 'u1'",
        ),
        ((-746, 0, 0, "no stock"), "[-746] raised by SPL code: no stock"),
        ((-746, 0, 0, ""), "[-746] raised by SPL code"),
        ((-951, 0, 0, "joe"), "[-951] user joe is unknown or the password is wrong"),
        ((-951,), "[-951] user is unknown or the password is wrong"),
        ((-9810, -12031), "[-9810] smart large object operation failed"
         " (ISAM -12031: sbspace full)"),
    ],
)  # fmt: skip
def test_messages(args: tuple[object, ...], expected: str) -> None:
    assert message(*args) == expected


def test_token_is_kept_whole_but_shown_on_one_line() -> None:
    token = "first\n  second\tthird" + "x" * 1000
    error = error_from_server(-746, 0, 0, token)
    assert error.near == token
    shown = str(error)
    assert shown.startswith("[-746] raised by SPL code: first second thirdx")
    assert shown.endswith("x...")
    assert "\n" not in shown
    assert len(shown) < 400


def test_braces_in_the_token_are_text() -> None:
    assert message(-206, 0, 0, "{}{0}") == (
        "[-206] table {}{0} does not exist in this database"
    )


def snippet(statement: str, offset: int) -> list[str]:
    return message(-201, 0, offset, "", statement).split("\n")[1:]


@pytest.mark.parametrize(
    ("statement", "offset", "lines"),
    [
        ("selec foo", 1, ["  selec foo", "  ^"]),
        ("select * from nosuch", 15, ["  select * from nosuch", "  " + " " * 14 + "^"]),
        ("select", 6, ["  select", "       ^"]),
        ("select", 7, ["  select", "        ^"]),
        ("select", 999, ["  select", "        ^"]),
        ("select  \n ", 10, ["  select", "        ^"]),
        ("select a\nfrom b\nwhere c", 1, ["  line 1: select a", "          ^"]),
        ("select a\nfrom b\nwhere c", 8, ["  line 1: select a", "  " + " " * 15 + "^"]),
        ("select a\nfrom b\nwhere c", 9, ["  line 1: select a", "  " + " " * 16 + "^"]),
        ("select a\nfrom b\nwhere c", 10, ["  line 2: from b", "          ^"]),
        ("select a\nfrom b\nwhere c", 23, ["  line 3: where c", "                ^"]),
        ("select a\n    from b", 14, ["  line 2: from b", "          ^"]),
        ("select a\n    from b", 11, ["  line 2: from b", "          ^"]),
        ("select\ta\tfrom", 8, ["  select a from", "         ^"]),
        ("select a\r\nfrom b", 11, ["  line 2: from b", "          ^"]),
        ("\n\nselect", 3, ["  line 3: select", "          ^"]),
        ("a\x00b\x1bc", 5, ["  a b c", "      ^"]),
    ],
)
def test_caret(statement: str, offset: int, lines: list[str]) -> None:
    assert snippet(statement, offset) == lines


@pytest.mark.parametrize(
    ("statement", "offset"),
    [("select", 0), ("select", -3), ("", 1), ("  \n ", 2), (None, 4)],
)
def test_no_caret(statement: str | None, offset: int) -> None:
    assert "\n" not in message(-201, 0, offset, "", statement)


@pytest.mark.parametrize("offset", [1, 2, 40, 41, 42, 200, 461, 499, 500, 501, 9999])
def test_long_lines_are_cut_around_the_position(offset: int) -> None:
    statement = "".join(chr(ord("a") + i % 26) for i in range(500))
    line, caret = (text[2:] for text in snippet(statement, offset))
    assert len(line) == 80
    assert len(caret) <= 81
    position = min(offset, 501) - 1
    if position < 500:
        assert line[caret.index("^")] == statement[position]
    else:
        assert caret.index("^") == len(line)
    assert line.startswith("...") == (position > 40)
    assert line.endswith("...") == (position < 460)


def test_a_line_of_80_is_not_cut() -> None:
    assert snippet("x" * 80, 80)[0] == "  " + "x" * 80


@pytest.mark.parametrize(
    "statement",
    [
        "set encryption password 'hush' foo",
        "create user joe identified by 'hush'",
        'create user joe with PASSWORD\n "hush"',
        "connect to 'db' user 'joe' using 'hush'",
        "select decrypt_char(c, 'hush') foo",
    ],
)
def test_secrets_are_not_quoted(statement: str) -> None:
    assert "hush" not in message(-201, 0, 3, "", statement)


def test_isam_texts() -> None:
    assert describe_isamcode(-100) == "duplicate key value"
    assert describe_isamcode(154) == "lock wait time over"
    assert describe_isamcode(-12031) == "sbspace full"
    assert describe_isamcode(-189) == ""


def test_the_tables_are_read_only_when_needed() -> None:
    code = (
        "import sys, informix_db.exceptions as e;"
        "assert 'informix_db._sqlcodes' not in sys.modules;"
        "e.OperationalError('x');"
        "assert 'informix_db._sqlcodes' not in sys.modules;"
        "e.error_from_server(-206);"
        "assert 'informix_db._sqlcodes' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
