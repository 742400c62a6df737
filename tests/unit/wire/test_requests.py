"""What the driver sends, message by message against what IBM's client sent.

Every test takes a conversation of a transcript, applies the differences it names and
expects exactly the rest. A difference that changes nothing fails too, and each must be
explained in docs/PROTOCOL.md under its name.
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import captures
import pytest
from unit.wire.clientreader import Parameter, messages
from unit.wire.scripted import DONE, ScriptedServer, changed, described

import informix_db

Message = tuple[Any, ...]
Difference = Callable[[list[Message]], list[Message]]

EOT = ("EOT",)
PREPARED = [("NDESCRIBE",), ("WANTDONE",), EOT]
ONE_SHOT = [("NDESCRIBE",), ("EXECUTE",), ("RELEASE",), EOT]
DOCUMENT = Path(__file__).parents[3] / "docs" / "PROTOCOL.md"


# -- the differences, by the names docs/PROTOCOL.md explains them under ----------------


def no_pam(theirs: list[Message]) -> list[Message]:
    mask = bytearray(theirs[0][1])
    mask[5] &= ~0x08  # capability 44
    mask[7] &= ~0x10  # capability 59
    return [("PROTOCOLS", bytes(mask)), *theirs[1:]]


def no_catalog_queries(theirs: list[Message]) -> list[Message]:
    """The questions for the collation and the catalog's version, to their RELEASE."""
    mine = theirs
    for name in ("' GL_COLLATE'", "' VERSION'"):
        start = next(i for i, m in enumerate(mine) if name in str(m))
        end = mine.index(("RELEASE",), start) + 2
        mine = mine[:start] + mine[end:]
    return mine


def no_describe_input(theirs: list[Message]) -> list[Message]:
    return _without(theirs, [("ID", ...), ("CIDESCRIBE",), EOT])


def no_return_types(theirs: list[Message]) -> list[Message]:
    """RET_TYPE goes, and OPEN and NFETCH share a PDU."""
    mine = [message for message in theirs if message[0] != "RET_TYPE"]
    return _replaced(mine, [("OPEN",), EOT, ("ID", ...)], lambda m: [m[0], m[2]])


def cursor_names(theirs: list[Message]) -> list[Message]:
    return _each(theirs, "CURNAME", lambda m: ("CURNAME", b"_ifxc0000000000000"))


def fetch_size(theirs: list[Message]) -> list[Message]:
    return _each(theirs, "NFETCH", lambda m: ("NFETCH", 32767, m[2]))


def early_end(theirs: list[Message]) -> list[Message]:
    """A fetch that stands alone asks for more rows, and none came."""
    return _without(theirs, [("ID", ...), ("NFETCH", ..., ...), EOT])


def no_one_shot(theirs: list[Message]) -> list[Message]:
    """COMMAND becomes PREPARE, EXECUTE, RELEASE; BEGIN goes right before EXECUTE."""
    pattern: list[Message] = [("COMMAND", ..., ...), *ONE_SHOT]
    run: list[Message] = [("ID", 0), ("EXECUTE",), EOT, ("ID", 0), ("RELEASE",), EOT]
    begun = _replaced(
        theirs,
        [("BEGIN",), EOT, *pattern],
        lambda m: [("PREPARE", *m[2][1:]), *PREPARED, m[0], m[1], *run],
    )
    return _replaced(
        begun, pattern, lambda m: [("PREPARE", *m[0][1:]), *PREPARED, *run]
    )


def untyped_null(theirs: list[Message]) -> list[Message]:
    def without_type(entry: Parameter) -> Parameter:
        return Parameter(0, None, 0, None) if entry.raw is None else entry

    return _each(theirs, "BIND", lambda m: ("BIND", *map(without_type, m[1:])))


def date_precision(theirs: list[Message]) -> list[Message]:
    def without_precision(entry: Parameter) -> Parameter:
        return entry._replace(precision=0) if entry.type == 7 else entry

    return _each(theirs, "BIND", lambda m: ("BIND", *map(without_precision, m[1:])))


