"""An asyncio connection's conversations: one at a time, and none left half read.

What cancels a task, a timeout or a caller, makes the server give up; the conversation
is then seen through, within a grace, before that is raised.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import closing
from inspect import GEN_CLOSED, getgeneratorstate

from informix_db._base.batch import Batch
from informix_db._base.connection import (
    BUSY,
    CANCEL_GRACE,
    IDLE,
    BaseConnection,
    Beginning,
)
from informix_db._base.observe import Watch
from informix_db._transport.aio import AsyncTransport, DeadlineReached
from informix_db._wire.buffer import T, Wire
from informix_db.aio._feed import Feed
from informix_db.aio._lock import WireLock
from informix_db.aio.cursors import AsyncCursor
from informix_db.exceptions import Error, OperationalError, StatementCancelledError
from informix_db.params import ConnectParams

logger = logging.getLogger("informix_db")


class Patience:
    """How long is waited whatever cancels the task, and what has cancelled it."""

    cancelled: asyncio.CancelledError | None = None  # to be raised when it is over

    def __init__(self, seconds: float | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self.begin(seconds)

    def begin(self, seconds: float | None) -> None:
        """Wait for so long from now on; None: for as long as nothing cancels the task.

        Once something has, the grace is all there is.
        """
        self.seconds = seconds
        self._deadline = None if seconds is None else self._loop.time() + seconds
        if self.cancelled is not None:
            self.hurry(self.cancelled)

    @property
    def time_left(self) -> float | None:
        """Seconds to wait at most, None for no limit."""
        return None if self._deadline is None else self._deadline - self._loop.time()

    def hurry(self, cancelled: asyncio.CancelledError) -> None:
        """Take note of what cancels the task: from the first on there is a grace."""
        self.cancelled = cancelled
        end = self._loop.time() + CANCEL_GRACE
        self._deadline = end if self._deadline is None else min(self._deadline, end)

    async def finish(self, work: Awaitable[object]) -> None:
        """Await the user's `work` in a task of its own, however long it takes.

        Once this task is cancelled it has the grace, and is cancelled then itself.
        """
        self.begin(None)
        doing = asyncio.ensure_future(work)
        timer = None
        while not doing.done():
            left = self.time_left
            if left is not None and timer is None:
                timer = self._loop.call_later(left, doing.cancel)
            try:
                await asyncio.wait([doing])
            except asyncio.CancelledError as exc:
                self.hurry(exc)
        if timer is not None:
            timer.cancel()
        doing.result()


class Conversations(BaseConnection):
    """What runs the conversations of an asyncio connection."""

    _transport: AsyncTransport

    def __init__(self, params: ConnectParams) -> None:
        super().__init__(params)
        self._lock = WireLock()
        self._transport = AsyncTransport(self._channel, f"{params.host}:{params.port}")

    async def _run(
        self,
        make: Callable[..., Wire[T]],
        timeout: float | None = None,
        sql: str | None = None,
        parameters: object = None,
        *,
        watched: bool = False,
        args: tuple[object, ...] = (),
        patience: Patience | None = None,
    ) -> T:
        """Run a conversation under the wire lock and decide the session's fate.

        ``make(*args)`` is called with the lock held. Whatever is raised, the session is
        then either in step with the server or broken and its socket closed. `timeout`
        (seconds) interrupts the server, as cancelling the task does. `sql` and
        `parameters` are for an observer. With `patience` nothing interrupts the server:
        what cancels the task is left there, if the conversation comes to a good end.
        """
        if self._observer is not None and not watched:
            with Watch(self, sql=sql, parameters=parameters) as watch:
                result = await self._run(
                    watch.opening(make, args), timeout, watched=True, patience=patience
                )
                watch.changed(result)
            return result
        lock, transport = self._lock, self._transport
        transport.check_loop()
        if not lock.take():
            await (lock.acquire() if patience is None else self._wait_turn(patience))
        try:
            self._check_usable()
            self._state = BUSY
            self._channel.interrupt = None
            if patience is not None:
                return await self._run_patiently(make, patience)
            if self._interrupted:
                await self._absorb_interrupt()
            generator = make(*args)
            try:
                waiter = transport.begin(generator)
                if waiter is not None:
                    if timeout is None:
                        await waiter
                    else:
                        await transport.wait(waiter, timeout)
                answer: T = transport.outcome()
                return answer
            except (DeadlineReached, asyncio.CancelledError) as exc:
                return await self._end_interrupted(generator, exc, timeout)
            finally:
                generator.close()
        except BaseException as exc:
            self._decide_fate(exc)
            raise
        finally:
            self._channel.interrupt = None
            if self._state is BUSY:
                self._state = IDLE
            lock.release()

    async def _end_interrupted(
        self, generator: Wire[T], why: BaseException, timeout: float | None
    ) -> T:
        """Interrupt the server and see the conversation through."""
        patience = Patience(CANCEL_GRACE)
        if isinstance(why, asyncio.CancelledError):
            if getgeneratorstate(generator) == GEN_CLOSED:
                raise why
            patience.cancelled = why
        self._give_up()
        try:
            result = await self._see_through(generator, patience)
        except (DeadlineReached, Error) as exc:
            if timeout is None or (isinstance(exc, Error) and exc.session_dead):
                raise
            raise StatementCancelledError(
                f"the statement was cancelled after timeout={timeout:g} s"
            ) from None
        if patience.cancelled is not None:
            raise patience.cancelled
        return result  # it was done after all

    async def _absorb_interrupt(self) -> None:
        patience = Patience(CANCEL_GRACE)
        with closing(self._absorb_interrupt_gen()) as ping:
            try:
                await self._see_through(ping, patience)
            except DeadlineReached:
                raise self._silence(patience, "after an interrupt") from None
        if patience.cancelled is not None:
            raise patience.cancelled

    async def _run_patiently(
        self, make: Callable[[], Wire[T]], patience: Patience
    ) -> T:
        with closing(self._absorbed_gen(make)) as conversation:
            try:
                return await self._see_through(conversation, patience)
            except DeadlineReached:
                raise self._silence(patience, "to what had to be undone") from None

    def _silence(self, patience: Patience, what: str) -> OperationalError:
        return OperationalError(
            f"the server did not answer {what} within {patience.seconds:g} s",
            session_dead=True,
        )

    async def _wait_turn(self, patience: Patience) -> None:
        """Wait for the wire lock."""
        while True:
            try:
                if await self._lock.acquire(patience.time_left):
                    return
                break
            except asyncio.CancelledError as exc:
                patience.hurry(exc)
        raise patience.cancelled or OperationalError(
            f"another task has been using the connection for {patience.seconds:g} s"
        )

    async def _see_through(self, generator: Wire[T], patience: Patience) -> T:
        """Drive a conversation to its end and return its result.

        Being cancelled, again or for the first time, ends the patience sooner and no
        more, for half a reply is of no use to anyone; of what fails after that it is
        the cancellation that is raised. DeadlineReached if nothing cancelled the task.
        """
        transport = self._transport
        waiter = transport.begin(generator)
        while waiter is not None:
            try:
                left = patience.time_left
                await (waiter if left is None else transport.wait(waiter, left))
                break
            except asyncio.CancelledError as exc:
                patience.hurry(exc)
                over = getgeneratorstate(generator) == GEN_CLOSED
                waiter = None if over else transport.begin(generator)
        try:
            result: T = transport.outcome()
            return result
        except (DeadlineReached, Error) as exc:
            if isinstance(exc, Error):
                self._decide_fate(exc)
            if patience.cancelled is None:
                raise
            raise patience.cancelled from None

    async def _run_unwaited(self, write: Callable[[], None]) -> None:
        """Write requests whose replies nobody waits for, and send them.

        Not in a foreign event loop, where nobody can use the connection anyway.
        """
        if not self._transport.at_home:
            return
        async with self._lock:
            if self.closed:
                return
            try:
                write()
                self._transport.flush()
            except BaseException as exc:
                self._break(exc)
                raise

    async def _run_batch(
        self, cursor: AsyncCursor, batch: Batch, feed: Feed | None
    ) -> None:
        """Run a batch; whoever calls this has the wire lock."""
        self._check_usable()
        cursor._reset()
        try:
            while await self._fill(batch, feed):
                await self._run(batch.send_gen, watched=True)
            await self._run(batch.finish_gen, watched=True)
        except BaseException as exc:
            await self._undo(batch.fail_gen, exc)
            raise
        cursor._note_batch(batch)

    async def _fill(self, batch: Batch, feed: Feed | None) -> bool:
        if feed is not None:
            with self._lock.errand():
                await feed.refill()
        return batch.fill()

    async def _undo(self, make: Callable[[], Wire[None]], why: BaseException) -> None:
        """Undo what an exception ended, which a second error does not hide.

        Being cancelled, before or meanwhile, ends nothing that comes to its end within
        the grace. What cannot be undone must not be committed later: the session ends
        with it.
        """
        if self.closed:
            return
        cancelled = isinstance(why, asyncio.CancelledError)
        undo, patience = Beginning(make), Patience(CANCEL_GRACE if cancelled else None)
        try:
            await self._run(undo, patience=patience)
        except Error as exc:
            logger.warning("%r is closed, it could not undo: %s", self, exc)
            self._break(exc)
        except BaseException as exc:
            # What encloses this block, if anything, undoes more.
            if not undo.begun or (self._in_transaction and not self._blocks):
                self._break(exc)
            raise
        if patience.cancelled is not None:
            raise patience.cancelled
