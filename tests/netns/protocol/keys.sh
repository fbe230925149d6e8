#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Keys of HPIM-DM: switched on, rolled over and taken away without losing the neighbor; a neighbor
# with another key is refused and counted.
. "$(dirname "$0")/../lib.sh"
mount_bpf

ctl() { local router=$1; shift; "$BUILD/hpimctl" -i "$PREFIX-$router" "$@"; }
synced() { [ "$(ctl "$1" -H -o state show neighbors | grep -c synced)" -eq 2 ]; }
boot_times() { ctl r1 -H -o address,boot_time,my_snapshot_sn show neighbors; }
unsigned() { ctl "$1" -H -o reason,packets show counters eth0 | awk '$1 == "control-unsigned" { print $2 }'; }

router r1 r2
wire r1 eth0 10.0.0.1/24 r2 eth0 10.0.0.2/24
for router in r1 r2; do
	spawn $router $router "$BUILD/hpimd" -i "$PREFIX-$router" --foreground
	until_true 10 ctl $router status || fail "no daemon in $router"
	ctl $router attach eth0 hpim || fail "attach in $router"
done
until_true 30 synced r1 && until_true 30 synced r2 || fail 'no neighbors without keys'
before=$(boot_times)

printf 'first secret\n' > "$WORK/key1"
printf 'second secret' > "$WORK/key2"
: > "$WORK/empty"
ctl r1 key add eth0 id 1 algo sha256 file "$WORK/empty" 2> /dev/null
[ $? -eq 2 ] || fail 'an empty key was taken'
ctl r1 key add eth0 id 1 algo sha257 file "$WORK/key1" 2> /dev/null
[ $? -eq 2 ] || fail 'an unknown algorithm was taken'
ctl r1 key add eth9 id 1 algo sha256 file "$WORK/key1" 2> /dev/null
[ $? -eq 4 ] || fail 'a key for an interface that is not attached was taken'
for router in r1 r2; do ctl $router key add eth0 id 1 algo sha256 file "$WORK/key1" || fail 'key 1'; done
for router in r1 r2; do ctl $router key add eth0 id 2 algo blake2b file "$WORK/key2" || fail 'key 2'; done
for router in r1 r2; do ctl $router key send eth0 id 2 || fail 'sending key'; done
for router in r1 r2; do ctl $router key delete eth0 id 1 || fail 'old key'; done
[ "$(ctl r1 -H show keys | awk '{ print $2, $3, $4, $5 }')" = "$(printf '4 2 blake2b yes\n6 2 blake2b yes')" ] ||
	fail "keys of r1: $(ctl r1 show keys)"
ctl r1 show keys | grep -q secret && fail 'a secret is shown'

# Keys that are none are taken, with a warning.
printf 'x' > "$WORK/weak"
chmod 644 "$WORK/weak"
ctl r1 key add eth0 id 3 algo sha256 file "$WORK/weak" 2> "$WORK/warnings" || fail 'a weak key is refused'
grep -q 'other users can read' "$WORK/warnings" && grep -q 'has 1 bytes' "$WORK/warnings" ||
	fail "no warning of a weak key: $(cat "$WORK/warnings")"
ctl r1 key delete eth0 id 3 || fail 'weak key'
head -c 32 /dev/urandom | base64 > "$WORK/strong"
chmod 600 "$WORK/strong"
ctl r1 key add eth0 id 3 algo sha256 file "$WORK/strong" 2> "$WORK/warnings" || fail 'a strong key is refused'
[ -s "$WORK/warnings" ] && fail "a strong key is warned of: $(cat "$WORK/warnings")"
ctl r1 key delete eth0 id 3 || fail 'strong key'

# Hellos signed with the second key keep the neighbor: its hold time is renewed, nothing began again.
# The families have Hellos of their own, which need not come together.
renewed() { [ "$(ctl r1 "-$1" -H -o expires_s show neighbors | cut -d. -f1)" -ge 35 ]; }
aged() { ! renewed "$1"; }
for family in 4 6; do
	until_true 15 aged $family && until_true 15 renewed $family ||
		fail "signed Hellos of IPv$family are not accepted"
done
[ "$(boot_times)" = "$before" ] || fail "the neighbor began again: $before, now $(boot_times)"

# What is deleted is nowhere in the daemon's memory, neither where keys are nor where requests were.
# holds SECRET: whether r1's daemon has it, and what is looked for is not found in this script's own
holds() {
	perl -we 'my ($pid, $secret) = @ARGV; my $bytes; open my $maps, "<", "/proc/$pid/maps" or die "maps: $!";
		open my $mem, "<:raw", "/proc/$pid/mem" or die "mem: $!";
		while (<$maps>) {
			/^([0-9a-f]+)-([0-9a-f]+) rw/ or next;
			sysseek $mem, hex $1, 0 or next;
			sysread $mem, $bytes, hex($2) - hex($1) or next;
			exit 0 if index($bytes, $secret) >= 0;
		}
		exit 1' "$(ctl r1 -H -o pid status)" "$1"
}
holds 'second secret' || fail 'the key in use is not found: the search is wrong'
holds 'first secret' && fail 'a deleted key is still in memory'

# Another key under the same number: refused and counted.
ctl r2 key add eth0 id 2 algo blake2b file "$WORK/key1" send || fail 'wrong key'
refused() { [ "$(unsigned r1)" -gt 0 ]; }
until_true 15 refused || fail 'a wrong signature is not counted'
refused_6() { messages 6 | grep -q 'hpim - - - - [1-9][0-9]* control-unsigned$'; }
# messages FAMILY [ROUTER]: counters of messages and refusals
messages() { ctl "${2:-r1}" "-$1" -H -o protocol,message,sent,received,retransmitted,refused,reason show protocol-counters eth0 | tr -s ' '; }
until_true 15 refused_6 || fail "not counted for IPv6: $(messages 6)"
[ "$(messages 4 | grep -c 'control-')" -eq 1 ] || fail "refused for more than one reason: $(messages 4)"
for message in hello sync; do
	messages 4 | grep -q "^hpim $message [1-9][0-9]* [1-9][0-9]* [0-9]* - -$" ||
		fail "$message not counted: $(messages 4)"
done
messages 4 | grep -qE '^(igmp|mld) ' && fail "counters of a protocol that is off: $(messages 4)"
echo 'keys: rolled over without a new synchronization; a wrong one is counted'
