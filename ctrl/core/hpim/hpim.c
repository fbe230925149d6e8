// SPDX-License-Identifier: GPL-2.0-only
/*
 * HPIM-DM of one family: takes events apart and hands them to the parts. Source: description of
 * HPIM-DM, 3.0, 3.6, 3.17.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/hpim/hpim_int.h"

struct hpim *hpim_new(struct core *core, enum ip_family family)
{
	struct hpim *hpim = calloc(1, sizeof(*hpim));

	if (!hpim)
		return NULL;
	hpim->core = core;
	hpim->family = family;
	TAILQ_INIT(&hpim->dirty);
	hpim_stray_init(hpim);
	hpim_announced_init(hpim);
	return hpim;
}

void hpim_free(struct hpim *hpim)
{
	if (!hpim)
		return;
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (hpim->ifs[link])
			hpim_if_stop(hpim->ifs[link], false);
	hpim_tree_free_all(hpim);
	assert(!hpim->stray_count && !hpim->ending_count && !hpim->talk_count && !hpim->payers);
	hpim_announced_fini(hpim);
	hpim_keys_free(hpim);
	hpim_stale_forget(hpim);
	free(hpim);
}

/* An address change is as good as disabling and enabling the interface. 4.1 */
void hpim_link_changed(struct hpim *hpim, uint16_t link)
{
	const struct link *info = &hpim->core->links[link];
	const struct ip_addr *addr = link_addr(info, hpim->family);
	bool runs = info->wanted[hpim->family][PROTO_HPIM] && link_is_usable(info, hpim->family);
	struct hpim_if *hif = hpim->ifs[link];

	if (hif && !(runs && ip_addr_equal(addr, &hif->addr))) {
		hpim_if_stop(hif, link_is_usable(info, hpim->family));
		hif = NULL;
	}
	if (!hif && runs)
		hif = hpim_if_start(hpim, link);
	if (hif || hpim->core->gm[hpim->family][link])
		ifset_add(&hpim->enabled, link);
	else if (ifset_has(&hpim->enabled, link)) {
		ifset_del(&hpim->enabled, link);
		hpim_stale_link_off(hpim, link);
	}
	hpim_tree_mark_all(hpim); /* also for its subnets, which decide 3.11 */
}

void hpim_config_key(struct hpim *hpim, const struct ev_config *config)
{
	if (config->is_on)
		hpim_keys_set(hpim, config->link, config->key, config->is_sending);
	else
		hpim_keys_delete(hpim, config->link, config->key->id);
}

void hpim_settings_changed(struct hpim *hpim)
{
	hpim_tree_mark_all(hpim);
}

/*
 * 3.6: what an accepted message says of its sender and tree. Every announcement is new; interest
 * that is said again, as all neighbors do after each announcement of ours, changes nothing.
 */
static void process(struct hpim_record *record, const struct hpim_msg *msg)
{
	enum hpim_interest interest_was = record->interest;
	bool upstream_was = record->is_upstream;

	switch (msg->type) {
	case HPIM_UPSTREAM:
		record->interest = INTEREST_UNSAID;
		hpim_record_set_upstream(record, &msg->tree.rpc);
		break;
	case HPIM_NO_UPSTREAM:
		record->interest = INTEREST_UNSAID;
		record->is_upstream = false;
		break;
	case HPIM_INTEREST:
	case HPIM_NO_INTEREST:
		record->interest = msg->type == HPIM_INTEREST ? INTEREST_YES : INTEREST_NO;
		record->is_upstream = false;
		break;
	case HPIM_HELLO:
	case HPIM_SYNC:
	case HPIM_ACK:
	case HPIM_TYPE_COUNT: break; /* not reliable messages: hpim_receive() */
	}
	if (upstream_was || record->is_upstream || record->interest != interest_was)
		hpim_tree_mark(record->tif->tree);
}

