#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# corpus.sh: what fuzzers have found over time goes through them again, in each build; each fuzzer has inputs.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
failed=0
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	name=${name#fuzz_}
	"$BUILD/tests/fuzz/replay_$name" "tests/fuzz/corpus/$name.hex" || { echo "fuzz_$name fails"; failed=1; }
done
exit $failed
