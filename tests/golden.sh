#!/bin/sh
# tests/golden.sh [update]: every bundled scenario's summary against tests/golden/, large ones made small (tests/small.sh).
# Guards against change, proves nothing: a difference is to be understood, then `sh tests/golden.sh update` and a CHANGELOG
# line marked results.
set -eu
. tests/small.sh
program=${FOGSIM:-build/fogsim}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0
for scenario in scenarios/*.json; do
    name=$(basename "$scenario" .json)
    small "$name" "$program" run "$scenario" --db "$folder/$name.db" --format csv >"$folder/$name.csv"
    [ "${1:-}" != update ] || cp "$folder/$name.csv" "tests/golden/$name.csv"
    if cmp -s "$folder/$name.csv" "tests/golden/$name.csv"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$name: its summary changed:"
        diff "tests/golden/$name.csv" "$folder/$name.csv" | head -n 6 || true
    fi
done
echo "golden: $passed passed, $failed failed"
[ $failed = 0 ]
