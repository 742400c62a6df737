"""The compiled twin of _wire.decode, _wire.encode and _wire.rowtuple.

Only `_wire.accel` imports it. The docstrings are the twins'.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, overload

from informix_db._wire.describe import ColumnInfo

R = TypeVar("R", bound=RowBase)

def configure(
    *,
    twin_plan: Callable[..., Any],
    twin_payload: Callable[..., tuple[Any, ...]],
    malformed_tuple: Callable[[int], Exception],
    interval_ym: Callable[[int], Any],
    encode_entry: Callable[..., bytes],
    too_many_parameters: Callable[[int], Exception],
    twin_limits: Callable[..., Any],
    null_entry: bytes,
    true_entry: bytes,
    false_entry: bytes,
    missing_column: Callable[[Sequence[str], str], Exception],
) -> None: ...

class Plan:
    def __init__(
        self, steps: Sequence[tuple[int, int, Any]], names: Sequence[str], encoding: str
    ) -> None: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def encoding(self) -> str: ...
    @property
    def twin(self) -> Any: ...

def parse_tuple_payload(
    data: bytes | bytearray | memoryview, pos: int, end: int, plan: Plan
) -> tuple[Any, ...]: ...
def read_run(
    data: bytes | bytearray | memoryview,
    pos: int,
    end: int,
    insertdone_size: int,
    plan: Plan | None,
    rows: list[tuple[Any, ...]] | None,
) -> tuple[int, bool, int, int, int, int, int]: ...

class BindContext:
    def __init__(self, encoding: str, bigint: bool) -> None: ...
    @property
    def encoding(self) -> str: ...
    @property
    def bigint(self) -> bool: ...

def encode_row(values: Sequence[object], context: BindContext) -> bytes: ...

class Limits:
    def __init__(self, columns: Sequence[ColumnInfo], encoding: str) -> None: ...
    @property
    def twin(self) -> Any: ...
    def check(self, values: Sequence[Any]) -> None: ...

def take_plain_rows(
    rows: Iterator[Any],
    window: list[Any],
    size: int,
    count: int,
    limits: Limits | None,
    context: BindContext,
    most_rows: int,
    most_bytes: int,
    overhead: int,
    nothing: Any,
) -> tuple[Any, int]: ...

class TupleEncoder:
    def __init__(
        self,
        twin: Any,
        steps: Sequence[tuple[int, int, Any]],
        lengths: Sequence[int],
        encoding: str,
    ) -> None: ...
    @property
    def twin(self) -> Any: ...
    @property
    def types(self) -> tuple[Any, ...]: ...
    def encode(self, values: Sequence[Any]) -> bytes: ...

class RowBase(tuple[Any, ...]):
    _fields: tuple[str, ...]
    _positions: dict[str, int]
    @overload  # type: ignore[override]
    def __getitem__(self, key: int | str) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Any, ...]: ...

def make_rows(row_class: type[R], rows: list[tuple[Any, ...]]) -> list[R]: ...
