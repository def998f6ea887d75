#!/usr/bin/env bash
# make try-units: the units of packaging/systemd under a real systemd. A Debian 12 is made in a folder and booted as a
# container; in it the programs are installed as packaging/README.md says, the node runs a development chain and a
# provider as its unit, and a job is run in the sandbox inside the unit, paid for and checked. Then the node is
# restarted and stopped, and an account's books are looked at.
#
# It needs root, and Debian's packages debootstrap and systemd-container, which the set-up installs. The folder is kept
# for the next time (AICPW_CACHE/units, some 500 MB). It takes the programs of `make release` if they are there, else
# those of `make build`.
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$AICPW_ROOT"

say() { printf 'units: %s\n' "$*"; }
die() { printf 'units: %s\n' "$*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die "only root can boot a container"
scripts/setup.sh container
programs=$AICPW_RELEASE
[ -x "$programs/aicpw-node" ] || programs=$AICPW_BIN
for program in aicpw aicpw-node aicpw-executor aicpw-ipfs; do
    [ -x "$programs/$program" ] || die "$programs/$program is missing: make build"
done
# It makes the task and checks the result, and is no operator's program.
[ -x "$AICPW_BIN/aicpw-search" ] || die "$AICPW_BIN/aicpw-search is missing: make build"
say "the programs are those in $programs"

system=$AICPW_CACHE/units/system
if [ ! -e "$system/made" ]; then
    say "making a Debian 12 in $system (once)"
    rm -rf "$system"
    mkdir -p "$system"
    debootstrap --variant=minbase \
        --include=systemd,systemd-sysv,dbus,adduser,procps,ca-certificates,libssl3,ocl-icd-libopencl1,pocl-opencl-icd,binutils \
        bookworm "$system" >"$AICPW_CACHE/units/debootstrap.log" 2>&1 \
        || die "debootstrap failed: $AICPW_CACHE/units/debootstrap.log"
    touch "$system/made"
fi

# What an earlier run left.
rm -rf "$system/var/lib/aicpw" "$system/var/lib/aicpw-ledger" "$system/root/try" "$system/var/log/journal"
# With this folder the journal stays, for whoever wants to know why it failed.
mkdir -p "$system/root/try" "$system/etc/aicpw" "$system/var/log/journal"

# As packaging/README.md has it.
chroot "$system" adduser --quiet --system --group --home /var/lib/aicpw aicpw
# A user who is there from an earlier run gets no folder from adduser.
chroot "$system" install -d -m 700 -o aicpw -g aicpw /var/lib/aicpw
for program in aicpw aicpw-node aicpw-executor aicpw-ipfs; do
    install -m 755 "$(readlink -f "$programs/$program")" "$system/usr/local/bin/$program"
done
install -m 644 packaging/systemd/aicpw-node.service packaging/systemd/aicpw-ledger.service "$system/etc/systemd/system/"
# A chain of its own, of which this node is the only validator.
echo 'AICPW_NODE_ARGS="--dev --provider"' >"$system/etc/aicpw/node.env"
cp -r examples/search/input "$system/root/try/input"
install -m 755 "$AICPW_BIN/aicpw-search" "$system/usr/local/bin/aicpw-search"

cat >"$system/root/try/try.sh" <<'TRY'
#!/bin/bash
# Each step says what it is. The first that fails is the last.
set -euo pipefail
cd /root/try
step() { printf '\n== %s\n' "$*"; }
end() { echo $? >status; systemctl poweroff; }
trap end EXIT

step "the units are well-formed"
systemd-analyze verify aicpw-node.service aicpw-ledger.service
systemd-analyze security --no-pager aicpw-node | tail -n 1

step "the machine is fit, for the service's user"
set -a; . /etc/aicpw/node.env; set +a
# shellcheck disable=SC2086 # words, as in the unit
runuser -u aicpw -- aicpw-node check --base-path /var/lib/aicpw $AICPW_NODE_ARGS

step "the node starts"
systemctl start aicpw-node
answers() {
    local tries
    for ((tries = 0; tries < 240; tries++)); do
        if aicpw task ls >/dev/null 2>&1; then return; fi
        systemctl is-active --quiet aicpw-node || return 1
        sleep 0.5
    done
    return 1
}
answers

step "it is locked in"
pid=$(systemctl show -p MainPID --value aicpw-node)
for line in NoNewPrivs:.1 Seccomp:.2 CapEff:.0000000000000000; do grep -E "^$line$" "/proc/$pid/status"; done

step "an account's books are kept"
charlie=$(aicpw --suri //Charlie account address)
echo "AICPW_LEDGER_ACCOUNT=$charlie" >/etc/aicpw/ledger.env
systemctl start aicpw-ledger

step "a job runs in the sandbox inside the unit, and its result is right"
aicpw-search prepare --header input/genesis-header.hex --out search
aicpw --suri //Bob provider register --stake 1000 --ask 0.5
aicpw --suri //Charlie submit search/manifest.json --budget 0.01 --time-limit 600s --wait --accept --out found
aicpw-search check --header input/genesis-header.hex --result found/result.bin

step "the books have it"
booked() {
    local tries
    for ((tries = 0; tries < 60; tries++)); do
        if [ "$(wc -l </var/lib/aicpw-ledger/ledger.csv)" -gt 1 ]; then return; fi
        sleep 0.5
    done
    return 1
}
booked
cat /var/lib/aicpw-ledger/ledger.csv

step "the node ends in order, starts again, and knows the task"
systemctl restart aicpw-node
answers
aicpw task ls
systemctl stop aicpw-ledger aicpw-node
[ "$(systemctl show -p Result --value aicpw-node)" = success ]
[ -z "$(pgrep -u aicpw || true)" ]
TRY
chmod +x "$system/root/try/try.sh"
cat >"$system/etc/systemd/system/aicpw-try.service" <<'UNIT'
[Unit]
After=basic.target
[Service]
Type=oneshot
Environment=HOME=/root
ExecStart=/root/try/try.sh
StandardOutput=file:/root/try/out
StandardError=inherit
TimeoutStartSec=15min
[Install]
WantedBy=multi-user.target
UNIT
chroot "$system" systemctl --quiet enable aicpw-try.service

say "booting it; this takes a minute or two"
# The container is not what locks the node in: the unit is.
systemd-nspawn --quiet --directory="$system" --boot --register=no --keep-unit --capability=all \
    --system-call-filter=@known >"$AICPW_CACHE/units/boot.log" 2>&1 </dev/null \
    || die "the container did not boot: $AICPW_CACHE/units/boot.log"
cat "$system/root/try/out"
status=$(cat "$system/root/try/status" 2>/dev/null || echo none)
if [ "$status" != 0 ]; then
    journalctl --directory="$system/var/log/journal" --unit=aicpw-node --lines=60 --no-pager 2>/dev/null || true
    die "the last step above failed (status $status)"
fi
say "the units do what they should"
