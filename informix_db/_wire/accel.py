"""Chooses the decoder and encoder: compiled if it is there, else the pure twin.

The only place that chooses. INFORMIX_DB_NO_EXTENSIONS=1 takes the pure twin,
INFORMIX_DB_REQUIRE_EXTENSIONS=1 makes a missing extension an ImportError; both set
to anything but an empty string or 0 count as set.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from informix_db._wire import decode, encode


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
    from informix_db._wire.decode import Plan, parse_tuple_payload, parse_tuples
    from informix_db._wire.encode import BindContext, encode_row
else:
    try:
        from informix_db import _speedups
    except ImportError as exc:
        if _required:
            raise ImportError(
                "INFORMIX_DB_REQUIRE_EXTENSIONS is set, but informix_db._speedups "
                f"cannot be imported: {exc}"
            ) from exc
        Plan = decode.Plan
        parse_tuple_payload = decode.parse_tuple_payload
        parse_tuples = decode.parse_tuples
        BindContext = encode.BindContext
        encode_row = encode.encode_row
    else:
        IMPLEMENTATION = "cython"
        Plan = _speedups.Plan
        parse_tuple_payload = _speedups.parse_tuple_payload
        parse_tuples = _speedups.parse_tuples
        BindContext = _speedups.BindContext
        encode_row = _speedups.encode_row

__all__ = [
    "IMPLEMENTATION",
    "BindContext",
    "Plan",
    "encode_row",
    "parse_tuple_payload",
    "parse_tuples",
]
