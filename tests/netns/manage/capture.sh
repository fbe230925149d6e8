#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# hpimctl capture: packets with what became of them, as lines, as JSON and as a file that tcpdump
# reads; sampled, counted, ended by a signal; sampling in the kernel ends with the last client.
. "$(dirname "$0")/../lib.sh"
need tcpdump bpftool

# sampling: one of how many packets the programs copy; 0: none
sampling() {
	bpftool map dump pinned "/sys/fs/bpf/hpim/$PREFIX-r1/settings" | tr -d ' "' |
		sed -n 's/^capture_every:\([0-9]*\),$/\1/p'
}
is_sampling() { [ "$(sampling)" = "$1" ]; }

# start_capture NAME WORDS...: in the background, with its own output and errors
start_capture() {
	local name=$1
	shift
	"$BUILD/hpimctl" -i "$PREFIX-r1" "$@" > "$WORK/$name.out" 2> "$WORK/$name.log" &
	captures[$name]=$!
	children+=($!)
}

# end_capture NAME COUNT: it ends by itself, well, after so many packets
end_capture() {
	wait "${captures[$1]}" || fail "$1 ends with exit code $?: $(cat "$WORK/$1.log")"
	grep -qxF "$2 packets, 0 lost because they came too fast" "$WORK/$1.log" ||
		fail "$1: $(cat "$WORK/$1.log")"
}

declare -A captures
chain
chain_serves
for group in $GROUP4 $GROUP6; do
	listen "member-$group" dst $group
	within 10 has_member r2 eth1 $group
	send src $group -n 30 -r 100
	within 10 shows r1 eth1 outputs mroutes $group
done
is_sampling 0 || fail "packets are sampled although nobody looks: $(sampling)"
ends 5 'read-only' "$BUILD/hpimctl" --socket "/run/hpimd/$PREFIX-r1.ro" capture count 1

# Lines. Only packets of these streams arrive on eth0 in such numbers.
start_capture lines capture count 200
within 5 is_sampling 1
send src $GROUP4 -n 150 -r 1000
send src $GROUP6 -n 150 -r 1000
end_capture lines 200
[ "$(grep -cE "^[0-9:.]+ eth0 +forwarded +10\.1\.1\.100 > $GROUP4 106 bytes\$" "$WORK/lines.out")" -gt 100 ] ||
	fail "IPv4: $(head -3 "$WORK/lines.out")"
grep -qE "^[0-9:.]+ eth0 +forwarded +2001:db8:1::100 > $GROUP6 126 bytes\$" "$WORK/lines.out" ||
	fail "IPv6: $(tail -3 "$WORK/lines.out")"
within 5 is_sampling 0

# Two clients at once, each with its sample; the one that wants most rules the kernel's.
start_capture sparse capture "$WORK/sparse.pcapng" every 100 count 3
within 5 is_sampling 100
start_capture dense -j capture every 10 count 30
within 5 is_sampling 10
send src $GROUP4 -n 400 -r 1000
end_capture sparse 3
end_capture dense 30
within 5 is_sampling 0
[ "$(grep -c '"reason":"forwarded"' "$WORK/dense.out")" -ge 25 ] || fail "JSON: $(head -2 "$WORK/dense.out")"

# A file, with the reasons of drops; the numbers of the stream show that nothing is invented.
run src "$BUILD/mcgen" -i eth0 -g $GROUP4 -n 1 -T 1 > "$WORK/ttl" || fail 'mcgen'
start_capture file capture "$WORK/file.pcapng"
within 5 is_sampling 1
send src $GROUP4 -n 20 -r 1000 -T 1
send src $GROUP4 -n 20 -r 1000
# In the file after each packet, whoever reads it.
has_in_file() { [ "$(tcpdump -n -r "$WORK/file.pcapng" "udp and dst $GROUP4" 2> /dev/null | wc -l)" -ge "$1" ]; }
within 10 has_in_file 40
kill -INT "${captures[file]}"
wait "${captures[file]}" || fail "an interrupt ends a capture with exit code $?"
within 5 is_sampling 0
[ "$(grep -aoc 'forwarded' "$WORK/file.pcapng")" -ge 1 ] && grep -aq 'ttl' "$WORK/file.pcapng" ||
	fail 'the file does not name the reasons'
tcpdump -n -v -r "$WORK/file.pcapng" "udp and dst $GROUP4" > "$WORK/read" 2> "$WORK/read.err" ||
	fail "tcpdump: $(cat "$WORK/read.err")"
