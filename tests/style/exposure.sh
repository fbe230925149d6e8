#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# exposure.sh [FILE]: what systemd-analyze(1) says of the service: of ten, less than two. What is left is
# what a multicast router is for: the machine's network, its protocols' sockets, BPF.
set -eu
unit=${1:-$(dirname "$0")/../../packaging/hpimd@.service.in}
BOUND=19 # tenths
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed 's|@PREFIX@|/usr|g' "$unit" > "$work/hpimd@.service"
systemd-analyze --help 2> /dev/null | grep -q -e '--offline' ||
	{ echo 'needs systemd-analyze with --offline: systemd 250'; exit 77; }
systemd-analyze security --no-pager --offline=true --threshold=$BOUND "$work/hpimd@.service" \
	> "$work/out" 2>&1 && exit
grep -v '^✓' "$work/out"
exit 1
