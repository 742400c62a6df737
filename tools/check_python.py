"""Tell what the Python that runs this lacks for building the driver, if anything.

Written for any Python 3, so that an old one gets a sentence and not a traceback.
"""

import importlib.util
import os
import shutil
import sys
import sysconfig
import typing


def lacks() -> typing.Iterator[str]:
    """Yield one sentence for each thing that is missing."""
    if sys.version_info < (3, 10):  # noqa: UP036
        yield "Python 3.10 or newer is needed; set PYTHON= to one"
    if importlib.util.find_spec("ensurepip") is None:
        yield "the ensurepip module is needed (Debian: python3-venv)"
    if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
        yield "Python.h is needed (Debian: python3-dev)"
    if not shutil.which(os.environ.get("CC", "cc").split()[0]):
        yield "a C compiler is needed (Debian: gcc)"


def main() -> None:
    missing = list(lacks())
    for sentence in missing:
        sys.stderr.write("%s: %s\n" % (sys.executable, sentence))  # noqa: UP031
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()
