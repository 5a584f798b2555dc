# Two commands on a fresh machine with python3 and make:
#   make demo   installs into .venv and runs the embedded example
#   make test   installs what the tests need and runs them
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
OUT ?= demo-out

.PHONY: demo test lint lock bench clean help web

help:
	@sed -n 's/^#   //p' Makefile; echo "make lint   checks style, types, imports and spelling"; echo "make web    builds the web pages into place (needs Node.js 20.19)"; echo "make bench  measures against other tools (see benchmarks/README.md)"

demo: $(VENV)/.installed
	@$(BIN)/qinglu demo --out $(OUT) $(if $(LANG_ZH),--lang zh)

test: $(VENV)/.test
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell src tests docs benchmarks README.md CONTRIBUTING.md CHANGELOG.md
	$(BIN)/python -m pytest --doctest-modules src/qinglu -p no:cacheprovider

# The web pages, built into place for an editable install; a wheel brings them along.
web:
	cd web && npm ci --no-audit --no-fund && npm run --silent build -- --outDir ../src/qinglu/web_dist --emptyOutDir

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Qinglu needs Python 3.11 or newer; try make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml
	@echo "Installing into $(VENV) ..."
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.installed requirements/dev.txt
	@$(PIP) install --constraint requirements/dev.txt --editable '.[test]'
	@touch $@

$(VENV)/.dev: $(VENV)/.test requirements/dev.txt
	@$(PIP) install --constraint requirements/dev.txt --editable '.[dev]'
	@touch $@

# The versions that development and checks run with.
lock: $(VENV)/.dev
	$(BIN)/python -m pip freeze --exclude-editable --exclude qinglu | sort -f > requirements/dev.txt

clean:
	rm -rf $(VENV) $(OUT) build dist web/dist web/node_modules src/qinglu/web_dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src -name __pycache__ -prune -exec rm -rf {} +
