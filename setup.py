"""Build the compiled part.

INFORMIX_DB_NO_EXTENSIONS=1 builds the pure py3-none-any package instead. Without it
a failed compile fails the build: a silent fallback would be a silent slowdown.
"""

import os

from setuptools import Extension, setup

if os.environ.get("INFORMIX_DB_NO_EXTENSIONS"):
    ext_modules = []
else:
    from Cython.Build import cythonize

    ext_modules = cythonize(
        [Extension("informix_db._speedups", ["_speedups/_speedups.pyx"])],
        build_dir="build/cython",
        compiler_directives={"language_level": 3},
    )

setup(ext_modules=ext_modules)
