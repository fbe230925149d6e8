#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# deps.sh [--list] build|test|dev|peers...: install the Debian packages of these lists that are missing, or
# only print the lists, a package a line. README.md says how much each brings.
set -eu

# Building the programs, installing them, and the demo.
build='gcc make clang bpftool libbpf-dev libxdp-dev libelf-dev zlib1g-dev libc6-dev linux-libc-dev
	uthash-dev libbsd-dev libmnl-dev libjson-c-dev libyaml-dev libsmartcols-dev libsystemd-dev libsodium-dev
	libssl-dev libcap-ng-dev libmicrohttpd-dev iproute2 ethtool util-linux procps perl-base'

# What tests link with (clang's sanitizers, too), and the programs that they run; the package.
test='libcriterion-dev libclang-rt-dev tcpdump nftables tshark prometheus curl systemd debhelper groff-base zsh fish
	chromium'

# What looks at the sources and at the package, and makes roots of other releases.
dev='cppcheck clang-format clang-tidy lintian debootstrap'

# Multicast routers of others, which tests run in namespaces; no service of theirs starts. pimd as well: its
# package conflicts with frr and smcroute, so only its program is unpacked, to where no PATH leads.
peers='frr smcroute igmpproxy'
peer_services='frr smcroute smcroute-helper igmpproxy'
peer_pimd=/usr/local/lib/hpim-peers/pimd

list= with_pimd=
[ "${1:-}" != --list ] || { list=1; shift; }
packages=
for name in "$@"; do
	case $name in
	build) packages="$packages $build" ;;
	test) packages="$packages $test" ;;
	dev) packages="$packages $dev" ;;
	peers) packages="$packages $peers"; with_pimd=1 ;;
	*) echo "deps: no list is called '$name'; there are: build test dev peers" >&2; exit 2 ;;
	esac
done
[ -n "$packages" ] || { echo 'usage: deps.sh [--list] build|test|dev|peers...' >&2; exit 2; }

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
[ ! -x "$peer_pimd" ] || with_pimd=
[ -n "$missing$with_pimd" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "deps: missing:$missing${with_pimd:+ $peer_pimd}" >&2
	echo "deps: run this as root, or: apt-get install$missing" >&2
	exit 1
fi

# masked SERVICE: neither now nor after the next boot does it start, unless it is the operator's already
masked() {
	unit=/etc/systemd/system/$1.service
	[ ! -e "$unit" ] && [ ! -L "$unit" ] || return 0
	mkdir -p "${unit%/*}"
	ln -s /dev/null "$unit"
	echo "deps: the service $1 does not start; 'systemctl unmask $1' lets it"
}

# Tests start prometheus themselves. Where systemd does not run, scripts of init would start services now.
policy=/usr/sbin/policy-rc.d
for package in $missing; do
	case $package in
	prometheus) masked prometheus ;;
	frr | smcroute | igmpproxy)
		for name in $peer_services; do
			case $name in "$package"*) masked "$name" ;; esac
		done
		if [ ! -e "$policy" ]; then
			trap 'rm -f "$policy"' EXIT
			trap 'exit 1' INT TERM
			printf '#!/bin/sh\n# of tools/deps.sh, while it runs\nexit 101\n' > "$policy"
			chmod 755 "$policy"
		fi
		;;
	esac
done

apt-get update -q
if [ -n "$missing" ]; then
	echo "deps: installing:$missing"
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi
if [ -n "$with_pimd" ]; then
	echo "deps: unpacking $peer_pimd"
	dir=$(mktemp -d)
	(cd "$dir" && apt-get download -q -o APT::Sandbox::User=root pimd && dpkg-deb -x pimd_*.deb .)
	install -D -m 755 "$dir/usr/sbin/pimd" "$peer_pimd"
	rm -r "$dir"
fi
