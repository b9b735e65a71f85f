#!/usr/bin/env bash
# Every header opens with what the thing means: a comment above #pragma once that is a sentence, not a name.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

silent=0
while read -r header; do
  opening=$(awk '!/^\/\/ / { exit } { sub(/^\/\/ /, ""); print }' "$header" | tr '\n' ' ')  # its first paragraph
  read -ra words <<<"$opening"
  if ((${#words[@]} < 4)) || [[ ! ${opening% } =~ [.:\)]$ ]]; then
    echo "$header does not open with a sentence that says what it is: \"${opening% }\"" >&2
    silent=1
  fi
done < <(git ls-files --cached --others --exclude-standard -- 'src/*.h' 'sim/*.h' 'bench/*.h')
exit $silent
