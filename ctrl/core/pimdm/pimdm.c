// SPDX-License-Identifier: GPL-2.0-only
/*
 * PIM-DM of one family: takes events apart and hands them to the parts; which packets are taken.
 * Source: description of PIM-DM, 2.8, 3.1, 3.7.
 */
#include <stdlib.h>

#include "core/all_routers.h"
#include "core/border.h"
#include "core/membership/join.h"
#include "core/pimdm/if.h"
#include "core/pimdm/neigh.h"
#include "core/pimdm/stale.h"
#include "core/pimdm/tree.h"

static struct pimdm *pimdm_from(struct mrp *mrp)
{
	return container_of(mrp, struct pimdm, mrp);
}

/* ---- Life ---- */

static struct mrp *create(struct core *core, enum ip_family family)
{
	struct pimdm *pim = calloc(1, sizeof(*pim));

	(void)core, (void)family; /* in struct mrp, set by the caller */
	if (!pim)
		return NULL;
	pimdm_tree_init(pim);
	pimdm_stale_init(pim);
	return &pim->mrp;
}

static void stop_all(struct pimdm *pim, bool say_goodbye)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (pim->ifs[link])
			pimdm_if_stop(pim->ifs[link],
				      say_goodbye && link_is_usable(&pim->mrp.core->links[link],
								    pim->mrp.family));
}

static void destroy(struct mrp *mrp)
{
	struct pimdm *pim = pimdm_from(mrp);

	stop_all(pim, false);
	pimdm_tree_free_all(pim);
	pimdm_stale_fini(pim);
	free(pim);
}

static void stop(struct mrp *mrp)
{
	stop_all(pimdm_from(mrp), true);
}

/* ---- Interfaces ---- */

/* An interface runs one of the two protocols. 8.4 */
static bool should_run(const struct pimdm *pim, const struct link *link)
{
	const bool *wanted = link->wanted[pim->mrp.family];

	return wanted[PROTO_PIMDM] && !wanted[PROTO_HPIM] && link_is_usable(link, pim->mrp.family);
}

static bool is_enabled(const struct pimdm *pim, uint16_t link)
{
	const struct core *core = pim->mrp.core;
	const struct ev_link *info = &core->links[link].info;

	if (border_is_foreign(&pim->mrp, link))
		return false; /* its members are the other protocol's */
	return pim->ifs[link] || core->gm[pim->mrp.family][link] ||
	       (info->is_present && info->is_up && gm_join_count(core, link, pim->mrp.family));
}

/* After a change of its address an interface is newly enabled; the goodbye has the old one. 3.1 */
static void link_changed(struct mrp *mrp, uint16_t link)
{
	struct pimdm *pim = pimdm_from(mrp);
	const struct link *info = &mrp->core->links[link];
	bool was_enabled = ifset_has(&pim->enabled, link), runs = should_run(pim, info);
	struct pimdm_if *pif = pim->ifs[link];
	bool is_new = false;

	if (pif && !(runs && ip_addr_equal(link_addr(info, mrp->family), &pif->addr))) {
		pimdm_if_stop(pif, link_is_usable(info, mrp->family));
		pif = NULL;
	}
	if (!pif && runs)
		is_new = pimdm_if_start(pim, link) != NULL;
	if (is_enabled(pim, link)) {
		ifset_add(&pim->enabled, link);
		if (is_new || !was_enabled)
			pimdm_tree_link_on(pim, link);
	} else if (was_enabled) {
		ifset_del(&pim->enabled, link);
		pimdm_stale_link_off(pim, link);
		pimdm_tree_link_off(pim, link, false);
	}
	pimdm_tree_mark_all(pim);
	if (is_new)
		border_begin(mrp);
}

static void config_changed(struct mrp *mrp, const struct ev_config *config)
{
	struct pimdm *pim = pimdm_from(mrp);
	bool is_settings = config->kind == CONFIG_SETTINGS || config->kind == CONFIG_LINK_SETTINGS;

	for (uint16_t link = 0; is_settings && link < LINKS_MAX; link++)
		if (pim->ifs[link])
			pimdm_if_configured(pim->ifs[link]);
	if (is_settings || config->kind == CONFIG_POLICY)
		pimdm_tree_mark_all(pim);
}

