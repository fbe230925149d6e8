/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps as functions. Loading and pinning them is attach.c; what should stand in them is decided
 * by ebpf.c and oilset.c.
 */
#include "dplane/bpf/maps.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dplane/bpf/skel.h"

/* Routes read in one call; more than a bucket of the map ever has. */
#define ROUTES_MAX 256u

/* How many output sets are made when one is missing: as many as there are, within these bounds. */
#define GROW_MIN 16u
#define GROW_MAX 512u

/* A batch that takes longer for each of its sets was not inserted as one. */
#define BATCHED_FOR HP_MS(6)

static hp_time now_get(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return HP_SEC(ts.tv_sec) + ts.tv_nsec;
}

static int sets_insert(const struct maps *maps, uint32_t first, uint32_t count)
{
	uint32_t index[GROW_MAX];

	for (uint32_t i = 0; i < count; i++)
		index[i] = first + i;
	if (bpf_map_update_batch(maps->output_sets, index, maps->set + first, &count, NULL) < 0)
		return -errno;
	memset(maps->is_inserted + first, true, count);
	return 0;
}

/* Half of the sets are for few outputs: those are what most trees have, and few differ. */
static void sizes_set(struct maps *maps)
{
	const uint32_t sets = maps->max_sets;
	const struct maps_size sizes[MAPS_SIZES] = {
		{ .room = 1, .end = sets / 8 },
		{ .room = 4, .end = sets / 2 },
		{ .room = 16, .end = sets - sets / 4 },
		{ .room = maps->max_links, .end = sets },
	};

	for (int i = 0; i < MAPS_SIZES; i++) {
		maps->sizes[i] = sizes[i];
		maps->sizes[i].first = i ? sizes[i - 1].end : 0;
	}
}

static const struct maps_size *size_of(const struct maps *maps, uint32_t set)
{
	const struct maps_size *size = maps->sizes;

	while (set >= size->end)
		size++;
	assert(size < maps->sizes + MAPS_SIZES);
	return size;
}

static int set_create(const struct maps *maps, uint32_t set)
{
	return bpf_map_create(BPF_MAP_TYPE_DEVMAP_HASH, "output_set", sizeof(uint32_t),
			      sizeof(struct bpf_devmap_val), size_of(maps, set)->room, NULL);
}

static uint32_t grow_count(const struct maps *maps, uint32_t set)
{
	const struct maps_size *size = size_of(maps, set);
	uint32_t made = set - size->first;
	uint32_t count = made < GROW_MIN ? GROW_MIN : made > GROW_MAX ? GROW_MAX : made;

	if (!maps->inserts_in_batches)
		count = 1;
	return count < size->end - set ? count : size->end - set;
}

/*
 * Make output sets, empty, from @set on. Changing an outer map from user space waits for an RCU
 * grace period, 8 ms or more: for a batch once, or for each of its elements before 6.8 (seen
 * on 6.1, where 4096 sets took a minute), so there they come one by one. Not all at start: the
 * kernel waits again for each set that goes with the daemon.
 */
static int sets_grow(struct maps *maps, uint32_t set)
{
	uint32_t count = grow_count(maps, set), made = 0;
	hp_time begin = now_get();
	int err;

	while (made < count && maps->set[set + made] < 0) {
		maps->set[set + made] = set_create(maps, set + made);
		if (maps->set[set + made] < 0)
			break;
		made++;
	}
	if (made == 0)
		return -errno;
	err = sets_insert(maps, set, made);
	if (made > 1 && now_get() - begin > made * BATCHED_FOR)
		maps->inserts_in_batches = false;
	return err;
}

/*
 * Those of an earlier run stand in the outer map by their identifiers. Only those in use, which
 * have a list, are asked for: before 6.8 the kernel waits for a grace period each time (seen on
 * 6.1, where asking for 4096 took 49 s); others are made again when needed. Without CAP_SYS_ADMIN,
 * as after a restart in place, identifiers are of no use: then a new set is filled, and takes the
 * place of the old one, when restore.c writes all sets again.
 */
static int sets_restore(struct maps *maps)
{
	struct mfib_list list;

	for (uint32_t i = 0; i < maps->max_sets; i++) {
		uint32_t id;

		if (bpf_map_lookup_elem(maps->output_lists, &i, &list) < 0 ||
		    bpf_map_lookup_elem(maps->output_sets, &i, &id) < 0)
			continue;
		maps->set[i] = bpf_map_get_fd_by_id(id);
		maps->is_inserted[i] = maps->set[i] >= 0;
		if (maps->set[i] == -EPERM)
			maps->set[i] = set_create(maps, i);
		if (maps->set[i] < 0)
			return -errno;
	}
	return 0;
}

