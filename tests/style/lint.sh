#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# lint.sh [FILE...]: cppcheck and clang-tidy over the programs (not what runs in the kernel, whose rules
# they do not know). Takes minutes; silent when it finds nothing. format.sh checks the layout.
# runner: long
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
[ $# -gt 0 ] || set -- $(find ctrl tools -name '*.c' ! -name '*.bpf.c' | sort)
jobs=$(nproc)

for program in cppcheck clang-tidy gcc; do
	command -v $program > /dev/null || { echo "needs $program"; exit 77; }
done
for source in bpf/*.bpf.c tools/bench/*.bpf.c; do
	[ -f "$BUILD/${source%.bpf.c}.skel.h" ] ||
		{ echo "$BUILD lacks the skeleton of $source; run: make BUILD=$BUILD skeletons"; exit 77; }
done

# - uninitvar, incorrectStringBooleanError, unknownEvaluationOrder: wrong about uthash and about
#   initializers of nested structs
# - nullPointerOutOfMemory, nullPointerRedundantCheck: do not know assert() and fail()
# - normalCheckLevelMaxBranches: is no finding
# - invalidPrintfArgType_uint, _sint: takes uintmax_t for unsigned long long, and bool for unsigned
cppcheck -q -j "$jobs" --std=c11 --enable=warning,performance,portability --inline-suppr \
	--error-exitcode=1 -I/usr/include "-I/usr/include/$(gcc -print-multiarch)" \
	'--suppress=*:/usr/include/*' --suppress=uninitvar --suppress=incorrectStringBooleanError \
	--suppress=unknownEvaluationOrder --suppress=invalidPrintfArgType_uint \
	--suppress=invalidPrintfArgType_sint --suppress=nullPointerOutOfMemory \
	--suppress=nullPointerArithmeticOutOfMemory --suppress=normalCheckLevelMaxBranches \
	--suppress=nullPointerRedundantCheck:tools/bench/fwd_lab.c \
	-Iinclude -Ictrl -Itools -D_GNU_SOURCE '-DHPIM_VERSION="0"' "$@"

# Its options are those of compile_flags.txt. It counts warnings of system headers on standard error, on
# success too.
printf '%s\n' "$@" | xargs -P "$jobs" -n 4 sh -c '
	build=$1; shift
	clang-tidy -quiet --extra-arg=-isystem"$build" --extra-arg=-isystem"$build"/tools "$@" 2>&1 |
		{ ! grep -vE "^[0-9]+ (warnings?|errors?)( and [0-9]+ errors?)? generated\.$|^Suppressed "; }' \
	lint "$BUILD"
