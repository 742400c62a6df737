"""Rows with BYTE and TEXT columns: their contents are fetched after them.

A server sends the contents while the cursor is open, for any row of the last fetch [J].
They are fetched a portion of rows at a time, when the rows are wanted, so that a result
holds no more of them than it would of other rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from informix_db._protocol.blobs import fetch_contents_gen
from informix_db._protocol.channel import Channel
from informix_db._protocol.statement import Statement
from informix_db._wire.buffer import Wire
from informix_db._wire.largecells import Content
from informix_db._wire.rowerrors import undecodable
from informix_db.exceptions import DataError, Error

Row = tuple[Any, ...]

_PORTION_ROWS = 512
_PORTION_BYTES = 1024 * 1024


def portion(rows: Iterable[Row], at: Sequence[int]) -> list[Row]:
    """Return the first of `rows`, at least one, whose contents are not too much.

    `at` says which columns have contents.
    """
    chosen: list[Row] = []
    size = 0
    for row in rows:
        size += sum(row[place].size for place in at if row[place] is not None)
        if chosen and (size > _PORTION_BYTES or len(chosen) >= _PORTION_ROWS):
            break
        chosen.append(row)
    return chosen


def fill_gen(
    channel: Channel, statement: Statement, rows: Sequence[Row]
) -> Wire[tuple[list[Row], int, Error | None]]:
    """Fetch the contents of `rows`.

    Returns the rows with them, their size, and what kept a row from having its own:
    then that row and those after it are missing.
    """
    places = statement.contents_at
    wanted: list[Content] = [
        row[place] for row in rows for place in places if row[place] is not None
    ]
    contents, problem = yield from fetch_contents_gen(channel, statement, wanted)
    found = iter(contents)
    filled: list[Row] = []
    try:
        for row in rows:
            filled.append(_filled(row, statement, found, channel.encoding))
    except DataError as exc:
        problem = exc
    except StopIteration:
        pass  # the contents end where the problem is
    return filled, sum(map(len, contents)), problem


def _filled(
    row: Row, statement: Statement, found: Iterator[bytes], encoding: str
) -> Row:
    cells = list(row)
    for place in statement.contents_at:
        content = cells[place]
        if content is None:
            continue
        data = next(found)
        try:
            cells[place] = data.decode(encoding) if content.is_text else data
        except UnicodeDecodeError as exc:
            names = [column.name for column in statement.columns]
            raise undecodable(names, place, encoding, exc) from None
    return tuple(cells)
