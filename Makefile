# tenkai: `make help` lists what can be done here.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
# where `data:mi/...` is looked up by the tests
TENKAI_DATA ?= $(CURDIR)/../shared/data
# two workers suit a laptop and CI alike, and neither waits for the other; PYTEST_FLAGS= runs in one process
PYTEST_FLAGS ?= -n 2 --dist worksteal
CODE := src tests tools $(wildcard benchmarks)

.PHONY: help
help: ## this list
	@echo "make TARGET"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 12

.PHONY: demo
demo: ## the first map: installs into .venv, runs the study digits-map, shows where the report is
	@tools/venv.sh
	@$(BIN)/tenkai run digits-map --out demo
	@report=$$(ls -t demo/*.html | head -n 1); \
	 printf '\n  Report  %s\n  Next    %s\n' "$(CURDIR)/$$report" \
	  "$(BIN)/tenkai map YOUR.csv --out mine     (or a folder of pictures)"

.PHONY: test
test: export TENKAI_CACHE = $(CURDIR)/.cache/tests
test: export TENKAI_DATA := $(TENKAI_DATA)
test: system-packages venv static ## all that CI runs: static checks, every test, doc examples
	@rm -rf .cache/tests
	$(BIN)/pytest --doctest-modules $(PYTEST_FLAGS) tests src

.PHONY: check
check: export TENKAI_CACHE = $(CURDIR)/.cache/tests
check: export TENKAI_DATA := $(TENKAI_DATA)
check: venv static ## before a commit: static checks, fast tests, doc examples
	@rm -rf .cache/tests
	$(BIN)/pytest --doctest-modules -m "not slow" $(PYTEST_FLAGS) tests src

.PHONY: all
all: test rows ## everything: test, and the table of requirement rows

.PHONY: static
static: venv ## format, lint, types, levels, sizes, row ids; no test
	$(BIN)/ruff format --check --quiet $(CODE)
	$(BIN)/ruff check --quiet $(CODE)
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo || { echo "See CONTRIBUTING.md, 'Where a thing belongs'."; exit 1; }
	$(BIN)/python tools/check_size.py $(CODE)
	$(BIN)/python tools/rows.py --check
	$(BIN)/python tools/step_pages.py --check

.PHONY: web
web: export PATH := $(CURDIR)/$(BIN):$(PATH)
web: venv ## the page of the workbench: lint, unit tests, build; fails where the committed bundle differs
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	cd web && npm run --silent check
	@git diff --exit-code --stat -- src/tenkai/workbench/static src/tenkai/report/static || \
	 { echo "The built page differs from its sources: commit what 'make web' has built."; exit 1; }

.PHONY: fix
fix: venv ## format the code and repair what ruff can
	$(BIN)/ruff check --fix --quiet $(CODE) || true
	$(BIN)/ruff format --quiet $(CODE)

.PHONY: rows
rows: venv ## each requirement row with the tests that show it, and the rows without one
	@$(BIN)/python tools/rows.py

.PHONY: pages
pages: venv ## docs/steps from the declarations of the steps
	@$(BIN)/python tools/step_pages.py

.PHONY: bench
bench: export TENKAI_DATA := $(TENKAI_DATA)
bench: venv ## every script benchmarks/bench_*.py, one after the other
	@for script in benchmarks/bench_*.py; do echo "==> $$script"; $(BIN)/python "$$script"; done

.PHONY: clean
clean: ## removes what runs and builds leave; .venv stays
	rm -rf demo dist build .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find src tests tools $(wildcard benchmarks) -name __pycache__ -prune -exec rm -rf {} +
	rm -rf web/node_modules

.PHONY: distclean
distclean: clean ## clean, and .venv too
	rm -rf .venv

# -- parts of the targets above --

.PHONY: venv
venv:
	@tools/venv.sh test,dev

.PHONY: system-packages
system-packages:
	@tools/system_packages.sh