int maps_settings_make(const struct maps *maps, uint32_t max_routes, uint64_t lease_until_ns)
{
	struct mfib_settings settings = {
		.magic = MFIB_MAGIC,
		.version = MFIB_VERSION,
		.reasons = MFIB_R_COUNT,
		.max_links = maps->max_links,
		.max_routes = max_routes,
		.max_sets = maps->max_sets,
		.lease_until_ns = lease_until_ns,
	};
	uint32_t zero = 0;

	_Static_assert(sizeof(settings.line_key) == sizeof(maps->lines.key.word), "hash_key");
	memcpy(settings.line_key, maps->lines.key.word, sizeof(settings.line_key));

	return bpf_map_update_elem(maps->settings, &zero, &settings, BPF_ANY);
}

/* The key of tables that are filled goes with them, since it is in use. */
static int lines_map(struct maps *maps, const struct mcast_xdp *skel,
		     const struct dplane_config *config, bool is_stale)
{
	const int fd[IP_FAMILY_COUNT] = {
		[IP_FAMILY_4] = bpf_map__fd(skel->maps.lines4),
		[IP_FAMILY_6] = bpf_map__fd(skel->maps.lines6),
	};
	struct hash_key key = *config->hash_key;
	struct mfib_settings settings;
	uint32_t zero = 0;

	if (is_stale) {
		if (bpf_map_lookup_elem(maps->settings, &zero, &settings) < 0)
			return -errno;
		memcpy(key.word, settings.line_key, sizeof(key.word));
	}
	return lines_open(&maps->lines, fd, lines_size(config->max_routes), &key);
}

int maps_init(struct maps *maps, const struct mcast_xdp *skel, const struct dplane_config *config,
	      bool is_stale)
{
	int cpus = libbpf_num_possible_cpus();
	int err;

	if (cpus < 0)
		return cpus;
	*maps = (struct maps){
		.settings = bpf_map__fd(skel->maps.settings),
		.route[IP_FAMILY_4] = bpf_map__fd(skel->maps.route4),
		.route[IP_FAMILY_6] = bpf_map__fd(skel->maps.route6),
		.route_counts = bpf_map__fd(skel->maps.route_counts),
		.route_ttls = bpf_map__fd(skel->maps.route_ttls),
		.ports = bpf_map__fd(skel->maps.ports),
		.egress = bpf_map__fd(skel->maps.egress),
		.port_counts = bpf_map__fd(skel->maps.port_counts),
		.output_sets = bpf_map__fd(skel->maps.output_sets),
		.output_lists = bpf_map__fd(skel->maps.output_lists),
		.direct_ports = bpf_map__fd(skel->maps.direct_ports),
		.set_turns = bpf_map__fd(skel->maps.set_turns),
		.vlans = bpf_map__fd(skel->maps.vlans),
		.own_addresses = bpf_map__fd(skel->maps.own_addresses),
		.upcalls = bpf_map__fd(skel->maps.upcalls),
		.captures = bpf_map__fd(skel->maps.captures),
		.egress_prog = bpf_program__fd(skel->progs.hpim_egress),
		.set = malloc(config->max_sets * sizeof(int)),
		.is_inserted = calloc(config->max_sets, sizeof(bool)),
		.max_links = config->max_links,
		.max_sets = config->max_sets,
		.inserts_in_batches = true,
		.cpus = (unsigned int)cpus,
		.scratch = malloc((size_t)cpus * sizeof(struct mfib_port_count)),
	};
	sizes_set(maps);
	err = maps->set && maps->is_inserted && maps->scratch ? 0 : -ENOMEM;
	for (uint32_t i = 0; i < maps->max_sets && !err; i++)
		maps->set[i] = -1;
	if (!err)
		err = lines_map(maps, skel, config, is_stale);
	if (!err)
		err = is_stale ? sets_restore(maps) : sets_grow(maps, 0);
	if (err)
		maps_fini(maps);
	return err;
}

void maps_fini(struct maps *maps)
{
	for (uint32_t i = 0; maps->set && i < maps->max_sets; i++)
		if (maps->set[i] >= 0)
			(void)close(maps->set[i]);
	free(maps->set);
	free(maps->is_inserted);
	free(maps->scratch);
	lines_close(&maps->lines);
	*maps = (struct maps){ .set = NULL };
}

