#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# family.sh [ROOT]: the closed list of files that may tell IPv4 from IPv6. All others treat both the
# same way; a loop over both families, which names IP_FAMILY_COUNT on its line, asks nothing.
set -eu
cd "${1:-$(dirname "$0")/../..}"
list=tests/style/family.txt

asks=$(grep -rnE --include='*.[ch]' '\bIP_FAMILY_[46]\b|\bAF_INET6?\b|\bPF_INET6?\b|\bETH_P_IP(V6)?\b' \
		bpf ctrl 2>/dev/null | grep -v IP_FAMILY_COUNT | cut -d: -f1 | sort -u) || true
known=$(sed 's/[[:space:]]*#.*//; /^$/d' "$list" | sort -u)
failed=0
for file in $asks; do
	echo "$known" | grep -qxF "$file" ||
		{ echo "$file: asks for the family, but is not in family.txt"; failed=1; }
done
# A stale name would keep a door open.
for file in $known; do
	echo "$asks" | grep -qxF "$file" ||
		{ echo "$file: is in family.txt, but no longer asks for the family"; failed=1; }
done
exit $failed
