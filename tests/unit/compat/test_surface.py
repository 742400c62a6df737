"""The surface of IfxPy and IfxPyDbi: names, values, and where they are found."""

from __future__ import annotations

import ast
import datetime
import importlib
import inspect
import pickle
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

import informix_db
from informix_db.compat import IfxPy, IfxPyDbi, install
from informix_db.compat._dbierrors import error_of
from informix_db.compat._errors import Diagnostics, NativeError, Record, record_of
from informix_db.compat._handles import as_statement

ROOT = Path(__file__).parents[3]
TESTS = [ROOT / "tests" / kind / "compat" for kind in ("behaviour", "unit")]

CONSTANTS = {
    "SQL_ATTR_AUTOCOMMIT": 102,
    "SQL_AUTOCOMMIT_OFF": 0,
    "SQL_AUTOCOMMIT_ON": 1,
    "ATTR_CASE": 3271982,
    "CASE_NATURAL": 0,
    "CASE_LOWER": 1,
    "CASE_UPPER": 2,
    "USE_WCHAR": 100,
    "WCHAR_NO": 0,
    "WCHAR_YES": 1,
    "SQL_ATTR_CURSOR_TYPE": 6,
    "SQL_CURSOR_FORWARD_ONLY": 0,
    "SQL_CURSOR_KEYSET_DRIVEN": 1,
    "SQL_CURSOR_DYNAMIC": 2,
    "SQL_CURSOR_STATIC": 3,
    "SQL_PARAM_INPUT": 1,
    "SQL_PARAM_INPUT_OUTPUT": 2,
    "SQL_PARAM_OUTPUT": 4,
    "PARAM_FILE": 11,
    "SQL_FALSE": 0,
    "SQL_TRUE": 1,
    "SQL_TABLE_STAT": 0,
    "SQL_INDEX_CLUSTERED": 1,
    "SQL_INDEX_OTHER": 3,
    "SQL_API_SQLROWCOUNT": 20,
    "SQL_CHAR": 1,
    "SQL_VARCHAR": 12,
    "SQL_LONGVARCHAR": -1,
    "SQL_WCHAR": -8,
    "SQL_WVARCHAR": -9,
    "SQL_WLONGVARCHAR": -10,
    "SQL_BINARY": -2,
    "SQL_VARBINARY": -3,
    "SQL_LONGVARBINARY": -4,
    "SQL_TINYINT": -6,
    "SQL_SMALLINT": 5,
    "SQL_INTEGER": 4,
    "SQL_BIGINT": -5,
    "SQL_BIT": -7,
    "SQL_REAL": 7,
    "SQL_FLOAT": 6,
    "SQL_DOUBLE": 8,
    "SQL_NUMERIC": 2,
    "SQL_DECIMAL": 3,
    "SQL_TYPE_DATE": 91,
    "SQL_TYPE_TIME": 92,
    "SQL_TYPE_TIMESTAMP": 93,
    "SQL_INFX_UDT_FIXED": -100,
    "SQL_INFX_UDT_VARYING": -101,
    "SQL_INFX_RC_ROW": -105,
    "SQL_INFX_RC_COLLECTION": -106,
    "SQL_INFX_RC_LIST": -107,
    "SQL_INFX_RC_SET": -108,
    "SQL_INFX_RC_MULTISET": -109,
    "SQL_DBMS_NAME": 17,
    "SQL_DBMS_VER": 18,
    "SQL_ATTR_QUERY_TIMEOUT": 0,
}


def test_constants() -> None:
    found = {name: getattr(IfxPy, name) for name in IfxPy.__all__ if name.isupper()}
    assert found == CONSTANTS
    assert IfxPy.__version__ == IfxPyDbi.__version__ == "3.0.5"


@pytest.mark.parametrize("module", [IfxPy, IfxPyDbi])
def test_everything_that_is_public_is_there(module: types.ModuleType) -> None:
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert len(set(module.__all__)) == len(module.__all__)


