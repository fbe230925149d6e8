#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# hpimctl monitor: what there is, then what happens, on both sockets; a client that lags is sent how
# much it missed, and holds up no one; a signal ends it well, and so does the daemon.
. "$(dirname "$0")/../lib.sh"

# follow NAME SOCKET WORDS...: a monitor of R1 in the background, its snapshot complete
follow() {
	local name=$1 socket=$2
	shift 2
	"$BUILD/hpimctl" --socket "/run/hpimd/$PREFIX-r1.$socket" "$@" > "$WORK/$name.out" 2> "$WORK/$name.log" &
	follower=$!
	children+=($!)
	within 10 has "$name" ready
}
has() { grep -qE -e "$2" "$WORK/$1.out"; }

# numbers NAME: fail unless its lines of JSON count from 1 on, without a gap but where some were lost
numbers() {
	perl -MJSON::PP -ne '$r = decode_json($_); $last += 1 + $r->{lost};
		$r->{seq} == $last or die "seq $r->{seq} after $r->{lost} lost, not $last\n"' \
		"$WORK/$1.out" || fail "$1: $(tail -3 "$WORK/$1.out")"
}

chain
chain_serves
follow text ro monitor
text=$follower
has text '^[0-9:.]+ state interfaces eth0 up$' && has text '^[0-9:.]+ state neighbors  eth1 10\.1\.2\.2 synced$' ||
	fail "the snapshot: $(cat "$WORK/text.out")"
follow json ctl -j monitor trees $GROUP4
json=$follower
chain_has_tree $GROUP4
within 10 has text "event trees      \(10\.1\.1\.100, $GROUP4\): tree is active$"
within 10 has json "\"kind\":\"event\",\"what\":\"trees\",\"event\":\"state\".*\"source\":\"10\.1\.1\.100\",\"group\":\"$GROUP4\".*\"state\":\"active\""
ends 0 '' ctl r1 threshold eth0 1
within 10 has text 'event config     threshold \{"interface":"eth0","ttl":1\}$'
ends 1 "'packets' is one interface too many" ctl r1 monitor 10.1.1.100 packets packets
ends 4 'eth9 is not attached' ctl r1 monitor eth9

# A signal is a good end.
kill -INT $text
wait $text || fail "an interrupt ends it with exit code $?"

# One that does not read misses events; what it is sent says how many.
follow slow ctl -j monitor config
slow=$follower
kill -STOP "$slow"
for _ in $(seq 40); do
	printf '{"cmd":"threshold","args":{"interface":"eth0","ttl":1,"padding":"%03500d"}}\n' $(seq 30)
done > "$WORK/requests"
perl -MIO::Socket::UNIX -e '
	my $s = IO::Socket::UNIX->new(Peer => shift) or die "connect: $!\n";
	while (<STDIN>) { print $s $_; $s->flush; <$s> =~ /"end":true/ or die "no answer\n"; }' \
	"/run/hpimd/$PREFIX-r1.ctl" < "$WORK/requests" || fail 'a client beside it is not served'
kill -CONT "$slow"
drained() { ends 0 '' ctl r1 threshold eth0 1; has slow '"lost":[1-9]'; }
within 10 drained
numbers slow
kill -TERM "$slow"
wait "$slow" || fail "SIGTERM ends it with exit code $?"

# The daemon ends first.
ends 0 '' ctl r1 stop
wait $json || fail "it ends with exit code $? when the daemon stops"
numbers json
