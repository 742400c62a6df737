"""No secret reaches a recording: put anywhere a value can be, it is not in the file."""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import struct
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import informix_db
from informix_db import CollectionValue, RowValue
from informix_db._protocol.record import Recorder
from informix_db.testing import Server
from informix_db.testing.pam import Question

from .recordings import few

# Long enough that it is nowhere by chance.
texts = st.text("aZ09'\"\\{}-*/?:$% \u00e9\u00df\u20ac\n", min_size=4, max_size=12).map(
    lambda text: f"Zx{text}qJ"
)
passwords = st.text("aZ09'\"\\{}*/?:$%", min_size=4, max_size=12).map("Zx{}qJ".format)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def words_of(secret: str) -> set[str]:
    """Return what a text looks like where values are told."""
    written = {secret, secret.replace("'", "''"), repr(secret)[1:-1]}
    written |= {json.dumps(text)[1:-1] for text in written}
    return written | {each.hex() for each in bytes_of(secret)}


def bytes_of(secret: str) -> set[bytes]:
    """Return what a text is in bytes."""
    return {
        text.encode(encoding, "replace")
        for text in (secret, secret.replace("'", "''"))
        for encoding in ("utf-8", "latin-1", "iso8859-15", "utf-16-be")
    }


def assert_untold(recording: Path, words: set[str], raw: Iterable[bytes] = ()) -> None:
    """Assert that words are nowhere, and bytes not among those sent and received."""
    digits = {each.hex() for each in raw}
    for line in recording.read_text("ascii").splitlines():
        is_bytes = line.partition(" ")[2][:2] in ("C>", "S<")
        for each in digits if is_bytes else words:
            assert each not in line, line[:2000]


def record(
    server: Server, recording: Path, use: Callable[[Any], None], **arguments: Any
) -> None:
    """Record a session that uses a connection; what fails is part of it."""
    recording.unlink(missing_ok=True)
    given: dict[str, Any] = {
        "user": "informix",
        "password": "in4mix",
        "database": "testdb",
        "client_locale": "en_US.utf8",
        "record": recording,
    }
    with informix_db.connect(server.host, server.port, **(given | arguments)) as conn:
        use(conn)


def attempt(call: Callable[..., Any], *args: Any, **arguments: Any) -> Any:
    with contextlib.suppress(informix_db.Error):
        return call(*args, **arguments)


