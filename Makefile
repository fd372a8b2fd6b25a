# make demo · make test · make lint · make bench · make docs · make tracker · make picture
PYTHON ?= python3
PORT ?= 8000
# One more than the two cores of CI: many tests wait for a page to become quiet.
WORKERS ?= 3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Compiled modules are kept even where the machine says not to: else each process that a test starts compiles hundreds.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test lint bench docs tracker picture clean
.DEFAULT_GOAL := help

help:
	@echo "make demo [PORT=8000]  a demo shop with visitors, at http://127.0.0.1:PORT"
	@echo "make test [WORKERS=3]  all tests, in three processes"
	@echo "make lint              ruff, mypy, import-linter, eslint, the tracker's bundle"
	@echo "make bench             all benchmarks (docs/benchmarks.md)"
	@echo "make docs              insert the measured figures into the docs"
	@echo "make tracker           build tracker_js/dist (needs Node)"
	@echo "make picture           take the README's picture from a demo"

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Parcours needs Python 3.11 or newer: make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "No venv: on Debian, apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[embedded,dev]'
	@touch $@

demo: $(READY)
	@$(BIN)/parcours demo --port $(PORT)

# tests/order.py orders the files, so pytest-xdist must not.
test: $(READY)
	$(BIN)/python -m parcours.demo.chromium
	$(BIN)/python -m tests.browsers.install
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

tracker_js/node_modules: tracker_js/package-lock.json
	cd tracker_js && npm ci --silent --no-audit --no-fund && touch node_modules

lint: $(READY) tracker_js/node_modules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bench.docs --check
	cd tracker_js && npm run --silent lint && npm test --silent && npm run --silent check

bench: $(READY)
	$(BIN)/python -m bench

docs: $(READY)
	$(BIN)/python -m bench.docs

tracker: tracker_js/node_modules
	cd tracker_js && npm run --silent build

picture: $(READY)
	$(BIN)/python docs/picture.py

clean:
	rm -rf $(VENV) tracker_js/node_modules demo-data
