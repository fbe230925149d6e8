/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_PCAPNG_H
#define HPIMCTL_PCAPNG_H

/* A file of captured packets, as Wireshark and tcpdump read it. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct pcapng;

/**
 * struct pcapng_packet - An Ethernet frame, or its beginning.
 * @interface: where it arrived.
 * @comment:   for people.
 * @len:       bytes of the frame, of which @kept are in @data.
 */
struct pcapng_packet {
	const char *interface, *comment;
	int64_t time_ns; /* UNIX time */
	uint32_t len, kept;
	const uint8_t *data;
};

/** pcapng_new() - Begin a file; @file is borrowed. NULL: it cannot be written to. */
struct pcapng *pcapng_new(FILE *file);

/** pcapng_write() - Add a packet, at once. Return: 0 or a negative errno. */
int pcapng_write(struct pcapng *pcapng, const struct pcapng_packet *packet);

/** pcapng_free() - Forget the file; what was written is complete. */
void pcapng_free(struct pcapng *pcapng);

#endif
