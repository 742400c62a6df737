"""Text: code sets, sizes in bytes, names, what cannot be sent or read, NUL and NULL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from roundtrip import Column, assert_same, check_round_trip

import informix_db
from informix_db.testing import text as emulator_text

from .conftest import Connect

SAMPLES = {
    "en_US.8859-1": ("iso8859-1", "F\xfc\xdfe \xa9 \xff"),
    "en_US.819": ("iso8859-1", "\xa1\xbf na\xefve"),
    "en_US.8859-15": ("iso8859-15", "\u20ac \u0160\u017e \u0153"),
    "en_US.1252": ("cp1252", "\u20ac \u201cquoted\u201d \u2026 \u2122"),
    "en_US.CP1252": ("cp1252", "\u2014 \u0178"),
    "ru_RU.8859-5": ("iso8859-5", "\u0434\u043e\u043c"),
    "pl_PL.1250": ("cp1250", "\u0142\xf3d\u017a"),
    "en_US.utf8": ("utf-8", "\u20ac \u4e2d\u6587 \U0001f600 e\u0301 \ufeff"),
    "en_US.57372": ("utf-8", "\u03a9\u03c6 \U0010ffff"),
    "zh_CN.GB18030-2000": ("gb18030", "\u4e2d\u6587 \u20ac \xe9 \U00020000"),
    "zh_CN.5488": ("gb18030", "\u56fd \u00a5"),
    "zh_CN.gb": ("gbk", "\u56fd \u4e2d"),
    "zh_TW.big5": ("big5", "\u570b \u4e2d"),
    "ja_JP.sjis-s": ("cp932", "\u65e5\u672c \u8868 \uff71"),
    "ja_JP.57350": ("shift_jis", "\u65e5\u672c \u8868 \uff71"),
    "ja_JP.ujis": ("euc_jp", "\u65e5\u672c \u8868"),
    "ko_KR.57356": ("cp949", "\ud55c\uad6d \ub6a0"),
}
TEXT_TYPES = ["CHAR", "NCHAR", "VARCHAR", "NVARCHAR", "LVARCHAR"]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# -- code sets ------------------------------------------------------------------------


@pytest.mark.parametrize("argument", ["client_locale", "db_locale"])
@pytest.mark.parametrize("locale", SAMPLES)
def test_round_trip(connect: Connect, table: str, locale: str, argument: str) -> None:
    codec, sample = SAMPLES[locale]
    conn = connect(**{argument: locale})
    assert conn.encoding == codec
    cur = conn.cursor()
    texts = [sample, sample * 3, "'" + sample + "' ?", "ascii", "", None]
    literals = ["NULL" if text is None else quoted(text) for text in texts]
    for sql_type in TEXT_TYPES:
        name = f"{table}_{sql_type}"
        column = Column(cur, name, f"{sql_type}(200)")
        check_round_trip(column, texts, literals)
        cur.execute(f"SELECT COUNT(*) FROM {name} WHERE v = ?", (sample,))
        assert cur.fetchone() == (1,)
        cur.execute(f"SELECT COUNT(*) FROM {name} WHERE v = {quoted(sample)}")
        assert cur.fetchone() == (1,)
    conn.rollback()


@pytest.mark.parametrize("locale", SAMPLES)
def test_sizes_count_bytes(connect: Connect, table: str, locale: str) -> None:
    """Text that fills its column comes back whole; one byte less is too small."""
    codec, sample = SAMPLES[locale]
    text = sample + "."
    size = len(text.encode(codec))
    cur = connect(client_locale=locale, db_locale=locale).cursor()
    for sql_type in TEXT_TYPES:
        column = Column(cur, f"{table}_{sql_type}", f"{sql_type}({size})")
        check_round_trip(column, [text], [quoted(text)])
        column = Column(cur, f"{table}_{sql_type}_1", f"{sql_type}({size - 1})")
        for insert in column.inserts:
            with pytest.raises(informix_db.DataError):
                insert([text])
    cur.connection.rollback()


@pytest.mark.parametrize("size", [84, 85, 86, 255, 256, 6000])
def test_long_text_of_many_bytes_each(connect: Connect, table: str, size: int) -> None:
    """Characters of three bytes, on both sides of every length that is a byte."""
    cur = connect(client_locale="en_US.utf8", db_locale="en_US.utf8").cursor()
    text = "\u4e2d" * size
    column = Column(cur, table, "LVARCHAR(20000)")
    check_round_trip(column, [text, text + "."], [quoted(text), quoted(text + ".")])
    cur.connection.rollback()


@pytest.mark.parametrize(
    ("arguments", "encoding"),
    [
        ({"client_locale": "en_US.utf8"}, "utf-8"),
        ({"client_locale": "en_US.utf8", "db_locale": "en_US.8859-15"}, "iso8859-15"),
        ({"db_locale": "en_US.utf8"}, "utf-8"),
        ({"env": {"DB_LOCALE": "en_US.utf8"}}, "utf-8"),
        ({"env": {"CLIENT_LOCALE": "en_US.8859-15"}}, "iso8859-15"),
    ],
)
def test_the_code_set_the_server_is_told_is_the_one_in_use(
    connect: Connect, arguments: dict[str, object], encoding: str
) -> None:
    conn = connect(**arguments)
    assert conn.encoding == encoding
    cur = conn.cursor()
    cur.execute("SELECT ?::VARCHAR(10) FROM systables WHERE tabid = 1", ("\u20ac",))
    assert cur.fetchone() == ("\u20ac",)


# -- names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "name", "other"),
    [
        ("en_US.8859-1", "gr\xf6\xdfe", "\xe9t\xe9"),
        ("en_US.utf8", "\u8868\u540d", "\u5217"),
        ("zh_CN.GB18030-2000", "\u8868\u56fd", "\u5217"),
    ],
)
def test_names(
    connect: Connect, table: str, locale: str, name: str, other: str
) -> None:
    conn = connect(client_locale=locale, db_locale=locale, env={"DELIMIDENT": "y"})
    cur = conn.cursor(row_factory=informix_db.Row)
    cur.execute(f'CREATE TABLE {table} ("{name}" INT, "{other}" VARCHAR(20))')
    cur.execute(f'INSERT INTO {table} ("{name}", "{other}") VALUES (?, ?)', (1, name))
    cur.execute(f'SELECT * FROM {table} WHERE "{other}" = :{name}', {name: name})
    assert [entry[0] for entry in cur.description or ()] == [name, other]
    row = cur.fetchone()
    assert row == (1, name)
    assert (row[name], getattr(row, other)) == (1, name)
    cur.execute(f'SELECT "{name}" AS "x{other}" FROM {table}')
    assert [entry[0] for entry in cur.description or ()] == [f"x{other}"]
    with pytest.raises(informix_db.ProgrammingError) as caught:
        cur.execute(f'SELECT "no{name}" FROM {table}')
    assert caught.value.near == f"no{name}"
    assert f"no{name}" in str(caught.value)
    conn.rollback()


# -- what cannot be sent --------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "character"),
    [
        ("en_US.8859-1", "\u20ac"),
        ("en_US.8859-15", "\xa4"),
        ("en_US.1252", "\x81"),
        ("en_US.utf8", "\ud800"),
        ("zh_CN.GB18030-2000", "\udc00"),
    ],
)
def test_text_outside_the_code_set(
    connect: Connect, table: str, locale: str, character: str
) -> None:
    conn = connect(client_locale=locale)
    cur = conn.cursor()
    cur.execute(f"CREATE TABLE {table} (n INT, v VARCHAR(20))")
    insert = f"INSERT INTO {table} VALUES (?, ?)"
    told = (
        rf"character '{ascii(character)[1:-1]}' at position 2 does not exist".replace(
            "\\", "\\\\"
        )
    )
    with pytest.raises(informix_db.DataError, match=f"parameter 2: {told}"):
        cur.execute(insert, (1, "ab" + character))
    with pytest.raises(informix_db.DataError, match=told) as caught:
        cur.executemany(insert, [(1, "a"), (2, "b"), (3, "ab" + character), (4, "d")])
    assert caught.value.row_index == 2
    with pytest.raises(informix_db.DataError, match="SQL text: character"):
        cur.execute(f"SELECT '{character}' FROM {table}")
    with pytest.raises(informix_db.DataError, match="SQL text: character"):
        cur.execute(f"SELECT * FROM {table} -- {character}")
    cur.execute(f"SELECT * FROM {table} ORDER BY n")
    assert cur.fetchall() == [(1, "a"), (2, "b")]
    conn.rollback()


def test_a_savepoint_outside_the_code_set(conn: informix_db.Connection) -> None:
    with (
        pytest.raises(informix_db.DataError, match="savepoint: character"),
        conn.savepoint("punkt_\u0142"),
    ):
        pass
    assert conn.cursor().execute("SELECT 1 FROM systables WHERE tabid = 1").fetchone()


@pytest.mark.parametrize("argument", ["user", "password", "database"])
def test_a_login_outside_the_code_set(connect: Connect, argument: str) -> None:
    with pytest.raises(informix_db.DataError) as caught:
        connect(**{argument: "z\u20ac"})
    assert argument in str(caught.value)
    # No part of a password is shown.
    assert ("\\u20ac" in str(caught.value)) == (argument != "password")


@pytest.mark.parametrize(
    "locale", ["en_US", "en_US.", "en_US.nosuch", "en_US.utf-16", "en_US.base64"]
)
def test_locales_without_a_codec(connect: Connect, locale: str) -> None:
    for argument in ("client_locale", "db_locale"):
        with pytest.raises(informix_db.InterfaceError, match=f"locale '{locale}'"):
            connect(**{argument: locale})


# -- what cannot be read --------------------------------------------------------------


@pytest.fixture
def mixed(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, table: str
) -> Iterator[informix_db.Connection]:
    """A connection that reads as UTF-8 what sessions in another code set stored.

    The emulator is made to pass the bytes of such sessions on, as a server does that
    was told the same locale for data and client. Row 5 of the table is not UTF-8.
    """
    conn = connect()
    cur = conn.cursor()
    cur.execute(f"CREATE TABLE {table} (n INT, a CHAR(9), b VARCHAR(9), c LVARCHAR(9))")
    for n in range(10):
        text = "\xe9t\xe9" if n == 5 else "fine"
        cur.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", (n, text, text, text))
    conn.commit()
    monkeypatch.setitem(emulator_text._CODE_SETS, "utf8", "latin-1")
    return connect(client_locale="en_US.utf8")


@pytest.mark.parametrize("column", ["a", "b", "c"])
def test_undecodable_text(
    mixed: informix_db.Connection, table: str, column: str
) -> None:
    """The error names the column; rows before it are there and the session goes on."""
    cur = mixed.cursor()
    cur.execute(f"SELECT n, {column} FROM {table} ORDER BY n")
    read = []
    with pytest.raises(informix_db.DataError) as caught:
        read.extend(iter(cur.fetchone, None))
    assert str(caught.value) == (
        f"column 2 ({column}): byte 0xe9 at position 0 is not text in utf-8; connect "
        "with the db_locale the data is stored in"
    )
    assert read == [(n, "fine") for n in range(5)]
    assert not caught.value.session_dead
    with pytest.raises(informix_db.ProgrammingError):
        cur.fetchone()
    cur.execute(f"SELECT n, {column} FROM {table} WHERE n <> 5 ORDER BY n")
    assert len(cur.fetchall()) == 9
    assert_same(bounced(mixed, "\u20ac"), ["\u20ac"])


def test_undecodable_text_leaves_other_cursors_alone(
    mixed: informix_db.Connection, table: str
) -> None:
    broken, sound = mixed.cursor(), mixed.cursor()
    sound.execute(f"SELECT n FROM {table} ORDER BY n")
    broken.execute(f"SELECT b FROM {table} WHERE n >= 4 ORDER BY n")
    assert sound.fetchone() == (0,)
    assert broken.fetchone() == ("fine",)
    with pytest.raises(informix_db.DataError):
        broken.fetchall()
    assert sound.fetchall() == [(n,) for n in range(1, 10)]
    mixed.commit()


def test_the_right_locale_reads_it(connect: Connect, mixed: object, table: str) -> None:
    cur = connect(client_locale="en_US.utf8", db_locale="en_US.8859-1").cursor()
    cur.execute(f"SELECT a, b, c FROM {table} WHERE n = 5")
    assert cur.fetchall() == [("\xe9t\xe9",) * 3]


def test_undecodable_names_are_shown(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, table: str
) -> None:
    quoting = {"DELIMIDENT": "y"}
    cur = connect(autocommit=True, env=quoting).cursor()
    cur.execute(f'CREATE TABLE {table} ("na\xefve" INT)')
    monkeypatch.setitem(emulator_text._CODE_SETS, "utf8", "latin-1")
    cur = connect(client_locale="en_US.utf8", env=quoting).cursor()
    cur.execute(f"INSERT INTO {table} VALUES (1)")
    cur.execute(f"SELECT * FROM {table}")
    assert [entry[0] for entry in cur.description or ()] == ["na\\xefve"]
    assert cur.fetchall() == [(1,)]


def bounced(conn: informix_db.Connection, text: str) -> list[object]:
    """Send a text to the server and get it back."""
    cur = conn.cursor()
    cur.execute("SELECT ?::VARCHAR(99) FROM systables WHERE tabid = 1", (text,))
    return list(cur.fetchone())


# -- NUL, NULL, nothing, blanks -------------------------------------------------------


@pytest.mark.parametrize("sql_type", TEXT_TYPES)
def test_nothing_is_not_null(
    cur: informix_db.Cursor, table: str, sql_type: str
) -> None:
    column = Column(cur, table, f"{sql_type}(9)")
    for insert in column.inserts:
        insert(["", None])
        assert_same(column.read(), ["", None])
        cur.execute(f"SELECT n FROM {table} WHERE v IS NULL")
        assert cur.fetchall() == [(1,)]
        cur.execute(f"SELECT n FROM {table} WHERE v = ?", ("",))
        assert cur.fetchall() == [(0,)]
    column.write(["''", "NULL"])
    assert_same(column.read(), ["", None])


@pytest.mark.parametrize("sql_type", ["VARCHAR", "NVARCHAR", "LVARCHAR"])
def test_blanks_at_the_end_are_kept(
    cur: informix_db.Cursor, table: str, sql_type: str
) -> None:
    texts = [" ", "a ", "a   ", " a ", "         "]
    column = Column(cur, table, f"{sql_type}(9)")
    check_round_trip(column, texts, [quoted(text) for text in texts])
    cur.execute(f"SELECT COUNT(*) FROM {table} WHERE v = ?", ("a",))
    assert cur.fetchone() == (2,)  # comparisons ignore them


@pytest.mark.parametrize("sql_type", ["CHAR", "NCHAR"])
def test_only_blanks_are_stripped_from_char(
    cur: informix_db.Cursor, table: str, sql_type: str
) -> None:
    """Tabs, line ends and blanks of other alphabets are no padding."""
    conn_text = ["a\t", "a\n", "a\r\n", "a\xa0", "a\x0b", "a\x1f", "\t", "\x85"]
    column = Column(cur, table, f"{sql_type}(9)")
    column.bind([text + "  " for text in conn_text])
    assert_same(column.read(), conn_text)


@pytest.mark.parametrize("sql_type", TEXT_TYPES)
def test_nul_inside_text(cur: informix_db.Cursor, table: str, sql_type: str) -> None:
    texts = ["a\0b", "a\0", "a\0\0b", "ab\0\0\0"]
    column = Column(cur, table, f"{sql_type}(9)")
    for insert in column.inserts:
        insert(texts)
        assert_same(column.read(), texts)


NUL_TEXTS = [("CHAR", "\0"), ("CHAR", "\0a"), ("NCHAR", "\0\xe9")]
NUL_TEXTS += [("VARCHAR", "\0"), ("NVARCHAR", "\0")]


@pytest.mark.parametrize(("sql_type", "text"), NUL_TEXTS)
def test_text_that_would_be_null_is_refused(
    cur: informix_db.Cursor, table: str, sql_type: str, text: str
) -> None:
    """A CHAR that begins with NUL, and a VARCHAR of one NUL, are NULL [J]."""
    column = Column(cur, table, f"{sql_type}(9)")
    for insert in column.inserts:
        with pytest.raises(
            informix_db.DataError, match=r"parameter 4.* NUL.*\(column v\)"
        ):
            insert([text])
        assert column.read() == []


@pytest.mark.parametrize(("sql_type", "text"), NUL_TEXTS)
def test_nul_is_how_null_travels(
    cur: informix_db.Cursor, table: str, sql_type: str, text: str
) -> None:
    """An UPDATE is not described, so that the driver cannot tell there."""
    column = Column(cur, table, f"{sql_type}(9)")
    column.bind(["a"])
    cur.execute(f"UPDATE {table} SET v = ?", (text,))
    assert column.read() == [None]


@pytest.mark.parametrize(
    ("sql_type", "text"), [("VARCHAR", "\0a"), ("LVARCHAR", "\0"), ("LVARCHAR", "\0a")]
)
def test_text_that_begins_with_nul(
    cur: informix_db.Cursor, table: str, sql_type: str, text: str
) -> None:
    column = Column(cur, table, f"{sql_type}(9)")
    for insert in column.inserts:
        insert([text])
        assert_same(column.read(), [text])
