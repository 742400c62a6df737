#!/usr/bin/env bash
# Tells which lines of the compiled part the parity tests reach.
# usage: tools/cython_coverage.sh [pytest arguments]; PYTHON names the interpreter.
# That interpreter needs coverage, the build requirements of pyproject.toml and the test
# extras. Tried with CPython 3.11. Heads of functions, declarations and the ends of
# `finally` are reported as missed: Cython traces none of them.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(realpath -s "${PYTHON:-.venv/bin/python}")
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cp -R _speedups informix_db tests pyproject.toml README.md LICENSE "$build"
cd "$build"
rm -f informix_db/*.so

# The plugin looks for the C file beside its source.
cat > setup.py <<'SETUP'
from Cython.Build import cythonize
from setuptools import Extension, setup

macros = [("CYTHON_TRACE", "1"), ("CYTHON_TRACE_NOGIL", "1")]
module = Extension(
    "informix_db._speedups", ["_speedups/_speedups.pyx"], define_macros=macros
)
setup(ext_modules=cythonize([module], compiler_directives={"linetrace": True}))
SETUP
CFLAGS=-O1 "$python" setup.py -qq build_ext --inplace
cat > coveragerc <<'RC'
[run]
plugins = Cython.Coverage
include = _speedups/*
core = ctrace
RC
export PYTHONPATH="$build" INFORMIX_DB_REQUIRE_EXTENSIONS=1
"$python" -m coverage run --rcfile=coveragerc -m pytest -q -p no:cacheprovider tests/parity "$@"
"$python" -m coverage report --rcfile=coveragerc -m
