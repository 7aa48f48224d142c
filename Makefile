# Everything one needs: `make run` to give the lecture, `make test` to check it.
# PORT and HOST say where it listens, PYTHON which Python makes the environment.
PYTHON ?= python3
PORT ?= 8501
HOST ?= 0.0.0.0
VENV := .venv
BIN := $(VENV)/bin
# One thread each: the tests run beside a server and two workers, and must not fight over the cores.
CALM := OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

.PHONY: run test test-fast lint bench bench-web screenshots clean

run: $(VENV)/installed
	@PORT="$(PORT)" HOST="$(HOST)" $(BIN)/python -m dkdemo.web.launch

# Two at a time, a file to each; the browser apart, for Playwright keeps an event loop that others must not meet.
TWO := -n 2 --dist loadfile

test: $(VENV)/installed-for-tests lint
	$(CALM) $(BIN)/python -m pytest $(TWO) -m "not browser" $(TEST)
	$(CALM) $(BIN)/python -m pytest $(TWO) -m browser $(TEST)

# No browser and no training: at most two minutes.
test-fast: $(VENV)/installed-for-tests
	$(CALM) $(BIN)/python -m pytest $(TWO) -m "not browser and not training" $(TEST)

lint: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The numbers of the README's table: our server beside plain Streamlit, on this machine.
bench-web: $(VENV)/installed-for-tests
	$(BIN)/python -m dkdemo.bench.web --write

# The engine beside its peers: the README's other table.
bench: $(VENV)/installed-for-tests requirements-bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-bench.txt
	$(BIN)/python -m dkdemo bench --write --plot assets/growth.svg

# Every scene on projector and phone, in screens/, and the README's contact sheet of them.
screenshots: $(VENV)/installed-for-tests
	$(BIN)/python tests/browser/screenshots.py --sheet assets/screens.jpg

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "dkdemo needs Python 3.11 or newer, and $(PYTHON) is `$(PYTHON) -V 2>&1`. Name another one: make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# The stamps spare a second installation until the lists change.
$(VENV)/installed: $(VENV)/made requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-for-tests: $(VENV)/installed tests/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r tests/requirements.txt
	@touch $@
