#!/bin/sh
# make_venv.sh SUITE: makes build/venv-SUITE hold what the suite's requirements.txt pins; quick when it does already.
set -eu
cd "$(dirname "$0")/.."
venv=../build/venv-$1
if ! cmp -s "$1/requirements.txt" "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$1/requirements.txt"
  cp "$1/requirements.txt" "$venv/requirements.txt"
fi
