"""Reading of large objects that is cancelled: what nobody was given comes again."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from informix_db import aio
from informix_db.testing import Server
from tests.proxy import SERVER, Proxy

from .conftest import Run, settings_of
from .test_cancel_again import cancel

BYTES = bytes(range(256)) * 5 * 1024  # more than a block
TEXT = "äöü" * 100_000


async def stored(connection: aio.AsyncConnection, content: bytes | str) -> Any:
    """Return the open large object that holds `content`."""
    cursor = connection.cursor()
    await cursor.execute("CREATE TEMP TABLE objects (b BLOB, c CLOB)")
    name = "b" if isinstance(content, bytes) else "c"
    await cursor.execute(f"INSERT INTO objects ({name}) VALUES (?)", (content,))
    await cursor.execute(f"SELECT {name} FROM objects")
    (locator,) = await cursor.fetchone()
    return await locator.open()


@pytest.mark.parametrize("content", [BYTES, TEXT], ids=["bytes", "text"])
@pytest.mark.parametrize("size", [len(TEXT) // 3, -1])
def test_reading_goes_on_where_it_was(
    run: Run[None], emulator: Server, content: bytes | str, size: int
) -> None:
    async def main() -> None:
        async with aio.connect(**settings_of(emulator)) as connection:
            large = await stored(connection, content)
            parts: list[Any] = []

            async def read() -> None:
                while part := await large.read(size):
                    parts.append(part)

            for place in itertools.count():
                await large.seek(0)
                parts.clear()
                reached = await cancel(read(), place, place + 1)
                assert not connection.closed
                assert await large.tell() == len(type(content)().join(parts))
                await read()
                assert type(content)().join(parts) == content, place
                if not reached:
                    break
            assert place > 1
            await large.close()

    run(main())


def test_into_a_buffer_and_before_a_write(run: Run[None], emulator: Server) -> None:
    async def main() -> None:
        settings = {**settings_of(emulator), "host": proxy.host, "port": proxy.port}
        async with aio.connect(**settings) as connection:
            await (await stored(connection, b"0123456789")).close()
            cursor = await connection.cursor().execute("SELECT b FROM objects")
            (locator,) = await cursor.fetchone()
            large = await locator.open("r+b")
            buffer = bytearray(4)

            async def cancelled() -> None:
                proxy.stall(SERVER)
                reading = asyncio.ensure_future(large.readinto(buffer))
                await asyncio.sleep(0)
                reading.cancel()
                proxy.heal()
                with pytest.raises(asyncio.CancelledError):
                    await reading

            await cancelled()
            assert await large.readinto(buffer) == 4
            assert buffer == b"0123"
            await cancelled()
            await large.write(b"xy")
            await large.seek(0)
            assert await large.read() == b"0123xy6789"
            await large.close()

    with Proxy(emulator.host, emulator.port) as proxy:
        run(main())
