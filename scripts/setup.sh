#!/usr/bin/env bash
# Makes this machine able to build, test and run the project, and says what it does. Where all is
# there it only looks (well under a second), so that `make build`, `test` and `demo` can begin with it.
#
# Debian and Ubuntu: installs what is missing through apt-get (as root, or with sudo). Elsewhere: says exactly what is
# missing, all of it at once. Nothing is ever removed or downgraded: where that is needed it says so.
#
# With the argument `npm` it does the same for Node.js and npm, and nothing else: only the tests of
# polkadot-js/ need them, and on Debian npm is some 350 packages. With `faketime` for libfaketime, which gives the
# nodes of a test wrong clocks. With `lint` for Rust, its formatter and its linter, which nothing is built with. With
# `shellcheck` for the program of that name, which reads scripts. With `container` for what boots a Debian in a folder,
# which only `make try-units` does.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$AICPW_ROOT" # rust-toolchain.toml counts from here

say() { printf 'setup: %s\n' "$*"; }
die() {
    printf '\nsetup: %s\n' "$1" >&2
    shift
    if [ $# -gt 0 ]; then printf '       %s\n' "$@" >&2; fi
    exit 1
}

# Elsewhere everything that is missing would be told of the wrong thing.
[ "$(uname -s)" = Linux ] \
    || die "AICPW needs Linux, for the sandbox in which jobs run is made of it; this is $(uname -s)." \
        "Use a machine with Linux, a virtual machine, or a container as in packaging/docker/Dockerfile."

pinned=$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$AICPW_ROOT/rust-toolchain.toml")
oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$AICPW_ROOT/Cargo.toml")
wasm_target=wasm32v1-none
wasm_toolchain=debian-wasm
wasm_toolchain_dir=$AICPW_CACHE/$wasm_toolchain

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The line of a program's output FILE that says why it failed.
reason() { grep -m 1 -i '^error' "$1" || tail -n 1 "$1"; }
export RUST_BACKTRACE=0 # rustup's own would drown the reason

# ---- apt --------------------------------------------------------------------------------------

has_apt() { command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; }

as_root=()
# Sets as_root to what makes a command root's; fails where nothing does.
can_be_root() {
    [ "$(id -u)" -eq 0 ] && return
    # Asking for a password is fine for a person, and hangs a machine.
    command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } && as_root=(sudo)
}

apt_update() {
    # One source of many may be out of order without harm: the install decides.
    "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 update -qq >"$scratch/apt" 2>&1 \
        || say "apt-get update complains ($(reason "$scratch/apt")); trying to install all the same"
}

# Does this system's archive have the package? A fresh container's lists are empty.
apt_has() {
    apt-cache show "$1" >/dev/null 2>&1 && return
    can_be_root && apt_update && apt-cache show "$1" >/dev/null 2>&1
}

# The packages that would go if these were installed, in a line.
apt_would_remove() {
    apt-get -s install --no-install-recommends "$@" 2>/dev/null \
        | sed -n 's/^Remv \([^ ]*\).*/\1/p' | paste -sd ' ' || true
}

