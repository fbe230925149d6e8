#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# hashing.sh [ROOT]: the closed list of files that may hash without a key. All others use hash_find()
# and hash_add() of base/hash.h: who sends packets chooses their addresses, and without a key could
# choose those that fall into one bucket.
set -eu
cd "${1:-$(dirname "$0")/../..}"
list=tests/style/hashing.txt

plain=$(grep -rlE --include='*.[ch]' '\bHASH_(FIND|ADD|REPLACE)(_[A-Z]+)?\(' ctrl |
	grep -v '^ctrl/base/hash.h$' | sort -u) || true
known=$(sed 's/[[:space:]]*#.*//; /^$/d' "$list" | sort -u)
failed=0
for file in $plain; do
	echo "$known" | grep -qxF "$file" ||
		{ echo "$file: hashes without a key, but is not in hashing.txt"; failed=1; }
done
# A stale name would keep a door open.
for file in $known; do
	echo "$plain" | grep -qxF "$file" ||
		{ echo "$file: is in hashing.txt, but no longer hashes without a key"; failed=1; }
done
exit $failed
