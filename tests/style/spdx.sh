#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# spdx.sh [ROOT]: every source file names its licence in the first two lines, and the right one.
set -eu
cd "${1:-$(dirname "$0")/../..}"
found=$(find include bpf ctrl tools tests packaging Makefile \
		\( -name '*.[ch]' -o -name '*.sh' -o -name Makefile -o -name '*.lua' \) -type f 2>/dev/null |
	sort | while read -r file; do
		case $file in
		include/hpim/*) licence='GPL-2.0-only OR BSD-2-Clause' ;;
		*) licence='GPL-2.0-only' ;;
		esac
		head -n 2 "$file" | sed 's| \*/$||' |
			grep -qxE "(//|/\*|#|--) SPDX-License-Identifier: $licence" ||
			echo "$file: the first lines lack: SPDX-License-Identifier: $licence"
	done)
[ -z "$found" ] || { echo "$found"; exit 1; }
