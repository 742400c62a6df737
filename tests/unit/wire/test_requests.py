"""What the driver sends, message by message against what IBM's client sent.

Every test takes a conversation of a transcript, applies the differences it names and
expects exactly the rest. A difference that changes nothing fails too, and each must be
explained in docs/PROTOCOL.md under its name.
"""

from __future__ import annotations

import itertools
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import captures
import pytest
from unit.wire import differences
from unit.wire.differences import (
    DIFFERENCES,
    EOT,
    Difference,
    Message,
    batch_transaction,
    close_early,
    cursor_names,
    date_precision,
    early_end,
    fetch_size,
    long_text_by_bytes,
    no_catalog_queries,
    no_commit_after_error,
    no_describe_input,
    no_extended_login,
    no_one_shot,
    no_return_types,
    own_types,
    untyped_null,
)
from unit.wire.scripted import DONE, EOT_ONLY, ScriptedServer, changed, described

import informix_db

DOCUMENT = Path(__file__).parents[3] / "docs" / "PROTOCOL.md"


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
    assert _ours(server, after=0) == differences.theirs(
        "s01_connect", no_extended_login, no_catalog_queries, end="EXIT"
    )
    assert server.requests[-1] == [("EXIT",)]


def test_literal_statements_and_release() -> None:
    create = captures.request("s03_dml", "create table t1").notes[0]
    sql = create.partition("'")[2][:-1]
    replies = [described(46), DONE, described(45), DONE]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        connection.cursor().execute("drop table t1")
        connection.cursor().execute(sql)
    sent = differences.theirs(
        "s03_dml", start="drop table", end="insert into t1 values (0,'a'"
    )
    assert _ours(server) == sent


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
    sent = differences.theirs(
        "s03_dml",
        no_one_shot,
        start="insert into t1 values (0,'b'",
        end="PREPARE nq 2",
    )
    assert _ours(server) == sent


def test_prepared_update() -> None:
    """With the statement cache the second execution prepares nothing."""
    sql = "update t1 set n=? where id=?"
    with (
        ScriptedServer([described(4), changed(1), changed(1)]) as server,
        _connect(server, statement_cache_size=10) as connection,
    ):
        connection.cursor().execute(sql, (5, 1))
        connection.cursor().execute(sql, (6, 1))
    sent = differences.theirs("s03_dml", start="PREPARE nq 2")
    assert [*_ours(server), ("ID", 0), ("RELEASE",), EOT, ("EXIT",)] == sent


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
    sent = differences.theirs(
        "s04_prepsel",
        no_describe_input,
        untyped_null,
        date_precision,
        start="PREPARE nq 6",
        end="select * from t1",
    )
    assert [*_ours(server), ("ID", 0), ("RELEASE",), EOT] == sent


def test_prepared_select() -> None:
    sql = "select * from t1 where id>? and (name=? or 1=1)"
    replies = [
        captures.reply("s04_prepsel", "PREPARE nq 2"),
        captures.reply("s04_prepsel", "RET_TYPE flag 1 n 6"),
    ]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        assert len(connection.cursor().execute(sql, (0, "odd")).fetchall()) == 3
    sent = differences.theirs(
        "s04_prepsel",
        no_describe_input,
        no_return_types,
        cursor_names,
        fetch_size,
        early_end,
        start="PREPARE nq 2",
        end="type 6 ext None",
    )
    assert _ours(server) == [*sent, ("ID", 0), ("RELEASE",), EOT]


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
    sent = differences.theirs(
        "s02_select", cursor_names, fetch_size, early_end, start=start, end="EXIT"
    )
    assert _ours(server) == sent


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
    sent = differences.theirs(
        "s25_hold",
        cursor_names,
        fetch_size,
        close_early,
        start=sql,
        end="select id,name from t1 for update",
    )
    assert _ours(server) == sent


