// SPDX-License-Identifier: GPL-2.0-only
/* The difference of two configurations as events of the core. */
#include "config/config.h"

bool config_settings_equal(const struct config_settings *a, const struct config_settings *b)
{
	if (a->own != b->own)
		return false;
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		if (setting_is_own(a->own, id) &&
		    setting_get(&a->values, id) != setting_get(&b->values, id))
			return false;
	return true;
}

struct walk {
	uint16_t link;
	config_event_fn *each;
	void *ctx;
};

static void emit(const struct walk *walk, struct ev_config config)
{
	config.link = walk->link;
	walk->each(walk->ctx, &config);
}

static void diff_membership(const struct walk *walk, enum ip_family family,
			    const struct config_link *was, const struct config_link *is)
{
	if (was->gm_version[family] != is->gm_version[family])
		emit(walk, (struct ev_config){ .kind = CONFIG_GM,
					       .family = family,
					       .version = is->gm_version[family] });
	if (was->has_fast_leave != is->has_fast_leave)
		emit(walk, (struct ev_config){ .kind = CONFIG_FAST_LEAVE,
					       .family = family,
					       .is_on = is->has_fast_leave });
	if (was->is_gm_passive != is->is_gm_passive)
		emit(walk, (struct ev_config){ .kind = CONFIG_GM_PASSIVE,
					       .family = family,
					       .is_on = is->is_gm_passive });
	if (was->has_ssm_any_source != is->has_ssm_any_source)
		emit(walk, (struct ev_config){ .kind = CONFIG_SSM_ANY_SOURCE,
					       .family = family,
					       .is_on = is->has_ssm_any_source });
}

static bool wants_routing(const struct config_link *link, enum ip_family family)
{
	return link->wanted[family][PROTO_HPIM] || link->wanted[family][PROTO_PIMDM];
}

/*
 * Multicast router discovery goes with HPIM-DM and PIM-DM: switches that snoop must know the
 * routers. What ends comes first: an interface that changes from one to the other never runs both.
 */
static void diff_protocols(const struct walk *walk, enum ip_family family,
			   const struct config_link *was, const struct config_link *is)
{
	static const bool order[] = { false, true };

	for (unsigned int i = 0; i < 2; i++)
		for (enum core_proto proto = PROTO_HPIM; proto < PROTO_COUNT; proto++)
			if (is->wanted[family][proto] == order[i] &&
			    was->wanted[family][proto] != order[i])
				emit(walk, (struct ev_config){ .kind = CONFIG_LINK,
							       .family = family,
							       .proto = proto,
							       .is_on = order[i] });
	if (wants_routing(was, family) != wants_routing(is, family))
		emit(walk, (struct ev_config){ .kind = CONFIG_MRD,
					       .family = family,
					       .is_on = wants_routing(is, family) });
}

void config_link_diff(const struct config_link *was, const struct config_link *is, uint16_t link,
		      config_event_fn *each, void *ctx)
{
	const struct walk walk = { link, each, ctx };

	if (!config_settings_equal(&was->settings, &is->settings))
		emit(&walk, (struct ev_config){ .kind = CONFIG_LINK_SETTINGS,
						.settings = is->settings.values,
						.own = is->settings.own });
	for (enum ip_family family = IP_FAMILY_4; family < IP_FAMILY_COUNT; family++) {
		diff_membership(&walk, family, was, is);
		diff_protocols(&walk, family, was, is);
	}
}
