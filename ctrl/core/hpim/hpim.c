// SPDX-License-Identifier: GPL-2.0-only
/*
 * HPIM-DM of one family: takes events apart and hands them to the parts. Source: description of
 * HPIM-DM, 3.0, 3.6, 3.17.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/border.h"
#include "core/hpim/announced.h"
#include "core/hpim/claim.h"
#include "core/hpim/eval.h"
#include "core/hpim/if.h"
#include "core/hpim/keys.h"
#include "core/hpim/neigh.h"
#include "core/hpim/stale.h"
#include "core/hpim/unwanted.h"
#include "core/hpim/sync.h"
#include "core/hpim/tree.h"
#include "core/membership/join.h"

static struct hpim *hpim_from(struct mrp *mrp)
{
	return container_of(mrp, struct hpim, mrp);
}

static struct mrp *create(struct core *core, enum ip_family family)
{
	struct hpim *hpim = calloc(1, sizeof(*hpim));

	(void)core, (void)family; /* in struct mrp, set by the caller */
	if (!hpim)
		return NULL;
	TAILQ_INIT(&hpim->dirty);
	hpim_unwanted_init(hpim);
	hpim_announced_init(hpim);
	return &hpim->mrp;
}

static void destroy(struct mrp *mrp)
{
	struct hpim *hpim = hpim_from(mrp);

	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (hpim->ifs[link])
			hpim_if_stop(hpim->ifs[link], false);
	hpim_tree_free_all(hpim);
	assert(!hpim->unwanted_count && !hpim->ending_count && !hpim->unacked_count &&
	       !hpim->quotas);
	hpim_announced_fini(hpim);
	hpim_keys_free(hpim);
	hpim_stale_forget(hpim);
	free(hpim);
}

/* Whether an interface can have members: by IGMP or MLD, or static joins. */
static bool has_members(const struct hpim *hpim, uint16_t link)
{
	const struct core *core = hpim->mrp.core;
	const struct ev_link *info = &core->links[link].info;

	return core->gm[hpim->mrp.family][link] ||
	       (info->is_present && info->is_up && gm_join_count(core, link, hpim->mrp.family));
}

/* An address change is as good as disabling and enabling the interface. 4.1 */
static void link_changed(struct mrp *mrp, uint16_t link)
{
	struct hpim *hpim = hpim_from(mrp);
	const struct link *info = &hpim->mrp.core->links[link];
	const struct ip_addr *addr = link_addr(info, hpim->mrp.family);
	bool runs = info->wanted[hpim->mrp.family][PROTO_HPIM] &&
		    link_is_usable(info, hpim->mrp.family);
	struct hpim_if *hif = hpim->ifs[link];
	bool is_new;

	if (hif && !(runs && ip_addr_equal(addr, &hif->addr))) {
		hpim_if_stop(hif, link_is_usable(info, hpim->mrp.family));
		hif = NULL;
	}
	is_new = !hif && runs;
	if (is_new)
		hif = hpim_if_start(hpim, link);
	if (border_is_foreign(mrp, link)) {
		ifset_del(&hpim->enabled, link);
	} else if (hif || has_members(hpim, link)) {
		ifset_add(&hpim->enabled, link);
	} else if (ifset_has(&hpim->enabled, link)) {
		ifset_del(&hpim->enabled, link);
		hpim_stale_link_off(hpim, link);
	}
	hpim_tree_mark_all(hpim); /* also for its subnets, which decide 3.11 */
	if (is_new)
		border_begin(mrp);
}

/* No neighbor is lost: it hears of other times before those that it knows end. */
static void settings_changed(struct hpim *hpim)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (hpim->ifs[link])
			hpim_if_configured(hpim->ifs[link]);
	hpim_tree_mark_all(hpim);
}

