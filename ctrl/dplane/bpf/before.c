/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading maps by their BTF. Nothing here changes what the earlier run left. */
#include "dplane/bpf/before.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAYOUT_PIN "layout"

/* A value of `port_counts` of every CPU, with room to grow. */
#define VALUE_MAX 4096u

/** struct field - Where a field of a value is; @len 0: that layout has none. */
struct field {
	uint32_t at, len; /* bytes */
};

/* X(identifier, type, field, whether a layout without it cannot be read) */
#define FIELDS(X)                                              \
	X(MAX_LINKS, "mfib_settings", "max_links", true)       \
	X(LEASE, "mfib_settings", "lease_until_ns", false)     \
	X(SOURCE4, "mfib_key4", "source", true)                \
	X(GROUP4, "mfib_key4", "group", true)                  \
	X(SOURCE6, "mfib_key6", "source", true)                \
	X(GROUP6, "mfib_key6", "group", true)                  \
	X(IIF, "mfib_entry", "iif", true)                      \
	X(SET, "mfib_entry", "set", true)                      \
	X(FLAGS, "mfib_entry", "flags", true)                  \
	X(SLOT, "mfib_entry", "slot", true)                    \
	X(LINE, "mfib_entry", "line", false)                   \
	X(LINE_KEY4, "mfib_line4", "key", false)               \
	X(LINE_KEY6, "mfib_line6", "key", false)               \
	X(LINE_AT4, "mfib_line4", "line", false)               \
	X(LINE_AT6, "mfib_line6", "line", false)               \
	X(LINE_PACKETS, "mfib_line", "packets", false)         \
	X(LINE_BYTES, "mfib_line", "bytes", false)             \
	X(LINE_SEEN, "mfib_line", "seen_ns", false)            \
	X(LIST_COUNT, "mfib_list", "count", true)              \
	X(LIST_IFINDEX, "mfib_list", "ifindex", true)          \
	X(LINK, "mfib_port", "link", true)                     \
	X(PORT_FLAGS, "mfib_port", "flags", true)              \
	X(MAC, "mfib_port", "mac", true)                       \
	X(VID, "mfib_port", "vid", false)                      \
	X(TPID, "mfib_port", "tpid", false)                    \
	X(THRESHOLD, "mfib_port", "threshold", false)          \
	X(CARRIER, "mfib_port", "carrier", true)               \
	X(PACKETS, "mfib_route_count", "packets", false)       \
	X(BYTES, "mfib_route_count", "bytes", false)           \
	X(TC_PACKETS, "mfib_route_count", "tc_packets", false) \
	X(TC_BYTES, "mfib_route_count", "tc_bytes", false)     \
	X(SEEN, "mfib_route_count", "seen_ns", false)          \
	X(REASON_PACKETS, "mfib_packets", "packets", false)    \
	X(REASON_BYTES, "mfib_packets", "bytes", false)

enum {
#define X(id, type, name, needed) F_##id,
	FIELDS(X)
#undef X
		F_COUNT,
};

static const struct {
	const char *type, *name;
	bool is_needed;
} fields[F_COUNT] = {
#define X(id, type, name, needed) [F_##id] = { type, name, needed },
	FIELDS(X)
#undef X
};

static const char *const reason_fields[MFIB_R_COUNT] = {
#define X(id, field, name, kind) [MFIB_R_##id] = #field,
	MFIB_REASONS(X)
#undef X
};

enum map {
	SETTINGS,
	ROUTE4,
	ROUTE6,
	ROUTE_COUNTS,
	PORTS,
	PORT_COUNTS,
	LISTS,
	LINES4,
	LINES6,
	MAPS
};

static const char *const map_names[MAPS] = {
	[SETTINGS] = "settings",         [ROUTE4] = "route4", [ROUTE6] = "route6",
	[ROUTE_COUNTS] = "route_counts", [PORTS] = "ports",   [PORT_COUNTS] = "port_counts",
	[LISTS] = "output_lists",        [LINES4] = "lines4", [LINES6] = "lines6",
};

/* What differs by family. */
static const struct {
	enum map map;
	int source, group;
	enum map lines;
	int line_key, line;
} routes[IP_FAMILY_COUNT] = {
	[IP_FAMILY_4] = { ROUTE4, F_SOURCE4, F_GROUP4, LINES4, F_LINE_KEY4, F_LINE_AT4 },
	[IP_FAMILY_6] = { ROUTE6, F_SOURCE6, F_GROUP6, LINES6, F_LINE_KEY6, F_LINE_AT6 },
};

struct before {
	int fd[MAPS];
	uint32_t value_size[MAPS]; /* of one CPU, as it stands in what is read */
	struct field at[F_COUNT], reason[MFIB_R_COUNT];
	unsigned int cpus;
	uint8_t *scratch; /* room for one value of every CPU */
};