/* ---- Packets: the checks of 2.8 in their order ---- */

/* Check 5. */
static bool is_neighbors_address(const struct pimdm_if *pif, const struct ip_addr *addr)
{
	enum ip_family family = pif->pim->mrp.family;

	if (ip_addr_family(addr) != family || ip_addr_is_any(addr) || ip_addr_is_multicast(addr) ||
	    link_has_addr(&pif->pim->mrp.core->links[pif->link], addr))
		return false;
	return family == IP_FAMILY_4 || ip_addr_is_link_local(addr);
}

/* Check 6. @msg: NULL: its body cannot be read, which is refused below. */
static bool is_destination(const struct pimdm_if *pif, const struct ip_addr *dst,
			   enum pim_type type, const struct pim_msg *msg)
{
	bool is_to_all = ip_addr_equal(dst, all_routers(pif->pim->mrp.family));
	bool is_to_us = link_has_addr(&pif->pim->mrp.core->links[pif->link], dst);

	switch (type) {
	case PIM_GRAFT:
	case PIM_GRAFT_ACK:
		return is_to_us ||
		       (is_to_all && (!msg || ip_addr_equal(&msg->jp.upstream, &pif->addr)));
	case PIM_STATE_REFRESH: return is_to_us || is_to_all;
	default: return is_to_all;
	}
}

/* Checks 5 to 7. */
static enum pimdm_refusal check_sender(const struct pimdm_if *pif, const struct ev_packet *packet,
				       enum pim_type type, const struct pim_msg *msg)
{
	if (!is_neighbors_address(pif, &packet->src))
		return PIMDM_REFUSED_SOURCE;
	if (!is_destination(pif, &packet->dst, type, msg))
		return PIMDM_REFUSED_DESTINATION;
	if (type != PIM_HELLO && !pimdm_neigh_find(pif, &packet->src))
		return PIMDM_REFUSED_STRANGER;
	return PIMDM_ACCEPTED;
}

/* Checks 3 to 9; 1 and 2 are the core's, which knows whose packet it is (8.5). */
static enum pimdm_refusal read_packet(const struct pimdm_if *pif, const struct ev_packet *packet,
				      struct pim_msg *ret_msg, enum pim_checksum *ret_checksum)
{
	static const enum pimdm_refusal refusals[PIM_REFUSAL_COUNT] = {
		[PIM_ACCEPTED] = PIMDM_ACCEPTED,
		[PIM_REFUSED_SHORT] = PIMDM_REFUSED_SHORT,
		[PIM_REFUSED_VERSION] = PIMDM_REFUSED_TYPE,
		[PIM_REFUSED_TYPE] = PIMDM_REFUSED_TYPE,
		[PIM_REFUSED_CHECKSUM] = PIMDM_REFUSED_CHECKSUM,
		[PIM_REFUSED_OPTION] = PIMDM_REFUSED_OPTION,
		[PIM_REFUSED_ADDRESS] = PIMDM_REFUSED_ADDRESS,
	};
	enum pim_refusal decoded = pim_decode(&packet->src, &packet->dst, packet->bytes,
					      packet->len, ret_msg, ret_checksum);
	enum pimdm_refusal refusal = refusals[decoded];

	if (refusal == PIMDM_REFUSED_TYPE || refusal == PIMDM_REFUSED_CHECKSUM)
		return refusal;
	refusal = check_sender(pif, packet, (enum pim_type)(packet->bytes[0] & 0x0f),
			       decoded == PIM_ACCEPTED ? ret_msg : NULL);
	if (refusal || decoded != PIM_ACCEPTED)
		return refusal ? refusal : refusals[decoded];
	if (ret_msg->type == PIM_STATE_REFRESH && !pimdm_if_settings(pif)->refresh)
		return PIMDM_REFUSED_REFRESH;
	return PIMDM_ACCEPTED;
}

static void refuse(const struct pimdm_if *pif, const struct ev_packet *packet,
		   enum pimdm_refusal refusal)
{
	struct core *core = pif->pim->mrp.core;

	core->links[pif->link].counters[pif->pim->mrp.family].pim_refused[refusal]++;
	core_note(core, &(struct core_note){ .level = NOTE_DEBUG,
					     .code = NOTE_PIM_REFUSED,
					     .link = pif->link,
					     .a = packet->src,
					     .b = packet->dst,
					     .v = { refusal } });
}

