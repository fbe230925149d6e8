#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Timers of an instance and of an interface: what is set is seen on the wire, survives a restart, and
# bad input is refused with a reason. Neighbors stay.
. "$(dirname "$0")/../lib.sh"
need tcpdump

mount_bpf
router r1 r2
wire r1 eth0 10.1.2.1/24 r2 eth0 10.1.2.2/24
start_router r1
start_router r2
ends 0 eth0 ctl r1 -4 attach eth0
ends 0 eth0 ctl r2 -4 attach eth0
within 15 synced r1 1
within 15 synced r2 1

# timer ROUTER NAME VALUE FROM: what counts on eth0
timer() { table "$1" setting,value,from show timers eth0 | grep -qxF "$2 $3 $4"; }

# hold SECONDS: the hold time that R2 knows of R1
hold() { [ "$(table r2 hold_s show neighbors)" = "$1" ]; }
hold 40 || fail 'the hold time is not that of the default'
ends 0 interface ctl r1 set hello-interval 3 eth0
within 5 hold 12
timer r1 hello-interval 3 interface || fail 'set is not shown'
ends 0 instance ctl r1 set hello-interval 20
table r1 setting,value,from show timers | grep -qxF 'hello-interval 20 instance' ||
	fail 'the instance has another value'
timer r1 hello-interval 3 interface || fail 'the interface lost its own value'

# numbers: whether a query on the wire says 2.5 s in tenths (0x19), robustness 3 and interval 9
numbers() { grep -A 1 ' 1119 .... 0000 0000' "$WORK/query.log" | grep -q '0x0020: *0309 0000'; }

spawn query r2 tcpdump -l -nn -x -i eth0 igmp
until_true 5 said query listening || fail 'tcpdump does not listen in r2'
ends 0 instance ctl r1 set igmp-query-response-interval 2.5
ends 0 interface ctl r1 set igmp-query-interval 9 eth0
ends 0 interface ctl r1 set igmp-robustness 3 eth0
within 10 numbers

# Refused, with a reason; nothing changes.
ends 1 'from 1 to 300' ctl r1 set hello-interval 0
ends 1 "no setting 'hello'" ctl r1 set hello 1
ends 2 'must be longer than' ctl r1 set hold-time 3 eth0
ends 1 'follows from' ctl r1 set igmp-group-membership-interval 100
ends 1 'holds for the instance' ctl r1 set trees 100 eth0
ends 4 'not attached' ctl r1 set hello-interval 5 eth7
timer r1 hello-interval 3 interface || fail 'a refused value counts'

# A restart keeps all; back to the default.
ends 0 '' ctl r1 restart
within 10 timer r1 hello-interval 3 interface
timer r1 igmp-query-interval 9 interface || fail 'the restart lost a setting of the interface'
timer r1 igmp-query-response-interval 2.5 instance || fail 'and one of the instance'
within 15 synced r1 1
ends 0 instance ctl r1 unset hello-interval eth0
within 5 hold 80
