#!/usr/bin/env bash
# Builds the runtime of a commit as it is published: optimised, compressed, and without a trace of the
# machine that built it. Two people with the same compiler get the same bytes.
#
#   scripts/release-runtime.sh [COMMIT]            writes aicpw-runtime.wasm into the build output
#   scripts/release-runtime.sh --keep [COMMIT]     writes it into releases/, which tests upgrade from
#   scripts/release-runtime.sh --check             builds what is in releases/ again and compares
#
# It says the hash (BLAKE2b, 256 bits), which is what a referendum decides on.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
# shellcheck source=scripts/own-folder.sh
. "$AICPW_ROOT/scripts/own-folder.sh"
cd "$AICPW_ROOT"

say() { printf 'release: %s\n' "$*" >&2; }
record=releases/previous.toml
# The runtime knows the hash of its metadata, so that hardware wallets can show what they sign.
features=metadata-hash
mode=build
case "${1:-}" in
    --keep | --check) mode=${1#--}; shift ;;
esac
if [ "$mode" = check ]; then
    commit=$(sed -n 's/^commit = "\(.*\)"$/\1/p' "$record")
    features=$(sed -n 's/^features = "\(.*\)"$/\1/p' "$record")
else
    commit=$(git rev-parse --verify "${1:-HEAD}^{commit}")
fi

# The names of symbols, and with them the order of functions, follow from where the sources and the build
# output are: so they are in one place on every machine.
fixed=/tmp/aicpw-release
# Whoever could write there could have another runtime built, and their own programs run.
own_folder "$fixed" || {
    say "$fixed is not this user's own folder, or others can write to it: remove it, or ask whose it is"
    exit 1
}
exec 9>"$fixed/lock"
flock -n 9 || { say "another build goes on in $fixed: wait for its end"; exit 1; }
source=$fixed/source
git worktree prune
git worktree remove --force "$source" 2>/dev/null || true
git worktree add --quiet --detach "$source" "$commit"
trap 'git -C "$AICPW_ROOT" worktree remove --force "$source"' EXIT

cargo_home=${CARGO_HOME:-$HOME/.cargo}
flags="--remap-path-prefix=$fixed=/aicpw"
for registry in "$cargo_home"/registry/src/*/; do
    flags+=" --remap-path-prefix=${registry%/}=/registry"
done
say "building the runtime of $commit in $fixed"
(
    cd "$source"
    unset SKIP_WASM_BUILD
    env CARGO_TARGET_DIR="$fixed/target" WASM_BUILD_TYPE=release WASM_BUILD_RUSTFLAGS="$flags" \
        cargo build --locked --package aicpw-runtime --features "$features" >&2
)
built=$fixed/target/debug/wbuild/aicpw-runtime/aicpw_runtime
if grep -qaF -e "$HOME" -e "$cargo_home" "$built.compact.wasm"; then
    say "the runtime names folders of this machine: a path is not in --remap-path-prefix"
    exit 1
fi
wasm=$built.compact.compressed.wasm
hash=$(b2sum -l 256 "$wasm" | cut -d ' ' -f 1)

case $mode in
    check)
        kept=$(sed -n 's/^hash = "0x\(.*\)"$/\1/p' "$record")
        if [ "$hash" != "$kept" ]; then
            say "built 0x$hash, but $record says 0x$kept (compilers: $(rustc --version) here, see $record)"
            exit 1
        fi
        say "the same: 0x$hash"
        ;;
    keep)
        version=$(sed -n 's/^ *spec_version: \([0-9]*\),$/\1/p' "$source/runtime/src/lib.rs")
        cp "$wasm" releases/previous.wasm
        cat >"$record" <<RECORD
# The release whose runtime is in previous.wasm. Written by scripts/release-runtime.sh --keep.
spec_version = $version
commit = "$commit"
features = "$features"
hash = "0x$hash"
compiler = "$(rustc --version)"
RECORD
        say "releases/previous.wasm is release $version: 0x$hash"
        say "raise spec_version, and empty Migrations in runtime/src/configs/governance/emergency.rs of what it migrates"
        # Marks of releases that nothing is upgraded from any more.
        say "what is due to go (ADR 18: look there before):"
        { git grep -nE '// RELEASE-[0-9]+:' -- '*.rs' || true; } | awk -F 'RELEASE-' -v kept="$version" '$2 + 0 < kept' >&2
        ;;
    build)
        mkdir -p "$CARGO_TARGET_DIR"
        cp "$wasm" "$CARGO_TARGET_DIR/aicpw-runtime.wasm"
        say "$CARGO_TARGET_DIR/aicpw-runtime.wasm, $(wc -c <"$wasm") bytes: 0x$hash"
        ;;
esac
