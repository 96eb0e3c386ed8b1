# Works with GNU make 3.81 (macOS) and later. `make help` lists what there is.

PORT ?= 8000
VENV ?= .venv
TESTS ?= tests
ARGS ?=
BIN = $(VENV)/bin
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test lint format env env-dev

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: env ## run everything on this computer until Ctrl-C (PORT=8000, PYTHON=python3.12, ANTENNE_VAR=var)
	@parent=$$PPID; exec $(BIN)/python -m cms.demo.runtime --port "$(PORT)" --parent $$parent

demo-reset: env ## delete the demo's data
	@exec $(BIN)/python -m cms.demo.runtime --reset

test: env-dev ## run all tests (TESTS=tests/unit, ARGS="-k mail", DATABASE_URL=postgres://…)
	@exec $(BIN)/python -m pytest $(TESTS) $(ARGS)

lint: env-dev ## check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: env-dev ## bring the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

env:
	@sh tools/bootstrap.sh $(VENV) requirements.txt

env-dev:
	@sh tools/bootstrap.sh $(VENV) requirements-dev.txt
