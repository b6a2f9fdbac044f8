# 县域治理看板. Two commands matter:
#
#   make run    everything up to a running board with the demo county; again: the same data, in seconds
#   make test   what needs only Python and a few minutes (make test-all: the slow tests too; make coverage: how much they reach)
#
# DATABASE_URL (an SQLAlchemy address, default sqlite:///var/board.db), PORT (default 8501) and WORKERS (processes, default 1) override.
# Only the default database, or with DEMO=1 another empty one, is filled with the demo county; any other needs its first account.

PORT ?= 8501
WORKERS ?= 1
DEMO ?=
OWN := sqlite:///var/board.db
VENV := .venv
PY := $(VENV)/bin/python
# The first Python from 3.11 on that really starts (a pyenv shim may not); asked only when there is no environment yet.
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
CHROMIUM ?= $(firstword $(foreach p,chromium chromium-browser google-chrome google-chrome-stable,$(shell command -v $(p) 2>/dev/null)))
# Each worker of pytest-xdist has its own PostgreSQL, SQLite file and port: one a core, at least two, at most four.
CORES := $(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)
TEST_WORKERS ?= $(shell n=$(CORES); [ $$n -ge 2 ] || n=2; [ $$n -le 4 ] || n=4; echo $$n)
PARALLEL := -n $(TEST_WORKERS) --dist loadfile
PYTEST_ARGS ?=
export PYTHONUNBUFFERED = 1

.PHONY: help install install-dev lock audit hooks run doctor backup restore-drill bundle closing-run test test-all coverage test-js e2e manual-pictures lint lint-js bench clean

help:
	@echo "make run    安装、建库、装入演示县并启动看板(http://127.0.0.1:$(PORT))"
	@echo "make test   测试(SQLite 与 PostgreSQL,不需要浏览器,几分钟)"
	@echo "make test-all  连同慢的测试        make coverage  同上,并报告覆盖率(慢五分之一)        make e2e  浏览器测试(需要 Chromium)"
	@echo "make backup 备份整个数据库        make restore-drill  恢复到临时库,核对行数和全部数字(FILE=备份文件)"
	@echo "make doctor 自检:哪里不对、怎么办        make bundle  离线安装包(写到 dist/)"
	@echo "make lint   ruff 与 mypy        make lint-js test-js  页面脚本(需要 Node)        make bench  性能测试"
	@echo "make lock   锁定依赖(改了 requirements 之后)     make audit  查已知漏洞"
	@echo "make hooks  提交前自动检查"

# --- the environment: a stamp says which requirements are installed, so that a second run takes no time -------------

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(PY):
	@test -n "$(PYTHON)" || { echo "没有找到 Python 3.11 或更新版本。请先安装,或指定:make PYTHON=/路径/python3.11 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本:$(PYTHON) 不是。"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "建立虚拟环境失败。Debian/Ubuntu 请先:apt install python3-venv"; exit 1; }

# What is installed is what was locked: every package by version and by the hashes of its files.
$(VENV)/.installed: requirements.lock | $(PY)
	@echo "安装依赖(首次约一两分钟)…"
	@$(PY) -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@$(PY) -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# After a change of requirements*.txt: pins what they name and all that comes with it, for every system and Python that the board runs on.
LOCK = $(PY) -m uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --custom-compile-command "make lock"

lock: install-dev
	@$(LOCK) requirements.txt -o requirements.lock
	@$(LOCK) requirements-dev.txt -c requirements.lock -o requirements-dev.lock
	@$(PY) -m tests.licences

audit: install-dev
	@$(PY) -m pip_audit --require-hashes --disable-pip -r requirements.lock

# --- the board -----------------------------------------------------------------------------------------------------

run: install
	@$(PY) -m data_access migrate
	@state=$$($(PY) -m data_access state) || exit 1; \
	if [ "$$state" = empty ] && { [ "$(DEMO)" = 1 ] || [ "$${DATABASE_URL:-$(OWN)}" = "$(OWN)" ]; }; then \
	echo "空库,装入虚构的演示县…"; $(PY) -m ingest demo && state=demo || exit 1; fi; \
	if [ "$$state" = demo ]; then $(PY) -m data_access demo-accounts || exit 1; \
	else $(PY) -m data_access account list >/dev/null || exit 1; echo "账号:$(PY) -m data_access account list"; fi
	@echo "看板地址:http://127.0.0.1:$(PORT)    (Ctrl-C 停止)"
	@exec $(PY) -m server --workers $(WORKERS) --server.port $(PORT)

# The copies stand in var/backup; FILE=… drills one of them, else a new one.
backup: install
	@$(PY) -m reports backup

restore-drill: install
	@$(PY) -m reports restore-drill $(FILE)

doctor: install
	@$(PY) -m data_access doctor

# BUNDLE_ARGS="--platform linux-x86_64 --python 3.11": a smaller one.
bundle: install
	@$(PY) deploy/bundle/bundle.py $(BUNDLE_ARGS)

# The bundle on a machine of its own without network: installed, served, lost, restored, the same figures. As root, with debootstrap.
closing-run: install-dev
	@CHROMIUM="$(CHROMIUM)" $(PY) -m tests.closing_run $${TMPDIR:-/tmp}/closing-run-$$$$ $(CLOSING_ARGS)

# --- checks --------------------------------------------------------------------------------------------------------

test: install-dev
	@$(PY) -m pytest -m "not e2e and not slow" $(PARALLEL) $(PYTEST_ARGS)

test-all: install-dev
	@$(PY) -m pytest -m "not e2e" $(PARALLEL) $(PYTEST_ARGS)

coverage: install-dev
	@$(PY) -m pytest -m "not e2e" $(PARALLEL) --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

e2e: install-dev
	@test -n "$(CHROMIUM)" || { echo "没有找到 Chromium。任选其一:"; \
		echo "  apt install chromium fonts-noto-cjk          (Debian/Ubuntu)"; \
		echo "  $(PY) -m playwright install --with-deps chromium,再 make e2e CHROMIUM=它的路径"; exit 1; }
	@CHROMIUM="$(CHROMIUM)" $(PY) -m pytest -m e2e $(PYTEST_ARGS)

# The pictures of docs/手册, as the browser tests take them.
manual-pictures: install-dev
	@BOARD_MANUAL_PICTURES=1 CHROMIUM="$(CHROMIUM)" $(PY) -m pytest -m e2e tests/e2e/test_manual.py $(PYTEST_ARGS)

lint: install-dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

# The pages' few scripts. Only these two need Node; without it they say so and pass.
JS := tests/js
NPM := $(if $(shell command -v node 2>/dev/null),$(shell command -v npm 2>/dev/null))

$(JS)/node_modules/.installed: $(JS)/package.json $(JS)/package-lock.json
	@cd $(JS) && $(NPM) ci --silent
	@touch $@

lint-js: $(if $(NPM),$(JS)/node_modules/.installed)
	@$(if $(NPM),cd $(JS) && $(NPM) run --silent lint,echo "没有 Node,页面脚本未检查。")

test-js:
	@$(if $(NPM),cd $(JS) && node --test,echo "没有 Node,页面脚本未测试。")

hooks: install-dev
	@$(PY) -m pre_commit install

bench: install-dev
	@CHROMIUM="$(CHROMIUM)" $(PY) -m bench

clean:
	rm -rf .ruff_cache .mypy_cache .pytest_cache .hypothesis .coverage $(JS)/node_modules
