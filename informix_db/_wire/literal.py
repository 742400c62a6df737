"""Python values as the text of ROW and collection values, to be sent as parameters.

IBM's client sends such a parameter as a string of type 43 when it is given one [J], so
the text is what literals look like: ``SET{1,2}``, ``ROW('x',1)``. The type that the
server describes for the parameter chooses between SET, MULTISET and LIST, orders the
fields of a dict and gives dates and times their fields; without it a list is a LIST, a
set a SET, and a tuple or dict a ROW.

What is not known [?]: whether a real server reads a doubled quote inside of a string.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from informix_db._wire import constants as c
from informix_db._wire.typetext import UNTYPED, TypeText
from informix_db.exceptions import DataError, NotSupportedError
from informix_db.types import CollectionValue, IntervalYM, RowValue

COMPOSITE_TYPES = (RowValue, CollectionValue, dict, tuple, list, set, frozenset)

_NAME_OF_CODE = {c.SET: "SET", c.MULTISET: "MULTISET", c.LIST: "LIST"}

# Separators before each field of a DATETIME or INTERVAL but its first.
_BEFORE = {c.MONTH: "-", c.DAY: "-", c.HOUR: " ", c.MINUTE: ":", c.SECOND: ":"}

# Of FLOAT; the server knows that DECIMAL ends before. Beyond it are but long texts.
_LARGEST_EXPONENT = 308
_LARGEST_BITS = 1024

_MONTHS_PER = {c.YEAR: 12, c.MONTH: 1}
_MICROSECONDS_PER = {
    c.DAY: 86_400_000_000,
    c.HOUR: 3_600_000_000,
    c.MINUTE: 60_000_000,
    c.SECOND: 1_000_000,
}


def composite_text(value: Any, target: TypeText = UNTYPED) -> str:
    """Return the text of a row or collection for a parameter of type `target`.

    Raises DataError if the value does not fit the type, NotSupportedError for an
    element no Informix type holds.
    """
    if isinstance(value, (RowValue, Mapping)) or (
        isinstance(value, tuple) and not target.is_collection
    ):
        return _row_text(value, target)
    return _collection_text(value, target)


def _collection_text(value: Any, target: TypeText) -> str:
    if target.code == c.ROW:
        raise DataError(f"a {type(value).__name__} is no value of {target.text}")
    if isinstance(value, CollectionValue):
        natural = value.kind
    else:
        natural = "SET" if isinstance(value, (set, frozenset)) else "LIST"
    name = _NAME_OF_CODE.get(target.code, natural)
    element = target.element or UNTYPED
    return f"{name}{{{','.join(_element(item, element) for item in value)}}}"


def _row_text(value: Any, target: TypeText) -> str:
    if target.is_collection:
        raise DataError(f"a {type(value).__name__} is no value of {target.text}")
    values = _ordered(value, target)
    kinds: Sequence[TypeText] = [kind for _, kind in target.fields]
    if not kinds:
        kinds = [UNTYPED] * len(values)
    if len(kinds) != len(values):
        raise DataError(f"{len(values)} fields do not make a {target.text}")
    fields = map(_element, values, kinds)
    return f"ROW({','.join(fields)})"


def _ordered(value: Any, target: TypeText) -> list[Any]:
    """Return the fields in the order of the type, or else their own.

    Those of a RowValue go by their names if it has all the type's, else by position.
    """
    if isinstance(value, RowValue):
        names = {name.lower() for name in value.as_dict()}
        if names != {name.lower() for name, _ in target.fields}:
            return list(value)
        value = value.as_dict()
    if not isinstance(value, Mapping):
        return list(value)
    if not target.fields:
        return list(value.values())
    fields = {str(name).lower(): item for name, item in value.items()}
    try:
        values = [fields.pop(name.lower()) for name, _ in target.fields]
    except KeyError as exc:
        raise DataError(f"{target.text}: no value for the field {exc}") from None
    if fields:
        raise DataError(f"{target.text} has no field {', '.join(fields)}")
    return values


def _element(value: Any, kind: TypeText) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, COMPOSITE_TYPES):
        return composite_text(value, kind)
    if isinstance(value, bool):
        return "'t'" if value else "'f'"
    if isinstance(value, int):
        if value.bit_length() > _LARGEST_BITS:
            raise DataError("the number is outside the range of Informix DECIMAL")
        return str(int(value))
    if isinstance(value, float):
        if value - value != 0.0:  # NaN and the infinities
            raise DataError(f"Informix FLOAT has no {value}")
        return repr(float(value))
    if isinstance(value, Decimal):
        return _decimal_text(value)
    try:
        return _quoted(_plain_text(value, kind))
    except (TypeError, ValueError) as exc:  # a subclass that is none, as pandas.NaT
        raise DataError(f"a {type(value).__qualname__} has no value: {exc}") from exc


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise DataError(f"Informix DECIMAL has no {value}")
    if not value:
        return "0"
    if abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise DataError(f"{value:.6E} is outside the range of Informix DECIMAL")
    return f"{value:f}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _plain_text(value: Any, kind: TypeText) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return _time_text(value, kind)
    if isinstance(value, datetime.timedelta):
        return _timedelta_text(value, kind)
    if isinstance(value, IntervalYM):
        return _interval_ym_text(value, kind)
    raise NotSupportedError(
        f"a {type(value).__qualname__} cannot be an element of a row or collection"
    )


# -- dates and times ------------------------------------------------------------------


def _qualifier(kind: TypeText, code: int, first: int, last: int) -> tuple[int, int]:
    """Return first and last field of a type, or of the value if that is not known."""
    if kind.code != code:
        return first, last
    return kind.length >> 4 & 0x0F, kind.length & 0x0F


def _joined(fields: dict[int, str], first: int, last: int, fraction: str) -> str:
    """Join the fields from `first` to `last`; `fraction` are six digits."""
    text = ""
    for field in range(first, min(last, c.SECOND) + 1, 2):
        text += (_BEFORE[field] if text else "") + fields[field]
    if last > c.SECOND:
        text += "." + fraction[: last - c.SECOND]
    return text


def _time_text(
    value: datetime.datetime | datetime.date | datetime.time, kind: TypeText
) -> str:
    fields: dict[int, str] = {}
    fraction = "000000"
    if isinstance(value, (datetime.datetime, datetime.time)):
        if value.tzinfo is not None:
            raise DataError("Informix DATETIME has no time zone")
        fraction = f"{value.microsecond:06d}"
        for field, number in zip(
            (c.HOUR, c.MINUTE, c.SECOND),
            (value.hour, value.minute, value.second),
            strict=True,
        ):
            fields[field] = f"{number:02d}"
    if isinstance(value, datetime.date):
        fields[c.YEAR] = f"{value.year:04d}"
        fields[c.MONTH] = f"{value.month:02d}"
        fields[c.DAY] = f"{value.day:02d}"
    last = max(fields)
    if fraction.rstrip("0"):
        last = c.FRACTION5
    first, last = _qualifier(kind, c.DATETIME, min(fields), last)
    if first < min(fields) or any(
        field < first or (field > last and number.strip("0"))
        for field, number in fields.items()
    ):
        raise DataError(f"{value} does not fit {kind.text}")
    for field in range(first, min(last, c.SECOND) + 1, 2):
        fields.setdefault(field, "00")
    return _joined(fields, first, last, fraction)


def _timedelta_text(value: datetime.timedelta, kind: TypeText) -> str:
    first, last = _qualifier(kind, c.INTERVAL, c.DAY, c.FRACTION5)
    rest = abs(value) // datetime.timedelta(microseconds=1)
    fields, rest = _split(rest, _MICROSECONDS_PER, first, last)
    if first < c.DAY or rest >= _MICROSECONDS_PER[c.SECOND]:
        raise DataError(f"{value} does not fit {kind.text}")
    sign = "-" if value < datetime.timedelta(0) else ""
    return sign + _joined(fields, first, last, f"{rest:06d}")


def _interval_ym_text(value: IntervalYM, kind: TypeText) -> str:
    first, last = _qualifier(kind, c.INTERVAL, c.YEAR, c.MONTH)
    fields, rest = _split(abs(value.months), _MONTHS_PER, first, last)
    if last > c.MONTH or rest:
        raise DataError(f"{value} does not fit {kind.text}")
    return ("-" if value.months < 0 else "") + _joined(fields, first, last, "")


def _split(
    rest: int, units: Mapping[int, int], first: int, last: int
) -> tuple[dict[int, str], int]:
    """Share a length out to the fields from `first` to `last`; return what is left."""
    fields: dict[int, str] = {}
    for field, unit in units.items():
        if first <= field <= last:
            count, rest = divmod(rest, unit)
            fields[field] = f"{count:02d}" if fields else str(count)
    return fields, rest
