#!/bin/sh
# Against the release build, and against the one with sanitizers when it has been built (./dev build asan).
set -u
cd "$(dirname "$0")/.."
status=0 total=0 failures=0
for binary in ../build/release/slipway ../build/asan/slipway; do
  if [ "$binary" != ../build/release/slipway ] && [ ! -x "$binary" ]; then continue; fi
  echo "== $binary"
  last=$(SLIPWAY_BIN=$(realpath "$binary") PYTHONPATH=. python3 -B bad_input/main.py "$@" | tee /dev/stderr | tail -n 1)
  passed=${last%% passed*} failed=${last##*, }
  case $last in
    *" passed, "*" failed") total=$((total + passed)) failures=$((failures + ${failed%% *})) ;;
    *) failures=$((failures + 1)) ;;
  esac
done
echo "$total passed, $failures failed"
[ "$failures" -eq 0 ] && [ "$total" -gt 0 ]
