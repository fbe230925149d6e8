// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where packets of a source have to come from: the route back to it, as the core knows it.
 */
#include <stdio.h>

#include "base/addr_text.h"
#include "daemon/daemon.h"
#include "daemon/port.h"
#include "daemon/watch.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/rtnl.h"
#include "mgmt/args.h"
#include "mgmt/rpf.h"

/* A word for what the route is, and what is wrong with it. */
struct judgement {
	const char *state;
	char why[128];
};

static struct judgement judge(const struct daemon *daemon, const struct rtnl_path *path,
			      bool is_local, const char *interface)
{
	struct judgement judgement = { .state = "gateway" };

	if (!path->is_reachable) {
		judgement.state = "unreachable";
		(void)snprintf(judgement.why, sizeof(judgement.why), "no route in table %u",
			       daemon->options->unicast_table);
	} else if (is_local) {
		judgement.state = "local";
	} else if (port_by_ifindex(daemon, path->ifindex) == LINK_NONE) {
		judgement.state = "not-attached";
		(void)snprintf(judgement.why, sizeof(judgement.why),
			       "%s is not attached: 'hpimctl attach %s'", interface, interface);
	} else if (path->is_connected) {
		judgement.state = "connected";
	}
	return judgement;
}

static void show_path(const struct show *show, const struct ip_addr *source)
{
	const struct daemon *daemon = show->daemon;
	struct json_object *record = json_object_new_object();
	const struct rtnl_link *link;
	struct judgement judgement;
	struct rtnl_path path;
	bool is_local = watch_path(daemon, source, &path);
	struct ip_prefix prefix = { ip_addr_mask(source, path.prefix_len), path.prefix_len };

	link = path.is_reachable ? rtnl_link_by_index(daemon->rtnl, path.ifindex) : NULL;
	judgement = judge(daemon, &path, is_local, link ? link->name : "-");
	field_put_addr(record, "source", source);
	field_put_text(record, "state", judgement.state);
	field_put_text(record, "interface", link ? link->name : "-");
	field_put_addr(record, "upstream", &path.next_hop);
	if (path.is_reachable) {
		field_put_text(record, "prefix", ip_prefix_text(&prefix).s);
		field_put_number(record, "preference", path.preference);
		field_put_number(record, "metric", path.metric);
	}
	field_put_text(record, "why", judgement.why);
	show_record(show, record);
}

bool rpf_begin(struct show *show)
{
	const char *source = field_text(show->args, "source");

	show->has_source = source;
	if (source &&
	    (ip_addr_parse(source, &show->key.source) || ip_addr_is_multicast(&show->key.source))) {
		ctl_reply_error(show->client, "usage", CTL_EXIT_USAGE, "",
				"\"source\" is the address of a source, not '%s'", source);
		return false;
	}
	if (!source)
		watch_walk_begin(show->daemon, &show->watches);
	show->is_walking = !source;
	return true;
}

void rpf_end(struct show *show)
{
	if (show->is_walking)
		watch_walk_end(&show->watches);
}

bool rpf_step(struct show *show)
{
	struct ip_addr source;

	if (show->has_source) {
		show_path(show, &show->key.source);
		return true;
	}
	if (!watch_walk_next(&show->watches, &source))
		return true;
	if (arg_family(show->args, ip_addr_family(&source)))
		show_path(show, &source);
	return false;
}
