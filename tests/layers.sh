#!/bin/sh
# tests/layers.sh: includes point one way (docs/ARCHITECTURE.md). Prints every include that a folder may not have.
# FOLDER: prefixes it may include. Generated tables (*.def, *.inc) and system headers are free.
set -u
bad=0
check() {
    folder=$1; shift
    for file in "$folder"/*.c "$folder"/*.h; do
        [ -f "$file" ] || continue
        sed -n 's/^#include "\(.*\)"$/\1/p' "$file" | while read -r header; do
            ok=no
            case $header in *.def|*.inc) ok=yes ;; esac
            for prefix in "$@"; do case $header in "$prefix"*) ok=yes ;; esac; done
            [ $ok = yes ] || echo "$file: may not include \"$header\""
        done
    done
}
out=$(
    check base base/
    check kernels base/ kernels/
    check models base/ kernels/ models/
    check sim base/ sim/
    check algorithms base/ models/ algorithms/ sim/plan.h sim/net.h
    for folder in algorithms/*/; do # of one scheme, or of a few alike: the interface, what is common, its own
        check "${folder%/}" base/ models/ algorithms/scheme.h algorithms/view.h algorithms/common/ "$folder" sim/plan.h sim/net.h
    done | grep -v '^algorithms/common/'
    check algorithms/common base/ models/ algorithms/scheme.h algorithms/view.h algorithms/common/ sim/plan.h sim/net.h sim/radio.h
    for folder in results results/*/; do check "${folder%/}" base/ results/ sim/trace.h sim/plan.h; done
    check scenarios base/ models/ algorithms/ scenarios/ sim/
)
if [ -n "$out" ]; then
    echo "$out"
    bad=1
fi
# Memory has one source, and below cli/ nothing prints or exits.
stray=$(grep -nE '\b(malloc|calloc|realloc)\(' base/*.c kernels/*.c models/*.c sim/*.c algorithms/*.c algorithms/*/*.c results/*.c results/*/*.c scenarios/*.c cli/*.c cli/*/*.c |
        grep -v '^base/arena.c:')
[ -z "$stray" ] || { echo "$stray: only base/arena.c allocates"; bad=1; }
loud=$(grep -nE '(^|[^a-z_])(printf|puts|putchar|exit|abort)\(' base/*.c kernels/*.c models/*.c sim/*.c algorithms/*.c algorithms/*/*.c results/*.c results/*/*.c scenarios/*.c)
[ -z "$loud" ] || { echo "$loud: only cli/ prints and exits"; bad=1; }
exit $bad