/* Source and group as they stand in a packet: mfib_key4 or mfib_key6. */
static void key_bytes(const struct mfib_key *key, uint8_t ret_bytes[sizeof(struct mfib_key6)])
{
	size_t len = ip_family_addr_len(ip_addr_family(&key->group));

	memcpy(ret_bytes, ip_addr_bytes(&key->source), len);
	memcpy(ret_bytes + len, ip_addr_bytes(&key->group), len);
}

static struct mfib_key key_of(enum ip_family family, const uint8_t *bytes)
{
	return (struct mfib_key){
		.source = ip_addr_from_bytes(family, bytes),
		.group = ip_addr_from_bytes(family, bytes + ip_family_addr_len(family)),
	};
}

int maps_route_put(const struct maps *maps, const struct mfib_key *key,
		   const struct mfib_entry *entry)
{
	uint8_t bytes[sizeof(struct mfib_key6)];
	int err;

	key_bytes(key, bytes);
	/* So that no packet goes by the line as it was after one that went by the new entry. */
	lines_shut(&maps->lines, key, entry->line);
	err = bpf_map_update_elem(maps->route[ip_addr_family(&key->group)], bytes, entry, BPF_ANY);
	if (!err && entry->line != MFIB_LINE_NONE)
		lines_write(&maps->lines, key, entry->line, entry);
	return err; /* the line stays shut: the old entry is right */
}

void maps_route_renew(const struct maps *maps, const struct mfib_key *key)
{
	uint8_t bytes[sizeof(struct mfib_key6)];
	struct mfib_entry entry;

	key_bytes(key, bytes);
	if (bpf_map_lookup_elem(maps->route[ip_addr_family(&key->group)], bytes, &entry) == 0 &&
	    lines_has(&maps->lines, key, entry.line))
		lines_write(&maps->lines, key, entry.line, &entry);
}

void maps_route_del(const struct maps *maps, const struct mfib_key *key, uint32_t line)
{
	uint8_t bytes[sizeof(struct mfib_key6)];

	lines_free(&maps->lines, key, line);
	key_bytes(key, bytes);
	/* Not there is as good as deleted. */
	(void)bpf_map_delete_elem(maps->route[ip_addr_family(&key->group)], bytes);
}

static void routes_each(const struct maps *maps, enum ip_family family,
			void (*each)(void *ctx, const struct mfib_key *key,
				     const struct mfib_entry *entry),
			void *ctx)
{
	const size_t key_len = 2 * ip_family_addr_len(family);
	uint8_t keys[ROUTES_MAX * sizeof(struct mfib_key6)];
	struct mfib_entry entries[ROUTES_MAX];
	uint32_t position, *from = NULL, count;
	int err;

	do {
		count = ROUTES_MAX;
		err = bpf_map_lookup_batch(maps->route[family], from, &position, keys, entries,
					   &count, NULL);
		if (err && err != -ENOENT) /* these are the last ones */
			return;
		from = &position;
		for (uint32_t i = 0; i < count; i++) {
			struct mfib_key key = key_of(family, keys + i * key_len);

			each(ctx, &key, &entries[i]);
		}
	} while (!err);
}

void maps_route_each(const struct maps *maps,
		     void (*each)(void *ctx, const struct mfib_key *key,
				  const struct mfib_entry *entry),
		     void *ctx)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		routes_each(maps, family, each, ctx);
}

struct mfib_route_count maps_route_count(const struct maps *maps, const struct mfib_key *key,
					 uint32_t slot, uint32_t line)
{
	const struct mfib_route_count *cpu = maps->scratch;
	struct mfib_route_count sum = lines_count(&maps->lines, key, line);

	if (bpf_map_lookup_elem(maps->route_counts, &slot, maps->scratch) < 0)
		return sum;
	for (unsigned int i = 0; i < maps->cpus; i++) {
		sum.packets += cpu[i].packets;
		sum.bytes += cpu[i].bytes;
		sum.tc_packets += cpu[i].tc_packets;
		sum.tc_bytes += cpu[i].tc_bytes;
		if (cpu[i].seen_ns > sum.seen_ns)
			sum.seen_ns = cpu[i].seen_ns;
	}
	return sum;
}

