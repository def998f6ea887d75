#!/usr/bin/env bash
# Tests of scripts/setup.sh on machines that are made up: each is a folder with all the programs that the script
# finds there. What stands in for apt-get installs nothing, and writes down what it was asked for.
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

# Debian: MACHINE/would-remove is what has to go for its Rust, MACHINE/asked what apt-get was asked for. It never installs.
debian() {
    program dpkg-query <<<'exit 1'
    program apt-cache <<<'exit 0'
    program apt-get <<'TXT'
echo "$*" >>"$MACHINE/asked"
case " $* " in
    *" -s "*" rustc-web "*) if [ -e "$MACHINE/would-remove" ]; then sed 's/.*/Remv & [1.0]/' "$MACHINE/would-remove"; fi ;;
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
    said=$(env -i PATH="$machine/bin" HOME="$machine/home" OCL_ICD_VENDORS="$machine/vendors" MACHINE="$machine" \
        "$BASH" "$top/scripts/setup.sh" "$@" 2>&1 </dev/null) || status=$?
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
for mode in "" lint npm faketime; do
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
says " take the place of your cargo and rustc: \`apt-get remove cargo rustc\`, or rustup, https://rustup.rs"
never_says "rustup target add"
never_asks 'install -y'

name="nothing goes unasked, whatever happens after it was looked at"
new_machine 0
debian
system_packages
set_up
fails
says "apt-get could not install: rustc-web"
asks ' install .*--no-remove .* rustc-web'

if [ "$failures" -gt 0 ]; then exit 1; fi
echo "the set-up does what it should"
