# shellcheck shell=bash
# Where a build of this checkout puts things and which toolchain it uses. Sourced by every recipe
# of the Makefile and by the scripts; source it yourself to run cargo as make does in CI.
# What does not depend on the machine stands in .cargo/config.toml.

AICPW_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export AICPW_ROOT
# Not every service and container says it.
HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}
export HOME
# What is kept between checkouts: CI's build output, a private Wasm toolchain.
export AICPW_CACHE=${AICPW_CACHE:-$HOME/.cache/aicpw}

# CI's checkout is new every time and its build output must outlive it. People get cargo's own
# defaults, so that a plain `cargo build` and `make build` share their output.
if [ -n "${CARGO_TARGET_DIR:-}" ]; then
    AICPW_IPFS_TARGET_DIR=$CARGO_TARGET_DIR-ipfs
elif [ "${CI:-}" = true ]; then
    CARGO_TARGET_DIR=$AICPW_CACHE/target
    AICPW_IPFS_TARGET_DIR=$CARGO_TARGET_DIR-ipfs
else
    CARGO_TARGET_DIR=$AICPW_ROOT/target
    AICPW_IPFS_TARGET_DIR=$AICPW_ROOT/ipfs/target
fi
export CARGO_TARGET_DIR AICPW_IPFS_TARGET_DIR
# All programs of the project: aicpw-node, aicpw-executor, aicpw-ipfs, aicpw, aicpw-bench.
export AICPW_BIN=$CARGO_TARGET_DIR/debug
# Those of `make release`, which operators install.
export AICPW_RELEASE=$CARGO_TARGET_DIR/release

# How many tests of networks run at once: what `Cluster` has room for (ROOM in zombienet/src/cluster.rs), and one for
# those that share a network.
export AICPW_NETWORK_THREADS=5

# rustup writes this folder into login shells only, and CI's shell is none.
case ":$PATH:" in
    *":${CARGO_HOME:-$HOME/.cargo}/bin:"*) ;;
    *) PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH ;;
esac

# What scripts/setup.sh found out about this machine: a toolchain other than the pinned one.
AICPW_MACHINE_ENV=$AICPW_CACHE/machine.sh
if [ -r "$AICPW_MACHINE_ENV" ]; then
    # shellcheck source=/dev/null
    . "$AICPW_MACHINE_ENV"
fi
