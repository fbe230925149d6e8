#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Under the service manager, from the package: install, reload, restart, crash and upgrade with a stream
# through the router, of which no packet is lost; a daemon that hangs is replaced. The default instance
# runs, serves no interface before it is asked to, serves at the next boot what /etc/hpim says, and stays
# disabled if it was. It also serves by the other tiers, and with the settings that the documentation has
# for libxdp. Removing and purging the package leaves nothing. A systemd of its own serves a
# copy-on-write view of this machine's files.
# PACKAGE=FILE: this package, not one that it makes.
# runner: alone, it runs a service manager and builds a package
. "$(dirname "$0")/../lib.sh"
need unshare chroot systemctl dpkg pgrep
[ -x /lib/systemd/systemd ] || skip 'systemd is not installed'

UNIT=hpimd@default
ROOT=$WORK/machine # in the mount namespace of systemd alone

# inside COMMAND...: as on the machine that this systemd manages
inside() { nsenter -t "$manager" --all -- chroot "$ROOT" "$@"; }

# ctl COMMAND...: to the daemon there
ctl() { shift; inside /usr/bin/hpimctl "$@"; }

# property NAME: of the service
property() { inside systemctl show -p "$1" --value "$UNIT"; }

# begin: what is only in this mount namespace ends with it
begin() {
	mkdir -p "$ROOT" && mount --make-rprivate / && mount -t tmpfs files "$ROOT" &&
		mkdir "$ROOT"/{new,work,all} &&
		mount -t overlay all -o "lowerdir=/,upperdir=$ROOT/new,workdir=$ROOT/work" "$ROOT/all" &&
		mount --move "$ROOT/all" "$ROOT" && cd "$ROOT" && mount --rbind /dev dev &&
		mount -t proc proc proc && mount -t sysfs sys sys && mount -t cgroup2 cgroup sys/fs/cgroup &&
		mount -t bpf bpf sys/fs/bpf && mount -t tmpfs run run && cp "$PACKAGE" hpim.deb || return
	[ -e var/lib/dpkg/status ] && [ -x usr/bin/systemctl ] ||
		{ echo 'files of the system are on several file systems'; return; }
	rm -f usr/sbin/policy-rc.d # an image for containers starts no services
	# Nothing of the machine but what a service needs.
	mkdir -p etc/systemd/system
	printf '[Unit]\nDefaultDependencies=no\n' > etc/systemd/system/sysinit.target
	printf '[Unit]\nDefaultDependencies=no\n' > etc/systemd/system/basic.target
	# Else waiting for the watchdog would be half of the test.
	mkdir etc/systemd/system/hpimd@.service.d
	printf '[Service]\nWatchdogSec=15\n' > etc/systemd/system/hpimd@.service.d/soon.conf
	exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		chroot . /lib/systemd/systemd --unit=basic.target
}

# answers PID: whether the systemd that this process has started serves. Before it is there, systemctl
# takes this for a chroot, in which it has nothing to do, and is content.
answers() {
	manager=$(pgrep -P "$1") && inside test -S /run/systemd/private &&
		inside systemctl list-units > /dev/null
} 2> /dev/null

# manage: start it in the router's network
manage() {
	export PACKAGE ROOT
	spawn systemd one unshare --fork --pid --mount --uts --ipc --cgroup --kill-child \
		bash -c "$(declare -f begin); begin"
	local starter=$!
	# Its end is that of all it has started; whoever started it ignores the polite signals.
	trap 'kill -9 $(pgrep -P '$starter') 2> /dev/null; clean_up' EXIT
	until_true 20 answers $starter ||
		skip "no systemd runs in a namespace here: $(tail -n 1 "$WORK/systemd.log")"
}

# files: what has our name in the folders of the system
files() { inside find /etc /usr /var -name '*hpim*' | sort; }

# served: the service is well, and the same interfaces are in XDP
served() {
	within 15 eval '[ "$(property ActiveState)" = active ]'
	within 15 shows one $'eth0 xdp\neth1 xdp' interface,tier interfaces
	within 15 shows one 'eth1 xdp' outputs,tier mroutes "$GROUP4"
	within 15 shows one 'eth1 xdp' outputs,tier mroutes "$GROUP6"
}

