# The commands of this project. They need Python 3.11 or newer, git and make, and keep to themselves in .venv.

.DEFAULT_GOAL := help
.PHONY: help run test storm faults sabotage fuzz bench bench-growth rush lint fix audit check
.DELETE_ON_ERROR:

# Newest first. `make run PYTHON=…` names another; a .venv that exists keeps the one it was made with.
PYTHON ?= python3.14 python3.13 python3.12 python3.11 python3
PIP = -m pip install -qq --disable-pip-version-check

help:
	@echo "make run       a first try: serves on http://127.0.0.1:8000 with demo data (another port: make run PORT=8001)"
	@echo "make test      the whole suite, on SQLite and on PostgreSQL (a part of it: make test ARGS='tests/users -k login')"
	@echo "make storm     many clients fight for few seats of a real server (ATTEMPTS=20000 CLIENTS=12 SEED=1 DB=postgres)"
	@echo "make faults    what serves the cinema is killed, locked and filled up under load (ROUNDS=1 SEED=1)"
	@echo "make sabotage  takes the guards out of the code one by one, to see that a test notices each time"
	@echo "make fuzz      asks a real server for all that the schema allows, and for much that it does not (EXAMPLES=100 SEED=1)"
	@echo "make bench     how fast it is, against others that do the same (ROUNDS=5 SECONDS=5 ONLY=seats,login RECORD=1 DB=sqlite)"
	@echo "make bench-growth  what a request costs in cinemas of so many showtimes (SIZES=1000,10000,100000 ROUNDS=3 RECORD=1)"
	@echo "make rush      thousands look at seats while others buy them: what gets through, and when (SECONDS=10)"
	@echo "make lint      style, likely bugs, the arrows between the apps, and the files for Docker"
	@echo "make fix       what ruff can put right by itself"
	@echo "make audit     asks whether a vulnerability is known in any library (of another service: ARGS='-s osv')"
	@echo "make check     all that CI runs"

run: .venv/for-run
	@exec .venv/bin/python -m project.first_run

test: .venv/for-tests
	@exec .venv/bin/python -m tests $(ARGS)

ATTEMPTS ?= 20000
CLIENTS ?= 12
SEED ?= 1
DB ?= postgres
storm: .venv/for-tests
	@exec .venv/bin/python -m tests.storm --attempts=$(ATTEMPTS) --clients=$(CLIENTS) --seed=$(SEED) --db=$(DB) $(ARGS)

faults: ROUNDS ?= 1
faults: .venv/for-tests
	@exec .venv/bin/python -m tests.faults --rounds=$(ROUNDS) --seed=$(SEED) $(ARGS)

sabotage: .venv/for-tests
	@exec .venv/bin/python -m tests.sabotage $(ARGS)

EXAMPLES ?= 100
fuzz: .venv/for-tests
	@exec .venv/bin/python -m tests.fuzz --examples=$(EXAMPLES) --seed=$(SEED) --db=$(DB) $(ARGS)

bench: ROUNDS ?= 5
bench: SECONDS ?= 5
bench: .venv/for-tests .venv-bench/for-bench
	@exec .venv/bin/python -m benchmarks --rounds=$(ROUNDS) --seconds=$(SECONDS) --only="$(ONLY)" --db=$(DB) $(if $(RECORD),--record)

rush: SECONDS ?= 10
rush: .venv/for-tests .venv-bench/for-bench
	@exec .venv/bin/python -m benchmarks.rush --seconds=$(SECONDS)

SIZES ?= 1000,10000,100000
bench-growth: ROUNDS ?= 3
bench-growth: .venv/for-tests .venv-bench/for-bench
	@exec .venv/bin/python -m benchmarks.growth --sizes="$(SIZES)" --rounds=$(ROUNDS) $(if $(RECORD),--record)

lint: .venv/for-tests
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/hadolint Dockerfile
	@.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec compose.yml

fix: .venv/for-tests
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

audit: .venv/for-tests
	@exec .venv/bin/python -m tests.vulnerabilities $(ARGS)

check:
	@.ci/run

# The stamps remember which requirements are installed: pip runs again only when a file of theirs has changed.
# Those of a .venv whose Python has since been uninstalled mean nothing.
$(shell test -x .venv/bin/python || rm -f .venv/for-*)

.venv/for-run: requirements.txt .venv/bin/python
	@echo "Installing the libraries into .venv …"
	@.venv/bin/python $(PIP) -r requirements.txt
	@touch $@

.venv/for-tests: requirements-dev.txt .venv/for-run
	@echo "Installing the tools for tests and checks into .venv …"
	@.venv/bin/python $(PIP) -r requirements-dev.txt
	@touch $@

# The cinema as in production, and its peers, whose libraries it does not need.
.venv-bench/for-bench: requirements.txt benchmarks/requirements.txt .venv/bin/python
	@echo "Installing what is measured into .venv-bench …"
	@.venv/bin/python -m venv --clear .venv-bench
	@.venv-bench/bin/python $(PIP) -r benchmarks/requirements.txt
	@touch $@

# Each candidate is run, because a name on the PATH proves nothing: it may be too old, or Debian's without venv.
.venv/bin/python:
	@for python in $(PYTHON); do \
		$$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "Making .venv with $$($$python --version) …"; \
		exec $$python -m venv --clear .venv; \
	done; \
	echo "No Python 3.11 or newer with venv found (tried: $(PYTHON))." \
		"Install one (Debian: apt install python3-venv), or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
	exit 1
