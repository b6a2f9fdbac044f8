#!/bin/sh
# 从离线安装包安装或升级看板。用法:sh install.sh [--to /opt/board]    指定 Python:PYTHON=/路径/python3.11 sh install.sh
# Finds a Python from 3.11 on; all else is done by install.py, the same on every system.
cd "$(dirname "$0")" || exit 1
for python in ${PYTHON:-} python3.12 python3.11 python3.13 python3 python; do
    if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2])' >/dev/null 2>&1; then
        exec "$python" -I install.py "$@"
    fi
done
echo "没有找到 Python 3.11 或更新版本。麒麟、统信 UOS 上怎么装,见本目录的 安装说明.md;装好后可以指定:PYTHON=/路径/python3.11 sh install.sh" >&2
exit 1
