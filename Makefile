# Works with GNU make 3.81 (macOS) and later. `make help` lists what there is.

PORT ?= 8000
VENV ?= .venv
TESTS ?= tests
ARGS ?=
KILLS ?= 100
RECIPIENTS ?= 100000
BIN = $(VENV)/bin
APPS = cms partnerships barcamp_pages tasks
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test lint format messages bench-publish bench-newsletter bench-channels bench-directory soak env env-dev

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' Makefile

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

messages: env-dev ## bring the German and French catalogues up to date with the sources (needs GNU gettext)
	@for app in $(APPS); do (cd $$app && \
	$(abspath $(BIN))/django-admin makemessages -l de -l fr --no-obsolete --no-wrap --add-location file -e html,txt,py,mjml && \
	$(abspath $(BIN))/django-admin compilemessages) || exit 1; done

# The slowest part of a publish is Wagtail's own; this shows how much we add.
bench-publish: env-dev ## measure what announcing adds to a publish
	@exec $(BIN)/python bench/publish.py

bench-channels: env-dev ## measure what all channels cost a worker
	@exec $(BIN)/python bench/channels.py

bench-directory: env-dev ## measure the directory at its full size (DATABASE_URL=postgres://… for PostgreSQL)
	@exec $(BIN)/python bench/directory.py

bench-newsletter: env-dev ## measure the sending (needs PostgreSQL; ARGS="--recipients 20000 --only throughput")
	@exec $(BIN)/python bench/newsletter.py $(ARGS)

soak: env-dev ## break everything while mails go out (needs PostgreSQL; KILLS=100 RECIPIENTS=100000)
	@exec $(BIN)/python bench/soak.py --kills $(KILLS) --recipients $(RECIPIENTS) $(ARGS)

env:
	@sh tools/bootstrap.sh $(VENV) requirements.txt

env-dev:
	@sh tools/bootstrap.sh $(VENV) requirements-dev.txt
