# Diaphane. `make help` lists what can be made.
# Everything is set up by the targets themselves; a second call does not reinstall.

PYTHON ?= python3
UV := .uv/bin/uv
RUN := .venv/bin
OUT ?= demo

.DEFAULT_GOAL := help
.PHONY: help demo test slow check format bench docs pictures clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(UV):
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"

.venv/.base: $(UV) pyproject.toml uv.lock
	$(UV) sync --locked --compile-bytecode --no-default-groups --inexact --python $(PYTHON)
	@touch $@

.venv/.dev: .venv/.base
	$(UV) sync --locked --group dev --inexact --python $(PYTHON)
	@touch $@

.venv/.docs: .venv/.base
	$(UV) sync --locked --no-default-groups --group docs --inexact --python $(PYTHON)
	@touch $@

.venv/.peers: .venv/.base
	$(UV) sync --locked --no-default-groups --group peers --inexact --python $(PYTHON)
	@touch $@

demo: .venv/.base ## set everything up and run the main job; open demo/index.html afterwards
	$(RUN)/diaphane demo -o $(OUT) --overwrite

test: .venv/.dev ## set up what tests need and run the test suite
	$(RUN)/python -m pytest -n 2 --dist loadfile -m "not slow"

slow: .venv/.dev ## run the long tests too
	$(RUN)/python -m pytest -n 2 --dist loadfile

check: .venv/.dev ## format, lint, types, floors, dependencies, spelling
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/pyright
	$(RUN)/lint-imports
	$(RUN)/deptry src
	$(RUN)/typos

format: .venv/.dev ## rewrite the sources in the house format
	$(RUN)/ruff check --fix-only --quiet .
	$(RUN)/ruff format .

bench: .venv/.peers ## measure against the peers and write benchmarks/RESULTS.md
	$(RUN)/python -m benchmarks all --write benchmarks/RESULTS.md

docs: .venv/.docs ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs build --strict --quiet

pictures: .venv/.docs ## draw the pictures of the documentation again
	$(RUN)/python -m docs.drawing

clean: ## remove what was built (the environments stay)
	rm -rf build dist site demo .pytest_cache .ruff_cache .hypothesis
