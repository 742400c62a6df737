"""`dataclass` for the many small classes of the emulator, made in less time.

The standard one writes and compiles up to six methods for each class, which took a
third of the time an emulator needs to start. Here only `__init__` is compiled, when the
class is first called; comparison, hash and repr are shared. `frozen` is for type
checkers: at run time nothing is in the way of an assignment. Everything else, `fields`
and `replace` too, is as the standard library's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        *, frozen: bool = False, eq: bool = True, slots: bool = False
    ) -> Callable[[type], type]:
        """Make a dataclass of a class; with `frozen` it is hashed by its fields."""

        def make(cls: type) -> type:
            own = vars(cls)
            if cls.__doc__ is None:
                cls.__doc__ = cls.__name__  # or a signature is made to stand there
            made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(
                cls
            )
            if "__init__" not in own:
                made.__init__ = _compiled_when_called(made)
            if "__repr__" not in own:
                made.__repr__ = _repr
            if eq and "__eq__" not in own:
                made.__eq__ = _eq
                made.__hash__ = _hash if frozen else None
                made._compared = _getter(made)
            return made

        return make


def _compiled_when_called(cls: Any) -> Callable[..., None]:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        # The standard one of a class that inherits all fields and adds none.
        heir: Any = type(cls.__name__, (cls,), {"__doc__": cls.__doc__})
        standard: Any = dataclasses.dataclass(repr=False, eq=False)(heir)
        cls.__init__ = standard.__init__
        cls.__init__(self, *args, **kwargs)

    return __init__


def _getter(cls: Any) -> Callable[[Any], Any]:
    names = [item.name for item in dataclasses.fields(cls) if item.compare]
    return attrgetter(*names) if names else type


def _repr(self: Any) -> str:
    items = (item.name for item in dataclasses.fields(self) if item.repr)
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in items)
    return f"{type(self).__qualname__}({values})"


def _eq(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return self is other or self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:
    return hash(self._compared(self))
