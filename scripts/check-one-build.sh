#!/usr/bin/env bash
# Checks that tests need no dependency with other features than the programs do: cargo would compile it once more for
# them, and all that depends on it, which can be most of the SDK. Dependencies that only tests have are no harm.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$AICPW_ROOT"

# One line for each package and set of features.
features() {
    cargo tree --locked --workspace --prefix none --format '{p} {f}' --edges "$1" | sed 's/ (\*)$//' | sort -u
}

programs=$(features no-dev)
tests=$(features normal,build,dev)
differ=$(
    comm -13 <(printf '%s\n' "$programs") <(printf '%s\n' "$tests") \
        | awk 'NR == FNR { known[$1 " " $2]; next } ($1 " " $2) in known' <(printf '%s\n' "$programs") -
)
if [ -n "$differ" ]; then
    echo "Tests need these dependencies with other features than the programs, so that cargo compiles them twice. Give" >&2
    echo "them all features in [workspace.dependencies]:" >&2
    printf '%s\n' "$differ" >&2
    exit 1
fi
