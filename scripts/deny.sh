#!/usr/bin/env bash
# Checks the dependencies of both workspaces against deny.toml. The database of advisories comes
# from the network; where that cannot be had, everything else is still checked and the gap is said.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v cargo-deny >/dev/null; then
    echo "cargo-deny is not installed: dependencies are not checked (cargo install --locked cargo-deny)"
    exit 0
fi
for manifest in Cargo.toml ipfs/Cargo.toml; do
    echo "$manifest: licences, bans, sources"
    cargo deny --manifest-path "$manifest" --locked check --config deny.toml --hide-inclusion-graph licenses bans sources
done
if ! cargo deny fetch --config deny.toml db >/dev/null 2>&1; then
    echo "the database of advisories cannot be fetched here: advisories are not checked"
    exit 0
fi
for manifest in Cargo.toml ipfs/Cargo.toml; do
    echo "$manifest: advisories"
    cargo deny --manifest-path "$manifest" --locked check --config deny.toml --hide-inclusion-graph --disable-fetch advisories
done
