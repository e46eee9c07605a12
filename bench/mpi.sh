#!/bin/bash
# bench/mpi.sh [ROUNDS]: how much faster are two ranks of fogsim-mpi than one process, on a sweep of 200 points?
# In turns, on the same machine and disk; medians; the start of mpirun is part of its time. The ratio of wall clocks means
# something on an idle machine only. Where others compute, processor time says more: were two cores free, two ranks would
# be at most 2 x cpu(one) / cpu(two) times as fast. Exits 1 where that is below 1.8.
set -eu
rounds=${1:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
TIMEFORMAT='%R %U %S'
sweep() { # NAME PROGRAM...
    local name=$1
    shift
    { time "$@" sweep campus --vary seed=1..200 --scheme greedy --replications 1 --set "arrivals.duration=10 s" \
        --set record=summary --quiet --replace --db "$folder/$name.db"; } 2>>"$folder/$name"
}
one_process() { "$B/fogsim" "$@" --jobs 1; }
median() { sort -n | sed -n "$(( (rounds + 1) / 2 ))p"; }
wall() { cut -d' ' -f1 "$folder/$1" | median; }
cpu() { awk '{ print $2 + $3 }' "$folder/$1" | median; }
for round in $(seq "$rounds"); do
    sweep one one_process
    sweep two mpirun -n 2 --bind-to none "$B/fogsim-mpi"
done
awk -v one="$(wall one)" -v two="$(wall two)" -v cpu_one="$(cpu one)" -v cpu_two="$(cpu two)" -v rounds="$rounds" 'BEGIN {
    printf "200 points, medians of %d: one process %.2f s (processor %.2f s), two ranks %.2f s (%.2f s)\n", rounds, one, cpu_one, two, cpu_two
    printf "ratio of wall clocks %.2f, with two free cores at most %.2f\n", one / two, 2 * cpu_one / cpu_two
    exit 2 * cpu_one / cpu_two < 1.8 }'