def place(conn: Any, secret: str) -> None:
    """Put a text wherever a value can be."""
    cur = conn.cursor()
    raw = secret.encode()
    cur.execute(
        "CREATE TEMP TABLE t (a LVARCHAR(100), b BYTE, c TEXT, d BLOB, e CLOB, "
        "f SET(LVARCHAR(50) NOT NULL), g ROW(x LVARCHAR(50)))"
    )
    for sql in (
        f"INSERT INTO t (a) VALUES ({quoted(secret)})",
        f"SELECT a FROM t WHERE a = {quoted(secret)} OR a LIKE 'x'",
        f"SELECT {quoted(secret)} FROM t -- and more",
        f"SELECT a /* {secret.replace('*/', '')} */ FROM t",
        f"SELECT a {{ {secret.replace('}', '')} }} FROM t",
        "SELECT a FROM t -- " + secret.replace("\n", ""),
        f"SELEKT {quoted(secret)}",
        f"SELECT a FROM t WHERE a = {quoted(secret)[:-1]}",
    ):
        attempt(cur.execute, sql)
        attempt(cur.fetchall)
    insert = "INSERT INTO t (a) VALUES (?)"
    for value in (secret, raw, bytearray(raw), [secret], (secret,), {secret}):
        attempt(cur.execute, insert, (value,))
    attempt(cur.execute, insert, {secret: secret})
    attempt(cur.execute, insert, secret)
    attempt(cur.execute, "UPDATE t SET a = :v", {"v": secret})
    attempt(cur.execute, "SELECT a, b, c FROM t WHERE a = ?", (secret,))
    attempt(cur.fetchall)
    for insert_cursor in (False, True):
        for rows in ([(secret,), (secret,)], iter([(secret,)]), iter([[secret]])):
            attempt(cur.executemany, insert, rows, insert_cursor=insert_cursor)
    attempt(cur.executemany, "UPDATE t SET a = :v", [{"v": secret}])
    insert = "INSERT INTO t (b, c, d, e, f, g) VALUES (?, ?, ?, ?, ?, ?)"
    attempt(
        cur.execute,
        insert,
        (raw * 900, secret, raw, secret, CollectionValue("SET", [secret]), (secret,)),
    )
    attempt(
        cur.execute,
        insert,
        (
            io.BytesIO(raw),
            io.StringIO(secret),
            io.BytesIO(raw),
            io.StringIO(secret),
            {secret},
            RowValue({"x": secret}),
        ),
    )
    attempt(cur.execute, "SELECT b, c, d, e, f, g FROM t WHERE b IS NOT NULL")
    for *_, blob, clob, _, _ in attempt(cur.fetchall) or ():
        with blob.open("r+b") as file:
            file.read()
            file.seek(0)
            file.write(raw)
        with clob.open("r+") as file:
            file.write(secret)
    cur.virtual_files[secret] = raw
    update = "UPDATE t SET d = filetoblob({}, 'client') WHERE d IS NOT NULL"
    attempt(cur.execute, update.format(quoted(secret)))
    attempt(cur.execute, "SELECT lotofile(d, ?, 'client') FROM t", (secret,))
    attempt(cur.fetchall)
    attempt(
        cur.write_blob_column, "UPDATE t SET e = BLOB_PLACEHOLDER", secret, clob=True
    )
    attempt(cur.read_blob_column, "SELECT d FROM t WHERE a <> ?", (secret,))
    attempt(conn.fast_path_call, "function no_such(lvarchar)", secret)
    attempt(conn.fast_path_call, "function informix.ifx_lo_close(integer)", secret)
    attempt(cur.callproc, "no_such_routine", (secret,))
    attempt(
        cur.execute,
        f"CREATE PROCEDURE p_secret() RAISE EXCEPTION -746, 0, {quoted(secret)}; "
        "END PROCEDURE",
    )
    attempt(cur.execute, "EXECUTE PROCEDURE p_secret()")
    attempt(conn.rollback)


@few
@given(secret=texts)
def test_values_are_not_in_it(server: Server, tmp_path: Path, secret: str) -> None:
    recording = tmp_path / "session.txt"
    record(server, recording, lambda conn: place(conn, secret), record_values=False)
    assert "-> lob_write" in recording.read_text("ascii")  # it came as far as that
    assert_untold(recording, words_of(secret), bytes_of(secret))


@few
@given(
    # without bytes that messages are full of
    number=st.integers(10**8, 2**31 - 1).filter(
        lambda number: 0 not in number.to_bytes(4, "big")
    ),
    moment=st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(9999, 12, 31)),
)
def test_numbers_and_times_are_not_in_it(
    server: Server, tmp_path: Path, number: int, moment: datetime.datetime
) -> None:
    moment = moment.replace(microsecond=123450)
    clock = moment.strftime("%H:%M:%S")

    def use(conn: Any) -> None:
        cur = conn.cursor()
        cur.execute("CREATE TEMP TABLE t (a INT, b DECIMAL(32), c MONEY(20), d INT8)")
        for text in (
            f"{number}",
            f"{number}.5",
            f"-{number}",
            f"${number}",
            f".{number}",
        ):
            attempt(cur.execute, f"INSERT INTO t VALUES ({text}, 0, 0, 0)")
            attempt(cur.execute, f"SELECT a FROM t WHERE b>{text} AND c=a+{text}")
        for qualifier in ("DATETIME", "INTERVAL"):
            sql = f"SELECT a FROM t WHERE {qualifier} ({clock}) HOUR TO SECOND IS NULL"
            attempt(cur.execute, sql)
        big = Decimal(number) * 10**12
        for value in (
            number,
            float(number),
            Decimal(number),
            big,
            moment,
            moment.time(),
        ):
            attempt(cur.execute, "INSERT INTO t (d) VALUES (?)", (value,))
        attempt(cur.executemany, "INSERT INTO t (a) VALUES (?)", iter([(number,)]))
        attempt(cur.execute, "SELECT * FROM t")
        attempt(cur.fetchall)

    recording = tmp_path / "session.txt"
    record(server, recording, use, record_values=False)
    words = {str(number), clock, clock[3:], moment.isoformat()}
    raw = {struct.pack(">d", number), number.to_bytes(4, "big")}
    assert_untold(recording, words, raw | {word.encode() for word in words})


