#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# format.sh [DIR]: refuses C that clang-format would lay out in another way; `make format` does it.
set -eu
cd "${1:-$(dirname "$0")/../..}"
command -v clang-format > /dev/null || { echo 'needs clang-format'; exit 77; }
# Each release lays some things out in its own way; the sources have that of Debian 12.
clang-format --version | grep -q 'version 14\.' || { echo 'needs clang-format 14'; exit 77; }
find include bpf ctrl tools tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror || exit 1
