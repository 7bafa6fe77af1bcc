# Textrail's commands. `make` alone lists them. CI calls the same targets.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
T ?= tests
BIN := .venv/bin
WORKERS ?= 2
NEEDS_VENV_HELP = the Python module venv needs pip: install python3-venv (Debian, Ubuntu) or python3-pip

.DEFAULT_GOAL := help
.PHONY: help demo test run check format lint types layers migrations deploy-check bench requirements clean

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: .venv/demo.stamp ## The whole chain on sample data, then the admin (PORT=8123, SERVE=0)
	@$(BIN)/python manage.py demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: .venv/development.stamp ## Every test, on real PostgreSQL and Valkey (T=path for some)
	@$(BIN)/python -m pytest -n $(WORKERS) $(T)

run: .venv/development.stamp ## Development server with worker, scheduler and click reader
	@DEBUG=1 $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=1 $(BIN)/python manage.py serve --port $(PORT)

check: lint types layers migrations deploy-check ## Everything CI checks besides the tests

format: .venv/development.stamp ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: .venv/development.stamp ## Formatting and lint
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: .venv/development.stamp ## mypy, strict
	@$(BIN)/mypy

layers: .venv/development.stamp ## Who may import whom
	@$(BIN)/lint-imports

migrations: .venv/development.stamp ## Fail if a migration is missing
	@$(BIN)/python manage.py makemigrations --check --dry-run

deploy-check: .venv/development.stamp ## Django's deploy checks under production settings
	@SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	HASH_KEY=only-for-this-check-0123456789abcdef0123456789abcdef \
	PUBLIC_URL=https://textrail.example.com $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/development.stamp ## All benchmarks, each a ratio measured side by side
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

requirements: ## Write requirements/*.txt anew from pyproject.toml (needs uv)
	@for set in "production" "demo --extra demo" "development --extra demo --extra dev"; do \
		set -- $$set; name=$$1; shift; \
		uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
			--no-header --no-annotate "$$@" pyproject.toml -o requirements/$$name.txt || exit 1; \
	done

clean: ## Remove the virtual environment and all local data
	@rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Textrail needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try PYTHON=python3.12"; exit 1; }
	@echo "Setting up a virtual environment in .venv …"
	@$(PYTHON) -m venv .venv 2>/dev/null || { \
		$(PYTHON) -m venv --clear --without-pip .venv && \
		$(PYTHON) -m pip --python .venv/bin/python install --quiet pip; \
	} || { rm -rf .venv; echo "No virtual environment: $(NEEDS_VENV_HELP)"; exit 1; }

.venv/%.stamp: requirements/%.txt | .venv/bin/pip
	@echo "Installing requirements/$*.txt …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
