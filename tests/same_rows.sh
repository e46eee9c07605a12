#!/bin/sh
# tests/same_rows.sh PROGRAM...: every program gives the same rows for every bundled scenario, large ones made small
# (tests/small.sh). Start time, wall time and planning time are the only columns that may differ.
set -eu
. tests/small.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0
for scenario in scenarios/*.json; do
    name=$(basename "$scenario" .json)
    first=
    for program in "$@"; do
        rm -f "$folder/x.db"
        small "$name" "$program" run "$scenario" --db "$folder/x.db" --quiet --replications 3 --set record=ops
        sum=$(sqlite3 "$folder/x.db" "UPDATE run SET started_utc = '', wall_s = 0, planning_s = 0" .dump | sha256sum)
        [ -n "$first" ] || first=$sum
        if [ "$sum" = "$first" ]; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "$name: $program gives other rows than $1"
        fi
    done
done
echo "same rows: $passed passed, $failed failed"
[ $failed = 0 ]
