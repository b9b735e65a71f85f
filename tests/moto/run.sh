#!/bin/sh
cd "$(dirname "$0")/.." && support/make_venv.sh moto && exec env PYTHONPATH=. ../build/venv-moto/bin/python -B moto/main.py "$@"
