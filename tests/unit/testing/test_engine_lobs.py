"""BYTE, TEXT, BLOB and CLOB columns in SQL, and the functions on large objects."""

from __future__ import annotations

import pytest

from informix_db.testing.api import BoundParameter, SQLError, SQLType
from informix_db.testing.engine import Engine

BYTE, TEXT = SQLType(11, 56), SQLType(12, 56)
LOCATOR = SQLType(44, 0, name="blob")


class Files:
    """A client's files."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        if path not in self.contents:
            raise SQLError(-9810, 2)
        return self.contents[path]

    def write(self, path: str, contents: bytes | bytearray) -> None:
        self.contents[path] = bytes(contents)


class Database:
    """One session in testdb, with files at its client's end."""

    def __init__(self, engine: Engine) -> None:
        self.objects = engine.large_objects
        self.files = Files()
        self.session = engine.open_session("informix", {})
        self.session.open_database("testdb")
        self.session.client_files = self.files

    def run(self, sql: str, *values: tuple[SQLType, object]) -> int:
        parameters = [BoundParameter(*value) for value in values]
        return self.session.prepare(sql).execute(parameters).rows

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return list(self.session.prepare(sql).open([]).fetch(100))

    def fails(self, sql: str, *values: tuple[SQLType, object]) -> int:
        with pytest.raises(SQLError) as caught:
            self.run(sql, *values)
        return caught.value.sqlcode


@pytest.fixture
def simple(engine: Engine) -> Database:
    database = Database(engine)
    database.run("create table t (id int, b byte in table, x text in blobspace1)")
    return database


@pytest.fixture
def smart(engine: Engine) -> Database:
    database = Database(engine)
    database.run("create table t (id int, b blob, c clob)")
    return database


def test_byte_and_text_are_described(simple) -> None:
    columns = simple.session.prepare("select b, x from t").columns
    assert [(c.type.code, c.type.length) for c in columns] == [(11, 56), (12, 56)]


def test_byte_and_text_by_parameter(simple) -> None:
    simple.run("insert into t values (1, ?, ?)", (BYTE, b"\0\xff"), (TEXT, b"text"))
    simple.run("insert into t values (2, ?, ?)", (BYTE, None), (TEXT, None))
    simple.run("insert into t (id) values (3)")
    assert simple.rows("select * from t") == [
        (1, b"\0\xff", b"text"),
        (2, None, None),
        (3, None, None),
    ]
    assert simple.rows("select id from t where b is null") == [(2,), (3,)]
    assert simple.rows("select length(b), length(x) from t where id < 3") == [
        (2, 4),
        (None, None),
    ]


def test_only_large_values_go_into_byte_and_text(simple) -> None:
    assert simple.fails("insert into t (x) values ('text')") == -617
    assert simple.fails("insert into t (b) values (?)", (SQLType(0, 0), "text")) == -617
    assert simple.fails("insert into t (x) values (?)", (SQLType(2, 4), 1)) == -617


def test_updating_byte_and_text(simple) -> None:
    simple.run("insert into t values (1, ?, ?)", (BYTE, b"old"), (TEXT, b"old"))
    assert simple.run("update t set b = ?, x = null", (BYTE, b"new")) == 1
    assert simple.rows("select b, x from t") == [(b"new", None)]


def test_a_rolled_back_value_is_gone(simple) -> None:
    simple.session.begin()
    simple.run("insert into t values (1, ?, null)", (BYTE, b"b"))
    simple.session.rollback()
    assert simple.rows("select * from t") == []


def test_locators_by_parameter(smart) -> None:
    locator = smart.objects.create(b"contents")
    smart.run("insert into t values (1, ?, ?)", (LOCATOR, locator), (LOCATOR, None))
    assert smart.rows("select b, c from t") == [(locator, None)]


@pytest.mark.parametrize(
    ("value", "sqlcode"),
    [
        ((LOCATOR, b"short"), -9810),
        ((BYTE, b"bytes"), -9634),
        ((SQLType(0, 0), "text"), -9634),
    ],
)
def test_what_is_no_locator(smart, value, sqlcode) -> None:
    assert smart.fails("insert into t (b) values (?)", value) == sqlcode


def test_blob_and_clob_are_not_each_other(smart) -> None:
    assert smart.fails("insert into t (c) select b from t") == -9634


def test_files_into_columns_and_back(smart) -> None:
    smart.files.contents = {"b.bin": b"\0\1", "c.txt": b"text"}
    smart.run(
        "insert into t values (1, filetoblob('b.bin', 'client'),"
        " filetoclob('c.txt', 'CLIENT', 't', 'c'))"
    )
    ((name,),) = smart.rows("select lotofile(b, 'out', 'client') from t")
    assert str(name).startswith("out.")
    assert smart.files.contents[str(name)] == b"\0\1"
    ((locator,),) = smart.rows("select c from t")
    assert smart.objects.contents(locator) == b"text"


def test_a_file_per_row(smart) -> None:
    smart.files.contents = {"f": b"x"}
    for number in (1, 2):
        smart.run(
            "insert into t values (?, filetoblob('f', 'client'), null)",
            (SQLType(2, 4), number),
        )
    smart.run("insert into t values (3, null, null)")
    names = [row[0] for row in smart.rows("select lotofile(b, 'o', 'client') from t")]
    assert names[2] is None
    assert names[0] != names[1]


def test_a_missing_file_inserts_nothing(smart) -> None:
    sql = "insert into t values (1, filetoblob('none', 'client'), null)"
    assert smart.fails(sql) == -9810
    assert smart.rows("select * from t") == []


def test_copies_are_independent(smart) -> None:
    locator = smart.objects.create(b"old")
    smart.run("insert into t values (1, ?, null)", (LOCATOR, locator))
    smart.run("insert into t select 2, locopy(b), null from t")
    smart.objects.contents(locator)[:] = b"new"
    found = [smart.objects.contents(row[0]) for row in smart.rows("select b from t")]
    assert found == [b"new", b"old"]


@pytest.mark.parametrize(
    ("call", "sqlcode"),
    [
        ("filetoblob('f')", -664),
        ("filetoblob('/etc/passwd', 'server')", -999),
        ("filetoblob('f', id)", -999),
        ("lotofile(id, 'f', 'client')", -674),
        ("lotofile(b, 'f', 'server')", -999),
        ("locopy(id)", -674),
        ("locopy(b, 't')", -664),
    ],
)
def test_calls_that_are_refused(smart, call, sqlcode) -> None:
    assert smart.fails(f"select {call} from t") == sqlcode


def test_without_a_client_there_are_no_files(smart) -> None:
    smart.session.client_files = None
    assert smart.fails("insert into t (b) values (filetoblob('f', 'client'))") == -9810
