#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# words.sh [ROOT]: words for which docs/STYLE.md, "Glossary", has the field's own.
set -eu
cd "${1:-$(dirname "$0")/../..}"
found=$(find ctrl bpf include tools docs README.md -type f \( -name '*.[ch]' -o -name '*.md' \) \
		! -path docs/STYLE.md 2>/dev/null | sort |
	xargs grep -nowiE 'told|nobody|anew|wish|wishes|stray|strays|payer|payers|any more|let go|unsaid|relearned|adopted' |
	sed 's/$/: see the glossary in docs\/STYLE.md/')
[ -z "$found" ] || { echo "$found"; exit 1; }
