#!/usr/bin/env bash
# Whether each room includes what its CMakeLists.txt names after USES, all of it and nothing else. The compiler refuses
# rooms that are out of reach, but what a named room links is within reach of those that name it.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

rooms=$(git ls-files '*/CMakeLists.txt' | xargs grep -l '^slipway_room(' | xargs -n 1 dirname)
names=$(basename -a $rooms | paste -sd '|')
tests=('*_test.cpp' '*testing.h')

# named WORD FILE → the rooms behind that word of slipway_room(…), a line each.
named() { tr '\n' ' ' <"$2" | sed -nE "s/.*slipway_room\([^)]* $1 ([a-z_ ]*).*/\1/p" | tr ' ' '\n' | sort -u | sed '/^$/d'; }
# included ROOM PATHSPEC… → the other rooms that these files include.
included() {
  { git grep --untracked -hoE "^#include \"($names)/" -- "${@:2}" || true; } | cut -d '"' -f 2 | tr -d / | sort -u |
    grep -vx "$1" || true
}

broken=0
complain() { # COMPLAINT ROOMS
  if [[ -n $2 ]]; then
    echo "$1 $(xargs <<<"$2")" >&2
    broken=1
  fi
}
for folder in $rooms; do
  room=$(basename "$folder")
  uses=$(named USES "$folder/CMakeLists.txt")
  test_uses=$(named TEST_USES "$folder/CMakeLists.txt")
  # Programs beside a room link what they need by themselves.
  own=$(included "$room" "$folder/*.h" "$folder/*.cpp" "${tests[@]/#/:!}" ':!*_main.cpp' ':!*_bench.cpp' ':!*_fuzz.cpp')
  of_tests=$(included "$room" "${tests[@]/#/$folder/}")
  complain "$folder includes, but does not name after USES:" "$(comm -23 <(echo "$own") <(echo "$uses"))"
  complain "$folder names after USES, but does not include:" "$(comm -13 <(echo "$own") <(echo "$uses"))"
  complain "Tests of $folder include what stands neither after USES nor after TEST_USES:" \
    "$(comm -23 <(echo "$of_tests") <(sort -u <<<"$uses"$'\n'"$test_uses"))"
  complain "Tests of $folder don't include, but it stands after TEST_USES:" \
    "$(comm -13 <(echo "$of_tests") <(echo "$test_uses"))"
done
exit $broken
