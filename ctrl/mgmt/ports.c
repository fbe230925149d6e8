// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching and detaching over the control socket: one interface, or all that fit a pattern.
 */
#include <assert.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/follow.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "io/ctlsock.h"
#include "io/field.h"
#include "io/rtnl.h"
#include "mgmt/answer.h"
#include "mgmt/args.h"
#include "mgmt/ports.h"

/* A pattern is longer than the names it means. */
#define PATTERN_MAX 64

#define TTL_MAX 255

typedef uint16_t change_fn(struct daemon *daemon, const struct port_request *request,
			   struct refusal *ret_refusal);

/* Interfaces by name: attaching one may change the list of all. */
struct names {
	char (*name)[LINK_NAME_LEN];
	size_t count;
};

/* What became of the interfaces of a pattern. */
struct outcome {
	struct ctl_client *client;
	unsigned int done, refused;
	struct refusal first; /* refusal */
	char text[480];       /* all refusals, or as many as there is room for */
};

/*
 * The protocols of the arguments. None of them means HPIM-DM, IGMP and MLD to attach, and all to
 * detach.
 */
static void read_protocols(struct json_object *args, bool is_detach, struct port_request *request)
{
	bool hpim = field_bool(args, "hpim"), pim_dm = field_bool(args, "pim_dm");
	const bool gm[IP_FAMILY_COUNT] = { field_bool(args, "igmp"), field_bool(args, "mld") };
	bool all = !hpim && !pim_dm && !gm[IP_FAMILY_4] && !gm[IP_FAMILY_6];

	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		bool is_asked = arg_family(args, family);
		bool *protos = request->protos[family];

		protos[PROTO_HPIM] = (hpim || all) && is_asked;
		protos[PROTO_PIMDM] = (pim_dm || (all && is_detach)) && is_asked;
		protos[PROTO_GM] = gm[family] || (all && is_asked);
		protos[PROTO_FOLLOW] = all && is_detach && is_asked;
	}
}

/* No kernel has an interface of this name. */
static bool is_pattern(const char *name)
{
	return !strcmp(name, "all") || strpbrk(name, "*?[");
}

static bool fits(const char *pattern, const char *name)
{
	return !strcmp(pattern, "all") || fnmatch(pattern, name, 0) == 0;
}

static bool read_name(struct ctl_client *client, struct json_object *args, const char **ret_name)
{
	const char *name = arg_interface(args);
	size_t len = name ? strlen(name) : 0;

	if (len && len < (is_pattern(name) ? PATTERN_MAX : LINK_NAME_LEN)) {
		*ret_name = name;
		return true;
	}
	ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
			"\"interface\" is a name of up to 15 letters, a pattern, or all",
			"interface name missing or invalid");
	return false;
}

static bool read_request(struct ctl_client *client, struct json_object *args, const char *cmd,
			 struct port_request *request)
{
	bool is_detach = !strcmp(cmd, "detach"), is_follow = strstr(cmd, "follow");
	const char *mode = field_text(args, "mode");

	*request = (struct port_request){ .mode = DPLANE_MODE_AUTO };
	if (!read_name(client, args, &request->name))
		return false;
	if (mode && !config_mode_by_name(mode, &request->mode)) {
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE,
				"modes are auto, native, generic, tc and kernel", "no mode '%s'",
				mode);
		return false;
	}
	if (is_follow)
		for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++)
			request->protos[family][PROTO_FOLLOW] = arg_family(args, family);
	else
		read_protocols(args, is_detach, request);
	request->fast_leave = field_bool(args, "fast_leave");
	request->no_fast_leave = !request->fast_leave && field_bool(args, "no_fast_leave");
	request->ssm_any_source = field_bool(args, "ssm_any_source");
	request->passive = field_bool(args, "passive");
	request->no_passive = !request->passive && field_bool(args, "no_passive");
	request->no_ssm_any_source =
		!request->ssm_any_source && field_bool(args, "no_ssm_any_source");
	if (field_gm_version(args, IP_FAMILY_4, &request->gm_version[IP_FAMILY_4]) &&
	    field_gm_version(args, IP_FAMILY_6, &request->gm_version[IP_FAMILY_6]))
		return true;
	ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "IGMP 2 or 3, MLD 1 or 2",
			"no such version");
	return false;
}

static void names_add(struct names *names, const char *name)
{
	names->name = realloc(names->name, (names->count + 1) * sizeof(*names->name));
	assert(names->name);
	(void)snprintf(names->name[names->count++], LINK_NAME_LEN, "%s", name); /* of a link */
}

