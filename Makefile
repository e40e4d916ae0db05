# Two commands matter: `make demo` and `make test`. Everything they need they install into .venv.
PYTHON ?= python3
PORT ?= 8000
# A year of a province's life, loaded once (docs/province.md); none with ONCE=1 unless asked for. QUIET=1: no citizens
# come while one looks.
DOSSIERS ?= $(if $(ONCE),0,20000)
RUN = .venv/bin/python
# Compiled modules are kept, whatever the environment says: the demo and the tests start dozens of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-fast test-units test-changed check check-types check-style check-rules check-site api-deep lock bench check-ledger account drill mutate pictures clean

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Một Cửa Pay needs Python 3.11 or newer; set PYTHON=… to one."; exit 1; }
	@$(PYTHON) -m venv .venv && touch $@

.venv/embedded: .venv/python requirements-embedded.txt
	@echo "Installing what the demo needs into .venv …"
	@$(RUN) -m pip install -q --require-hashes -r requirements-embedded.txt && touch $@

.venv/dev: .venv/python requirements-dev.txt
	@echo "Installing what the tests need into .venv …"
	@$(RUN) -m pip install -q --require-hashes -r requirements-dev.txt && touch $@ .venv/embedded

demo: .venv/embedded
	@$(RUN) -m devtools.run_demo --port $(PORT) $(if $(ONCE),--once) --dossiers $(DOSSIERS) $(if $(ONCE)$(QUIET),,--player)

# Side by side where there are processors: `make -j2 check`.
check: check-types check-style check-rules check-site

check-types: .venv/dev
	$(RUN) -m mypy .

check-style: .venv/dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet templates devtools/sandbox/templates gateways
	.venv/bin/djlint --check --quiet templates devtools/sandbox/templates gateways

check-rules: .venv/dev
	$(RUN) -m tests.checks rules

check-site: .venv/dev
	$(RUN) manage.py messages --check
	$(RUN) -m tests.checks site

PYTEST = $(RUN) -m pytest -n 3 -q --dist loadgroup

# The checks are tests too (tests/test_checks.py): they run beside the others.
test: .venv/dev
	$(PYTEST)

# While one writes: what needs no browser, no process of its own and no real commit; types by mypy's cache.
test-fast: .venv/dev
	@$(MAKE) --no-print-directory --output-sync=target -j3 check-types check-style test-units

test-units: .venv/dev
	$(PYTEST) -m "not slow"

# The tests of what differs from SINCE (a revision; main unless given).
test-changed: .venv/dev
	@tests=$$($(RUN) -m tests.support.changed $(SINCE)); \
		if [ -n "$$tests" ]; then $(PYTEST) $$tests; else echo "No test concerns what has changed."; fi

# Schemathesis holds the API to its description (tests/payments/api), with many times the requests of the suite.
API_EXAMPLES ?= 200
api-deep: .venv/dev
	@API_EXAMPLES=$(API_EXAMPLES) $(RUN) -m pytest -q tests/payments/api/test_schemathesis.py

# Lock requirements*.in with the hashes of every wheel. Versions stay unless UPGRADE=1 (all) or PACKAGE=name.
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
       --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) $(if $(PACKAGE),--upgrade-package $(PACKAGE))
lock: .venv/dev
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-embedded.in -c requirements.txt -o requirements-embedded.txt
	$(LOCK) requirements-dev.in -c requirements-embedded.txt -o requirements-dev.txt

bench: .venv/embedded
	@$(RUN) -m bench

check-ledger: .venv/embedded
	@$(RUN) manage.py demo --check-ledger

# How to sign in to the running demo: WHO=signer, reception_officer … (docs/tour.md)
account: .venv/embedded
	@$(RUN) manage.py demo --account "$(WHO)"

# Real faults on real processes: SEEDS=rounds, SEED=first seed, DRILLS="part of a name …" for some of them.
drill: .venv/embedded
	@SEEDS=$(SEEDS) SEED=$(SEED) $(RUN) -m tests.drills $(DRILLS)

# What breaks in the money's modules without their tests noticing: MODULES="payments/states.py …" for some of them,
# SAMPLE=so many mutants of each, SEED=of the draw.
mutate: .venv/dev
	@$(RUN) -m tests.mutation $(MODULES) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

# The 24 screens of docs/pictures/ at two widths, photographed afresh in a lived-in demo of their own.
pictures: .venv/dev
	@$(RUN) -m tests.pictures

clean:
	@rm -rf .local .venv