def close_early(theirs: list[Message]) -> list[Message]:
    """CLOSE and RELEASE move to right behind the fetch that brought the last row."""
    closing = [("ID", 0), ("CLOSE",), EOT, ("ID", 0), ("RELEASE",), EOT]
    return _replaced(
        theirs, [("CMMTWORK",), EOT, *closing], lambda m: [*closing, m[0], m[1]]
    )


def batch_transaction(theirs: list[Message]) -> list[Message]:
    """BEGIN before the PDU of a batch; CMMTWORK at its end, after RELEASE."""
    start = next(i for i, m in enumerate(theirs) if m[0] == "BIND") - 1
    end = theirs.index(("RELEASE",), start) + 2
    begin, commit = [("BEGIN",), EOT], [("CMMTWORK",), EOT]
    mine = theirs[:start] + begin + theirs[start:end] + commit
    return mine + (batch_transaction(theirs[end:]) if theirs[end:] else [])


def no_commit_after_error(theirs: list[Message]) -> list[Message]:
    return _without(theirs, [("CMMTWORK",), EOT])


def long_text_by_bytes(theirs: list[Message]) -> list[Message]:
    def by_bytes(entry: Parameter) -> Parameter:
        if entry.type == 0 and entry.raw is not None and len(entry.raw) > 255:
            return entry._replace(type=43, names=(b"", b""))
        return entry

    return _each(theirs, "BIND", lambda m: ("BIND", *map(by_bytes, m[1:])))


def own_types(theirs: list[Message]) -> list[Message]:
    """Only in `test_parameters_of_all_types`, which lists them."""
    return _each(theirs, "BIND", lambda m: ("BIND", *_own_types(m[1:])))


DIFFERENCES = [
    no_pam,
    no_catalog_queries,
    no_describe_input,
    no_return_types,
    cursor_names,
    fetch_size,
    early_end,
    no_one_shot,
    untyped_null,
    date_precision,
    close_early,
    batch_transaction,
    no_commit_after_error,
    long_text_by_bytes,
    own_types,
]

_OWN_TYPES = {
    # number: what IBM's client sends for the column, what this driver sends
    2: (Parameter(1, None, 0x0500, b"\xff\xfb"), (2, 0x0A00, "fffffffb")),
    5: (
        Parameter(17, None, 0x1300, bytes.fromhex("ffffdcd6500000000001")),
        (52, 0x1300, "fffffffe2329b000"),
    ),
    7: (Parameter(4, None, 0, bytes.fromhex("40200000")), (3, 0, "4004000000000000")),
    10: (Parameter(8, None, 0, bytes.fromhex("c20c2232")), (5, 2, "c20c2232")),
    18: (
        Parameter(14, None, 0x0E4D, bytes.fromhex("39624c365857563628")),
        (14, 0x144F, "376363624c36585756362800"),
    ),
}


def _own_types(entries: Sequence[Parameter]) -> list[Parameter]:
    mine = list(entries)
    for number, (theirs, (code, precision, raw)) in _OWN_TYPES.items():
        assert entries[number - 1] == theirs
        mine[number - 1] = Parameter(code, None, precision, bytes.fromhex(raw))
    return mine


# -- applying them ---------------------------------------------------------------------


def _matches(found: Sequence[Message], pattern: Sequence[Message]) -> bool:
    return len(found) == len(pattern) and all(
        len(message) == len(wanted)
        and all(w is ... or m == w for m, w in zip(message, wanted, strict=True))
        for message, wanted in zip(found, pattern, strict=True)
    )


def _replaced(
    theirs: list[Message],
    pattern: list[Message],
    make: Callable[[list[Message]], list[Message]],
) -> list[Message]:
    mine: list[Message] = []
    at = 0
    while at < len(theirs):
        found = theirs[at : at + len(pattern)]
        starts_pdu = at == 0 or theirs[at - 1] == EOT or pattern[0][0] == "OPEN"
        if starts_pdu and _matches(found, pattern):
            mine += make(found)
            at += len(pattern)
        else:
            mine.append(theirs[at])
            at += 1
    return mine


