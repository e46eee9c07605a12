#!/bin/sh
# bench/mpi.sh [ROUNDS]: how much faster are two ranks of fogsim-mpi than one process, on a sweep of 200 points?
# In turns, on the same machine and disk; medians. The start of mpirun is part of its time. Exits 1 below 1.8.
set -eu
rounds=${1:-3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
sweep() { # DATABASE PROGRAM...
    database=$1
    shift
    "$@" sweep campus --vary seed=1..200 --scheme greedy --replications 1 --set "arrivals.duration=20 s" \
        --set record=summary --quiet --replace --db "$database"
}
seconds() { # of a command
    start=$(date +%s%N)
    "$@" || exit 2
    echo $(( $(date +%s%N) - start ))
}
median() { sort -n "$1" | sed -n "$(( (rounds + 1) / 2 ))p"; }
for round in $(seq "$rounds"); do
    seconds sweep "$folder/one.db" "$B/fogsim" >>"$folder/one"
    seconds sweep "$folder/two.db" mpirun -n 2 --oversubscribe "$B/fogsim-mpi" >>"$folder/two"
done
one=$(median "$folder/one")
two=$(median "$folder/two")
awk -v one="$one" -v two="$two" -v rounds="$rounds" 'BEGIN {
    ratio = one / two
    printf "200 points: one process %.2f s, two ranks %.2f s, ratio %.2f (medians of %d)\n", one / 1e9, two / 1e9, ratio, rounds
    exit ratio < 1.8 }'
