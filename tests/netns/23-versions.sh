#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The versions of IGMP and MLD that an interface asks with: chosen at attach, kept, refused.
. "$(dirname "$0")/lib.sh"
mount_bpf

versions() { ctl r1 -H -o igmp_version,mld_version show interfaces eth0 | awk '{ print $1, $2 }'; }

node host
router r1
wire r1 eth0 10.1.5.1/24 host eth0 10.1.5.100/24
start_router r1
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