def _without(theirs: list[Message], pattern: list[Message]) -> list[Message]:
    return _replaced(theirs, pattern, lambda _: [])


def _each(
    theirs: list[Message], name: str, make: Callable[[Message], Message]
) -> list[Message]:
    return [make(m) if m[0] == name else m for m in theirs]


def _theirs(
    transcript: str, *differences: Difference, start: str = "", end: str = ""
) -> list[Message]:
    """IBM's messages from the request noted as `start` to before `end`, adapted."""
    sent = [m for m in captures.load(transcript)[2:] if m.direction == captures.CLIENT]
    first = _noted(sent, start) if start else 0
    last = _noted(sent, end, first) if end else len(sent)
    found = [x for message in sent[first:last] for x in messages(message.data)]
    for difference in differences:
        adapted = difference(found)
        assert adapted != found, f"{difference.__name__} is no difference here"
        found = adapted
    return found


def _noted(sent: list[captures.Message], note: str, first: int = 0) -> int:
    return next(
        at
        for at, message in enumerate(sent)
        if at >= first and any(note in n for n in message.notes)
    )


def _ours(server: ScriptedServer, after: int = 3) -> list[Message]:
    """The driver's messages after those that open the session, without EXIT."""
    return list(itertools.chain.from_iterable(server.requests[after:-1]))


def _connect(listener: ScriptedServer, **arguments: Any) -> informix_db.Connection:
    options: dict[str, Any] = {
        "user": "informix",
        "password": "in4mix",
        "database": "s01_connect",
        "autocommit": True,
        # IBM's client keeps no statements; with a cache RELEASE comes later or never
        "statement_cache_size": 0,
    }
    return informix_db.connect("127.0.0.1", listener.port, **{**options, **arguments})


# -- conversations ---------------------------------------------------------------------


def test_session_start_ping_and_end() -> None:
    with ScriptedServer([]) as server, _connect(server) as connection:
        connection.ping()
    assert _ours(server, after=0) == _theirs(
        "s01_connect", no_pam, no_catalog_queries, end="EXIT"
    )
    assert server.requests[-1] == [("EXIT",)]


def test_literal_statements_and_release() -> None:
    create = captures.request("s03_dml", "create table t1").notes[0]
    sql = create.partition("'")[2][:-1]
    replies = [described(46), DONE, described(45), DONE]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        connection.cursor().execute("drop table t1")
        connection.cursor().execute(sql)
    theirs = _theirs("s03_dml", start="drop table", end="insert into t1 values (0,'a'")
    assert _ours(server) == theirs


def test_one_shot_statements() -> None:
    statements = [
        "insert into t1 values (0,'b',2.5,null,null,8)",
        "update t1 set n=9",
        "delete from t1 where id=2",
        "delete from t1 where id=99",
    ]
    replies = [
        reply
        for kind, rows in ((6, 1), (4, 2), (5, 1), (5, 0))
        for reply in (described(kind), changed(rows))
    ]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        for sql in statements:
            connection.cursor().execute(sql)
    theirs = _theirs(
        "s03_dml",
        no_one_shot,
        start="insert into t1 values (0,'b'",
        end="PREPARE nq 2",
    )
    assert _ours(server) == theirs


def test_prepared_update() -> None:
    """With the statement cache the second execution prepares nothing."""
    sql = "update t1 set n=? where id=?"
    with (
        ScriptedServer([described(4), changed(1), changed(1)]) as server,
        _connect(server, statement_cache_size=10) as connection,
    ):
        connection.cursor().execute(sql, (5, 1))
        connection.cursor().execute(sql, (6, 1))
    theirs = _theirs("s03_dml", start="PREPARE nq 2")
    assert [*_ours(server), ("ID", 0), ("RELEASE",), EOT, ("EXIT",)] == theirs


