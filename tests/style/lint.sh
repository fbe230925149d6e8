#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# lint.sh [FILE...]: clang-format over everything; cppcheck and clang-tidy over the programs (not what
# runs in the kernel, whose rules they do not know). Takes minutes; silent when there is nothing to
# say.
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
[ $# -gt 0 ] || set -- $(find ctrl tools -name '*.c' ! -name '*.bpf.c' | sort)
jobs=$(nproc)

find include bpf ctrl tools tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror

# - uninitvar, incorrectStringBooleanError, unknownEvaluationOrder: wrong about uthash and about
#   initializers of nested structs
# - invalidPrintfArgType_uint: takes uintmax_t for unsigned long long
cppcheck -q -j "$jobs" --std=c11 --enable=warning,performance,portability --inline-suppr \
	--error-exitcode=1 -I/usr/include "-I/usr/include/$(gcc -print-multiarch)" \
	'--suppress=*:/usr/include/*' --suppress=uninitvar --suppress=incorrectStringBooleanError \
	--suppress=unknownEvaluationOrder --suppress=invalidPrintfArgType_uint \
	-Iinclude -Ictrl -Itools -D_GNU_SOURCE '-DHPIM_VERSION="0"' "$@"

# It counts warnings of system headers on standard error, on success too.
printf '%s\n' "$@" | xargs -P "$jobs" -n 4 sh -c '
	build=$1; shift
	clang-tidy -quiet "$@" -- -std=c11 -D_GNU_SOURCE -Iinclude -Ictrl -Itools \
		-isystem "$build" -DHPIM_VERSION=\"0\" 2>&1 |
		{ ! grep -vE "^[0-9]+ (warnings?|errors?)( and [0-9]+ errors?)? generated\.$|^Suppressed "; }' \
	lint "$BUILD"
