#!/bin/sh
set -eu
cd "$(dirname "$0")/.."
venv=../build/venv-awscli
if ! cmp -s aws_cli/requirements.txt "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r aws_cli/requirements.txt
  cp aws_cli/requirements.txt "$venv/requirements.txt"
fi
exec python3 -B -m aws_cli.main "$@"