def test_insert_with_parameters() -> None:
    rows: list[tuple[Any, ...]] = [
        (
            0,
            "odd",
            Decimal("-123.45"),
            date(2024, 2, 29),
            datetime(2024, 2, 29, 13, 14, 15, 123450),
            None,
        ),
        (0, "even", None, None, None, 77),
        (0, None, None, date(2020, 5, 6), "2020-01-01 00:00:00", "12"),
    ]
    replies = [
        captures.reply("s04_prepsel", "PREPARE nq 6"),
        *[captures.reply("s04_prepsel", "=> 'odd'")] * 3,
    ]
    with (
        ScriptedServer(replies) as server,
        _connect(server, statement_cache_size=10) as connection,
    ):
        for row in rows:
            connection.cursor().execute("insert into t1 values (?,?,?,?,?,?)", row)
    theirs = _theirs(
        "s04_prepsel",
        no_describe_input,
        untyped_null,
        date_precision,
        start="PREPARE nq 6",
        end="select * from t1",
    )
    assert [*_ours(server), ("ID", 0), ("RELEASE",), EOT] == theirs


def test_prepared_select() -> None:
    sql = "select * from t1 where id>? and (name=? or 1=1)"
    replies = [
        captures.reply("s04_prepsel", "PREPARE nq 2"),
        captures.reply("s04_prepsel", "RET_TYPE flag 1 n 6"),
    ]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        assert len(connection.cursor().execute(sql, (0, "odd")).fetchall()) == 3
    theirs = _theirs(
        "s04_prepsel",
        no_describe_input,
        no_return_types,
        cursor_names,
        fetch_size,
        early_end,
        start="PREPARE nq 2",
        end="type 6 ext None",
    )
    assert _ours(server) == [*theirs, ("ID", 0), ("RELEASE",), EOT]


def test_select_without_parameters() -> None:
    sql = "select tabid from systables where tabid=1"
    replies = [
        captures.reply("s02_select", sql),
        captures.reply("s02_select", "CURNAME b'_ifxc0000000000001'"),
    ]
    start = f"PREPARE nq 0 len {len(sql)}"
    rows = captures.load("s02_select")
    asked = next(i for i, m in enumerate(rows) if any(start in n for n in m.notes))
    replies[1] = rows[asked + 3].data
    with ScriptedServer(replies) as server, _connect(server) as connection:
        assert connection.cursor().execute(sql).fetchall() == [(1,)]
    theirs = _theirs(
        "s02_select", cursor_names, fetch_size, early_end, start=start, end="EXIT"
    )
    assert _ours(server) == theirs


def test_held_cursor() -> None:
    sql = "select tabid from systables"
    replies = [
        captures.reply("s25_hold", sql),
        captures.reply("s25_hold", "HOLD(43)"),
    ]
    with (
        ScriptedServer(replies) as server,
        _connect(server, autocommit=False) as connection,
    ):
        cursor = connection.cursor(hold=True).execute(sql)
        connection.commit()
        cursor.fetchall()
    theirs = _theirs(
        "s25_hold",
        cursor_names,
        fetch_size,
        close_early,
        start=sql,
        end="select id,name from t1 for update",
    )
    assert _ours(server) == theirs


def test_transactions() -> None:
    count = "select count(*) from t1"
    insert = [described(6), changed(1)]
    replies = [
        *insert,
        *insert,
        captures.reply("s08_tx", count),
        captures.reply("s08_tx", "CURNAME b'_ifxc0000000000002'"),
    ]
    with (
        ScriptedServer(replies) as server,
        _connect(server, autocommit=False) as connection,
    ):
        connection.cursor().execute("insert into t1 (id,name) values (0,'a')")
        connection.commit()
        connection.cursor().execute("insert into t1 (id,name) values (0,'b')")
        connection.rollback()
        assert connection.cursor().execute(count).fetchall() == [(1,)]
        connection.commit()
    theirs = _theirs(
        "s08_tx",
        no_one_shot,
        cursor_names,
        fetch_size,
        start="BEGIN",
        end="set isolation to dirty read",
    )
    assert theirs[-2:] == [("BEGIN",), EOT]  # of the statement after these
    assert _ours(server) == theirs[:-2]


