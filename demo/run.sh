#!/bin/sh
# Runs the demo: demo/run.sh [--keep]. Needs node 18 or newer, npm, build/release/slipway and build/release/awssim.
set -eu
cd "$(dirname "$0")"
./install.sh
exec node --no-warnings demo.mjs "$@" # node 18 warns of fetch
