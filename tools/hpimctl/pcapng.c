// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of captured packets. Blocks are in the byte order of this machine, which readers tell by
 * the magic. Source: draft-ietf-opsawg-pcapng, "PCAP Now Generic Dump File Format".
 */
#include "hpimctl/pcapng.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SECTION   0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET    6u
#define ORDER_MAGIC     0x1a2b3c4du
#define LINKTYPE_ETH    1u
#define OPT_END         0u
#define OPT_COMMENT     1u
#define OPT_IF_NAME     2u
#define OPT_IF_TSRESOL  9u
#define NANOSECONDS     9u /* 10^-9 */

#define BLOCK_MAX     65536u
#define TEXT_MAX      1024u
#define INTERFACE_MAX 256u

struct pcapng {
	FILE *file;
	char *names[INTERFACE_MAX + 1]; /* by number; the last place is for those beyond */
	uint32_t name_count;
};

/* A block being made; both lengths in it are set when it is written. */
struct block {
	uint8_t bytes[BLOCK_MAX];
	size_t len;
};

static void put(struct block *block, const void *bytes, size_t len)
{
	static const uint8_t padding[4];
	size_t rest = (4 - len % 4) % 4;

	assert(block->len + len + rest + 4 <= sizeof(block->bytes));
	memcpy(block->bytes + block->len, bytes, len);
	memcpy(block->bytes + block->len + len, padding, rest);
	block->len += len + rest;
}

static void put_u32(struct block *block, uint32_t value)
{
	put(block, &value, sizeof(value));
}

static void put_pair(struct block *block, uint16_t first, uint16_t second)
{
	const uint16_t pair[] = { first, second };

	put(block, pair, sizeof(pair));
}

static void put_option(struct block *block, uint16_t code, const void *value, size_t len)
{
	put_pair(block, code, (uint16_t)len);
	put(block, value, len);
}

static void put_text_option(struct block *block, uint16_t code, const char *text)
{
	put_option(block, code, text, strnlen(text, TEXT_MAX)); /* cut, it is for people */
}

static void begin(struct block *block, uint32_t type)
{
	block->len = 0;
	put_u32(block, type);
	put_u32(block, 0);
}

static int finish(struct pcapng *pcapng, struct block *block)
{
	uint32_t len = (uint32_t)block->len + 4;

	put_u32(block, len);
	memcpy(block->bytes + 4, &len, sizeof(len));
	errno = 0;
	if (fwrite(block->bytes, 1, block->len, pcapng->file) == block->len &&
	    fflush(pcapng->file) == 0)
		return 0;
	return errno ? -errno : -EIO;
}

struct pcapng *pcapng_new(FILE *file)
{
	static const int64_t unknown_length = -1;
	struct pcapng *pcapng = calloc(1, sizeof(*pcapng));
	struct block block;
	int err;

	assert(pcapng);
	pcapng->file = file;
	begin(&block, BLOCK_SECTION);
	put_u32(&block, ORDER_MAGIC);
	put_pair(&block, 1, 0); /* version */
	put(&block, &unknown_length, sizeof(unknown_length));
	err = finish(pcapng, &block);
	if (!err)
		return pcapng;
	pcapng_free(pcapng);
	errno = -err;
	return NULL;
}

void pcapng_free(struct pcapng *pcapng)
{
	if (!pcapng)
		return;
	for (uint32_t i = 0; i < pcapng->name_count; i++)
		free(pcapng->names[i]);
	free(pcapng);
}

static int add_interface(struct pcapng *pcapng, const char *name)
{
	static const uint8_t resolution = NANOSECONDS;
	struct block block;

	pcapng->names[pcapng->name_count] = strdup(name);
	assert(pcapng->names[pcapng->name_count]);
	pcapng->name_count++;
	begin(&block, BLOCK_INTERFACE);
	put_pair(&block, LINKTYPE_ETH, 0);
	put_u32(&block, 0); /* no limit of length is promised */
	put_text_option(&block, OPT_IF_NAME, name);
	put_option(&block, OPT_IF_TSRESOL, &resolution, sizeof(resolution));
	put_pair(&block, OPT_END, 0);
	return finish(pcapng, &block);
}

/* Number of an interface, which is made known with its first packet. */
static int find_interface(struct pcapng *pcapng, const char *name, uint32_t *ret_number)
{
	uint32_t number = 0;

	while (number < pcapng->name_count && strcmp(pcapng->names[number], name) != 0)
		number++;
	if (number > INTERFACE_MAX)
		number = INTERFACE_MAX; /* they share the last place */
	*ret_number = number;
	return number < pcapng->name_count
		       ? 0
		       : add_interface(pcapng, number < INTERFACE_MAX ? name : "others");
}

int pcapng_write(struct pcapng *pcapng, const struct pcapng_packet *packet)
{
	uint64_t time_ns = (uint64_t)packet->time_ns;
	struct block block;
	uint32_t interface;
	int err = find_interface(pcapng, packet->interface, &interface);

	if (err)
		return err;
	begin(&block, BLOCK_PACKET);
	put_u32(&block, interface);
	put_u32(&block, (uint32_t)(time_ns >> 32));
	put_u32(&block, (uint32_t)time_ns);
	put_u32(&block, packet->kept);
	put_u32(&block, packet->len);
	put(&block, packet->data, packet->kept);
	put_text_option(&block, OPT_COMMENT, packet->comment);
	put_pair(&block, OPT_END, 0);
	return finish(pcapng, &block);
}
