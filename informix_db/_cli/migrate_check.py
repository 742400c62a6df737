"""`migrate-check`: which lines of a code base for IfxPy need a look."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from informix_db._cli.migration import Finding, findings
from informix_db._cli.values import reason

_FOUND, _CANNOT_READ = 1, 2
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})


def add_parser(subparsers: Any) -> None:
    """Add the command `migrate-check`."""
    parser = subparsers.add_parser(
        "migrate-check",
        help="list the lines of a program for IfxPy that need a look",
        description="List the lines of programs for IfxPy and IfxPyDbi that behave "
        "differently on informix_db.compat, why, and what to do.",
        epilog="Exit status: 0 if there are none, 1 if there are, 2 for wrong "
        "arguments or a file that cannot be read. docs/MIGRATING.md explains the "
        "differences.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, or a directory of .py files"
    )


def run(args: argparse.Namespace) -> int:
    """Print what was found; return 1 if anything was, 2 if a file cannot be read."""
    count, readable = 0, True
    for path in args.paths:
        for file in _files(Path(path)):
            try:
                source = file.read_bytes()
            except OSError as exc:
                print(f"migrate-check: {reason(exc)}", file=sys.stderr)
                readable = False
                continue
            for found in findings(source):
                print(_line(file, found))
                count += 1
    print(f"{count} line{'s' * (count != 1)} to look at", file=sys.stderr)
    if not readable:
        return _CANNOT_READ
    return _FOUND if count else 0


def _files(path: Path) -> Iterator[Path]:
    """Yield the files to read: `path`, or the sources below it."""
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*.py")):
        inside = file.relative_to(path).parts
        if file.is_file() and not any(
            part in _SKIPPED or part.startswith(".") for part in inside
        ):
            yield file


def _line(file: Path, found: Finding) -> str:
    place = f"{file}:{found.line}:{found.column}"
    return f"{place}: {found.topic}: {found.reason} -> {found.advice}"
