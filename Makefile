# Two commands: `make run` opens the window, `make test` runs every test. Both install what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MUSIC_OPTION = $(if $(MUSIC),--music "$(MUSIC)")
RENDERED_OPTION = $(if $(RENDERED),--rendered "$(RENDERED)")
# Tests start the program hundreds of times: what is compiled of it is kept, whatever the caller says.
export PYTHONDONTWRITEBYTECODE =
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# Opens the window on the demo song, or on SONG=file.
.PHONY: run
run: $(VENV)/.run
	@$(BIN)/emoviz $(if $(SONG),"$(SONG)")

# What the program promises, without a display. Many tests wait for what sounds, so there are three workers
# on two cores; a worker's sums take one.
.PHONY: test
test: $(VENV)/.test
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 3 --dist worksteal

# What needs another program besides, or minutes of its own: a cluster, a machine without a network, the
# fuzzer, the laboratory, decoding processes as they are where none can be forked.
.PHONY: test-more
test-more: $(VENV)/.test
	$(BIN)/python -m pytest -m more --numprocesses 2 --dist worksteal

.PHONY: lint
lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms \
		$(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.citation-file-format CITATION.cff

# The user guide into build/guide: every link of it leads somewhere, and it loads nothing from the net.
.PHONY: guide
guide: $(VENV)/.docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going -q -b html docs build/guide
	$(BIN)/python -m build_scripts.docs.links build/guide

# Measures the program on this machine, and writes README.md's "Speed".
.PHONY: bench
bench: $(VENV)/.test
	$(BIN)/python -m build_scripts.bench
	$(BIN)/python -m build_scripts.docs.figures

# Uses the window at random for MINUTES (30) and sees that nothing is left behind.
.PHONY: soak
soak: $(VENV)/.test
	$(BIN)/python -m build_scripts.fuzz.soak $(if $(MINUTES),--minutes $(MINUTES))

# Starts what was built as its user would, in every way it may go wrong: PROGRAM="dist/emoviz/emoviz
# emoviz.whl", or a wheel of the checkout. Pictures of the screen are left in build/smoke.
.PHONY: smoke
smoke: $(VENV)/.test
	sh build_scripts/system_packages.sh xdotool
	$(BIN)/python -m build_scripts.smoke $(PROGRAM)

# Spoils real files of every kind, CASES for the command line and KIND_CASES for each of three kinds of
# lie, WINDOW_CASES and SCREEN_CASES for the window, and sees that each ends in a result or a sentence; what does not is kept in build/fuzz/.
.PHONY: fuzz
fuzz: $(VENV)/.test
	$(BIN)/python -m build_scripts.fuzz $(if $(SEED),--seed $(SEED)) $(if $(CASES),--cases $(CASES)) \
		$(if $(KIND_CASES),--kind-cases $(KIND_CASES)) \
		$(if $(WINDOW_CASES),--window-cases $(WINDOW_CASES)) \
		$(if $(SCREEN_CASES),--screen-cases $(SCREEN_CASES))

# Do the tests notice? Changes COUNT (300) places in the code by SEED (0), one at a time; what no test of
# its room notices, nor of ALSO="tests/cli ...", is kept in build/mutants. Goes on where it was stopped.
.PHONY: mutants
mutants: $(VENV)/.mutants
	$(BIN)/python -m build_scripts.suite.mutants $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED)) \
		$(if $(JOBS),--jobs $(JOBS)) $(if $(ALSO),--also $(ALSO))

# The tests, or TESTS="tests/playing ...", beside four busy loops, TIMES (1) in a row.
.PHONY: test-busy
test-busy: $(VENV)/.test
	$(BIN)/python -m build_scripts.suite.busy $(TESTS) $(if $(TIMES),--times $(TIMES))

# Trains and writes the default model anew from the collections in DATA=folder, the rendered pieces in
# RENDERED=folder, their further renderings in AGAIN="folder ..." and the songs in MUSIC=folder; it is taught
# by musicnn, which its own recipe makes.
.PHONY: model
model: $(VENV)/.test
	$(BIN)/emoviz train model/cae/recipe.toml --data "$(DATA)" --rendered "$(RENDERED)" \
		$(if $(AGAIN),--again $(AGAIN)) $(MUSIC_OPTION)
	$(BIN)/python -m build_scripts.docs.figures

