# The two commands of the README, and what the people who build the tool need.
# Everything is installed into .venv from the lock files; nothing else on the machine is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# A lock is complete, so nothing is resolved: every pip since the oldest that Python 3.11 brings does the same.
INSTALL := $(PIP) install --quiet --no-deps
# What running needs. Without the charts of `trend`: make report RUN_LOCK=requirements.lock
RUN_LOCK ?= requirements-charts.lock
BUILD_TOOLS := $(abspath $(VENV))/build-tools

# Without it every process of the tests compiles the whole program again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: report city test quick coverage mutants fuzz lint docs guide bundle try-bundle release bench lock clean

report: $(VENV)/.installed  ## build the report of the sample: sample_data/out/2022/
	$(BIN)/nerima-report -C sample_data build 2022

city: $(VENV)/.installed  ## build the report of the invented city: sample_data/akebono/out/2024/
	$(BIN)/nerima-report -C sample_data/akebono build 2024

test: $(VENV)/.installed-dev  ## run the tests
	$(BIN)/python -m pytest $(ON_ALL_CORES) $(PYTEST_ARGS)

quick: $(VENV)/.installed-dev  ## run the tests of single functions: half a minute, for while you work
	$(BIN)/python -m pytest -m "not thorough" $(PYTEST_ARGS)

coverage: $(VENV)/.installed-dev  ## run the tests and say which lines and branches none of them takes
	$(BIN)/python -m pytest $(ON_ALL_CORES) -m "not not_measured" --cov --cov-fail-under=95 $(PYTEST_ARGS)

mutants: $(VENV)/.installed-dev  ## make 100 small faults in the code, one at a time, and count those that the tests notice
	COVERAGE_FILE=$(CONTEXTS) $(BIN)/python -m pytest $(ON_ALL_CORES) --quiet --cov --cov-context=test --cov-report=
	$(BIN)/python benchmarks/mutants.py --coverage $(CONTEXTS)

fuzz: $(VENV)/.installed-dev  ## change files from outside at random and keep those with which something goes wrong (MINUTES, SEED, CASE)
	$(BIN)/python tests/fuzz.py --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) $(if $(CASE),--case $(CASE))

MINUTES ?= 10
ON_ALL_CORES := --numprocesses auto --dist worksteal
CONTEXTS := .coverage.contexts

lint: $(VENV)/.installed-dev  ## check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/.installed  ## write anew what is generated: docs/findings.md, docs/coverage.md, docs/commands.md, docs/schemas/record.json
	$(BIN)/nerima-report explain --markdown > docs/findings.md
	$(BIN)/nerima-report explain --sources > docs/coverage.md
	$(BIN)/python -m nerima_report.cli.reference > docs/commands.md
	$(BIN)/python -m nerima_report.records.file > docs/schemas/record.json

guide: $(VENV)/.installed-dev  ## make anew the pictures of docs/guide, and the guide as pages in dist/ (Chromium, LibreOffice, poppler)
	$(BIN)/python tests/guide_pictures.py
	$(BIN)/python release/guide_page.py dist

bundle: $(VENV)/.installed-dev  ## a zip for Windows that needs nothing else: EMBEDDED=python-3.14.2-embed-amd64.zip
	$(BIN)/python release/bundle.py windows $(if $(EMBEDDED),--embedded $(EMBEDDED)) $(BUNDLE_ARGS)

try-bundle: $(VENV)/.installed-dev  ## build the bundles, make the report of the sample from one with the network off
	$(BIN)/python release/try_bundle.py

release: lint test try-bundle  ## version, CHANGELOG, wheel, bundles, hashes, commit, tag: VERSION=0.2.0 EMBEDDED=...zip
	$(BIN)/python release/release.py $(VERSION) --embedded $(EMBEDDED)

bench: $(VENV)/.installed-dev  ## times beside bare scripts, and how often the wrong cell is found
	for benchmark in benchmarks/bench_*.py; do $(BIN)/python $$benchmark || exit 1; done

lock: $(VENV)/.installed-dev  ## renew the lock files after a change of pyproject.toml
	$(COMPILE) pyproject.toml --extra charts -o requirements-charts.lock
	$(COMPILE) pyproject.toml -c requirements-charts.lock -o requirements.lock
	$(COMPILE) --group build -c requirements-charts.lock -o requirements-build.lock
	$(COMPILE) pyproject.toml --extra charts --group dev -c requirements-charts.lock -c requirements-build.lock \
	  -o requirements-dev.lock

# Wheels only, which the lock files say as well: to build one, pip would look for its build tools.
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
  --only-binary :all: --emit-build-options

clean:  ## remove what was installed and built
	rm -rf $(VENV) sample_data/out sample_data/forms sample_data/akebono/out dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 以上が必要です（例: make report PYTHON=python3.12）"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The build tools stay out of the environment; pip finds them by PYTHONPATH, which has to be absolute.
$(VENV)/.installed: $(RUN_LOCK) requirements-build.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --require-hashes -r $(RUN_LOCK)
	rm -rf "$(BUILD_TOOLS)"
	$(INSTALL) --require-hashes --target "$(BUILD_TOOLS)" -r requirements-build.lock
	PYTHONPATH="$(BUILD_TOOLS)" $(INSTALL) --no-build-isolation -e .
	$(PIP) check
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(INSTALL) --require-hashes -r requirements-dev.lock
	$(PIP) check
	touch $@
