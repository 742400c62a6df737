"""What most replies are made of: rows, DONE, COST and INSERTDONE, read a run at a time.

A usual reply is one such run and EOT. A batch is answered by INSERTDONE, DONE and COST
for each of its rows, so that their number and the sum of their rows is all there is to
know of most. `accel` chooses between this module and `informix_db._speedups`.
"""

from __future__ import annotations

from struct import Struct
from typing import Any

from informix_db._wire import constants as c
from informix_db._wire.codecs import Data
from informix_db._wire.decode import Plan, parse_tuples

_TAG = Struct(">h").unpack_from
_ROWS = Struct(">i").unpack_from

DONE_SIZE = 16  # tag, warn, rows, rowid, serial [J]
COST_SIZE = 10  # tag, two estimates: cost, rows [J]

# Where the run ends, whether EOT ended it, the size of the TUPLEs in it, the number of
# DONEs, the sum of their rows, and where the last DONE and the last INSERTDONE begin;
# these are -1 if there is none.
Run = tuple[int, bool, int, int, int, int, int]


def read_run(
    data: Data,
    pos: int,
    end: int,
    insertdone_size: int,
    plan: Plan | None,
    rows: list[tuple[Any, ...]] | None,
) -> Run:
    """Read the whole messages at `pos` to EOT; stop before the first of another kind.

    Rows are appended to `rows`, those before one that cannot be decoded as well; if it
    is None they are passed over. Without a `plan` TUPLE is one of the other kinds.
    `insertdone_size` is that of a whole INSERTDONE, which depends on the session.
    """
    row_bytes = dones = changed = 0
    done_at = insertdone_at = -1
    over = False
    while end - pos >= 2 and not over:
        tag = _TAG(data, pos)[0]
        start = pos
        if tag == c.SQ_TUPLE and plan is not None:
            pos = parse_tuples(data, pos, end, plan, rows)
            row_bytes += pos - start
        elif tag == c.SQ_DONE and end - pos >= DONE_SIZE:
            dones += 1
            changed += _ROWS(data, pos + 4)[0]
            done_at = pos
            pos += DONE_SIZE
        elif tag == c.SQ_COST and end - pos >= COST_SIZE:
            pos += COST_SIZE
        elif tag == c.SQ_INSERTDONE and end - pos >= insertdone_size:
            insertdone_at = pos
            pos += insertdone_size
        elif tag == c.SQ_EOT:
            over = True
            pos += 2
        if pos == start:
            break
    return pos, over, row_bytes, dones, changed, done_at, insertdone_at
