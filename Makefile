# `make demo` and `make test` build what they need on a machine with Python 3.11 or newer, pip and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Most tests wait for processes: three files at a time, each in one piece, keep two cores busy. In the order of their
# names, so that the files with few but long tests are not all left to the end.
SIDE_BY_SIDE := -n 3 --dist loadfile --no-loadscope-reorder
# Where to find programs that others wrote, which tests and measurements run beside ours.
OTHERS := OCS_PYTHON=$(abspath $(VENV)/ocs/bin/python) ALPACA_PEER_PYTHON=$(abspath $(VENV)/alpaca/bin/python) \
	AWS_EMULATORS_PYTHON=$(abspath $(VENV)/aws/bin/python)

.PHONY: demo test test-fast lint bench drills endurance clean
demo: $(VENV)/.installed
	$(BIN)/obsbow demo $(DEMO)

test: $(VENV)/.installed-dev $(VENV)/ocs/.installed $(VENV)/alpaca/.installed $(VENV)/aws/.installed
	$(BIN)/obsbow router install
	$(OTHERS) $(BIN)/python -m pytest $(SIDE_BY_SIDE) $(TEST)

test-fast: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not integration" $(TEST)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev $(VENV)/ocs/.installed $(VENV)/alpaca/.installed $(VENV)/aws/.installed
	$(BIN)/obsbow router install
	$(OTHERS) $(BIN)/python -m bench $(BENCH)

# Five faults on scratch sites, in about three minutes; nothing may be lost.
drills: $(VENV)/.installed
	$(BIN)/obsbow router install
	$(BIN)/python -m bench.drills short

# The long versions, in about an hour.
endurance: $(VENV)/.installed
	$(BIN)/obsbow router install
	$(BIN)/python -m bench.drills long

$(VENV)/.created:
	$(PYTHON) -c 'import sys; sys.exit("ocs_sim needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; set PYTHON=") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.created setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.created setup.cfg pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ $(VENV)/.installed

# OCS itself, in an environment of its own: the tests drive our agents with its clients and its agents with ours.
$(VENV)/ocs/.installed: $(VENV)/.created
	$(PYTHON) -m venv $(VENV)/ocs
	$(VENV)/ocs/bin/python -m pip install --quiet --disable-pip-version-check 'ocs==0.12.1' so3g
	touch $@

# Alpaca simulators of others: our agents have to work with them.
$(VENV)/alpaca/.installed: $(VENV)/.created
	$(PYTHON) -m venv $(VENV)/alpaca
	$(VENV)/alpaca/bin/python -m pip install --quiet --disable-pip-version-check 'alpaca-simulators==1.3.2'
	touch $@

# Emulators of AWS, in an environment of their own: they want other versions of boto3's parts.
$(VENV)/aws/.installed: $(VENV)/.created
	$(PYTHON) -m venv $(VENV)/aws
	$(VENV)/aws/bin/python -m pip install --quiet --disable-pip-version-check 'ministack==1.5.33' 'moto[server]==5.2.5'
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
