#!/usr/bin/env bash
# make demo: one node, one rendering, from the command line to the picture on disk.
#
# Starts a development chain whose node is also a provider, submits examples/render from another
# account, waits for the result, checks and pays it, writes a PNG, rates the provider, and stops
# what it started. Everything it makes is under demo/ in the checkout (or the folder given).
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/scripts/env.sh"
. "$top/scripts/dev-node.sh"

usage() {
    cat <<TXT
usage: make demo ARGS="[--width N] [--height N] [--samples N] [--mesh FILE.obj] [--out DIR]"
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

mkdir -p "$out"
start_node "$out/node.log"
register_provider

say "preparing the task: $(basename "$mesh"), ${width}x$height, $samples paths for each pixel"
"$AICPW_BIN/aicpw-render" prepare --mesh "$mesh" --out "$out/task" \
    --width "$width" --height "$height" --samples "$samples"

say "Charlie submits it and waits for the result"
aicpw --suri //Charlie submit "$out/task/manifest.json" --budget 0.01 --time-limit 600s \
    --wait --accept --out "$out/result"
task=$(sed -n 's/.*"task": *"\{0,1\}\([0-9][0-9]*\).*/\1/p' "$out/result/result.json" | head -n 1)

"$AICPW_BIN/aicpw-render" picture --image "$out/result/image.bin" --width "$width" \
    --out "$out/picture.png" >/dev/null

say "Charlie rates the provider"
aicpw --suri //Charlie task rate "$task" 5

say "what the chain keeps of it"
aicpw task show "$task"

say "the picture is $out/picture.png"
cat <<TXT

What next:
  make demo ARGS=--help    another mesh, a larger or a finer picture
  README.md, "By hand"     the same, command by command
  make network             4 validators and 2 providers, until Ctrl-C
TXT
