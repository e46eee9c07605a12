#!/bin/sh
# tests/board.sh ARCHITECTURE EMULATOR: what a board would do with build/ARCHITECTURE/fogsim-calibrate, emulated,
# and what fogsim here does with the profile. The times mean nothing, so the models measured are the small
# stand-ins of tests/board.
set -eu
arch=$1 emulator=$2 build=${BUILD:-build}
top=$(pwd) board=$(mktemp -d)
trap 'rm -rf "$board"' EXIT
fail() { echo "tests/board.sh $arch: $*" >&2; exit 1; }

"$emulator" "$build/$arch/test"
cp "$build/$arch/fogsim-calibrate" "$board"
cd "$board" # where none of fogsim's data is
calibrate() { "$emulator" ./fogsim-calibrate "$@"; }
calibrate --self-test >log || { cat log; fail "a kernel differs from its reference"; }
echo "self-test: $(grep -c '  ok$' log) lines, all ok"
for isa in neon plain; do grep -q "^$isa " log || fail "no kernel was tested on $isa"; done
if [ "$arch" = armhf ]; then # NEON without fused multiply-add: not ours
    "$emulator" -cpu cortex-a9 ./fogsim-calibrate --self-test >log || fail "Cortex-A9: $(tail -n 1 log)"
    grep -q '^neon' log && fail "took the NEON of a Cortex-A9"
fi
calibrate --isa avx2 >log 2>&1 && fail "took --isa avx2"
grep -qF -- '--isa: want an instruction set of this CPU (neon, plain), have "avx2"' log || fail "$(cat log)"
calibrate --model none >log 2>&1 && fail "took a model that is not there"
grep -q 'alexnet_1tower.*resnet50.*vgg16' log || fail "the zoo is not inside: $(cat log)"

FOGSIM_DATA=$top/tests/board calibrate --quick --quiet --model resnet50 -o board.json
cd "$top"
"$build/fogsim" run jetson2 --profile "$board/board.json" --model nin --scheme dina --replications 1 --quiet \
    --db "$board/board.db" >"$board/log" || fail "the profile is not taken"

# A preset that names the profile runs at its times: both ratios are 1.
cp -r models scenarios "$board"
mkdir -p "$board/kernels"
cat >"$board/scenarios/devices/board.json" <<'END'
{"name": "board", "profile": "board", "conv_rate": "1 GFLOP/s", "fc_rate": "1 GB/s"}
END
FOGSIM_DATA=$board "$build/fogsim" list devices --profile "$board/board.json" | grep -q '^board  *conv x 1  .* fc x 1  ' ||
    fail "a preset does not take the profile"
echo "$arch: profile taken"
