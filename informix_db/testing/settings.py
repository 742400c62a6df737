"""What all sessions of a server share."""

from __future__ import annotations

import enum
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import messages, transcript
from .api import EngineAPI
from .faults import Faults
from .pam import Question
from .records import dataclass
from .statements import StatementTable

if TYPE_CHECKING:
    import ssl


class BatchErrors(enum.Enum):
    """What a reply says around an error in a batch [J: all are accepted]."""

    KEEP = "keep"  # the output so far, ERR; the rest is not carried out
    DROP = "drop"  # ERR alone; the rest is not carried out
    CONTINUE = "continue"  # ERR between the output of all other rows


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What all sessions of a server share."""

    engine: EngineAPI
    capabilities: bytes
    cap1: int
    version: str
    serial: str
    batch_errors: BatchErrors
    transaction_states: bool
    faults: Faults
    record: transcript.Sink | None
    tls: ssl.SSLContext | None
    pam: Sequence[Question]
    latency: float  # seconds
    closing: threading.Event  # set when the server is to stop
    reader: type[messages.RequestReader]
    statements: type[StatementTable]
