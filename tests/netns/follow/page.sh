#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The commands of docs/FOLLOW.md, typed as they stand there.
cd "$(dirname "$0")" || exit 1
command -v smcrouted > /dev/null && [ -x /usr/lib/frr/pimd ] || { echo 'needs smcroute and frr: make deps-peers'; exit 77; }
BUILD=$(cd ../../.. && realpath "${BUILD:-build}") PAGE=FOLLOW exec bash ../manage/tutorial.sh
