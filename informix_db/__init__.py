"""IBM Informix for Python over its own wire protocol (PEP 249).

No client SDK, no ODBC, no JVM: `connect` opens a TCP connection and speaks SQLI.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from informix_db._version import __version__

if TYPE_CHECKING or "INFORMIX_DB_REQUIRE_EXTENSIONS" in os.environ:
    # Whoever requires the compiled part is to learn now that it is missing.
    from informix_db._wire.accel import IMPLEMENTATION

if TYPE_CHECKING:
    from informix_db._connect import connect
    from informix_db._create_pool import create_pool
    from informix_db.connections import Connection
    from informix_db.cursors import Cursor
    from informix_db.dbapi import (
        BINARY,
        DATETIME,
        NUMBER,
        ROWID,
        STRING,
        Binary,
        Date,
        DateFromTicks,
        Time,
        TimeFromTicks,
        Timestamp,
        TimestampFromTicks,
    )
    from informix_db.exceptions import (
        DatabaseError,
        DataError,
        Error,
        IntegrityError,
        InterfaceError,
        InternalError,
        NotSupportedError,
        OperationalError,
        PoolClosedError,
        PoolTimeout,
        PoolTimeoutError,
        ProgrammingError,
        ProtocolError,
        StatementCancelledError,
        TLSVerificationWarning,
        Warning,
    )
    from informix_db.pool import ConnectionPool
    from informix_db.rows import Row
    from informix_db.types import (
        BlobLocator,
        ClobLocator,
        CollectionValue,
        IntervalYM,
        RowValue,
        TypeCode,
    )

apilevel = "2.0"
threadsafety = 1
paramstyle = "numeric"

__all__ = [
    "BINARY",
    "DATETIME",
    "IMPLEMENTATION",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "BlobLocator",
    "ClobLocator",
    "CollectionValue",
    "Connection",
    "ConnectionPool",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "IntervalYM",
    "NotSupportedError",
    "OperationalError",
    "PoolClosedError",
    "PoolTimeout",
    "PoolTimeoutError",
    "ProgrammingError",
    "ProtocolError",
    "Row",
    "RowValue",
    "StatementCancelledError",
    "TLSVerificationWarning",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "TypeCode",
    "Warning",
    "__version__",
    "apilevel",
    "connect",
    "create_pool",
    "paramstyle",
    "threadsafety",
]

# Where the names are that type checkers see above. They are imported when they are
# asked for: the emulator and the pytest plugin need no driver. What `connect` takes
# comes first.
_MODULES = (
    "_wire.accel",
    "exceptions",
    "types",
    "rows",
    "params",
    "observe",
    "lobs",
    "cursors",
    "connections",
    "_connect",
    "dbapi",
    "pool",
    "_create_pool",
)

if not TYPE_CHECKING:  # to a type checker every name would exist

    def __getattr__(name: str) -> object:
        if name in _MODULES:  # not with others, one of which may be asking for it
            return import_module(f"{__name__}.{name}")
        here = globals()
        for module in _MODULES if name in __all__ else ():
            found = vars(import_module(f"{__name__}.{module}"))
            for key in found.keys() & set(__all__):
                here.setdefault(key, found[key])  # it may have been replaced
            if name in here:
                return here[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        loaded = {name for name in globals() if f"{__name__}.{name}" in sys.modules}
        return sorted({*__all__, *(name for name in loaded if name[0] != "_")})