static int pin_open(const char *dir, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name); /* both are short */
	return bpf_obj_get(path);
}

/* ---- the layout ---- */

static struct btf *btf_from_kernel(const char *dir)
{
	struct bpf_map_info info = { .type = 0 };
	uint32_t len = sizeof(info);
	struct btf *btf = NULL;
	int fd = pin_open(dir, map_names[SETTINGS]);

	if (fd < 0)
		return NULL;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) == 0 && info.btf_id)
		btf = btf__load_from_kernel_by_id(info.btf_id);
	(void)close(fd);
	return btf;
}

static struct btf *btf_from_pin(const char *dir)
{
	struct bpf_map_info info = { .type = 0 };
	uint32_t len = sizeof(info), zero = 0;
	struct btf *btf = NULL;
	uint8_t *bytes = NULL;
	int fd = pin_open(dir, LAYOUT_PIN);

	if (fd < 0)
		return NULL;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) == 0)
		bytes = malloc(info.value_size);
	if (bytes && bpf_map_lookup_elem(fd, &zero, bytes) == 0)
		btf = btf__new(bytes, info.value_size);
	free(bytes);
	(void)close(fd);
	return btf;
}

static int layout_write(const char *dir, const struct btf *btf)
{
	uint32_t len, zero = 0;
	const void *bytes = btf__raw_data(btf, &len);
	char path[256];
	int fd, err;

	if (!bytes)
		return -ENOMEM;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, LAYOUT_PIN, sizeof(zero), len, 1, NULL);
	if (fd < 0)
		return fd;
	(void)snprintf(path, sizeof(path), "%s/" LAYOUT_PIN, dir);
	err = bpf_map_update_elem(fd, &zero, bytes, BPF_ANY);
	if (!err)
		err = bpf_obj_pin(fd, path);
	(void)close(fd);
	return err == -EEXIST ? 0 : err;
}

int before_layout_pin(const char *dir, const struct btf *btf)
{
	struct btf *kernel = btf ? NULL : btf_from_kernel(dir);
	int fd = pin_open(dir, LAYOUT_PIN);
	int err = 0;

	if (fd >= 0)
		(void)close(fd);
	else if (btf || kernel)
		err = layout_write(dir, btf ? btf : kernel);
	else
		err = -ENOENT;
	btf__free(kernel);
	return err;
}

