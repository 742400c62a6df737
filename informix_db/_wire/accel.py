"""Chooses the decoder and encoder: compiled if it is there, else the pure twin.

The only place that chooses. INFORMIX_DB_NO_EXTENSIONS=1 takes the pure twin,
INFORMIX_DB_REQUIRE_EXTENSIONS=1 makes a missing extension an ImportError; both set
to anything but an empty string or 0 count as set. Without either, a missing extension
is no error, and IMPLEMENTATION says which it is.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from informix_db._wire import (
    decode,
    encode,
    encode_tuple,
    limits,
    rowerrors,
    rowtuple,
)
from informix_db.types import IntervalYM


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "") not in ("", "0")


_refused = _is_set("INFORMIX_DB_NO_EXTENSIONS")
_required = _is_set("INFORMIX_DB_REQUIRE_EXTENSIONS")

if _refused and _required:
    raise ImportError(
        "INFORMIX_DB_NO_EXTENSIONS and INFORMIX_DB_REQUIRE_EXTENSIONS are both set"
    )

IMPLEMENTATION = "python"

if TYPE_CHECKING or _refused:
    _speedups = None
else:
    try:
        from informix_db import _speedups
    except ImportError as exc:
        if _required:
            raise ImportError(
                "INFORMIX_DB_REQUIRE_EXTENSIONS is set, but informix_db._speedups "
                f"cannot be imported: {exc}"
            ) from exc
        _speedups = None

if TYPE_CHECKING or _speedups is None:
    from informix_db._wire.decode import Plan, parse_tuple_payload
    from informix_db._wire.encode import BindContext, encode_row, take_plain_rows
    from informix_db._wire.encode_tuple import TupleEncoder, tuple_encoder
    from informix_db._wire.limits import Limits
    from informix_db._wire.rowtuple import RowBase, make_rows
    from informix_db._wire.runs import read_run
else:
    # One that was built for another release lacks a name, and is an ImportError.
    from informix_db._speedups import (
        BindContext,
        Limits,
        Plan,
        RowBase,
        TupleEncoder,
        configure,
        encode_row,
        make_rows,
        parse_tuple_payload,
        read_run,
        take_plain_rows,
    )

    # The extension imports nothing of the package, so that it is told here what to
    # raise, what to build, and whom to leave the rest to.
    _context = encode.BindContext("ascii", True)
    configure(
        twin_plan=decode.Plan,
        twin_payload=decode.parse_tuple_payload,
        malformed_tuple=rowerrors.malformed_tuple,
        interval_ym=IntervalYM,
        encode_entry=encode.encode_entry,
        too_many_parameters=encode.too_many_parameters,
        twin_limits=limits.Limits,
        null_entry=encode.NULL_ENTRY,
        true_entry=encode.encode_parameter(True, _context),
        false_entry=encode.encode_parameter(False, _context),
        missing_column=rowtuple.missing_column,
    )
    IMPLEMENTATION = "cython"

    def tuple_encoder(columns, encoding):
        """Return the encoder of rows of `columns`; see `encode_tuple`."""
        twin = encode_tuple.tuple_encoder(columns, encoding)
        if twin is None:
            return None
        lengths = [column.encoded_length for column in columns]
        return TupleEncoder(twin, decode.plan_steps(columns, True), lengths, encoding)


__all__ = [
    "IMPLEMENTATION",
    "BindContext",
    "Limits",
    "Plan",
    "RowBase",
    "TupleEncoder",
    "encode_row",
    "make_rows",
    "parse_tuple_payload",
    "read_run",
    "take_plain_rows",
    "tuple_encoder",
]
