"""What answers an execution: INSERTDONE, DONE and COST, read a run at a time.

A batch is answered by one such group for each of its rows, so that their number and
the sum of their rows is all there is to know of most. `accel` chooses between this
module and `informix_db._speedups`.
"""

from __future__ import annotations

from struct import Struct

from informix_db._wire import constants as c
from informix_db._wire.codecs import Data

_TAG = Struct(">h").unpack_from
_ROWS = Struct(">i").unpack_from

DONE_SIZE = 16  # tag, warn, rows, rowid, serial [J]
COST_SIZE = 10  # tag, two estimates: cost, rows [J]

# Where the run ends, the number of DONEs in it, the sum of their rows, and where the
# last DONE and the last INSERTDONE begin; these are -1 if there is none.
Dones = tuple[int, int, int, int, int]


def read_dones(data: Data, pos: int, end: int, insertdone_size: int) -> Dones:
    """Read the whole messages at `pos`; stop before the first of another kind.

    `insertdone_size` is that of a whole INSERTDONE, which depends on the session.
    """
    count = rows = 0
    last_done = last_insertdone = -1
    while end - pos >= 2:
        tag = _TAG(data, pos)[0]
        if tag == c.SQ_DONE:
            if end - pos < DONE_SIZE:
                break
            count += 1
            rows += _ROWS(data, pos + 4)[0]
            last_done = pos
            pos += DONE_SIZE
        elif tag == c.SQ_COST:
            if end - pos < COST_SIZE:
                break
            pos += COST_SIZE
        elif tag == c.SQ_INSERTDONE:
            if end - pos < insertdone_size:
                break
            last_insertdone = pos
            pos += insertdone_size
        else:
            break
    return pos, count, rows, last_done, last_insertdone
