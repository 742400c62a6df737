"""Build the compiled part.

INFORMIX_DB_NO_EXTENSIONS=1 builds the pure py3-none-any package instead. Without it
a failed compile fails the build: a silent fallback would be a silent slowdown. C
flags come from CFLAGS, as for any extension.
"""

import os
import re
from pathlib import Path

from setuptools import Extension, setup

RELATIVE_LINK = re.compile(r"\[([^\]]+)\]\((?!\w+:)([^)#\s]*)[^)\s]*\)")


def extensions():
    # accel.py reads the variable at run time by the same rule.
    if os.environ.get("INFORMIX_DB_NO_EXTENSIONS", "") not in ("", "0"):
        return []
    from Cython.Build import cythonize

    # The sources of one module: it includes the .pxi files. build_dir keeps the
    # generated C out of the tree.
    speedups = Extension("informix_db._speedups", ["_speedups/_speedups.pyx"])
    return cythonize([speedups], build_dir="build/cython")


def readme():
    """Return README.md for package indexes, where its relative links lead nowhere."""

    def unlinked(link):
        text, path = link.groups()
        return f"{text} ({path})" if path else text

    text = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    return RELATIVE_LINK.sub(unlinked, text)


setup(
    ext_modules=extensions(),
    long_description=readme(),
    long_description_content_type="text/markdown",
)
