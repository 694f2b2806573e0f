SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run chat test sure bench gallery format lock clean api-docs pictures setup setup-dev check
PY := .venv/bin/python
T ?=
WORKERS ?= 5
# What is compiled is kept, whatever the machine says: the tests alone start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## the whole service on this machine, with database and demonstration city; Ctrl-C ends it
	@exec $(PY) -m backend.local run --end-with-parent

chat: setup ## talk to the bot by hand on a page, beside `make run` (another port: make chat CHAT_PORT=8082)
	@exec $(PY) -m tests.support.bot_api --port $(or $(CHAT_PORT),8081)

test: setup-dev pictures check ## everything that CI runs (one part: make test T=tests/backend/local)
	@$(PY) -m pytest -n $(WORKERS) $(or $(T),-p tests.support.reached)

sure: setup-dev check ## the fast half, before a commit
	@$(PY) -m pytest -n $(WORKERS) -m "not slow and not e2e"

check: setup-dev
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

gallery: setup-dev pictures ## take the pictures of docs/pictures anew, from a service of its own
	@$(PY) -m tests.support.gallery

bench: setup-dev pictures ## measure against the bare driver and the bare face library
	@$(PY) -m bench

format: setup-dev ## put the code in its form
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

api-docs: setup-dev ## write docs/openapi.json
	@$(PY) -m backend.apidocs docs/openapi.json

# Nothing younger than a week; names, versions and hashes only.
COMPILE = $(PY) -m uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
  --no-annotate --no-emit-index-url --no-emit-find-links --override overrides.txt --exclude-newer "7 days"
lock: setup-dev ## choose new versions and write requirements/*.txt
	@$(COMPILE) pyproject.toml -o requirements/base.txt
	@$(COMPILE) --extra local pyproject.toml -c requirements/base.txt -o requirements/local.txt
	@$(COMPILE) --extra local --group dev pyproject.toml -c requirements/local.txt -o requirements/dev.txt
	@$(COMPILE) --group pyproject.toml:build -c requirements/dev.txt -o requirements/build.txt

pictures: setup-dev ## fetch the photographs that tests use
	@$(PY) -m tests.support.pictures

clean: ## remove the environment and all caches; the data of `make run` stays
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

setup:
	@.ci/environment local

setup-dev:
	@.ci/environment dev