# Whether a package is installed, for checks whose tool is itself missing.
is_installed() { [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }

apt_command() { echo "apt-get update && apt-get install -y --no-remove --no-install-recommends $*"; }

# apt_install OTHERWISE PACKAGE…: OTHERWISE says what serves as well, if anything does. Fails where nothing makes us
# root, and where other packages would have to go for them; die_if_lacking says what to do.
apt_install() {
    local otherwise=$1 gone
    shift
    if can_be_root; then apt_update; fi
    gone=$(apt_would_remove "$@")
    if [ -n "$gone" ]; then
        lack "- Debian's $* take the place of your ${gone// / and }:" \
            "  \`apt-get remove $gone\`${otherwise:+, or $otherwise}"
        return 1
    fi
    if ! can_be_root; then
        lacks_packages+=("$@")
        if [ -n "$otherwise" ]; then serves_as_well+=("  in place of $*: $otherwise"); fi
        return 1
    fi
    say "installing with apt-get: $*"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        install -y -qq --no-remove --no-install-recommends "$@" >"$scratch/apt" 2>&1 </dev/null \
        || { cat "$scratch/apt" >&2; die "apt-get could not install: $*" "$(apt_command "$@")"; }
}

# ---- what somebody else has to install ---------------------------------------------------------

lacks=()
lack() { lacks+=("$@"); }
# Debian packages, which take root, and lines about what serves in place of some.
lacks_packages=() serves_as_well=()
# All of it is said together, and all packages in one command: nobody is sent off twice.
die_if_lacking() {
    if [ ${#lacks_packages[@]} -gt 0 ]; then
        lack "- Debian packages, as root: $(apt_command "${lacks_packages[@]}")" \
            ${serves_as_well[@]+"${serves_as_well[@]}"}
    fi
    [ ${#lacks[@]} -eq 0 ] && return
    has_apt || die "this is no Debian or Ubuntu, so please install yourself and start again:" "${lacks[@]}"
    die "please do this and start again:" "${lacks[@]}"
}

# ---- what the system must have ----------------------------------------------------------------

has_compilers() { command -v cc >/dev/null && command -v c++ >/dev/null && command -v make >/dev/null; }
has_pkg_config() { command -v pkg-config >/dev/null; }
has_protoc() { command -v protoc >/dev/null; }
has_openssl() {
    if has_pkg_config; then pkg-config --exists openssl 2>/dev/null; else is_installed libssl-dev; fi
}
has_opencl_loader() {
    command -v cc >/dev/null || { is_installed ocl-icd-opencl-dev; return; }
    echo 'int main(void) { return 0; }' | cc -xc - -lOpenCL -o "$scratch/opencl" 2>/dev/null
}
has_pocl() { compgen -G "${OCL_ICD_VENDORS:-/etc/OpenCL/vendors}/*pocl*.icd" >/dev/null; }
has_certificates() { compgen -G '/etc/ssl/cert*' >/dev/null; }

# A line each: check, Debian package, what it is and what needs it.
needs=(
    "has_compilers|build-essential|a C and a C++ compiler and make (native parts of the SDK)"
    "has_pkg_config|pkg-config|pkg-config (finds OpenSSL)"
    "has_protoc|protobuf-compiler|protoc (the network protocols of the SDK)"
    "has_openssl|libssl-dev|OpenSSL with headers (libp2p)"
    "has_opencl_loader|ocl-icd-opencl-dev|the OpenCL loader, libOpenCL (the executor links to it)"
    "has_pocl|pocl-opencl-icd|PoCL, OpenCL on the processor (the tests and the demo run on it)"
    "has_certificates|ca-certificates|certificates of authorities (cargo downloads over TLS)"
)

check_system() {
    local row check package what packages=() lines=()
    for row in "${needs[@]}"; do
        IFS='|' read -r check package what <<<"$row"
        "$check" && continue
        packages+=("$package")
        lines+=("- $what; on Debian: $package")
    done
    [ ${#packages[@]} -eq 0 ] && return
    if ! has_apt; then
        lack "${lines[@]}"
        return
    fi
    apt_install "" "${packages[@]}" || return 0
    for row in "${needs[@]}"; do
        IFS='|' read -r check package what <<<"$row"
        "$check" || die "$package is installed and yet this is not found: $what"
    done
}

# ---- compilers and how to try them -------------------------------------------------------------

debian_rust=(rustc-web cargo-web rust-web-src rust-web-llvm)

# Installs them, with the linker of the LLVM that they are built with: to that they link, and do not depend on it.
install_debian_rust() {
    local lld
    lld=$(apt-cache show --no-all-versions rust-web-llvm 2>/dev/null \
        | sed -n 's/^Depends:.*[ ,]llvm-\([0-9]*\).*/lld-\1/p') || true
    apt_install "$1" "${debian_rust[@]}" ${lld:+"$lld"}
}

# Is the version that `COMMAND… -V` prints at least the workspace's rust-version?
new_enough() {
    local version
    version=$("$@" -V 2>/dev/null | sed -n 's/^[a-z]* \([0-9.]*\).*/\1/p') && [ -n "$version" ] \
        && [ "$(printf '%s\n%s\n' "$oldest" "$version" | sort -V | head -n 1)" = "$oldest" ]
}

# Exactly what the runtime's build needs: compiles and links for the Wasm target.
builds_wasm() {
    printf '#![no_std]\n#[panic_handler]\nfn panic(_: &core::panic::PanicInfo) -> ! { loop {} }\n' \
        | "$@" --edition 2021 --target "$wasm_target" --crate-type cdylib --crate-name probe \
            -o "$scratch/probe.wasm" - >"$scratch/wasm" 2>&1
}

# ---- what is particular to this machine, for later shells through scripts/env.sh ---------------

# A value that changes compiles the SDK again, so a choice that still works is kept.
settings=()
if [ -r "$AICPW_MACHINE_ENV" ]; then mapfile -t settings < <(grep -v '^#' "$AICPW_MACHINE_ENV"); fi

# remember NAME LINE: LINE sets NAME from now on; forget NAME: nothing does.
remember() {
    forget "$1"
    settings+=("$2")
    eval "$2"
}
forget() {
    local kept=() line
    for line in ${settings[@]+"${settings[@]}"}; do
        [[ $line =~ ^(export )?"$1"= ]] || kept+=("$line")
    done
    settings=(${kept[@]+"${kept[@]}"})
}
write_settings() {
    if [ ${#settings[@]} -eq 0 ]; then
        rm -f "$AICPW_MACHINE_ENV"
        return
    fi
    printf '%s\n' '# Written by scripts/setup.sh: the toolchain of this machine, read by scripts/env.sh.' \
        "${settings[@]}" >"$scratch/machine.sh"
    cmp -s "$scratch/machine.sh" "$AICPW_MACHINE_ENV" && return
    mkdir -p "$AICPW_CACHE"
    cp "$scratch/machine.sh" "$AICPW_MACHINE_ENV"
}

# ---- Rust -------------------------------------------------------------------------------------

rust_through_rustup() {
    if [ -n "${RUSTUP_TOOLCHAIN:-}" ]; then
        new_enough rustc && return
        say "the toolchain of RUSTUP_TOOLCHAIN=$RUSTUP_TOOLCHAIN is missing or older than $oldest; looking for another"
        unset RUSTUP_TOOLCHAIN
        forget RUSTUP_TOOLCHAIN
    fi
    new_enough rustup run "$pinned" rustc && return
    say "rustup installs Rust $pinned (pinned in rust-toolchain.toml)"
    if timeout 900 rustup toolchain install "$pinned" --profile minimal -c clippy -c rustfmt -t "$wasm_target" \
        >"$scratch/rustup" 2>&1 </dev/null; then
        return
    fi
    say "rustup could not: $(reason "$scratch/rustup")"
    local name
    for name in $(rustup toolchain list | sed 's/ .*//' | grep -v "^$wasm_toolchain$"); do
        if [[ $name != nightly* ]] && new_enough rustup run "$name" rustc; then
            say "using the installed toolchain $name instead"
            remember RUSTUP_TOOLCHAIN "export RUSTUP_TOOLCHAIN=$name"
            return
        fi
    done
    lack_rust "none that rustup has installed is. With a connection: rustup toolchain install $pinned"
}

has_rust=yes lacks_target=''
lack_rust() {
    has_rust='' lacks_target=yes
    lack "- Rust $oldest or newer: $1"
}

check_rust() {
    if command -v rustup >/dev/null; then
        rust_through_rustup
    elif new_enough rustc && command -v cargo >/dev/null; then
        :
    elif has_apt && apt_has "${debian_rust[0]}"; then
        say "no Rust of $oldest or newer here: Debian's will do (rustup serves as well: https://rustup.rs)"
        install_debian_rust "rustup, https://rustup.rs, without root" || { has_rust=''; return 0; }
        new_enough /usr/bin/rustc \
            || die "Debian's Rust, $(/usr/bin/rustc -V), is older than $oldest." \
                "Install rustup from https://rustup.rs and start again."
    else
        lack_rust "rustup installs it, https://rustup.rs"
    fi
}

# ---- the Wasm target of the runtime -----------------------------------------------------------

# The compiler that wasm-builder will call.
wasm_rustc() {
    if [ -n "${WASM_BUILD_TOOLCHAIN:-}" ]; then
        builds_wasm rustup run "$WASM_BUILD_TOOLCHAIN" rustc
    else
        builds_wasm rustc
    fi
}

wasm_from_debian() {
    local lld otherwise="rustup, https://rustup.rs, without root"
    if command -v rustup >/dev/null; then otherwise="with a connection: rustup target add $wasm_target"; fi
    if ! [ -x /usr/bin/cargo ] || ! [ -x /usr/bin/rust-lld ] || ! [ -d /usr/lib/rustlib/src/rust/library ] \
        || ! new_enough /usr/bin/rustc; then
        install_debian_rust "$otherwise" || return 0
    fi
    # Where nothing said which linker they link to.
    lld=$(readlink /usr/bin/rust-lld)
    [ -x "/usr/bin/$lld" ] || apt_install "$otherwise" "$lld" || return 0
    say "making a toolchain for $wasm_target out of Debian's Rust: compiling core and alloc (half a minute)"
    "$AICPW_ROOT/scripts/wasm-toolchain.sh" "$wasm_toolchain_dir"
    if command -v rustup >/dev/null; then
        rustup toolchain link "$wasm_toolchain" "$wasm_toolchain_dir" 2>"$scratch/rustup" \
            || { cat "$scratch/rustup" >&2; die "rustup could not link $wasm_toolchain_dir"; }
        remember WASM_BUILD_TOOLCHAIN "export WASM_BUILD_TOOLCHAIN=$wasm_toolchain"
    else
        # wasm-builder takes another toolchain only through rustup, so this one builds everything.
        remember PATH "PATH=\"$wasm_toolchain_dir/bin:\$PATH\""
    fi
    wasm_rustc || {
        cat "$scratch/wasm" >&2
        die "the toolchain made for $wasm_target does not work; the errors are above"
    }
}

check_wasm() {
    local how="rustup target add $wasm_target" why
    # Where there is no Rust it cannot be tried: by itself Rust has none. To Debian's it is added here.
    if [ -z "$has_rust" ]; then
        [ -z "$lacks_target" ] || lack "- its Wasm target, $wasm_target (the runtime): $how"
        return
    fi
    wasm_rustc && return
    if [ -n "${WASM_BUILD_TOOLCHAIN:-}" ]; then
        say "the toolchain $WASM_BUILD_TOOLCHAIN cannot build for $wasm_target (any more); looking for another"
        unset WASM_BUILD_TOOLCHAIN
        forget WASM_BUILD_TOOLCHAIN
        wasm_rustc && return
    fi
    if command -v rustup >/dev/null; then
        say "rustup adds the target $wasm_target"
        if timeout 300 rustup target add "$wasm_target" >"$scratch/rustup" 2>&1 </dev/null && wasm_rustc; then
            return
        fi
        say "rustup could not: $(reason "$scratch/rustup")"
    fi
    why=$(reason "$scratch/wasm")
    if command -v rustup >/dev/null && builds_wasm rustup run "$wasm_toolchain" rustc; then
        say "using the toolchain $wasm_toolchain that is linked already"
        remember WASM_BUILD_TOOLCHAIN "export WASM_BUILD_TOOLCHAIN=$wasm_toolchain"
        return
    fi
    if ! has_apt || ! apt_has "${debian_rust[0]}"; then
        lack "- the Wasm target of the Rust in use, $wasm_target (the runtime): $how, or with a distribution's Rust its" \
            "  package of core for that target. Now: $why"
        return
    fi
    wasm_from_debian
}

# ---- formatter and linter ----------------------------------------------------------------------

has_lint() { cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; }

# The packages with those of the Rust in use, if it is one of Debian's.
debian_lint() {
    local owner
    owner=$(dpkg-query -S "$(readlink -f "$(command -v cargo)")" 2>/dev/null) || return 0
    case ${owner%%:*} in
        cargo-web) echo rustfmt-web rust-web-clippy ;;
        cargo) echo rustfmt rust-clippy ;;
    esac
}

check_lint() {
    local packages=()
    has_lint && return
    if command -v rustup >/dev/null; then
        say "rustup adds the components rustfmt and clippy"
        timeout 300 rustup component add rustfmt clippy >"$scratch/rustup" 2>&1 </dev/null \
            || die "rustup could not: $(reason "$scratch/rustup")" \
                "With a connection: rustup component add rustfmt clippy"
    elif has_apt && read -ra packages < <(debian_lint); then
        apt_install "" "${packages[@]}" || die_if_lacking
    fi
    has_lint || die "\`cargo fmt\` or \`cargo clippy\` is missing: the Rust in use, $(command -v cargo), comes without." \
        "With rustup: rustup component add rustfmt clippy. With a distribution's Rust: its packages of rustfmt and clippy."
}

check_shellcheck() {
    command -v shellcheck >/dev/null && return
    has_apt || die "shellcheck is missing (https://www.shellcheck.net)."
    apt_install "" shellcheck || die_if_lacking
    command -v shellcheck >/dev/null || die "the package shellcheck is installed and the program is not found."
}

# ---- Node.js ----------------------------------------------------------------------------------

oldest_node=$(sed -n 's/^ *"node": ">=\(.*\)"$/\1/p' "$AICPW_ROOT/polkadot-js/package.json")
node_version() { node --version 2>/dev/null | sed 's/^v//'; }
has_node() {
    command -v npm >/dev/null && [ -n "$(node_version)" ] \
        && [ "$(printf '%s\n%s\n' "$oldest_node" "$(node_version)" | sort -V | head -n 1)" = "$oldest_node" ]
}

check_node() {
    has_node && return
    has_apt || die "Node.js $oldest_node or newer with npm is missing (https://nodejs.org)."
    apt_install "Node.js from https://nodejs.org" nodejs npm || die_if_lacking
    has_node || die "what apt-get installed is Node.js $(node_version); $oldest_node or newer is needed (https://nodejs.org)."
}

# ---- clocks -----------------------------------------------------------------------------------

# Where `stand-in/src/clock.rs` looks for it.
has_faketime() {
    compgen -G '/usr/lib*/faketime/libfaketimeMT.so.1' >/dev/null \
        || compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null
}

check_faketime() {
    has_faketime && return
    has_apt || die "libfaketime is missing (https://github.com/wolfcw/libfaketime)."
    apt_install "" libfaketime || die_if_lacking
    has_faketime || die "the package libfaketime is installed and its library is not where it is looked for."
}

# ---- containers -------------------------------------------------------------------------------

has_container() { command -v debootstrap >/dev/null && command -v systemd-nspawn >/dev/null; }

check_container() {
    has_container && return
    has_apt || die "debootstrap or systemd-nspawn is missing (https://systemd.io)."
    apt_install "" debootstrap systemd-container || die_if_lacking
    has_container || die "debootstrap and systemd-container are installed and their programs are not found."
}

# ---- all together -----------------------------------------------------------------------------

case ${1:-} in
    npm)
        check_node
        exit
        ;;
    faketime)
        check_faketime
        exit
        ;;
    lint)
        check_rust
        die_if_lacking
        check_lint
        write_settings
        exit
        ;;
    shellcheck)
        check_shellcheck
        exit
        ;;
    container)
        check_container
        exit
        ;;
esac

check_system
check_rust
check_wasm
die_if_lacking
write_settings
say "ready: $(rustc -V), build output in $CARGO_TARGET_DIR"