# Every system of the field beside the models on the collections in DATA=folder, with the rendered pieces in
# RENDERED=folder if there are such: model/COMPARISON.md.
.PHONY: comparison
comparison: $(VENV)/.test
	$(BIN)/emoviz compare --data "$(DATA)" $(RENDERED_OPTION) $(MUSIC_OPTION) --output model

# Renders resources/demo/demo.ogg anew.
.PHONY: demo-song
demo-song: $(VENV)/.test
	sh build_scripts/system_packages.sh fluidsynth fluid-soundfont-gm
	$(PIP) music21
	$(BIN)/python -m build_scripts.data.demo_song -o resources/demo/demo.ogg

# Wheel, source distribution and bill of materials into dist, from the last commit: made twice, and the same.
.PHONY: dist
dist: $(VENV)/.build
	$(BIN)/python -m build_scripts.packaging.dist

# Before a release: what it lacks, then all that must pass. docs/releases.md has the whole list.
.PHONY: release-check
release-check: $(VENV)/.test
	$(BIN)/python -m build_scripts.packaging.release
	$(MAKE) lint
	$(MAKE) test
	$(MAKE) guide
	$(MAKE) dist
	$(MAKE) smoke PROGRAM="$$(echo dist/emoviz-*.whl)"

# After a change of constraints.txt or of the core dependencies: their fingerprints and licences.
.PHONY: lock
lock: $(VENV)/.build
	$(BIN)/python -m build_scripts.packaging.locks
	$(BIN)/python -m build_scripts.packaging.third_party

$(VENV)/.run: pyproject.toml constraints.txt locked/run.txt build_scripts/system_packages.sh
	sh build_scripts/system_packages.sh run
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "emoviz needs Python 3.11 or newer; run make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r locked/run.txt
	$(PIP) -e .
	@# As of what is installed: otherwise each start compiles anew where Python is told to keep nothing.
	$(BIN)/python -m compileall -q emoviz
	@touch $@

$(VENV)/.test: $(VENV)/.run
	sh build_scripts/system_packages.sh test
	@# By itself and first: what depends on torch would otherwise choose a build with CUDA.
	$(PIP) torch==2.13.0
	$(PIP) -e ".[test]"
	@touch $@

$(VENV)/.mutants: $(VENV)/.test
	$(PIP) -e ".[mutants]"
	@touch $@

$(VENV)/.docs: $(VENV)/.test
	$(PIP) -e ".[docs]"
	@touch $@

$(VENV)/.build: $(VENV)/.run locked/build.txt
	$(PIP) --require-hashes -r locked/build.txt
	@touch $@

# The pictures of the window in README.md and the guide; that of the map shows game music.
.PHONY: screenshots
screenshots: $(VENV)/.test
	sh build_scripts/data/game_music.sh build/music
	@# Steps and blows are no songs.
	find -L build/music -name '*.ogg' -size -500k -delete
	-$(BIN)/emoviz library add build/music --library build/music.db
	xvfb-run -a -s "-screen 0 1280x800x24" $(BIN)/python -m build_scripts.docs.screenshots docs/screenshots --library build/music.db

# The program in a folder that needs no Python: dist/emoviz/emoviz.
.PHONY: frozen
frozen:
	sh build_scripts/system_packages.sh run
	sh build_scripts/system_packages.sh binutils
	$(PYTHON) -m build_scripts.packaging.freeze

# The Debian package of that program: dist/emoviz_VERSION_ARCHITECTURE.deb.
.PHONY: deb
deb: dist/emoviz/emoviz
	sh build_scripts/system_packages.sh dpkg-dev
	$(PYTHON) -m build_scripts.packaging.deb

dist/emoviz/emoviz:
	$(MAKE) frozen

# Installs, uses and removes the package in a fresh Debian of its own; SUITE=name for another one. As root.
.PHONY: check-deb
check-deb:
	sh build_scripts/packaging/check_deb.sh $(SUITE)
