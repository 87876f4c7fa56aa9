# `make run` and `make test` do everything on a fresh Debian 12+ or Ubuntu 24.04+ machine.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: run test setup system demo lint types layers tests bench evaluate ablation marks clean help

export OMP_THREAD_LIMIT := 1
PYTHON ?= python3
BIN := .venv/bin

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

run: demo ## read the committed sample lots and write the report

test: setup lint types layers tests ## lint, strict types, import layers, tests

setup: system .venv/.ready ## system packages, virtual environment, locked dependencies, .venv/bin/liasse

# Tesseract with French, and Python's venv module, through apt where they are missing.
system:
	@./.system-packages

.venv/.ready: requirements.lock pyproject.toml
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q schemas extractors intake api  # where Python is told to write none itself, each start compiles
	touch $@

demo: setup
	@mkdir -p out
	@for lot in samples/lots/*/; do \
	    name=$$(basename $$lot); \
	    $(BIN)/liasse read $$lot/in --out out/$$name.json --report out/$$name.html; \
	    echo "    out/$$name.json  out/$$name.html"; \
	done

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

layers:
	$(BIN)/lint-imports

tests:
	$(BIN)/pytest -n 2 --dist worksteal

bench: setup ## speed and memory beside whole-page tesseract and ocrmypdf, in the same run
	@./.system-packages ocrmypdf
	$(BIN)/python -m samples.bench

evaluate: setup ## accuracy over LOTS (default 20) fresh lots drawn with SEED (default 1)
	$(BIN)/python -m samples.evaluation --lots $(or $(LOTS),20) --seed $(or $(SEED),1)

ablation: setup ## what each idea brings, over LOTS (default 20) fresh lots drawn with SEED (default 1)
	@rm -rf out/ablation && mkdir -p out/ablation
	$(BIN)/python -m samples.generate out/ablation --lots $(or $(LOTS),20) --seed $(or $(SEED),1) --profile all --invoices 2-4 --hands held_out
	$(BIN)/python -m samples.ablation out/ablation

marks: setup ## how well marks are told, over FORMS (default 100) fresh forms drawn with SEED (default 1), trained and held out
	$(BIN)/python -m samples.marks_bench --forms $(or $(FORMS),100) --clean $(or $(CLEAN),0) --seed $(or $(SEED),1)

clean: ## remove what the other targets made
	rm -rf .venv out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