static void receive(struct pimdm_if *pif, const struct ip_addr *src, const struct pim_msg *msg,
		    enum pim_checksum checksum)
{
	switch (msg->type) {
	case PIM_HELLO: pimdm_neigh_hello(pif, src, &msg->hello, checksum); break;
	case PIM_JOIN_PRUNE: pimdm_tree_join_prune(pif, src, &msg->jp); break;
	case PIM_ASSERT: pimdm_tree_assert(pif, src, &msg->assert); break;
	case PIM_GRAFT: pimdm_tree_graft(pif, src, &msg->jp); break;
	case PIM_GRAFT_ACK: pimdm_tree_graft_ack(pif, src, &msg->jp); break;
	case PIM_STATE_REFRESH: pimdm_tree_refresh(pif, src, &msg->refresh); break;
	}
}

static void receive_packet(struct mrp *mrp, const struct ev_packet *packet)
{
	struct pimdm_if *pif = pimdm_from(mrp)->ifs[packet->link];
	enum pimdm_refusal refusal;
	enum pim_checksum checksum;
	struct pim_msg msg;

	if (!pif)
		return;
	refusal = read_packet(pif, packet, &msg, &checksum);
	if (refusal) {
		refuse(pif, packet, refusal);
		return;
	}
	core_count_message(mrp->core, pif->link, mrp->family, message_of_pim(msg.type),
			   MESSAGE_RECEIVED);
	receive(pif, &packet->src, &msg, checksum);
}

/* ---- Members, data, trees ---- */

static void member_changed(struct mrp *mrp, const struct ip_addr *group)
{
	pimdm_tree_member_changed(pimdm_from(mrp), group);
}

static bool data_seen(struct mrp *mrp, const struct ev_data *data)
{
	return pimdm_tree_data(pimdm_from(mrp), data);
}

static bool evaluate_next(struct mrp *mrp)
{
	struct pimdm *pim = pimdm_from(mrp);
	struct pimdm_tree *tree = TAILQ_FIRST(&pim->dirty);

	if (!tree)
		return false;
	TAILQ_REMOVE(&pim->dirty, tree, dirty_node);
	tree->is_dirty = false;
	pimdm_tree_evaluate(tree);
	return true;
}

/* ---- Commands ---- */

static bool clear_neighbor(struct pimdm *pim, const struct ev_command *command)
{
	const struct pimdm_if *pif = command->link < LINKS_MAX ? pim->ifs[command->link] : NULL;
	struct pimdm_neigh *neigh = pif ? pimdm_neigh_find(pif, &command->addr) : NULL;

	if (neigh)
		pimdm_neigh_clear(neigh);
	return neigh != NULL;
}

static bool clear_tree(struct pimdm *pim, const struct ev_command *command)
{
	const struct mfib_key key = { command->source, command->addr };
	struct pimdm_tree *tree = pimdm_tree_find(pim, &key);

	if (tree)
		pimdm_tree_clear(tree);
	return tree != NULL;
}

static bool obey(struct mrp *mrp, const struct ev_command *command)
{
	struct pimdm *pim = pimdm_from(mrp);

	switch (command->kind) {
	case COMMAND_CLEAR_NEIGHBOR: return clear_neighbor(pim, command);
	case COMMAND_CLEAR_TREE: return clear_tree(pim, command);
	default: return false;
	}
}

const struct mrp_ops pimdm_ops = {
	.owner = MFIB_PIMDM,
	.proto = PROTO_PIMDM,
	.kind = IP103_PIM,
	.create = create,
	.config_changed = config_changed,
	.link_changed = link_changed,
	.stale = pimdm_stale,
	.packet = receive_packet,
	.member_changed = member_changed,
	.data = data_seen,
	.is_alive = pimdm_border_is_alive,
	.contribute = pimdm_border_contribute,
	.entry_flags = pimdm_border_flags,
	.border_changed = pimdm_border_changed,
	.take_over = pimdm_border_take_over,
	.evaluate_next = evaluate_next,
	.command = obey,
	.stop = stop,
	.destroy = destroy,
	.views = &pimdm_views,
};
