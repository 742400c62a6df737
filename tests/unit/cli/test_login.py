"""Passwords: where they come from, and where they are refused."""

from __future__ import annotations

import argparse
import io
import ssl
import sys
from pathlib import Path

import pytest

from informix_db._cli import login
from informix_db._cli.main import main
from informix_db.exceptions import InterfaceError

SECRET = "s3cret"


def parsed(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    login.add_connection_arguments(parser)
    return parser.parse_args(["-H", "h", *argv])


def password_of(*argv: str) -> str:
    password = login.connect_arguments(parsed("-u", "joe", *argv), None)["password"]
    assert isinstance(password, str)
    return password


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{SECRET}\nmore\n", encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on which SECRET is typed."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(login.getpass, "getpass", lambda prompt: SECRET)


def test_from_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFORMIX_PASSWORD", "another")
    assert password_of("--password-file", str(file)) == SECRET


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch, terminal: None) -> None:
    monkeypatch.setenv("INFORMIX_PASSWORD", "from around")
    assert password_of() == "from around"


def test_from_a_prompt(terminal: None) -> None:
    assert password_of() == SECRET


def test_none_is_needed(terminal: None) -> None:
    assert password_of("-w") == ""


def test_a_prompt_that_is_not_answered(
    monkeypatch: pytest.MonkeyPatch, terminal: None
) -> None:
    def closed(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(login.getpass, "getpass", closed)
    with pytest.raises(InterfaceError, match="no password for 'joe'"):
        password_of()


def test_without_a_terminal_there_is_no_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(InterfaceError, match="INFORMIX_PASSWORD"):
        password_of()


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes")
def test_a_file_that_others_may_read(file: Path) -> None:
    file.chmod(0o640)
    with pytest.raises(InterfaceError, match="chmod 600") as caught:
        password_of("--password-file", str(file))
    assert SECRET not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InterfaceError, match="No such file"):
        password_of("--password-file", str(tmp_path / "none"))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "bytes").chmod(0o600)
    with pytest.raises(InterfaceError, match="UTF-8"):
        password_of("--password-file", str(tmp_path / "bytes"))


@pytest.mark.parametrize(
    "argv",
    [
        ["--password", SECRET],
        [f"--password={SECRET}"],
        ["stores", "--pwd", SECRET],
        ["doctor", "h:1", "--passwd", SECRET],
        [f"informix://joe:{SECRET}@h/stores"],
        [f"HOST=h;UID=joe;PWD={SECRET}"],
        ["doctor", f"informix://joe:{SECRET}@h/stores"],
    ],
)
def test_never_on_the_command_line(
    argv: list[str], capsys: pytest.CaptureFixture[str], terminal: None
) -> None:
    try:
        status = main(argv)
    except SystemExit as exc:
        status = exc.code  # type: ignore[assignment]
    shown = capsys.readouterr()
    assert status == 2
    assert "INFORMIX_PASSWORD" in shown.err
    assert SECRET not in shown.out + shown.err


def test_abbreviations_are_not_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["stores", "--password-f", "x"])
    assert "unrecognized" in capsys.readouterr().err


def test_tls(terminal: None, tmp_path: Path) -> None:
    def tls_of(how: str) -> object:
        return login.connect_arguments(parsed("--tls", how), None)["tls"]

    certificate = Path(__file__).parents[2] / "data" / "tls" / "certificate.pem"
    assert tls_of("insecure") is True
    assert isinstance(tls_of("verify"), ssl.SSLContext)
    assert isinstance(tls_of(str(certificate)), ssl.SSLContext)
    with pytest.raises(InterfaceError, match="--tls is verify"):
        tls_of(str(tmp_path / "none"))


def test_the_user_is_who_is_logged_in(
    monkeypatch: pytest.MonkeyPatch, terminal: None
) -> None:
    monkeypatch.setattr(login.getpass, "getuser", lambda: "ann")
    assert login.connect_arguments(parsed(), None)["user"] == "ann"
    assert login.connect_arguments(parsed(), "informix://bob@h/d")["user"] == "bob"
    eve = login.connect_arguments(parsed("-u", "eve"), "informix://bob@h/d")
    assert eve["user"] == "eve"


def test_nobody_is_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(login.getpass, "getuser", fail)
    with pytest.raises(InterfaceError, match="by -u"):
        login.connect_arguments(parsed(), None)
