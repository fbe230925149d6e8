/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

/*
 * Cursors over packet bytes. Errors stick: after the first access out of bounds a reader returns
 * zeros and a writer writes nothing, so a decoder checks `bad` once at its end.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/addr.h"

struct reader {
	const uint8_t *at, *end;
	bool bad;
};

struct writer {
	uint8_t *start, *at, *end;
	bool bad;
};

static inline struct reader reader_over(const uint8_t *bytes, size_t len)
{
	return (struct reader){ .at = bytes, .end = bytes + len };
}

static inline size_t rd_left(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

/** rd_bytes() - Step over @len bytes and return where they start, or NULL when there are fewer. */
static inline const uint8_t *rd_bytes(struct reader *r, size_t len)
{
	const uint8_t *bytes = r->at;

	if (r->bad || rd_left(r) < len) {
		r->bad = true;
		return NULL;
	}
	r->at += len;
	return bytes;
}

static inline uint8_t rd_u8(struct reader *r)
{
	const uint8_t *b = rd_bytes(r, 1);

	return b ? b[0] : 0;
}

static inline uint16_t rd_u16(struct reader *r)
{
	const uint8_t *b = rd_bytes(r, 2);

	return (uint16_t)(b ? b[0] << 8 | b[1] : 0);
}

static inline uint32_t rd_u32(struct reader *r)
{
	const uint8_t *b = rd_bytes(r, 4);

	return b ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3] : 0;
}

/** rd_addr() - Read 4 or 16 bytes of address. An IPv6 address that maps IPv4 is an error. */
static inline struct ip_addr rd_addr(struct reader *r, enum ip_family family)
{
	const uint8_t *b = rd_bytes(r, ip_family_addr_len(family));

	if (!b || (family == IP_FAMILY_6 && ip_addr_is_mapped(b))) {
		r->bad = true;
		return (struct ip_addr){ .b = { 0 } };
	}
	return ip_addr_from_bytes(family, b);
}

static inline struct writer writer_over(uint8_t *bytes, size_t len)
{
	return (struct writer){ .start = bytes, .at = bytes, .end = bytes + len };
}

static inline size_t wr_len(const struct writer *w)
{
	return (size_t)(w->at - w->start);
}

/** wr_bytes() - Append bytes; @bytes may be NULL to append zeros. */
static inline void wr_bytes(struct writer *w, const uint8_t *bytes, size_t len)
{
	if (w->bad || (size_t)(w->end - w->at) < len) {
		w->bad = true;
		return;
	}
	if (bytes)
		memcpy(w->at, bytes, len);
	else
		memset(w->at, 0, len);
	w->at += len;
}

static inline void wr_u8(struct writer *w, uint8_t v)
{
	wr_bytes(w, &v, 1);
}

static inline void wr_u16(struct writer *w, uint16_t v)
{
	wr_bytes(w, (uint8_t[]){ (uint8_t)(v >> 8), (uint8_t)v }, 2);
}

static inline void wr_u32(struct writer *w, uint32_t v)
{
	wr_bytes(w,
		 (uint8_t[]){ (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			      (uint8_t)v },
		 4);
}

static inline void wr_addr(struct writer *w, const struct ip_addr *addr)
{
	wr_bytes(w, ip_addr_bytes(addr), ip_family_addr_len(ip_addr_family(addr)));
}

#endif