static struct field field_find(const struct btf *btf, const char *type_name, const char *name)
{
	int id = btf__find_by_name_kind(btf, type_name, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
	const struct btf_member *member = type ? btf_members(type) : NULL;

	for (uint32_t i = 0; type && i < btf_vlen(type); i++) {
		int64_t len;

		if (strcmp(btf__name_by_offset(btf, member[i].name_off), name) != 0)
			continue;
		len = btf__resolve_size(btf, member[i].type);
		if (len > 0)
			return (struct field){ btf_member_bit_offset(type, i) / 8, (uint32_t)len };
	}
	return (struct field){ .len = 0 };
}

static int layout_find(struct before *before, const struct btf *btf, char why[BEFORE_WHY_LEN])
{
	for (int i = 0; i < F_COUNT; i++) {
		before->at[i] = field_find(btf, fields[i].type, fields[i].name);
		if (before->at[i].len || !fields[i].is_needed)
			continue;
		(void)snprintf(why, BEFORE_WHY_LEN, "their BTF has no field %s of %s",
			       fields[i].name, fields[i].type);
		return -EPROTO;
	}
	for (int i = 0; i < MFIB_R_COUNT; i++)
		before->reason[i] = field_find(btf, "mfib_port_count", reason_fields[i]);
	return 0;
}

/* ---- opening ---- */

static int map_open(struct before *before, const char *dir, enum map map, char why[BEFORE_WHY_LEN])
{
	struct bpf_map_info info = { .type = 0 };
	uint32_t len = sizeof(info);
	int err = 0;

	before->fd[map] = pin_open(dir, map_names[map]);
	if (before->fd[map] == -ENOENT && (map == LINES4 || map == LINES6))
		return 0; /* before layout 7 */
	if (before->fd[map] < 0)
		err = before->fd[map];
	else if (bpf_obj_get_info_by_fd(before->fd[map], &info, &len) < 0)
		err = -errno;
	else if (info.value_size > VALUE_MAX || info.key_size > sizeof(struct mfib_key6))
		err = -EPROTO;
	if (err)
		(void)snprintf(why, BEFORE_WHY_LEN, "%s cannot be read: %s", map_names[map],
			       strerror(-err));
	before->value_size[map] = (info.value_size + 7) & ~7u; /* as the kernel spaces CPUs */
	return err;
}

static int layout_open(struct before *before, const char *dir, const struct btf *same,
		       char why[BEFORE_WHY_LEN])
{
	struct btf *btf = NULL;
	int err;

	if (same)
		return layout_find(before, same, why);
	btf = btf_from_pin(dir);
	if (!btf)
		btf = btf_from_kernel(dir);
	if (!btf) {
		(void)snprintf(why, BEFORE_WHY_LEN,
			       "only root can read their BTF; run `hpimd --prepare` as root first");
		return -ENOENT;
	}
	err = layout_find(before, btf, why);
	btf__free(btf);
	return err;
}

int before_open(const char *dir, const struct btf *same, struct before **ret_before,
		char why[BEFORE_WHY_LEN])
{
	struct before *before = calloc(1, sizeof(*before));
	int cpus = libbpf_num_possible_cpus();
	int err = 0;

	if (!before)
		return -ENOMEM;
	for (int i = 0; i < MAPS; i++)
		before->fd[i] = -1;
	before->cpus = cpus > 0 ? (unsigned int)cpus : 1;
	before->scratch = malloc((size_t)before->cpus * VALUE_MAX);
	if (!before->scratch)
		err = -ENOMEM;
	for (enum map map = 0; map < MAPS && !err; map++)
		err = map_open(before, dir, map, why);
	if (!err)
		err = layout_open(before, dir, same, why);
	if (err) {
		before_free(before);
		return err;
	}
	*ret_before = before;
	return 0;
}

void before_free(struct before *before)
{
	if (!before)
		return;
	for (int i = 0; i < MAPS; i++)
		if (before->fd[i] >= 0)
			(void)close(before->fd[i]);
	free(before->scratch);
	free(before);
}

/* ---- reading ---- */

static uint64_t number_at(const uint8_t *value, struct field field)
{
	uint64_t number = 0;

	switch (field.len) {
	case 1: return value[field.at];
	case 2: {
		uint16_t half;

		memcpy(&half, value + field.at, sizeof(half));
		return half;
	}
	case 4: {
		uint32_t word;

		memcpy(&word, value + field.at, sizeof(word));
		return word;
	}
	case 8: memcpy(&number, value + field.at, sizeof(number)); return number;
	default: return 0; /* that layout has none */
	}
}

static uint64_t number(const struct before *before, const uint8_t *value, int field)
{
	return number_at(value, before->at[field]);
}

static uint64_t setting(const struct before *before, int field)
{
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(before->fd[SETTINGS], &zero, before->scratch) < 0)
		return 0; /* not reached: it was read before */
	return number(before, before->scratch, field);
}

uint64_t before_lease_ns(const struct before *before)
{
	return setting(before, F_LEASE);
}

uint32_t before_max_links(const struct before *before)
{
	return (uint32_t)setting(before, F_MAX_LINKS);
}

void before_port_each(const struct before *before,
		      void (*each)(void *ctx, uint32_t ifindex, const struct mfib_port *port),
		      void *ctx)
{
	const uint8_t *value = before->scratch;
	uint32_t ifindex, *prev = NULL;

	while (bpf_map_get_next_key(before->fd[PORTS], prev, &ifindex) == 0) {
		struct mfib_port port = { .zero = 0 };

		prev = &ifindex;
		if (bpf_map_lookup_elem(before->fd[PORTS], &ifindex, before->scratch) < 0)
			continue;
		port.link = (uint16_t)number(before, value, F_LINK);
		port.flags = (uint16_t)number(before, value, F_PORT_FLAGS);
		port.vid = (uint16_t)number(before, value, F_VID);
		port.tpid = (uint16_t)number(before, value, F_TPID);
		port.threshold = (uint8_t)number(before, value, F_THRESHOLD);
		port.carrier = (uint32_t)number(before, value, F_CARRIER);
		memcpy(port.mac, value + before->at[F_MAC].at, sizeof(port.mac));
		each(ctx, ifindex, &port);
	}
}

static bool outputs_read(const struct before *before, uint32_t set, struct mfib_list *ret_list)
{
	const struct field at = before->at[F_LIST_IFINDEX];
	uint64_t count;

	if (bpf_map_lookup_elem(before->fd[LISTS], &set, before->scratch) < 0)
		return false;
	count = number(before, before->scratch, F_LIST_COUNT);
	ret_list->count = 0;
	for (uint32_t i = 0; i < count && i < MFIB_LINKS_MAX && (i + 1) * 4 <= at.len; i++)
		ret_list->ifindex[ret_list->count++] =
			(uint32_t)number_at(before->scratch, (struct field){ at.at + i * 4, 4 });
	return ret_list->count > 0;
}

