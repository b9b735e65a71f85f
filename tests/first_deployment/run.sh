#!/usr/bin/env bash
# Runs the commands of docs/first-deployment.md in order, and sees that they print what the page says.
set -euo pipefail
cd "$(dirname "$0")/../.."
page=docs/first-deployment.md
work=$(mktemp -d "${TMPDIR:-/tmp}/slipway-first-deployment-XXXXXX")
trap 'rm -rf "$work"' EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
blocks() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$page"; }  # blocks [LANGUAGE]

# The reader's folder, ports and programs, but ours.
{
  echo 'set -e; server= awssim=; trap '\''kill $server $awssim 2>/dev/null'\'' EXIT'
  blocks sh | sed -e '/^\.\/dev build$/d' -e "s,build/first-deployment,$work,g" \
    -e "s/127.0.0.1:8080/127.0.0.1:$(free_port)/g" -e "s/127.0.0.1:4600/127.0.0.1:$(free_port)/g" \
    -e "s,build/release/slipway,${SLIPWAY_BIN:-build/release/slipway},g" \
    -e "s,build/release/awssim,${AWSSIM_BIN:-build/release/awssim},g"
} >"$work/commands"
passed=0 failed=0
verdict() { if "${@:2}"; then ((++passed)); else ((++failed)); echo "FAILED: $1"; fi; }
verdict "all commands succeed" timeout 120 bash "$work/commands" >"$work/output" 2>&1

# Each line of the page's answers is one of the output; "…" stands for anything.
while read -r line; do
  verdict "an answer like: $line" grep -qE -- "$(sed -e 's/[][(){}.*+?^$|\]/\\&/g' -e 's/…/.*/g' <<<"$line")" "$work/output"
done < <(awk '/^```/ { inside = !inside; plain = inside && $0 == "```"; next } inside && plain && $0 != "…"' "$page")

if ((failed)); then tail -n 100 "$work/output" "$work"/*.log || true; fi
echo "$passed passed, $failed failed"
((failed == 0))
