"""What the nightly run does with real servers, done with the emulator."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from informix_db.testing import Server
from informix_db.testing.listener import Endpoint

ROOT = Path(__file__).parent.parent.parent
CERTIFICATE = ROOT / "tests" / "data" / "tls" / "certificate.pem"

# What the replay command repeats on its own: no cancel(), no server-side scrolling, no
# streams of large objects, no batch that is undone.
REPEATED = (
    "test_text_in_utf8",
    "test_errors_and_then_on",
    "test_composites",
    "test_transactions[testdb]",
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Run the tests of `docker/integration`; return where their recordings are."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("key.pem"))
    with Server(endpoints=[Endpoint("127.0.0.1", 0, context)]) as server:
        (_, port), (_, tls_port) = server.addresses
        variables = {
            "INFORMIX_DB_SERVER": f"127.0.0.1:{port}",
            "INFORMIX_DB_TLS_PORT": str(tls_port),
            "INFORMIX_DB_CAFILE": str(CERTIFICATE),
            "INFORMIX_DB_RECORD": str(tmp_path),
        }
        tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        tests += ["-c", ROOT / "pyproject.toml", "--rootdir", ROOT]
        done = subprocess.run(
            [*tests, ROOT / "docker" / "integration"],
            cwd=tmp_path,  # where no package can be imported but the installed one
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout
    return tmp_path


def test_the_emulator_passes_and_the_recordings_replay(recorded: Path) -> None:
    assert len(list(recorded.iterdir())) >= 12
    replay = [sys.executable, "-m", "informix_db", "replay"]
    for name in REPEATED:
        file = recorded / f"{name}.jsonl"
        done = subprocess.run(
            [*replay, file], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
