#!/usr/bin/env bash
# make polkadot-js: the tests of polkadot-js/, against a development chain of one node that is also a
# provider. What it starts ends with it; the node's log stays in polkadot-js/node.log.
#
# --if-possible: where there is no Node.js with npm, say so and succeed.
# --runtime FILE: the chain has this runtime, of `make runtime`, instead of the build's own. It knows the hash of
# its metadata, and the tests sign over it whatever they send.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/scripts/env.sh"
. "$top/scripts/dev-node.sh"
tests=$top/polkadot-js
if_possible=false
runtime=
while [ $# -gt 0 ]; do
    case $1 in
        --if-possible) if_possible=true ;;
        --runtime)
            runtime=${2:?--runtime needs a file}
            shift
            ;;
        *)
            echo "polkadot-js: $1 is no option: --if-possible, --runtime FILE" >&2
            exit 2
            ;;
    esac
    shift
done

if ! "$top/scripts/setup.sh" npm; then
    $if_possible || exit 1
    echo "polkadot-js: skipped; what is missing is said above" >&2
    exit 0
fi

# npm ci takes a while and always begins from nothing.
if ! cmp -s "$tests/package-lock.json" "$tests/node_modules/installed-from.json"; then
    say "installing what the tests of polkadot.js need"
    npm ci --prefix "$tests" --no-audit --no-fund
    cp "$tests/package-lock.json" "$tests/node_modules/installed-from.json"
fi

chain=()
if [ -n "$runtime" ]; then
    "$AICPW_BIN/aicpw-node" export-chain-spec --chain dev |
        node "$tests/src/with-runtime.js" "$runtime" >"$tests/chain-spec.json"
    chain=(--chain "$tests/chain-spec.json")
    export AICPW_METADATA_HASH=1
fi

# An explorer's node keeps everything, and has methods that others do not.
start_node "$tests/node.log" --state-pruning archive --blocks-pruning archive \
    --enable-offchain-indexing true "${chain[@]}"
say "tests of polkadot.js"
AICPW_URL=$node_url npm test --silent --prefix "$tests"
