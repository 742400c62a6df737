PYTHON ?= python3
VENV ?= .venv
CACHE := .cache
BIN := $(VENV)/bin

RIVAL := informix-driver==2026.9.3
PARALLEL := -n auto --dist worksteal
# Command, Debian package: what the foreign clients of the tests need.
SYSTEM := javac=default-jdk-headless nmap=nmap

# Or every process of the tests, and every program they start, compiles all modules.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test interop system lint docs coverage bench clean
.DEFAULT_GOAL := help

help:
	@echo "make setup    driver with its compiled part, and test tools, in $(VENV)"
	@echo "make demo     the driver against the emulator of the server"
	@echo "make test     the whole test suite, foreign clients included"
	@echo "make interop  only bring the foreign clients to where the tests look"
	@echo "make lint     ruff, mypy, cython-lint"
	@echo "make docs     the documentation, as pages in build/site"
	@echo "make coverage which lines no test reaches, the compiled part included"
	@echo "make bench    benchmarks"
	@echo "make clean    remove everything that was built or fetched"

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml setup.py $(wildcard _speedups/*)
	@$(PYTHON) tools/check_python.py
	@echo "Setting up $(VENV); the first time this takes a minute."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --use-pep517 --editable '.[test,lint]'
	@touch $@

demo: setup
	@$(BIN)/python tools/demo.py

test: setup interop
	@$(BIN)/python -m pytest $(PARALLEL)

interop: system $(CACHE)/jdbc/.fetched $(CACHE)/informix-driver/.installed

system:
	@tools/system_packages $(SYSTEM)

$(CACHE)/jdbc/.fetched: tools/fetch_jdbc.py | setup
	$(BIN)/python tools/fetch_jdbc.py $(CACHE)/jdbc
	@touch $@

# informix-driver imports as informix_db as well: it must not share our environment.
$(CACHE)/informix-driver/.installed: Makefile
	$(PYTHON) -m venv $(CACHE)/informix-driver
	$(CACHE)/informix-driver/bin/python -m pip install -qq '$(RIVAL)'
	@touch $@

# cython-lint runs pycodestyle.
lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PATH="$(abspath $(BIN)):$$PATH" cython-lint _speedups
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows \
		$(wildcard .github/workflows/*.yml)

# The reference is made from the sources: nothing has to be compiled for it.
docs: $(CACHE)/docs/.installed
	NO_MKDOCS_2_WARNING=1 $(CACHE)/docs/bin/python -m mkdocs build --quiet

$(CACHE)/docs/.installed: pyproject.toml
	$(PYTHON) -m venv $(CACHE)/docs
	INFORMIX_DB_NO_EXTENSIONS=1 $(CACHE)/docs/bin/python -m pip install -qq '.[docs]'
	@touch $@

coverage: setup interop
	$(BIN)/python -m pip install -qq 'pytest-cov>=7'
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term-missing:skip-covered
	PYTHON=$(BIN)/python tools/cython_coverage.sh

bench: setup
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only

clean:
	rm -rf $(VENV) $(CACHE) build dist *.egg-info informix_db/*.so
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
