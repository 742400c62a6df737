"""``replay``: a recording of a connection, made by ``connect(record=...)``, run again.

The recorded operations run against the recorded replies, without a server; or any
program does, with ``--serve``; or a test is written that does so, with ``--test``. A
recording is somebody else's file: nothing in it is executed but the calls this module
makes of it, and values of types it knows.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import decimal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import informix_db
from informix_db._base.sqltext import prepare_text
from informix_db.exceptions import Error

if TYPE_CHECKING:
    from informix_db.testing.replay import Conversation, Operation

_HEAD = '''\
"""What is recorded in {name}, run again."""

import datetime
import decimal
from pathlib import Path

import pytest

import informix_db
from informix_db.testing.replay import ReplayServer

RECORDING = Path(__file__).with_name({name!r})


def test_recording() -> None:
    with ReplayServer(RECORDING, connection={number}) as server:
        conn = informix_db.connect(
            server.host, server.port, user="replay", password="replay"{arguments}
        )
'''
_FOOT = """\
        conn.close()
        server.check()
"""

# How the text of a value becomes one, by the name of its type.
_READERS: dict[str, Callable[[str], object]] = {
    "bytes": bytes.fromhex,
    "Decimal": decimal.Decimal,
    "date": datetime.date.fromisoformat,
    "datetime": datetime.datetime.fromisoformat,
    "time": datetime.time.fromisoformat,
}
# What a recorder writes of connect()'s arguments; a file might name others.
_ARGUMENTS = {
    "server",
    "database",
    "client_locale",
    "db_locale",
    "encoding_errors",
    "env",
    "autocommit",
    "isolation",
    "lock_wait",
    "statement_cache_size",
    "fetch_buffer_size",
}
_PLAIN = {"commit", "rollback", "ping"}


class CannotRepeat(Exception):
    """The recording does not hold what it takes to do the same again."""


class Step(NamedTuple):
    """A line of Python, and what it raised in the recorded program."""

    code: str
    error: str | None


def add_parser(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "replay",
        help="run a recording of a connection again, without a server",
        description="Run what connect(record=FILE) recorded against the recorded "
        "replies. Exit status 0: everything came out as recorded.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "-n", "--connection", type=int, help="its number; default: the first"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--serve", action="store_true", help="serve it to the program that was recorded"
    )
    how.add_argument("--test", type=Path, metavar="OUT", help="write a test to OUT")
    parser.add_argument("-P", "--port", type=int, default=0, help="of --serve")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from informix_db.testing.replay import ReplayServer, load_recording

    try:
        recorded = load_recording(args.file)
    except (OSError, ValueError) as exc:
        print(f"replay: {exc}", file=sys.stderr)
        return 2
    number = args.connection or next(iter(recorded), None)
    if number not in recorded:
        print(f"replay: {args.file} has no such connection", file=sys.stderr)
        return 2
    if args.test:
        return _write_test(args.file, args.test, number, recorded[number])
    with ReplayServer(args.file, connection=number, port=args.port) as server:
        if args.serve:
            print(f"{server.host}:{server.port}", flush=True)
            _wait_for_interrupt()
            same = True
        else:
            same = _run_again(recorded[number], server.host, server.port)
    for difference in server.differences:
        print(difference, file=sys.stderr)
    return 0 if same and not server.differences else 1


def _wait_for_interrupt() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def _run_again(conversation: Conversation, host: str, port: int) -> bool:
    """Run the operations; say what comes out; return whether it is what came out."""
    names: dict[str, Any] = {
        "informix_db": informix_db,
        "datetime": datetime,
        "decimal": decimal,
    }
    same = True
    names["conn"] = conn = informix_db.connect(
        host, port, user="replay", password="replay", **connect_arguments(conversation)
    )
    try:
        for step in steps(conversation):
            error = None
            try:
                exec(step.code, names)
            except Error as exc:
                error = exc
            got = None if error is None else type(error).__name__
            same = same and got == step.error
            mark = "as recorded" if got == step.error else f"recorded: {step.error}"
            print(f"{step.code}\n    {error or 'done'} ({mark})")
    except CannotRepeat as exc:
        print(f"replay: {exc}", file=sys.stderr)
        same = False
    finally:
        conn.close()
    return same


def _write_test(
    recording: Path, out: Path, number: int, conversation: Conversation
) -> int:
    arguments = "".join(
        f",\n            {name}={value!r}"
        for name, value in connect_arguments(conversation).items()
    )
    body = ""
    try:
        for step in steps(conversation):
            if step.error is None:
                body += f"        {step.code}\n"
            else:
                body += f"        with pytest.raises(informix_db.{step.error}):\n"
                body += f"            {step.code}\n"
    except CannotRepeat as exc:
        print(f"replay: {exc}", file=sys.stderr)
        return 1
    head = _HEAD.format(name=recording.name, number=number, arguments=arguments)
    out.write_text(head + body + _FOOT, encoding="utf-8")
    return 0


def connect_arguments(conversation: Conversation) -> dict[str, Any]:
    """Return the recorded arguments of connect() that were given."""
    for operation in conversation.operations:
        if operation.name == "connect":
            given = operation.given.get("arguments")
            if not isinstance(given, dict):
                break
            return {
                name: value
                for name, value in given.items()
                if value is not None and name in _ARGUMENTS
            }
    return {}


def steps(conversation: Conversation) -> Iterator[Step]:
    """Turn operations into Python; CannotRepeat for one that cannot be."""
    cursors: dict[str, _Cursor] = {}  # by SQL, the last that executed it
    count = 0
    for operation in conversation.operations:
        error = operation.outcome.get("error")
        if error is not None and not _is_error(str(error)):
            raise CannotRepeat(f"{operation.name} ended by {error}")
        if operation.name in ("connect", "close"):
            continue
        if operation.name in _PLAIN:
            yield Step(f"conn.{operation.name}()", error)
        elif operation.name in ("execute", "executemany"):
            count += 1
            cursor = _Cursor(count, _rows(operation))
            cursors[prepare_text(str(operation.given.get("sql"))).sql] = cursor
            yield Step(f"{cursor.name} = conn.cursor()", None)
            yield Step(f"{cursor.name}.{_call(operation)}", error)
        elif operation.name == "fetch" and str(operation.given.get("sql")) in cursors:
            cursor = cursors[str(operation.given["sql"])]
            yield Step(f"{cursor.name}.fetchmany({cursor.held + 1})", error)
            cursor.held = max(0, _rows(operation) - 1)
        else:
            raise CannotRepeat(
                f"{operation.name} is not repeated by this command: use --serve and "
                "the program itself"
            )


class _Cursor:
    """A cursor of the program: its rows at hand are those the server sent last."""

    def __init__(self, number: int, held: int) -> None:
        self.name = f"cur{number}"
        self.held = held


def _rows(operation: Operation) -> int:
    rows = operation.outcome.get("rows", 0)
    return rows if isinstance(rows, int) else 0


def _is_error(name: str) -> bool:
    kind = getattr(informix_db, name, None)
    return isinstance(kind, type) and issubclass(kind, Error)


def _call(operation: Operation) -> str:
    """Return the call of a cursor's method."""
    arguments = [repr(str(operation.given.get("sql")))]
    parameters = operation.given.get("parameters")
    if parameters is not None:
        arguments.append(_code(parameters))
    return f"{operation.name}({', '.join(arguments)})"


def _code(value: Any) -> str:
    """Return a recorded value as Python."""
    if isinstance(value, float):
        return f"float({str(value)!r})"
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_code, value))}]"
    kind, inner = value.get("type"), value.get("is")
    if kind == "dict" and isinstance(inner, dict):
        items = (f"{key!r}: {_code(each)}" for key, each in inner.items())
        return f"{{{', '.join(items)}}}"
    if kind not in _READERS or not isinstance(inner, str):
        raise CannotRepeat(f"a parameter, of type {kind}, was not recorded")
    try:
        read = _READERS[kind](inner)
    except (ValueError, ArithmeticError):
        raise CannotRepeat(f"a parameter is no {kind}") from None
    return f"decimal.{read!r}" if kind == "Decimal" else repr(read)