def test_begin_in_a_statement_of_its_own() -> None:
    replies = [described(34), DONE, described(36), DONE]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        connection.cursor().execute("begin work")
        connection.cursor().execute("rollback work")
    theirs = _theirs("s08_tx", start="'begin work'", end="EXIT")
    insert = next(i for i, m in enumerate(theirs) if m[0] == "COMMAND")
    assert _ours(server) == theirs[:insert] + theirs[insert + 5 :]


def test_savepoint() -> None:
    insert = [described(6), changed(1)]
    with (
        ScriptedServer(insert + insert) as server,
        _connect(server, autocommit=False) as connection,
    ):
        cursor = connection.cursor()
        cursor.execute("insert into t1 (id,name) values (0,'a')")
        with pytest.raises(ZeroDivisionError), connection.savepoint("sp1"):
            cursor.execute("insert into t1 (id,name) values (0,'b')")
            raise ZeroDivisionError
        connection.commit()
    theirs = _theirs("s09_savepoint", no_one_shot, start="BEGIN", end="GENERATED")
    assert _ours(server) == [*theirs, ("CMMTWORK",), EOT]


def test_batches() -> None:
    replies = [
        captures.reply("s10_batch", "PREPARE nq 2 len 41"),
        captures.reply("s10_batch", "=> 'n0'"),
        captures.reply("s10_batch", "PREPARE nq 2 len 28"),
        captures.server("s10_batch")[-4],
    ]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        cursor = connection.cursor()
        cursor.executemany(
            "insert into t1 (id,name,n) values (0,?,?)",
            [(f"n{i}", i) for i in range(5)],
        )
        assert cursor.rowcount == 5
        cursor.executemany(
            "update t1 set n=? where id=?", [(i, i + 1) for i in range(3)]
        )
        assert cursor.rowcount == 3
    theirs = _theirs(
        "s10_batch",
        no_describe_input,
        batch_transaction,
        start="PREPARE nq 2",
        end="COMMAND nq 0 len 41",
    )
    assert _ours(server) == theirs


def test_statement_that_fails() -> None:
    sql = "insert into t1 (id,name) values (?,?)"
    replies = [
        captures.reply("s11_err", "PREPARE nq 2"),
        captures.reply("s11_err", "=> 5"),
        captures.reply("s11_err", "=> 6"),
    ]
    with (
        ScriptedServer(replies) as server,
        _connect(server, statement_cache_size=10) as connection,
    ):
        with pytest.raises(informix_db.IntegrityError, match="u100_1") as failed:
            connection.cursor().execute(sql, (5, "z"))
        assert connection.cursor().execute(sql, (6, "z")).rowcount == 1
    assert (failed.value.sqlcode, failed.value.isamcode) == (-268, -100)
    theirs = _theirs(
        "s11_err",
        no_describe_input,
        no_commit_after_error,
        start="PREPARE nq 2",
        end="select id,name from t1",
    )
    assert [*_ours(server), ("ID", 1), ("RELEASE",), EOT] == theirs


def test_text_in_utf8() -> None:
    replies = [
        captures.reply("u12_utf8", "PREPARE nq 2"),
        captures.reply("u12_utf8", "BIND n 2"),
    ]
    with (
        ScriptedServer(replies) as server,
        _connect(server, client_locale="en_US.utf8") as connection,
    ):
        connection.cursor().execute(
            "insert into utfins values (?,?)",
            ("h\u00e9\u20ac\U0001f600z", "\u65e5" * 100),
        )
    theirs = _theirs(
        "u12_utf8", no_describe_input, long_text_by_bytes, start="PREPARE nq 2"
    )
    insert = next(i for i, m in enumerate(theirs) if m[0] == "COMMAND")
    assert _ours(server) == theirs[:insert] + theirs[insert + 5 : -1]


