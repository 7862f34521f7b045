# What one does with this project. `make help` lists it. Only a Python >= 3.11 and make are assumed (GNU make 3.81 will do).

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --only-binary :all:
PROJECT := $(PIP) install --quiet --no-deps --no-build-isolation --editable .
PYTEST_ARGS ?=

.DEFAULT_GOAL := help

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.run $(VENV)/.dev ## make .venv with everything locked, then the project itself

$(VENV)/.run: requirements/run.txt pyproject.toml scripts/make-venv
	@sh scripts/make-venv $(VENV)
	$(INSTALL) -r requirements/run.txt
	$(PROJECT)
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/test.txt requirements/lint.txt
	$(INSTALL) -r requirements/test.txt -r requirements/lint.txt
	@touch $@

.PHONY: help setup
