"""Recordings that are damaged, cut off, of a later version: errors and no more."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logins import connect_to

from informix_db._cli import replay as command
from informix_db._cli.main import main
from informix_db._cli.replaysteps import steps
from informix_db._cli.replayvalues import _READERS, CannotRepeat
from informix_db._protocol import record as recorder
from informix_db.testing import Server
from informix_db.testing import recording as reader
from informix_db.testing.recording import Conversation, Operation

from .recordings import few


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tmp_path / "session.txt"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "not a line of a recording"),
        ("x", "not a line of a recording"),
        ("[99999999999] C> 00", "not a line of a recording"),
        ("[1] S< 00", "a reply to nothing"),
        ("[1] C> 0g", "non-hexadecimal"),
        ("[1] C> 000", "non-hexadecimal"),
        ("[1] C> 00.", "hexadecimal"),
        ("[1] C> 0 0 ", "hexadecimal"),
        ("[1] <- x {}", "the end of 'x', which has not begun"),
        ("[1] ++ []", "a row of no operation"),
        ("[1] -> x {", "Expecting property name"),
        ("[1] -> x 1", "is no object"),
        ("[1] -> x " + "[" * 100_000, "nested too deeply"),
        ('[1] -> x {"rows": ' + "9" * 5000 + "}", ""),
        ('[1] -> connect {"format": "x"}', "recorded in format x"),
        (
            '[1] -> connect {"format": 99, "driver": "2099.1"}',
            "recorded in format 99 by informix_db 2099.1, but this version reads "
            "formats up to 1: use that version",
        ),
    ],
)
def test_damaged_recordings(
    recording: Path, line: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    recording.write_text(line + "\n", encoding="ascii")
    assert main(["replay", str(recording)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"replay: {recording}:1: ")
    assert why in error


def test_the_recorder_and_its_reader_know_the_same_format() -> None:
    assert recorder.FORMAT == reader.FORMAT


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a recording."""
    path = tmp_path_factory.mktemp("recording") / "session.txt"
    with (
        Server() as server,
        connect_to(server, record=path) as conn,
    ):
        conn.cursor().execute("CREATE TEMP TABLE t (a INT)")
        cur = conn.cursor(scrollable=True)
        cur.execute("SELECT tabid FROM systables")
        cur.fetch_last()
        with conn.transaction():
            cur.executemany("INSERT INTO t (a) VALUES (?)", iter([(1,), (2,)]))
        conn.cursor().execute("CREATE TEMP TABLE u (a BLOB)")
        cur.execute("INSERT INTO u VALUES (?)", (b"contents",))
        cur.execute("SELECT a FROM u")
        with cur.fetchone()[0].open() as file:
            file.read()
    return path


