#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# spdx.sh [ROOT]: every source file names its licence in the first two lines, and the right one.
set -eu
cd "${1:-$(dirname "$0")/../..}"
found=$(find include bpf ctrl tools tests packaging Makefile \
		\( -name '*.[ch]' -o -name '*.sh' -o -name Makefile -o -name '*.lua' \) -type f 2>/dev/null |
	sort | xargs awk '
	FNR == 1 { judge(); file = FILENAME; is_right = 0
		   licence = "GPL-2.0-only" (file ~ /^include\/hpim\// ? " OR BSD-2-Clause" : "") }
	FNR <= 2 { sub(/ \*\/$/, "")
		   is_right += $0 ~ "^(//|/[*]|#|--) " && \
			       substr($0, index($0, " ") + 1) == "SPDX-License-Identifier: " licence }
	FNR == 2 { nextfile }
	END { judge() }
	function judge() {
		if (file && !is_right)
			print file ": the first lines lack: SPDX-License-Identifier: " licence
	}')
[ -z "$found" ] || { echo "$found"; exit 1; }
