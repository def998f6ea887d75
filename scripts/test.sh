#!/usr/bin/env bash
# make test: all tests, whatever fails in between; what failed is said at the end. `make test` has built the programs.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/scripts/env.sh"
cd "$top"

say() { printf '\n==> %s\n' "$*"; }
failed=()
skipped=()
# Runs a command and remembers, by a name for people, if it failed.
try() {
    local name=$1
    shift
    say "$name"
    "$@" || failed+=("$name")
}

# What lacks its tools fails in CI, and is skipped elsewhere.
lacks() { if [ "${CI:-}" = true ]; then failed+=("$1"); else skipped+=("$1"); fi; }

# What only reads the code comes first: it takes seconds. Clippy has to compile, and comes last.
has_lint=yes
if ! scripts/setup.sh lint; then
    has_lint=
    lacks "formatting and clippy: they need rustfmt and clippy; what is missing is said above"
fi
if [ -n "$has_lint" ]; then try "formatting" make SAY=: fmt-check; fi
scripts/setup.sh shellcheck \
    || lacks "shellcheck of the scripts: what is missing is said above"
try "pages and scripts" make SAY=: docs-check
try "one build for programs and tests" scripts/check-one-build.sh

# Without it the tests against kubo say that they are skipped; with it they must find it.
scripts/kubo.sh --if-possible
if [ -x "$AICPW_CACHE/kubo/ipfs" ]; then
    export AICPW_KUBO_REQUIRED=1
else
    skipped+=("the tests against kubo, an ordinary IPFS peer: they need Go to build it")
fi

# Nodes with a wrong clock.
if scripts/setup.sh faketime; then
    export AICPW_FAKETIME_REQUIRED=1
else
    skipped+=("nodes whose clock is wrong: they need libfaketime; what is missing is said above")
fi

# The tests of a full disk mount a small one: only root can, and not in every container. Where it can be done
# here they must do it.
small=$(mktemp -d)
if mount -t tmpfs -o size=256k aicpw-test "$small" 2>/dev/null; then
    umount "$small"
    export AICPW_DISK_REQUIRED=1
else
    skipped+=("a job's folder, the IPFS store and a node on a full disk: they need root, in a container --cap-add SYS_ADMIN")
fi
rmdir "$small"

# What is not checked yet has no name, where the file system of temporary files has such files.
case $(stat -f -c %T "${TMPDIR:-/tmp}") in
    btrfs | ext2/ext3 | tmpfs | xfs) export AICPW_UNNAMED_FILES_REQUIRED=1 ;;
esac

try "tests of the set-up" scripts/test-setup.sh
try "tests of the IPFS process" \
    env CARGO_TARGET_DIR="$AICPW_IPFS_TARGET_DIR" cargo test --locked --manifest-path ipfs/Cargo.toml
try "tests of the workspace" cargo test --locked --workspace --no-fail-fast

# Networks mostly wait for blocks and deadlines, and so do the tests of polkadot.js: beside each other they
# keep the cores busy. How many networks run at the same time is `Cluster`'s to say.
log=$(mktemp)
polkadot_js=
# What is not waited for any more does not go on alone.
end() {
    rm -f "$log"
    if [ -n "$polkadot_js" ]; then kill -- "-$polkadot_js" 2>/dev/null || true; fi
}
trap end EXIT
trap 'exit 130' INT TERM
# In a process group of its own, with what it starts.
set -m
scripts/polkadot-js.sh --if-possible </dev/null >"$log" 2>&1 &
polkadot_js=$!
set +m
try "tests of networks" env RUST_TEST_THREADS="$AICPW_NETWORK_THREADS" cargo test --locked --workspace --test networks
say "tests of polkadot.js (they ran beside the networks)"
wait "$polkadot_js" || failed+=("tests of polkadot.js")
polkadot_js=
cat "$log"
if grep -q '^polkadot-js: skipped' "$log"; then skipped+=("the tests of polkadot.js: they need Node.js with npm"); fi

# Every release of Rust has other lints. In the kept build output only what has changed is looked at again.
if [ -n "$has_lint" ]; then
    pinned=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
    rust=$(rustc -V)
    if [[ $rust == "rustc $pinned "* ]]; then
        try "clippy" make SAY=: clippy
    else
        skipped+=("clippy: its lints are to be those of Rust $pinned, and here is $rust")
    fi
fi

if [ ${#skipped[@]} -gt 0 ]; then
    say "skipped:"
    printf '    %s\n' "${skipped[@]}"
fi
if [ ${#failed[@]} -gt 0 ]; then
    say "failed:"
    printf '    %s\n' "${failed[@]}"
    exit 1
fi
if [ ${#skipped[@]} -gt 0 ]; then say "all others passed"; else say "all tests passed"; fi
