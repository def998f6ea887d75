#!/usr/bin/env bash
# make polkadot-js: the tests of polkadot-js/, against a development chain of one node that is also a
# provider. What it starts ends with it; the node's log stays in polkadot-js/node.log.
#
# --if-possible: where there is no Node.js with npm, say so and succeed.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/scripts/env.sh"
. "$top/scripts/dev-node.sh"
tests=$top/polkadot-js

if ! "$top/scripts/setup.sh" npm; then
    [ "${1:-}" = --if-possible ] || exit 1
    echo "polkadot-js: skipped; what is missing is said above" >&2
    exit 0
fi

# npm ci takes a while and always begins from nothing.
if ! cmp -s "$tests/package-lock.json" "$tests/node_modules/installed-from.json"; then
    say "installing what the tests of polkadot.js need"
    npm ci --prefix "$tests" --no-audit --no-fund
    cp "$tests/package-lock.json" "$tests/node_modules/installed-from.json"
fi

# An explorer's node keeps everything, and has methods that others do not.
start_node "$tests/node.log" --state-pruning archive --blocks-pruning archive \
    --enable-offchain-indexing true
say "tests of polkadot.js"
AICPW_URL=$node_url npm test --silent --prefix "$tests"
