"""What the emulator says it is: the one place that tells its release."""

from __future__ import annotations

# IBM's driver takes the release apart at the dots [J].
MAJOR, MINOR, LEVEL = "15", "00", "1.0.3"
RELEASE = f"{MAJOR}.{MINOR}.{LEVEL}"
_PRODUCT = "Informix Dynamic Server"

# What the login's answer says, in words clients look for [informix_detect.nasl of
# Nessus]. Real servers give an internal number, 9.50 for 10.0, 15.0.1.0.3 for 15.0 [P];
# IBM's driver 4.50 cannot read the latter, it needs two digits behind the point [J].
LOGIN_VERSION = f"IBM {_PRODUCT} Version {RELEASE}"
LOGIN_SERIAL = "Software Serial Number AAA#B000000"

# What DBINFO('version', ...) says; the full text must not pass for IBM's product.
DBINFO_VERSION = {
    "server-type": _PRODUCT,
    "major": MAJOR,
    "minor": MINOR,
    "level": LEVEL,
    "os": "",
    "full": f"{_PRODUCT} Version {RELEASE} (informix_db emulator)",
}
