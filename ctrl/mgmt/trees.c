// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the control socket shows of trees, a tree for each step. Trees come and go between them: a
 * tree that stands all the time is shown once.
 */
#include <string.h>

#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "dplane/dplane.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "mgmt/mroutes.h"
#include "mgmt/show.h"
#include "mgmt/trees.h"

static void put_pimdm_timers(struct json_object *record, const struct inspect_tree *view)
{
	field_put_seconds(record, "uptime_s", view->since_for);
	field_put_seconds(record, "expires_s", view->expires_in);
	field_put_seconds(record, "graft_retry_s", view->graft_in);
	field_put_seconds(record, "prune_limit_s", view->limit_in);
	field_put_seconds(record, "override_s", view->override_in);
	field_put_seconds(record, "state_refresh_s", view->refresh_in);
	field_put_number(record, "grafts_unanswered", view->graft_count);
}

static void show_tree(const struct show *show, const struct inspect_tree *view)
{
	struct json_object *record = json_object_new_object();

	mroutes_put_key(record, &view->key);
	field_put_text(record, "state", view->state);
	field_put_text(record, "role", view->is_originator ? "originator" : "non-originator");
	/* A local source has no root interface. */
	field_put_text(record, "input",
		       port_name(show->daemon, view->root == LINK_NONE && view->is_originator
						       ? view->iif
						       : view->root));
	field_put_addr(record, "upstream", &view->upstream);
	field_put_number(record, "preference", view->preference);
	field_put_number(record, "metric", view->metric);
	field_put_bool(record, "in_tree", view->in_tree);
	mroutes_put_outputs(show->daemon, record, &view->oifs);
	mroutes_put_counts(show, record, &view->key);
	field_put_seconds(record, "stale_s", view->stale_in);
	field_put_text(record, "protocol", inspect_protocol_name(view->proto));
	if (view->proto == PROTO_PIMDM)
		put_pimdm_timers(record, view);
	show_record(show, record);
}

struct of_tree {
	const struct show *show;
	const struct inspect_tree *tree;
};

/* Of an output its downstream and assert machines; of the RPF interface the upstream machine. */
static void put_pimdm_if(struct json_object *record, const struct inspect_tree *tree,
			 const struct inspect_tree_if *view)
{
	field_put_text(record, "downstream", view->downstream);
	field_put_seconds(record, "prune_s", view->prune_in);
	field_put_seconds(record, "assert_s", view->assert_in);
	field_put_number(record, "neighbors", view->neighbors);
	field_put_text(record, "upstream", view->is_root ? tree->state : "-");
	if (view->is_root)
		put_pimdm_timers(record, tree);
}

static bool show_tree_if(void *ctx, const struct inspect_tree_if *view)
{
	const struct of_tree *of = ctx;
	const struct show *show = of->show;
	struct json_object *record;

	if (!show_includes(show, view->link))
		return true;
	record = json_object_new_object();
	mroutes_put_key(record, &view->key);
	field_put_text(record, "interface", port_name(show->daemon, view->link));
	field_put_text(record, "role", view->is_root ? "root" : "non-root");
	field_put_text(record, "assert",
		       view->proto == PROTO_PIMDM ? view->assert_state
		       : view->is_root            ? "-"
		       : view->is_winner          ? "winner"
						  : "loser");
	field_put_bool(record, "interest", view->has_interest);
	field_put_bool(record, "member", view->has_member);
	field_put_bool(record, "forwarding", view->is_forwarding);
	field_put_addr(record, "best_upstream", &view->best_upstream);
	field_put_number(record, "upstream_preference", view->upstream_preference);
	field_put_number(record, "upstream_metric", view->upstream_metric);
	field_put_text(record, "protocol", inspect_protocol_name(view->proto));
	if (view->proto == PROTO_PIMDM)
		put_pimdm_if(record, of->tree, view);
	show_record(show, record);
	return true;
}

static void show_tree_ifs(const struct show *show, const struct inspect_tree *view)
{
	inspect_tree_ifs_of(show->daemon->core, view, show_tree_if,
			    &(struct of_tree){ show, view });
}

hp_time trees_silence(const struct daemon *daemon, const struct inspect_tree *tree)
{
	struct dplane_route_state state;

	if (strcmp(tree->state, "active") != 0 || tree->is_originator ||
	    !ip_addr_is_set(&tree->upstream) || tree->iif == LINK_NONE || tree->iif != tree->root ||
	    ifset_is_empty(&tree->oifs) ||
	    dplane_route_state(daemon->dplane, &tree->key, &state) < 0)
		return 0;
	return state.seen_for;
}

/* ---- which trees ---- */

/* Begin to walk over the next family, if one is left. */
static bool walk_begin(struct show *show)
{
	while (show->family < IP_FAMILY_COUNT && !mroutes_family_is_asked(show, show->family))
		show->family++;
	if (show->family == IP_FAMILY_COUNT)
		return false;
	inspect_walk_begin(show->daemon->core, show->family,
			   show->has_group ? &show->key.group : NULL, &show->walk);
	show->is_walking = true;
	return true;
}

void trees_end(struct show *show)
{
	if (show->is_walking)
		inspect_walk_end(&show->walk);
	show->is_walking = false;
}

struct of_key {
	const struct show *show;
	trees_fn *each;
};

static bool show_tree_of(void *ctx, const struct inspect_tree *view)
{
	const struct of_key *of = ctx;

	of->each(of->show, view);
	return true;
}

/* Source and group name trees, which are looked up; else the trees of the group, or all. */
bool trees_next(struct show *show, trees_fn *each)
{
	struct inspect_tree tree;

	if (show->has_source && show->has_group) {
		if (mroutes_family_is_asked(show, ip_addr_family(&show->key.group)))
			inspect_trees_of(show->daemon->core, &show->key, show_tree_of,
					 &(struct of_key){ show, each });
		return true;
	}
	if (!show->is_walking && !walk_begin(show))
		return true;
	if (!inspect_walk_next(&show->walk, &tree)) {
		trees_end(show);
		show->family++;
	} else if (!show->has_source || ip_addr_equal(&tree.key.source, &show->key.source)) {
		each(show, &tree);
	}
	return false;
}

bool trees_step(struct show *show)
{
	return trees_next(show, show_tree);
}

bool trees_ifs_step(struct show *show)
{
	return trees_next(show, show_tree_ifs);
}
