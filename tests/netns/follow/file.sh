#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Follow mode by the configuration file: the start, what is saved and shown, and what cannot be loaded.
. "$(dirname "$0")/../lib.sh"
need perl

star near far
file=$WORK/r.yaml
mkfifo "$WORK/entries"
spawn owner r perl "$(dirname "$0")/owner.pl" "$WORK/entries" "$(ifindex r eth0)" "$(ifindex r eth1)"
owner=$!
until_true 10 said owner owns || fail "no owner: $(cat "$WORK/owner.log")"
has_entry() { shows r 'eth0 eth1 xdp followed' input,outputs,tier,owner mroutes $GROUP4; }

printf '%s\n' 'version: 1' 'follow:' '  keepalive: 20' 'interfaces:' '  eth0:' '    protocols: [follow]' '  eth1:' \
	'    protocols: [follow]' > "$file"
ends 0 '' ctl r config check "$file"
start_router r --config "$file"
[ "$(table r follows status) $(table r unsaved status)" = 'yes no' ] || fail "started with the file: $(ctl r status)"
echo "10.1.1.100 $GROUP4 0 1" > "$WORK/entries"
within 10 has_entry
ends 2 'which another daemon owns' ctl r attach eth2
arrives $GROUP4 2000 near send src $GROUP4 -n 2000 -r 1000
[ "$(counter r eth0 keepalive)" = 1 ] || fail "$(counter r eth0 keepalive) packets for the kernel in 2 s of 20 s"
echo 'the file begins to follow, with its keepalive'

diff <(ctl r config show) "$file" || fail 'show: not the file'
ends 0 '' ctl r config diff "$file"
sed -i 's/keepalive: 20/keepalive: 5/' "$file"
ends 8 'follow keepalive: 5' ctl r config diff "$file"
ends 2 'the daemon runs with 20' ctl r config load "$file"
has_entry || fail 'a refused file changes something'
ends 0 '' ctl r follow eth2
[ "$(table r unsaved status)" = yes ] || fail 'what is not saved is not shown as such'
ends 0 '' ctl r config save "$file"
grep -qx '  keepalive: 20' "$file" && grep -qx '  eth2:' "$file" || fail "saved: $(cat "$file")"
sed -i '/eth2:/,$d' "$file"
ends 0 '' ctl r config load "$file"
[ "$(table r follow4,interface interfaces | paste -sd,)" = 'yes eth0,yes eth1' ] || fail "loaded: $(table r follow4,interface interfaces; cat "$file")"
has_entry || fail 'loading touches what does not change'
sed -i 's/keepalive: 20/keepalive: never/' "$file"
ends 2 "found 'never', expected a number from 1 to 60" ctl r config check "$file"
echo 'shown, compared, saved, loaded, refused'

kill -9 "${daemons[r]}"
wait "${daemons[r]}" 2> /dev/null
start_router r --config "$file"
within 10 has_entry
[ "$(table r follows status)" = yes ] || fail 'after a crash what the run before had does not count'
ends 0 '' ctl r stop
within 10 ended "${daemons[r]}"
wait "${daemons[r]}" 2> /dev/null
echo 'killed, it follows again'

kill $owner
wait $owner 2> /dev/null
printf '%s\n' 'version: 1' > "$file"
start_router r --config "$file"
printf '%s\n' 'version: 1' 'follow: {}' > "$file"
ends 2 'owns its multicast table itself' ctl r config load "$file"
[ "$(table r follows status)" = no ] || fail 'a refused file changes something'
