PORT ?= 8000
DATA ?= var/demo
SHELL := /bin/sh
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check bench look messages lock

help:
	@echo "make demo      Solmu with its demo content on http://127.0.0.1:$(PORT) (PORT=, DATA=)"
	@echo "make test      every test"
	@echo "make check     linters, types, import rules, translations, migrations, links"
	@echo "make bench     the benchmarks, one JSON object a line"
	@echo "make look      pictures of every page in every language, theme and width, in var/look"
	@echo "make messages  bring locale/*.po up to date with the texts in the code"
	@echo "make lock      write the lock files anew from pyproject.toml"

demo:
	@scripts/bootstrap
	@exec env -u DATABASE_URL SOLMU_DATA="$(DATA)" .venv/bin/solmu demo --port "$(PORT)"

# The tests marked "database" run first on the machine's own PostgreSQL, where there is one.
test:
	@scripts/bootstrap --dev
	@scripts/test

check:
	@scripts/bootstrap --dev
	@scripts/check

bench:
	@scripts/bootstrap --dev
	@.venv/bin/python -m bench

look:
	@scripts/bootstrap --dev
	@.venv/bin/python -m pytest tests/look.py -q

messages:
	@scripts/bootstrap --dev
	@.venv/bin/python scripts/messages update

lock:
	@scripts/lock
	@scripts/bootstrap --dev