/* The interfaces there are, but for the loopback. */
static void find_links(const struct daemon *daemon, const char *pattern, struct names *names)
{
	const struct rtnl_link *link = NULL;

	while ((link = rtnl_link_next(daemon->rtnl, link)))
		if (strcmp(link->name, "lo") != 0 && fits(pattern, link->name))
			names_add(names, link->name);
}

static void find_ports(const struct daemon *daemon, const char *pattern, struct names *names)
{
	for (uint16_t link = 0; link < LINKS_MAX; link++)
		if (daemon->ports[link].is_used && fits(pattern, daemon->ports[link].config.name))
			names_add(names, daemon->ports[link].config.name);
}

static void note_refusal(struct outcome *outcome, const struct refusal *refusal)
{
	size_t used = strlen(outcome->text);

	if (!outcome->refused++)
		outcome->first = *refusal;
	(void)snprintf(outcome->text + used, sizeof(outcome->text) - used, "%s%s", used ? "; " : "",
		       refusal->message); /* may be cut */
}

static void change_one(struct daemon *daemon, struct outcome *outcome, change_fn *change,
		       const struct port_request *request)
{
	struct refusal refusal;
	uint16_t link = change(daemon, request, &refusal);

	if (link == LINK_NONE) {
		note_refusal(outcome, &refusal);
		return;
	}
	outcome->done++;
	if (daemon->ports[link].is_used)
		answer_record(outcome->client, schema_find("hpim.attach/1"),
			      ports_record(daemon, link));
}

static void reply_outcome(const struct outcome *outcome)
{
	const struct refusal *first = &outcome->first;

	if (outcome->refused && outcome->done)
		ctl_reply_error(outcome->client, "partly", CTL_EXIT_PARTLY, first->hint,
				"%u of %u interfaces refused: %s", outcome->refused,
				outcome->refused + outcome->done, outcome->text);
	else if (outcome->refused)
		ctl_reply_error(outcome->client, first->code, first->exit, first->hint, "%s",
				outcome->text);
	else
		ctl_reply_end(outcome->client, "hpim.attach/1");
}

/* One after the other; what is refused stops none of the others. */
static void change_all(struct daemon *daemon, struct ctl_client *client,
		       struct port_request *request, change_fn *change)
{
	struct outcome outcome = { .client = client };
	const char *pattern = request->name;
	struct names names = { .count = 0 };

	request->waits =
		!is_pattern(pattern); /* what was named is meant; a pattern takes what fits */
	if (!is_pattern(pattern))
		names_add(&names, pattern);
	else if (change == port_attach)
		find_links(daemon, pattern, &names);
	else
		find_ports(daemon, pattern, &names);
	for (size_t i = 0; i < names.count; i++) {
		request->name = names.name[i];
		change_one(daemon, &outcome, change, request);
	}
	free(names.name);
	if (names.count)
		reply_outcome(&outcome);
	else
		ctl_reply_error(client, "no-interface", CTL_EXIT_NOT_FOUND,
				"quote it, or the shell reads it as names of files",
				"no interface fits '%s'", pattern);
}

static void set_threshold(struct daemon *daemon, struct ctl_client *client,
			  struct json_object *args)
{
	struct refusal refusal;
	const char *name;
	int64_t ttl;

	if (!read_name(client, args, &name))
		return;
	if (!arg_number(args, "threshold", "ttl", &ttl))
		ctl_reply_error(client, "usage", CTL_EXIT_USAGE, "", "a threshold is 0 to %d",
				TTL_MAX);
	else if (port_threshold(daemon, name, (uint8_t)ttl, &refusal) == LINK_NONE)
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
	else
		ctl_reply_end(client, NULL);
}

void ports_request(struct daemon *daemon, struct ctl_client *client, const char *cmd,
		   struct json_object *args)
{
	bool is_unfollow = !strcmp(cmd, "unfollow");
	bool is_detach = !strcmp(cmd, "detach") || is_unfollow;
	struct port_request request;
	struct refusal refusal;

	if (!strcmp(cmd, "threshold"))
		set_threshold(daemon, client, args);
	else if (!read_request(client, args, cmd, &request))
		return; /* it has answered */
	else if (is_unfollow && !follow_allows(daemon, request.protos, request.name, &refusal))
		ctl_reply_error(client, refusal.code, refusal.exit, refusal.hint, "%s",
				refusal.message);
	else
		change_all(daemon, client, &request, is_detach ? port_detach : port_attach);
}
