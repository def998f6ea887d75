#!/usr/bin/env bash
# Compiles what only the features runtime-benchmarks and try-runtime have: the benchmarks of all pallets, and what an
# upgrade is tried with. No other build or test has these features. A change that breaks this code would be found when
# somebody measures weights or tries a release, by whoever does. `make lint` runs it with --check; `make test` does not,
# because from nothing it compiles the SDK once more (not done after a quarter of an hour on two busy cores).
#
#   scripts/check-features.sh            compiles, and runs each benchmark once, as a test
#   scripts/check-features.sh --check    only compiles, as `make lint` does
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$AICPW_ROOT"

say() { printf 'features: %s\n' "$*"; }
# In a folder of its own, because a build of the runtime without its Wasm makes the next one build that again. Nothing
# here needs it.
export CARGO_TARGET_DIR=$CARGO_TARGET_DIR/features SKIP_WASM_BUILD=1

say "checking the runtime with runtime-benchmarks and try-runtime, in $CARGO_TARGET_DIR"
cargo check --locked -p aicpw-runtime --all-targets --features runtime-benchmarks,try-runtime
if [ "${1:-}" = --check ]; then exit; fi

# On each pallet's mock, not on the runtime: `make weights` runs them there.
packages=()
for folder in pallets/*/; do packages+=(-p "pallet-$(basename "$folder")"); done
say "running each benchmark once, on the mocks"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
cargo test --locked --no-fail-fast "${packages[@]}" --features runtime-benchmarks --lib benchmarking:: | tee "$log"
if grep -q '^running 0 tests' "$log"; then
    say "a pallet has no benchmark that runs as a test: impl_benchmark_test_suite! makes them"
    exit 1
fi
