#!/usr/bin/env bash
# Builds kubo, the IPFS daemon that everybody else runs, from its source: our IPFS node is tested
# against it in both directions, and a node can use it in place of ours (--ipfs-rpc).
#
# It is kept in the cache: AICPW_CACHE/kubo/ipfs. A built one of the same version is left alone.
# It costs about three minutes of one processor and 100 MB of downloads, once.
#
# --if-possible: where it cannot be built say so and succeed.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

version=v0.43.0
folder=$AICPW_CACHE/kubo

say() { printf 'kubo: %s\n' "$*"; }

if [ "${1:-}" = --if-possible ]; then
    "${BASH_SOURCE[0]}" || say "not built; the tests against it will be skipped"
    exit 0
fi

if [ ! -x "$folder/$version/ipfs" ]; then
    if ! command -v go >/dev/null; then
        say "no Go here to build it with (https://go.dev/dl)" >&2
        exit 1
    fi
    say "building kubo $version with $(go env GOVERSION) (minutes, once)"
    mkdir -p "$folder"
    build=$(mktemp -d "$folder/build.XXXXXX")
    trap 'rm -rf "$build"' EXIT
    # In its own module: `go install` refuses one that excludes versions of others.
    source=$(cd "$build" && go mod download -json "github.com/ipfs/kubo@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
    cp -r "$source" "$build/kubo"
    chmod -R u+w "$build/kubo"
    # Without cgo it needs no C compiler and no headers.
    (cd "$build/kubo" && CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$build/ipfs" ./cmd/ipfs)
    mkdir -p "$folder/$version"
    mv "$build/ipfs" "$folder/$version/ipfs"
fi
ln -sfn "$version/ipfs" "$folder/ipfs"
say "$("$folder/ipfs" version) in $folder/ipfs"
