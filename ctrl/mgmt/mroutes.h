/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MGMT_MROUTES_H
#define MGMT_MROUTES_H

/* Views of the forwarding table, and what the views of trees share with them. */
#include "core/mfib.h"
#include "mgmt/show.h"

/** mroutes_begin() - Read "source" and "group", addresses of the trees or entries to be shown. */
bool mroutes_begin(struct show *show);
bool mroutes_step(struct show *show);
void mroutes_end(struct show *show);

/** mroutes_family_is_asked() - Whether family, source and group of the request include it. */
bool mroutes_family_is_asked(const struct show *show, enum ip_family family);

/* Fields of a record: source and group, outputs by name, and how the forwarding plane serves it. */
void mroutes_put_key(struct json_object *record, const struct mfib_key *key);
void mroutes_put_outputs(const struct daemon *daemon, struct json_object *record,
			 const struct ifset *oifs);
void mroutes_put_counts(const struct show *show, struct json_object *record,
			const struct mfib_key *key);

#endif
