"""Large objects as files, for asyncio."""

from __future__ import annotations

from collections.abc import Generator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from informix_db._base.largeobjects import LargeObject
from informix_db._typing import Self

if TYPE_CHECKING:
    from informix_db.aio.connections import AsyncConnection


class AsyncLargeObjectFile(LargeObject):
    """An open BLOB or CLOB. Made by a locator's `open`, or `open_large_object`.

    Nothing is held but what one call asks for. Reading or writing costs a round trip
    for each MiB, and for small pieces one each. Work on it is part of the connection's
    transaction.
    """

    _connection: AsyncConnection

    def __await__(self) -> Generator[Any, None, Self]:
        """Open it, unless it is open, for ``file = await locator.open()``."""
        try:
            if self.closed:
                yield from self._connection._run(self._open_gen).__await__()
        except BaseException:
            self._forget()  # it may be open all the same
            raise
        return self

    async def read(self, size: int | None = -1) -> Any:
        """Return at most `size` bytes, or characters of text; all if negative or None.

        Nothing is returned only at the end. Raises DataError if the text of a CLOB is
        not in the connection's code set.
        """
        with self._reading():
            return await self._connection._run(lambda: self._read_gen(size))

    async def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with bytes and return their number, which is 0 at the end."""
        with self._reading():
            return await self._connection._run(lambda: self._readinto_gen(buffer))

    async def write(self, data: Any) -> int:
        """Write all of `data` at the position and return its length."""
        return await self._connection._run(lambda: self._write_gen(data))

    async def seek(self, offset: int, whence: int = 0) -> int:
        """Move the position and return it, in bytes from the beginning.

        `whence` says what `offset` counts from: 0 the beginning, 1 the position, 2 the
        end. In text only 0, the end, and what `tell` has returned make sense.
        """
        return await self._connection._run(lambda: self._seek_gen(offset, whence))

    async def tell(self) -> int:
        """Return the position in bytes."""
        return self._tell()

    async def truncate(self, size: int | None = None) -> int:
        """Cut the object to `size` bytes (default: the position) and return that."""
        return await self._connection._run(lambda: self._truncate_gen(size))

    async def size(self) -> int:
        """Return the size in bytes."""
        return await self._connection._run(self._size_gen)

    async def close(self) -> None:
        """Close it; nothing to do if it is, or its connection is."""
        if not self.closed:
            if self._connection.closed:
                self._forget()
            else:
                await self._connection._run(self._close_gen)

    async def __aenter__(self) -> Self:
        return await self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        if getattr(self, "_descriptor", None) is not None:
            self._forget()
