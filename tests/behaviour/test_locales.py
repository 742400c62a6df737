"""Code sets learnt from the database, and bytes that are no text in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from unit.wire.scripted import DONE, ScriptedServer, database_opened, described

import informix_db
from informix_db.testing import text as emulator_text

from .conftest import BOTH, Connect

MODES = BOTH

LOGGED, OTHER_LOCALE = 0x15, 0x55  # DBOPEN's flags
DATABASE, CLOSE_DATABASE = 1, 31  # types of statements

# One column VARCHAR(128) named site, as IBM's client accepts it (transcript u10_pam).
ONE_TEXT = bytes.fromhex(
    "0008 0002 0000 00000001 0081 0001 00000005 00000000 00000000 000d 00000000"
    "0000 0000 0000 0000 00000000 00000080 7369746500 00"
)


def fetched(text: bytes) -> bytes:
    """The answer to a fetch that finds one VARCHAR."""
    cell = bytes([len(text)]) + text
    size = len(cell).to_bytes(4, "big")
    return b"\0\x0e\0\0" + size + cell + b"\0" * (len(cell) % 2) + DONE


Playing = Callable[..., tuple[informix_db.Connection, ScriptedServer]]


@pytest.fixture
def playing(connect: Connect) -> Iterator[Playing]:
    """Connect to a server that gives `replies`."""
    opened: list[tuple[informix_db.Connection | None, ScriptedServer]] = []

    def start(
        *replies: bytes, warn: int = LOGGED, **arguments: object
    ) -> tuple[informix_db.Connection, ScriptedServer]:
        server = ScriptedServer(list(replies), warn=warn)
        server.__enter__()
        conn = None
        try:
            conn = connect(host="127.0.0.1", port=server.port, **arguments)
        finally:
            opened.append((conn, server))
        return conn, server

    yield start
    for conn, server in opened:
        if conn is not None:
            conn.close()
        server.__exit__(None, None, None)


# -- what the database says ----------------------------------------------------------


def test_auto_asks_the_database(connect: Connect) -> None:
    conn = connect(db_locale="auto")
    assert conn.encoding == "iso8859-1"
    assert conn.stats.round_trips == connect().stats.round_trips + 2
    assert not conn.in_transaction
    assert not connect(db_locale="auto", database="ansidb").in_transaction


def test_what_was_learnt_is_in_use(playing: Playing) -> None:
    conn, server = playing(
        *(ONE_TEXT + DONE, fetched(b"en_US.57372")),
        *(ONE_TEXT + DONE, fetched("h\xe9 \u20ac".encode())),
        db_locale="auto",
    )
    assert conn.encoding == "utf-8"
    cur = conn.cursor().execute("SELECT '\u20ac', ? FROM t", ("\u4e2d",))
    assert cur.fetchone() == ("h\xe9 \u20ac",)
    conn.close()
    asked = [request[0][2] for request in server.requests if request[0][0] == "PREPARE"]
    assert b"GL_COLLATE" in bytes(asked[0])  # type: ignore[arg-type]
    assert "'\u20ac'".encode() in bytes(asked[1])  # type: ignore[arg-type]
    assert "\u4e2d".encode() in b"".join(server.raw)
    assert b"auto" not in server.login


def test_a_server_that_warns_is_asked(playing: Playing) -> None:
    conn, _ = playing(ONE_TEXT + DONE, fetched(b"ru_RU.8859-5"), warn=OTHER_LOCALE)
    assert conn.encoding == "iso8859-5"


def test_another_database_may_speak_another_code_set(playing: Playing) -> None:
    conn, _ = playing(
        *(described(DATABASE), database_opened(OTHER_LOCALE)),
        *(ONE_TEXT + DONE, fetched(b"ru_RU.8859-5")),
        *(described(DATABASE), database_opened(LOGGED)),
        *(described(DATABASE), database_opened(OTHER_LOCALE)),
        *(ONE_TEXT + DONE, fetched(b"en_US.utf8")),
        *(described(CLOSE_DATABASE), DONE),
    )
    cur = conn.cursor()
    for sql, encoding in (
        ("DATABASE one", "iso8859-5"),
        ("DATABASE two", "iso8859-1"),
        ("DATABASE three", "utf-8"),
        ("CLOSE DATABASE", "iso8859-1"),
    ):
        cur.execute(sql)
        assert conn.encoding == encoding


def test_auto_without_a_database_asks_the_first_one(playing: Playing) -> None:
    conn, _ = playing(
        *(described(DATABASE), database_opened(0)),
        *(ONE_TEXT + DONE, fetched(b"en_US.utf8")),
        *(described(CLOSE_DATABASE), DONE),
        db_locale="auto",
        database=None,
    )
    assert conn.encoding == "iso8859-1"
    conn.cursor().execute("DATABASE one")
    assert conn.encoding == "utf-8"
    conn.cursor().execute("CLOSE DATABASE")
    assert conn.encoding == "iso8859-1"


@pytest.mark.parametrize("argument", ["db_locale", "env"])
def test_who_knows_better_does_not_ask(playing: Playing, argument: str) -> None:
    locale = "en_US.utf8"
    value = locale if argument == "db_locale" else {"DB_LOCALE": locale}
    conn, _ = playing(warn=OTHER_LOCALE, **{argument: value})
    assert conn.encoding == "utf-8"


def test_a_database_that_does_not_say(playing: Playing) -> None:
    conn, _ = playing(ONE_TEXT + DONE, DONE, db_locale="auto")
    assert conn.encoding == "iso8859-1"


def test_a_code_set_without_a_codec(playing: Playing) -> None:
    with pytest.raises(informix_db.InterfaceError, match=r"no codec for .*'euctw'"):
        playing(ONE_TEXT + DONE, fetched(b"zh_TW.euctw"), db_locale="auto")


# -- bytes that are no text ----------------------------------------------------------


@pytest.fixture
def latin(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, table: str
) -> Callable[..., informix_db.Connection]:
    """Connect as UTF-8 to a server that passes on what Latin-1 sessions stored."""
    conn = connect(autocommit=True)
    cur = conn.cursor()
    cur.execute(f"CREATE TABLE {table} (a CHAR(9), b VARCHAR(9), c LVARCHAR(9))")
    cur.execute(f"INSERT INTO {table} VALUES (?, ?, ?)", ("\xe9t\xe9",) * 3)
    monkeypatch.setitem(emulator_text._CODE_SETS, "utf8", "latin-1")
    return lambda **arguments: connect(client_locale="en_US.utf8", **arguments)


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        ("replace", "\ufffdt\ufffd"),
        ("ignore", "t"),
        ("backslashreplace", "\\xe9t\\xe9"),
        ("surrogateescape", "\udce9t\udce9"),
    ],
)
def test_policies(
    latin: Callable[..., informix_db.Connection], table: str, policy: str, text: str
) -> None:
    conn = latin(encoding_errors=policy)
    assert conn.encoding == "utf-8"
    cur = conn.cursor().execute(f"SELECT a, b, c FROM {table}")
    assert cur.fetchall() == [(text, text, text)]
    cur.execute(f"SELECT b FROM {table} WHERE b = ?", ("\u20ac",))
    assert cur.fetchall() == []


def test_surrogateescape_gives_the_bytes_back(
    latin: Callable[..., informix_db.Connection], table: str
) -> None:
    cur = latin(encoding_errors="surrogateescape").cursor()
    row = cur.execute(f"SELECT a, b, c FROM {table}").fetchone()
    cur.execute(f"SELECT COUNT(*) FROM {table} WHERE a = ? AND b = ? AND c = ?", row)
    assert cur.fetchone() == (1,)
    cur.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", [row, row])
    cur.execute(f"SELECT COUNT(*) FROM {table} WHERE b = '{row[1]}'")
    assert cur.fetchone() == (3,)


def test_a_collection_keeps_what_it_was_read_from(
    connect: Connect, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if what stands for its bytes does not exist in the code set."""
    cur = connect(autocommit=True).cursor()
    cur.execute(f"CREATE TABLE {table} (v LIST(VARCHAR(9) NOT NULL))")
    cur.execute(f"INSERT INTO {table} VALUES (LIST{{'t\xe9'}})")
    monkeypatch.setitem(emulator_text._CODE_SETS, "ascii", "latin-1")
    cur = connect(client_locale="en_US.ascii", encoding_errors="replace").cursor()
    ((value,),) = cur.execute(f"SELECT v FROM {table}").fetchall()
    assert list(value) == ["t\ufffd"]
    assert b"\\ufffd" in value.raw


@pytest.mark.parametrize("policy", ["strict", "replace", "ignore", "backslashreplace"])
def test_what_is_sent_is_never_changed(connect: Connect, policy: str) -> None:
    cur = connect(encoding_errors=policy).cursor()
    with pytest.raises(informix_db.DataError, match="code set iso8859-1"):
        cur.execute("SELECT ?::CHAR(9) FROM systables", ("\u20ac",))
    with pytest.raises(informix_db.DataError, match="SQL text: character"):
        cur.execute("SELECT '\u20ac' FROM systables")


@pytest.mark.parametrize("locale", ["ja_JP.sjis", "ja_JP.sjis-s", "ja_JP.ujis"])
@pytest.mark.parametrize("policy", ["strict", "surrogateescape"])
def test_similar_characters_are_not_sent_instead(
    connect: Connect, locale: str, policy: str
) -> None:
    """Python's codec makes a backslash of a yen, or a full-width cent of a cent."""
    text = "\xa2" if locale.endswith("-s") else "\xa5"
    cur = connect(client_locale=locale, encoding_errors=policy).cursor()
    with pytest.raises(informix_db.DataError, match="does not exist in the"):
        cur.execute("SELECT ?::CHAR(9) FROM systables", (text,))


# -- any text ------------------------------------------------------------------------

SETS = {
    "en_US.utf8": st.text(max_size=80),
    "en_US.8859-1": st.text(st.characters(max_codepoint=255), max_size=80),
    "zh_CN.GB18030-2000": st.text(max_size=60),
    "ja_JP.sjis-s": st.text(
        st.characters(
            codec="cp932", exclude_characters="\xa2\xa3\xac\u2016\u2212\u301c"
        ),
        max_size=60,
    ),
    "en_US.1252": st.text(st.characters(codec="cp1252"), max_size=80),
}


@pytest.mark.parametrize("locale", SETS)
def test_any_text(connect: Connect, table: str, locale: str) -> None:
    """It comes back as it was, or is refused before it is sent."""
    conn = connect(client_locale=locale)
    cur = conn.cursor()
    cur.execute(f"CREATE TABLE {table} (v LVARCHAR(400))")

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(SETS[locale])
    @example("e\u0301\u0302 \U0001f468\u200d\U0001f469")
    @example("\ufeff\u202e\u00ad\u2028")
    @example("a\ud800")
    def check(text: str) -> None:
        try:
            cur.execute(f"INSERT INTO {table} VALUES (?)", (text,))
        except informix_db.DataError:
            with pytest.raises(UnicodeEncodeError):
                text.encode(conn.encoding)
            return
        assert cur.execute(f"SELECT v FROM {table}").fetchall() == [(text,)]
        cur.execute(f"SELECT COUNT(*) FROM {table} WHERE v = ?", (text,))
        assert cur.fetchone() == (1,)
        cur.execute(f"DELETE FROM {table}")

    check()
