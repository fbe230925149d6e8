/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_PCAP_H
#define HPIMSIM_PCAP_H

/* What is sent on the links as a pcapng file: one interface of the file for each link. */
#include <stdio.h>

#include "simnet/net.h"

struct pcap {
	FILE *file;
};

/** pcap_open() - Begin a file. false: errno says why. */
bool pcap_open(struct pcap *pcap, const struct sim_topo *topo, enum ip_family family,
	       const char *path);

/** pcap_tap() - What to hand to the network. */
struct sim_net_tap pcap_tap(struct pcap *pcap);

/** pcap_close() - false: not all could be written. */
bool pcap_close(struct pcap *pcap);

#endif
