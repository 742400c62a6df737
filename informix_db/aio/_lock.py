"""The wire lock: one conversation at a time, in the order they were asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from informix_db.exceptions import InterfaceError


class _Errand:
    """What the owner of a lock waits for without giving it back; None when done."""

    __slots__ = ("lock",)

    def __init__(self, lock: WireLock) -> None:
        self.lock: WireLock | None = lock


# Tasks begun on an errand inherit it, asyncio.wait_for's before Python 3.12 among them.
_errand: ContextVar[_Errand | None] = ContextVar("_errand", default=None)


class _Waiter:
    """A task that wants the lock; `granted` says whether it got it."""

    __slots__ = ("granted", "task")

    def __init__(self, task: asyncio.Task[Any] | None) -> None:
        self.task = task
        self.granted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()


class WireLock:
    """A lock that is handed on, never fought for. Its owner may take it again."""

    __slots__ = ("_depth", "_owner", "_waiters")

    def __init__(self) -> None:
        self._depth = 0
        self._owner: asyncio.Task[Any] | None = None
        self._waiters: deque[_Waiter] = deque()

    @property
    def taken(self) -> bool:
        """Whether somebody has it."""
        return self._depth > 0

    def take(self) -> bool:
        """Take the lock, for one conversation, if nobody else has it.

        Who that is need not be known: a conversation does not ask for the lock.
        """
        if self._depth and not self._is_mine():
            return False
        self._depth += 1
        return True

    def _is_mine(self) -> bool:
        return self._owner is not None and self._owner is asyncio.current_task()

    async def acquire(self, timeout: float | None = None) -> bool:
        """Take the lock; False if that took longer than `timeout` seconds."""
        if self.take():
            self._owner = asyncio.current_task()
            return True
        errand = _errand.get()
        if timeout is None and errand is not None and errand.lock is self:
            raise InterfaceError(
                "executemany waits for its rows, and a task begun for them waits for "
                "the same connection: use another connection there, or no task of its "
                "own (asyncio.wait_for makes one before Python 3.12)"
            )
        return await self._wait(_Waiter(asyncio.current_task()), timeout)

    @contextmanager
    def errand(self) -> Iterator[None]:
        """While the owner awaits the user's code, whose tasks must not wait for us."""
        errand = _Errand(self)
        token = _errand.set(errand)
        try:
            yield
        finally:
            errand.lock = None
            _errand.reset(token)

    async def _wait(self, waiter: _Waiter, timeout: float | None) -> bool:
        granted = waiter.granted
        self._waiters.append(waiter)
        timer = None
        if timeout is not None:
            loop = asyncio.get_running_loop()
            timer = loop.call_later(timeout, self._give_up, waiter)
        try:
            return await granted
        except BaseException:
            if granted.done() and not granted.cancelled() and granted.result():
                self.release()  # it had been handed over already
            self._forget(waiter)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def release(self) -> None:
        """Give the lock back; who has waited longest owns it then."""
        self._depth -= 1
        if self._depth:
            return
        self._owner = None
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.granted.done():
                self._depth = 1
                self._owner = waiter.task
                waiter.granted.set_result(True)
                return

    def _give_up(self, waiter: _Waiter) -> None:
        if not waiter.granted.done():
            self._forget(waiter)
            waiter.granted.set_result(False)

    def _forget(self, waiter: _Waiter) -> None:
        with suppress(ValueError):
            self._waiters.remove(waiter)

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()
