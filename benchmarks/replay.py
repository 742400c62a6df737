"""A server that repeats what was recorded: as many bytes in, these bytes out, later.

usage: python benchmarks/replay.py SECONDS < script

It knows no SQL and no messages. Each client is answered by the script, a pickled list
of (bytes of the request, reply), whose last entry is repeated; replies of that entry
come after SECONDS. One event loop serves all clients, in a process of its own.
"""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

Script = list[tuple[int, bytes]]


def record(host: str, port: int, work: object) -> Script:
    """Return the script of what `work(host, port)` says to a server and hears."""
    from proxy import CLIENT, SERVER, Proxy

    with Proxy(host, port) as proxy:
        work(proxy.host, proxy.port)  # type: ignore[operator]
        log = list(proxy.log)
    script: Script = []
    for (side, request), (other, reply) in zip(log[::2], log[1::2], strict=False):
        assert (side, other) == (CLIENT, SERVER)
        script.append((len(request), reply))
    return script


class ReplayServer:
    """The server in its process: a context manager."""

    def __init__(self, script: Script, seconds: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(script, self._process.stdin)
        self._process.stdin.close()
        self.host, self.port = "127.0.0.1", int(self._process.stdout.readline())

    def __enter__(self) -> ReplayServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


class _Session(asyncio.Protocol):
    def __init__(self, script: Script, seconds: float) -> None:
        self._script = script
        self._seconds = seconds
        self._step = 0
        self._received = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        size, reply = self._script[self._step]
        if self._received < size:
            return
        self._received -= size
        if self._step + 1 < len(self._script):
            self._step += 1
            self._answer(reply)
        else:
            loop = asyncio.get_running_loop()
            loop.call_later(self._seconds, self._answer, reply)

    def _answer(self, reply: bytes) -> None:
        self._transport.write(reply)  # type: ignore[attr-defined]


async def _serve(script: Script, seconds: float) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: _Session(script, seconds), "127.0.0.1", 0, backlog=1000
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    main = _serve(pickle.load(sys.stdin.buffer), float(sys.argv[1]))
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)
