"""The errors of row decoding, worded once for both decoders.

The pure decoder and the compiled one must raise the same class with the same text;
so neither words an error itself. ProtocolError: the bytes are not a row of this
description, and the session is lost. DataError: a legal value Python cannot hold.
"""

from __future__ import annotations

from collections.abc import Sequence

from informix_db.exceptions import DataError, ProtocolError


def short_row(names: Sequence[str], index: int, missing: int) -> ProtocolError:
    """The payload ends `missing` bytes before column `index` does."""
    return ProtocolError(
        f"the row ends {missing} bytes inside column {index + 1} ({names[index]}): "
        "the server and this driver disagree about the row's layout"
    )


def long_row(names: Sequence[str], surplus: int) -> ProtocolError:
    """`surplus` bytes are left after the last column."""
    return ProtocolError(
        f"{surplus} bytes are left over after the {len(names)} columns "
        f"({', '.join(names[:20])}) of the row: the server and this driver disagree "
        "about the row's layout"
    )


def malformed(names: Sequence[str], index: int, reason: str) -> ProtocolError:
    """The bytes of column `index` are not a value of its type."""
    return ProtocolError(
        f"column {index + 1} ({names[index]}): {reason} is not a value of its type"
    )


def unrepresentable(names: Sequence[str], index: int, reason: str) -> DataError:
    """Column `index` holds a value Python's type for it cannot."""
    return DataError(f"column {index + 1} ({names[index]}): {reason}")


def undecodable(
    names: Sequence[str], index: int, encoding: str, exc: UnicodeDecodeError
) -> DataError:
    """The text of column `index` is not in the session's code set."""
    byte = exc.object[exc.start]
    return DataError(
        f"column {index + 1} ({names[index]}): byte 0x{byte:02x} at position "
        f"{exc.start} is not text in {encoding}; connect with the db_locale the data "
        "is stored in"
    )


def malformed_tuple(length: int) -> ProtocolError:
    """The length of a TUPLE message is out of bounds."""
    return ProtocolError(f"the server sent a row of {length} bytes")
