#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The network by which the PIM-DM of a simulator was validated (description of PIM-DM, 9.7b), with
# real daemons: the tables after each step, as a router of another maker prints them.
. "$(dirname "$0")/../lib.sh"

G1=226.1.1.1 G2=226.2.2.2 S1=192.168.11.100 S2=192.168.33.100

# host1 and host2 behind R2; source1 behind R1; source2 and host3 behind R3
mount_bpf
node source1 source2 host1 host2 host3
router r1 r2 r3
wire r1 eth0 192.168.12.1/24 r2 eth0 192.168.12.2/24
wire r1 eth1 192.168.13.1/24 r3 eth0 192.168.13.3/24
wire r1 eth2 192.168.11.1/24 source1 eth0 $S1/24
wire r2 eth1 192.168.25.2/24 host1 eth0 192.168.25.100/24
wire r2 eth2 192.168.22.2/24 host2 eth0 192.168.22.100/24
wire r3 eth1 192.168.33.3/24 source2 eth0 $S2/24
wire r3 eth2 192.168.35.3/24 host3 eth0 192.168.35.100/24

# route NODE VIA NET...: static routes of the network
route() {
	local net
	for net in "${@:3}"; do
		run "$1" ip route add "192.168.$net.0/24" via "$2" || fail "no route on $1"
	done
}
route r1 192.168.12.2 22 25
route r1 192.168.13.3 33 35
route r2 192.168.12.1 11 13 33 35
route r3 192.168.13.1 11 12 22 25

# printed NODE: its table of multicast routes without the legend and the flag T, and T for each time
printed() {
	ctl "$1" show ip mroute | sed -n '/^(/,$p' |
		sed -E 's/[0-9]{2}:[0-9]{2}:[0-9]{2}/T/g; s/(flags: [A-S]+)T/\1/; /^$/d' > "$WORK/printed"
}

# prints NODE TEXT: it is this; expects NODE TEXT: soon
prints() { printed "$1" && [ "$(cat "$WORK/printed")" = "$2" ]; }
expects() {
	until_true 20 prints "$1" "$2" || fail "$1 prints
$(cat "$WORK/printed")
instead of
$2"
}

for name in r1 r2 r3; do
	start_router $name
	ends 0 eth2 ctl $name attach eth0,eth1,eth2 pim-dm igmp mode "${MODE:-auto}" -4
done

# 1: neighbors and interfaces of R1
neighbors() {
	ctl r1 show ip pim neighbor | awk '$1 ~ /^192/ { print $1, $2, $4, $6 }' > "$WORK/neighbors"
	[ "$(cat "$WORK/neighbors")" = $'192.168.12.2 eth0 v2 S\n192.168.13.3 eth1 v2 S' ]
}
within 20 neighbors
interfaces=$(ctl r1 show ip pim interface | awk '$1 ~ /^192/ { print $1, $2, $3, $4, $5, $6 }')
[ "$interfaces" = '192.168.12.1 eth0 v2/D 1 30 on
192.168.13.1 eth1 v2/D 1 30 on
192.168.11.1 eth2 v2/D 0 30 on' ] || fail "interfaces of R1: $interfaces"

# 2: the first packets of Source1, no member
send source1 $G1 -n 2 -r 10
expects r1 "($S1, $G1), T/T, flags: DP
  Incoming interface: eth2, RPF nbr 0.0.0.0
  Outgoing interface list:
    eth0, Prune/Dense, T/T
    eth1, Prune/Dense, T/T"
expects r2 "($S1, $G1), T/T, flags: DP
  Incoming interface: eth0, RPF nbr 192.168.12.1
  Outgoing interface list: Null"

# 3: Host2 is a member, and gets the 20 packets
listen host2 host2 $G1 --expect 1-20
expects r2 "($S1, $G1), T/T, flags: DC
  Incoming interface: eth0, RPF nbr 192.168.12.1
  Outgoing interface list:
    eth2, Forward/Dense, T/stopped"
expects r1 "($S1, $G1), T/T, flags: D
  Incoming interface: eth2, RPF nbr 0.0.0.0
  Outgoing interface list:
    eth0, Forward/Dense, T/stopped
    eth1, Prune/Dense, T/T"
send source1 $G1 -n 20 -r 10
until_true 10 said host2 '"event":"complete"' || fail "Host2: $(tail -n 1 "$WORK/host2.log")"

# 4 to 7: Source2 sends as well, no member
send source2 $G2 -n 10 -r 10
expects r3 "($S1, $G1), T/T, flags: DP
  Incoming interface: eth0, RPF nbr 192.168.13.1
  Outgoing interface list: Null
($S2, $G2), T/T, flags: DP
  Incoming interface: eth1, RPF nbr 0.0.0.0
  Outgoing interface list:
    eth0, Prune/Dense, T/T"
expects r1 "($S1, $G1), T/T, flags: D
  Incoming interface: eth2, RPF nbr 0.0.0.0
  Outgoing interface list:
    eth0, Forward/Dense, T/stopped
    eth1, Prune/Dense, T/T
($S2, $G2), T/T, flags: DP
  Incoming interface: eth1, RPF nbr 192.168.13.3
  Outgoing interface list:
    eth0, Prune/Dense, T/T"

# 8, 9: Host2 is unplugged
hush host2 || fail 'Host2 did not get its 20 packets once each'
expects r2 "($S1, $G1), T/T, flags: DP
  Incoming interface: eth0, RPF nbr 192.168.12.1
  Outgoing interface list: Null
($S2, $G2), T/T, flags: DP
  Incoming interface: eth0, RPF nbr 192.168.12.1
  Outgoing interface list: Null"
