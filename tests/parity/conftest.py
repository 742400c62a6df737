"""The two implementations can only be compared where both are."""

from __future__ import annotations

import os

from informix_db import IMPLEMENTATION

# A run of the pure implementation has nothing to compare. A compiled one that is
# missing although nobody refused it is a failure of these tests.
_refused = os.environ.get("INFORMIX_DB_NO_EXTENSIONS", "") not in ("", "0")
if IMPLEMENTATION == "python" and _refused:
    collect_ignore_glob = ["test_*.py"]
