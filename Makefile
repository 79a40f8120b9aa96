# The commands of the house; `make help` lists them.
SHELL := /bin/bash
PY := .venv/bin/python
export UV_LINK_MODE ?= copy
# Many processes start in tests and drills: without bytecode each would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=
# What can be told by reading; the other tests of the whole house ask its pages, with `make test`.
READ := tests/architecture/test_{docs,errors,house,looks,words}.py
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help demo test check coverage mutants bench drill words format clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

.make/apt: deploy/apt-packages.txt
	@mkdir -p .make && $(SUDO) deploy/install-packages deploy/apt-packages.txt && touch $@

.make/apt-test: deploy/apt-packages.txt tests/apt-packages.txt
	@mkdir -p .make && $(SUDO) deploy/install-packages deploy/apt-packages.txt tests/apt-packages.txt && touch .make/apt $@

.venv/.run: requirements.lock deploy/make-venv
	@deploy/make-venv requirements.lock && rm -f .venv/.test && touch $@

# What tests need includes what the program needs.
.venv/.test: requirements.lock requirements-test.lock deploy/make-venv
	@deploy/make-venv requirements-test.lock && touch .venv/.run $@

# The verifiers of others, for the tests only; Debian's npm where none is there yet.
tests/foreign/node_modules/.made: tests/foreign/package-lock.json
	@command -v npm >/dev/null || $(SUDO) deploy/install-packages tests/foreign/apt-packages.txt
	@cd tests/foreign && npm ci --silent --ignore-scripts --no-audit --no-fund && touch node_modules/.made

demo: .make/apt ## a demo centre on http://127.0.0.1:$PORT (8000), in the foreground
	@$(MAKE) -s --no-print-directory .venv/$$([ -e .venv/.test ] && echo .test || echo .run)
	@exec .venv/bin/nador demo

test: .make/apt-test .venv/.test tests/foreign/node_modules/.made ## every test, on SQLite and PostgreSQL, with real browsers
	@$(PY) -m pytest -n 3 $(ARGS)

check: .make/apt .venv/.test ## format, lint, types, imports, templates, words, migrations
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/djlint --quiet --lint templates
	@$(PY) -m pytest -q -p no:randomly $(READ)

coverage: .make/apt-test .venv/.test tests/foreign/node_modules/.made ## branch coverage: 95 % over all, 100 % of rules and policies
	@$(PY) -m pytest -n 2 --cov --cov-report= $(ARGS)
	@.venv/bin/coverage report --fail-under=95
	@.venv/bin/coverage report --include='nador/*/rules.py,nador/*/rules/*,nador/*/policy.py,nador/assessment/questions/*,nador/verification/kinds.py' --fail-under=100

mutants: .make/apt .venv/.test ## change rules and policies in many small ways, and count what tests notice
	@rm -rf mutants && mkdir mutants
	@.venv/bin/mutmut run --max-children 2 $(ARGS) > mutants/run.log || (tail -n 20 mutants/run.log; exit 1)
	@$(PY) -m tests.mutants

bench: .make/apt-test .venv/.test ## the benchmarks, as ratios taken in one run
	@$(PY) -m tests.bench $(ARGS)

drill: .make/apt-test .venv/.test ## kill everything at seeded moments, then count what is left
	@$(PY) -m tests.drill $(ARGS)

words: .venv/.test ## bring the .po files up to date with the sources
	@$(PY) -m tests.architecture.words --update

format: .venv/.test ## format the sources
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

clean: ## remove what was made, but not the instance
	@rm -rf .venv .make .mypy_cache .ruff_cache .pytest_cache
