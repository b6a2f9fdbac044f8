# 县域治理看板. Two commands matter:
#
#   make run    everything up to a running board with the demo county; again: the same data, in seconds
#   make test   everything that needs only Python
#
# DATABASE_URL (an SQLAlchemy address, default sqlite:///var/board.db) and PORT (default 8501) override.

PORT ?= 8501
VENV := .venv
PY := $(VENV)/bin/python
# The first Python from 3.11 on that really starts (a pyenv shim may not); asked only when there is no environment yet.
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
CHROMIUM ?= $(firstword $(foreach p,chromium chromium-browser google-chrome google-chrome-stable,$(shell command -v $(p) 2>/dev/null)))
PYTEST_ARGS ?=
export PYTHONUNBUFFERED = 1

.PHONY: help install install-dev run test e2e lint bench clean

help:
	@echo "make run    安装、建库、装入演示县并启动看板(http://127.0.0.1:$(PORT))"
	@echo "make test   全部测试(SQLite 与 PostgreSQL,不需要浏览器)"
	@echo "make e2e    浏览器测试(需要 Chromium)"
	@echo "make lint   ruff 与 mypy        make bench  性能测试"

# --- the environment: a stamp says which requirements are installed, so that a second run takes no time -------------

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(PY):
	@test -n "$(PYTHON)" || { echo "没有找到 Python 3.11 或更新版本。请先安装,或指定:make PYTHON=/路径/python3.11 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新版本:$(PYTHON) 不是。"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "建立虚拟环境失败。Debian/Ubuntu 请先:apt install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.txt | $(PY)
	@echo "安装依赖(首次约一两分钟)…"
	@$(PY) -m pip install --disable-pip-version-check --quiet -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt $(VENV)/.installed
	@$(PY) -m pip install --disable-pip-version-check --quiet -r requirements-dev.txt
	@touch $@

# --- the board -----------------------------------------------------------------------------------------------------

run: install
	@$(PY) -m data_access migrate
	@state=$$($(PY) -m data_access state) || exit 1; \
	if [ "$$state" = empty ]; then echo "空库,装入虚构的演示县…"; $(PY) -m ingest demo && state=demo || exit 1; fi; \
	if [ "$$state" = demo ]; then $(PY) -m data_access demo-accounts || exit 1; \
	else echo "账号:$(PY) -m data_access account list"; fi
	@echo "看板地址:http://127.0.0.1:$(PORT)    (Ctrl-C 停止)"
	@exec $(PY) -m pages.common.serve --server.port $(PORT)

# --- checks --------------------------------------------------------------------------------------------------------

test: install-dev
	@$(PY) -m pytest -m "not e2e" $(PYTEST_ARGS)

e2e: install-dev
	@test -n "$(CHROMIUM)" || { echo "没有找到 Chromium。任选其一:"; \
		echo "  apt install chromium fonts-noto-cjk          (Debian/Ubuntu)"; \
		echo "  $(PY) -m playwright install --with-deps chromium,再 make e2e CHROMIUM=它的路径"; exit 1; }
	@CHROMIUM="$(CHROMIUM)" $(PY) -m pytest -m e2e $(PYTEST_ARGS)

lint: install-dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m mypy -p pages.common

bench: install-dev
	@CHROMIUM="$(CHROMIUM)" $(PY) -m bench

clean:
	rm -rf .ruff_cache .mypy_cache .pytest_cache .hypothesis