static void config_changed(struct mrp *mrp, const struct ev_config *config)
{
	struct hpim *hpim = hpim_from(mrp);

	if (config->kind == CONFIG_SETTINGS || config->kind == CONFIG_LINK_SETTINGS)
		settings_changed(hpim);
	else if (config->kind == CONFIG_POLICY)
		hpim_tree_mark_all(hpim);
	else if (config->kind == CONFIG_KEY && config->is_on)
		hpim_keys_set(hpim, config->link, config->key, config->is_sending);
	else if (config->kind == CONFIG_KEY)
		hpim_keys_delete(hpim, config->link, config->key->id);
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
		record->interest = INTEREST_UNKNOWN;
		hpim_record_set_upstream(record, &msg->tree.rpc);
		break;
	case HPIM_NO_UPSTREAM:
		record->interest = INTEREST_UNKNOWN;
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
	bool is_odd = code != NOTE_PACKET_BAD && code != NOTE_PACKET_UNSIGNED;

	core_note(hif->hpim->mrp.core,
		  &(struct core_note){ .level = is_odd ? NOTE_WARN : NOTE_DEBUG,
				       .code = code,
				       .link = hif->link,
				       .a = packet->src,
				       .b = packet->dst,
				       .v = { SOCKET_103, (uint32_t)packet->len } });
}

/* NOTE_NONE: the packet is decoded. Else why it is refused. */
static enum note_code read_packet(const struct hpim_if *hif, const struct ev_packet *packet,
				  struct hpim_msg *ret_msg)
{
	const struct hpim *hpim = hif->hpim;
	enum note_code refusal = hpim_accept_header(hif, packet);

	if (refusal)
		return refusal;
	if (hpim_decode(hpim->mrp.family, packet->bytes, packet->len, ret_msg) < 0)
		return NOTE_PACKET_BAD;
	if (!hpim_keys_accept(hpim, packet))
		return NOTE_PACKET_UNSIGNED;
	return hpim_accept_sender(hif, packet, ret_msg->type);
}

/* It is acknowledged and kept: who announces the tree has to learn that it is not wanted here. */
static void count_denied(const struct hpim_if *hif, const struct hpim_msg *msg)
{
	struct core *core = hif->hpim->mrp.core;

	if (policy_refuses(&core->policy, hif->link, &msg->tree.source, &msg->tree.group,
			   POLICY_TREE))
		core_count(core, hif->link, hif->hpim->mrp.family, NOTE_POLICY_TREE);
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
		count_denied(hif, msg);
	}
}

static void receive_packet(struct mrp *mrp, const struct ev_packet *packet)
{
	struct hpim *hpim = hpim_from(mrp);
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
	core_count_message(hpim->mrp.core, hif->link, hpim->mrp.family, message_of_hpim(msg.type),
			   MESSAGE_RECEIVED);
	receive(hif, &packet->src, &msg);
	hpim_accept_learn(hif, packet);
}

static void member_changed(struct mrp *mrp, const struct ip_addr *group)
{
	struct hpim *hpim = hpim_from(mrp);
	struct hpim_tree *tree = hpim_tree_first_of_group(hpim, group);

	for (; tree; tree = LIST_NEXT(tree, by_group))
		hpim_tree_mark(tree);
	hpim_announced_joined(hpim);
}

static bool data_seen(struct mrp *mrp, const struct ev_data *data)
{
	struct hpim *hpim = hpim_from(mrp);
	struct hpim_tree *tree = hpim_tree_find(hpim, &data->source, &data->group);

	if (data->kind == DATA_WRONG_IF)
		return true; /* 3.17: ignored */
	if (data->kind == DATA_SEEN) {
		if (tree)
			hpim_tree_seen(tree, data->seen_for);
		return tree != NULL;
	}
	if (!ifset_has(&hpim->enabled, data->link))
		return false;
	tree = hpim_tree_get_for_data(hpim, &data->source, &data->group, data->link);
	if (tree)
		hpim_tree_missed(tree, data->link);
	return true;
}

