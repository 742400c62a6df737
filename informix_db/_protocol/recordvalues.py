"""Values of parameters as JSON, for a recording.

None, numbers and text are themselves, a list or tuple of parameters is an array, all
else is an object with the name of its ``type``, and what it ``is`` as far as that is
known and may be told. Of a value that is not told the size of its encoding is, which
the bytes of the request show anyway. Knows the types the driver can bind; of another,
which the driver refuses, the name is enough.
"""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

from informix_db.types import (
    BlobLocator,
    ClobLocator,
    CollectionValue,
    IntervalYM,
    RowValue,
)

# Bytes or characters of a file that are recorded; nothing of a longer one is.
LONGEST_FILE = 16 * 1024 * 1024

_NAME = re.compile(r":(\w+)")  # of a parameter

# Sequences that are no parameters, but one value.
_ONE_VALUE = (str, bytes, bytearray, memoryview)

# A datetime is a date, so the first that fits counts.
_AS_TEXT: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (decimal.Decimal, "Decimal", str),
    (datetime.datetime, "datetime", datetime.datetime.isoformat),
    (datetime.date, "date", datetime.date.isoformat),
    (datetime.time, "time", datetime.time.isoformat),
    (
        datetime.timedelta,
        "timedelta",
        lambda delta: f"{delta.days} {delta.seconds} {delta.microseconds}",
    ),
    (IntervalYM, "IntervalYM", lambda interval: str(interval.months)),
    (BlobLocator, "BlobLocator", lambda locator: locator.raw.hex()),
    (ClobLocator, "ClobLocator", lambda locator: locator.raw.hex()),
)


class ValueWriter:
    """Turns values into what `json.dumps` takes.

    Without `values` their types remain, and of the names of parameters those that the
    statement has: `sql`. `hide_text` and `hide_bytes` hide what must not be seen of
    text and bytes, and keep their length.
    """

    def __init__(
        self,
        values: bool,
        sql: object,
        hide_text: Callable[[str], str],
        hide_bytes: Callable[[bytes], bytes],
        size_of: Callable[[str], int],
    ) -> None:
        self._values = values
        self._names = set(_NAME.findall(sql)) if isinstance(sql, str) else set()
        self._hide_text = hide_text
        self._hide_bytes = hide_bytes
        self._size_of = size_of

    def parameters(self, parameters: object) -> object:
        """Return the parameters of a statement."""
        if isinstance(parameters, Mapping):
            return self._mapping(parameters)
        if isinstance(parameters, Sequence) and not isinstance(parameters, _ONE_VALUE):
            return list(map(self.value, parameters))
        return None if parameters is None else self.value(parameters)

    def value(self, value: object) -> object:
        """Return one value."""
        if not self._values:
            return self._type_alone(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._hide_text(str.__str__(value))  # not that of an Enum
        for plain in (int, float):
            if isinstance(value, plain):
                return plain(value)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return _told("bytes", self._hide_bytes(bytes(value)).hex())
        for kind, name, as_text in _AS_TEXT:
            if isinstance(value, kind):
                return _told(name, as_text(value))
        return self._composite(value)

    def _type_alone(self, value: object) -> object:
        told: dict[str, object] = {"type": type(value).__name__}
        if isinstance(value, str):
            told["size"] = self._size_of(value)
        elif isinstance(value, (bytes, bytearray)):
            told["size"] = len(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            told["size"] = 4 if abs(value) < 2**31 else 8
        return told

    def _mapping(self, mapping: Mapping[Any, Any]) -> object:
        return _told(
            "dict",
            {
                self._hide_text(str(key)): self.value(value)
                for key, value in mapping.items()
                if self._values or key in self._names
            },
        )

    def _composite(self, value: Any) -> object:
        if isinstance(value, CollectionValue):
            elements = list(map(self.value, value))
            return {"type": "CollectionValue", "kind": value.kind, "is": elements}
        if isinstance(value, RowValue):
            named = value.as_dict()
            fields = self._mapping(named) if named else list(map(self.value, value))
            return _told("RowValue", fields)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list):
            return list(map(self.value, value))
        if isinstance(value, tuple):
            return _told("tuple", list(map(self.value, value)))
        if isinstance(value, Set):  # whose order is that of the bytes
            elements = list(map(self.value, value))
            return {"type": "CollectionValue", "kind": "SET", "is": elements}
        contents = _contents_of(value)
        if isinstance(contents, str):
            return _told("text file", self._hide_text(contents))
        if isinstance(contents, bytes):
            return _told("file", self._hide_bytes(contents).hex())
        return {"type": type(value).__name__}


def _told(name: str, what: object) -> dict[str, object]:
    return {"type": name, "is": what}


def _contents_of(file: Any) -> str | bytes | None:
    """Return the rest of a file that can be read again, and leave it as it was."""
    try:
        if not callable(file.read) or not file.seekable():
            return None
        start = file.tell()
        try:
            contents = file.read(LONGEST_FILE + 1)
        finally:
            file.seek(start)
    except Exception:  # of any object that has a read()
        return None
    if isinstance(contents, (bytes, bytearray)):
        contents = bytes(contents)
    elif not isinstance(contents, str):
        return None
    return contents if len(contents) <= LONGEST_FILE else None
