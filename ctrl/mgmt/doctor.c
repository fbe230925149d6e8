// SPDX-License-Identifier: GPL-2.0-only
/*
 * "doctor": runs the checks of mgmt/doctor_checks.c for the router, for each attached interface and
 * for each tree, an interface or a tree for each step of the answer.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "core/inspect.h"
#include "daemon/port.h"
#include "io/field.h"
#include "io/rtnl.h"
#include "mgmt/args.h"
#include "mgmt/answer.h"
#include "mgmt/doctor.h"
#include "mgmt/show.h"
#include "mgmt/trees.h"

/* Of one check of trees: the rest is likely of the same kind. */
#define TREE_FINDINGS_MAX 10u

static const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_ERROR] = "error",
	};

	return names[severity];
}

/* A remedy is a command to type: "IFACE" stands for the interface of the finding. */
static void fill_remedy(const char *pattern, const char *interface, char *text, size_t room)
{
	size_t used = 0;

	while (*pattern && used + 1 < room) {
		const char *at = strstr(pattern, "IFACE");
		size_t plain = at ? (size_t)(at - pattern) : strlen(pattern);

		used += (size_t)snprintf(text + used, room - used, "%.*s%s", (int)plain, pattern,
					 at ? interface : "");
		pattern += plain + (at ? strlen("IFACE") : 0);
	}
}

static void send_finding(const struct doctor *doctor, const struct advice *advice, const char *what)
{
	struct json_object *record = json_object_new_object();
	char remedy[256] = "";

	fill_remedy(advice->remedy,
		    doctor->link == LINK_NONE ? "IFACE" : port_name(doctor->daemon, doctor->link),
		    remedy, sizeof(remedy));
	field_put_text(record, "severity", severity_name(advice->severity));
	field_put_text(record, "interface", port_name(doctor->daemon, doctor->link));
	if (doctor->family < IP_FAMILY_COUNT)
		field_put_number(record, "family", doctor->family == IP_FAMILY_4 ? 4 : 6);
	field_put_text(record, "check", doctor->check->name);
	field_put_text(record, "what", what);
	field_put_text(record, "why", advice->why);
	field_put_text(record, "remedy", remedy);
	answer_record(doctor->client, schema_find("hpim.doctor/1"), record);
}

void doctor_report(struct doctor *doctor, const struct advice *advice, const char *what, ...)
{
	uint32_t *found = &doctor->found[doctor->check - doctor_checks];
	char text[512];
	va_list args;

	if (doctor->check->scope == CHECK_TREE && ++*found > TREE_FINDINGS_MAX)
		return;
	va_start(args, what);
	(void)vsnprintf(text, sizeof(text), what, args); /* may be cut */
	va_end(args);
	send_finding(doctor, advice, text);
}

static void run_checks(struct doctor *doctor, enum check_scope scope)
{
	for (size_t i = 0; i < doctor_check_count; i++) {
		doctor->check = &doctor_checks[i];
		if (doctor->check->scope == scope)
			doctor->check->run(doctor);
	}
}

static void check_link(struct show *show)
{
	struct doctor *doctor = show->doctor;
	const struct port *port = &show->daemon->ports[show->link];
	const struct rtnl_link *info = rtnl_link_by_index(show->daemon->rtnl, port->ifindex);

	doctor->link = show->link;
	doctor->family = IP_FAMILY_COUNT;
	run_checks(doctor, CHECK_LINK);
	if (!info || !info->is_up)
		return;
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		if (!arg_family(show->args, family))
			continue;
		doctor->family = family;
		run_checks(doctor, CHECK_FAMILY);
	}
}

static void check_tree(const struct show *show, const struct inspect_tree *tree)
{
	struct doctor *doctor = show->doctor;

	if (arg_interface(show->args) && !show_includes(show, tree->root))
		return;
	doctor->link = tree->root;
	doctor->family = ip_addr_family(&tree->key.group);
	doctor->tree = *tree;
	run_checks(doctor, CHECK_TREE);
}

/* How many findings were left out. */
static void report_rest(struct doctor *doctor)
{
	doctor->link = LINK_NONE;
	doctor->family = IP_FAMILY_COUNT;
	for (size_t i = 0; i < doctor_check_count; i++) {
		char what[64];

		if (doctor->found[i] <= TREE_FINDINGS_MAX)
			continue;
		doctor->check = &doctor_checks[i];
		(void)snprintf(what, sizeof(what), "%u more trees with this finding",
			       doctor->found[i] - TREE_FINDINGS_MAX);
		send_finding(doctor,
			     &(struct advice){ SEVERITY_NOTE, "only the first are listed",
					       "'hpimctl show trees' lists all trees" },
			     what);
	}
}

bool doctor_begin(struct show *show)
{
	assert(doctor_check_count <= sizeof(show->doctor->found) / sizeof(show->doctor->found[0]));
	show->doctor = calloc(1, sizeof(*show->doctor));
	assert(show->doctor);
	show->doctor->daemon = show->daemon;
	show->doctor->client = show->client;
	show->doctor->link = LINK_NONE;
	show->doctor->family = IP_FAMILY_COUNT;
	if (!arg_interface(show->args))
		run_checks(show->doctor, CHECK_ROUTER);
	return true;
}

/* First the interfaces, then the trees. */
bool doctor_step(struct show *show)
{
	if (show->link < LINKS_MAX) {
		if (show->daemon->ports[show->link].is_used && show_includes(show, show->link))
			check_link(show);
		show->link++;
		return false;
	}
	if (!trees_next(show, check_tree))
		return false;
	report_rest(show->doctor);
	return true;
}

void doctor_end(struct show *show)
{
	trees_end(show);
	free(show->doctor);
}
