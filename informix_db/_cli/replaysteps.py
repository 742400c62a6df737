"""What a recorded program did, as Python that does it again.

A recording is somebody else's file. All that gets from it into the Python are numbers
and values as `replayvalues` writes them; whatever else it holds is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

import informix_db
from informix_db._cli.replayvalues import CannotRepeat, code_of, hidden_size
from informix_db.exceptions import Error

if TYPE_CHECKING:
    from informix_db.testing.recording import Conversation, Operation

CANCELLED = "StatementCancelledError"

_ROW = "++"  # which an executemany() took from an iterator
_MORE_THAN_SENT = 16 * 1024 * 1024
_BEFORE_THE_FIRST = -(2**31)  # rows from any, which no result has

_NO_ARGUMENTS = {
    "commit": "commit()",
    "rollback": "rollback()",
    "ping": "ping()",
    "tpc_prepare": "tpc_prepare()",
}
_FILE_METHODS: dict[str, tuple[str, ...]] = {
    "read": ("size",),
    "write": ("data",),
    "seek": ("offset", "whence"),
    "truncate": ("size",),
    "size": (),
    "close": (),
}


class Step(NamedTuple):
    """A piece of Python, and what came of it in the recorded program."""

    code: str
    errors: tuple[str | None, ...] = (None,)  # names of those that are as recorded
    sqlcode: int | None = None
    is_expression: bool = False  # its value is what came out
    expected: str | None = None  # its repr(), if that was recorded


def steps(conversation: Conversation) -> Iterator[Step]:
    """Return what was done, in order; CannotRepeat where that cannot be repeated."""
    sent = sum(len(exchange.request) for exchange in conversation.exchanges)
    program = _Program(_MORE_THAN_SENT + 2 * sent)
    operations = conversation.operations
    for operation, following in zip_longest(operations, operations[1:]):
        if operation.name in ("connect", "close"):
            continue
        if not program.goes_on(operation, following):
            yield from program.steps_of(operation)


class _Program:
    """The cursors, files and blocks there are."""

    def __init__(self, most_hidden: int) -> None:
        self._most_hidden = most_hidden  # bytes of values that may be made up
        self._positions: dict[int, int | None] = {}  # of cursors; None: anywhere
        self._files: set[int] = set()
        self._with_files: set[int] = set()  # cursors that offered some
        self._blocks: list[str] = []
        self._count = 0

    def goes_on(self, operation: Operation, following: Operation | None) -> bool:
        """Whether the next operation is of the same call: a fetch that got no row."""
        return (
            following is not None
            and operation.name == following.name == "fetch"
            and (operation.outcome or {}).get("at_hand") == 0
            and "at" in operation.given
            and all(
                operation.given.get(key) == following.given.get(key)
                for key in ("cursor", "at")
            )
        )

    def steps_of(self, operation: Operation) -> Iterator[Step]:
        """Return the steps of one operation."""
        if operation.outcome is None:
            raise CannotRepeat(f"{_name(operation)} did not end")
        try:
            if operation.given.get("type") == "unrecorded":
                raise CannotRepeat(f"what {_name(operation)} was given has no JSON")
            self._make_up(operation)
            yield from self._between(operation)
            yield from self._repeated(operation)
        except RecursionError:
            raise CannotRepeat(f"{_name(operation)} is nested too deeply") from None
        except CannotRepeat:
            # What failed before anything was sent need not be repeated.
            if operation.requests or operation.outcome.get("error") is None:
                raise

    def _make_up(self, operation: Operation) -> None:
        """Allow stand-ins for what is hidden of an operation, within bounds."""
        self._most_hidden -= hidden_size(list(operation.given.values()))
        if self._most_hidden < 0:
            raise CannotRepeat(f"{_name(operation)} was given more than was sent")

    def _between(self, operation: Operation) -> Iterator[Step]:
        """Return what was done since the operation before."""
        freed = operation.given.get("freed", [])
        for number in freed if isinstance(freed, list) else []:
            if not isinstance(number, int):
                continue
            if number in self._files:
                self._files.remove(number)
                yield Step(f"del file{number:d}")
            elif number in self._positions:
                del self._positions[number]
                yield Step(f"cur{number:d}.close()")
        if isinstance(autocommit := operation.given.get("autocommit"), bool):
            yield Step(f"conn.autocommit = {autocommit}")

    def _repeated(self, operation: Operation) -> Iterator[Step]:
        name = operation.name
        if name in _NO_ARGUMENTS:
            yield _call(operation, f"conn.{_NO_ARGUMENTS[name]}")
        elif name == "execute":
            yield from self._executed(operation)
        elif name == "executemany":
            yield from self._executed_many(operation)
        elif name == "fetch":
            yield from self._fetched(operation)
        elif name in ("read_blob", "write_blob"):
            yield from self._blob_column(operation)
        elif name.startswith("lob_"):
            yield from self._large_object(operation)
        elif name in ("enter_block", "enter_savepoint"):
            yield from self._entered(operation)
        elif name in ("leave_block", "leave_savepoint"):
            yield from self._left(operation)
        elif name == "reset":  # what a pool does
            for number in sorted(self._positions):
                del self._positions[number]
                yield Step(f"cur{number:d}.close()")
            yield _call(operation, "conn.rollback()")
        else:
            code = _of_connection(operation)
            tells = not name.startswith("tpc_") or name == "tpc_recover"
            yield _call(operation, code, is_expression=tells)

    # -- cursors ---------------------------------------------------------------------

    def _cursor(self, operation: Operation) -> Iterator[Step]:
        """Make the cursor of an operation, if it is new."""
        number = _number(operation, "cursor")
        if number not in self._positions:
            options = [
                f"{option}=True"
                for option in ("scrollable", "hold")
                if operation.given.get(option) is True
            ]
            yield Step(f"cur{number} = conn.cursor({', '.join(options)})")
        self._positions[number] = None
        if "files" in operation.given or number in self._with_files:
            self._with_files.add(number)
            files = code_of(operation.given.get("files", {"type": "dict", "is": {}}))
            yield Step(f"cur{number}.virtual_files.clear()")
            yield Step(f"cur{number}.virtual_files.update({files})")

    def _executed(self, operation: Operation) -> Iterator[Step]:
        arguments = [code_of(operation.given.get("sql"))]
        if operation.given.get("parameters") is not None:
            arguments.append(code_of(operation.given["parameters"]))
        yield from self._cursor(operation)
        number = _number(operation, "cursor")
        yield _call(operation, f"cur{number}.execute({', '.join(arguments)})")
        outcome = operation.outcome or {}
        if "error" in outcome:
            return
        yield from _counted(operation)
        if "at_hand" in outcome:
            yield Step(f"cur{number}.description", is_expression=True)
            at_hand = _at_hand(operation)
            if at_hand:
                code = f"cur{number}.fetchmany({at_hand})"
                yield Step(code, is_expression=True)
            self._positions[number] = at_hand

    def _fetched(self, operation: Operation) -> Iterator[Step]:
        number = _number(operation, "cursor")
        if number not in self._positions:
            raise CannotRepeat("a fetch without a query")
        if "index" in operation.given:
            index = _integer(operation, "index")
            code = f"cur{number}.fetch_absolute({index})"
            yield _call(operation, code, is_expression=True)
            self._positions[number] = None
            return
        at, at_hand = _integer(operation, "at"), _at_hand(operation)
        if self._positions[number] != at:
            yield Step(
                f"cur{number}.fetch_absolute({at - 1})"
                if at > 0
                else f"cur{number}.fetch_relative({_BEFORE_THE_FIRST})"
            )
        code = f"cur{number}.fetchmany({max(1, at_hand)})"
        yield _call(operation, code, is_expression=True)
        self._positions[number] = at + at_hand

    def _blob_column(self, operation: Operation) -> Iterator[Step]:
        given = operation.given
        arguments = [code_of(given.get("sql"))]
        if operation.name == "write_blob":
            arguments.append(code_of(given.get("data")))
        arguments.append(code_of(given.get("parameters")))
        if given.get("clob") is True:
            arguments.append("clob=True")
        yield from self._cursor(operation)
        method = f"cur{_number(operation, 'cursor')}.{operation.name}_column"
        code = f"{method}({', '.join(arguments)})"
        reads = operation.name == "read_blob"
        yield _call(operation, code, is_expression=reads)

    def _executed_many(self, operation: Operation) -> Iterator[Step]:
        given = operation.given
        sql, rows = code_of(given.get("sql")), ""
        if "parameters" in given:
            rows = code_of(given["parameters"])
        else:
            self._count += 1
            rows = f"rows{self._count}"
            yield Step(self._iterator(operation, rows))
            rows += "()"
        insert_cursor = given.get("insert_cursor") is True
        yield from self._cursor(operation)
        code = f"cur{_number(operation, 'cursor')}.executemany({sql}, {rows}"
        yield _call(operation, f"{code}, insert_cursor={insert_cursor})")
        if "error" not in (operation.outcome or {}):
            yield from _counted(operation)

    def _iterator(self, operation: Operation, name: str) -> str:
        """Return the generator that an executemany() takes its rows from."""
        body = []
        failure = False
        for inner in operation.inside:
            if inner.name == _ROW:
                self._make_up(inner)
                body.append(f"yield {code_of(inner.given.get('parameters'))}")
            elif inner.name != "undo":  # which executemany() does by itself
                for step in self.steps_of(inner):
                    body += _tolerant(step)
                failure = failure or _same_error(inner, operation)
        if failure:  # asyncio comes to the rows before it later
            body.append("raise failure")
        if _program_error(operation):
            body.append("raise RuntimeError")
        if not any(line.startswith("yield") for line in body):
            body.append("yield from ()")
        return "\n    ".join([f"def {name}():", *body])

    # -- files and blocks ------------------------------------------------------------

    def _large_object(self, operation: Operation) -> Iterator[Step]:
        number = _number(operation, "file")
        method = operation.name.removeprefix("lob_")
        if method == "open":
            locator = code_of(operation.given.get("locator"))
            mode = code_of(operation.given.get("mode"))
            code = f"file{number} = conn.open_large_object({locator}, {mode})"
            yield _call(operation, code)
            self._files.add(number)
            return
        method = "read" if method == "readinto" else method  # whose requests are these
        if method not in _FILE_METHODS or number not in self._files:
            raise CannotRepeat(f"{_name(operation)} is not known, or of no open file")
        values = (operation.given.get(key) for key in _FILE_METHODS[method])
        code = f"file{number}.{method}({', '.join(map(code_of, values))})"
        yield _call(operation, code, is_expression=method != "close")

    def _entered(self, operation: Operation) -> Iterator[Step]:
        self._count += 1
        block = f"block{self._count}"
        made = "transaction()"
        if operation.name == "enter_savepoint":
            made = f"savepoint({code_of(operation.given.get('name'))})"
        yield Step(f"{block} = conn.{made}")
        yield _call(operation, f"{block}.__enter__()")
        if "error" not in (operation.outcome or {}):
            self._blocks.append(block)

    def _left(self, operation: Operation) -> Iterator[Step]:
        if not self._blocks:
            raise CannotRepeat("the end of a block that has not begun")
        block = self._blocks.pop()
        if operation.given.get("succeeded") is True:
            yield _call(operation, f"{block}.__exit__(None, None, None)")
        else:  # by an exception, which is what the block raises whatever happens here
            yield Step(f"{block}.__exit__(RuntimeError, RuntimeError(), None)")


def _of_connection(operation: Operation) -> str:
    """Return the call of a connection's method, or an attribute of it."""
    name, given = operation.name, operation.given
    if name == "server_version":
        return f"conn.{name}"
    if name == "tpc_recover":
        return f"conn.{name}()"
    if name in ("tpc_begin", "tpc_commit", "tpc_rollback"):
        return f"conn.{name}({code_of(given.get('xid'))})"
    if name == "fast_path_call":
        values = given.get("values")
        if not isinstance(values, list):
            raise CannotRepeat("the arguments of a call were not recorded")
        arguments = [code_of(given.get("signature")), *map(code_of, values)]
        return f"conn.{name}({', '.join(arguments)})"
    raise CannotRepeat(
        f"{_name(operation)} is not repeated by this command: use --serve and the "
        "program itself"
    )


