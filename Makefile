# What one does with this project; `make help` lists it. Needs Python 3.11 or newer and make (GNU make 3.81 will do).

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --only-binary :all:
RUN := $(VENV)/.installed-run
TEST := $(VENV)/.installed-test
LINT := $(VENV)/.installed-lint
E2E := $(VENV)/.installed-e2e
# Browser tests bring a package of 170 MB, which waits until there are any.
TESTS_NEED := $(TEST) $(if $(wildcard tests/e2e/*.py),$(E2E))
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test coverage check bench imports format lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(TESTS_NEED) $(LINT) ## make .venv with every locked dependency and the project itself

run: $(RUN) ## start a fictional clinic with phones in the browser
	@$(BIN)/followup demo

test: $(TESTS_NEED) ## run all tests in parallel, on SQLite and PostgreSQL (PYTEST_ARGS="-k word" for some)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

coverage: $(TESTS_NEED) ## run all tests and tell which lines and branches none of them reached
	@$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term $(PYTEST_ARGS)

check: $(TEST) $(LINT) ## check style, types, floors, dependencies, secrets, the image recipe and the schedules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry .
	sh scripts/find-secrets $(BIN)
	$(BIN)/hadolint Dockerfile
	$(BIN)/followup schedules check schedules.yaml

bench: $(TEST) ## run the benchmarks (BENCH=full: pages over 20,000 patients and a million messages)
	@$(BIN)/python -m bench.reading
	@$(BIN)/python -m bench.contents
	@$(BIN)/python -m bench.dispatch
	@$(BIN)/python -m bench.pages

imports: $(TEST) ## check which floor imports which, alone
	@$(BIN)/lint-imports --no-cache

format: $(LINT) ## put the code into its one format and mend what can be mended by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## write requirements/*.txt anew from pyproject.toml (needs uv)
	@sh scripts/lock

clean: ## remove what make and the tests made, except .venv and var
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage .coverage.*

# The environment grows by one locked group at a time; the project itself comes with the first.
$(RUN): requirements/run.txt pyproject.toml scripts/make-venv
	@sh scripts/make-venv $(VENV)
	$(INSTALL) -r requirements/run.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST): $(RUN) requirements/test.txt
	$(INSTALL) -r requirements/test.txt
	@touch $@

$(LINT): $(RUN) requirements/lint.txt
	$(INSTALL) -r requirements/lint.txt
	@touch $@

$(E2E): $(TEST) requirements/e2e.txt
	$(INSTALL) -r requirements/e2e.txt
	@touch $@