def test_scroll_cursor() -> None:
    replies = [
        captures.reply("s12_scroll", "select id,name from t1 order by id"),
        EOT_ONLY,
        captures.reply("s12_scroll", "SFETCH type 1 target 1"),
        captures.reply("s12_scroll", "SFETCH type 4"),
        captures.reply("s12_scroll", "SFETCH type 6 target 10"),
    ]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        cursor = connection.cursor(scrollable=True)
        cursor.execute("select id,name from t1 order by id")
        assert cursor.fetch_first() == (1, "row 0")
        assert cursor.fetch_last() == (30, "row 29")
        assert cursor.fetch_absolute(9) == (10, "row 9")
        cursor.close()
    sent = differences.theirs(
        "s12_scroll",
        no_return_types,
        cursor_names,
        fetch_size,
        start="select id,name from t1 order by id",
        end="SFETCH type 6 target 28",
    )
    closing = [("ID", 0), ("CLOSE",), EOT, ("ID", 0), ("RELEASE",), EOT]
    assert _ours(server) == sent + closing


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
    sent = differences.theirs(
        "s08_tx",
        no_one_shot,
        cursor_names,
        fetch_size,
        start="BEGIN",
        end="set isolation to dirty read",
    )
    assert sent[-2:] == [("BEGIN",), EOT]  # of the statement after these
    assert _ours(server) == sent[:-2]


def test_begin_in_a_statement_of_its_own() -> None:
    replies = [described(34), DONE, described(36), DONE]
    with ScriptedServer(replies) as server, _connect(server) as connection:
        connection.cursor().execute("begin work")
        connection.cursor().execute("rollback work")
    sent = differences.theirs("s08_tx", start="'begin work'", end="EXIT")
    insert = next(i for i, m in enumerate(sent) if m[0] == "COMMAND")
    assert _ours(server) == sent[:insert] + sent[insert + 5 :]


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
    sent = differences.theirs(
        "s09_savepoint", no_one_shot, start="BEGIN", end="GENERATED"
    )
    assert _ours(server) == [*sent, ("CMMTWORK",), EOT]


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
    sent = differences.theirs(
        "s10_batch",
        no_describe_input,
        batch_transaction,
        start="PREPARE nq 2",
        end="COMMAND nq 0 len 41",
    )
    assert _ours(server) == sent


def test_insert_cursor() -> None:
    replies = [
        captures.reply("s10b_ifxput", "PREPARE nq 3"),
        captures.reply("s10b_ifxput", "PUT len 11"),
    ]
    with (
        ScriptedServer(replies) as server,
        _connect(server, autocommit=False) as connection,
    ):
        cursor = connection.cursor()
        rows = [(0, f"n{i}", i) for i in range(5)]
        sql = "insert into t1 (id,name,n) values (?,?,?)"
        cursor.executemany(sql, rows, insert_cursor=True)
        assert cursor.rowcount == 5
        connection.commit()
    sent = differences.theirs(
        "s10b_ifxput", cursor_names, start="PREPARE nq 3", end="EXIT"
    )
    assert _ours(server) == sent


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
    sent = differences.theirs(
        "s11_err",
        no_describe_input,
        no_commit_after_error,
        start="PREPARE nq 2",
        end="select id,name from t1",
    )
    assert [*_ours(server), ("ID", 1), ("RELEASE",), EOT] == sent


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
    sent = differences.theirs(
        "u12_utf8", no_describe_input, long_text_by_bytes, start="PREPARE nq 2"
    )
    insert = next(i for i, m in enumerate(sent) if m[0] == "COMMAND")
    assert _ours(server) == sent[:insert] + sent[insert + 5 : -1]


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
    sent = differences.theirs(
        "s22_bindtypes", no_describe_input, own_types, start="PREPARE nq 24", end="EXIT"
    )
    assert sent[-3:] == [("ID", 0), ("RELEASE",), EOT]  # of another statement
    assert _ours(server) == sent[:-3]


# -- the document ----------------------------------------------------------------------


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda d: d.__name__)
def test_a_difference_is_used_and_explained(difference: Difference) -> None:
    name = difference.__name__
    assert f"`{name}`" in DOCUMENT.read_text(encoding="utf-8")
    uses = re.findall(rf"^ +{name},|, {name}\b", _SOURCE, re.MULTILINE)
    assert len(uses) >= 2, "imported, but in no comparison"


_SOURCE = Path(__file__).read_text(encoding="utf-8")
