#!/bin/sh
# What yoke-vectors makes of its arguments.
#   runner_test.sh PROGRAM DATA
set -eu
program=$1
data=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

# expect STATUS LAST-LINE TEXT ARGUMENT... - run it; TEXT (may be empty) stands in what it prints.
expect() {
    status=$1 last=$2 text=$3
    shift 3
    got=0
    "$program" "$@" > "$dir/out" 2>&1 || got=$?
    if [ "$got" != "$status" ] || [ "$(tail -n 1 "$dir/out")" != "$last" ] ||
        ! grep -qF -- "$text" "$dir/out"; then
        echo "not ok: yoke-vectors $*: status $got, expected $status, \"$last\" and \"$text\""
        cat "$dir/out"
        failures=$((failures + 1))
    fi
}

usage='usage: yoke-vectors [-v] [--] FILE-or-DIR...'
mkdir -p "$dir/a b/deep/er" "$dir/none" "$dir/two"
gzip -dc "$data/lib0.jsonl.gz" | head -n 1 > "$dir/one.jsonl"
cp "$dir/one.jsonl" "$dir/a b/with space.jsonl"
gzip -c "$dir/one.jsonl" > "$dir/a b/deep/er/x.jsonl.gz"
cp "$dir/one.jsonl" "$dir/a b/deep/not taken.txt"
cp "$dir/one.jsonl" "$dir/two/-v.jsonl"
{ cat "$dir/one.jsonl"; printf '\n  \r\n{"id": "x", "updates": \n'; cat "$dir/one.jsonl"; } > "$dir/broken.jsonl"
printf '{"id": "future/1", "kind": "new"}\r\n[1]\n{}\n5\n' > "$dir/unknown.jsonl"
: > "$dir/empty.jsonl"
printf '%s' "$(cat "$dir/one.jsonl")" > "$dir/no newline.jsonl"
gzip -c "$dir/one.jsonl" | head -c 60 > "$dir/cut.jsonl.gz"

expect 2 "$usage" ''
expect 2 "$usage" '' -v
expect 2 "$usage" '' --all "$dir/one.jsonl"
expect 0 '1 passed, 0 failed, 0 skipped' '' "$dir/one.jsonl"
expect 0 '2 passed, 0 failed, 0 skipped' 'with space.jsonl' "$dir/a b"
expect 0 '4 passed, 0 failed, 0 skipped' '' "$dir/a b/" "$dir/two" "$dir/no newline.jsonl"
expect 0 '1 passed, 0 failed, 0 skipped' '' "$dir/a b/deep/not taken.txt"
expect 0 '1 passed, 0 failed, 0 skipped' 'passed' -v -- "$dir/two/-v.jsonl"
expect 0 '1 passed, 0 failed, 0 skipped' 'passed' "$dir/one.jsonl" -v
expect 0 '0 passed, 0 failed, 0 skipped' '' "$dir/empty.jsonl"
expect 1 '1 passed, 1 failed, 0 skipped' 'No such file' "$dir/missing.jsonl" "$dir/one.jsonl"
expect 1 '0 passed, 1 failed, 0 skipped' 'no vector files' "$dir/none"
expect 1 '2 passed, 1 failed, 0 skipped' 'broken.jsonl:4: not JSON' "$dir/broken.jsonl"
expect 1 '0 passed, 1 failed, 3 skipped' 'unknown.jsonl:1: future/1: skipped' "$dir/unknown.jsonl"
expect 1 '0 passed, 1 failed, 0 skipped' 'cut.jsonl.gz' "$dir/cut.jsonl.gz"
[ "$failures" = 0 ]