@few
@given(password=passwords)
def test_the_password_is_not_in_it(
    server: Server, tmp_path: Path, password: str
) -> None:
    """Wherever it may come up again, values being recorded."""
    recording = tmp_path / "session.txt"
    server.engine.users["guest"] = password  # type: ignore[attr-defined]
    record(
        server,
        recording,
        lambda conn: place(conn, password),
        user="guest",
        password=password,
    )
    assert "-> lob_write" in recording.read_text("ascii")
    # Where a quote in it is doubled it is another text.
    assert_untold(
        recording,
        {password, json.dumps(password)[1:-1], password.encode().hex()},
        {password.encode()},
    )


@few
@given(phrase=passwords)
def test_phrases_are_not_in_it(server: Server, tmp_path: Path, phrase: str) -> None:
    """Of encryption, as a literal or a parameter, values being recorded."""

    def use(conn: Any) -> None:
        cur = conn.cursor()
        text = quoted(phrase)
        for sql in (
            f"SET ENCRYPTION PASSWORD {text}",
            f"SET ENCRYPTION PASSWORD {text} WITH HINT 'none'",
            f"SELECT ENCRYPT_AES('x', {text}, {text}) FROM systables",
            f"SELECT DECRYPT_CHAR(tabname, {text}) FROM systables",
            f"CREATE USER someone WITH PASSWORD {text}",
            f"CONNECT TO 'db' USER 'someone' USING {text}",
        ):
            attempt(cur.execute, sql)
            attempt(cur.executemany, sql, [()])
        for sql in (
            "SET ENCRYPTION PASSWORD ?",
            "INSERT INTO t VALUES (ENCRYPT_AES(?, ?))",
            "SELECT DECRYPT_CHAR(tabname, :1) FROM systables WHERE tabname <> :2",
        ):
            count = max(sql.count("?"), sql.count(":"))
            attempt(cur.execute, sql, (phrase,) * count)
            attempt(cur.executemany, sql, [(phrase,) * count])
            attempt(cur.executemany, sql, iter([(phrase,) * count]))
            attempt(cur.read_blob_column, sql, (phrase,) * count)

    recording = tmp_path / "session.txt"
    record(server, recording, use)
    assert_untold(recording, words_of(phrase), bytes_of(phrase))


@few
@given(answer=passwords, password=passwords)
def test_answers_at_login_are_not_in_it(
    tmp_path: Path, answer: str, password: str
) -> None:
    recording = tmp_path / "session.txt"
    questions = (Question("Token: ", answer), Question("Password: "))
    with Server(users={"informix": password}, pam=questions) as server:
        record(
            server,
            recording,
            lambda conn: conn.ping(),
            password=password,
            pam_responder=lambda prompt, style: (
                answer if prompt.startswith("Token") else password
            ),
        )
    for secret in (answer, password):
        assert_untold(recording, words_of(secret), bytes_of(secret))
    assert recording.read_text("ascii").count("C> (answer)") == 2


def test_phrases_are_not_in_it_after_an_interrupt(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what has not begun to be recorded, but ends."""
    phrase = "Zx-phrase-qJ"
    flush = Recorder._flush

    def interrupted(recorder: Recorder) -> None:
        monkeypatch.setattr(Recorder, "_flush", flush)
        raise KeyboardInterrupt

    def use(conn: Any) -> None:
        cur = conn.cursor()
        monkeypatch.setattr(Recorder, "_flush", interrupted)
        for expected in (KeyboardInterrupt, informix_db.Error):
            with pytest.raises(expected):
                cur.execute("SELECT DECRYPT_CHAR(tabname, ?) FROM none", (phrase,))

    recording = tmp_path / "session.txt"
    record(server, recording, use)
    assert_untold(recording, words_of(phrase), bytes_of(phrase))
