#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Where something is missing that a daemon needs, it says what, ends with the exit code for that, and
# leaves nothing behind: without rights, without capabilities, without a BPF file system.
. "$(dirname "$0")/../lib.sh"
need_nobody
need_apart
mount_bpf

instance="$PREFIX-r1"
router r1

# nothing_left: no file of the instance, no VIF
nothing_left() {
	local path
	for path in /run/hpimd/"$instance".{ctl,ro,boot} /sys/fs/bpf/hpim/"$instance"; do
		[ ! -e "$path" ] || fail "$path stays"
	done
	[ "$(run r1 cat /proc/net/ip_mr_vif | wc -l)" -eq 1 ] || fail 'a VIF stays'
}

ends 5 'cannot open the control socket under /run/hpimd: Permission denied' \
	run r1 $NOBODY "$WORK/hpimd" -i "$instance" -f
nothing_left
ends 5 'Permission denied' run r1 $NOBODY "$WORK/hpimd" -i "$instance" # on the way to the background
nothing_left
ends 3 'no daemon answers' $NOBODY "$WORK/hpimctl" -i "$instance" status
ends 0 'hpimd ' $NOBODY "$WORK/hpimd" --version

# Root by name only.
ends 5 'no permission; CAP_BPF' run r1 setpriv --bounding-set=-all "$WORK/hpimd" -i "$instance" -f
nothing_left
ends 5 'no permission; CAP_BPF' \
	run r1 setpriv --bounding-set=-bpf,-sys_admin "$WORK/hpimd" -i "$instance" -f
nothing_left
ends 5 'multicast table 0' run r1 setpriv --bounding-set=-net_raw "$WORK/hpimd" -i "$instance" -f
nothing_left

# No BPF file system, and no right to mount one.
without_bpf_fs() {
	run r1 "${APART[@]}" sh -c 'umount /sys/fs/bpf || exit 99; exec "$@"' sh "$@"
}
ends 5 'no BPF file system at /sys/fs/bpf, and mounting it failed' \
	without_bpf_fs setpriv --bounding-set=-sys_admin "$WORK/hpimd" -i "$instance" -f
nothing_left

# With the right, the daemon mounts one for itself.
spawn alone r1 "${APART[@]}" sh -c 'umount /sys/fs/bpf || exit 99; exec "$@"' sh \
	"$BUILD/hpimd" -i "$instance" -f
alone=$!
within 10 ctl r1 status
said alone 'BPF file system mounted at /sys/fs/bpf' || fail 'the log does not name the mount'
ends 0 '' ctl r1 stop
wait "$alone" || fail "the daemon ends with exit code $?"
rm -f "/run/hpimd/$instance.boot" # meant to stay
nothing_left
