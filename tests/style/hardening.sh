#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# hardening.sh [FILE...]: what the compiler and the linker made of the options in the Makefile. A
# program is position-independent, with its relocations read-only and all bound at the start, a stack
# that is not executable, stack protectors, and the C library's functions that check lengths. An
# object file has marks for the processor's tracking of branches, where it is for x86.
set -eu
[ $# -gt 0 ] || set -- "${BUILD:-build}/hpimd" "${BUILD:-build}/hpimctl" "${BUILD:-build}/ctrl/daemon/main.o"
failed=0

lacks() {
	echo "$1: $2"
	failed=1
}

# has FILE OPTION WORDS: whether readelf says so
has() { readelf -W "$2" "$1" 2> /dev/null | grep -qE -e "$3"; }

object() {
	has "$1" -h 'Machine: .*(X86-64|80386)' || return 0
	has "$1" -n 'x86 feature: .*IBT' || lacks "$1" 'branches are not tracked (-fcf-protection)'
}

program() {
	has "$1" -h 'Type: *DYN' && has "$1" -d 'FLAGS_1.* PIE' ||
		lacks "$1" 'not position-independent (-fPIE -pie)'
	has "$1" -l 'GNU_RELRO' || lacks "$1" 'no read-only relocations (-z relro)'
	has "$1" -d 'FLAGS.*NOW' || lacks "$1" 'functions are bound lazily (-z now)'
	has "$1" -l 'GNU_STACK .* RW ' || lacks "$1" 'the stack is executable'
	has "$1" --dyn-syms ' __stack_chk_fail' ||
		lacks "$1" 'no stack protector (-fstack-protector-strong)'
	has "$1" --dyn-syms ' __(mem|str|v?snprintf|v?sprintf|explicit)[a-z_]*_chk' ||
		lacks "$1" 'no checked functions (-D_FORTIFY_SOURCE)'
}

for file in "$@"; do
	if [ ! -e "$file" ]; then
		lacks "$file" 'not built'
	elif has "$file" -s ' __(asan|ubsan|tsan)_'; then
		echo "$file is built with a sanitizer"
		exit 77
	elif has "$file" -h 'Type: *REL'; then
		object "$file"
	else
		program "$file"
	fi
done
exit $failed
