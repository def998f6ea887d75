#!/usr/bin/env bash
# Tests of scripts/setup.sh on machines that are made up: each is a folder with all the programs that the script
# finds there. What stands in for apt-get installs nothing, and writes down what it was asked for.
# And of scripts/own-folder.sh, at the end.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# ---- machines ---------------------------------------------------------------------------------

# program NAME: makes a program of the machine out of a script.
program() {
    { echo "#!$BASH"; cat; } >"$machine/bin/$1"
    chmod +x "$machine/bin/$1"
}

# new_machine USER-ID: one with nothing but what every system has.
new_machine() {
    local tool
    machine=$(mktemp -d "$scratch/machine.XXXXXX")
    mkdir "$machine/bin" "$machine/home" "$machine/vendors"
    for tool in bash cat cmp cp cut dirname env grep head mkdir mktemp paste readlink rm sed sort tail timeout; do
        ln -s "$(type -P "$tool")" "$machine/bin/$tool"
    done
    program id <<<"echo $1"
    program uname <<<'echo Linux'
}

# Debian: MACHINE/would-remove is what has to go for its Rust, MACHINE/installed what is there, MACHINE/asked what
# apt-get was asked for. It never installs.
debian() {
    touch "$machine/would-remove" "$machine/installed" "$machine/asked"
    program dpkg-query <<'TXT'
if grep -q -x "${!#}" "$MACHINE/installed"; then echo "install ok installed"; else exit 1; fi
TXT
    program apt-cache <<<'echo "Depends: libc6 (>= 2.34), llvm-22"'
    program apt-get <<'TXT'
echo "$*" >>"$MACHINE/asked"
case " $* " in
    *" -s "*" rustc-web "*) sed 's/.*/Remv & [1.0]/' "$MACHINE/would-remove" ;;
    *" -s "* | *" update "*) ;;
    *) echo "E: This machine is made up" >&2 && exit 100 ;;
esac
TXT
}

# Everything that is not Rust.
system_packages() {
    local tool
    program cc <<<'cat >/dev/null'
    for tool in c++ make pkg-config protoc; do program "$tool" <<<'exit 0'; done
    : >"$machine/vendors/pocl.icd"
}

# What Debian 12 has in `rustc` and `cargo`.
old_rust() {
    program rustc <<<'echo "rustc 1.63.0"'
    program cargo <<<'echo "cargo 1.65.0"'
}

# set_up [ARGUMENT]: runs the script there. Leaves its status in $status, and what it says in $said.
set_up() {
    status=0
    said=$(env -i PATH="$machine/bin" HOME="$machine/home" MACHINE="$machine" \
        OCL_ICD_VENDORS="$machine/vendors" "$BASH" "$top/scripts/setup.sh" "$@" 2>&1 </dev/null) || status=$?
}

# ---- what is expected of them -----------------------------------------------------------------

fail() {
    printf 'FAILED: %s: %s\n' "$name" "$1"
    printf '    %s\n' "${said//$'\n'/$'\n'    }"
    failures=$((failures + 1))
}
fails() { [ "$status" -eq 1 ] || fail "it ended with $status"; }
says() { [[ $said == *"$1"* ]] || fail "it does not say: $1"; }
# asks EXPRESSION: apt-get was asked for something of that kind.
asks() { grep -q -e "$1" "$machine/asked" || fail "apt-get was not asked for: $1"; }
never_asks() { ! grep -q -e "$1" "$machine/asked" || fail "apt-get was asked for: $(grep -e "$1" "$machine/asked")"; }
never_says() { [[ $said != *"$1"* ]] || fail "it says: $1"; }

# ---- tests ------------------------------------------------------------------------------------

name="a system that is not Linux"
new_machine 1000
program uname <<<'echo Darwin'
for mode in "" lint shellcheck npm faketime container; do
    set_up ${mode:+"$mode"}
    fails
    says "AICPW needs Linux"
    says "this is Darwin"
    never_says rustup
done

name="a Rust of the user's that Debian's other one would take the place of"
new_machine 0
debian
system_packages
old_rust
printf '%s\n' cargo rustc >"$machine/would-remove"
set_up
fails
says " take the place of your cargo and rustc:"
says " \`apt-get remove cargo rustc\`, or rustup, https://rustup.rs, without root"
never_says "rustup target add"
never_asks 'install -y'

name="nobody makes us root"
new_machine 1000
debian
set_up
fails
all="build-essential pkg-config protobuf-compiler libssl-dev ocl-icd-opencl-dev pocl-opencl-icd"
rust="rustc-web cargo-web rust-web-src rust-web-llvm lld-22"
says "Debian packages, as root: apt-get update && apt-get install -y --no-remove --no-install-recommends $all"
says " $rust"$'\n'
says "in place of $rust: rustup, https://rustup.rs, without root"
never_says "rustup target add"
never_asks 'install -y'
never_asks update
lines=$(grep -c 'apt-get' <<<"$said")
[ "$lines" -eq 1 ] || fail "$lines lines name apt-get"
# What their checks need is not there yet: they are.
printf '%s\n' libssl-dev ocl-icd-opencl-dev >"$machine/installed"
set_up
fails
says " build-essential pkg-config protobuf-compiler pocl-opencl-icd"
never_says libssl-dev
never_says ocl-icd

name="nobody makes us root, and Debian's own Rust is too old"
new_machine 1000
debian
old_rust
printf '%s\n' cargo rustc >"$machine/would-remove"
set_up
fails
says " $all"
never_says "$all $rust"
says "\`apt-get remove cargo rustc\`, or rustup, https://rustup.rs, without root"

