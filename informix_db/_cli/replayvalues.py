"""Values of a recording as Python.

A recording is somebody else's file: what comes out of here are numbers, and the repr()
of values of known types.
"""

from __future__ import annotations

import datetime
import decimal
import io
from collections.abc import Callable
from typing import Any

import informix_db

NAMES: dict[str, Any] = {
    "informix_db": informix_db,
    "datetime": datetime,
    "decimal": decimal,
    "io": io,
}
"""What the Python takes to be imported."""


class CannotRepeat(Exception):
    """The recording does not hold what it takes to do the same again."""


def _timedelta(text: str) -> datetime.timedelta:
    days, seconds, microseconds = map(int, text.split())
    return datetime.timedelta(days, seconds, microseconds)


def _plain(value: object) -> str:
    return repr(value)


# Name of a type: how its text becomes a value, and the value Python.
_READERS: dict[str, tuple[Callable[[str], Any], Callable[[Any], str]]] = {
    "bytes": (bytes.fromhex, _plain),
    "Decimal": (decimal.Decimal, lambda value: f"decimal.{value!r}"),
    "date": (datetime.date.fromisoformat, _plain),
    "datetime": (datetime.datetime.fromisoformat, _plain),
    "time": (datetime.time.fromisoformat, _plain),
    "timedelta": (_timedelta, _plain),
    "IntervalYM": (int, lambda months: f"informix_db.IntervalYM({months})"),
    "BlobLocator": (bytes.fromhex, lambda raw: f"informix_db.BlobLocator({raw!r})"),
    "ClobLocator": (bytes.fromhex, lambda raw: f"informix_db.ClobLocator({raw!r})"),
    "file": (bytes.fromhex, lambda contents: f"io.BytesIO({contents!r})"),
    "text file": (str, lambda contents: f"io.StringIO({contents!r})"),
}


def code_of(value: Any) -> str:
    """Return a recorded value as Python; CannotRepeat if it was not recorded."""
    if isinstance(value, float):
        return f"float({str(value)!r})"
    if value is None or isinstance(value, (bool, int, str)):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(code_of, value))}]"
    kind, inner = str(value.get("type")), value.get("is")
    if kind in _READERS and isinstance(inner, str):
        read, written = _READERS[kind]
        try:
            return written(read(inner))
        except (ValueError, ArithmeticError):
            raise CannotRepeat(f"a value is no {kind}") from None
    return _composite(value, kind, inner)


def _composite(value: dict[str, Any], kind: str, inner: Any) -> str:
    if kind == "dict" and isinstance(inner, dict):
        items = (f"{key!r}: {code_of(each)}" for key, each in inner.items())
        return f"{{{', '.join(items)}}}"
    if kind == "tuple" and isinstance(inner, list):
        return f"({', '.join(map(code_of, inner))}{',' * (len(inner) == 1)})"
    if kind == "CollectionValue" and isinstance(inner, list):
        return (
            f"informix_db.CollectionValue({value.get('kind')!r}, {code_of(inner)})"
            if value.get("kind") in informix_db.CollectionValue.KINDS
            else "None"
        )
    if kind == "RowValue":
        return f"informix_db.RowValue({code_of(inner)})"
    return _stand_in(value, kind)


# What stands for a value that was not recorded, and whose encoding is as long.
_STAND_INS = {
    "NoneType": "None",
    "int": "0",
    "float": "0.0",
    "bool": "False",
    "date": "datetime.date(2000, 1, 1)",
}
_LARGE_INT = "2**40"
_LONGEST_STAND_IN = 16 * 1024 * 1024


def hidden_size(value: object) -> int:
    """Return how large the stand-ins in a recorded value are, in bytes."""
    if isinstance(value, list):
        return sum(map(hidden_size, value))
    if not isinstance(value, dict):
        return 0
    size = value.get("size")
    own = size if isinstance(size, int) and size > 0 and "is" not in value else 0
    return own + sum(map(hidden_size, value.values()))


def _stand_in(value: dict[str, Any], kind: str) -> str:
    size = value.get("size")
    if "is" not in value and kind in _STAND_INS:
        return _LARGE_INT if size == 8 else _STAND_INS[kind]
    if "is" not in value and isinstance(size, int) and 0 <= size <= _LONGEST_STAND_IN:
        if kind == "str":
            return f"'*' * {size:d}"
        if kind in ("bytes", "bytearray"):
            return f"bytes({size:d})"
    raise CannotRepeat(f"a value, of type {kind!s:.40}, was not recorded")
