"""IfxPy and IfxPyDbi, the names programs know, on top of informix_db.

``from informix_db.compat import IfxPyDbi`` in place of ``import IfxPyDbi``; or call
`install` once, before anything imports them, and leave programs as they are.
"""

from __future__ import annotations

import sys
from importlib import import_module

__all__ = ["install"]

_NAMES = ("IfxPy", "IfxPyDbi")


def install() -> None:
    """Make ``import IfxPy`` and ``import IfxPyDbi`` find the modules of this package.

    Raises ImportError if IBM's are imported already: objects of both would meet.
    """
    ours = {name: import_module(f"{__name__}.{name}") for name in _NAMES}
    for name, module in ours.items():
        present = sys.modules.get(name)
        if present is not None and present is not module:
            where = getattr(present, "__file__", None) or "unknown file"
            raise ImportError(
                f"{name} is imported already ({where}): call "
                "informix_db.compat.install() before",
                name=name,
            )
    sys.modules.update(ours)