def _call(operation: Operation, code: str, *, is_expression: bool = False) -> Step:
    outcome = operation.outcome or {}
    error, sqlcode = outcome.get("error"), outcome.get("sqlcode")
    errors: tuple[str | None, ...] = (error,)
    if _program_error(operation):
        if operation.interrupted:  # by a signal, or the task was cancelled
            errors = (CANCELLED, None)
        elif operation.name == "executemany" and "parameters" not in operation.given:
            errors = ("RuntimeError",)
        else:
            raise CannotRepeat(f"{_name(operation)} was ended by {error!s:.40}")
    if operation.interrupted or not isinstance(sqlcode, int):
        sqlcode = None
    return Step(code, errors, sqlcode, is_expression)


def _counted(operation: Operation) -> Iterator[Step]:
    """Return what says how many rows were changed."""
    count = (operation.outcome or {}).get("rowcount")
    if isinstance(count, int):
        cursor = f"cur{_number(operation, 'cursor')}"
        yield Step(f"{cursor}.rowcount", is_expression=True, expected=repr(count))
        yield Step(f"{cursor}.lastrowid", is_expression=True)


def _tolerant(step: Step) -> list[str]:
    """Return the lines of a step whose outcome another step depends on."""
    lines = step.code.split("\n")
    if step.errors == (None,):
        return lines
    return [
        "try:",
        *(f"    {line}" for line in lines),
        "except informix_db.Error as error:",
        "    failure = error",
    ]


