#!/usr/bin/env bash
# Runs the parity tests with the extension under AddressSanitizer and UBSan.
# usage: tools/asan_check.sh [pytest arguments]; PYTHON names the interpreter.
# That interpreter needs the build requirements of pyproject.toml and the test extras.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(realpath -s "${PYTHON:-.venv/bin/python}")
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined" \
    "$python" setup.py -qq build --build-base "$build/base" --build-lib "$build/lib"

# The interpreter itself is not instrumented and leaks at its end. With malloc for
# every object, one that is read past its end is one that is seen.
LD_PRELOAD=$(gcc -print-file-name=libasan.so)
export LD_PRELOAD PYTHONMALLOC=malloc
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
export PYTHONPATH="$build/lib" INFORMIX_DB_REQUIRE_EXTENSIONS=1

# pytest as a program: `python -m pytest` would import the package of the tree.
(cd "$build" && "$python" -c "
import informix_db._speedups as extension
assert extension.__file__.startswith('$build'), extension.__file__")
"${python%/*}/pytest" -p no:cacheprovider --capture=sys -q tests/parity "$@"
