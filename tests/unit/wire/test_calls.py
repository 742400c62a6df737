"""Calls of routines by SQL, against replies that IBM's client accepted."""

from __future__ import annotations

import captures
import pytest
from unit.wire.scripted import DONE, EOT_ONLY
from unit.wire.test_large_requests import Talk, reply, request, scripted

import informix_db

S17, S17B = "s17_call", "s17b"

INT, VARCHAR = (2, 4), (13, 10)


def described(*columns: tuple[int, int]) -> bytes:
    """The answer to PREPARE of EXECUTE FUNCTION: columns called (expression)."""
    fields = b""
    for code, length in columns:
        fields += (
            bytes(8) + code.to_bytes(2, "big") + bytes(16) + length.to_bytes(4, "big")
        )
    names = b"(expression)\0"
    head = bytes.fromhex("0008 0038 0000 00000001 0040")
    head += len(columns).to_bytes(2, "big") + len(names).to_bytes(4, "big")
    return head + fields + names + b"\0" + DONE


def row(number: int, text: str) -> bytes:
    raw = number.to_bytes(4, "big") + bytes([len(text)]) + text.encode()
    return (
        bytes.fromhex("000e 0000")
        + len(raw).to_bytes(4, "big")
        + raw
        + bytes(len(raw) % 2)
    )


def test_a_function_of_one_value() -> None:
    replies = [reply(S17B, "execute function f1"), reply(S17B, "=> 41")]
    with scripted(*replies) as server, Talk(server) as talk:
        cursor = talk.cursor.execute("execute function f1(?)", (41,))
        assert [column[0] for column in cursor.description or ()] == ["(expression)"]
        assert cursor.fetchall() == [(42,)]
    assert talk.sent[0] == request(S17B, "execute function f1")
    theirs = request(S17B, "=> 41").replace(b"0001\0\5", b"0000\0\5")
    # the same but for the name of the cursor and the size of the fetch
    assert talk.sent[1][:-8] == theirs[:-8]


def test_a_procedure_without_results() -> None:
    replies = [reply(S17, "execute procedure p1"), reply(S17, "=> 5")]
    with scripted(*replies) as server, Talk(server) as talk:
        cursor = talk.cursor.execute("execute procedure p1(?)", (5,))
        assert cursor.description is None
        with pytest.raises(informix_db.ProgrammingError, match="no rows to fetch"):
            cursor.fetchone()
    assert talk.sent[:2] == [
        request(S17, "execute procedure p1"),
        request(S17, "=> 5"),
    ]


def test_callproc() -> None:
    replies = [described(INT, VARCHAR), row(1, "one") + DONE]
    with scripted(*replies) as server, Talk(server) as talk:
        given = [5, "x"]
        assert talk.cursor.callproc("joe.f", given) is given
        assert talk.cursor.fetchall() == [(1, "one")]
    assert server.requests[3][0] == ("PREPARE", 2, b"EXECUTE PROCEDURE joe.f(?, ?)")


def test_rows_returned_with_resume() -> None:
    """A routine is a cursor: it goes on when the rows fetched so far are used up."""
    first = b"".join(row(n, "r" * n) for n in range(3)) + EOT_ONLY
    second = b"".join(row(n, "r" * n) for n in range(3, 5)) + DONE
    replies = [described(INT, VARCHAR), first, second]
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute("EXECUTE FUNCTION f()")
        assert talk.cursor.fetchone() == (0, "")
        assert len(server.requests) == 5
        assert [tuple(r) for r in talk.cursor] == [(n, "r" * n) for n in range(1, 5)]
    assert [message[0] for message in server.requests[5]] == ["ID", "NFETCH", "EOT"]


def test_an_error_after_some_rows() -> None:
    """RAISE EXCEPTION in the middle: what was returned before it is there."""
    raised = bytes.fromhex("000d fd16 0000 00000000 0004 6f6f7073 000c")
    replies = [described(INT, VARCHAR), row(1, "one") + EOT_ONLY, raised]
    with scripted(*replies) as server, Talk(server) as talk:
        talk.cursor.execute("EXECUTE FUNCTION f()")
        assert talk.cursor.fetchone() == (1, "one")
        with pytest.raises(informix_db.Error) as caught:
            talk.cursor.fetchone()
        assert (caught.value.sqlcode, caught.value.near) == (-746, "oops")
        talk.connection.ping()


def test_a_routine_begins_a_transaction() -> None:
    replies = [captures.reply(S17B, "execute function f1"), reply(S17B, "=> 41")]
    with scripted(*replies) as server, Talk(server, autocommit=False) as talk:
        talk.cursor.execute("execute function f1(?)", (41,))
        assert talk.connection.in_transaction
    kinds = [request[0][0] for request in server.requests[3:]]
    assert kinds[:3] == ["PREPARE", "BEGIN", "ID"]
