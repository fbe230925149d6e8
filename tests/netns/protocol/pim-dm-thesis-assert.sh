#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# pim-dm-thesis-assert.sh: as pim-dm-thesis.sh, the network where two routers bring the packets to a
# switch, and one wins the assert.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../scenario.sh"

play tests/scenarios/thesis-assert.yaml "${FASTER:-3}"
