#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# verdicts.sh [ROOT]: each verdict of explain has a row in docs/TROUBLESHOOTING.md, and each row is
# about a verdict that there is. tests/unit/mgmt/test_verdict.c has facts for each.
set -eu
cd "${1:-$(dirname "$0")/../..}"
doc=docs/TROUBLESHOOTING.md
failed=0

complain() {
	echo "$*"
	failed=1
}

in_code=$(sed -n '/ rules\[\] = {/,/^};/s/^	{ "\([a-z-]*\)",.*/\1/p' ctrl/mgmt/verdict.c |
	sed -n '/^link-scope$/,$p' | sort -u)
in_doc=$(sed -n '/^## Verdicts/,/^## Messages/s/^| \(`[^|]*\) |.*/\1/p' $doc | tr -d '` ' | tr , '\n' | sort -u)
[ -n "$in_code" ] || complain 'no verdicts found'
for name in $in_code; do
	echo "$in_doc" | grep -qxF "$name" || complain "$doc: no row for the verdict $name"
done
for name in $in_doc; do
	echo "$in_code" | grep -qxF "$name" || complain "$doc: a row for $name, which is no verdict"
done
exit $failed
