# shellcheck shell=bash
# A development chain of one node that is also a provider. Sourced by the scripts that show the
# product at work; what they start ends with them.

say() { printf '\n==> %s\n' "$*"; }

# aicpw, at the node that start_node started. env.sh says where it is.
# shellcheck disable=SC2153
aicpw() { "$AICPW_BIN/aicpw" --url "$node_url" "$@"; }

node_state=
node_pid=
node_url=

stop_node() {
    if [ -n "$node_pid" ] && kill -0 "$node_pid" 2>/dev/null; then
        kill "$node_pid"
        wait "$node_pid" 2>/dev/null || true
    fi
    [ -z "$node_state" ] || rm -rf "$node_state"
}

# start_node LOG [OPTION...]: starts the chain, with more options for the node, and waits until it
# answers.
start_node() {
    local log=$1
    shift
    trap stop_node EXIT
    trap 'exit 130' INT TERM
    node_state=$(mktemp -d "${TMPDIR:-/tmp}/aicpw-node.XXXXXX")
    # What aicpw keeps for its user is of use as long as this chain is.
    export AICPW_PINS=$node_state/pins AICPW_DATA_KEYS=$node_state/data-keys
    : >"$log"
    say "starting a development chain whose node is also a provider (log: $log)"
    "$AICPW_BIN/aicpw-node" --dev --base-path "$node_state" --provider \
        --compiled-runtimes "$AICPW_BIN/compiled-runtimes" \
        --rpc-port 0 --rpc-methods unsafe --listen-addr /ip4/127.0.0.1/tcp/0 \
        --ipfs-listen /ip4/127.0.0.1/tcp/0 --no-mdns \
        --no-prometheus --no-telemetry "$@" >"$log" 2>&1 </dev/null &
    node_pid=$!
    # A few seconds, or minutes on a machine that is busy with other things: what counts is that the
    # node lives. The bound is for one that hangs.
    local limit=900 told=0
    SECONDS=0
    while :; do
        node_url=$(sed -n 's/.*Running JSON-RPC server: addr=\([^, ]*\).*/ws:\/\/\1/p' "$log" | head -n 1)
        [ -z "$node_url" ] || break
        if ! kill -0 "$node_pid" 2>/dev/null; then
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
    echo "the node answers at $node_url"
}

# register_provider: Bob becomes a provider, with the devices of the node that start_node started.
register_provider() {
    say "Bob registers as a provider with this machine's OpenCL devices"
    aicpw --suri //Bob provider register --stake 1000 --ask 0.5 --timeout 15m
}
