#!/bin/sh
set -eu
cd "$(dirname "$0")"
../../demo/install.sh
exec node main.mjs "$@"
