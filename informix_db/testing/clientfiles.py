"""SQ_FILE: the server asks the client to act as its file system.

The questions stand in the middle of a reply, each closed by EOT and answered the same
way; then the reply goes on [J]. So the rest of the request has to be read before the
first question: it was sent before the answer. Sizes of chunks are those IBM's driver
was shown; mode and flags of an open are 0, which creates a missing file and keeps the
contents of an old one [J].
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from . import tags
from .api import SQLError
from .replies import ReplyWriter, short_string
from .stream import ByteStream, ProtocolError

_OPEN, _CLOSE, _READ, _WRITE = 0, 1, 2, 3  # kinds of FILE [J]
_CHUNK = 32000
_WHOLE_FILE = -1
_FILE_ERROR = -9810


class ClientFiles:
    """Files of one client (`api.ClientFilesAPI`).

    `read_ahead` reads what the client has sent of its request, `flush` sends what
    `writer` holds.
    """

    def __init__(
        self,
        stream: ByteStream,
        writer: ReplyWriter,
        read_ahead: Callable[[], None],
        flush: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._writer = writer
        self._read_ahead = read_ahead
        self._flush = flush

    def read(self, path: str) -> bytes:
        """Return a file's contents; SQLError(-9810, errno) if the client has none."""
        self._open(path)
        try:
            self._ask(_READ, struct.pack(">hi", _CHUNK, _WHOLE_FILE))
            contents = self._contents()
        except SQLError:
            self._close()
            raise
        self._close()
        return contents

    def write(self, path: str, contents: bytes | bytearray) -> None:
        """Write a file; SQLError(-9810, errno) if the client does not."""
        self._open(path)
        try:
            self._ask(_WRITE, b"".join(_chunks(contents)))
            self._expect(tags.FILE_WRITE)
            self._stream.integer()  # size of the file now
            self._end()
        except SQLError:
            self._close()
            raise
        self._close()

    def _open(self, path: str) -> None:
        self._read_ahead()
        name = short_string(path.encode(self._writer.text_codec))
        self._ask(_OPEN, name + struct.pack(">iii", 0, 0, 0))
        self._end()

    def _close(self) -> None:
        self._ask(_CLOSE, b"")
        self._end()

    def _ask(self, kind: int, body: bytes) -> None:
        self._writer.output += struct.pack(">hh", tags.FILE, kind) + body
        self._writer.end()
        self._flush()

    def _contents(self) -> bytes:
        self._expect(tags.FILE_READ)
        size = self._stream.integer()
        contents = bytearray()
        while len(contents) < size:
            self._expect(tags.FILE_READ)
            chunk = self._stream.string()
            if not chunk:
                raise ProtocolError("an empty part of a file")
            contents += chunk
        self._end()
        return bytes(contents)

    def _end(self) -> None:
        self._expect(tags.END)

    def _expect(self, tag: int) -> None:
        """Take `tag`; an ERR in its place ends the answer."""
        found = self._stream.short()
        if found == tags.ERROR:
            raise SQLError(_FILE_ERROR, self._errno())
        if found != tag:
            raise ProtocolError(f"tag {found} in an answer about a file")

    def _errno(self) -> int:
        """Take the rest of an ERR, which has the form of the server's own [J]."""
        errno = self._stream.short()
        self._stream.short()  # ISAM code
        self._stream.take(4 if self._writer.framing.int_text_length else 2)  # offset
        self._stream.string()
        self._end()
        return errno


def _chunks(contents: bytes | bytearray) -> list[bytes]:
    head = struct.pack(">h", tags.FILE_WRITE)
    return [
        head + short_string(bytes(contents[start : start + _CHUNK]))
        for start in range(0, len(contents), _CHUNK)
    ]
