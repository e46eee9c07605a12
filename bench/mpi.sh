#!/bin/sh
# bench/mpi.sh [ROUNDS]: how much faster are two ranks of fogsim-mpi than one process, on a sweep of 200 points?
# In turns, on the same machine and disk; medians. The start of mpirun is part of its time. Exits 1 below 1.8.
set -eu
rounds=${1:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
sweep="sweep jetson2 --vary nodes.fog.count=1..200 --model alexnet --replications 8 --set record=summary --quiet --replace"
seconds() { # of a command
    start=$(date +%s%N)
    "$@" || exit 2
    echo $(( $(date +%s%N) - start ))
}
median() { sort -n "$1" | sed -n "$(( (rounds + 1) / 2 ))p"; }
for round in $(seq "$rounds"); do
    # shellcheck disable=SC2086
    seconds "$B/fogsim" $sweep --jobs 1 --db "$folder/one.db" >>"$folder/one"
    # shellcheck disable=SC2086
    seconds mpirun -n 2 --oversubscribe "$B/fogsim-mpi" $sweep --db "$folder/two.db" >>"$folder/two"
done
one=$(median "$folder/one")
two=$(median "$folder/two")
awk -v one="$one" -v two="$two" -v rounds="$rounds" 'BEGIN {
    ratio = one / two
    printf "200 points: one process %.2f s, two ranks %.2f s, ratio %.2f (medians of %d)\n", one / 1e9, two / 1e9, ratio, rounds
    exit ratio < 1.8 }'
