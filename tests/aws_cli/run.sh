#!/bin/sh
cd "$(dirname "$0")/.." && support/make_venv.sh aws_cli && exec env PYTHONPATH=. python3 -B aws_cli/main.py "$@"
