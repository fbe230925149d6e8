#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A configuration that lasts: saved, it comes back after a stop, and after a start with nothing of
# an earlier run, as after a reboot; keys and static routes with it. A file with an error changes
# nothing. Loading and reloading sends no message of HPIM-DM but Hellos where nothing relevant
# changed, while a stream goes through; a file of the Python implementation is taken over.
. "$(dirname "$0")/../lib.sh"
need tcpdump

file=$WORK/r1.yaml
chain
chain_serves

# options of r1: a file of its own; others never look in /etc/hpim of this machine
restart_r1() {
	start_router r1 --config "$file"
	within 20 synced r1 2
}

# r1 as the chain made it, with a key, a static route and a pattern for what comes
umask 077
echo '0123456789abcdef0123' > "$WORK/r1.key"
ends 0 '' ctl r1 key add eth1 id 1 algo sha256 file "$WORK/r1.key" send
ends 0 '' ctl r2 key add eth0 id 1 algo sha256 file "$WORK/r1.key" send
ends 0 '' ctl r1 threshold eth0 2
ends 0 '' ctl r1 static join 239.7.7.7 eth0
ends 0 '' ctl r1 set hello-interval 5 eth1
[ "$(table r1 unsaved status)" = yes ] || fail 'what is not saved is not shown as such'
ends 0 '' ctl r1 config save "$file"
ends 0 '' ctl r1 config check "$file"
grep -q 0123456789 "$file" && fail 'the secret is in the file'
ends 0 '' ctl r1 config diff "$file"
ctl r1 config show > "$WORK/before"

# ---- stop and start, and nothing left of the run before ----
end_router() {
	ends 0 '' ctl r1 stop
	within 10 ended "${daemons[r1]}"
	wait "${daemons[r1]}" 2> /dev/null
	[ ! -e "/run/hpimd/$PREFIX-r1.attached" ] || fail 'a plain stop leaves what was attached'
	rm -f "/run/hpimd/$PREFIX-r1".*
}
end_router
restart_r1
ctl r1 config show > "$WORK/after"
diff "$WORK/before" "$WORK/after" || fail 'the start brings something else back'
[ "$(table r1 unsaved status)" = no ] || fail 'what was read from the file is unsaved'
[ "$(table r1 id,sending show keys eth1 | sort -u)" = '1 yes' ] || fail 'the key is not back'
within 20 synced r2 2

# ---- load and reload under traffic ----
listen member dst $GROUP4
listen member6 dst $GROUP6
spawn source src "$BUILD/mcgen" -i eth0 -g $GROUP4 -r 200
spawn source6 src "$BUILD/mcgen" -i eth0 -g $GROUP6 -r 200
for name in r1 r2; do
	within 20 shows $name eth1 outputs mroutes $GROUP4
	within 20 shows $name eth1 outputs mroutes $GROUP6
done
listen judge dst $GROUP4
listen judge6 dst $GROUP6
within 10 said judge '"event":"first"'
within 10 said judge6 '"event":"first"'

# messages of HPIM-DM that are no Hellos: byte 4 of the message is the type (docs/PROTOCOL.md)
spawn sent r1 tcpdump -l -nn -i eth1 --immediate-mode \
	"(ip proto 103 and ip[((ip[0] & 15) << 2) + 4] != 0) or (ip6 proto 103 and ip6[44] != 0)"
until_true 10 said sent listening || fail 'tcpdump does not listen in r1'

# hello_passed: a Hello after now, so that all that was to be sent before it was captured
hello_passed() {
	spawn hello r1 timeout 30 tcpdump -c 2 -nn -i eth1 --immediate-mode ip proto 103
	within 30 said hello '2 packets captured'
}

# quiet WORDS: nothing but Hellos was sent, and neighbors and trees are the same
quiet() {
	hello_passed
	[ "$(grep -c 'IP' "$WORK/sent.log")" = 0 ] || fail "messages after $1: $(cat "$WORK/sent.log")"
	[ "$(table r1 address,boot_time,my_snapshot_sn show neighbors)" = "$neighbors" ] ||
		fail "other neighbors after $1"
	[ "$(table r1 source,group,state,outputs show trees)" = "$trees" ] || fail "other trees after $1"
}
neighbors=$(table r1 address,boot_time,my_snapshot_sn show neighbors)
trees=$(table r1 source,group,state,outputs show trees)
[ -n "$neighbors" ] && [ -n "$trees" ] || fail 'there is nothing to be disturbed'

ends 0 '' ctl r1 reload
[ "$(ctl r1 -H reload | wc -l)" = 0 ] || fail 'a reload of the same changes something'
quiet 'a reload of the same'

sed 's/threshold: 2/threshold: 3/' "$file" > "$WORK/threshold.yaml"
ends 8 'eth0 threshold: 3' ctl r1 config diff "$WORK/threshold.yaml"
ends 0 'eth0 threshold: 3' ctl r1 config load "$WORK/threshold.yaml"
[ "$(table r1 threshold interfaces eth0)" = 3 ] || fail 'the threshold is not that of the file'
[ "$(table r1 unsaved status)" = yes ] || fail 'a loaded file that is not the own one counts as saved'
quiet 'another threshold'
ends 0 'eth0 threshold: 2' ctl r1 reload
[ "$(table r1 threshold interfaces eth0)" = 2 ] || fail 'a reload does not bring the file back'
ends 0 'eth0 threshold: 3' ctl r1 config load "$WORK/threshold.yaml"

# An interface elsewhere, and a pattern for one that comes.
run r1 ip link add other0 type veth peer name other1 && run r1 ip addr add 10.9.0.1/24 dev other0 &&
	run r1 ip link set other0 up && run r1 ip link set other1 up || fail 'no interface'
