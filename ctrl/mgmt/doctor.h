/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTRL_DOCTOR_H
#define CTRL_DOCTOR_H

/*
 * "doctor" looks for what is wrong and changes nothing. A check is a function and a row of
 * doctor_checks in mgmt/doctor_checks.c; mgmt/doctor.c runs them for every object of their scope.
 */
#include "mgmt/show.h"
#include "core/inspect.h"

enum severity {
	SEVERITY_NOTE,    /* works, and may be as it is meant */
	SEVERITY_WARNING, /* packets may be lost, or a part is out of service */
	SEVERITY_ERROR,   /* does not work */
};

/** enum check_scope - What a check is run for, so which members of struct doctor it may read. */
enum check_scope {
	CHECK_ROUTER, /* once, unless an interface is asked for */
	CHECK_LINK,   /* @link: every interface that is attached, also while it is absent */
	CHECK_FAMILY, /* @link and @family: both families of those that are up */
	CHECK_TREE,   /* @family and @tree */
};

/** struct doctor - What a check looks at. */
struct doctor {
	struct daemon *daemon;
	struct ctl_client *client;
	const struct check *check; /* the one that runs */
	uint32_t found[32];        /* findings by row of doctor_checks */
	uint16_t link;             /* LINK_NONE: of no interface */
	enum ip_family family;     /* IP_FAMILY_COUNT: of none */
	struct inspect_tree tree;
};

struct check {
	const char *name; /* one word for programs, "check" of the record */
	enum check_scope scope;
	void (*run)(struct doctor *doctor);
};

extern const struct check doctor_checks[];
extern const size_t doctor_check_count; /* at most as many as struct doctor can count */

/** struct advice - What a finding means; sentences without a full stop. */
struct advice {
	enum severity severity;
	const char *why, *remedy;
};

/**
 * doctor_report() - Send a finding of the check that runs, about the doctor's link and family.
 * @what: what was found, with names and numbers.
 *
 * Of a check of trees only the first are sent; the rest is counted.
 */
__attribute__((format(printf, 3, 4))) void
doctor_report(struct doctor *doctor, const struct advice *advice, const char *what, ...);

/** doctor_begin() - Check that "interface", if it is there, is attached. */
bool doctor_begin(struct show *show);
bool doctor_step(struct show *show);
void doctor_end(struct show *show);

#endif
