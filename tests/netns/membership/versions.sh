#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What an interface is told about IGMP and MLD: versions, chosen at attach, kept, refused; fast leave.
. "$(dirname "$0")/../lib.sh"
mount_bpf
need tcpdump

versions() { ctl r1 -H -o igmp_version,mld_version show interfaces eth0 | awk '{ print $1, $2 }'; }

node host
router r1
wire r1 eth0 10.1.5.1/24 host eth0 10.1.5.100/24
start_router r1
# Fast leave: the only host that ever reported the group is believed at once; without it the router
# asks for the last member first.
spawn asked host tcpdump -l -n -i eth0 'igmp and src 10.1.5.1 and dst 239.1.2.9'
until_true 10 said asked 'listening on' || fail 'tcpdump does not listen'
leave() {
	local leaver
	spawn leaver host "$BUILD/mcsink" -i eth0 -g 239.1.2.9:5000
	leaver=$!
	until_true 10 has_member r1 eth0 239.1.2.9 || fail 'the host is not heard'
	kill -TERM "$leaver"
	until_true 10 has_no_member r1 eth0 239.1.2.9 || fail 'the leave is not noticed'
}
ctl r1 attach eth0 igmp v3 fast-leave > "$WORK/attach.log" || fail 'fast leave'
leave
said asked '239.1.2.9' && fail 'the last member was asked for although its leave is believed'
ctl r1 attach eth0 igmp no-fast-leave > "$WORK/attach.log" || fail 'no fast leave'
leave
until_true 5 said asked '239.1.2.9' || fail 'the last member was not asked for'
echo 'leave: believed at once with fast-leave, asked about without'

# A host that has heard an older query leaves in the older version, so versions come last.
ctl r1 attach eth0 igmp v2 mld > "$WORK/attach.log" || fail 'attach'
[ "$(versions)" = '2 2' ] || fail "IGMPv2 was asked for: $(versions)"
# A host of the kernel that has heard a version 2 query reports with version 2.
spawn sink host "$BUILD/mcsink" -i eth0 -g 239.1.2.3:5000
in_v2() { ctl r1 -H -o group,state show groups eth0 | grep -q '^239.1.2.3 .*MembersPresent'; }
until_true 15 in_v2 || fail "no member in version 2: $(ctl r1 show groups)"
# Gone and back: the version belongs to the interface.
run r1 ip link set eth0 down
stopped() { [ "$(versions)" = '0 0' ]; }
until_true 10 stopped || fail "IGMP runs on an interface that is down: $(versions)"
run r1 ip link set eth0 up
back() { [ "$(versions)" = '2 2' ]; }
until_true 10 back || fail "the version was forgotten: $(versions)"
ctl r1 attach eth0 igmp v3 mld v1 > "$WORK/attach.log" || fail 'attach again'
[ "$(versions)" = '3 1' ] || fail "IGMPv3 and MLDv1 were asked for: $(versions)"
ctl r1 attach eth0 igmp v1 > "$WORK/attach.log" 2>&1
[ $? -eq 1 ] || fail 'IGMPv1 was taken'
echo 'versions of IGMP and MLD: chosen, kept, refused'
