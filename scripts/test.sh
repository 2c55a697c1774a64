#!/usr/bin/env bash
# Runs every check of the project, on a fresh machine too. It needs Rust (rustup), Python 3.11, Node.js 20 with npm and, where
# Chromium or OpenSSL is missing, apt-get as root or with sudo. It installs Chromium and OpenSSL (Debian's packages `chromium` and
# `openssl`) and, in `tests/clients`, the clients of the end-to-end tests. Nothing that is there already is installed again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

readonly clients=tests/clients venv=tests/clients/.venv

main() {
  step 'needed programs' check_programs
  step 'openssl' install_openssl
  step 'chromium' install_chromium
  step 'python client' install_python_client
  step 'node clients' install_node_clients
  step 'format' cargo fmt --all --check
  step 'lints' cargo clippy --locked --workspace --all-targets -- -D warnings
  step 'lints of the features' lint_features
  step 'build' cargo build --locked --workspace --examples
  step 'tests' run_tests
  step 'conformance' run_conformance
  step 'doc tests' cargo test --locked --workspace --doc
  step 'documentation' env RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps
  running=
  echo "== everything passed in $SECONDS s"
}

# step NAME COMMAND...: announces the command, runs it, and tells how long it took.
step() {
  running=$1
  local start=$SECONDS
  shift
  echo "== $running: $*"
  "$@"
  echo "== $running: $((SECONDS - start)) s"
}

running=
trap '[ -z "$running" ] || echo "error: \`$running\` did not pass, see above" >&2' EXIT

fail() {
  echo "error: $*" >&2
  exit 1
}

check_programs() {
  command -v cargo >/dev/null || fail 'cargo is missing: install Rust with rustup'
  command -v python3 >/dev/null || fail 'python3 is missing: install Python 3.11 or newer'
  command -v node >/dev/null || fail 'node is missing: install Node.js 20 or newer'
  command -v npm >/dev/null || fail 'npm is missing: install it beside Node.js'
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$(python3 --version) is too old: 3.11 is needed"
  node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || fail "Node.js $(node --version) is too old: 20 is needed"
}

# The tests start the program that CHROMIUM names.
install_chromium() {
  if [ -z "${CHROMIUM:-}" ]; then
    command -v chromium >/dev/null || install_package chromium
    CHROMIUM=$(command -v chromium) || fail 'the package chromium brought no program of that name'
    export CHROMIUM
  fi
  "$CHROMIUM" --version || fail "\`$CHROMIUM\` does not run: name another Chromium in CHROMIUM"
}

install_openssl() {
  command -v openssl >/dev/null || install_package openssl
  openssl version
}

install_python_client() {
  cmp -s "$clients/requirements.txt" "$venv/installed.txt" && return
  python3 -c 'import ensurepip' 2>/dev/null || install_package python3-venv
  echo "installing into $venv: $(tr '\n' ' ' <"$clients/requirements.txt")"
  python3 -m venv --clear "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$clients/requirements.txt"
  cp "$clients/requirements.txt" "$venv/installed.txt"
}

install_node_clients() {
  local lock=$clients/package-lock.json installed=$clients/node_modules/installed.json
  cmp -s "$lock" "$installed" && return
  echo "installing into $clients/node_modules: what $lock names"
  (cd "$clients" && npm ci --ignore-scripts --no-audit --no-fund)
  cp "$lock" "$installed"
}

# install_package NAME: with apt-get, as root or with a sudo that does not ask.
install_package() {
  local root=()
  command -v apt-get >/dev/null || fail "\`$1\` is missing and there is no apt-get to install it with"
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || fail "\`$1\` is missing: install it as root with \`apt-get install $1\`"
    root=(sudo -n)
  fi
  echo "installing Debian's package $1"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null
}

# The workspace's members turn most features on: here they are off, or alone.
lint_features() {
  local features
  for features in '' client testing client,rustls client,jwt oauth2 proxy; do
    cargo clippy --locked -p ws-runtime --all-targets --no-default-features --features="$features" -- -D warnings
  done
  for features in --features=http2 --features=rustls --features=pkcs12 --features=client,tls-ring --features=jwt --features=introspection --all-features; do
    cargo clippy --locked -p ws-runtime --all-targets "$features" -- -D warnings
  done
}

# The per-test time limits of .config/nextest.toml need cargo-nextest; without it the tests have only their own.
run_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --workspace
  else
    cargo test --locked --workspace --lib --bins --tests --examples
  fi
}

# A sample of the Autobahn suite in both directions, where the suite can be had.
run_conformance() {
  local last_line status=0
  last_line=$(scripts/conformance.sh --install 2>&1 | tail -n 1) || status=$?
  case $status in
    0) scripts/conformance.sh --brief ;;
    3) echo "skipped: $last_line" ;;
    *) fail "$last_line" ;;
  esac
}

main
