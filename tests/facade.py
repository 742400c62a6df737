"""Async objects behind a sync face, so that one test runs in both modes.

Every call of an async object is carried out by running the event loop until its
awaitable is done; between calls the loop stands still.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import weakref
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

_SHELLS = (
    "AsyncConnection",
    "AsyncCursor",
    "AsyncConnectionPool",
    "AsyncLargeObjectFile",
)


class LoopRunner:
    """An event loop that runs for as long as something is asked of it."""

    def __init__(
        self, new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None
    ) -> None:
        self.loop = (new_loop or asyncio.new_event_loop)()
        self._thread = 0  # that runs the loop
        self._faces: weakref.WeakKeyDictionary[Any, weakref.ref[Facade]] = (
            weakref.WeakKeyDictionary()
        )

    def run(self, awaitable: Any) -> Any:
        """Run the loop until `awaitable` is done, or use it where it is running."""

        async def main() -> Any:
            return await awaitable

        if self.loop.is_running():
            assert threading.get_ident() != self._thread, "called inside the loop"
            return asyncio.run_coroutine_threadsafe(main(), self.loop).result()
        self._thread = threading.get_ident()
        return self.loop.run_until_complete(main())

    def face(self, value: Any) -> Any:
        """Return what stands for `value` in a sync test."""
        if type(value).__name__ in _SHELLS:
            reference = self._faces.get(value)
            known = reference() if reference is not None else None
            if known is None:
                known = Facade(value, self)
                self._faces[value] = weakref.ref(known)
            return known
        if inspect.isawaitable(value):
            return self.face(self.run(value))
        if hasattr(value, "__aenter__"):
            return _Block(value, self)
        return value

    def close(self) -> None:
        """Close the loop; tasks left over are a leak."""
        try:
            left = asyncio.all_tasks(self.loop)
            assert not left, left
        finally:
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            self.loop.close()


class Facade:
    """Stands for an async connection, cursor or pool."""

    def __init__(self, target: Any, runner: LoopRunner) -> None:
        vars(self).update(_target=target, _runner=runner)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not inspect.ismethod(value) and not inspect.isfunction(value):
            return self._runner.face(value)

        def call(*args: Any, **arguments: Any) -> Any:
            args = tuple(getattr(arg, "_target", arg) for arg in args)
            return self._runner.face(value(*args, **arguments))

        return call

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._target, name, value)

    def __repr__(self) -> str:
        return repr(self._target)

    def __iter__(self) -> Iterator[Any]:
        self._target.__aiter__()
        return self

    def __next__(self) -> Any:
        try:
            return self._runner.run(self._target.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def __enter__(self) -> Any:
        return self._runner.face(self._target.__aenter__())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        result: bool | None = self._runner.run(
            self._target.__aexit__(kind, error, traceback)
        )
        return result


class _Block:
    """Stands for an async context manager."""

    def __init__(self, target: Any, runner: LoopRunner) -> None:
        self._target = target
        self._runner = runner

    def __enter__(self) -> Any:
        return self._runner.face(self._target.__aenter__())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        result: bool | None = self._runner.run(
            self._target.__aexit__(kind, error, traceback)
        )
        return result
