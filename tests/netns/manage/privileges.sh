#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Once it serves, the daemon has four capabilities and cannot get others, as root or as the user
# hpim, whom root lets start it with these four alone, as the unit file does; interfaces come and go,
# both families are forwarded, and restart and stop work all the same, also where only privileged
# processes may load programs.
# runner: alone, it sets kernel.unprivileged_bpf_disabled for the whole machine
. "$(dirname "$0")/../lib.sh"
need setpriv
need_apart
# Where the user may start them, who may have no way into the folder they were built in; by a full
# path, since who enters a mount namespace leaves this folder.
cp "$BUILD"/{hpimd,hpimctl,mcgen,mcsink} "$WORK" && chmod 755 "$WORK" "$WORK"/*
BUILD=$WORK

# CAP_NET_ADMIN, CAP_NET_RAW, CAP_PERFMON and CAP_BPF
MASK=000000c000003000
BPF_SYSCTL=/proc/sys/kernel/unprivileged_bpf_disabled

# The strict setting, where the machine can take it back.
was=$(cat $BPF_SYSCTL 2> /dev/null) || skip "needs $BPF_SYSCTL"
if [ "$was" = 0 ]; then
	trap 'echo 0 > $BPF_SYSCTL; clean_up' EXIT
	echo 2 > $BPF_SYSCTL || fail 'unprivileged BPF cannot be switched off'
fi
[ "$(cat $BPF_SYSCTL)" != 0 ] || fail 'unprivileged BPF is on'

# What a start by root needs, and what the service manager gives to the user, as setpriv writes them.
ROOT_SET=-all,+net_admin,+net_raw,+bpf,+perfmon,+setpcap,+setuid,+setgid,+chown,+dac_override
unit_set=-all$(sed -n 's/^AmbientCapabilities=//p' packaging/hpimd@.service.in | tr 'A-Z\n' 'a-z ' |
	sed 's/ *cap_/,+/g; s/ *$//')
case $unit_set in *,+net_admin,*) ;; *) fail "the unit file names no capabilities: $unit_set" ;; esac
AS_ROOT=(setpriv --bounding-set $ROOT_SET)
AS_SERVICE=(setpriv --reuid 61234 --regid 61234 --clear-groups --inh-caps "$unit_set"
	--ambient-caps "$unit_set" --bounding-set "$unit_set")
starter=("${AS_ROOT[@]}")

# status_of PID NAME: a line of its status
status_of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' '; }

# is_limited PID UID: whether it has what it keeps, and no way to more
is_limited() {
	local name
	for name in CapPrm CapEff CapBnd; do
		[ "$(status_of "$1" $name)" = $MASK ] || fail "$name is $(status_of "$1" $name)"
	done
	for name in CapInh; do
		case $(status_of "$1" $name) in
		0000000000000000 | $MASK) ;; # the second one after a restart
		*) fail "$name is $(status_of "$1" $name)" ;;
		esac
	done
	[ "$(status_of "$1" NoNewPrivs)" = 1 ] || fail 'new privileges are possible'
	[ "$(status_of "$1" Uid)" = "$2 $2 $2 $2" ] || fail "uids are $(status_of "$1" Uid)"
	[ "$2" = 0 ] || [ "$(status_of "$1" Gid)" = "$2 $2 $2 $2" ] || fail "gids are $(status_of "$1" Gid)"
	[ "$2" = 0 ] || [ -z "$(status_of "$1" Groups)" ] || fail "groups are $(status_of "$1" Groups)"
}

# inside COMMAND...: with the users and the file systems of the daemons
inside() { nsenter -t "$holder" --mount --root -- "$@"; }

# ctl as in lib.sh, inside
ctl() { inside "$BUILD/hpimctl" -i "$PREFIX-$1" "${@:2}"; }

start_inside() {
	spawn one one nsenter -t "$holder" --mount --root -- "${starter[@]}" \
		"$BUILD/hpimd" -i "$PREFIX-one" --foreground "$@"
	daemons[one]=$!
	within 10 ctl one status
	within 5 said one serves
}

# works UID NAME: all that comes after the start
works() {
	local mode group before
	is_limited "${daemons[one]}" "$1"
	[ "$(table one user status)" = "$2" ] || fail "status names the user $(table one user status)"
	[ "$(table one capabilities status)" = net_admin,net_raw,perfmon,bpf ] ||
		fail "status names the capabilities $(table one capabilities status)"
	for mode in auto generic kernel "${MODE:-auto}"; do
		ends 0 eth1 ctl one attach eth0,eth1 mode $mode
		for group in $GROUP4 $GROUP6; do
			listen member right $group
			within 10 has_member one eth1 $group
			send left $group -n 30 -r 100
			within 10 shows one eth1 outputs mroutes $group
			listen exact right $group --expect 1-200
			send left $group -n 200 -r 1000
			all_arrive exact
			hush member
		done
		ends 0 '' ctl one detach eth0,eth1
	done
	ends 0 eth1 ctl one attach eth0,eth1 mode "${MODE:-auto}"
	ends 0 '' ctl one restart
	within 10 shows one $'eth0 up\neth1 up' interface,state interfaces
	is_limited "${daemons[one]}" "$1"
	kill -9 "${daemons[one]}"
	wait "${daemons[one]}" 2> /dev/null
	start_inside
	within 10 shows one $'eth0 up\neth1 up' interface,state interfaces
	is_limited "${daemons[one]}" "$1"
	ends 0 '' ctl one stop
	wait "${daemons[one]}" || fail "the daemon ends with exit code $?"
	inside test ! -e "/sys/fs/bpf/hpim/$PREFIX-one" || fail 'pins stay'
	inside sh -c "ls /run/hpimd/$PREFIX-one.*" > "$WORK/left"
	[ "$(cat "$WORK/left")" = "/run/hpimd/$PREFIX-one.boot" ] || fail "files stay: $(cat "$WORK/left")"
}

node left right
router one
wire left eth0 10.1.1.100/24,2001:db8:1::100/64 one eth0 10.1.1.1/24,2001:db8:1::1/64
wire one eth1 10.1.3.1/24,2001:db8:3::1/64 right eth0 10.1.3.100/24,2001:db8:3::100/64

# Users of our own, and folders nobody else uses: what the daemon changes there concerns no other.
grep -v '^hpim:' /etc/passwd > "$WORK/passwd"
grep -v '^hpim:' /etc/group > "$WORK/group"
chmod 644 "$WORK/passwd" "$WORK/group"
spawn holder one "${APART[@]}" sh -c '
	mkdir -p /run/hpimd && mount -t tmpfs -o mode=0755 run /run/hpimd &&
	mount -t bpf -o mode=0700 bpf /sys/fs/bpf &&
	mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group &&
	echo ready && exec tail -f /dev/null' sh "$WORK"
holder=$!
within 10 said holder ready

start_inside
said one 'there is no user hpim' || fail 'the log does not say that it stays root'
works 0 root

# Left behind by root, also with a umask that keeps others out, for the user who starts it now.
inside $NOBODY test -d /run/hpimd || skip 'users other than root cannot reach /run'
umask 077
start_inside
umask 022
ends 0 eth1 ctl one attach eth0,eth1
ends 2 'there is no user hpim' inside "$BUILD/hpimd" -i "$PREFIX-one" --prepare
echo 'hpim:x:61234:61234::/nonexistent:/usr/sbin/nologin' >> "$WORK/passwd"
echo 'hpim:x:61234:' >> "$WORK/group"
ends 2 'runs already' inside "$BUILD/hpimd" -i "$PREFIX-one" --prepare
kill -9 "${daemons[one]}"
wait "${daemons[one]}" 2> /dev/null
inside stat -c '%U' "/sys/fs/bpf/hpim/$PREFIX-one" | grep -qx root || fail 'the pins are not of root'
ends 0 '' inside "$BUILD/hpimd" -i "$PREFIX-one" --prepare
starter=("${AS_SERVICE[@]}")
start_inside
within 10 shows one $'eth0 up\neth1 up' interface,state interfaces
works 61234 hpim

# A configuration and a key that are root's alone: the group may read them when root has prepared.
echo '0123456789abcdef0123' > "$WORK/one.key"
cat > "$WORK/one.yaml" << END
version: 1
interfaces:
  eth0:
    keys:
    - {id: 1, algorithm: sha256, file: $WORK/one.key, send: on}
END
chmod 600 "$WORK"/one.*
ends 0 'the group hpim may read it now' inside "$BUILD/hpimd" -i "$PREFIX-one" --config "$WORK/one.yaml" --prepare
[ "$(stat -c '%a %u %g' "$WORK/one.key" "$WORK/one.yaml" | sort -u)" = '640 0 61234' ] ||
	fail "modes and owners: $(stat -c '%n %a %u %g' "$WORK"/one.*)"
start_inside --config "$WORK/one.yaml"
within 10 shows one '1 yes' id,sending -4 keys
ends 0 '' ctl one restart
within 10 shows one '1 yes' id,sending -4 keys
ends 0 '' ctl one stop
wait "${daemons[one]}"

inside rmdir /sys/fs/bpf/hpim || fail 'something is left in /sys/fs/bpf/hpim'
ends 0 '' inside "$BUILD/hpimd" -i "$PREFIX-one" --prepare
start_inside
ends 0 '' ctl one stop

starter=("${AS_ROOT[@]}")
start_inside
works 61234 hpim

# An instance of root beside one of the user: each finds its files.
start_inside
spawn two one nsenter -t "$holder" --mount --root -- "$BUILD/hpimd" -i "$PREFIX-two" --foreground -m 7 \
	--share-xdp
two=$!
within 10 inside "$BUILD/hpimctl" -i "$PREFIX-two" status
within 5 said two serves
[ "$(status_of $two Uid)" = '0 0 0 0' ] || fail 'libxdp is used as a user that has no rights to its files'
[ "$(status_of $two CapEff)" = 000000c000203000 ] || fail "with --share-xdp: $(status_of $two CapEff)"
ends 0 '' inside "$BUILD/hpimctl" -i "$PREFIX-two" stop
wait $two || fail "the second daemon ends with exit code $?"
ends 0 '' ctl one stop

# A folder above those of the daemon is root's alone: as the user it could not note what is attached.
# Its own folder is for all to look into, whatever the umask.
inside mount -t tmpfs -o mode=0700 run /run || fail 'no /run for root alone'
umask 077
start_inside
umask 022
case $(inside stat -c %a /run/hpimd) in
755 | 775) ;; # the second one when it has been prepared for the user
*) fail "mode of /run/hpimd: $(inside stat -c %a /run/hpimd)" ;;
esac
ends 0 eth1 ctl one attach eth0,eth1
kill -9 "${daemons[one]}"
wait "${daemons[one]}" 2> /dev/null
start_inside
within 10 shows one $'eth0 up\neth1 up' interface,state interfaces
said one 'user hpim cannot work in /run/hpimd' || fail 'the log does not say why it stays root'
is_limited "${daemons[one]}" 0
ends 0 '' ctl one stop