[ "$(grep -c 'ttl 1,' "$WORK/read")" -eq 20 ] && [ "$(grep -c 'ttl 16,' "$WORK/read")" -eq 20 ] ||
	fail "the file has $(grep -c 'ttl 1,' "$WORK/read") and $(grep -c 'ttl 16,' "$WORK/read") packets of 20 and 20"

# Filters. A name of an interface is never one of a file.
start_capture ttl capture reason ttl group $GROUP4 count 5
within 5 is_sampling 1
send src $GROUP6 -n 20 -r 1000 -T 1
send src $GROUP4 -n 20 -r 1000
send src $GROUP4 -n 20 -r 1000 -T 1
end_capture ttl 5
[ "$(grep -cE "^[0-9:.]+ eth0 +ttl +10\.1\.1\.100 > $GROUP4 106 bytes\$" "$WORK/ttl.out")" -eq 5 ] ||
	fail "filters: $(cat "$WORK/ttl.out")"
start_capture from capture interface eth0 source 2001:db8:1::100 count 5
within 5 is_sampling 1
send src $GROUP4 -n 20 -r 1000
send src $GROUP6 -n 20 -r 1000
end_capture from 5
[ "$(grep -c "> $GROUP6 126 bytes\$" "$WORK/from.out")" -eq 5 ] || fail "filters: $(cat "$WORK/from.out")"
cd "$WORK" || fail 'no folder'
ends 1 'eth0 is an interface, not a file' "$OLDPWD/$BUILD/hpimctl" -i "$PREFIX-r1" capture eth0 count 1
ends 1 'hpimctl capture interface eth0' "$OLDPWD/$BUILD/hpimctl" -i "$PREFIX-r1" capture eth0 count 1
[ ! -e eth0 ] || fail 'a file named eth0'
cd "$OLDPWD" || fail 'no folder'
ends 4 'eth9 is not attached' ctl r1 capture interface eth9
ends 1 "no packets are counted with the reason 'nothing'" ctl r1 capture reason nothing
within 5 is_sampling 0

# A pipe, and a client that is killed.
"$BUILD/hpimctl" -i "$PREFIX-r1" capture - count 5 2> "$WORK/pipe.err" | tcpdump -n -r - > "$WORK/pipe.out" 2>&1 &
pipe=$!
within 5 is_sampling 1
send src $GROUP4 -n 20 -r 1000
wait $pipe || fail "a reader at the end of a pipe: $(cat "$WORK/pipe.out")"
[ "$(grep -c ' IP\|IP6' "$WORK/pipe.out")" -eq 5 ] || fail "through a pipe: $(cat "$WORK/pipe.out")"
start_capture killed capture
within 5 is_sampling 1
kill -KILL "${captures[killed]}"
wait "${captures[killed]}" 2> /dev/null
within 5 is_sampling 0

# A full disk ends it at once, with the reason.
mkdir "$WORK/tiny" && mount -t tmpfs -o size=4k tiny "$WORK/tiny" || fail 'no tmpfs'
start_capture full capture "$WORK/tiny/file"
within 5 is_sampling 1
send src $GROUP4 -n 200 -r 1000
within 10 is_sampling 0
wait "${captures[full]}" && fail 'a full disk is no error'
grep -q 'No space left on device' "$WORK/full.log" || fail "a full disk: $(cat "$WORK/full.log")"
umount "$WORK/tiny"

# One that does not read loses records, is told, and holds up nobody.
start_capture slow -j capture
within 5 is_sampling 1
kill -STOP "${captures[slow]}"
for _ in 1 2 3; do
	send src $GROUP4 -n 1500 -r 3000
	ends 0 r1 ctl r1 status
done
kill -CONT "${captures[slow]}"
send src $GROUP4 -n 20 -r 1000
told() { grep -q '"lost":[1-9]' "$WORK/slow.out"; }
within 10 told
kill -TERM "${captures[slow]}"
wait "${captures[slow]}" || fail "SIGTERM ends a capture with exit code $?"
grep -qE '^[0-9]+ packets, [1-9][0-9]* lost' "$WORK/slow.log" || fail "lost: $(cat "$WORK/slow.log")"

# The daemon ends first: so does the capture, with what it had.
start_capture last capture
within 5 is_sampling 1
ends 0 '' ctl r1 stop
wait "${captures[last]}" || fail "a capture ends with exit code $? when the daemon stops"
