#!/bin/sh
set -eu
cd "$(dirname "$0")/.."
venv=../build/venv-moto
if ! cmp -s moto/requirements.txt "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r moto/requirements.txt
  cp moto/requirements.txt "$venv/requirements.txt"
fi
exec env PYTHONPATH=. python3 -B moto/main.py "$@"
