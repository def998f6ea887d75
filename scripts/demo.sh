#!/usr/bin/env bash
# make demo: one node, one rendering, from the command line to the picture on disk.
#
# Starts a development chain whose node is also a provider, submits examples/render from another
# account, waits for the result, checks and pays it, writes a PNG, rates the provider, and stops
# what it started. Everything it makes is under demo/ in the checkout (or the folder given).
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/scripts/env.sh"

usage() {
    cat <<TXT
usage: scripts/demo.sh [--width N] [--height N] [--samples N] [--mesh FILE.obj] [--out DIR]
Renders FILE (default: the Utah teapot) at 480x360 with 32 paths for each pixel.
TXT
}

width=480 height=360 samples=32 mesh=$top/examples/render/scene/teapot.obj out=$top/demo
while [ $# -gt 0 ]; do
    case $1 in
        --width) width=$2; shift 2 ;;
        --height) height=$2; shift 2 ;;
        --samples) samples=$2; shift 2 ;;
        --mesh) mesh=$2; shift 2 ;;
        --out) out=$2; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

say() { printf '\n==> %s\n' "$*"; }

mkdir -p "$out"
state=$(mktemp -d "${TMPDIR:-/tmp}/aicpw-demo.XXXXXX")
log=$out/node.log
node=

stop() {
    if [ -n "$node" ] && kill -0 "$node" 2>/dev/null; then
        kill "$node"
        wait "$node" 2>/dev/null || true
    fi
    rm -rf "$state"
}
trap stop EXIT
trap 'exit 130' INT TERM

: >"$log"
say "starting a development chain whose node is also a provider (log: $log)"
"$AICPW_BIN/aicpw-node" --dev --base-path "$state" --provider \
    --rpc-port 0 --rpc-methods unsafe --listen-addr /ip4/127.0.0.1/tcp/0 \
    --ipfs-listen /ip4/127.0.0.1/tcp/0 --no-mdns \
    --no-prometheus --no-telemetry >"$log" 2>&1 </dev/null &
node=$!

# A few seconds, or minutes on a machine that is busy with other things: what counts is that the
# node lives. The bound is for one that hangs.
limit=900
url=
told=0
SECONDS=0
while :; do
    url=$(sed -n 's/.*Running JSON-RPC server: addr=\([^, ]*\).*/ws:\/\/\1/p' "$log" | head -n 1)
    [ -z "$url" ] || break
    if ! kill -0 "$node" 2>/dev/null; then
        tail -n 30 "$log" >&2
        echo "the node ended before it listened; its log is above" >&2
        exit 1
    fi
    if [ "$SECONDS" -ge "$limit" ]; then
        tail -n 30 "$log" >&2
        echo "the node did not listen within $limit s; its log is above" >&2
        exit 1
    fi
    if [ $((SECONDS - told)) -ge 10 ]; then
        told=$SECONDS
        echo "waiting for the node to listen, $SECONDS s so far; it says: $(tail -n 1 "$log")"
    fi
    sleep 0.1
done
echo "the node answers at $url"

aicpw() { "$AICPW_BIN/aicpw" --url "$url" "$@"; }

say "Bob registers as a provider with this machine's OpenCL devices"
aicpw --suri //Bob provider register --stake 1000 --ask 0.5 --timeout 15m

say "preparing the task: $(basename "$mesh"), ${width}x$height, $samples paths for each pixel"
"$AICPW_BIN/aicpw-render" prepare --mesh "$mesh" --out "$out/task" \
    --width "$width" --height "$height" --samples "$samples"

say "Charlie submits it and waits for the result"
aicpw --suri //Charlie submit "$out/task/manifest.json" --budget 1 --time-limit 600s \
    --verify optimistic=60s --wait --accept --out "$out/result"
task=$(sed -n 's/.*"task": *"\{0,1\}\([0-9][0-9]*\).*/\1/p' "$out/result/result.json" | head -n 1)

"$AICPW_BIN/aicpw-render" picture --image "$out/result/image.bin" --width "$width" \
    --out "$out/picture.png" >/dev/null

say "Charlie rates the provider"
aicpw --suri //Charlie task rate "$task" 5

say "what the chain keeps of it"
aicpw task show "$task"

say "the picture is $out/picture.png"
