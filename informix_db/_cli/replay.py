"""``replay``: a recording of a connection, made by ``connect(record=...)``, run again.

The recorded operations run against the recorded replies, without a server; or any
program does, with ``--serve``; or a test is written that does so, with ``--test``. A
recording is somebody else's file: nothing in it is executed but the calls this module
makes of it, and values of types it knows.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import informix_db
from informix_db._cli.replaysteps import Step, is_error, steps
from informix_db._cli.replayvalues import NAMES, CannotRepeat
from informix_db._cli.values import reason

if TYPE_CHECKING:
    from informix_db.testing.recording import Conversation, Operation
    from informix_db.testing.replay import ReplayServer

_HEAD = '''\
"""A recorded connection, run again."""

{imports}
from pathlib import Path

import pytest

import informix_db
from informix_db.testing.replay import ReplayServer, shown

RECORDING = Path(__file__).with_name({name!r})


def test_recording() -> None:
    with (
        ReplayServer(RECORDING, connection={number}) as server,
        {before}informix_db.connect(
            server.host,
            server.port,
            user="replay",
            password="replay",
            connect_timeout={timeout},
            read_timeout={timeout},{arguments}
        ){after},
    ):
'''
# Seconds: a reply is there at once, unless the driver waits for more than there is.
_TIMEOUT = 10
_MODULES = ("datetime", "decimal", "io")

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
CONNECT = "informix_db.connect(...)"
_USUAL_FETCH = informix_db.Connection._largest_fetch


class Done(NamedTuple):
    """A step, and what came of it."""

    step: Step
    error: Exception | None
    out: str | None  # of an expression

    @property
    def as_recorded(self) -> bool:
        """Whether the same came out as in the recorded program."""
        error = None if self.error is None else type(self.error).__name__
        sqlcode, expected = self.step.sqlcode, self.step.expected
        return (
            error in self.step.errors
            and sqlcode in (None, getattr(self.error, "sqlcode", None))
            and expected in (None, self.out)
        )


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
    try:
        return _run(args)
    except BrokenPipeError:  # whoever read the output has seen enough
        raise
    except (OSError, OverflowError, ValueError) as exc:  # the files, and the port
        print(f"replay: {reason(exc)}", file=sys.stderr)
        return 2


def _run(args: argparse.Namespace) -> int:
    from informix_db.testing.replay import ReplayServer, load_recording

    recorded = load_recording(args.file)
    number = args.connection or next(iter(recorded), None)
    if number not in recorded:
        known = ", ".join(map(str, recorded)) or "none"
        print(f"replay: connections in {args.file}: {known}", file=sys.stderr)
        return 2
    conversation = recorded[number]
    server = ReplayServer(args.file, connection=number, port=args.port)
    if args.serve:
        with server:
            print(f"{server.host}:{server.port}", flush=True)
            _wait_for_interrupt()
        return _report(server)
    replay = _Replay(conversation, server)
    done = list(replay.run(quiet=bool(args.test)))
    if args.test:
        text = _test_text(args.file.name, number, replay, done)
        args.test.write_text(text, encoding="utf-8")
    same = all(each.as_recorded for each in done)
    for difference in server.differences:
        print(difference, file=sys.stderr)
    return 0 if same and replay.complete and not server.differences else 1


def _report(server: ReplayServer) -> int:
    told = [
        *server.differences,
        *([server.not_recorded] if server.not_recorded else []),
    ]
    for each in told:
        print(each, file=sys.stderr)
    return 1 if told else 0


def _wait_for_interrupt() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


class _Replay:
    """Runs a recorded program."""

    def __init__(self, conversation: Conversation, server: ReplayServer) -> None:
        self.conversation = conversation
        self.complete = False
        self.why_incomplete = ""
        self._server = server

    def run(self, *, quiet: bool) -> Iterator[Done]:
        """Do the steps, and say what comes of them; those that can be done."""
        with self._server as server:
            connecting = _connecting_step(self.conversation)
            try:
                conn = _connect(self.conversation, server)
            except Exception as exc:  # as in _perform()
                done = Done(connecting, exc, None)
                self.complete = done.as_recorded
                if not self.complete:
                    self._stopped(f"there is no connection: {exc}")
                yield done
                return
            done = Done(connecting, None, None)
            if not done.as_recorded:
                _tell(done)
            yield done
            try:
                for done in _perform(self.conversation, conn):
                    if server.not_recorded:  # which is no fault of this step
                        raise CannotRepeat(server.not_recorded)
                    if not quiet:
                        _tell(done)
                    yield done
                    if server.differences or (conn.closed and not done.as_recorded):
                        raise CannotRepeat("this driver does something else")
                self.complete = True
            except CannotRepeat as exc:
                self._stopped(f"it goes on, but {exc}")
            finally:
                conn.close()
        if self.complete and server.unsent and not server.differences:
            self.complete = False
            self._stopped(f"{server.unsent} recorded requests were not sent")

    def _stopped(self, why: str) -> None:
        self.why_incomplete = why
        print(f"replay: {why}", file=sys.stderr)


def _connect(conversation: Conversation, server: ReplayServer) -> Any:
    conn = informix_db.connect(
        server.host,
        server.port,
        user="replay",
        password="replay",
        connect_timeout=_TIMEOUT,
        read_timeout=_TIMEOUT,
        pam_responder=lambda prompt, style: "replay",
        **connect_arguments(conversation),
    )
    conn._largest_fetch = _largest_fetch(conversation)
    server.on_interrupt = conn.cancel
    return conn


def _perform(conversation: Conversation, conn: Any) -> Iterator[Done]:
    names = dict(NAMES, conn=conn)
    from informix_db.testing.replay import shown

    for step in steps(conversation):
        error: Exception | None = None
        out = None
        try:
            exec(f"out = {step.code}" if step.is_expression else step.code, names)
            out = shown(names["out"]) if step.is_expression else None
        except Exception as exc:  # whatever the calls in a recording come to
            error = exc
        yield Done(step, error, out)


def _tell(done: Done) -> None:
    """Print a step and what came of it."""
    what = "done" if done.out is None else done.out
    if done.error is not None:
        what = f"{type(done.error).__name__}: {done.error}"
    mark = "as recorded"
    if not done.as_recorded:
        recorded = done.step.expected or done.step.errors[0] or "no error"
        mark = f"recorded: {recorded}"
    print(f"{done.step.code}\n    {what} ({mark})")


def _connecting_step(conversation: Conversation) -> Step:
    operation = _connecting(conversation)
    outcome = {} if operation is None else operation.outcome or {}
    error = outcome.get("error")
    return Step(CONNECT, (error if is_error(error) else None,), outcome.get("sqlcode"))


def connect_arguments(conversation: Conversation) -> dict[str, Any]:
    """Return the recorded arguments of connect() that were given."""
    operation = _connecting(conversation)
    given = None if operation is None else operation.given.get("arguments")
    if not isinstance(given, dict):
        return {}
    return {
        name: value
        for name, value in given.items()
        if value is not None and name in _ARGUMENTS
    }


def _largest_fetch(conversation: Conversation) -> int:
    """Return how much is asked for at a time: asyncio connections ask for less."""
    operation = _connecting(conversation)
    size = None if operation is None else operation.given.get("largest_fetch")
    usual = isinstance(size, int) and 0 < size < _USUAL_FETCH
    return size if usual and isinstance(size, int) else _USUAL_FETCH


def _connecting(conversation: Conversation) -> Operation | None:
    found = (each for each in conversation.operations if each.name == "connect")
    return next(found, None)


# -- a test ----------------------------------------------------------------------------


def _test_text(name: str, number: int, replay: _Replay, done: list[Done]) -> str:
    conversation = replay.conversation
    arguments = "".join(
        f"\n            {name}={value!r},"
        for name, value in connect_arguments(conversation).items()
    )
    if any(exchange.left_out == "(answer)" for exchange in conversation.exchanges):
        arguments += '\n            pam_responder=lambda prompt, style: "replay",'
    body: list[str] = []
    largest = _largest_fetch(conversation)
    if largest != _USUAL_FETCH:
        body.append(f"conn._largest_fetch = {largest}  # as with asyncio")
    if any(exchange.interrupted for exchange in conversation.exchanges):
        body.append("server.on_interrupt = conn.cancel")
    connecting, *rest = done
    for each in rest:
        body += _lines_of(each)
    if not replay.complete:
        body.append(f"# {ascii(replay.why_incomplete)[1:-1]}")
    failure = connecting.step.errors[0]
    if failure is not None:
        body = []
    if all(line.startswith("#") for line in body):
        body.append("pass")
    text = "\n".join(f"        {line}" for line in body)
    text += f"\n    server.check(complete={replay.complete})\n"
    imports = [f"import {each}" for each in _MODULES if f"{each}." in text]
    head = _HEAD.format(
        name=name,
        number=number,
        before=""
        if failure is None
        else f"pytest.raises(informix_db.{failure}),\n        ",
        after=" as conn" if failure is None else "",
        arguments=arguments,
        imports="\n".join(imports),
        timeout=_TIMEOUT,
    )
    return head.replace('"""\n\n\nfrom', '"""\n\nfrom') + text


def _lines_of(done: Done) -> list[str]:
    """Return a step with a check of what came of it."""
    step, lines = done.step, done.step.code.split("\n")
    if not done.as_recorded:  # what is recorded counts
        if step.expected is not None:
            return [f"assert shown({step.code}) == {step.expected!r}"]
        raised = step.errors[0]
        text = None
    else:
        raised = None if done.error is None else type(done.error).__name__
        text = None
        if done.error is not None and not getattr(done.error, "session_dead", False):
            text = str(done.error)
    if raised is not None:
        kind = raised if raised == "RuntimeError" else f"informix_db.{raised}"
        caught = [f"with pytest.raises({kind}) as caught:"]
        caught += [f"    {line}" for line in lines]
        if text is not None:
            caught.append(f"assert str(caught.value) == {text!r}")
        return caught
    if done.out is not None:
        return [f"assert shown({step.code}) == {done.out!r}"]
    return lines
