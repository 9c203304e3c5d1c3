# Everything a contributor needs. The first target that needs it sets up .venv with the pinned
# dependencies; that takes Python 3.11 or newer and reaches no other registry than pip's.

VENV    := .venv
BIN     := $(VENV)/bin
ARGS    ?=
EXAMPLES ?= 40
SEED    ?= 0

# A changed lock, or a moved checkout, makes a new environment; a changed package definition
# only installs the project again.
checksum     = $(shell { echo '$(CURDIR)'; cat $(1); } | cksum | tr ' ' '-')
DEPENDENCIES := $(VENV)/.installed-$(call checksum,requirements.lock)
PROJECT      := $(VENV)/.project-$(call checksum,pyproject.toml client/pyproject.toml)

PIP_INSTALL  := $(BIN)/python -m pip install --disable-pip-version-check --no-input

# Leaves the first usable one in $$candidate. One without venv or ensurepip (Debian packages them apart) won't do.
define find_python
	for candidate in "$$PYTHON" python3 python3.14 python3.13 python3.12 python3.11 none; do \
	    [ -n "$$candidate" ] || continue; \
	    "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	        2>/dev/null && break; \
	done; \
	if [ "$$candidate" = none ]; then \
	    echo "No Python 3.11 or newer with venv found (Debian, Ubuntu: apt install python3-venv)." >&2; \
	    echo "To say which one to use: make PYTHON=/path/to/python3" >&2; \
	    exit 1; \
	fi
endef

# Runs pip; shows on a terminal how many packages it has come to, and for how long. What it says is in
# $$log, and shown where it fails.
define with_progress
	began=$$(date +%s); total=$$(grep -c == requirements.lock); \
	$(1) >$$log 2>&1 & pip=$$!; \
	while kill -0 $$pip 2>/dev/null; do \
	    if [ -t 1 ]; then \
	        printf '\r  %s of about %s packages, %s s ' "$$(grep -c ^Collecting $$log)" \
	            "$$total" "$$(($$(date +%s) - began))"; \
	    fi; \
	    sleep 1; \
	done; \
	if [ -t 1 ]; then echo; fi; \
	wait $$pip || { tail -n 20 $$log >&2; exit 1; }; \
	echo "Packages are there after $$(($$(date +%s) - began)) s."
endef

.DEFAULT_GOAL := help
export PYTHON

# In the plain C locale Python 3.11 and older cannot install from a path that is not ASCII.
ifneq (,$(filter C POSIX,$(LC_ALL)))
export LC_ALL := C.UTF-8
endif

# Tests start Python hundreds of times, and each would compile all anew.
test test-long contract: export PYTHONDONTWRITEBYTECODE =
.PHONY: help venv run demo test test-long contract golden golden-faults soak lint bench docs picture protocol lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: venv ## start everything on this machine, import an example, serve until Ctrl-C
	@exec $(BIN)/score-import up $(ARGS)

demo: venv ## the same, but stop after the example import
	@exec $(BIN)/score-import up --once $(ARGS)

test: venv ## run the tests (ARGS='-k name' for some, ARGS='-n 0' in one process)
	@exec $(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

test-long: venv ## run what takes long: whole catalogues, clients' requests, crowds, hangs, all examples
	@ALL_EXAMPLES=1 exec $(BIN)/python -m pytest -n 2 --dist loadfile -m 'long or hypothesis' $(ARGS)

contract: venv ## ask all endpoints much, and hold answers against the OpenAPI document (EXAMPLES=, SEED=)
	@CONTRACT_EXAMPLES=$(EXAMPLES) CONTRACT_SEED=$(SEED) exec $(BIN)/python -m pytest -n 0 -m long -k many tests/api/test_contract.py $(ARGS)

golden: venv ## check formulas, parsers and whole imports against recorded results
	@exec $(BIN)/python -m tests.golden.runner $(ARGS)

golden-faults: venv ## put faults into copies of the product: recorded cases must notice each
	@exec $(BIN)/python -m tests.golden.faults $(ARGS)

lint: venv ## style, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: venv ## many users, many faults and an audit (ARGS='--minutes 10 --seed 7')
	@exec $(BIN)/python -m tests.soak $(ARGS)

bench: venv ## measure speed (see docs/)
	@exec $(BIN)/python -m bench $(ARGS)

venv: $(PROJECT)

$(DEPENDENCIES):
	@$(find_python); set -e; \
	echo "Setting up $(VENV) with $$("$$candidate" --version), about a minute ..."; \
	log=$$(mktemp); pip=; \
	trap 'rm -f "$$log"' EXIT; \
	trap 'kill $$pip 2>/dev/null; echo; echo "Stopped. It begins anew the next time."; exit 130' INT TERM; \
	"$$candidate" -m venv --clear $(VENV) 2>$$log || { cat $$log >&2; exit 1; }; \
	$(call with_progress,$(PIP_INSTALL) --require-hashes -r requirements.lock); \
	touch $@

$(PROJECT): $(DEPENDENCIES)
	@$(PIP_INSTALL) -qq --no-deps --no-build-isolation -e ./client -e .
	@rm -f $(VENV)/.project-*
	@touch $@

docs: venv ## write the pages that are made: docs/cli.md of --help, docs/schemas of the structs
	@$(BIN)/python -m tests.docs.made_pages

picture: venv ## draw who imports whom, docs/pictures/imports-after.svg
	@$(BIN)/python -m tests.structure.imports_picture --title "Who imports whom: by subject"

protocol: venv ## generate code from the definitions of MYT's messages
	$(BIN)/python -m grpc_tools.protoc --proto_path=. --python_out=. --pyi_out=. worker/services/protocol/*.proto

lock: ## write the lock files anew; what is pinned stays where it fits (ARGS=--upgrade: the newest)
	@$(find_python); set -e; \
	tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	"$$candidate" -m venv "$$tools"; \
	"$$tools/bin/python" -m pip install -qq --disable-pip-version-check uv; \
	compile() { \
	    "$$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	        --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	        --no-emit-package score-import-client "$$@" pyproject.toml; \
	}; \
	compile $(ARGS) --extra build --extra embedded --extra sentry --extra telemetry --extra dev --output-file requirements.lock; \
	compile --constraint requirements.lock --extra build --extra sentry --extra telemetry --output-file requirements-runtime.lock

clean: ## remove .venv, the local database and all caches
	@for folder in /var/tmp/score-import-*; do \
	    case "$$(cat "$$folder/stands-in-for" 2>/dev/null)" in \
	        '$(CURDIR)'/*) rm -rf "$$folder" ;; \
	    esac; \
	done
	rm -rf $(VENV) .local .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info build \
	    client/build client/src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
