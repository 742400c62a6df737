"""Sequences: what NEXTVAL and CURRVAL give.

Within a row, every NEXTVAL of one sequence gives the same value. Values handed out are
not given back by a rollback. The type of NEXTVAL is that of syssequences' columns; no
source tells how a server describes it.
"""

from __future__ import annotations

import itertools
import weakref
from typing import TYPE_CHECKING

from informix_db.testing.api import SQLError
from informix_db.testing.sql import ast, ast_ddl
from informix_db.testing.sql import bound as b
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import SequenceGenerator
from informix_db.testing.sql.runtime import Runtime

if TYPE_CHECKING:
    from informix_db.testing.sql.expressions import ExpressionBinder

_LIMIT = 2**63 - 1  # INT8, whose lowest number stands for NULL
_CACHE = 20  # values; [M]

# SQLite functions get a sequence by number.
_numbers = itertools.count(1)
_by_number: weakref.WeakValueDictionary[int, SequenceGenerator] = (
    weakref.WeakValueDictionary()
)
_number_of: weakref.WeakKeyDictionary[SequenceGenerator, int] = (
    weakref.WeakKeyDictionary()
)


def _number(sequence: SequenceGenerator) -> int:
    if sequence not in _number_of:
        number = next(_numbers)
        _number_of[sequence] = number
        _by_number[number] = sequence
    return _number_of[sequence]


def bind_sequence(binder: ExpressionBinder, node: ast.SequenceValue) -> b.Expr:
    """Return ``s.NEXTVAL`` or ``s.CURRVAL`` bound; SQLError(-8300) if there is none.

    SQLError(-8319) where they may not stand: in a subquery or a condition.
    """
    name = node.sequence
    if not name.owner and binder.scope.has_item(name.name):
        column = ast.Name(node.position, (name.name, node.operation))
        return binder.scope.resolve(column)
    sequence = binder.binding.sequence(name)
    if sequence is None:
        raise SQLError(-8300, offset=name.position, token=name.name)
    if binder.scope.parent is not None or not binder.allow_sequences:
        raise SQLError(-8319, offset=node.position)
    arguments: tuple[b.Expr, ...] = (b.Const(t.INTEGER_TYPE, _number(sequence)),)
    if node.operation == "currval" or sequence in binder.binding.advanced:
        return b.Op(t.INT8_TYPE, "seq_current", arguments)
    binder.binding.advanced.append(sequence)
    return b.Op(t.INT8_TYPE, "seq_next", arguments)


def register(runtime: Runtime) -> None:
    """Register what NEXTVAL and CURRVAL become."""

    def following(number: int) -> int:
        sequence = _by_number[number]
        value = advance(sequence)
        runtime.facts().sequence_values[sequence] = value
        runtime.advanced.add(sequence)
        return value

    def current(number: int) -> int:
        sequence = _by_number[number]
        value = runtime.facts().sequence_values.get(sequence)
        if value is None:
            raise SQLError(-8315, token=sequence.name)
        return value

    runtime.register("seq_next", following, deterministic=False)
    runtime.register("seq_current", current, deterministic=False)


def advance(sequence: SequenceGenerator) -> int:
    """Return the next value; SQLError(-8313, -8314) past the last one."""
    if sequence.last is None:
        value = sequence.start
    else:
        value = sequence.last + sequence.increment
        if value > sequence.maximum:
            value = _wrapped(sequence, sequence.minimum, -8313)
        elif value < sequence.minimum:
            value = _wrapped(sequence, sequence.maximum, -8314)
    sequence.last = value
    return value


def _wrapped(sequence: SequenceGenerator, value: int, sqlcode: int) -> int:
    if not sequence.cycle:
        raise SQLError(sqlcode, token=sequence.name)
    return value


# --- definitions -------------------------------------------------------------


def new_sequence(
    node: ast_ddl.CreateSequence, owner: str, tabid: int, sequence_id: int
) -> SequenceGenerator:
    """Return a sequence as CREATE SEQUENCE defines it."""
    options = node.options
    if options.restart:
        raise SQLError(-201, offset=options.position)
    increment = 1 if options.increment is None else options.increment
    up = increment > 0
    sequence = SequenceGenerator(
        node.name.name,
        owner,
        tabid,
        sequence_id,
        0,
        increment,
        minimum=_bound(options.minimum, 1 if up else -_LIMIT),
        maximum=_bound(options.maximum, _LIMIT if up else -1),
        cycle=bool(options.cycle),
        cache=_CACHE if options.cache is None else options.cache,
        ordered=options.order is not False,
    )
    sequence.start = sequence.minimum if up else sequence.maximum
    if options.start is not None:
        sequence.start = options.start
    _check(sequence, options)
    return sequence


def _bound(option: int | str | None, default: int) -> int:
    return option if isinstance(option, int) else default


def alter_sequence(
    sequence: SequenceGenerator, options: ast_ddl.SequenceOptions
) -> None:
    """Change a sequence; what is wrong with the new definition is SQLError(-8302)."""
    if options.start is not None and not options.restart:
        raise SQLError(-201, offset=options.position)
    if options.increment is not None:
        sequence.increment = options.increment
    up = sequence.increment > 0
    if options.minimum is not None:
        sequence.minimum = _bound(options.minimum, 1 if up else -_LIMIT)
    if options.maximum is not None:
        sequence.maximum = _bound(options.maximum, _LIMIT if up else -1)
    if options.cycle is not None:
        sequence.cycle = options.cycle
    if options.cache is not None:
        sequence.cache = options.cache
    if options.order is not None:
        sequence.ordered = options.order
    if options.restart:
        if options.start is not None:
            sequence.start = options.start
        sequence.restart, sequence.last = sequence.start, None
    _check(sequence, options)


def _check(sequence: SequenceGenerator, options: ast_ddl.SequenceOptions) -> None:
    if (
        sequence.increment == 0
        or not sequence.minimum < sequence.maximum
        or not sequence.minimum <= sequence.start <= sequence.maximum
        or max(abs(sequence.minimum), abs(sequence.maximum)) > _LIMIT
        or sequence.cache == 1
    ):
        raise SQLError(-8302, offset=options.position, token=sequence.name)
