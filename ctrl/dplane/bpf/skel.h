/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_SKEL_H
#define DPLANE_SKEL_H

/* The generated loaders, which are not as strict about signs as we are. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include "bpf/mcast_fold.skel.h"
#include "bpf/mcast_probe.skel.h"
#include "bpf/mcast_shared.skel.h"
#include "bpf/mcast_tc.skel.h"
#include "bpf/mcast_xdp.skel.h"
#include "bpf/mcast_xmit.skel.h"
#pragma GCC diagnostic pop

#endif
