# Project Nexus. `make help` lists the commands; README.md says which one you want.
PYTHON ?= python3
# Relative on purpose: make cannot handle an absolute path with a space in it.
BIN := .venv/bin
LINKS := _build/links
MUTANTS := tests/systems/mutants/mutmut
# With the extras in the names: pip, by which Binder installs, refuses a hashed lock without them.
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras \
  --no-emit-index-url --no-header --upgrade

# Settings for what only reads the code of the systems: nothing is asked at these addresses.
NO_SERVERS := DJANGO_SETTINGS_MODULE=systems.settings SYSTEMS_DATABASE_URL=postgresql://none/none \
  SYSTEMS_REDIS_URL=redis://none SYSTEMS_SECRET_KEY=0123456789-for-the-writing-of-documents-and-nothing-else

# Arguments are those of the command line alone. WSL exports NAME, the machine's, and somebody's shell the others.
$(foreach argument,BESIDE BREAK BUSY JOBS K NAME ONLY PART PORT REDRAW,$(if \
  $(filter environment,$(origin $(argument))),$(eval $(argument) :=)))

# How many processes test at once, and which tests: K="rabbit and not slow", as for pytest's -k.
JOBS := $(or $(JOBS),2)
ONLY_K := $(if $(K),-k "$(K)")

# The slow tests in parts, each at most 40 minutes on 2 cores.
PROVE_benchmarks := tests/benchmarks
PROVE_book := tests/book
PROVE_chapters := tests/notebooks --ignore tests/notebooks/test_mutations.py
PROVE_chapters-mutations := -n $(JOBS) tests/notebooks/test_mutations.py
PROVE_clones := tests/deploy
PROVE_lab := tests/nexus
PROVE_systems := tests/systems --ignore tests/systems/test_mutants.py
PROVE_systems-mutations := tests/systems/test_mutants.py
PARTS := benchmarks book chapters chapters-mutations clones lab systems systems-mutations
ifneq ($(filter-out $(PARTS),$(PART)),)
  $(error there is no part $(PART) of the slow tests: choose one of $(PARTS))
endif

# What a shell holds for another Python (PYTHONPATH, PYTHONSTARTUP, PYTHONWARNINGS) does not reach ours.
unexport $(filter PYTHON%,$(.VARIABLES))

.DEFAULT_GOAL := help
.PHONY: help install install-all repair lab check test prove fix run chapter book serve-book links systems openapi graphql bench lock clean

help: ## List the commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: # A learner's packages into .venv, from their lock; does nothing when all is there.
	@"$(PYTHON)" nexus/install.py

install-all: # A contributor's, too. They stay.
	@"$(PYTHON)" nexus/install.py all

# When it was typed, so that the lab can say what all of it took, the installation too.
lab: export NEXUS_BEGAN := $(shell date +%s)
lab: install ## Start the services and open JupyterLab on your own copies of the chapters.
	@exec $(BIN)/python -m nexus lab

# Tests use servers of their own, apart from those of a lab that may be open in this clone.
check test prove: export NEXUS_HOME := .nexus/test
check test prove: export NEXUS_APT := 1

check: install-all repair ## Check chapters in about a minute (NAME=20, a prefix such as 2, several, or what changed; K= as below).
	@exec $(BIN)/python -m nexus check $(NAME) $(ONLY_K) --jobs $(JOBS)

test: install-all repair ## Check everything that a pull request must pass (K=name for the tests of that name alone, JOBS=4 for more at once).
ifndef K
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-logo
endif
	$(BIN)/python -m pytest -n $(JOBS) $(ONLY_K) tests
ifndef K
	$(BIN)/python -m pytest -n $(JOBS) --nbval notebooks
endif

prove: install-all repair ## Run the slow tests too, in parts (PART=book for one; without it, about three hours).
	@failed=; $(foreach part,$(or $(PART),$(PARTS)),echo "--- $(part)"; \
	  $(BIN)/python -m pytest -m prove $(PROVE_$(part)) || failed="$$failed $(part)";) \
	  test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }

fix: install-all ## Fix what a program can: lint, format, and the chapters' metadata.
	@$(BIN)/python -m ruff check --fix --quiet . || true  # what is left, `make check` names
	@$(BIN)/python -m ruff format --quiet .
	@$(BIN)/python -m nexus fix

repair: install # RabbitMQ, where it is missing and may be downloaded.
	@$(BIN)/python -m nexus repair

run: install-all ## Execute the chapters and store their outputs (NAME=00 for one, REDRAW=1 for new figures, too).
	@exec $(BIN)/python -m nexus run $(NAME) $(if $(REDRAW),--redraw)

chapter: install-all ## Create a new chapter, ready to run (NAME=21-indexes-and-paging).
	@exec $(BIN)/python -m nexus chapter "$(NAME)"

book: install-all ## Build the book from the stored outputs, into _build/html.
	@# --all: a page that failed once would pass the second time, from the cache
	@exec $(BIN)/jupyter-book build . --all -n -W --keep-going

serve-book: book ## Build the book and serve it on a free port (PORT=8080 for one you name).
	@exec $(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(or $(PORT),0)

links: install-all ## Visit every link of the book that leads elsewhere (needs a network).
	@exec $(BIN)/jupyter-book build . --builder linkcheck --path-output $(LINKS)

systems: install ## Start the backend systems with sample data (PORT=8080 for another port than 8000).
	@exec $(BIN)/python -m nexus systems $(if $(PORT),--port $(PORT))

openapi: install-all ## Write systems/openapi.json again, unless that would break its readers (BREAK=1 where it is meant).
	@$(NO_SERVERS) $(BIN)/python -m tests.systems.openapi_document $(if $(BREAK),--break)

graphql: install-all ## Write systems/schema.graphql again, unless that would break its readers (BREAK=1 where it is meant).
	@$(NO_SERVERS) $(BIN)/python -m tests.systems.graphql_schema $(if $(BREAK),--break)

bench: install-all ## Measure, side by side with named peers, and write the page (ONLY=limiters for one part, BUSY=1 beside other work, ONLY=api BESIDE=../other for two clones).
	@exec $(BIN)/python -m benchmarks $(ONLY) $(if $(BUSY),--busy) $(if $(BESIDE),--beside "$(BESIDE)")

lock: install-all ## Write the locks again from the groups in pyproject.toml, with the newest versions; and the mutants' own.
	@$(COMPILE) $(foreach group,lab systems book tests bench,--group $(group)) -o requirements-all.lock
	@$(COMPILE) --group lab --group systems --constraint requirements-all.lock -o requirements.lock
	@$(COMPILE) --no-deps $(MUTANTS).in -o $(MUTANTS).lock

clean: ## Stop everything that runs and remove all that was made, except work/.
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m nexus clean; fi
	@rm -rf .venv .nexus _build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
