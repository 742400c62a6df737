"""What connect() and create_pool() return: a coroutine that can be entered as well."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from types import TracebackType
from typing import Any, Protocol, TypeVar


class _Closable(Protocol):
    async def close(self) -> None: ...


T = TypeVar("T", bound=_Closable)


class Opening(Coroutine[Any, Any, T]):
    """``x = await opening``, or ``async with opening as x``, which closes it."""

    __slots__ = ("_coroutine", "_opened")

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, T]:
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        """Go on (coroutine protocol)."""
        return self._coroutine.send(value)

    def throw(self, *args: Any) -> Any:
        """Raise where it waits (coroutine protocol)."""
        return self._coroutine.throw(*args)

    def close(self) -> None:
        """Give up (coroutine protocol)."""
        self._coroutine.close()

    async def __aenter__(self) -> T:
        self._opened = await self._coroutine
        return self._opened

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._opened.close()
