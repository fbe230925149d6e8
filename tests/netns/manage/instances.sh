#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Instances: side by side in two namespaces and in one; what they cannot share is refused with a
# sentence, and the one that was first goes on. The read-only socket lets anybody look, and only that.
. "$(dirname "$0")/../lib.sh"
mount_bpf

# refused CODE WORDS NODE OPTION...: hpimd does not start there, and says why
refused() {
	ends "$1" "$2" run "$3" timeout 20 "$BUILD/hpimd" "${@:4}"
}

node left right
router one
wire left eth0 10.1.1.100/24,2001:db8:1::100/64 one eth0 10.1.1.1/24,2001:db8:1::1/64
wire right eth0 10.2.1.100/24,2001:db8:1001::100/64 one eth1 10.2.1.1/24,2001:db8:1001::1/64

# Two in one namespace: each has its interface and its multicast table.
start_router one
ends 0 eth0 ctl one attach eth0
spawn two one "$BUILD/hpimd" -i "$PREFIX-two" --foreground -m 100
within 10 ctl two status
ends 0 eth1 ctl two attach eth1
shows one eth0 interface interfaces || fail 'the first instance has not just eth0'
shows two eth1 interface interfaces || fail 'the second instance has not just eth1'
for path in one two; do
	[ -e "/sys/fs/bpf/hpim/$PREFIX-$path/route4" ] || fail "no maps of instance $path"
done
listen low left $GROUP4
listen high right $GROUP4
within 10 has_member one eth0 $GROUP4
within 10 has_member two eth1 $GROUP4
# The interface of one is not taken from the other.
ends 2 'cannot attach eth0' ctl two attach eth0 mode native
shows one 'eth0 xdp' interface,tier interfaces || fail 'eth0 was taken from the first instance'

# A third in another namespace, with the same multicast table as the first.
start_router left
ends 0 eth0 ctl left attach eth0
within 15 synced one 2
within 15 synced left 2

# What cannot be shared.
refused 2 "instance $PREFIX-one is running already" left -i "$PREFIX-one" -f -m 7
refused 2 "instance $PREFIX-one is running already" left -i "$PREFIX-one" -m 7 # in the background
refused 2 'multicast table 0' one -i "$PREFIX-three" -f
refused 2 'multicast table 100' one -i "$PREFIX-three" -m 100
for path in "/run/hpimd/$PREFIX-three.ctl" "/run/hpimd/$PREFIX-three.ro" "/sys/fs/bpf/hpim/$PREFIX-three"; do
	[ -e "$path" ] && fail "the refused instance leaves $path"
done
refused 1 'an instance name has' one -i ../three -f
refused 1 'no table number' one -i "$PREFIX-three" -f -m x
ctl one status > /dev/null && ctl two status > /dev/null || fail 'a refused instance has disturbed another'
within 5 synced one 2

# In the background: the first process ends when the daemon serves.
ends 0 '' run right "$BUILD/hpimd" -i "$PREFIX-right"
daemons[right]=$(table right pid status | sed 's/^pid //')
children+=("${daemons[right]}")
! ended "${daemons[right]}" || fail "no daemon in the background: '${daemons[right]}'"
ends 0 eth0 ctl right attach eth0
within 15 synced two 2
ends 0 '' ctl right stop
within 10 ended "${daemons[right]}"

# The read-only socket.
ro="--socket /run/hpimd/$PREFIX-one.ro"
ends 0 eth0 "$BUILD/hpimctl" $ro show interfaces
ends 5 'read-only' "$BUILD/hpimctl" $ro attach eth1
ends 5 'read-only' "$BUILD/hpimctl" $ro detach eth0
ends 5 'read-only' "$BUILD/hpimctl" $ro stop
ends 3 'no daemon answers' "$BUILD/hpimctl" -i "$PREFIX-none" status
need_nobody
ends 0 eth0 $NOBODY "$WORK/hpimctl" -i "$PREFIX-one" show interfaces
ends 5 '' $NOBODY "$WORK/hpimctl" -i "$PREFIX-one" detach eth0
shows one eth0 interface interfaces || fail 'somebody without rights has changed something'