def used_names() -> Iterator[str]:
    """Names of IfxPy that the tests of this surface use."""
    for path in TESTS:
        for file in path.glob("test_*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    yield node.attr


def test_every_function_has_a_test() -> None:
    functions = {n for n in IfxPy.__all__ if inspect.isroutine(getattr(IfxPy, n))}
    methods = {
        name
        for kind in (IfxPyDbi.Connection, IfxPyDbi.Cursor)
        for name in vars(kind)
        if not name.startswith("_")
    }
    assert len(functions) > 60
    assert (functions | methods) - set(used_names()) == set()


# -- IfxPyDbi


def test_the_module_says_what_it_is() -> None:
    assert IfxPyDbi.apilevel == "2.0"
    assert IfxPyDbi.threadsafety == 0
    assert IfxPyDbi.paramstyle == "qmark"
    assert IfxPyDbi.FIX_RETURN_TYPE == 1
    assert IfxPyDbi.SpeedTestWithPyPrimeCount(1, 10) == 4


def test_type_objects() -> None:
    assert IfxPyDbi.STRING == "VARCHAR"
    assert IfxPyDbi.STRING == IfxPyDbi.STRING != IfxPyDbi.NUMBER
    assert IfxPyDbi.NUMBER == "INT" != IfxPyDbi.BIGINT
    assert IfxPyDbi.FLOAT == "REAL"
    assert IfxPyDbi.DECIMAL == "NUMERIC"
    assert IfxPyDbi.DATETIME == "TIMESTAMP" != IfxPyDbi.DATE
    assert IfxPyDbi.TEXT == "CLOB"
    assert IfxPyDbi.BINARY == "BLOB"
    assert IfxPyDbi.TIME == "TIME"
    assert IfxPyDbi.ROWID != "ROWID"
    assert isinstance(IfxPyDbi.STRING, frozenset)
    assert len({IfxPyDbi.STRING, IfxPyDbi.STRING, IfxPyDbi.TEXT}) == 2


def test_constructors() -> None:
    stamp = datetime.datetime(2026, 2, 28, 13, 14, 15)
    ticks = stamp.timestamp()
    assert IfxPyDbi.Date(2026, 2, 28) == IfxPyDbi.DateFromTicks(ticks) == stamp.date()
    assert IfxPyDbi.Time(13, 14, 15) == IfxPyDbi.TimeFromTicks(ticks) == stamp.time()
    assert IfxPyDbi.Timestamp(2026, 2, 28, 13, 14, 15) == stamp
    assert IfxPyDbi.TimestampFromTicks(ticks) == stamp
    with pytest.raises(TypeError):
        IfxPyDbi.Timestamp(2026, 2, 28)
    assert (
        IfxPyDbi.Binary(b"ab")
        == memoryview(b"ab")
        == IfxPyDbi.Binary(memoryview(b"ab"))
    )
    with pytest.raises(IfxPyDbi.InterfaceError):
        IfxPyDbi.Binary("text")


def test_exceptions() -> None:
    error = IfxPyDbi.DataError("too long")
    assert str(error) == error._message == "IfxPyDbi::DataError: too long"
    assert str(IfxPyDbi.Warning("careful")) == "IfxPyDbi::Warning: careful"
    for kind in ("Operational", "Programming", "Integrity", "Data", "NotSupported"):
        assert issubclass(getattr(IfxPyDbi, f"{kind}Error"), IfxPyDbi.DatabaseError)
    assert issubclass(IfxPyDbi.InterfaceError, IfxPyDbi.Error)
    assert not issubclass(IfxPyDbi.InterfaceError, IfxPyDbi.DatabaseError)
    assert not issubclass(IfxPyDbi.Error, IfxPyDbi.Warning)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Supplied parameter is invalid", IfxPyDbi.InterfaceError),
        ("Connection is not active", IfxPyDbi.ProgrammingError),
        ("owner must be a string", IfxPyDbi.ProgrammingError),
        ("[Informix]Driver not capable. SQLCODE=-11092", IfxPyDbi.NotSupportedError),
        ("Fetch Failure: [Informix]Invalid", IfxPyDbi.DatabaseError),
        ("anything else", IfxPyDbi.Error),
    ],
)
def test_what_ifxpy_itself_complains_about(text: str, kind: type[Exception]) -> None:
    error = error_of(NativeError(text))
    assert isinstance(error, kind)
    assert str(error) == f"IfxPyDbi::{kind.__name__}: Exception({text!r})"


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        (informix_db.IntegrityError, IfxPyDbi.IntegrityError),
        (informix_db.OperationalError, IfxPyDbi.OperationalError),
        (informix_db.StatementCancelledError, IfxPyDbi.OperationalError),
        (informix_db.DatabaseError, IfxPyDbi.DatabaseError),
        (informix_db.InterfaceError, IfxPyDbi.DatabaseError),
    ],
)
def test_errors_of_the_driver(
    kind: type[informix_db.Error], meant: type[Exception]
) -> None:
    problem = NativeError("text")
    problem.__cause__ = kind("text")
    assert type(error_of(problem)) is meant
    executing = error_of(problem, executing=True)
    assert isinstance(executing, meant)
    assert isinstance(executing, IfxPyDbi.OperationalError)
    copied = pickle.loads(pickle.dumps(executing))
    assert type(copied) is type(executing)
    assert str(copied) == str(executing)


