"""Files on the client that a server asks for: SQ_FILE, in memory only.

``lotofile(column, name, 'client')`` makes the server write a file, ``filetoblob(name,
'client')`` makes it read one; IBM's client opens whatever path the server names. Here
the only files are those of a `ClientFiles`, so that no server reaches the disk.

One exchange, in the middle of a reply: the server asks and ends with EOT, the client
answers and ends with EOT (docs/PROTOCOL.md section 9) [J]. What is not known: the
meaning of the mode, and an offset other than 0.
"""

from __future__ import annotations

import errno
from collections.abc import Callable

from informix_db._wire import constants as c
from informix_db._wire.buffer import ReadBuffer, Wire, WriteBuffer
from informix_db.exceptions import ProgrammingError, ProtocolError

_OPEN, _CLOSE, _READ, _WRITE = 0, 1, 2, 3  # [J]

# Flags of open [J]
_FAIL_IF_PRESENT = 0x01
_APPEND = 0x02
_FAIL_IF_MISSING = 0x10
_WIDEN = 0x80  # every byte is stored as two; not supported here

_CHUNK = 32000  # bytes in one piece of a file, as IBM's client sends [J]

_MAX_SIZE = 0x7FFFFFFF  # of a file, because a size is an int; and of all together
_MAX_FILES = 1000  # no statement needs more; a server may not fill the memory


class ClientFiles:
    """The files a server may read and those it has written, by the name it used.

    One that is not `offered` refuses every file.
    """

    def __init__(self, offered: bool = True) -> None:
        self._offered = offered
        self.readable: dict[str, bytes] = {}
        self.written: dict[str, bytes] = {}
        self._name: str | None = None  # of the open file
        self._data: bytes | bytearray = b""
        self._position = 0

    def check(self) -> None:
        """Raise ProgrammingError if what is offered is not bytes."""
        for name, data in self.readable.items():
            if not isinstance(data, (bytes, bytearray)):
                raise ProgrammingError(
                    f"the virtual file {name!r} is {type(data).__name__}, not bytes"
                )

    def open(self, name: str, flags: int, offset: int) -> int:
        """Open a file; return 0 or an error number."""
        if not self._offered:
            return errno.EACCES
        known = self.readable.get(name, self.written.get(name))
        if known is not None and flags & _FAIL_IF_PRESENT:
            return errno.EEXIST
        if known is None and flags & _FAIL_IF_MISSING:
            return errno.ENOENT
        size = 0 if known is None else len(known)
        if flags & _WIDEN or not 0 <= offset <= size:
            return errno.EINVAL
        if known is None and len(self.written) >= _MAX_FILES:
            return errno.EMFILE
        self._name = name
        self._data = b"" if known is None else known
        self._position = size if flags & _APPEND else offset
        return 0

    def read(self, count: int) -> bytes | int:
        """Return at most `count` bytes, all there are if negative, or an error number.

        Only what the application offers can be read, not what the server wrote.
        """
        if self._name not in self.readable:
            self._name = None
            return errno.EBADF  # what IBM's client answers for a missing file [J]
        end = len(self._data)
        if count >= 0:
            end = min(end, self._position + count)
        data = bytes(self._data[self._position : end])
        self._position = end
        return data

    def write(self, data: bytes) -> int:
        """Store `data`; return an error number or 0."""
        if self._name is None or self._name in self.readable:
            return errno.EBADF
        others = sum(map(len, self.written.values()))
        if others + self._position + len(data) > _MAX_SIZE:
            return errno.EFBIG
        if not isinstance(self._data, bytearray):
            self._data = bytearray(self._data)
        self._data[self._position : self._position + len(data)] = data
        self._position += len(data)
        return 0

    @property
    def size(self) -> int:
        """Size of the open file."""
        return len(self._data)

    def close(self) -> None:
        """Keep what was written."""
        if self._name is not None and self._name not in self.readable:
            self.written[self._name] = bytes(self._data)
        self._name = None
        self._data = b""


def file_gen(
    read: ReadBuffer,
    write: WriteBuffer,
    files: ClientFiles,
    encoding: str,
    write_error: Callable[[int], None],
) -> Wire[None]:
    """Read the rest of a FILE message and write the answer to it."""
    what = yield from read.short_gen()
    if what == _OPEN:
        raw = yield from read.pstr_gen()
        yield from read.int_gen()  # mode: without effect on IBM's client [J]
        flags = yield from read.int_gen()
        offset = yield from read.int_gen()
        yield from _end_gen(read)
        error = files.open(raw.decode(encoding, "backslashreplace"), flags, offset)
    elif what == _WRITE:
        error = yield from _written_gen(read, files)
        if not error:
            write.put_short(c.SQ_FILE_WRITE)
            write.put_int(files.size)  # after the write [J]
    elif what == _READ:
        yield from read.short_gen()  # size of the server's buffer
        count = yield from read.int_gen()
        yield from _end_gen(read)
        error = _write_contents(write, files.read(count))
    elif what == _CLOSE:
        yield from _end_gen(read)
        files.close()
        error = 0
    else:
        raise ProtocolError(f"the server asked for operation {what} on a file")
    if error:
        write_error(error)
    write.put_short(c.SQ_EOT)


def _end_gen(read: ReadBuffer) -> Wire[None]:
    tag = yield from read.short_gen()
    if tag != c.SQ_EOT:
        raise ProtocolError(f"message tag {tag} inside of FILE")


def _written_gen(read: ReadBuffer, files: ClientFiles) -> Wire[int]:
    """Store the pieces of a write; return the first error number."""
    error = 0
    while True:
        tag = yield from read.short_gen()
        if tag != c.SQ_FILE_WRITE:
            break
        size = yield from read.short_gen()
        data = yield from read.padded_gen(size)
        error = error or files.write(data)
    if tag != c.SQ_EOT:
        raise ProtocolError(f"message tag {tag} inside of FILE")
    return error


def _write_contents(write: WriteBuffer, data: bytes | int) -> int:
    if isinstance(data, int):
        return data
    write.put_short(c.SQ_FILE_READ)
    write.put_int(len(data))
    for at in range(0, len(data), _CHUNK):
        chunk = data[at : at + _CHUNK]
        write.put_short(c.SQ_FILE_READ)
        write.put_short(len(chunk))
        write.put_padded(chunk)
    return 0
