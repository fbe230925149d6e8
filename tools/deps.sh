#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Install the Debian packages that building and testing need, if any is missing.
set -eu

packages='gcc clang llvm make pkg-config bpftool libbpf-dev libxdp-dev libelf-dev zlib1g-dev
	linux-libc-dev libcriterion-dev uthash-dev libbsd-dev libmnl-dev libjson-c-dev libyaml-dev
	libsmartcols-dev libsystemd-dev libsodium-dev libssl-dev libcap-ng-dev iproute2 ethtool
	tcpdump util-linux procps perl-base cppcheck clang-format clang-tidy'

if ! command -v dpkg-query >/dev/null; then
	echo "deps: not a Debian system; make sure that the likes of these are there:" $packages
	exit 0
fi

missing=
for package in $packages; do
	state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
	[ "$state" = 'install ok installed' ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "deps: missing:$missing" >&2
	echo "deps: run as root: apt-get install$missing" >&2
	exit 1
fi
echo "deps: installing:$missing"
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
