#!/bin/sh
cd "$(dirname "$0")/.." && exec env PYTHONPATH=. python3 -B upgrade/main.py "$@"
