"""A signal that arrives while the kernel takes or gives bytes: their number is kept."""

from __future__ import annotations

import ctypes
import signal
import sys

import pytest

from informix_db._transport.blocking import _kept


@pytest.mark.skipif(
    sys.implementation.name != "cpython", reason="needs a C function that interrupts"
)
def test_the_count_of_an_interrupted_transfer_is_kept() -> None:
    interrupted = ctypes.pythonapi.PyErr_SetInterruptEx  # returns 0, SIGINT pending
    counts: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        _kept(counts, interrupted, signal.SIGINT)  # type: ignore[arg-type]
    assert counts == [0]
