# gongkai: `make run` and `make test` are all that a fresh machine needs.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := $(BIN)/python -m pytest -n 2
LOCK := $(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet

.PHONY: help run test test-slow lock clean
.DELETE_ON_ERROR:

help:
	@echo 'make run        set up, run the main job on the bundled reports, say where the output lies'
	@echo 'make test       set up with the tools, then ruff, mypy and all tests that are not slow'
	@echo 'make test-slow  the slow tests'
	@echo 'make lock       choose the newest allowed versions anew and write both lock files'
	@echo 'make clean      remove the virtual environment and the output'

# Exit 3 says that some report was not read or some list is not complete: the summary tells which, and the output is there.
run: $(VENV)/.core
	@code=0; $(BIN)/gongkai run || code=$$?; \
	if [ $$code -ne 0 ] && [ $$code -ne 3 ]; then echo "make run: gongkai ended with exit code $$code" >&2; exit $$code; fi; \
	echo; echo "The output lies in $(CURDIR)/output ; try: $(BIN)/gongkai --help"

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -m 'not slow'

# Exit 5 of pytest: there is no slow test.
test-slow: $(VENV)/.dev
	$(PYTEST) -m slow || [ $$? -eq 5 ]

lock: $(VENV)/.dev
	$(LOCK) --upgrade --output-file requirements.lock
	$(LOCK) --upgrade --extra dev --extra ocr --extra analysis --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV)
	find output -mindepth 1 ! -name .gitkeep -delete

# The stamps are made last: what was interrupted is done again, what is done is not.
$(VENV)/.made:
	@for python in $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo 'gongkai needs Python 3.11 or newer, and none was found as python3.11 or python3.' >&2; \
	  echo 'Install it, or name it: make run PYTHON=/path/to/python3.11' >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$found --version)"; \
	$$found -m venv $(VENV) || { \
	  echo 'The virtual environment could not be made; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	@touch $@

$(VENV)/.core: $(VENV)/.made requirements.lock pyproject.toml
	@echo 'Installing requirements.lock (about 300 MB, once)'
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.made requirements-dev.lock pyproject.toml
	@echo 'Installing requirements-dev.lock (about 1 GB, once)'
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