uint8_t maps_route_ttl(const struct maps *maps, uint32_t slot)
{
	uint32_t ttl = 0;

	(void)bpf_map_lookup_elem(maps->route_ttls, &slot, &ttl); /* each slot has one */
	return (uint8_t)ttl;
}

int maps_route_ttl_clear(const struct maps *maps, uint32_t slot)
{
	const uint32_t none = 0;

	return bpf_map_update_elem(maps->route_ttls, &slot, &none, BPF_ANY);
}

int maps_route_count_clear(const struct maps *maps, uint32_t slot)
{
	memset(maps->scratch, 0, maps->cpus * sizeof(struct mfib_route_count));
	return bpf_map_update_elem(maps->route_counts, &slot, maps->scratch, BPF_ANY);
}

/* The slot of an interface, unless another interface has it. */
static bool egress_is_ours(const struct maps *maps, uint32_t ifindex)
{
	uint32_t slot = ifindex % MFIB_EGRESS_SLOTS;
	struct mfib_egress owner;

	return bpf_map_lookup_elem(maps->egress, &slot, &owner) == 0 &&
	       (owner.ifindex == 0 || owner.ifindex == ifindex);
}

static int egress_put(const struct maps *maps, uint32_t ifindex, const struct mfib_egress *egress)
{
	uint32_t slot = ifindex % MFIB_EGRESS_SLOTS;

	if (!egress_is_ours(maps, ifindex))
		return 0; /* it is found in `ports` */
	return bpf_map_update_elem(maps->egress, &slot, egress, BPF_ANY);
}

int maps_port_put(const struct maps *maps, uint32_t ifindex, const struct mfib_port *port)
{
	struct mfib_egress egress = { .ifindex = ifindex, .port = *port };
	int err = bpf_map_update_elem(maps->ports, &ifindex, port, BPF_ANY);

	return err ? err : egress_put(maps, ifindex, &egress);
}

void maps_port_del(const struct maps *maps, uint32_t ifindex)
{
	/* A slot that stays would only serve an interface that no output set names. */
	(void)egress_put(maps, ifindex, &(struct mfib_egress){ .ifindex = 0 });
	(void)bpf_map_delete_elem(maps->ports, &ifindex); /* not there is as good as deleted */
}

bool maps_port_is_at_hand(const struct maps *maps, uint32_t ifindex)
{
	uint32_t slot = ifindex % MFIB_EGRESS_SLOTS;
	struct mfib_egress owner;

	return bpf_map_lookup_elem(maps->egress, &slot, &owner) == 0 && owner.ifindex == ifindex;
}

int maps_direct_put(const struct maps *maps, uint16_t link, uint32_t ifindex)
{
	uint32_t key = link;

	return bpf_map_update_elem(maps->direct_ports, &key, &ifindex, BPF_ANY);
}

void maps_direct_del(const struct maps *maps, uint16_t link)
{
	uint32_t key = link;

	/* That of a device that vanished has vanished, too. */
	(void)bpf_map_delete_elem(maps->direct_ports, &key);
}

uint16_t maps_port_flags(const struct maps *maps, uint32_t ifindex)
{
	struct mfib_port port = { .flags = 0 };

	(void)bpf_map_lookup_elem(maps->ports, &ifindex, &port); /* not there: 0 stays */
	return port.flags;
}

void maps_port_each(const struct maps *maps,
		    void (*each)(void *ctx, uint32_t ifindex, const struct mfib_port *port),
		    void *ctx)
{
	uint32_t ifindex, *prev = NULL;
	struct mfib_port port;

	while (bpf_map_get_next_key(maps->ports, prev, &ifindex) == 0) {
		prev = &ifindex;
		if (bpf_map_lookup_elem(maps->ports, &ifindex, &port) == 0)
			each(ctx, ifindex, &port);
	}
}

struct mfib_port_count maps_port_count(const struct maps *maps, uint32_t link)
{
	const uint64_t *cpu = maps->scratch;
	struct mfib_port_count sum;
	uint64_t *to = (uint64_t *)&sum;
	const size_t words = sizeof(sum) / sizeof(*to);

	memset(&sum, 0, sizeof(sum));
	if (bpf_map_lookup_elem(maps->port_counts, &link, maps->scratch) < 0)
		return sum;
	for (size_t i = 0; i < words * maps->cpus; i++)
		to[i % words] += cpu[i];
	return sum;
}

int maps_port_count_clear(const struct maps *maps, uint32_t link)
{
	memset(maps->scratch, 0, maps->cpus * sizeof(struct mfib_port_count));
	return bpf_map_update_elem(maps->port_counts, &link, maps->scratch, BPF_ANY);
}

