#!/usr/bin/env bash
# conformance.sh [server|client] [--all|--brief|CASES]: runs the Autobahn suite, by default in both directions: against the server
# `examples/echo`, and as the server of `examples/autobahn_client`. Every case must be OK or informational, none non-strict, and what
# was worth compressing must have been compressed.
#
# CASES is a comma-separated list of patterns such as "1.*,6.4.1". By default these are all but most of the compression cases; --all
# are all 517, which take an hour; --brief are those that take seconds, on examples that are not optimised.
#
# conformance.sh --install: only installs the suite, where CPython 2.7 is at hand, which it runs on. It exits with 3 when the suite
# cannot be had, and says why in its last line.
#
# It needs the folder `shared` beside the project, which holds the suite's tools, gcc, and apt where CPython 2.7 is not at hand.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

readonly tools=../shared/tools/autobahn
# All of the suite's 216 compression cases take twenty minutes; these have every set of parameters.
readonly compression=$(echo 12.{1..5}.{1,4} 13.{1..7}.{1,4} | tr ' ' ,)
readonly uncompressed='1.*,2.*,3.*,4.*,5.*,6.*,7.*,10.*'

main() {
  local python_missing=: direction directions=(server client) cases=$uncompressed,9.*,$compression profile=release
  while [ $# -gt 0 ]; do
    case $1 in
      server | client) directions=("$1") ;;
      --all) cases='*' ;;
      --brief) cases=$uncompressed,9.7.1,$(echo 12.1.4 13.{1..7}.4 | tr ' ' ,) profile=dev ;;
      --install) directions=() python_missing=miss ;;
      -*) fail "unknown option $1" ;;
      *) cases=$1 ;;
    esac
    shift
  done
  mkdir -p "${CARGO_TARGET_DIR:-target}/autobahn"
  target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
  suite=$target/autobahn/suite
  export AUTOBAHN_VENV=$suite
  install
  examples=$target/${profile/dev/debug}/examples
  [ ${#directions[@]} = 0 ] || build "$profile"
  for direction in "${directions[@]}"; do
    reports=$target/autobahn/$direction
    mkdir -p "$reports"
    "test_$direction" "$cases"
  done
}

fail() {
  echo "error: $*" >&2
  exit 1
}

# The suite cannot be had: that says nothing about the project.
miss() {
  echo "$*" >&2
  exit 3
}

install() {
  [ -x "$tools/setup.sh" ] || miss "the suite's tools are not there: $tools"
  [ ! -e "$suite/installed" ] || return 0
  command -v gcc >/dev/null || miss 'gcc is missing, which the suite is built with'
  local python
  python=$(find_python) || "$python_missing" 'CPython 2.7 is missing, which the suite runs on: name one in PY27'
  echo "== installing the Autobahn suite into $suite"
  rm -rf "$suite"
  if ! PY27=$python "$tools/setup.sh" "$suite" >"$suite.log" 2>&1; then
    miss "the suite could not be installed: $(tail -n 1 "$suite.log")"
  fi
  touch "$suite/installed"
}

# A wrapper that stands for a Python that is not installed runs nothing.
find_python() {
  local python
  for python in "${PY27:-}" "$(command -v python2.7)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/2.7*/bin/python2.7; do
    [ -n "$python" ] && "$python" -c 'import sys; print(sys.executable)' 2>/dev/null && return
  done
  return 1
}

build() {
  echo '== building the examples'
  cargo build --locked --workspace --profile "$1" --example echo --example autobahn_client
}

test_server() {
  local port='' echo_id
  "$examples/echo" --port 0 >"$reports/echo.log" 2>&1 &
  echo_id=$!
  # shellcheck disable=SC2064 # the id of now
  trap "kill $echo_id 2>/dev/null || true" EXIT
  for _ in {1..100}; do
    port=$(sed -n 's|^listening on ws://.*:\([0-9]*\).*$|\1|p' "$reports/echo.log")
    [ -z "$port" ] || break
    kill -0 "$echo_id" 2>/dev/null || fail "echo ended at its start: $(cat "$reports/echo.log")"
    sleep 0.1
  done
  [ -n "$port" ] || fail 'echo did not say within 10 s where it listens'

  echo "== server: running $1 against port $port"
  local passed=true
  "$tools/run.sh" "$port" "$reports" "$1" || passed=false
  kill -0 "$echo_id" 2>/dev/null || fail "echo did not survive the run: $(tail "$reports/echo.log")"
  kill "$echo_id"
  judge "$reports"/shard-*
  "$passed" || fail "not every case has a result: see $reports"
}

test_client() {
  local port
  port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
  echo "== client: running $1 at port $port"
  local passed=true
  LIMIT=5400 "$tools/run-server.sh" "$port" "$reports" "$1" -- "$examples/autobahn_client" || passed=false
  grep -q '^[0-9]* cases$' "$reports/client.log" || fail "the client did not come to its end: $(tail "$reports/client.log")"
  judge "$reports"
  "$passed" || fail "not every case has a result: see $reports"
}

# judge FOLDER...: the suite itself lets cases pass that are not strict or not implemented.
judge() {
  python3 - "$@" <<'EOT' || fail "not every case passed: see $reports"
import collections, json, sys

cases, worse, plain = collections.Counter(), [], []
for folder in sys.argv[1:]:
    with open(f"{folder}/index.json") as index:
        (results,) = json.load(index).values()
    for case, result in results.items():
        cases[result["behavior"]] += 1
        if not {result["behavior"], result["behaviorClose"]} <= {"OK", "INFORMATIONAL"}:
            worse.append(case)
        if case.startswith(("12.", "13.")):
            with open(f"{folder}/{result['reportfile']}") as report:
                traffic = json.load(report)["trafficStats"]
            # What the suite sends is what it gets back: where its own compression gains, ours must gain, too, but for short messages.
            mean = traffic["outgoingOctetsAppLevel"] / max(traffic["outgoingWebSocketMessages"], 1)
            if mean >= 256 and traffic["outgoingCompressionRatio"] < 0.95 and traffic["incomingCompressionRatio"] >= 1:
                plain.append(case)
totals = ", ".join(f"{name} {count}" for name, count in sorted(cases.items()))
print(f"== {cases.total()} cases: {totals}")
for what, wrong in ("neither OK nor informational", worse), ("not compressed", plain), ("no cases", [] if cases else ["at all"]):
    if wrong:
        print(f"{what}: {' '.join(wrong)}", file=sys.stderr)
sys.exit(bool(worse or plain or not cases))
EOT
}

main "$@"
