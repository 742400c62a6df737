"""Rows of parameters with large or composite values.

How such a value goes out depends on what it is stored in. For an INSERT of nothing but
parameters the description of the statement tells; for other statements the server is
asked once (CIDESCRIBE), if a value or the statement gives reason to. BLOB and CLOB
values become large objects before the statement is executed, as IBM's client does [J].

Plain text for a TEXT or CLOB of a statement that gives no reason to ask goes out as a
string first; if the server refuses that, it is asked then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from informix_db._base.largeobjects import create_gen
from informix_db._base.lobtext import stored_column
from informix_db._protocol.contents import RowWithContents
from informix_db._protocol.statement import Statement, describe_input_gen
from informix_db._wire import constants as c
from informix_db._wire.accel import encode_row
from informix_db._wire.buffer import Wire
from informix_db._wire.describe import ColumnInfo
from informix_db._wire.encode import Entry
from informix_db._wire.largeparams import NewLargeObject, needs_target, targeted
from informix_db.exceptions import DataError, Error

if TYPE_CHECKING:
    from informix_db._base.execution import Execution

# Stands for a row of parameters that depends on what its values are stored in.
TARGETED = RowWithContents()

_SIZE = 8  # of a value without a length of its own

# A string where a TEXT is needed; no cast from it to a CLOB, ROW or collection [?].
_REFUSALS = frozenset({-617, -9634})


def depends_on_targets(
    bind: bytes | None, statement: Statement, values: Sequence[Any]
) -> bool:
    """Whether a row of parameters has to be encoded by what it is stored in.

    `bind` is the row encoded without that. Numbers and times have one form only, and
    are no reason to ask the server.
    """
    if bind is TARGETED:
        return True
    if not bind or not statement.large:
        return False
    known = statement.targets is not None or statement.inputs is not None
    return known or any(value is None or isinstance(value, str) for value in values)


def is_refused_text(exc: Error, statement: Statement, values: Sequence[Any]) -> bool:
    """Whether text may have been refused because it went out as a string."""
    return (
        exc.sqlcode in _REFUSALS
        and statement.targets is None
        and statement.inputs is None
        and any(isinstance(value, str) for value in values)
    )


class Unbound:
    """A row of parameters that only `bind_gen` can encode.

    Its length is about that of its encoding and contents, and never 0.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    def __len__(self) -> int:
        sizes = (len(v) if hasattr(v, "__len__") else _SIZE for v in self.values)
        return 1 + sum(sizes)


def bind_gen(
    connection: Execution, statement: Statement, values: Sequence[Any]
) -> Wire[bytes]:
    """Encode a row of parameters; make the large objects it needs.

    Raises DataError, naming the parameter counted from 1, for a value its column
    cannot hold.
    """
    targets = yield from _targets_gen(connection, statement, len(values))
    entries: list[Any] = []
    for value, target in zip(values, targets, strict=True):
        try:
            entries.append(targeted(value, target, connection._channel.encoding))
        except DataError as exc:
            raise DataError(f"parameter {len(entries) + 1}: {exc}") from None
    for at, entry in enumerate(entries):
        if isinstance(entry, NewLargeObject):
            yield from connection._begin_gen(statement)
            entries[at] = yield from create_gen(
                connection, entry.source, entry.is_clob, _stored_in(statement, at)
            )
    bind = encode_row(entries, connection._bind_context)
    sources = [entry.source for entry in entries if isinstance(entry, Entry)]
    present = [source for source in sources if source is not None]
    if not present:
        return bind
    if statement.returns_rows:
        present = [source.in_memory() for source in present]
    return RowWithContents.of(bind, present)


def _targets_gen(
    connection: Execution, statement: Statement, count: int
) -> Wire[Sequence[ColumnInfo | None]]:
    """Return what each parameter is stored in, None where that is not known."""
    known = statement.targets
    if known is None:
        if statement.inputs is None and connection._channel.framing.describe_input:
            inputs = yield from describe_input_gen(connection._channel, statement)
            statement.inputs = inputs
            statement.large = any(map(needs_target, inputs))
        known = statement.inputs
    if known is None or len(known) != count:
        return [None] * count
    return known


def _stored_in(statement: Statement, at: int) -> str | None:
    """Return "table.column" for a parameter, if the statement's text tells it."""
    names = None
    if statement.statement_type == c.STMT_INSERT and (
        len(statement.columns) == statement.parameter_count
    ):
        names = [column.name for column in statement.columns]
    return stored_column(statement.sql, at, names)
