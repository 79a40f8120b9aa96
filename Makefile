# The commands of the house; `make help` lists them.
SHELL := /bin/bash
PY := .venv/bin/python
export UV_LINK_MODE ?= copy
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help demo test check bench drill words format clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

.make/apt: deploy/apt-packages.txt
	@mkdir -p .make && $(SUDO) deploy/install-packages deploy/apt-packages.txt && touch $@

.make/apt-test: deploy/apt-packages.txt tests/apt-packages.txt
	@mkdir -p .make && $(SUDO) deploy/install-packages deploy/apt-packages.txt tests/apt-packages.txt && touch $@

.make/run: requirements.lock
	@mkdir -p .make && deploy/make-venv requirements.lock && rm -f .make/test && touch $@

.make/test: requirements-test.lock
	@mkdir -p .make && deploy/make-venv requirements-test.lock && touch $@ .make/run

demo: .make/apt ## a demo centre on http://127.0.0.1:$PORT (8000), in the foreground
	@[ -e .make/test ] || $(MAKE) --no-print-directory .make/run
	@exec .venv/bin/nador demo

test: .make/apt-test .make/test ## every test, on SQLite and PostgreSQL, with real browsers
	@$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

check: .make/test ## format, lint, types, imports, templates, words, migrations
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/djlint --quiet --lint templates
	@$(PY) -m pytest -q -p no:randomly tests/architecture

bench: .make/apt-test .make/test ## the benchmarks, as ratios taken in one run
	@$(PY) -m tests.bench $(ARGS)

drill: .make/apt-test .make/test ## kill everything at seeded moments, then count what is left
	@$(PY) -m tests.drill $(ARGS)

words: .make/test ## bring the .po files up to date with the sources
	@$(PY) -m tests.architecture.words --update

format: .make/test ## format the sources
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

clean: ## remove what was made, but not the instance
	@rm -rf .venv .make .mypy_cache .ruff_cache .pytest_cache
