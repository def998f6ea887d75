#!/usr/bin/env bash
# Measures the weights of our pallets, and of what the runtime does around a transaction, on the runtime's Wasm and
# writes their weights.rs. Arguments: pallets (pallet_tasks, …) or fair_order; all of them if there is none. STEPS and
# REPEAT set how much is measured. The tool is the SDK's own, kept in the cache folder between checkouts.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$AICPW_ROOT"

say() { printf 'weights: %s\n' "$*"; }
# The release of the SDK that Cargo.toml pins; its bencher has the runtime's host functions.
bencher_version=0.28.0
tools=$AICPW_CACHE/tools
bencher=$tools/bin/frame-omni-bencher
pallets=("$@")
if [ ${#pallets[@]} -eq 0 ]; then pallets=(pallet_provider_staking pallet_tasks pallet_matching pallet_market_clock pallet_market_parameters pallet_draw_randomness pallet_disputes fair_order); fi

if ! [ -x "$bencher" ] || ! "$bencher" --version | grep -qF " $bencher_version"; then
    if ! compgen -G '/usr/lib/llvm-*/lib/libclang.so' >/dev/null; then
        # RocksDB, which the tool links, wants it for its bindings.
        if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
            say "installing with apt-get: libclang-dev clang"
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libclang-dev clang >/dev/null
        else
            say "libclang is missing, which frame-omni-bencher needs to be compiled; on Debian: apt-get install libclang-dev clang"
            exit 1
        fi
    fi
    say "compiling frame-omni-bencher $bencher_version once (more than half an hour on two cores)"
    CARGO_TARGET_DIR=$tools/target cargo install --quiet --locked --root "$tools" \
        --version "$bencher_version" frame-omni-bencher
    rm -rf "$tools/target"
fi

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
    "$bencher" v1 benchmark pallet --disable-proof-recording --runtime "$wasm" --genesis-builder runtime \
        --pallet "$pallet" --extrinsic '*' --steps "${STEPS:-20}" --repeat "${REPEAT:-10}" --min-duration 1 \
        --template scripts/weights.hbs --output "$output" --no-median-slopes --no-min-squares
done
say "done: look at the difference, run the tests, and commit"
