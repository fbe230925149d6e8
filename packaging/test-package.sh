#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test-package.sh DEB [PROGRAMS]: in a root with nothing but the base system (as root): apt installs the
# package and what it depends on; the programs run; purging leaves nothing of it. Then the package
# serves under systemd, with a stream, through restarts and an upgrade, until it is removed and purged
# (tests/netns/manage/service.sh, with mcgen and mcsink of the folder PROGRAMS).
set -eu
cd "$(dirname "$0")/.."
deb=$(realpath "$1") programs=$(realpath "${2:-$(dirname "$1")}")
export DEBIAN_FRONTEND=noninteractive

fail() { echo "FAILED: $*"; exit 1; }

# ours: files with our name, and those of our user
ours() { find / -xdev \( -path /src -o -path /packages -o -path /proc \) -prune -o -name '*hpim*' -print; }

[ -z "$(ours)" ] || fail "this is not a root of the base system alone: $(ours)"
apt-get install -q -y --no-install-recommends "$deb"
hpimd --version
hpimctl help > /dev/null || fail 'hpimctl help'
! ldd /usr/sbin/hpimd /usr/bin/hpimctl /usr/bin/hpimlab | grep 'not found' || fail 'libraries are missing'
getent passwd hpim || fail 'the package makes no user hpim'
[ "$(readlink /etc/systemd/system/multi-user.target.wants/hpimd@default.service)" ] ||
	fail 'the default instance is not enabled'
systemd-analyze verify --man=no hpimd@default.service || fail 'systemd does not understand the unit'

# Without a service manager, as in a container: it starts, answers and ends.
hpimd -i default
hpimctl status
echo 'version: 1' > /etc/hpim/default.yaml
apt-get remove -q -y hpim
[ -e /etc/hpim/default.yaml ] || fail 'remove takes the configuration with it'
! hpimctl status 2> /dev/null || fail 'hpimctl is still there'
! grep -lx hpimd /proc/[0-9]*/comm || fail 'the daemon is still there'
[ ! -e /sys/fs/bpf/hpim ] && [ ! -e /run/hpimd ] || fail 'remove leaves state of the daemon'
apt-get purge -q -y hpim
[ -z "$(ours)" ] || fail "purge leaves $(ours)"

apt-get install -q -y --no-install-recommends "$deb" iproute2 ethtool procps bpftool util-linux
dpkg --purge hpim
PACKAGE=$deb BUILD=$programs tests/run.sh service | tee /tmp/service.log
grep -q '^1 passed, 0 failed, 0 skipped' /tmp/service.log
