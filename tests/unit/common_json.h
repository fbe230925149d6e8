/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

/*
 * Test vectors: files in tests/vectors (or $HPIM_TEST_VECTORS), tests run from the root of the
 * tree. Whatever is missing or malformed fails the running test.
 */
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* Longest packet in the vectors and captures. */
#define VECTOR_LEN_MAX 2048u

struct vector_bytes {
	size_t len;
	uint8_t b[VECTOR_LEN_MAX];
};

/** vector_load() - A JSON file; to be given back with json_object_put(). */
struct json_object *vector_load(const char *name);

/** vector_read() - A whole file, malloc'ed. */
uint8_t *vector_read(const char *name, size_t *ret_len);

/** vector_has() - Whether a key is there and neither null nor false. */
bool vector_has(struct json_object *object, const char *key);

struct json_object *vector_get(struct json_object *object, const char *key);
uint32_t vector_u32(struct json_object *object, const char *key);
const char *vector_text(struct json_object *object, const char *key);
struct ip_addr vector_addr(struct json_object *object, const char *key);

/** vector_family() - From the key "family": 4 or 6. */
enum ip_family vector_family(struct json_object *object);

/** vector_hex() - Bytes of a text of hexadecimal digits. */
struct vector_bytes vector_hex(const char *hex);

#endif
