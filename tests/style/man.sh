#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# man.sh: the manual pages are what groff can read without a warning, and hpimd(8) has each option of
# hpimd --help and no other.
set -eu
build=${BUILD:-build}
cd "$(dirname "$0")/../.."
command -v groff > /dev/null || { echo 'needs groff'; exit 77; }
failed=0
for page in "$build"/man/*; do
	# Words that cannot be broken leave gaps; newer ones say so.
	said=$(groff -man -Tutf8 -ww -z "$page" 2>&1 | grep -v 'cannot adjust line') || true
	[ -z "$said" ] || { echo "$page: $said"; failed=1; }
done
"$build/hpimd" --help 2>&1 | grep -oE '(^|[ ,])--[a-z-]+' | tr -d ' ,' | sort -u > "${TMPDIR:-/tmp}/man.$$"
sed -n 's/\\-/-/gp' "$build/man/hpimd.8" | grep '^\.BR' | grep -oE '(^|[ "])--[a-z-]+' | tr -d ' "' | sort -u |
	diff "${TMPDIR:-/tmp}/man.$$" - || { echo 'hpimd(8) has other options than hpimd --help'; failed=1; }
rm -f "${TMPDIR:-/tmp}/man.$$"
exit $failed
