# Shared by the scripts: where things are, and which Node is used.  Sourced, not run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# A Node that bootstrap put into the project comes before the system's.
use_node() {
  if [ -x .node/bin/node ]; then
    export PATH="$root/.node/bin:$PATH"
  fi
}
use_node

# bootstrap [--test] - install what is missing; the Node it may have brought is used from here on.
bootstrap() {
  script/bootstrap "$@"
  use_node
}

export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false

say() { printf '\033[2m· %s\033[0m\n' "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# hash_of FILE-or-DIR... - one line that changes when any of the files does.
hash_of() {
  find "$@" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -print0 2>/dev/null |
    sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

# fresh STAMP HASH - true when STAMP holds HASH already.
fresh() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# npm_install DIR - install by lock file, once for every content of the lock file and every Node
# (packages bring other binaries for another one).
npm_install() {
  local dir=$1 hash
  hash=$(sha256sum "$dir/package-lock.json" | cut -d' ' -f1)-$(node --version)
  fresh "$dir/node_modules/.lock-hash" "$hash" && return 0
  say "npm packages of $dir"
  (cd "$dir" && npm ci --no-progress --loglevel=error)
  printf '%s' "$hash" > "$dir/node_modules/.lock-hash"
}

# pip_install DIR - what DIR/requirements.txt names, into DIR/.venv, once for every content and every Python.
pip_install() {
  local dir=$1 hash
  hash=$(sha256sum "$dir/requirements.txt" | cut -d' ' -f1)-$(python3 --version)
  fresh "$dir/.venv/.requirements-hash" "$hash" && return 0
  say "Python packages of $dir"
  python3 -m venv --clear "$dir/.venv"
  "$dir/.venv/bin/pip" install --quiet --disable-pip-version-check -r "$dir/requirements.txt"
  printf '%s' "$hash" > "$dir/.venv/.requirements-hash"
}
