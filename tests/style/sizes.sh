#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# sizes.sh [ROOT]: functions over 70 lines and files over 700. A function reaches from the line of
# its opening brace in the first column to that of its closing one, with its heading above.
set -eu
cd "${1:-$(dirname "$0")/../..}"
found=$(find include bpf ctrl tools tests -name '*.[ch]' 2>/dev/null | sort | xargs awk '
	FNR == 1 { if (file && lines > 700) print file ": " lines " lines, over 700"
		   file = FILENAME; heading = 0 }
	{ lines = FNR }
	/^[A-Za-z_].*\(/ && !/;$/ { heading = FNR; name = $0 }
	/^$/ { if (!open) heading = 0 }
	/^\{/ { open = heading ? heading : FNR }
	/^\}/ { if (open && heading && FNR - open + 1 > 70)
			print file ":" open ": " FNR - open + 1 " lines, over 70: " name
		open = 0; heading = 0 }
	END { if (file && lines > 700) print file ": " lines " lines, over 700" }')
[ -z "$found" ] || { echo "$found"; exit 1; }
