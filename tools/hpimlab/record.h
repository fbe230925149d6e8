/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMLAB_RECORD_H
#define HPIMLAB_RECORD_H

/* Fields of the records that `hpimctl -j` prints. What is absent or null is empty, 0 or false. */
#include <json-c/json.h>

#include "base/addr.h"

const char *record_text(json_object *record, const char *key);
bool record_flag(json_object *record, const char *key);
uint32_t record_number(json_object *record, const char *key);

/** record_addr() - Unset where the text is not an address. */
struct ip_addr record_addr(json_object *record, const char *key);

/** record_count() - Of a list, which may be NULL. */
size_t record_count(json_object *records);

#endif