sed "s/^interfaces:/&\n  other0: {protocols: [igmp]}\n  'ppp*': {protocols: [igmp]}/" \
	"$WORK/threshold.yaml" > "$WORK/other.yaml"
ends 0 'other0' ctl r1 config load "$WORK/other.yaml"
within 10 shows r1 yes igmp interfaces other0
run r1 ip link add ppp7 type veth peer name other7 && run r1 ip addr add 10.9.7.1/24 dev ppp7 &&
	run r1 ip link set ppp7 up && run r1 ip link set other7 up || fail 'no interface'
within 10 shows r1 yes igmp interfaces ppp7
quiet 'an interface elsewhere'

# One error changes nothing, and all are reported with their place.
ctl r1 config show > "$WORK/before"
printf 'version: 1\ninterfaces:\n  eth0: {mode: fast, threshold: 300}\n' > "$WORK/bad.yaml"
for words in "config check $WORK/bad.yaml" "config load $WORK/bad.yaml"; do
	# shellcheck disable=SC2086
	ends 2 "bad.yaml:3:16: found 'fast', expected auto, native, generic, tc or kernel" ctl r1 $words
	grep -q "bad.yaml:3:33: found '300', expected a number from 0 to 255" "$WORK/ends.log" ||
		fail 'the second error is not reported'
done
printf 'version: 1\ntables: {unicast: 77}\n' > "$WORK/table.yaml"
ends 2 'unicast table 77: the daemon runs with 254' ctl r1 config load "$WORK/table.yaml"
printf 'version: 1\ninterfaces: {eth0: {keys: [{id: 1, algorithm: md5, file: /nowhere}]}}\n' \
	> "$WORK/key.yaml"
ends 2 'eth0: key 1: cannot read /nowhere' ctl r1 config load "$WORK/key.yaml"
ends 4 'nowhere.yaml' ctl r1 config load "$WORK/nowhere.yaml"
ends 4 'nowhere.yaml' ctl r1 config check "$WORK/nowhere.yaml"
ctl r1 config show | diff "$WORK/before" - || fail 'a refused file changed something'
quiet 'refused files'

# The capture does see what is sent: a new tree is announced.
send src 239.5.5.5 -n 30 -r 100
within 10 grep -q IP "$WORK/sent.log"

for name in judge judge6; do
	hush $name || fail "$name: exit code $?"
	grep -q '"lost":0,' <(tail -n 1 "$WORK/$name.log") || fail "packets are lost: $(tail -n 1 "$WORK/$name.log")"
done

# ---- the run before counts after a crash, unsaved changes included ----
kill -9 "${daemons[r1]}"
wait "${daemons[r1]}" 2> /dev/null
restart_r1
ctl r1 config show | diff "$WORK/before" - || fail 'the crash lost something'
[ "$(table r1 unsaved status)" = yes ] || fail 'after the crash nothing is unsaved'
ends 0 '' ctl r1 config save
[ "$(table r1 unsaved status)" = no ] || fail 'what was saved is unsaved'
grep -q 'ppp' "$file" || fail 'the file is not what runs'

# ---- the Python implementation's file at the start, and taken over ----
end_router
cat > "$file" << END
HPIM-DM:
  DefaultTimers: {HELLO_PERIOD: 10, INITIAL_FLOOD_TIME: 20.0}
  Interfaces:
    eth0: {ipv4: {enabled: true}, ipv6: {enabled: true}}
    eth1:
      ipv4: {enabled: true, security: {algorithm: sha256, identifier: 1, key: 0123456789abcdef0123}}
      ipv6: {enabled: true, security: {algorithm: sha256, identifier: 1, key: 0123456789abcdef0123}}
IGMP: {Interfaces: {eth0: {enabled: true}}}
MLD: {Interfaces: {}}
MulticastVRF: 0.0
UnicastVRF: 254
END
# A comment of the operator is not lost with the file, nor is ours kept.
sed -i '1i # who is on call: 555-0199' "$file"
restart_r1
within 20 synced r2 2
ends 2 'the running configuration cannot be saved' ctl r1 config save
ends 0 '' ctl r1 reload
cp "$file" "$WORK/commented"
ends 0 'has comments, which are not saved' ctl r1 config save
cmp "$file.old" "$WORK/commented" || fail 'the file with comments is not kept'
rm "$file.old"
ends 0 '' ctl r1 config save
[ ! -e "$file.old" ] || fail 'a file that config save wrote is kept'
secret=$WORK/$PREFIX-r1-eth1-ipv4-1.key
[ "$(stat -c %a "$secret")" = 600 ] || fail 'the secret is no file of mode 600'
[ "$(cat "$secret")" = 0123456789abcdef0123 ] || fail 'the file holds another secret'
grep -q 0123456789 "$file" && fail 'the secret is in the file still'
ends 0 '' ctl r1 config check "$file"
ctl r1 config show reference > "$WORK/exported" 2> /dev/null || fail 'it cannot be exported'
grep -q '  key: 0123456789abcdef0123' "$WORK/exported" || fail 'the export has no secret'
ends 0 '' ctl r1 config check "$WORK/exported"
# Only where the secret stands is not in it.
ctl r1 -H config diff "$WORK/exported" | grep -v ' keys: ' && fail 'the export is something else'

# ---- a start with a bad file is refused with its place ----
end_router
echo 'version: 3' > "$file"
ends 2 "$file:1:10: found version '3', expected 1" run r1 "$BUILD/hpimd" -i "$PREFIX-r1" --config "$file"
rm "$file"
ends 2 "cannot read $file" run r1 "$BUILD/hpimd" -i "$PREFIX-r1" --config "$file"
