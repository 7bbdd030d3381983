# For a first look, and for developers. `make help` lists what there is.
#
# Any Python from 3.11 on will do; another one than is found: make run PYTHON=/path/to/python3
# What pip is told by its own settings (a company's index, a proxy, a certificate) is left alone.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade
# On all cores, a file of tests staying on one of them.
SIDE_BY_SIDE := -n auto --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench lock ready ready-dev python

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ready ## set everything up, collect on a schedule and show the pages; Ctrl-C ends it
	@exec $(BIN)/coproweek up

demo: ready ## the same on a made-up week, with nothing collected
	@exec $(BIN)/coproweek demo

test: ready-dev ## the test suite, in under five minutes
	@exec $(BIN)/python -m pytest -q $(SIDE_BY_SIDE)

check: ready-dev ## style, types, and whether the documentation tells the truth
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_docs.py tests/test_house.py

bench: ready-dev ## how long the command takes to start
	$(BIN)/python benchmarks/startup.py

lock: ## renew the locked libraries, with their hashes, for every system at once (needs uv)
	uv pip compile $(LOCK) --group build pyproject.toml -o requirements.txt
	uv pip compile $(LOCK) --group build --all-extras -c requirements.txt pyproject.toml -o requirements-dev.txt

ready: python
	@$(PYTHON) tools/install.py run

ready-dev: python
	@$(PYTHON) tools/install.py dev

python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "coproweek needs Python 3.11 or newer, and none was found. This machine has:" >&2; \
		for p in python3 python; do command -v $$p >/dev/null && echo "  $$p: $$($$p --version 2>&1)" >&2; done; \
		echo "Get one from your system's packages or python.org, then try again." >&2; \
		exit 2; \
	fi
