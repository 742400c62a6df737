"""LOAD and UNLOAD: every type there and back, and what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

import informix_db

from .conftest import Run

COLUMNS = {
    "a": "SERIAL",
    "b": "SMALLINT",
    "c": "DECIMAL(10,3)",
    "d": "MONEY(8,2)",
    "e": "FLOAT",
    "f": "BOOLEAN",
    "g": "CHAR(10)",
    "h": "VARCHAR(60)",
    "i": "LVARCHAR(200)",
    "j": "DATE",
    "k": "DATETIME YEAR TO FRACTION(3)",
    "l": "DATETIME HOUR TO MINUTE",
    "m": "INTERVAL DAY(3) TO SECOND",
    "n": "INTERVAL YEAR TO MONTH",
    "o": "BYTE",
    "p": "TEXT",
    "q": "SET(INT NOT NULL)",
    "r": "ROW(x INT, y VARCHAR(9))",
    "s": "BIGINT",
    "t": "BLOB",
    "u": "CLOB",
}
RECORD = (
    r"7|-3|1234.500|12.50|0.1|t|a \|b|c\\d\|é|\ |12/31/2024|2024-01-02 03:04:05.678"
    r"|23:59|12 03:04:05|-3-04|00ff|one\|two|SET{1,2}|ROW(1,'x')|9000000000"
    "|0,4,big.unl.blobs|4,3,big.unl.blobs|\n"
)
NULLS = "8" + "|" * len(COLUMNS) + "\n"


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def numbers(table: str, other: informix_db.Connection) -> str:
    other.cursor().execute(f"CREATE TABLE {table} (n INT NOT NULL, t VARCHAR(20))")
    return table


def rows_of(connection: informix_db.Connection, table: str) -> list[object]:
    return connection.cursor().execute(f"SELECT * FROM {table}").fetchall()


def test_every_type_there_and_back(
    run: Run, directory: Path, table: str, other: informix_db.Connection
) -> None:
    declared = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    other.cursor().execute(f"CREATE TABLE {table} ({declared})")
    (directory / "in.unl").write_text(RECORD + NULLS, encoding="latin-1")
    (directory / "big.unl.blobs").write_bytes(b"\x00\x01\xff\nabc")

    loaded = run("-c", f"LOAD FROM 'in.unl' INSERT INTO {table};")
    assert loaded.err == "2 rows loaded\n"
    _, nulls = rows_of(other, table)
    assert nulls == (8, *[None] * (len(COLUMNS) - 1))

    unloaded = run("-c", f"UNLOAD TO 'big.unl' SELECT * FROM {table}")
    assert unloaded.err == "2 rows unloaded\n"
    assert (directory / "big.unl").read_text(encoding="latin-1") == RECORD + NULLS
    assert (directory / "big.unl.blobs").read_bytes() == b"\x00\x01\xff\nabc"


def test_delimiters_dates_and_columns(
    run: Run,
    directory: Path,
    table: str,
    other: informix_db.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other.cursor().execute(f"CREATE TABLE {table} (n INT, d DATE, t VARCHAR(9))")
    monkeypatch.setenv("DBDATE", "DMY4.")
    (directory / "in.unl").write_text("a\\;b;31.12.2024;\n", encoding="ascii")
    result = run("-c", f"LOAD FROM in.unl DELIMITER ';' INSERT INTO {table} (t, d)")
    assert result.status == 0, result.err
    monkeypatch.setenv("DBDELIMITER", "+")
    run("-c", f"UNLOAD TO 'out.unl' SELECT d, t, n FROM {table}")
    assert (directory / "out.unl").read_text() == "31.12.2024+a;b++\n"


def test_rows_of_a_routine_can_be_unloaded(
    run: Run, directory: Path, other: informix_db.Connection
) -> None:
    assert run("-c", "UNLOAD TO 'x' DROP TABLE nothing_there").status == 1
    result = run("-c", "UNLOAD TO 'x' DELIMITER '0' SELECT 1 FROM systables")
    assert "no delimiter" in result.err
    assert not (directory / "x").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1|a|\nx\\\ny|b|\n", "in.unl, line 2: [-1213]"),
        ("1|a|\n\n|b|\n", "in.unl, line 2 has 0 values for 2 columns"),
        ("1|a|\n2|b|c|\n", "line 2 has 3 values for 2 columns"),
        ("1|a|\n|b|\n", "in.unl, line 2: [-391]"),
        (
            "1|a|\n2|" + "b" * 21 + "|\n",
            "in.unl, line 2: parameter 2: text of 21 bytes",
        ),
        ("1|a|\n2|b\\", "in.unl, line 2: the file ends after a backslash"),
    ],
)
def test_the_line_of_an_error_is_told_and_nothing_is_loaded(
    run: Run,
    directory: Path,
    numbers: str,
    other: informix_db.Connection,
    text: str,
    message: str,
) -> None:
    (directory / "in.unl").write_text(text, encoding="ascii")
    result = run("-c", f"LOAD FROM 'in.unl' INSERT INTO {numbers}")
    assert message in result.err
    assert result.status == 1
    assert rows_of(other, numbers) == []


def test_a_date_that_is_none(
    run: Run, directory: Path, table: str, other: informix_db.Connection
) -> None:
    other.cursor().execute(f"CREATE TABLE {table} (d DATE)")
    (directory / "in.unl").write_text("2024-12-31|\n", encoding="ascii")
    result = run("-c", f"LOAD FROM 'in.unl' INSERT INTO {table}")
    assert "in.unl, line 1: '2024-12-31' is no date" in result.err


def test_bytes_that_are_no_text(run: Run, directory: Path, numbers: str) -> None:
    (directory / "in.unl").write_bytes(b"1|\xff|\n")
    locale = ("--client-locale", "en_US.utf8", "--db-locale", "en_US.utf8")
    result = run(*locale, "-c", f"LOAD FROM 'in.unl' INSERT INTO {numbers}")
    assert "in.unl, 'utf-8' codec can't decode" in result.err
    assert result.status == 1


def test_a_file_that_is_not_there(run: Run, directory: Path, numbers: str) -> None:
    result = run("-c", f"LOAD FROM 'none.unl' INSERT INTO {numbers}")
    assert "No such file" in result.err
    assert result.status == 1


def test_many_rows(
    run: Run, directory: Path, numbers: str, other: informix_db.Connection
) -> None:
    text = "".join(f"{n}|row {n}|\n" for n in range(2000))
    (directory / "in.unl").write_text(text, encoding="ascii")
    assert run("-c", f"LOAD FROM 'in.unl' INSERT INTO {numbers}").status == 0
    run("-c", f"UNLOAD TO 'out.unl' SELECT * FROM {numbers} ORDER BY n")
    assert (directory / "out.unl").read_text() == text
