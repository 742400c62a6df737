"""The fast path: routines called by signature, and smart large objects by descriptor.

GETROUTINE turns a signature into a handle, EXFPROUTINE calls it, LODATA reads and
writes what `ifx_lo_open` or `ifx_lo_create` opened. Shapes are those IBM's driver sends
and accepts [J]; nobody is known to call `ifx_lo_tell` and `ifx_lo_truncate`, whose
parameters and results are an inference [?]. Any other routine is looked for among the
functions of SQL. A descriptor stays open until it is closed or the session ends.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from . import codec, tags, typecodes
from .api import (
    BoundParameter,
    EngineSessionAPI,
    LargeObjectsAPI,
    LargeObjectSessionAPI,
    SQLError,
)
from .messages import CallRoutine, GetRoutine, ReadLargeObject, WriteLargeObject
from .records import dataclass
from .replies import ReplyWriter, pad, short_string
from .sqlroutines import SQLRoutine

_NO_ROUTINE = -674
_LARGE_OBJECT_ERROR = -9810

_FIRST_HANDLE = 100
_LO_READ, _LO_WRITE = 0, 2  # kinds of LODATA [J]
_MOST_BYTES = (1 << 31) - 1

# Modes of ifx_lo_open and ifx_lo_create.
_APPEND, _WRITE_ONLY, _READ_ONLY, _READ_WRITE = 1, 2, 4, 8
_WRITING = _APPEND | _WRITE_ONLY | _READ_WRITE

# What ifx_lo_stat tells: the size as low, high half and sign [J]; zeros elsewhere.
_stat_size = struct.Struct(">4xIIh")

_SIGNATURE = re.compile(
    r"\s*(?:function|procedure)?\s*(?:\w+\s*\.)?\s*(\w+)\s*"
    r"\(((?:[^()]|\([^()]*\))*)\)\s*",
    re.IGNORECASE,
)
_TYPE = re.compile(r"(?:[^,()]|\([^()]*\))+")


@dataclass(slots=True)
class _OpenObject:
    contents: bytearray
    mode: int
    changed: Callable[[], None]
    position: int = 0

    def read(self, size: int) -> bytes:
        if self.mode & _WRITE_ONLY and not self.mode & (_READ_ONLY | _READ_WRITE):
            raise SQLError(_LARGE_OBJECT_ERROR)
        data = bytes(self.contents[self.position : self.position + max(size, 0)])
        self.position += len(data)
        return data

    def write(self, data: bytearray) -> None:
        self._check_writable()
        if self.mode & _APPEND:
            self.position = len(self.contents)
        gap = self.position - len(self.contents)
        if gap > 0:
            self.contents += bytes(gap)
        self.contents[self.position : self.position + len(data)] = data
        self.position += len(data)
        self.changed()

    def truncate(self, size: int) -> None:
        self._check_writable()
        if not 0 <= size <= _MOST_BYTES:
            raise SQLError(_LARGE_OBJECT_ERROR)
        del self.contents[size:]
        self.contents += bytes(size - len(self.contents))
        self.changed()

    def _check_writable(self) -> None:
        if not self.mode & _WRITING:
            raise SQLError(_LARGE_OBJECT_ERROR)

    def seek(self, offset: int, whence: int) -> int:
        bases = {0: 0, 1: self.position, 2: len(self.contents)}
        target = bases.get(whence, -1) + offset
        if whence not in bases or not 0 <= target <= _MOST_BYTES:
            raise SQLError(_LARGE_OBJECT_ERROR)
        self.position = target
        return target


def _integer(value: int) -> bytes:
    return struct.pack(">hhHi", typecodes.INTEGER, 0, 0x0A00, value)


def _int8(value: int) -> bytes:
    return struct.pack(">hhH", typecodes.INT8, 0, 0x1300) + codec.pack_int8(value)


def _opaque(name: str, value: bytes) -> bytes:
    head = struct.pack(">h", typecodes.UDT_CLIENT) + short_string(b"")
    head += short_string(name.encode("ascii")) + struct.pack(">hh", 0, 0)
    return head + struct.pack(">i", len(value)) + pad(value)


class _LargeObjectRoutines:
    """The routines, each from bound values to the results of FPROUTINE."""

    def __init__(self, objects: LargeObjectsAPI) -> None:
        self._objects = objects
        self._opened: dict[int, _OpenObject] = {}
        self._last = 0
        # By name: number of parameters, what is done.
        self.by_name: dict[str, tuple[int, Callable[..., list[bytes]]]] = {
            "ifx_lo_open": (2, self._open),
            "ifx_lo_close": (1, self._close),
            "ifx_lo_stat": (2, self._stat),
            "ifx_lo_seek": (4, self._seek),
            "ifx_lo_tell": (2, self._tell),
            "ifx_lo_truncate": (2, self._truncate),
            "ifx_lo_release": (1, self._release),
            "ifx_lo_create": (3, self._create),
            "ifx_lo_col_sbinfo": (2, self._column_storage),
        }

    @property
    def open_count(self) -> int:
        """Descriptors that have not been closed."""
        return len(self._opened)

    def opened(self, descriptor: Any) -> _OpenObject:
        """Return an open object; SQLError(-9810) for any other descriptor."""
        found = self._opened.get(descriptor) if isinstance(descriptor, int) else None
        if found is None:
            raise SQLError(_LARGE_OBJECT_ERROR)
        return found

    def _register(self, locator: bytes, mode: int) -> int:
        contents = self._objects.contents(locator)
        self._last += 1
        changed = partial(self._objects.changed, locator)
        self._opened[self._last] = _OpenObject(contents, mode, changed)
        return self._last

    def _open(self, locator: bytes, mode: int) -> list[bytes]:
        return [_integer(self._register(locator, mode))]

    def _close(self, descriptor: int) -> list[bytes]:
        self.opened(descriptor)
        del self._opened[descriptor]
        return [_integer(0)]

    def _stat(self, descriptor: int, stat: bytes) -> list[bytes]:
        """The status goes back in the size the client has for it."""
        size = len(self.opened(descriptor).contents)
        told = _stat_size.pack(size & 0xFFFFFFFF, size >> 32, 1)
        return [_opaque("ifx_lo_stat", told.ljust(len(stat), b"\0"))]

    def _seek(
        self, descriptor: int, offset: int, whence: int, _: object
    ) -> list[bytes]:
        return [_int8(self.opened(descriptor).seek(offset, whence))]

    def _tell(self, descriptor: int, _: object) -> list[bytes]:
        return [_int8(self.opened(descriptor).position)]

    def _truncate(self, descriptor: int, size: int) -> list[bytes]:
        self.opened(descriptor).truncate(size)
        return [_integer(0)]

    def _release(self, locator: bytes) -> list[bytes]:
        """The client has no more use for the object; rows may have."""
        self._objects.contents(locator)
        return [_integer(0)]

    def _create(self, storage: bytes, mode: int, _: object) -> list[bytes]:
        locator = self._objects.create()
        return [_opaque("blob", locator), _integer(self._register(locator, mode))]

    def _column_storage(self, column: str, storage: bytes) -> list[bytes]:
        """A column has no storage characteristics of its own here."""
        return [_opaque("ifx_lo_spec", storage)]


def _call(
    routine: Callable[..., list[bytes]], arguments: Sequence[BoundParameter]
) -> list[bytes]:
    """Call a routine on large objects; SQLError(-9810) if an argument is NULL, or of
    another type than the signature says."""
    try:
        return routine(*(argument.value for argument in arguments))
    except (TypeError, struct.error) as error:
        raise SQLError(_LARGE_OBJECT_ERROR) from error


Routine = Callable[[Sequence[BoundParameter]], list[bytes]]


class FastPath:
    """One session's routine handles and open large objects."""

    def __init__(self, session: EngineSessionAPI, writer: ReplyWriter) -> None:
        self._writer = writer
        self._sql = session
        self._session: LargeObjectSessionAPI | None = None
        self._routines: _LargeObjectRoutines | None = None
        if isinstance(session, LargeObjectSessionAPI):
            self._session = session
            self._routines = _LargeObjectRoutines(session.large_objects)
        self._signatures: list[str] = []
        self.handlers: dict[type, Callable[[Any], None]] = {
            GetRoutine: self._get_routine,
            CallRoutine: self._call_routine,
            ReadLargeObject: self._read,
            WriteLargeObject: self._write,
        }

    @property
    def open_objects(self) -> int:
        """Descriptors of large objects that the client has not closed."""
        return 0 if self._routines is None else self._routines.open_count

    def _find(self, signature: str) -> tuple[int, Routine]:
        """Return a routine; SQLError(-674) unless name and parameters are right."""
        match = _SIGNATURE.fullmatch(signature)
        if match is None or self._routines is None:
            raise SQLError(_NO_ROUTINE, token=signature)
        name = match[1].lower()
        types = [kind.strip() for kind in _TYPE.findall(match[2]) if kind.strip()]
        found = self._routines.by_name.get(name)
        if found is None:
            try:
                return len(types), SQLRoutine(self._sql, self._writer, name, types)
            except SQLError as error:
                raise SQLError(_NO_ROUTINE, token=signature) from error
        count, routine = found
        if count != len(types):
            raise SQLError(_NO_ROUTINE, token=signature)
        return count, lambda arguments: _call(routine, arguments)

    def _get_routine(self, message: GetRoutine) -> None:
        self._find(message.signature)
        if message.signature not in self._signatures:
            self._signatures.append(message.signature)
        handle = _FIRST_HANDLE + self._signatures.index(message.signature)
        output = struct.pack(">h", tags.GET_ROUTINE)
        if self._writer.framing.routine_database:
            assert self._session is not None
            name = self._session.database_name.encode(self._writer.text_codec)
            output += short_string(name)
        self._writer.output += output + struct.pack(">i", handle)

    def _call_routine(self, message: CallRoutine) -> None:
        index = message.handle - _FIRST_HANDLE
        if not 0 <= index < len(self._signatures):
            raise SQLError(_NO_ROUTINE, token=str(message.handle))
        count, routine = self._find(self._signatures[index])
        if len(message.arguments) != count:
            raise SQLError(_NO_ROUTINE, token=self._signatures[index])
        self._write_results(routine(message.arguments))

    def _write_results(self, results: Sequence[bytes]) -> None:
        head = struct.pack(">hh", tags.ROUTINE_RESULT, len(results))
        self._writer.output += head + b"".join(results)

    def _opened(self, descriptor: int) -> _OpenObject:
        if self._routines is None:
            raise SQLError(_NO_ROUTINE, token=str(descriptor))
        return self._routines.opened(descriptor)

    def _read(self, message: ReadLargeObject) -> None:
        data = self._opened(message.descriptor).read(message.size)
        output = self._writer.output
        output += struct.pack(">hhi", tags.LO_DATA, _LO_READ, len(data))
        chunk = max(message.chunk, 1)
        for start in range(0, max(len(data), 1), chunk):
            output += short_string(data[start : start + chunk])

    def _write(self, message: WriteLargeObject) -> None:
        self._opened(message.descriptor).write(message.contents)
        self._writer.output += struct.pack(
            ">hhi", tags.LO_DATA, _LO_WRITE, len(message.contents)
        )
