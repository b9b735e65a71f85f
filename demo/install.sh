#!/bin/sh
# Installs the demo's npm packages, when package-lock.json is newer than what is there.
set -eu
cd "$(dirname "$0")"
installed=node_modules/.package-lock.json
if [ ! -e "$installed" ] || [ package-lock.json -nt "$installed" ]; then
  npm ci --silent
fi
