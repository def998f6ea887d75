#!/usr/bin/env bash
# make release: the programs that operators install, optimised and without the debug assertions of the SDK (ADR 2).
# They lie beside each other, as the node looks for them: in the build output, in the folder `release`.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$AICPW_ROOT"

say() { printf '\n==> %s\n' "$*"; }

say "1 of 2: aicpw-node, aicpw, aicpw-executor (from nothing: about half an hour on 2 cores, estimated)"
# The workspace, narrowed by targets: with `-p` other features of its dependencies would be compiled.
cargo build --locked --release --workspace --bin aicpw-node --bin aicpw --bin aicpw-executor
say "2 of 2: aicpw-ipfs (from nothing: some minutes)"
CARGO_TARGET_DIR="$AICPW_IPFS_TARGET_DIR" cargo build --locked --release --manifest-path ipfs/Cargo.toml
ln -sfn "$AICPW_IPFS_TARGET_DIR/release/aicpw-ipfs" "$AICPW_RELEASE/aicpw-ipfs"

say "the programs are in $AICPW_RELEASE; packaging/README.md says how to install them"
for program in aicpw-node aicpw aicpw-executor aicpw-ipfs; do
    if ! [ -x "$AICPW_RELEASE/$program" ]; then
        echo "$program is not there" >&2
        exit 1
    fi
    printf '    %s  %s\n' "$(du -hL "$AICPW_RELEASE/$program" | cut -f 1)" "$program"
done
