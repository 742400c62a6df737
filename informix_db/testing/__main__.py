"""``python -m informix_db.testing``: run the emulator until it is told to stop."""

from __future__ import annotations

from .commandline import main

if __name__ == "__main__":
    main()
