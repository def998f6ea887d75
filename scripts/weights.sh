#!/usr/bin/env bash
# Measures the weights of our pallets, and of what the runtime does around a transaction, on the runtime's Wasm and
# writes their weights.rs. Arguments: pallets (pallet_tasks, …) or fair_order; all of them if there is none. STEPS and
# REPEAT set how much is measured. The tool is the SDK's own, in a program without RocksDB (bench/weights).
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$AICPW_ROOT"

say() { printf 'weights: %s\n' "$*"; }
pallets=("$@")
if [ ${#pallets[@]} -eq 0 ]; then pallets=(pallet_provider_staking pallet_tasks pallet_matching pallet_market_clock pallet_market_parameters pallet_draw_randomness pallet_disputes fair_order); fi

# In the cache, because nothing else has its dependencies, and they are many.
tool=$AICPW_CACHE/weights
say "compiling what measures, in $tool (the first time it takes as long as the node)"
# Among its dependencies is a runtime that it does not use, and whose Wasm would take minutes.
CARGO_TARGET_DIR=$tool SKIP_WASM_BUILD=1 cargo build --locked --release --manifest-path bench/weights/Cargo.toml
bencher=$tool/release/aicpw-bench-weights

# Other features than the node's, so another folder: the node's build output stays as it is.
target=$CARGO_TARGET_DIR/weights
say "compiling the runtime with its benchmarks into $target"
# Optimised as the runtime is that a referendum decides on (release-runtime.sh).
CARGO_TARGET_DIR=$target WASM_BUILD_TYPE=release \
    cargo build --locked --package aicpw-runtime --features runtime-benchmarks
wasm=$target/debug/wbuild/aicpw-runtime/aicpw_runtime.compact.compressed.wasm

for pallet in "${pallets[@]}"; do
    case $pallet in
    fair_order) output=runtime/src/transactions/fair_order/weights.rs ;;
    *)
        folder=pallets/${pallet#pallet_}
        output=${folder//_/-}/src/weights.rs
        ;;
    esac
    say "measuring $pallet, into $output"
    # Nobody records proofs of our blocks, which a relay chain would want.
    "$bencher" --disable-proof-recording --runtime "$wasm" --genesis-builder runtime \
        --pallet "$pallet" --extrinsic '*' --steps "${STEPS:-20}" --repeat "${REPEAT:-10}" --min-duration 1 \
        --template scripts/weights.hbs --output "$output" --no-median-slopes --no-min-squares
done
say "done: look at the difference, run the tests, and commit"