static bool route_read(const struct before *before, enum ip_family family, const uint8_t *key,
		       struct before_route *ret_route)
{
	const uint8_t *source = key + before->at[routes[family].source].at;
	const uint8_t *group = key + before->at[routes[family].group].at;
	uint32_t flags, set;

	if (bpf_map_lookup_elem(before->fd[routes[family].map], key, before->scratch) < 0)
		return false;
	flags = (uint32_t)number(before, before->scratch, F_FLAGS);
	set = (uint32_t)number(before, before->scratch, F_SET);
	*ret_route = (struct before_route){
		.key = { .source = ip_addr_from_bytes(family, source),
			 .group = ip_addr_from_bytes(family, group) },
		.iif = (uint32_t)number(before, before->scratch, F_IIF),
		.flags = flags & (MFIB_F_WRONG_IF | MFIB_F_TC),
		.slot = (uint32_t)number(before, before->scratch, F_SLOT),
		.line = (uint32_t)number(before, before->scratch, F_LINE),
	};
	memcpy(ret_route->bytes, key, sizeof(ret_route->bytes));
	return !(flags & MFIB_F_PASS) && set != MFIB_SET_NONE &&
	       outputs_read(before, set, &ret_route->outputs);
}

void before_route_each(const struct before *before,
		       void (*each)(void *ctx, const struct before_route *route), void *ctx)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++) {
		int fd = before->fd[routes[family].map];
		uint8_t key[sizeof(struct mfib_key6)] = { 0 }, *prev = NULL;
		struct before_route route;

		while (bpf_map_get_next_key(fd, prev, key) == 0) {
			prev = key;
			if (route_read(before, family, key, &route))
				each(ctx, &route);
		}
	}
}

/* What is counted in a route's line, if it has one. */
static struct mfib_route_count line_count(const struct before *before,
					  const struct before_route *route)
{
	enum ip_family family = ip_addr_family(&route->key.group);
	const struct field key = before->at[routes[family].line_key];
	const uint8_t *line = before->scratch + before->at[routes[family].line].at;
	int fd = before->fd[routes[family].lines];

	if (!before->at[F_LINE].len || fd < 0 || key.len > sizeof(route->bytes) ||
	    bpf_map_lookup_elem(fd, &route->line, before->scratch) < 0 ||
	    memcmp(before->scratch + key.at, route->bytes, key.len) != 0)
		return (struct mfib_route_count){ .packets = 0 };
	return (struct mfib_route_count){
		.packets = number(before, line, F_LINE_PACKETS),
		.bytes = number(before, line, F_LINE_BYTES),
		.seen_ns = number(before, line, F_LINE_SEEN),
	};
}

struct mfib_route_count before_route_count(const struct before *before,
					   const struct before_route *route)
{
	struct mfib_route_count sum = line_count(before, route);

	if (bpf_map_lookup_elem(before->fd[ROUTE_COUNTS], &route->slot, before->scratch) < 0)
		return sum;
	for (unsigned int i = 0; i < before->cpus; i++) {
		const uint8_t *cpu = before->scratch + i * before->value_size[ROUTE_COUNTS];
		uint64_t seen_ns = number(before, cpu, F_SEEN);

		sum.packets += number(before, cpu, F_PACKETS);
		sum.bytes += number(before, cpu, F_BYTES);
		sum.tc_packets += number(before, cpu, F_TC_PACKETS);
		sum.tc_bytes += number(before, cpu, F_TC_BYTES);
		if (seen_ns > sum.seen_ns)
			sum.seen_ns = seen_ns;
	}
	return sum;
}

struct mfib_port_count before_port_count(const struct before *before, uint32_t link)
{
	const struct field packets = before->at[F_REASON_PACKETS];
	const struct field bytes = before->at[F_REASON_BYTES];
	struct mfib_port_count sum = { .forwarded = { .packets = 0 } };
	struct mfib_packets *reasons = &sum.forwarded; /* the first of MFIB_R_COUNT */

	if (bpf_map_lookup_elem(before->fd[PORT_COUNTS], &link, before->scratch) < 0)
		return sum;
	for (unsigned int i = 0; i < before->cpus; i++) {
		const uint8_t *cpu = before->scratch + i * before->value_size[PORT_COUNTS];

		for (int reason = 0; reason < MFIB_R_COUNT; reason++) {
			const struct field at = before->reason[reason];

			if (!at.len)
				continue;
			reasons[reason].packets +=
				number_at(cpu, (struct field){ at.at + packets.at, packets.len });
			reasons[reason].bytes +=
				number_at(cpu, (struct field){ at.at + bytes.at, bytes.len });
		}
	}
	return sum;
}
