#!/bin/sh
# Runs the demo: ./demo/run.sh [--keep]. Needs node 18 or newer, npm, build/release/slipway and build/release/awssim.
set -eu
cd "$(dirname "$0")"
installed=node_modules/.package-lock.json
if [ ! -e "$installed" ] || [ package-lock.json -nt "$installed" ]; then
  npm ci --silent
fi
exec node demo.mjs "$@"
