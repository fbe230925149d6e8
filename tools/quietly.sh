#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# quietly.sh WHAT LOG COMMAND...: say WHAT is done, and run the command with its output in LOG, of
# which the end is printed if it fails. With V=1, all of it is printed as it comes.
set -eu
what=$1 log=$2
shift 2

echo "$what"
[ "${V:-0}" != 1 ] || exec "$@"

mkdir -p "$(dirname "$log")"
status=0
"$@" > "$log" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
	echo "failed, exit code $status: $*" >&2
	echo "the end of $log:" >&2
	tail -n 20 "$log" | sed 's/^/    | /' >&2
fi
exit "$status"
