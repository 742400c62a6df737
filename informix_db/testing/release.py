"""What the emulator says it is: the one place that tells its release."""

from __future__ import annotations

# IBM's driver takes the release apart at the dots [J]. A real 15.0 server puts an
# internal number into the login's answer, 15.0.1.0.3 [P]; here both say the same.
MAJOR, MINOR, LEVEL = "15", "00", "1.0.3"
RELEASE = f"{MAJOR}.{MINOR}.{LEVEL}"
_PRODUCT = "Informix Dynamic Server"

# The login's answer must have the form clients look for.
LOGIN_VERSION = f"IBM {_PRODUCT} Version {RELEASE}"

# What DBINFO('version', ...) says; the full text must not pass for IBM's product.
DBINFO_VERSION = {
    "server-type": _PRODUCT,
    "major": MAJOR,
    "minor": MINOR,
    "level": LEVEL,
    "os": "",
    "full": f"{_PRODUCT} Version {RELEASE} (informix_db emulator)",
}
