#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# However a daemon ends on purpose, its neighbor knows at once and the kernel is as before. After a
# kill -9 the next start goes on with what was left, and a restart never repeats a BootTime.
. "$(dirname "$0")/../lib.sh"

instance="$PREFIX-r2"
pins="/sys/fs/bpf/hpim/$instance"

# settings: the offloads that a daemon changes on its interfaces
settings() { for name in eth0 eth1; do run r2 ethtool -k $name | grep rx-vlan-offload; done; }

# fresh: the state of R2's kernel before a daemon ran, or what is left of it is named
fresh() {
	local file
	[ -e "$pins" ] && fail "pins stay: $(ls "$pins")"
	run r2 ip -d link show | grep -q 'prog/xdp' && fail 'an XDP program stays'
	run r2 ip link show | grep ALLMULTI && fail 'an interface goes on receiving all multicast'
	settings > "$WORK/settings.now"
	diff "$WORK/settings.before" "$WORK/settings.now" || fail 'offloads stay changed'
	for file in ip_mr_vif ip6_mr_vif ip_mr_cache ip6_mr_cache; do
		[ "$(run r2 cat /proc/net/$file | wc -l)" -eq 1 ] || fail "entries stay in $file"
	done
	for file in /run/hpimd/"$instance".ctl /run/hpimd/"$instance".ro; do
		[ -e "$file" ] && fail "$file stays"
	done
	return 0
}

# used: the opposite, so that fresh can fail
used() {
	[ -e "$pins/route4" ] || fail 'no pins'
	[ "$(run r2 ip -d link show | grep -c 'prog/xdp')" -eq 2 ] || fail 'no XDP programs'
	[ "$(settings)" != "$(cat "$WORK/settings.before")" ] || fail 'no offload is changed'
	[ "$(run r2 ip link show | grep -c ALLMULTI)" -eq 2 ] || fail 'no ALLMULTI'
	[ "$(run r2 cat /proc/net/ip_mr_vif | wc -l)" -eq 3 ] || fail 'no VIFs'
	[ "$(run r2 cat /proc/net/ip6_mr_vif | wc -l)" -eq 3 ] || fail 'no MIFs'
	[ -S "/run/hpimd/$instance.ctl" ] && [ -S "/run/hpimd/$instance.ro" ] || fail 'no sockets'
}

# boot_times: of R2, by family, as R1 heard them; a second may pass between the two
boot_times() { table r1 boot_time neighbors | sort -n; }

# returns: R2 starts again and serves; its BootTimes are greater than all before
returns() {
	start_router r2
	ends 0 eth1 ctl r2 attach eth0,eth1
	within 15 synced r2 2
	within 15 synced r1 2
	[ "$(boot_times | head -n 1)" -gt "$last_boot_time" ] ||
		fail "BootTime after $last_boot_time is $(boot_times | head -n 1)"
	last_boot_time=$(boot_times | tail -n 1)
	for group in $GROUP4 $GROUP6; do
		chain_has_tree $group
		exact_stream exact dst $group 100
		hush member
	done
	used
}

chain
settings > "$WORK/settings.before"
chain_serves
last_boot_time=$(boot_times | tail -n 1)
chain_has_tree $GROUP4
used

stop_by_command() { ends 0 '' ctl r2 stop; }
stop_by_sigterm() { kill -TERM "${daemons[r2]}"; }
stop_by_sigint() { kill -INT "${daemons[r2]}"; }

for way in stop_by_command stop_by_sigterm stop_by_sigint; do
	$way
	within 3 shows r1 '' address neighbors # its hold time is 40 s: it was the goodbye
	wait "${daemons[r2]}" || fail "the daemon ends with exit code $? after $way"
	fresh
	returns
done

# Killed: everything stays, until the next start.
kill -9 "${daemons[r2]}"
wait "${daemons[r2]}" 2> /dev/null
[ -e "$pins/route4" ] || fail 'the pins are gone after kill -9'
run r2 ip link show | grep -q ALLMULTI || fail 'ALLMULTI is gone after kill -9'
ends 3 'no daemon answers' ctl r2 status
returns
said r2 'going on with 2 interfaces' || fail 'the log does not name the earlier run'
ends 0 '' ctl r2 stop
wait "${daemons[r2]}" || fail "the daemon ends with exit code $?"
fresh
returns

# Stopped, but forwarding: the programs and their maps stay, and the next start goes on with them.
ends 0 '' ctl r2 stop keep-forwarding
wait "${daemons[r2]}" || fail "the daemon ends with exit code $?"
[ "$(run r2 ip -d link show | grep -c 'prog/xdp')" -eq 2 ] || fail 'keep-forwarding keeps no programs'
[ -e "$pins/route4" ] || fail 'keep-forwarding keeps no maps'
returns
ends 0 '' ctl r2 stop
wait "${daemons[r2]}" || fail "the daemon ends with exit code $?"
fresh
