#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# corpus.sh fuzz|keep [NAME]...: what `make fuzz` and `make corpus` do, with the fuzzers of $BUILD.
#
# tests/fuzz/corpus/NAME.hex has the inputs of fuzz_NAME, one a line in hexadecimal digits, sorted; `make
# check` replays them. A fuzzer works in $BUILD/corpus/NAME, a file each, and leaves there what broke
# something.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build/fuzz}
kept=tests/fuzz/corpus
longest=2048 # bytes of an input in the repository

names=("${@:2}")

# names: of the fuzzers that are meant, or of all that are built
names() {
	local program
	[ ${#names[@]} -eq 0 ] || { printf '%s\n' "${names[@]}"; return; }
	for program in "$BUILD"/tests/fuzz/fuzz_*; do
		[ -x "$program" ] && [ ! -d "$program" ] || continue
		echo "${program##*/fuzz_}"
	done
}

# unpack NAME: the inputs of the repository into the folder of its fuzzer, with those that are there
unpack() {
	local folder=$BUILD/corpus/$1
	mkdir -p "$folder"
	[ ! -e $kept/"$1".hex ] || grep -v '^#' $kept/"$1".hex | perl -MDigest::SHA=sha1_hex -ne '
		chomp; my $bytes = pack "H*", $_;
		open(my $file, ">", "'"$folder"'/" . sha1_hex($bytes)) or die $!; print $file $bytes'
}

# keep NAME: the fewest inputs that reach what all reach
keep() {
	local folder=$BUILD/corpus/$1 fewest=$BUILD/corpus/$1.fewest
	rm -rf "$fewest"
	mkdir -p "$fewest"
	"$BUILD/tests/fuzz/fuzz_$1" -merge=1 -max_len=$longest -verbosity=0 "$fewest" "$folder" > "$folder.log" 2>&1 ||
		{ cat "$folder.log"; return 1; }
	mkdir -p $kept
	perl -e 'local $/; for (@ARGV) { open(my $file, "<", $_) or die $!; print unpack("H*", <$file>), "\n" }' \
		"$fewest"/* | sort -u > $kept/"$1".hex
	echo "  KEEP    $kept/$1.hex: $(wc -l < $kept/"$1".hex) inputs"
}

case ${1:-} in
fuzz)
	declare -A running
	failed=0
	for name in $(names); do
		unpack "$name"
		folder=$BUILD/corpus/$name
		"$BUILD/tests/fuzz/fuzz_$name" -max_total_time="${FUZZ_SECONDS:-30}" -verbosity=0 \
			-print_final_stats=1 -artifact_prefix="$folder." "$folder" > "$folder.log" 2>&1 &
		running[$name]=$!
	done
	for name in "${!running[@]}"; do
		if wait "${running[$name]}"; then
			echo "  FUZZ    $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$BUILD/corpus/$name.log") inputs"
		else
			failed=1
			sed "s/^/    | /" "$BUILD/corpus/$name.log"
			echo "  FAILED  $name: the input is $(echo "$BUILD/corpus/$name".[clo]*-*)"
		fi
	done
	exit $failed
	;;
keep) for name in $(names); do unpack "$name" && keep "$name" || exit 1; done ;;
*) echo "usage: $0 fuzz|keep [NAME]..." >&2; exit 2 ;;
esac
