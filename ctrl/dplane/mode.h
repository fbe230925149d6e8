/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DPLANE_MODE_H
#define DPLANE_MODE_H

/* How an interface is to forward. */
enum dplane_mode {
	DPLANE_MODE_AUTO,    /* the best tier that works */
	DPLANE_MODE_NATIVE,  /* native XDP or refuse */
	DPLANE_MODE_GENERIC, /* generic XDP */
	DPLANE_MODE_TC,      /* TC or refuse */
	DPLANE_MODE_KERNEL,  /* kernel multicast cache only */
};

#endif
