# The project's commands. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
UV_VERSION := 0.13.8
ENV ?= local
PIPELINE ?= flights

BIN := .venv/bin
READY := .venv/.ready

.PHONY: help install run test up env plan lint types bench clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## the whole story: preprocess, tune, judge, register, deploy, predict (about a minute)
	@$(BIN)/benchtop run -- $(BIN)/python -m pipelines run $(PIPELINE)

test: $(READY) ## everything that can be proved without AWS
	@$(BIN)/python -m pytest -n auto

up: $(READY) ## AWS at http://127.0.0.1:4747, until Ctrl-C
	@$(BIN)/benchtop up

env: $(READY) ## the exports that turn a shell towards it: eval "$$(make -s env)"
	@$(BIN)/benchtop env

lint: $(READY) ## ruff, formatting included
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY) ## mypy --strict
	@$(BIN)/mypy

bench: $(READY) ## the figures that the README quotes, measured here
	@$(BIN)/python -m benchmarks

install: $(READY) ## the project's own environment, in .venv

clean: ## remove .venv and everything that was run
	rm -rf .venv .benchtop .tools cdk.out

# uv is used if it is there; else it is put into .tools, which needs Python's venv module or pip.
$(READY): pyproject.toml uv.lock
	@set -e; \
	uv=$$(command -v uv || true); \
	if [ -z "$$uv" ]; then \
	  echo "Installing uv into .tools"; \
	  if [ ! -x .tools/bin/uv ]; then \
	    $(PYTHON) -m venv .tools 2>/dev/null && .tools/bin/python -m pip install --quiet uv==$(UV_VERSION) \
	    || { rm -rf .tools; $(PYTHON) -m pip install --quiet --target .tools uv==$(UV_VERSION); } \
	    || { echo "make: install uv (any way you like), or Python's venv module, and run make again" >&2; exit 1; }; \
	  fi; \
	  uv=.tools/bin/uv; \
	fi; \
	echo "Installing the project's packages into .venv"; \
	"$$uv" sync --frozen --quiet; \
	touch $@
