"""The test that is made of a recording, and where a recording cannot be run again."""

from __future__ import annotations

import datetime
import gc
import io
import re
import runpy
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import informix_db
from informix_db._cli.main import main

from .conftest import BOTH, SYNC, Connect
from .recordings import made_test

MODES = BOTH


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tmp_path / "session.txt"


# -- what cannot be repeated


def test_a_recording_ends_within_an_operation(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As that of a program that was killed."""
    conn = connect(record=recording)
    conn.ping()
    conn.cursor().execute("SELECT tabid FROM systables")
    conn.close()
    lines = recording.read_text("ascii").splitlines(keepends=True)
    (end,) = (at for at, line in enumerate(lines) if "<- execute" in line)
    recording.write_text("".join(lines[: end - 1]), encoding="ascii")
    written = recording.with_name("test_session.py")
    assert main(["replay", str(recording), "--test", str(written)]) == 1
    runpy.run_path(str(written))["test_recording"]()  # up to there
    capsys.readouterr()
    assert main(["replay", str(recording)]) == 1
    printed = capsys.readouterr()
    assert "conn.ping()\n    done (as recorded)" in printed.out
    why = r"replay: it goes on, but execute \(line \d+\) did not end\n"
    assert re.fullmatch(why, printed.err)


def test_hidden_values_end_it(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Parameters of known sizes have stand-ins; rows have none."""
    conn = connect(record=recording, record_values=False)
    cur = conn.cursor()
    cur.execute("CREATE TEMP TABLE t (a INT, b VARCHAR(30), c FLOAT, d DATE, e BIGINT)")
    cur.execute(
        "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
        (1, "secret", 0.5, datetime.date.today(), 2**40),
    )
    with pytest.raises(informix_db.ProgrammingError):
        cur.execute("SELECT 'secret' FROM no_such_table")
    cur.execute("SELECT a FROM t")
    conn.commit()
    conn.close()
    written = recording.with_name("test_session.py")
    assert main(["replay", str(recording), "--test", str(written)]) == 1
    error = capsys.readouterr().err
    assert "the reply to request" in error
    assert "(execute) holds values, which were not recorded" in error
    text = written.read_text("utf-8")
    assert "INSERT INTO t" in text
    assert "with pytest.raises(informix_db.ProgrammingError)" in text
    assert "conn.commit" not in text
    assert "# it goes on, but the reply to request" in text
    runpy.run_path(str(written))["test_recording"]()


@SYNC
def test_a_file_that_cannot_be_read_twice_is_not_recorded(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    conn = connect(record=recording)
    cur = conn.cursor()
    cur.execute("CREATE TEMP TABLE t (a BYTE)")
    cur.execute("INSERT INTO t VALUES (?)", (Pipe(b"contents"),))
    conn.close()
    written = recording.with_name("test_session.py")
    assert main(["replay", str(recording), "--test", str(written)]) == 1
    error = capsys.readouterr().err
    assert error == "replay: it goes on, but a value, of type Pipe, was not recorded\n"
    runpy.run_path(str(written))["test_recording"]()  # up to there
    assert "# it goes on, but a value" in written.read_text("utf-8")


@SYNC
def test_arguments_that_nobody_can_write_down(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Parameters(list[Any]):
        def __iter__(self) -> Any:
            raise LookupError

    conn = connect(record=recording)
    cur = conn.cursor()
    with pytest.raises(LookupError):
        cur.execute("SELECT tabid FROM systables WHERE tabid = ?", Parameters([1]))
    conn.ping()
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(informix_db.DataError):
        cur.execute("SELECT tabid FROM systables WHERE tabid = ?", endless)
    conn.close()
    assert main(["replay", str(recording)]) == 1
    printed = capsys.readouterr()
    assert printed.out == "conn.ping()\n    done (as recorded)\n"
    assert "was given has no JSON" in printed.err


# -- a test that is made


def changed(recording: Path, pattern: str, change: Callable[[bytes], bytes]) -> None:
    """Change bytes of a reply."""
    text = recording.read_text("ascii")
    (found,) = {match[1] for match in re.finditer(rf"S< \w*?({pattern})", text)}
    other = change(bytes.fromhex(found)).hex()
    assert other != found
    recording.write_text(text.replace(found, other), encoding="ascii")


@pytest.mark.parametrize(
    ("pattern", "change"),
    [
        (b"Lyon".hex(), bytes.lower),  # a value
        (b"town\0".hex(), bytes.title),  # a column's name
        ("000f0000000000020000", lambda data: data.replace(b"\2", b"\3")),  # a count
        ("ff32ff91", lambda data: data[:-1] + b"\x92"),  # an error's number
        (b"no_such".hex(), bytes.upper),  # its text
        (b"contents".hex(), bytes.upper),  # of a large object
    ],
)
@SYNC
def test_a_changed_reply_fails_it(
    connect: Connect, recording: Path, pattern: str, change: Callable[[bytes], bytes]
) -> None:
    conn = connect(record=recording)
    cur = conn.cursor()
    cur.execute("CREATE TEMP TABLE t (a INT, town VARCHAR(10), c BLOB)")
    cur.executemany("INSERT INTO t (a, town) VALUES (?, ?)", [(1, "Lyon"), (2, None)])
    cur.execute("UPDATE t SET c = ?", (b"contents",))
    cur.execute("SELECT a, town FROM t")
    cur.fetchall()
    cur.read_blob_column("SELECT c FROM t")
    with pytest.raises(informix_db.ProgrammingError):
        cur.execute("SELECT a FROM no_such")
    conn.close()
    run = made_test(recording)
    changed(recording, pattern, change)
    with pytest.raises((AssertionError, informix_db.Error)):
        run()


@SYNC
def test_a_test_that_fails_is_written_too(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The driver that was recorded did something else: that is what a test is for."""
    conn = connect(record=recording)
    conn.cursor().execute("SELECT tabid FROM systables WHERE tabid = ?", (1,))
    conn.close()
    text = recording.read_text("ascii").replace(
        '"parameters": [1]', '"parameters": [2]'
    )
    recording.write_text(text, encoding="ascii")
    written = recording.with_name("test_session.py")
    assert main(["replay", str(recording), "--test", str(written)]) == 1
    assert "(execute) differs at byte" in capsys.readouterr().err
    with pytest.raises((AssertionError, informix_db.Error)):
        runpy.run_path(str(written))["test_recording"]()


@SYNC
def test_what_is_not_done_again_is_told(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conn = connect(record=recording)
    conn.ping()
    conn.close()
    lines = recording.read_text("ascii").splitlines(keepends=True)
    kept = [line for line in lines if "ping" not in line]
    recording.write_text("".join(kept), encoding="ascii")
    assert main(["replay", str(recording)]) == 1
    assert "replay: 1 recorded requests were not sent" in capsys.readouterr().err


@SYNC
def test_files_that_are_not_there(
    connect: Connect, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(recording)]) == 2
    connect(record=recording).close()
    nowhere = recording.with_name("no such") / "test_it.py"
    assert main(["replay", str(recording), "--test", str(nowhere)]) == 2
    assert capsys.readouterr().err.count("No such file or directory") == 2


def test_an_observer_that_keeps_operations_keeps_no_cursors(
    connect: Connect, recording: Path
) -> None:
    class Keeper:
        def __init__(self) -> None:
            self.kept: list[Any] = []

        def begin(self, operation: Any) -> None:
            self.kept.append(operation)

        def end(self, operation: Any) -> None:
            pass

    keeper = Keeper()
    conn = connect(record=recording, observer=keeper)
    cur = conn.cursor()
    cur.execute("SELECT tabid FROM systables")
    gone = weakref.ref(getattr(cur, "_target", cur))
    del cur
    gc.collect()
    assert gone() is None
    assert [each.name for each in keeper.kept] == ["connect", "execute"]