# changed COMMAND...: another process serves after it
changed() {
	local before
	before=$(property MainPID)
	"$@" || fail "$*: exit code $?"
	within 45 eval '[ "$(property MainPID)" != '"$before"' ]'
	served
}

if [ -z "${PACKAGE:-}" ]; then
	make -s BUILD="$BUILD" deb > "$WORK/deb.log" 2>&1 || fail "no package is made: $(tail "$WORK/deb.log")"
	PACKAGE=$(realpath "$BUILD"/hpim_*.deb)
fi

node left right
router one
wire left eth0 10.1.1.100/24,2001:db8:1::100/64 one eth0 10.1.1.1/24,2001:db8:1::1/64
wire one eth1 10.1.3.1/24,2001:db8:3::1/64 right eth0 10.1.3.100/24,2001:db8:3::100/64
manage

before=$(files)
inside dpkg -i /hpim.deb > "$WORK/install.log" 2>&1 || fail 'the package is not installed'
inside getent passwd hpim > /dev/null || fail 'the package makes no user hpim'
[ "$(property ActiveState) $(property UnitFileState)" = 'active enabled' ] ||
	fail "installed, it is not active and enabled: $(inside systemctl status "$UNIT")"
[ -z "$(table one interface interfaces)" ] || fail "it serves before it is asked to: $(ctl one show interfaces)"
[ "$(table one user status)" = hpim ] || fail "it serves as $(table one user status)"
ends 0 '' ctl one attach eth0,eth1
for group in $GROUP4 $GROUP6; do
	listen "member-$group" right $group
	within 10 has_member one eth1 $group
	spawn "left-$group" left "$BUILD/mcgen" -i eth0 -g $group -r 1000
done
served
for group in $GROUP4 $GROUP6; do
	listen "judge-$group" right $group
	within 10 said "judge-$group" '"event":"first"'
done

pid=$(property MainPID)
ends 0 '' ctl one config save
inside systemctl reload "$UNIT" || fail 'it does not reload'
inside rm /etc/hpim/default.yaml
served
[ "$(property MainPID)" = "$pid" ] || fail 'another process after reload'
changed inside systemctl restart "$UNIT"
changed inside kill -9 "$(property MainPID)"
changed inside dpkg -i /hpim.deb > "$WORK/upgrade.log" 2>&1
for group in $GROUP4 $GROUP6; do
	hush "judge-$group" || fail "judge-$group: exit code $?"
	end=$(tail -n 1 "$WORK/judge-$group.log")
	[ "$(field "judge-$group" lost) $(field "judge-$group" duplicated)" = '0 0' ] || fail "$group: $end"
done
changed inside kill -STOP "$(property MainPID)" # the watchdog's business

for mode in generic tc kernel; do
	ends 0 '' ctl one attach eth0,eth1 mode $mode
	within 15 shows one "eth1 ${mode/generic/xdp}" outputs,tier mroutes "$GROUP4"
	within 15 shows one "eth1 ${mode/generic/xdp}" outputs,tier mroutes "$GROUP6"
	for group in $GROUP4 $GROUP6; do
		listen judge right $group
		within 10 said judge '"event":"first"'
		hush judge
	done
done
ends 0 '' ctl one attach eth0,eth1 mode auto
served

sed -n '/^# .*share-xdp.conf$/,/^```$/{/^```$/!p}' docs/MANAGEMENT.md > "$WORK/share-xdp.conf"
inside tee "/etc/systemd/system/hpimd@.service.d/share-xdp.conf" < "$WORK/share-xdp.conf" > "$WORK/tee.log"
inside systemctl daemon-reload
changed inside systemctl restart "$UNIT"
[ "$(table one user status)" = root ] || fail "with libxdp it serves as $(table one user status)"
inside systemctl stop "$UNIT" || fail 'it does not stop'
inside rm /etc/systemd/system/hpimd@.service.d/share-xdp.conf
inside systemctl daemon-reload
inside systemctl start "$UNIT" || fail "it does not start: $(inside systemctl status "$UNIT")"
ends 0 '' ctl one attach eth0,eth1
served
[ "$(table one user status)" = hpim ] || fail "without libxdp it serves as $(table one user status)"

