#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# deps.sh [--list] build|test|dev...: install the Debian packages of these lists that are missing, or
# only print the lists, a package a line. README.md says how much each brings.
set -eu

# Building the programs, installing them, and the demo.
build='gcc make clang bpftool libbpf-dev libxdp-dev libelf-dev zlib1g-dev libc6-dev linux-libc-dev
	uthash-dev libbsd-dev libmnl-dev libjson-c-dev libyaml-dev libsmartcols-dev libsystemd-dev libsodium-dev
	libssl-dev libcap-ng-dev libmicrohttpd-dev iproute2 ethtool util-linux procps perl-base'

# What tests link with, and the programs that they run; the package.
test='libcriterion-dev tcpdump nftables tshark prometheus curl systemd debhelper groff-base zsh fish
	chromium'

# What looks at the sources and at the package, and makes roots of other releases.
dev='cppcheck clang-format clang-tidy lintian debootstrap'

list=
[ "${1:-}" != --list ] || { list=1; shift; }
packages=
for name in "$@"; do
	case $name in
	build) packages="$packages $build" ;;
	test) packages="$packages $test" ;;
	dev) packages="$packages $dev" ;;
	*) echo "deps: no list is called '$name'; there are: build test dev" >&2; exit 2 ;;
	esac
done
[ -n "$packages" ] || { echo 'usage: deps.sh [--list] build|test|dev...' >&2; exit 2; }

if [ -n "$list" ]; then
	printf '%s\n' $packages
	exit 0
fi
if ! command -v dpkg-query > /dev/null; then
	echo "deps: not a Debian system; make sure that the likes of these are there:" $packages
	exit 0
fi

missing=
for package in $packages; do
	state=$(dpkg-query -W -f '${Status}' "$package" 2> /dev/null || true)
	[ "$state" = 'install ok installed' ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "deps: missing:$missing" >&2
	echo "deps: run as root: apt-get install$missing" >&2
	exit 1
fi
# Of prometheus, tests use promtool; its server is not to run, now or after the next boot.
unit=/etc/systemd/system/prometheus.service
case " $missing " in
*' prometheus '*)
	if [ ! -e "$unit" ] && [ ! -L "$unit" ]; then
		mkdir -p "${unit%/*}"
		ln -s /dev/null "$unit"
		echo "deps: the prometheus server does not start; 'systemctl unmask prometheus' lets it"
	fi
	;;
esac
echo "deps: installing:$missing"
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
