#!/usr/bin/env bash
# Checks the dependencies of all three workspaces against deny.toml. cargo-deny also reads a deny.exceptions.toml
# beside a workspace's manifest: bench/weights has one. The tool is compiled once and kept in the cache folder between
# checkouts; without it nothing is checked, so then this fails. The database of advisories comes from the network;
# where that cannot be had, everything else is still checked and the gap is said.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$AICPW_ROOT"

say() { printf 'deny: %s\n' "$*"; }
deny_version=0.20.2
tools=$AICPW_CACHE/tools
manifests=(Cargo.toml ipfs/Cargo.toml bench/weights/Cargo.toml)
PATH=$tools/bin:$PATH

if ! command -v cargo-deny >/dev/null; then
    say "compiling cargo-deny $deny_version once (minutes)"
    # Optimising it costs more than its few seconds of work.
    if ! CARGO_TARGET_DIR=$tools/target CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
        cargo install --quiet --locked --root "$tools" --version "$deny_version" cargo-deny; then
        say "no cargo-deny, so the dependencies are not checked. It comes from the crate registry: is there a connection?" >&2
        exit 1
    fi
    rm -rf "$tools/target"
fi
# Checks a workspace for what is named, by the one set of rules.
check() {
    local manifest=$1
    shift
    cargo deny --manifest-path "$manifest" --config deny.toml --locked check --hide-inclusion-graph "$@"
}
for manifest in "${manifests[@]}"; do
    echo "$manifest: licences, bans, sources"
    check "$manifest" licenses bans sources
done
if ! cargo deny --config deny.toml fetch db >/dev/null 2>&1; then
    echo "the database of advisories cannot be fetched here: advisories are not checked"
    exit 0
fi
for manifest in "${manifests[@]}"; do
    echo "$manifest: advisories"
    check "$manifest" advisories
done