name="nobody makes us root, and rustup has no connection for the Wasm target"
new_machine 1000
debian
system_packages
program rustup <<'TXT'
case "$*" in
    *" rustc -V") echo "rustc 99.0.0" ;;
    *) echo "error: no connection" >&2 && exit 1 ;;
esac
TXT
program rustc <<<'exit 1'
set_up
fails
says "rustup could not: error: no connection"
# Debian's Rust is looked for where its packages put it, and may be on the machine that this runs on.
if ! [ -x /usr/bin/rust-lld ]; then
    says " --no-install-recommends $rust"$'\n'
    says "in place of $rust: with a connection: rustup target add wasm32v1-none"
fi

for mode in shellcheck npm faketime container; do
    name="nobody makes us root, and only $mode is wanted"
    new_machine 1000
    debian
    set_up "$mode"
    # The library may be on the machine that this runs on.
    if [ "$mode" = faketime ] && [ "$status" -eq 0 ]; then continue; fi
    fails
    says "Debian packages, as root"
    never_asks 'install -y'
done

name="Debian's Rust is there without its formatter and its linter"
new_machine 1000
debian
program rustc <<<'echo "rustc 99.0.0"'
program cargo <<<'exit 101'
program dpkg-query <<<'echo "cargo-web: /usr/bin/cargo"'
set_up lint
fails
says " --no-install-recommends rustfmt-web rust-web-clippy"

name="nothing is there, and no apt to install it with"
new_machine 0
set_up
fails
says "this is no Debian or Ubuntu, so please install yourself and start again:"
for package in $all; do says "; on Debian: $package"$'\n'; done
says "- Rust "
says "or newer: rustup installs it, https://rustup.rs"
says "- its Wasm target, wasm32v1-none (the runtime): rustup target add wasm32v1-none"
never_says apt-get

name="no apt, and a Rust without the Wasm target"
new_machine 0
system_packages
program rustc <<'TXT'
case "$*" in
    -V) echo "rustc 99.0.0" ;;
    *) echo "error: no core" >&2 && exit 1 ;;
esac
TXT
program cargo <<<'exit 0'
set_up
fails
says "this is no Debian or Ubuntu"
says "- the Wasm target of the Rust in use, wasm32v1-none (the runtime): rustup target add wasm32v1-none, or with a "
says "package of core for that target. Now: error: no core"
never_says "- Rust "
for package in $all; do never_says "$package"; done
never_says apt-get
# And with it all is there, if the machine that this runs on has certificates.
program rustc <<<'echo "rustc 99.0.0"'
set_up
if compgen -G '/etc/ssl/cert*' >/dev/null; then
    [ "$status" -eq 0 ] || fail "it ended with $status"
    says "ready: rustc 99.0.0"
fi

declare -A without_apt=(
    [lint]="- Rust "
    [shellcheck]="shellcheck is missing (https://www.shellcheck.net)"
    [npm]="with npm is missing (https://nodejs.org)"
    [faketime]="libfaketime is missing (https://github.com/wolfcw/libfaketime)"
    [container]="debootstrap or systemd-nspawn is missing (https://systemd.io)"
)
for mode in "${!without_apt[@]}"; do
    name="no apt, and only $mode is wanted"
    new_machine 0
    set_up "$mode"
    # The library may be on the machine that this runs on.
    if [ "$mode" = faketime ] && [ "$status" -eq 0 ]; then continue; fi
    fails
    says "${without_apt[$mode]}"
    for package in $all; do never_says "$package"; done
    never_says apt-get
done

name="no apt, and a Rust without its formatter and its linter"
new_machine 0
program rustc <<<'echo "rustc 99.0.0"'
program cargo <<<'exit 101'
set_up lint
fails
says "\`cargo fmt\` or \`cargo clippy\` is missing: the Rust in use, $machine/bin/cargo, comes without."
says "With rustup: rustup component add rustfmt clippy."
never_says apt-get

name="nothing goes unasked, whatever happens after it was looked at"
new_machine 0
debian
system_packages
set_up
fails
says "apt-get could not install: rustc-web"
asks ' install .*--no-remove .* rustc-web'

# ---- the folder in which the runtime is built ---------------------------------------------------

# shellcheck source=scripts/own-folder.sh
. "$top/scripts/own-folder.sh"
# owns FOLDER | refuses FOLDER
owns() {
    if ! own_folder "$1" || [ "$(stat -c %a "$1")" != 700 ]; then
        fail "own_folder takes $1, and nobody else may read it"
    fi
}
refuses() { if own_folder "$1"; then fail "own_folder refuses $1"; fi; }

name="a folder of one's own"
said=
owns "$scratch/new"
chmod 755 "$scratch/new"
owns "$scratch/new"
# What others have put there could be built.
for mode in 777 775 757 702; do
    mkdir -m "$mode" "$scratch/$mode"
    refuses "$scratch/$mode"
done
ln -s "$scratch/new" "$scratch/link"
refuses "$scratch/link"
touch "$scratch/file"
refuses "$scratch/file"
if [ "$(id -u)" = 0 ]; then
    mkdir "$scratch/theirs"
    chown 65534 "$scratch/theirs"
    refuses "$scratch/theirs"
fi

if [ "$failures" -gt 0 ]; then exit 1; fi
echo "the set-up does what it should"
