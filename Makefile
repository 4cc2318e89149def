# Everything runs in .venv, made on first use. `make demo` and `make test` need nothing but Python 3.11+, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help demo test check lint types layers docs gallery sample bench speed accuracy fuzz clean

help:  ## List what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(INSTALL) --editable ".[dev]"
	@touch $@

demo: $(VENV)/installed  ## Install, discover the sample log, say where the map is
	$(BIN)/ordermine discover sample_logs/demo/orders.csv -o demo --force
	@echo
	@echo "The map is demo/map.html (open it in a browser); demo/ has the models, too."

test: $(VENV)/installed-dev  ## Install what tests need and run them
	$(BIN)/python -m pytest -q -n auto --dist loadfile

check: lint types layers  ## What CI runs: style, types, import layers, tests
	$(MAKE) test

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

layers: $(VENV)/installed-dev
	$(BIN)/lint-imports

docs: $(VENV)/installed-dev  ## Write the generated pages of docs/
	$(BIN)/python scripts/gen_docs.py

gallery: $(VENV)/installed  ## Draw the pictures of docs/gallery; needs Chromium
	$(BIN)/python scripts/make_gallery.py

sample: $(VENV)/installed  ## Make the sample log again
	$(BIN)/ordermine simulate demo --orders 700 --seed 1 -o sample_logs/demo --force

bench: speed accuracy  ## Measure speed and accuracy; writes docs/benchmarks.md and docs/accuracy.md

speed: $(VENV)/installed-dev  ## Measure speed and memory beside pm4py and a plain scan (half an hour)
	$(BIN)/python benchmarks/run.py

accuracy: $(VENV)/installed-dev  ## Score 20 seeds of every scenario against its planted truth (10 minutes)
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/gating.py

fuzz: $(VENV)/installed-dev  ## Look for inputs that end badly, MINUTES=15 for each of TARGETS (all)
	$(INSTALL) --editable ".[fuzz]"
	$(BIN)/python -m tests.fuzz.run --minutes $(or $(MINUTES),15) $(TARGETS)

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