def _same_error(one: Operation, other: Operation) -> bool:
    """Whether an error may have ended the one, and with it the other."""
    mine, yours = one.outcome or {}, other.outcome or {}
    return is_error(mine.get("error")) and all(
        mine.get(key) == yours.get(key) for key in ("error", "sqlcode")
    )


def _program_error(operation: Operation) -> bool:
    """Whether an operation was ended by what is no error of the driver."""
    error = (operation.outcome or {}).get("error")
    return error is not None and not is_error(error)


def is_error(name: object) -> bool:
    """Whether this is the name of one of the driver's exceptions."""
    kind = getattr(informix_db, name, None) if isinstance(name, str) else None
    return isinstance(kind, type) and issubclass(kind, Error)


def _name(operation: Operation) -> str:
    return f"{operation.name!s:.40} (line {operation.line})"


def _integer(operation: Operation, key: str) -> int:
    value = operation.given.get(key)
    if not isinstance(value, int):
        raise CannotRepeat(f"{_name(operation)} has no {key}")
    return int(value)


def _number(operation: Operation, key: str) -> int:
    """Return the number of a cursor or file."""
    number = _integer(operation, key)
    if number < 0:
        raise CannotRepeat(f"{_name(operation)} has no {key}")
    return number


def _at_hand(operation: Operation) -> int:
    count = (operation.outcome or {}).get("at_hand", 0)
    return max(0, int(count)) if isinstance(count, int) else 0
