"""Names of annotations that are there for ``typing.get_type_hints`` to find.

It looks in the module of the annotation: for `Self`, which Python 3.10 does not have,
and for `ssl`, which is slow to import, and only connections with TLS need it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import ssl

    from typing_extensions import Self
else:
    if sys.version_info >= (3, 11):
        from typing import Self
    else:
        Self = TypeVar("Self")

    class _Imported:
        """A module that is imported when something of it is asked for."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, attribute: str) -> object:
            return getattr(import_module(self._name), attribute)

    ssl = _Imported("ssl")

__all__ = ["Self", "ssl"]
