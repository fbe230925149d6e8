// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views of what is stored of neighbors: their word on each tree, and sequence numbers. Source:
 * description of HPIM-DM, 3.4 and 3.6.
 */
#include <string.h>

#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "io/field.h"
#include "mgmt/mroutes.h"
#include "mgmt/sequence.h"
#include "mgmt/trees.h"

static void put_place(const struct show *show, struct json_object *record, uint16_t link,
		      enum ip_family family)
{
	field_put_text(record, "interface", port_name(show->daemon, link));
	field_put_number(record, "family", family == IP_FAMILY_4 ? 4 : 6);
}

/* ---- what neighbors said ---- */

static void show_word(void *ctx, const struct inspect_record *view)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!show_includes(show, view->link) ||
	    (!view->is_upstream && !strcmp(view->interest, "unknown")))
		return;
	record = json_object_new_object();
	put_place(show, record, view->link, ip_addr_family(&view->key.group));
	field_put_addr(record, "neighbor", &view->neighbor);
	mroutes_put_key(record, &view->key);
	field_put_bool(record, "upstream", view->is_upstream);
	if (view->is_upstream) {
		field_put_number(record, "preference", view->preference);
		field_put_number(record, "metric", view->metric);
	}
	field_put_text(record, "interest", view->interest);
	show_record(show, record);
}

static void show_words(const struct show *show, const struct inspect_tree *tree)
{
	inspect_records_of(show->daemon->core, &tree->key, show_word, (void *)show);
}

bool sequence_neighbor_state_step(struct show *show)
{
	return trees_next(show, show_words);
}

/* ---- sequence numbers ---- */

static void show_interface_sn(const struct show *show)
{
	struct json_object *record;
	uint32_t boot_time, sn;

	if (!inspect_sequence(show->daemon->core, show->link, show->family, &boot_time, &sn))
		return;
	record = json_object_new_object();
	field_put_text(record, "sequence_of", "interface");
	put_place(show, record, show->link, show->family);
	field_put_number(record, "boot_time", boot_time);
	field_put_number(record, "sn", sn);
	show_record(show, record);
}

static bool show_neighbor_sn(void *ctx, const struct inspect_neighbor *view)
{
	const struct show *show = ctx;
	struct json_object *record = json_object_new_object();

	field_put_text(record, "sequence_of", "neighbor");
	put_place(show, record, view->link, view->family);
	field_put_addr(record, "neighbor", &view->addr);
	field_put_number(record, "boot_time", view->boot_time);
	field_put_number(record, "my_snapshot_sn", view->my_snapshot_sn);
	field_put_number(record, "neighbor_snapshot_sn", view->neighbor_snapshot_sn);
	field_put_number(record, "checkpoint_sn", view->checkpoint_sn);
	show_record(show, record);
	return true;
}

static void show_link_sns(const struct show *show)
{
	show_interface_sn(show);
	inspect_neighbors(show->daemon->core, show->link, show->family, show_neighbor_sn,
			  (void *)show);
}

static void show_last_sn(void *ctx, const struct inspect_record *view)
{
	const struct show *show = ctx;
	struct json_object *record;

	if (!show_includes(show, view->link) || !view->last_sn)
		return;
	record = json_object_new_object();
	field_put_text(record, "sequence_of", "tree");
	put_place(show, record, view->link, ip_addr_family(&view->key.group));
	field_put_addr(record, "neighbor", &view->neighbor);
	mroutes_put_key(record, &view->key);
	field_put_number(record, "sn", view->last_sn);
	show_record(show, record);
}

static void show_last_sns(const struct show *show, const struct inspect_tree *tree)
{
	inspect_records_of(show->daemon->core, &tree->key, show_last_sn, (void *)show);
}

/* Interfaces with their neighbors first, then trees; a tree that was asked for is all. */
bool sequence_step(struct show *show)
{
	if (!show->is_at_trees && !show->has_source && !show->has_group &&
	    !show_next_link(show, show_link_sns))
		return false;
	if (!show->is_at_trees)
		show->family = IP_FAMILY_4;
	show->is_at_trees = true;
	return trees_next(show, show_last_sns);
}
