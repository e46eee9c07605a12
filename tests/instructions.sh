#!/bin/sh
# tests/instructions.sh [update]: instructions of every case of tests/instructions/count.c, counted by callgrind, against the table
# tests/instructions.tsv. Fails when one rose by more than 2 %, when a case is missing, and when one is not in the table. A fall is
# no fault, but the table should keep it: `make instructions-update`. Another compiler or libc than the table's executes other
# instructions: then counts are shown and nothing is compared.
set -eu
cd "$(dirname "$0")/.."
program=${COUNT:-build/count}
table=tests/instructions.tsv
folder=$(dirname "$program")
now=$folder/instructions.tsv
tab=$(printf '\t')

command -v valgrind >/dev/null || { echo "instructions: valgrind is not installed: run \`make deps\`"; exit 1; }

# What the counted code was built by, and with which flags, as the compiler wrote it into the object.
producer=$(readelf --debug-dump=info --dwarf-depth=1 "$folder/kernels/tile_avx2.o" 2>/dev/null |
           sed -n 's/.*DW_AT_producer *: *//p' | sed 's/^([^)]*): *//')
flags=$(printf '%s' "$producer" | sed -n 's/^[^-]* -/-/p')
tools="${producer%% -*}, $(getconf GNU_LIBC_VERSION)"

# Nothing of the user's environment but where libraries lie: LD_PRELOAD, VALGRIND_OPTS, ~/.valgrindrc and tunables change counts.
count() {
    rm -f "$folder/callgrind.out.$1"
    code=0
    env -i PATH="$PATH" LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}" \
        valgrind -q --command-line-only=yes --tool=callgrind --vgdb=no --combine-dumps=yes \
        --callgrind-out-file="$folder/callgrind.out.$1" "$program" --isa "$1" >"$folder/count.log" || code=$?
    cat "$folder/count.log"
    [ $code = 0 ] || return $code
    sed -n "s/^desc: Trigger: Client Request: /@/p; s/^totals: //p" "$folder/callgrind.out.$1" |
        awk -v isa="$1" -v OFS='\t' '/^@/ { name = substr($0, 2); next } name != "" { print name, isa, $1; name = "" }' >>"$now"
}
{
    echo "# Instructions of one run of each kernel: see tests/instructions.sh. Written by \`make instructions-update\`."
    echo "# tools: $tools"
    echo "# flags: $flags"
    echo "case${tab}isa${tab}instructions"
} >"$now"
without=
for isa in avx2 sse2; do
    code=0
    count $isa || code=$?
    case $code in
    0) ;;
    77) without="$without $isa" ;; # the CPU lacks it
    *) echo "instructions: counting with $isa failed"; exit 1 ;;
    esac
done
if [ "${1:-}" = update ]; then
    [ -z "$without" ] || { echo "instructions: a table without$without would lose cases: not written"; exit 1; }
    cp "$now" $table
    echo "instructions: $(($(wc -l <$table) - 4)) cases written to $table"
    exit 0
fi

table_tools=$(sed -n 's/^# tools: //p' $table)
table_flags=$(sed -n 's/^# flags: //p' $table)
compare=1
if [ "$tools" != "$table_tools" ]; then
    compare=0
    echo "instructions: built by $tools, the table by $table_tools: shown, not compared"
elif [ "$flags" != "$table_flags" ]; then
    printf 'instructions: built with the flags %s\n               and the table with %s\n' "$flags" "$table_flags"
fi
awk -F '\t' -v compare=$compare -v without="$without " '
    /^#/ || $1 == "case" { next }
    { key = $1 FS $2 }
    FNR == NR { before[key] = $3; order[++count] = key; next }
    key in now { print key ": counted twice"; failed++ }
    { now[key] = $3; if (!(key in before)) order[++count] = key }
    function line(what) { printf "%-34s %-5s %10s %10s %8s  %s\n", part[1], part[2], had, have, change, (compare ? what : "") }
    END {
        printf "%-34s %-5s %10s %10s %8s\n", "case", "isa", "before", "now", "change"
        for (i = 1; i <= count; i++) {
            key = order[i]
            split(key, part, FS)
            if (index(without, " " part[2] " ")) { skipped++; continue }
            had = key in before ? before[key] : "-"
            have = key in now ? now[key] : "-"
            change = had > 0 && have > 0 ? sprintf("%+.2f %%", 100 * (have / had - 1)) : "-"
            if (!(key in now)) { line("MISSING: no longer counted"); failed++ }
            else if (!(key in before)) { line("NEW: not in the table"); failed++ }
            else if (have > 1.02 * had) { line("ROSE by more than 2 %"); failed++ }
            else if (have < 0.98 * had) { line("fell"); fell++ }
            else { line(""); passed++ }
        }
        if (!compare) exit 0
        if (skipped) printf "instructions: %d cases not counted: this CPU has no%s\n", skipped, without
        if (fell) printf "instructions: %d fell by more than 2 %%: `make instructions-update` keeps the gain\n", fell
        printf "instructions: %d passed, %d failed\n", passed + fell, failed
        if (failed) print "instructions: if that is meant, `make instructions-update` and say why in the commit"
        exit failed > 0
    }' $table "$now"
