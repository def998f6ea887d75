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
    for tool in bash cat cmp cp cut dirname env grep head mkdir mktemp readlink rm sed sort tail timeout; do
        ln -s "$(type -P "$tool")" "$machine/bin/$tool"
    done
    program id <<<"echo $1"
    program uname <<<'echo Linux'
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

if [ "$failures" -gt 0 ]; then exit 1; fi
echo "the set-up does what it should"
