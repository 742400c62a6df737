"""What is built of the sources: sdist, compiled wheel, pure wheel, or an error."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
NO = "INFORMIX_DB_NO_EXTENSIONS"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def run(*command: object, cwd: Path, **variables: str) -> str:
    """Run a command that has to succeed; return its output."""
    done = attempt(*command, cwd=cwd, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def attempt(
    *command: object, cwd: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("INFORMIX")}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree without anything that was built in it."""
    built = (".*", "build", "dist", "*.egg-info", "*.so", "*.pyd", "__pycache__")
    target = tmp_path_factory.mktemp("sources") / "tree"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*built))
    return target


@pytest.fixture(scope="module")
def sdist(sources: Path) -> Path:
    run(sys.executable, "setup.py", "-q", "sdist", cwd=sources)
    (archive,) = (sources / "dist").glob("*.tar.gz")
    return archive


@pytest.fixture
def unpacked(sdist: Path, tmp_path: Path) -> Path:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (tree,) = (tmp_path / "unpacked").iterdir()
    return tree


def wheel(tree: Path, target: Path, **variables: str) -> Path:
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    run(*pip, "--no-build-isolation", "-w", target, tree, cwd=target, **variables)
    (built,) = target.glob("*.whl")
    return built


def test_the_sdist_has_the_sources_and_nothing_built(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {path.name for path in (ROOT / "_speedups").iterdir()} == {
        name.removeprefix("_speedups/")
        for name in names
        if name.startswith("_speedups/")
    }
    assert {"setup.py", "tests/parity/test_rows.py", "LICENSE"} <= names
    assert {"informix_db/py.typed", "informix_db/_speedups.pyi"} <= names
    assert not [n for n in names if n.endswith((".c", ".so", ".pyd", ".pyc", ".html"))]


def test_a_compiled_wheel(unpacked: Path, tmp_path: Path) -> None:
    built = wheel(unpacked, tmp_path)
    assert "-cp3" in built.name
    names = zipfile.ZipFile(built).namelist()
    assert [name for name in names if name.startswith("informix_db/_speedups.c")]
    assert {name.split("/")[0].split("-")[0] for name in names} == {"informix_db"}
    assert show_implementation(built, tmp_path) == "cython"
    assert not [p for p in unpacked.rglob("*.c") if "build" not in p.parts]


def test_a_pure_wheel(unpacked: Path, tmp_path: Path) -> None:
    built = wheel(unpacked, tmp_path, **{NO: "1"})
    assert built.name.endswith("-py3-none-any.whl")
    assert not [n for n in zipfile.ZipFile(built).namelist() if n.endswith(".so")]
    assert show_implementation(built, tmp_path) == "python"


def test_the_description_has_no_links_that_lead_nowhere(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        (name,) = [n for n in archive.getnames() if n.count("/") == 1 and "PKG" in n]
        member = archive.extractfile(name)
        assert member is not None
        text = member.read().decode("utf-8")
    assert "Description-Content-Type: text/markdown" in text
    assert "\n| USAGE (docs/USAGE.md) |" in text
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert not [link for link in links if not link.startswith("https:")]


def show_implementation(built: Path, tmp_path: Path) -> str:
    """Return what the package says of itself, installed where there is nothing else."""
    target = tmp_path / "installed"
    zipfile.ZipFile(built).extractall(target)
    code = "import informix_db; print(informix_db.IMPLEMENTATION, informix_db.__file__)"
    # -S: no site-packages, and so no package of the tree installed there.
    implementation, path = run(sys.executable, "-S", "-c", code, cwd=target).split()
    assert Path(path).parent.parent == target
    return implementation


def test_a_failed_compile_is_an_error(unpacked: Path, tmp_path: Path) -> None:
    with (unpacked / "_speedups" / "_rows.pxi").open("a") as source:
        source.write("\ncdef int broken(: pass\n")
    done = attempt(
        sys.executable, "setup.py", "-q", "bdist_wheel", cwd=unpacked, CC="cc"
    )
    assert done.returncode != 0
    assert "_rows.pxi" in done.stdout + done.stderr
    assert not list(unpacked.glob("dist/*.whl"))


def test_a_missing_compiler_is_an_error(unpacked: Path) -> None:
    done = attempt(
        sys.executable, "setup.py", "-q", "bdist_wheel", cwd=unpacked, CC="nosuchcc"
    )
    assert done.returncode != 0
    assert not list(unpacked.glob("dist/*.whl"))