/* ---- trees of a border router, core/border.h ---- */

static bool is_alive(const struct mrp *mrp, const struct mfib_key *key)
{
	const struct hpim *hpim = hpim_of(mrp->core, mrp->family);
	const struct hpim_tree *tree = hpim_tree_find(hpim, &key->source, &key->group);

	return tree && hpim_tree_is_alive(tree);
}

static void contribute(const struct mrp *mrp, const struct mfib_key *key, struct ifset *oifs)
{
	const struct hpim *hpim = hpim_of(mrp->core, mrp->family);
	const struct hpim_tree *tree = hpim_tree_find(hpim, &key->source, &key->group);

	if (!tree || !tree->view.is_border)
		return;
	ifset_for_each (link, &tree->view.oifs)
		ifset_add(oifs, link);
}

static bool runs(const struct hpim *hpim)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (hpim->ifs[link])
			return true;
	return false;
}

static void contribution_changed(struct mrp *mrp, const struct mfib_key *key)
{
	struct hpim *hpim = hpim_from(mrp);
	struct hpim_tree *tree = hpim_tree_find(hpim, &key->source, &key->group);

	if (!tree && runs(hpim) && border_is_alive(mrp, key))
		tree = hpim_tree_get(hpim, &key->source, &key->group, LINK_NONE);
	if (tree)
		hpim_tree_mark(tree);
}

static void take_over(struct mrp *mrp, const struct mfib_key *key, uint16_t link)
{
	struct hpim_tree *tree =
		hpim_tree_get_for_data(hpim_from(mrp), &key->source, &key->group, link);

	if (!tree)
		return;
	hpim_tree_missed(tree, link);
	hpim_tree_evaluate(tree);
}

static bool clear_neighbor(struct hpim *hpim, const struct ev_command *command)
{
	const struct hpim_if *hif = hpim_if_by_link(hpim, command->link);
	struct hpim_neigh *neigh = hif ? hpim_neigh_find(hif, &command->addr) : NULL;

	if (neigh)
		hpim_neigh_clear(neigh);
	return neigh != NULL;
}

static bool clear_tree(struct hpim *hpim, const struct ev_command *command)
{
	struct hpim_tree *tree = hpim_tree_find(hpim, &command->source, &command->addr);

	if (tree)
		hpim_tree_clear(tree);
	return tree != NULL;
}

static bool obey(struct mrp *mrp, const struct ev_command *command)
{
	struct hpim *hpim = hpim_from(mrp);

	switch (command->kind) {
	case COMMAND_CLEAR_NEIGHBOR: return clear_neighbor(hpim, command);
	case COMMAND_CLEAR_TREE: return clear_tree(hpim, command);
	default: return false;
	}
}

static void stop(struct mrp *mrp)
{
	struct hpim *hpim = hpim_from(mrp);

	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (hpim->ifs[link])
			hpim_if_stop(hpim->ifs[link], link_is_usable(&hpim->mrp.core->links[link],
								     hpim->mrp.family));
}

static bool evaluate_next(struct mrp *mrp)
{
	struct hpim *hpim = hpim_from(mrp);
	struct hpim_tree *tree = hpim_tree_next_marked(hpim);

	if (!tree)
		return false;
	hpim_tree_evaluate(tree);
	return true;
}

const struct mrp_ops hpim_ops = {
	.owner = MFIB_HPIM,
	.proto = PROTO_HPIM,
	.kind = IP103_HPIM,
	.create = create,
	.config_changed = config_changed,
	.link_changed = link_changed,
	.stale = hpim_stale,
	.packet = receive_packet,
	.member_changed = member_changed,
	.data = data_seen,
	.is_alive = is_alive,
	.contribute = contribute,
	.border_changed = contribution_changed,
	.take_over = take_over,
	.evaluate_next = evaluate_next,
	.command = obey,
	.stop = stop,
	.destroy = destroy,
	.views = &hpim_views,
};