def test_a_recording_that_is_cut_off(
    whole: Path, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = whole.read_bytes()
    recording.write_bytes(data[:-1])
    assert main(["replay", str(recording)]) == 2
    line = data.count(b"\n")
    error = f"replay: {recording}:{line}: the recording is cut off in this line\n"
    assert capsys.readouterr().err == error


def _drop(lines: list[str], at: int, to: int, piece: str) -> None:
    del lines[at]


def _repeat(lines: list[str], at: int, to: int, piece: str) -> None:
    lines.insert(to, lines[at])


def _swap(lines: list[str], at: int, to: int, piece: str) -> None:
    lines[at], lines[to] = lines[to], lines[at]


def _overwrite(lines: list[str], at: int, to: int, piece: str) -> None:
    place = to * 7 % max(1, len(lines[at]))
    lines[at] = lines[at][:place] + piece + lines[at][place + len(piece) :]


def _cut(lines: list[str], at: int, to: int, piece: str) -> None:
    lines[at] = lines[at][: to * 7 % max(1, len(lines[at]))]


@given(
    damages=st.lists(
        st.tuples(
            st.sampled_from([_drop, _repeat, _swap, _overwrite, _overwrite, _cut]),
            st.integers(0, 200),
            st.integers(0, 200),
            st.sampled_from(
                ["ffff", "7fffffff", "..", "**", "0000", "9" * 20, '"', "{"]
            ),
        ),
        min_size=1,
        max_size=3,
    )
)
@few
def test_no_damage_is_more_than_an_error(
    whole: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    damages: list[tuple[Callable[..., None], int, int, str]],
) -> None:
    damaged = whole.read_text(encoding="ascii").splitlines()
    for damage, at, to, piece in damages:
        damage(damaged, at % len(damaged), to % len(damaged), piece)
    recording = tmp_path / "session.txt"
    recording.write_text("".join(f"{line}\n" for line in damaged), encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command, "_TIMEOUT", 0.2)
        assert main(["replay", str(recording)]) in (0, 1, 2)
        written = tmp_path / "test_it.py"
        status = main(["replay", str(recording), "--test", str(written)])
    if status < 2:
        compile(written.read_text("utf-8"), written, "exec")
    assert "Traceback" not in capsys.readouterr().err


facts = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.integers()
    | st.floats()
    | st.sampled_from(
        ["x'\n\"\\", "00", "1", "IndexError", "ProgrammingError", "r", "int", "SET"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "is", "kind", "size", "x"]), inner)
        | st.fixed_dictionaries(
            {
                "type": st.sampled_from(
                    [*_READERS, "dict", "tuple", "CollectionValue", "RowValue", "str"]
                ),
                "is": inner,
            }
        )
    ),
    max_leaves=6,
)
KEYS = (
    *("parameters", "values", "freed", "autocommit", "files", "at", "index", "name"),
    *("succeeded", "xid", "signature", "data", "clob", "size", "insert_cursor"),
    *("locator", "mode", "offset", "whence", "scrollable", "type"),
)
numbers = st.integers(0, 2) | facts
NAMES = (
    *("execute", "executemany", "fetch", "commit", "ping", "reset", "read_blob"),
    *("write_blob", "lob_open", "lob_read", "lob_seek", "lob_x", "enter_block"),
    *("leave_block", "enter_savepoint", "leave_savepoint", "tpc_begin", "tpc_recover"),
    *("fast_path_call", "server_version", "undo", "x'\n"),
)
operations = st.builds(
    Operation,
    st.sampled_from(NAMES),
    st.fixed_dictionaries(
        {"sql": st.sampled_from(["x'\n\"\\", "y"]) | facts, "cursor": numbers},
        optional={"file": numbers, **dict.fromkeys(KEYS, facts)},
    ),
    st.none()
    | st.just({})
    | st.dictionaries(
        st.sampled_from(["error", "sqlcode", "rowcount", "at_hand"]), facts
    ),
    requests=st.integers(0, 1),
    interrupted=st.booleans(),
)
rows = st.builds(Operation, st.just("++"), st.fixed_dictionaries({"parameters": facts}))
told = st.lists(operations | rows, max_size=3).flatmap(
    lambda inside: operations.map(lambda each: replace(each, inside=inside))
)


KNOWN = re.compile(
    r"conn|(?:cur|file|block|rows)\d+|informix_db|datetime|decimal|io|float|bytes"
    r"|RuntimeError|error|failure"
)


@settings(few, max_examples=25)
@given(operations=st.lists(told, max_size=5))
def test_whatever_is_told_becomes_python_or_nothing(
    operations: list[Operation],
) -> None:
    try:
        for step in steps(Conversation(operations=operations)):
            for node in ast.walk(ast.parse(step.code)):
                assert not isinstance(node, ast.Name) or KNOWN.fullmatch(node.id)
    except CannotRepeat:
        pass


@pytest.mark.parametrize("at_once", [True, False])
def test_sizes_take_no_more_memory_than_was_sent(at_once: bool) -> None:
    rows = [[{"type": "str", "size": 10**7}]] * 1000
    facts: dict[str, Any] = {"sql": "x", "cursor": 1}
    operation = Operation("executemany", facts, {}, requests=1)
    if at_once:
        facts["parameters"] = rows
    else:
        operation.inside = [Operation("++", {"parameters": row}) for row in rows]
    with pytest.raises(CannotRepeat, match="was given more than was sent"):
        list(steps(Conversation(operations=[operation])))