# -- what went wrong


@pytest.mark.parametrize(
    ("error", "state", "text"),
    [
        (
            informix_db.OperationalError("[-951] no", sqlcode=-951),
            "28000",
            "[Informix]Incorrect password or user is not known on the database server. "
            "SQLCODE=-951",
        ),
        (
            informix_db.IntegrityError("[-268] twice\n  INSERT", sqlcode=-268),
            "23000",
            "[Informix]twice. SQLCODE=-268",
        ),
        (
            informix_db.OperationalError("gone", session_dead=True),
            "08S01",
            "gone",
        ),
        (
            informix_db.OperationalError("[-154] wait", sqlcode=-154),
            "IX000",
            "[Informix]wait. SQLCODE=-154",
        ),
        (informix_db.StatementCancelledError("late"), "HYT00", "late"),
        (informix_db.NotSupportedError("never"), "HYC00", "never"),
        (informix_db.InterfaceError("what"), "HY000", "what"),
    ],
)
def test_records(error: informix_db.Error, state: str, text: str) -> None:
    record = record_of(error)
    assert record == Record(state, f"[Informix][Informix ODBC Driver]{text}")


def test_a_record_is_told_once_to_each_accessor() -> None:
    diagnostics = Diagnostics()
    assert diagnostics.tell("sqlstate", "one") == ""
    diagnostics.set(Record("42000", "text"))
    assert [diagnostics.tell("sqlstate", "one") for _ in range(2)] == ["42000", ""]
    assert diagnostics.tell("message", "other") == "text"
    diagnostics.set(Record("23000", "more"))
    assert diagnostics.tell("sqlstate", "one") == "23000"


# -- SQL


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CALL p()", "EXECUTE PROCEDURE p()"),
        (" call own.p ( ?, ')' ) ;", "EXECUTE PROCEDURE own.p ( ?, ')' )"),
        ("{CALL p}", "EXECUTE PROCEDURE p()"),
        ("{ call p(1) }", "EXECUTE PROCEDURE p(1)"),
        ("SELECT 'CALL p()' FROM t", None),
        ("CREATE PROCEDURE a() CALL p(); END PROCEDURE", None),
        ("{? = call f(1)}", None),
        ("{call p(1)", None),
    ],
)
def test_call(sql: str, expected: str | None) -> None:
    assert as_statement(sql) == (sql if expected is None else expected)


# -- top-level names


@pytest.fixture
def no_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing called IfxPy is imported, before and after."""
    for name in ("IfxPy", "IfxPyDbi"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.usefixtures("no_modules")
def test_nothing_is_registered_by_importing() -> None:
    importlib.import_module("informix_db.compat.IfxPyDbi")
    assert not {"IfxPy", "IfxPyDbi"} & set(sys.modules)


@pytest.mark.usefixtures("no_modules")
def test_install() -> None:
    install()
    assert importlib.import_module("IfxPy") is IfxPy
    assert importlib.import_module("IfxPyDbi") is IfxPyDbi
    install()


@pytest.mark.usefixtures("no_modules")
def test_install_after_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    real = types.ModuleType("IfxPyDbi")
    real.__file__ = "site-packages/IfxPyDbi.py"
    monkeypatch.setitem(sys.modules, "IfxPyDbi", real)
    with pytest.raises(ImportError, match=r"already \(site-packages/IfxPyDbi\.py\)"):
        install()
    assert sys.modules["IfxPyDbi"] is real
    assert "IfxPy" not in sys.modules
