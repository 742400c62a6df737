"""Standard streams that are closed, full, or of an encoding that lacks characters."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import informix_db
from informix_db._cli.main import main
from informix_db.testing import Server

from .conftest import Run

FULL = Path("/dev/full")
TEXT = "SELECT FIRST 1 'M\xe1laga' t FROM systables"


class Ascii(io.TextIOWrapper):
    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii", write_through=True)

    @property
    def written(self) -> str:
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode("ascii")


def test_tables_show_what_an_encoding_lacks_as_escapes(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Ascii()
    monkeypatch.setattr(sys, "stdout", out)
    assert run("-c", TEXT).status == 0
    assert "M\\xe1laga" in out.written


@pytest.mark.parametrize("form", ["csv", "json", "unl"])
def test_data_are_not_changed_for_an_encoding(
    run: Run, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Ascii()
    monkeypatch.setattr(sys, "stdout", out)
    result = run("-f", form, "-c", TEXT)
    assert result.status == 1
    assert result.err == (
        "the output is ascii, which lacks '\\xe1': set PYTHONIOENCODING=utf-8\n"
    )
    assert "laga" not in out.written


def test_names_of_files_that_an_encoding_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Ascii()
    monkeypatch.setattr(sys, "stdout", out)
    (tmp_path / "m\xfc.py").write_text("import IfxPyDbi\n")
    assert main(["migrate-check", str(tmp_path)]) == 1
    assert "m\\xfc.py:1:1: import" in out.written


@pytest.mark.parametrize("argv", [["-c", "SELECT '\udcfc'"], []])
def test_sql_that_is_no_text(
    run: Run, argv: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sys,
        "stdin",
        io.TextIOWrapper(
            io.BytesIO(b"SELECT '\xfc'"), encoding="ascii", errors="surrogateescape"
        ),
    )
    result = run(*argv)
    assert result.status == 2
    assert "is not in the code of this environment, ascii" in result.err


def test_files_in_another_code(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "latin.sql"
    path.write_bytes(TEXT.encode("latin-1"))
    refused = run(str(path))
    assert refused.status == 2
    assert refused.err.startswith(f"{path}: 'utf-8' codec can't decode byte 0xe1")
    assert "--encoding" in refused.err
    assert "M\xe1laga" in run(str(path), "--encoding", "latin-1").out


def test_closed_streams(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        for name in ("stdin", "stdout", "stderr"):
            patch.setattr(sys, name, None)
        status = run("-c", "SELECT FIRST 1 tabid FROM systables").status
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            stream.close()
    assert status == 0


@pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize("argv", [["migrate-check", "."], ["doctor", "127.0.0.1:1"]])
def test_a_full_disk(argv: list[str], tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("import IfxPyDbi\n")
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "informix_db", *argv],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "INFORMIX_PASSWORD": "x"},
            cwd=tmp_path,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "informix-db: No space left on device"
    assert "Traceback" not in done.stderr


def test_whoever_reads_a_replay_may_stop_reading(
    emulator: Server, tmp_path: Path
) -> None:
    recording = tmp_path / "recording.txt"
    with informix_db.connect(
        emulator.host,
        emulator.port,
        user="informix",
        password="in4mix",
        database="testdb",
        record=recording,
    ) as connection:
        connection.cursor().execute("SELECT * FROM systables").fetchall()
    process = subprocess.Popen(
        [sys.executable, "-m", "informix_db", "replay", str(recording)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as errors:
        assert errors.read() == ""
    assert process.wait(30) == 1