/* What may come from the link by accident is for those who look for it. */
static void note_packet(const struct hpim_if *hif, enum note_code code,
			const struct ev_packet *packet)
{
	bool is_odd = code != NOTE_PACKET_BAD && code != NOTE_PACKET_FOREIGN &&
		      code != NOTE_PACKET_UNSIGNED;

	core_note(hif->hpim->core,
		  &(struct core_note){ .level = is_odd ? NOTE_WARN : NOTE_DEBUG,
				       .code = code,
				       .link = hif->link,
				       .a = packet->src,
				       .b = packet->dst,
				       .v = { PROTO_HPIM, (uint32_t)packet->len } });
}

/* NOTE_NONE: the packet is decoded. Else why it is refused. */
static enum note_code read_packet(const struct hpim_if *hif, const struct ev_packet *packet,
				  struct hpim_msg *ret_msg)
{
	const struct hpim *hpim = hif->hpim;
	enum note_code refusal = hpim_accept_header(hif, packet);

	if (refusal)
		return refusal;
	if (hpim_is_foreign_pim(packet->bytes, packet->len, &packet->src, &packet->dst))
		return NOTE_PACKET_FOREIGN;
	if (hpim_decode(hpim->family, packet->bytes, packet->len, ret_msg) < 0)
		return NOTE_PACKET_BAD;
	if (!hpim_keys_accept(hpim, packet))
		return NOTE_PACKET_UNSIGNED;
	return hpim_accept_sender(hif, packet, ret_msg->type);
}

static void receive(struct hpim_if *hif, const struct ip_addr *src, const struct hpim_msg *msg)
{
	struct hpim_record *record;

	switch (msg->type) {
	case HPIM_HELLO: hpim_neigh_hello(hif, src, msg); break;
	case HPIM_SYNC: hpim_sync_receive(hif, src, msg); break;
	case HPIM_ACK:
		(void)hpim_neigh_ack(hif, src, msg); /* its answer is for the tests */
		break;
	default:
		record = hpim_neigh_accept(hif, src, msg);
		if (record)
			process(record, msg);
	}
}

void hpim_receive(struct hpim *hpim, const struct ev_packet *packet)
{
	struct hpim_if *hif = hpim_if_by_link(hpim, packet->link);
	enum note_code refusal;
	struct hpim_msg msg;

	if (!hif)
		return;
	refusal = read_packet(hif, packet, &msg);
	if (refusal) {
		note_packet(hif, refusal, packet);
		return;
	}
	receive(hif, &packet->src, &msg);
	hpim_accept_learn(hif, packet);
}

void hpim_member_changed(struct hpim *hpim, const struct ip_addr *addr)
{
	struct hpim_tree *tree = hpim_tree_first_of_group(hpim, addr);

	for (; tree; tree = LIST_NEXT(tree, by_group))
		hpim_tree_mark(tree);
	hpim_announced_joined(hpim);
}

void hpim_path_changed(struct core *core, struct rpf_user *user)
{
	(void)core; /* the tree knows it */
	hpim_tree_mark(container_of(user, struct hpim_tree, path));
}

void hpim_data(struct hpim *hpim, const struct ev_data *data)
{
	struct hpim_tree *tree = hpim_tree_find(hpim, &data->source, &data->group);

	switch (data->kind) {
	case DATA_SEEN:
		if (tree)
			hpim_tree_seen(tree, data->seen_for);
		break;
	case DATA_MISS:
		if (!ifset_has(&hpim->enabled, data->link))
			break;
		tree = hpim_tree_get_for_data(hpim, &data->source, &data->group, data->link);
		if (tree)
			hpim_tree_missed(tree, data->link);
		break;
	case DATA_WRONG_IF: break; /* 3.17: ignored */
	}
}

void hpim_stop(struct hpim *hpim)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (hpim->ifs[link])
			hpim_if_stop(hpim->ifs[link],
				     link_is_usable(&hpim->core->links[link], hpim->family));
}

bool hpim_evaluate_next(struct hpim *hpim)
{
	struct hpim_tree *tree = TAILQ_FIRST(&hpim->dirty);

	if (!tree)
		return false;
	TAILQ_REMOVE(&hpim->dirty, tree, dirty_node);
	tree->is_dirty = false;
	hpim_tree_evaluate(tree);
	return true;
}
