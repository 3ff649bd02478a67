# Two commands are enough: `make demo` and `make test`. Python >= 3.11 and make are assumed, nothing else.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
NPM := azurite@3.35.0 axe-core@4.14.1
ARGS ?=
N ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo setup test check golden bench docs screenshots

help:  ## ce message
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.base  ## démarre ecritures avec un cabinet d'exemple (ARGS=--once : importe, vérifie, s'arrête)
	@$(VENV)/bin/ecritures demo $(ARGS)

setup: $(VENV)/.dev .dev/.azurite  ## installe ce qu'il faut pour développer

test: setup  ## tous les tests, sur SQLite et PostgreSQL, avec l'émulateur de blobs (N=4 : quatre à la fois)
	$(PY) -m pytest -n $(N) --dist worksteal $(ARGS)

check: $(VENV)/.dev  ## style, types, tests unitaires et propriétés : moins d'une minute
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --strict src
	$(PY) -m pytest -q -n $(N) tests/unit tests/properties

golden: $(VENV)/.dev  ## réécrit les fichiers attendus de tests/golden : relire la différence avant de l'accepter
	ECRITURES_GOLDEN=1 $(PY) -m pytest -q tests/golden
	@git --no-pager diff --stat -- tests/golden

bench: $(VENV)/.bench  ## mesure les étapes et la chaîne entière, à côté d'autres outils ; écrit docs/performance.md
	$(PY) -m bench $(ARGS)

docs: $(VENV)/.dev  ## refait les pages tirées du code : docs/reglages.md, docs/formats, docs/controles
	ECRITURES_GOLDEN=1 $(PY) -m pytest -q tests/unit/test_cli_docs.py tests/unit/test_docs_formats.py tests/unit/test_docs_listes.py tests/unit/test_docs_controles.py tests/unit/test_fec_conformite.py

screenshots: setup  ## une image de chaque écran, deux langues, deux thèmes, deux largeurs, dans captures/
	$(PY) tests/ecrans/captures.py $(ARGS)

# Each set is installed again only when its lock or the project's own metadata changed.

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 ou plus récent est nécessaire : make PYTHON=/chemin/de/python3.11 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Le module venv manque : apt-get install python3-venv"; exit 1; }

$(VENV)/.base: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installation des dépendances…" >&2
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.base
	@echo "Installation des outils de développement…" >&2
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.base
	@echo "Installation des bibliothèques comparées…" >&2
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@

# Without npm the tests of blobs and of accessibility are skipped; with CI=true that is a failure.
.dev/.azurite: Makefile
	@if command -v npm >/dev/null 2>&1; then \
	  echo "Installation d'Azurite et d'axe-core…" && mkdir -p .dev \
	  && npm install --silent --no-audit --no-fund --no-save --prefix .dev $(NPM) && touch $@; \
	elif [ "$(CI)" = true ]; then \
	  echo "npm manque : apt-get install nodejs npm"; exit 1; \
	else \
	  echo "npm manque : les tests sur l'émulateur de blobs et d'accessibilité seront sautés."; \
	fi
