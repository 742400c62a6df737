"""The SQL client: statements from arguments, files, standard input or a prompt.

Outside of BEGIN WORK each statement commits itself, as in dbaccess.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import informix_db
from informix_db._cli import shell
from informix_db._cli.client import Client
from informix_db._cli.login import add_connection_arguments, connect_arguments, is_dsn
from informix_db._cli.output import FORMATS
from informix_db._cli.values import reason
from informix_db.exceptions import Error, InterfaceError

SUCCEEDED, FAILED, NOT_CONNECTED = 0, 1, 3  # exit statuses; 2 is argparse's

_STDIN = "-"


class _Script(NamedTuple):
    """SQL, and what to call it in messages; an argument needs no name."""

    name: str
    text: str


def add_parser(subparsers: Any) -> None:
    """Add the command `sql`."""
    parser = subparsers.add_parser(
        "sql",
        help="execute SQL, or ask for it",
        description="Execute SQL: that of -c, of the files, or of standard input; "
        "from a terminal, ask for it.",
        epilog="Exit status: 0, 1 if a statement failed, 2 for wrong arguments, 3 "
        "without a connection, 130 after Ctrl-C.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "database",
        nargs="?",
        metavar="DATABASE",
        help="name, name@server, - for none, or a connection string",
    )
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="SQL to execute; - is standard input"
    )
    parser.add_argument(
        "-c", dest="commands", action="append", metavar="SQL", help="SQL to execute"
    )
    parser.add_argument("-f", "--format", choices=[*FORMATS], default="table")
    parser.add_argument("--no-header", action="store_true", help="rows only")
    parser.add_argument("-q", "--quiet", action="store_true", help="no counts")
    parser.add_argument("--timing", action="store_true", help="time statements")
    parser.add_argument(
        "-k", "--keep-going", action="store_true", help="execute all, errors or not"
    )
    parser.add_argument(
        "-1",
        "--single-transaction",
        action="store_true",
        help="commit at the end, and only if nothing failed",
    )
    parser.add_argument(
        "-i", "--interactive", action="store_true", help="ask, terminal or not"
    )
    parser.add_argument(
        "--encoding", default="utf-8", help="of SQL files; default: %(default)s"
    )
    add_connection_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Connect, execute, and return the exit status."""
    if args.interactive and (args.commands or args.files):
        return _refuse("-i goes without -c and FILE")
    try:
        scripts = list(_scripts(args))
        arguments = _arguments(args)
    except (Error, OSError, LookupError) as exc:
        return _refuse(reason(exc))
    try:
        connection = informix_db.connect(**arguments)
    except InterfaceError as exc:
        return _refuse(str(exc))
    except Error as exc:
        print(exc, file=sys.stderr)
        return NOT_CONNECTED
    with connection:
        client = Client(
            connection,
            sys.stdout,
            sys.stderr,
            form=args.format,
            header=not args.no_header,
            timing=args.timing,
            quiet=args.quiet,
        )
        if _is_interactive(args):
            return shell.Shell(client).run()
        return _run_all(client, scripts, args)


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 2


def _is_interactive(args: argparse.Namespace) -> bool:
    if args.commands or args.files:
        return False
    return args.interactive or sys.stdin.isatty()


def _scripts(args: argparse.Namespace) -> Iterator[_Script]:
    """Return what is to be executed; nothing if it is to be asked for."""
    if _is_interactive(args):
        return
    for command in args.commands or ():
        yield _Script("", _text("-c", command))
    for name in args.files or ([] if args.commands else [_STDIN]):
        if name == _STDIN:
            yield _Script("standard input", _text("standard input", sys.stdin.read()))
        else:
            yield _Script(name, _text_of_file(name, args.encoding))


def _text_of_file(name: str, encoding: str) -> str:
    with open(name, encoding=encoding) as file:
        try:
            return file.read()
        except UnicodeDecodeError as exc:
            raise InterfaceError(f"{name}: {exc} (--encoding names its code)") from None


def _text(name: str, text: str) -> str:
    """Return a text; raise InterfaceError if it has bytes that could not be decoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InterfaceError(
            f"{name} is not in the code of this environment, {sys.stdin.encoding}: "
            "use a file and --encoding"
        ) from None
    return text


def _arguments(args: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments for `connect`."""
    target = args.database or _STDIN
    autocommit = not args.single_transaction
    if is_dsn(target):
        return connect_arguments(args, target, autocommit=autocommit)
    name, _, server = target.partition("@")
    args.server = server or args.server
    database = None if name in ("", "-") else name
    return connect_arguments(args, None, autocommit=autocommit, database=database)


def _run_all(client: Client, scripts: list[_Script], args: argparse.Namespace) -> int:
    """Execute scripts; the first error ends them, unless all are to be executed."""
    failed = False
    for script in scripts:
        if script.name:
            succeeded = client.run_script(script.name, script.text, args.keep_going)
        else:
            succeeded = client.run_input(script.text, args.keep_going)
        failed |= not succeeded
        if failed and not args.keep_going:
            break
    connection = client.connection
    if connection.closed:
        return NOT_CONNECTED
    if args.single_transaction:
        return _end(client, failed)
    return FAILED if client.undo_open_transaction() or failed else SUCCEEDED


def _end(client: Client, failed: bool) -> int:
    """Commit what was done, or undo it."""
    if failed:
        client.connection.rollback()
        client.tell("rolled back")
        return FAILED
    try:
        client.connection.commit()
    except Error as exc:
        client.tell(str(exc))
        return FAILED
    return SUCCEEDED
