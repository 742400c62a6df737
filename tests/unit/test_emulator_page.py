"""docs/EMULATOR-SQL.md says what the emulator's own tables say."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "emulator_page.py"))
    written = (ROOT / "docs" / "EMULATOR-SQL.md").read_text(encoding="utf-8")
    assert written == tool["page"](), "run: python tools/emulator_page.py"
