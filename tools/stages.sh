# Runs named stages and keeps the tally; sourced by ./dev.
#
# A stage is a command whose output goes to build/logs/NAME.log and is shown only when it fails, indented, so that the
# tally at the end stays the one plain line of its kind. What a stage counted itself (a doctest summary, or a line
# "12 passed, 1 failed", of which the last counts) is added up; a stage that counts nothing is one test.

stages_passed=0
stages_failed=0
stages_logs=build/logs

# stage NAME COMMAND…; afterwards $stage_verdict is "ok" or "FAILED".
stage() {
  local name=$1 began=$SECONDS status=0 passed failed
  shift
  local log="$stages_logs/${name//[^a-zA-Z0-9_.-]/_}.log"
  mkdir -p "$stages_logs"
  printf '%-32s ' "$name"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  read -r passed failed < <(count_results "$log")
  if ((status != 0 && failed == 0)); then failed=1; fi
  if ((status == 0 && passed + failed == 0)); then passed=1; fi
  stages_passed=$((stages_passed + passed))
  stages_failed=$((stages_failed + failed))
  stage_verdict=$( ((failed == 0)) && echo ok || echo FAILED)
  printf '%-6s  %d passed, %d failed, %d s\n' "$stage_verdict" "$passed" "$failed" $((SECONDS - began))
  if ((failed > 0)); then
    echo "  again: $*  (exit status $status)"
    tail -n 100 "$log" | sed 's/^/  | /'
  fi
}

# count_results LOG → "PASSED FAILED"
count_results() {
  awk '/^\[doctest\] test cases:/ { gsub(/[^0-9]+/, " "); passed += $2; failed += $3 }
       /^[0-9]+ passed, [0-9]+ failed/ { said_passed = $1; said_failed = $3 }
       END { print passed + said_passed, failed + said_failed }' "$1"
}

# The plain line, and the verdict as exit status.
tally() {
  echo "$stages_passed passed, $stages_failed failed"
  ((stages_failed == 0))
}