def test_parameters_of_all_types() -> None:
    values: list[Any] = [
        0,
        -5,
        -6,
        -7000000000,
        -8000000000,
        -1.25,
        2.5,
        Decimal("-12345678.1234"),
        Decimal("0.00123"),
        Decimal("1234.50"),
        date(1899, 12, 30),
        datetime(2024, 2, 29, 13, 14, 15),
        datetime(2024, 2, 29, 13, 14, 15, 123450),
        datetime(2024, 2, 29, 13, 14, 15).time(),
        datetime(2024, 2, 29, 13, 14, 15, 678000),
        "12-05",
        "10 11:12:13",
        datetime(2000, 1, 1)
        - datetime(2033, 10, 19, 11, 12, 13, 456000),  # -12345 11:12:13.456
        "char",
        "nchar",
        "",
        "nv",
        "x" * 300,
        True,
    ]
    marks = ",".join("?" * len(values))
    replies = [
        captures.reply("s22_bindtypes", "PREPARE nq 24"),
        captures.reply("s22_bindtypes", "BIND n 24"),
    ]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        connection.cursor().execute(f"insert into alltypes values ({marks})", values)
    theirs = _theirs(
        "s22_bindtypes", no_describe_input, own_types, start="PREPARE nq 24", end="EXIT"
    )
    assert theirs[-3:] == [("ID", 0), ("RELEASE",), EOT]  # of another statement
    assert _ours(server) == theirs[:-3]


# -- login: its bytes are in no transcript ---------------------------------------------


def _zstr(text: str) -> bytes:
    raw = text.encode() + b"\0"
    return len(raw).to_bytes(2, "big") + raw


def test_login() -> None:
    """Field by field; the order and the constants are IBM's."""
    with (
        ScriptedServer([]) as server,
        _connect(server, server="demo_on", env={"DELIMIDENT": "y"}),
    ):
        pass
    environment = [
        # no_pam: CLNT_PAM_CAPABLE=1 is missing
        ("DBPATH", "."),
        ("DBDATE", "Y4MD-"),
        ("IFX_UPDDESC", "1"),
        ("NODEFDAC", "no"),
        ("CLIENT_LOCALE", "en_US.8859-1"),
        ("DELIMIDENT", "y"),
    ]
    expected = b"".join(
        [
            bytes.fromhex("01 3c 0000 0064 0065 0000003d"),
            _zstr("IEEEM"),
            bytes.fromhex("006c"),
            b"sqlexec\0\0\0\0\0",
            _zstr("9.280"),
            _zstr("RDS#R000000"),
            _zstr("sqli"),
            bytes.fromhex("0000013c 00000000 00000000 0001"),
            _zstr("informix"),
            _zstr("in4mix"),
            b"ol\0\0\0\0\0\0",
            bytes.fromhex("0000003d"),
            b"tlitcp\0\0",
            bytes.fromhex("00000001 0068 000b 00000003"),
            _zstr("demo_on"),
            bytes.fromhex("0000 0000 0000 0000 0000"),
            bytes.fromhex("006a 0006"),
            *(_zstr(text) for pair in environment for text in pair),
            bytes.fromhex("006b 00000000"),
        ]
    )
    sent = server.login
    assert int.from_bytes(sent[:2], "big") == len(sent)
    assert sent[2 : 2 + len(expected)] == expected
    rest = sent[2 + len(expected) :]
    process = re.fullmatch(
        rb"[\0-\x7f]...[\0-\x7f]...(?P<host>..[^\0]+\0)\0\0\0\x02\.\0(?P<end>.+)",
        rest,
        re.DOTALL,
    )
    assert process is not None, rest
    host = process["host"]
    assert int.from_bytes(host[:2], "big") == len(host) - 2
    application = bytes.fromhex("0074 0016 00000000 00000000") + _zstr("informix_db")
    assert process["end"] == application + bytes.fromhex("007f")


def test_login_without_a_password() -> None:
    with ScriptedServer([]) as server:
        _connect(server, password=None, database=None).close()
    assert _zstr("informix") + b"\0\0" + b"ol\0\0\0\0\0\0" in server.login


# -- the document ----------------------------------------------------------------------


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda d: d.__name__)
def test_a_difference_is_used_and_explained(difference: Difference) -> None:
    assert f"`{difference.__name__}`" in DOCUMENT.read_text(encoding="utf-8")
    uses = len(re.findall(rf"\b{difference.__name__}\b", inspect.getsource(_MODULE)))
    assert uses >= 3, "defined and listed, but in no comparison"


_MODULE = inspect.getmodule(no_pam)