# Booted, with nothing of an earlier run but the configuration: the streams arrive, and of one that does
# not explain says why, in its first line.
printf 'version: 1\ninterfaces:\n  eth*:\n    protocols: [hpim, igmp, mld]\n' |
	inside tee /etc/hpim/default.yaml > "$WORK/tee.log"
inside systemctl stop "$UNIT"
inside rm -rf /run/hpimd /sys/fs/bpf/hpim
inside systemctl start "$UNIT" || fail "configured, it does not start: $(inside systemctl status "$UNIT")"
served
for group in $GROUP4 $GROUP6; do
	listen judge right $group
	within 10 said judge '"event":"first"'
	hush judge
done
listen short right 239.1.2.9
spawn short-left left "$BUILD/mcgen" -i eth0 -g 239.1.2.9 -r 50 -T 1
short_left=$!
explained() {
	inside /usr/bin/hpimctl explain 10.1.1.100 239.1.2.9 > "$WORK/explained.log"
	head -n 1 "$WORK/explained.log" | grep -qE '^[0-9]+ packets of it came by eth0 in the last second with a TTL or hop limit of 1, which ends at this router$'
}
within 20 explained
head -n 2 "$WORK/explained.log"
kill $short_left
hush short
inside rm /etc/hpim/default.yaml

# What an administrator has disabled stays so, and another instance is upgraded as well.
inside systemctl disable "$UNIT" 2> /dev/null
printf 'version: 1\ntables:\n  multicast: 7\n' | inside tee /etc/hpim/second.yaml > "$WORK/tee.log"
inside systemctl start hpimd@second || fail "no second instance: $(inside systemctl status hpimd@second)"
second=$(inside systemctl show -p MainPID --value hpimd@second)
changed inside dpkg -i /hpim.deb > "$WORK/again.log" 2>&1
[ "$(property UnitFileState)" = disabled ] || fail "disabled, an upgrade makes it $(property UnitFileState)"
[ "$(inside systemctl show -p MainPID --value hpimd@second)" != "$second" ] || fail 'no upgrade of another instance'

# A daemon that is not a service, and was killed: its programs and pins end with the package.
inside systemctl stop hpimd@second "$UNIT"
inside /usr/sbin/hpimd -i killed || fail 'hpimd -i killed does not start'
inside /usr/bin/hpimctl -i killed attach eth0,eth1 > "$WORK/killed.log" || fail 'no interface for hpimd -i killed'
inside /usr/bin/hpimctl -i killed attach eth1 mode tc > "$WORK/killed.log" || fail 'no TC for hpimd -i killed'
inside pkill -KILL -x hpimd
inside systemctl start "$UNIT"
inside ls /sys/fs/bpf/hpim/killed > "$WORK/killed.pins" 2>&1 || fail 'a killed daemon leaves no pins'
echo 'version: 1' | inside tee /etc/hpim/default.yaml > "$WORK/tee.log"

inside dpkg -r hpim > "$WORK/remove.log" 2>&1 || fail 'the package is not removed'
[ "$(property ActiveState)" = inactive ] || fail "removed, it is $(property ActiveState)"
run one ip -o link show | grep -q xdp && fail 'a program stays after the end'
run one tc filter show dev eth1 ingress | grep -q . && fail 'a filter stays after the end'
[ -z "$(run one bpftool -j net show | grep -o hpim)" ] || fail "programs stay: $(run one bpftool net show)"
for path in /sys/fs/bpf/hpim /run/hpimd /usr/sbin/hpimd /usr/lib/systemd/system/hpimd@.service; do
	inside test -e "$path" && fail "removed, it leaves $path"
done
inside test -e /etc/hpim/default.yaml || fail 'removed, not purged, it takes the configuration with it'
inside dpkg --purge hpim > "$WORK/purge.log" 2>&1 || fail 'the package is not purged'
left=$(comm -13 <(echo "$before") <(files))
[ -z "$left" ] || fail "purged, it leaves $left"
exit 0
