// SPDX-License-Identifier: GPL-2.0-only
/* Reading of test vectors. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "unit/common_json.h"

static void vector_path(const char *name, char *path, size_t room)
{
	const char *folder = getenv("HPIM_TEST_VECTORS");

	(void)snprintf(path, room, "%s/%s", folder ? folder : "tests/vectors", name);
}

struct json_object *vector_load(const char *name)
{
	struct json_object *root;
	char path[512];

	vector_path(name, path, sizeof(path));
	root = json_object_from_file(path);
	cr_assert_not_null(root, "%s", json_util_get_last_err());
	return root;
}

uint8_t *vector_read(const char *name, size_t *ret_len)
{
	uint8_t *bytes;
	char path[512];
	FILE *file;
	long len;

	vector_path(name, path, sizeof(path));
	file = fopen(path, "rb");
	cr_assert_not_null(file, "cannot open %s", path);
	cr_assert_eq(fseek(file, 0, SEEK_END), 0);
	len = ftell(file);
	cr_assert_gt(len, 0, "%s is empty", path);
	rewind(file);
	bytes = malloc((size_t)len);
	cr_assert_not_null(bytes);
	cr_assert_eq(fread(bytes, 1, (size_t)len, file), (size_t)len);
	(void)fclose(file); /* it was only read */
	*ret_len = (size_t)len;
	return bytes;
}

bool vector_has(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) && value &&
	       (!json_object_is_type(value, json_type_boolean) || json_object_get_boolean(value));
}

struct json_object *vector_get(struct json_object *object, const char *key)
{
	struct json_object *value;

	cr_assert(json_object_object_get_ex(object, key, &value), "no \"%s\" in %s", key,
		  json_object_to_json_string(object));
	return value;
}

uint32_t vector_u32(struct json_object *object, const char *key)
{
	int64_t value = json_object_get_int64(vector_get(object, key));

	cr_assert(value >= 0 && value <= UINT32_MAX, "\"%s\" is no 32-bit number", key);
	return (uint32_t)value;
}

const char *vector_text(struct json_object *object, const char *key)
{
	return json_object_get_string(vector_get(object, key));
}

struct ip_addr vector_addr(struct json_object *object, const char *key)
{
	const char *text = vector_text(object, key);
	struct ip_addr addr;

	cr_assert_eq(ip_addr_parse(text, &addr), 0, "\"%s\" is no address", text);
	return addr;
}

enum ip_family vector_family(struct json_object *object)
{
	return vector_u32(object, "family") == 4 ? IP_FAMILY_4 : IP_FAMILY_6;
}

struct vector_bytes vector_hex(const char *hex)
{
	struct vector_bytes bytes = { .len = strlen(hex) / 2 };

	cr_assert(strlen(hex) % 2 == 0 && bytes.len <= VECTOR_LEN_MAX);
	for (size_t i = 0; i < bytes.len; i++)
		cr_assert_eq(sscanf(hex + 2 * i, "%2hhx", &bytes.b[i]), 1, "bad hex: %s", hex);
	return bytes;
}
