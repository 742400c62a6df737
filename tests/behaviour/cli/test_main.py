"""Which command is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from informix_db._cli import main as module
from informix_db._cli.main import main


def test_all_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    shown = capsys.readouterr().out
    for name in module._MODULES:
        assert f"\n    {name}" in shown


@pytest.mark.parametrize("name", module._MODULES)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([name, "-h"])
    assert f"informix-db {name} " in capsys.readouterr().out


def test_a_command_of_another_module_runs(tmp_path: Path) -> None:
    assert main(["migrate-check", str(tmp_path)]) == 0


def test_only_the_command_that_is_meant_is_loaded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = []
    load = module.importlib.import_module

    def note(name: str) -> object:
        loaded.append(name)
        return load(name)

    monkeypatch.setattr(module.importlib, "import_module", note)
    with pytest.raises(SystemExit):
        main(["doctor", "-h"])
    assert loaded == ["informix_db._cli.doctor"]


def test_arguments_that_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["doctor", "host", "extra"])
    assert "unrecognized arguments: extra" in capsys.readouterr().err


def test_the_console_script_is_this() -> None:
    project = (Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8")
    assert '\ninformix-db = "informix_db._cli.main:main"\n' in project
