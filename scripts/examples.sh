#!/usr/bin/env bash
# make examples: the workloads of examples/, each from the command line to a checked result.
#
# Starts a development chain whose node is also a provider. Prepares each workload, submits it from
# another account, pays it, and checks its result with a program that has seen no node. Prints a table,
# and fails if any check failed. Everything it makes is under demo/examples in the checkout (or the
# folder given).
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/scripts/env.sh"
. "$top/scripts/dev-node.sh"

all=(search train matmul animation bring-your-own)

usage() {
    cat <<TXT
usage: scripts/examples.sh [--out DIR] [WORKLOAD...]
Runs the given workloads, or all: ${all[*]}
TXT
}

out=$top/demo/examples workloads=()
while [ $# -gt 0 ]; do
    case $1 in
        --out) out=$2; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        *)
            case " ${all[*]} " in
                *" $1 "*) workloads+=("$1"); shift ;;
                *) usage >&2; exit 2 ;;
            esac
            ;;
    esac
done
[ ${#workloads[@]} -gt 0 ] || workloads=("${all[@]}")

examples=$top/examples
search=(--header "$examples/search/input/genesis-header.hex")
train=(--digits "$examples/digits/digits.csv")
matmul=(--left "$examples/digits/digits.csv" --right "$examples/digits/digits.csv" --columns 64)
frame=(--width 240 --height 180)
animation=(--mesh "$examples/render/scene/teapot.obj" "${frame[@]}" --samples 16 --frames 18)

# prepare WORKLOAD TASK: makes the folder TASK with the workload's manifest and files.
prepare() {
    local task=$2
    case $1 in
        search) "$AICPW_BIN/aicpw-search" prepare "${search[@]}" --out "$task" ;;
        train) "$AICPW_BIN/aicpw-train" prepare "${train[@]}" --out "$task" ;;
        matmul) "$AICPW_BIN/aicpw-matmul" prepare "${matmul[@]}" --out "$task" ;;
        animation) "$AICPW_BIN/aicpw-render" prepare "${animation[@]}" --out "$task" ;;
        bring-your-own) cp -R "$examples/bring-your-own" "$task" ;;
    esac
}

# check WORKLOAD RESULT: fails if the result is not right, and says what was found.
check() {
    local result=$2 alive
    case $1 in
        search) "$AICPW_BIN/aicpw-search" check "${search[@]}" --result "$result/result.bin" ;;
        train) "$AICPW_BIN/aicpw-train" check "${train[@]}" --result "$result" ;;
        matmul) "$AICPW_BIN/aicpw-matmul" check "${matmul[@]}" --product "$result/product.bin" ;;
        animation)
            "$AICPW_BIN/aicpw-render" animation --image "$result/image.bin" "${frame[@]}" \
                --out "$result/frames" >/dev/null \
                && "$AICPW_BIN/aicpw-render" check "${animation[@]}" --image "$result/image.bin" --pixels 32
            ;;
        bring-your-own)
            (printf 'P5 512 512 1\n' && cat "$result/next.bin") >"$result/life.pgm"
            alive=$(tr -d '\0' <"$result/next.bin" | wc -c)
            echo "$alive cells are alive after 1103 generations, as has been known since 1971: 116"
            [ "$alive" -eq 116 ]
            ;;
    esac
}

# perform WORKLOAD: all of it. What the check says is left in check.txt.
perform() {
    local folder=$out/$1
    rm -rf "$folder"
    mkdir -p "$folder"
    say "$1: preparing the task"
    prepare "$1" "$folder/task" || return 1
    say "$1: Charlie submits it and waits for the result"
    aicpw --suri //Charlie submit "$folder/task/manifest.json" --budget 0.01 --time-limit 600s \
        --wait --accept --out "$folder/result" || return 1
    say "$1: checking the result"
    check "$1" "$folder/result" 2>&1 | tee "$folder/check.txt"
}

mkdir -p "$out"
start_node "$out/node.log"
register_provider

# field NAME FILE: a number in a result.json.
field() { sed -n "s/.*\"$1\": \"\{0,1\}\([0-9.]*\).*/\1/p" "$2"; }

row() { printf '%-15s %-8s %8s %10s  %s\n' "$@"; }

table=$(row workload check seconds paid found) failed=0
for workload in "${workloads[@]}"; do
    verdict=passed found='it did not get as far as its check' seconds=- paid=-
    perform "$workload" || { verdict=FAILED failed=1; }
    if [ -s "$out/$workload/check.txt" ]; then
        result=$out/$workload/result/result.json
        # Up to an empty line: behind it an error may have a backtrace.
        found=$(awk '/^$/ { exit } NR > 1 { printf "; " } { printf "%s", $0 }' "$out/$workload/check.txt")
        started=$(field started_milliseconds "$result")
        seconds=$(awk "BEGIN { printf \"%.1f\", ($(field committed_milliseconds "$result") - $started) / 1000 }")
        paid=$(field price "$result" | cut -c 1-10)
    fi
    table+=$'\n'$(row "$workload" "$verdict" "$seconds" "$paid" "$found")
done

say "what passed (seconds from the start to the commit; AICP paid)"
printf '%s\n' "$table"
printf '\nresults, pictures and logs are in %s\n' "$out"
exit "$failed"
