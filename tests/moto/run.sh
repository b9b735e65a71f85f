#!/bin/sh
cd "$(dirname "$0")/.." && support/make_venv.sh moto && exec env PYTHONPATH=. python3 -B moto/main.py "$@"
