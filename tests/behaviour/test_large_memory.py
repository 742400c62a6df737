"""256 MiB through a large object and a BYTE, and the memory that takes here.

The emulator, which holds what it is given, runs in a process of its own.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator

import pytest

from .conftest import BOTH, Connect

MODES = BOTH
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SIZE = 256 * 1024 * 1024
PIECE = 1024 * 1024
MOST = 32 * 1024 * 1024


class Zeros(io.RawIOBase):
    """A file of zeros."""

    def __init__(self) -> None:
        self._left = SIZE

    def read(self, size: int = -1) -> bytes:
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


@pytest.fixture
def port() -> Iterator[int]:
    """Port of an emulator that is another process."""
    command = [sys.executable, "-m", "informix_db.testing", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline().rpartition(":")[2].split()[0])
        process.kill()


def test_memory(connect: Connect, port: int) -> None:
    connection = connect(host="127.0.0.1", port=port, read_timeout=60)
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE large (n INT, b BLOB, y BYTE)")
    buffer = bytearray(SIZE)
    tracemalloc.start()
    try:
        cursor.execute("INSERT INTO large VALUES (1, ?, NULL)", (Zeros(),))
        blob = cursor.execute("SELECT b FROM large").fetchone()[0]
        with connection.open_large_object(blob, "r+b") as file:
            assert file.size() == SIZE
            found = 0
            while piece := file.read(PIECE):
                found += len(piece)
            assert found == SIZE
            file.seek(0)
            assert file.readinto(buffer) == SIZE
            file.seek(0)
            zeros = Zeros()
            while piece := zeros.read(PIECE):
                file.write(piece)
            assert file.tell() == SIZE
            file.seek(0)
            file.write(buffer)
            assert file.tell() == SIZE
        cursor.execute("INSERT INTO large VALUES (2, NULL, ?)", (Zeros(),))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST
