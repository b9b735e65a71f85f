#!/bin/sh
set -eu
cd "$(dirname "$0")"
installed=node_modules/.package-lock.json
if [ ! -e "$installed" ] || [ package-lock.json -nt "$installed" ]; then
  npm ci --silent
fi
cd ..
support/make_venv.sh open_api
exec env PYTHONPATH=. ../build/venv-open_api/bin/python -B open_api/main.py "$@"