bool maps_set_is_single(const struct maps *maps, uint32_t set)
{
	return size_of(maps, set)->room == 1;
}

static uint32_t set_key(const struct maps *maps, uint32_t set, uint16_t link)
{
	return maps_set_is_single(maps, set) ? 0 : link;
}

int maps_set_add(struct maps *maps, uint32_t set, uint16_t link, uint32_t carrier)
{
	struct bpf_devmap_val val = { .ifindex = carrier, .bpf_prog.fd = maps->egress_prog };
	uint32_t key = set_key(maps, set, link);
	int err = maps->set[set] < 0 ? sets_grow(maps, set) : 0;

	return err ? err : bpf_map_update_elem(maps->set[set], &key, &val, BPF_ANY);
}

bool maps_set_waits(const struct maps *maps, uint32_t set)
{
	return maps->set[set] < 0 || !maps->is_inserted[set];
}

int maps_set_ready(const struct maps *maps, uint32_t set)
{
	return maps->is_inserted[set] ? 0 : sets_insert(maps, set, 1);
}

void maps_set_del(const struct maps *maps, uint32_t set, uint16_t link)
{
	uint32_t key = set_key(maps, set, link);

	/* The entry of a device that vanished has vanished, too. */
	(void)bpf_map_delete_elem(maps->set[set], &key);
}

int maps_list_put(const struct maps *maps, uint32_t set, const struct mfib_list *list)
{
	return bpf_map_update_elem(maps->output_lists, &set, list, BPF_ANY);
}

void maps_list_del(const struct maps *maps, uint32_t set)
{
	(void)bpf_map_delete_elem(maps->output_lists, &set); /* not there is as good as deleted */
}

void maps_list_each(const struct maps *maps,
		    void (*each)(void *ctx, uint32_t set, const struct mfib_list *list), void *ctx)
{
	uint32_t set, *prev = NULL;
	struct mfib_list list;

	while (bpf_map_get_next_key(maps->output_lists, prev, &set) == 0) {
		prev = &set;
		if (bpf_map_lookup_elem(maps->output_lists, &set, &list) == 0)
			each(ctx, set, &list);
	}
}

int maps_turn_put(const struct maps *maps, const struct mfib_turn *turn, uint32_t ifindex)
{
	return bpf_map_update_elem(maps->set_turns, turn, &ifindex, BPF_ANY);
}

void maps_turn_del(const struct maps *maps, const struct mfib_turn *turn)
{
	(void)bpf_map_delete_elem(maps->set_turns, turn); /* not there is as good as deleted */
}

int maps_vlan_put(const struct maps *maps, const struct mfib_tag *tag, uint32_t ifindex)
{
	return bpf_map_update_elem(maps->vlans, tag, &ifindex, BPF_ANY);
}

void maps_vlan_del(const struct maps *maps, const struct mfib_tag *tag)
{
	(void)bpf_map_delete_elem(maps->vlans, tag); /* not there is as good as deleted */
}

int maps_own_put(const struct maps *maps, const struct ip_addr *addr, uint32_t what)
{
	return bpf_map_update_elem(maps->own_addresses, addr, &what, BPF_ANY);
}

void maps_own_del(const struct maps *maps, const struct ip_addr *addr)
{
	(void)bpf_map_delete_elem(maps->own_addresses, addr); /* not there is as good as deleted */
}

void maps_own_clear(const struct maps *maps)
{
	struct ip_addr addr;

	while (bpf_map_get_next_key(maps->own_addresses, NULL, &addr) == 0 &&
	       bpf_map_delete_elem(maps->own_addresses, &addr) == 0)
		;
}

static int settings_change(const struct maps *maps, const hp_time *lease_until,
			   const uint32_t *capture_every)
{
	struct mfib_settings settings;
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(maps->settings, &zero, &settings) < 0)
		return -errno;
	if (lease_until)
		settings.lease_until_ns = (uint64_t)*lease_until;
	if (capture_every)
		settings.capture_every = *capture_every;
	return bpf_map_update_elem(maps->settings, &zero, &settings, BPF_ANY);
}

int maps_lease_set(const struct maps *maps, hp_time until)
{
	return settings_change(maps, &until, NULL);
}

int maps_capture_set(const struct maps *maps, uint32_t every)
{
	return settings_change(maps, NULL, &every);
}
