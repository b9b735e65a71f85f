#!/usr/bin/env bash
# Clang keeps the rules of src/base/mutex.h: their test compiles, and does not once its locks are taken away.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

readonly sample=src/base/guarded_test.cpp
compile() { clang++ -x c++ -std=c++20 -fsyntax-only -Wthread-safety -Werror -Isrc - 2>&1; }

compile <"$sample"
if complaints=$(sed '/const Lock lock/d' "$sample" | compile); then
  echo "$sample compiles without its locks: -Wthread-safety checks nothing." >&2
  exit 1
fi
for rule in "writing variable 'balance_'|reading variable 'balance_'" "calling function 'add_locked'"; do
  if ! grep -qE "($rule) requires holding mutex" <<<"$complaints"; then
    printf '%s\n%s\n' "Of $sample without its locks, clang does not say: $rule." "$complaints" >&2
    exit 1
  fi
done
