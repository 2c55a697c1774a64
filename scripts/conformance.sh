#!/usr/bin/env bash
# conformance.sh [CASES]: runs the Autobahn suite against `examples/echo`, by default with a sample of the compression cases.
# CASES is a comma-separated list of patterns such as "1.*,6.4.1". Every case must be OK or informational, none non-strict.
# It needs the folder `shared` beside the project, which holds the suite's tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

# All of the suite's 216 compression cases take twenty minutes; these have every set of parameters.
readonly compression=$(echo 12.{1..5}.{1,4} 13.{1..7}.{1,4} | tr ' ' ,)
readonly cases=${1:-1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*,$compression}
readonly tools=../shared/tools/autobahn

fail() {
  echo "error: $*" >&2
  exit 1
}

[ -x "$tools/setup.sh" ] || fail "the suite's tools are not in $tools: put the folder \`shared\` beside the project"
mkdir -p "${CARGO_TARGET_DIR:-target}/autobahn/reports"
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
readonly target suite=$target/autobahn/suite reports=$target/autobahn/reports

if [ ! -e "$suite/installed" ]; then
  echo "== installing the Autobahn suite into $suite"
  rm -rf "$suite"
  "$tools/setup.sh" "$suite"
  touch "$suite/installed"
fi

echo '== building examples/echo'
cargo build --locked --release --example echo

"$target/release/examples/echo" --port 0 >"$reports/echo.log" 2>&1 &
echo_id=$!
trap 'kill "$echo_id" 2>/dev/null || true' EXIT
for _ in {1..100}; do
  port=$(sed -n 's|^listening on ws://.*:\([0-9]*\).*$|\1|p' "$reports/echo.log")
  [ -z "$port" ] || break
  kill -0 "$echo_id" 2>/dev/null || fail "echo ended at its start: $(cat "$reports/echo.log")"
  sleep 0.1
done
[ -n "$port" ] || fail 'echo did not say within 10 s where it listens'

echo "== running $cases against port $port"
passed=true
AUTOBAHN_VENV=$suite "$tools/run.sh" "$port" "$reports" "$cases" || passed=false
kill -0 "$echo_id" 2>/dev/null || fail "echo did not survive the run: $(tail "$reports/echo.log")"
"$passed" || fail "not every case passed: see the totals above and $reports/shard-*/index.html"

# The suite lets these pass.
python3 - "$reports"/shard-*/index.json <<'EOT'
import collections, json, sys

cases = [(case, result) for file in sys.argv[1:] for agent in json.load(open(file)).values() for case, result in agent.items()]
worse = sorted(case for case, result in cases for key in ("behavior", "behaviorClose") if result[key] not in ("OK", "INFORMATIONAL"))
totals = collections.Counter(result["behavior"] for _, result in cases)
print(f"== {len(cases)} cases:", ", ".join(f"{name} {count}" for name, count in sorted(totals.items())))
sys.exit(f"error: neither OK nor informational: {' '.join(worse)}" if worse else 0)
EOT
