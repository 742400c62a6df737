"""Which command is meant; without one it is `sql`."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Sequence

from informix_db import IMPLEMENTATION, __version__
from informix_db._cli.login import refuse_passwords
from informix_db._cli.values import escape_unknown

_MODULES = {
    "sql": "sql",
    "doctor": "doctor",
    "migrate-check": "migrate_check",
    "replay": "replay",
}
_DEFAULT = "sql"

INTERRUPTED = 130  # exit status of a command that SIGINT ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    _open_missing_streams()
    escape_unknown(sys.stdout, True)
    try:
        try:
            return _run(argv)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has seen enough
        return _cannot_write("")
    except OSError as exc:
        return _cannot_write(f"informix-db: {exc.strerror or exc}\n")


def _open_missing_streams() -> None:
    """Read nothing from a stream that was closed by the caller, write nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, stream)


def _cannot_write(message: str) -> int:
    """Say why; nothing is left that is flushed, and fails again, at the very end."""
    with contextlib.suppress(OSError):
        sys.stderr.write(message)
        sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    return 1


def _run(argv: list[str]) -> int:
    if not argv or argv[0] not in {*_MODULES, "-h", "--help", "--version"}:
        argv.insert(0, _DEFAULT)
    parser = _parser(argv[0])
    refuse_passwords(parser, argv)
    args = _parse(parser, argv)
    status: int = args.run(args)
    return status


def _parse(parser: argparse.ArgumentParser, argv: list[str]) -> argparse.Namespace:
    """Parse arguments; files may come after options too, which argparse leaves over."""
    args, rest = parser.parse_known_args(argv)
    strange = [each for each in rest if each.startswith("-") and each != "-"]
    if rest and (strange or not hasattr(args, "files")):
        args.refuse(f"unrecognized arguments: {' '.join(strange or rest)}")
    if rest:
        args.files += rest
    return args


def _parser(command: str) -> argparse.ArgumentParser:
    """Return the parser for `command`; for all of them if it is none."""
    parser = argparse.ArgumentParser(
        prog="informix-db",
        description="IBM Informix from the command line.",
        epilog=f"Without a command it is {_DEFAULT}: informix-db stores -c 'SELECT 1'",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"informix_db {__version__}, {IMPLEMENTATION}",
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in [command] if command in _MODULES else _MODULES:
        module = importlib.import_module(f"informix_db._cli.{_MODULES[name]}")
        module.add_parser(subparsers)
        subparser = subparsers.choices[name]
        subparser.set_defaults(run=module.run, refuse=subparser.error)
    return parser
