# `make demo` reviews a real pull request on a local GitHub; `make test` runs the tests.
PYTHON ?= python3
VENV := .venv
UV ?= $(if $(wildcard $(VENV)/bin/uv),$(VENV)/bin/uv,uv)
READY := $(VENV)/.ready

.PHONY: setup demo test lint lint-workflows fuzz site release index lock clean

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(READY)

demo: $(READY)
	$(VENV)/bin/python -m tools.demo

test: $(READY)
	$(VENV)/bin/python -m pytest -n auto

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

# The workflows and the action: GitHub's schemas, zizmor at its strictest, actionlint. All without GitHub.
WORKFLOWS := $(wildcard .github/workflows/*.yml docs/workflows/*.yml)
lint-workflows: $(READY)
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(VENV)/bin/zizmor --offline --persona auditor --no-progress --quiet --config .github/zizmor.yml $(WORKFLOWS) action.yml
	$(VENV)/bin/python -m tools.actionlint $(WORKFLOWS)

# Generated Python, Markdown, diffs and events; what fails is kept below tests/cases/found.
NUMBER ?= 300
SEED ?= 1
fuzz: $(READY)
	$(VENV)/bin/python -m tools.fuzzing --number $(NUMBER) --seed $(SEED)

# The documentation as a site, below .cache/site/html: a page a rule, every link and anchor checked.
DOCUMENTATION := .cache/documentation
$(DOCUMENTATION)/.ready: requirements/docs.txt
	$(PYTHON) -m venv $(DOCUMENTATION)
	$(DOCUMENTATION)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/docs.txt
	@touch $@

site: $(READY) $(DOCUMENTATION)/.ready
	$(VENV)/bin/python -m tools.site
	NO_MKDOCS_2_WARNING=1 $(DOCUMENTATION)/bin/mkdocs build --strict

# One command makes a release: `make release VERSION=1.2.3` checks that everything agrees, tags, and pushes the tag.
# The rest is done by .github/workflows/release.yml.
release: $(READY)
	$(VENV)/bin/python -m tools.release check "$(VERSION)"
	git tag --annotate --message "Release $(VERSION)" "release/$(VERSION)"
	git push origin "release/$(VERSION)"

# Reads every release of orchestrator-core and its companions anew into the index that is shipped.
index: $(READY)
	$(VENV)/bin/concertmaster index build --output src/concertmaster/index/data/names.index

# Renews the locked dependencies after a change in pyproject.toml.
lock:
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package concertmaster pyproject.toml requirements/build.in --extra dev -o requirements/dev.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package concertmaster pyproject.toml -o requirements/run.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements/build.in -o requirements/build.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements/docs.in -o requirements/docs.txt
	$(VENV)/bin/python -m tools.programs

clean:
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache
