// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of the instance and of its interfaces. The table is core/settings.c, their text
 * config/value.c; here they meet what is attached.
 */
#include "daemon/settings.h"
#include "core/core.h"
#include "core/inspect.h"
#include "daemon/daemon.h"
#include "daemon/follow.h"
#include "daemon/port.h"
#include "daemon/refusal.h"
#include "daemon/saved.h"

#define HOLD_MAX_S 3600 /* also of a hold time that never ends */

static struct core_settings with(const struct core_settings *above,
				 const struct config_settings *settings)
{
	struct core_settings merged;

	settings_merge(&merged, above, &settings->values, settings->own);
	return merged;
}

/* The instance, if it had these. */
static struct core_settings instance_with(const struct daemon *daemon,
					  const struct config_settings *settings)
{
	struct core_settings start = core_settings_default;

	start.hello_period_s = daemon->options->hello_s;
	start.stale_s = daemon->options->stale_s;
	return with(&start, settings);
}

struct core_settings settings_of_instance(const struct daemon *daemon)
{
	return instance_with(daemon, &daemon->settings);
}

struct core_settings settings_of_link(const struct daemon *daemon, uint16_t link)
{
	const struct core_settings all = settings_of_instance(daemon);

	return with(&all, &daemon->ports[link].config.settings);
}

static bool runs(const struct daemon *daemon, uint16_t link, enum core_proto proto)
{
	for (enum ip_family family = 0; family < IP_FAMILY_COUNT; family++)
		if (inspect_protocol_runs(daemon->core, link, family, proto))
			return true;
	return false;
}

hp_time settings_hold(const struct daemon *daemon)
{
	static const struct {
		enum core_proto proto;
		enum setting_id id;
	} rows[] = { { PROTO_HPIM, SETTING_HOLD_TIME }, { PROTO_PIMDM, SETTING_PIM_HOLD_TIME } };
	const struct core_settings all = settings_of_instance(daemon);
	uint32_t longest = 0;

	for (uint16_t link = 0; link < LINKS_MAX; link++)
		for (size_t i = 0;
		     daemon->ports[link].is_used && i < sizeof(rows) / sizeof(rows[0]); i++) {
			const struct core_settings *here = inspect_settings(daemon->core, link);
			uint32_t hold_s = setting_value(here, rows[i].id);

			if (hold_s > longest && runs(daemon, link, rows[i].proto))
				longest = hold_s;
		}
	if (!longest)
		longest = setting_value(&all, SETTING_HOLD_TIME);
	return HP_SEC(longest < HOLD_MAX_S ? longest : HOLD_MAX_S);
}

hp_time settings_stale(const struct daemon *daemon)
{
	return HP_SEC(settings_of_instance(daemon).stale_s);
}

hp_time settings_lease(const struct daemon *daemon)
{
	if (daemon->options->lease_for)
		return daemon->options->lease_for;
	return follow_is_on(daemon) ? FOLLOW_LEASE : settings_hold(daemon);
}

void settings_feed(struct daemon *daemon)
{
	daemon->renew_at = 0; /* the lease may be another one */
	daemon_feed(daemon,
		    &(struct core_event){ .kind = EV_CONFIG,
					  .config = { .kind = CONFIG_SETTINGS,
						      .settings = settings_of_instance(daemon) } });
}

/* Return: whether a setting can be changed there. */
static bool find(const struct daemon *daemon, const struct settings_request *request,
		 enum setting_id *ret_id, uint16_t *ret_link, struct refusal *refusal)
{
	enum setting_id id = config_setting_find(request->name);

	*ret_link = LINK_NONE;
	*ret_id = id;
	if (id == SETTING_COUNT) {
		(void)refuse(refusal, CTL_EXIT_USAGE, "no-setting",
			     "'hpimctl show config' lists them", "no setting '%s'", request->name);
		return false;
	}
	if (!request->interface)
		return true;
	if (setting_table[id].scope == SETTING_OF_INSTANCE) {
		(void)refuse(refusal, CTL_EXIT_USAGE, "scope", "leave out the interface",
			     "%s holds for the instance, not for an interface", request->name);
		return false;
	}
	*ret_link = port_find(daemon, request->interface, refusal);
	return *ret_link != LINK_NONE;
}

/* Return: whether the new value could be read. */
static bool apply(struct config_settings *settings, enum setting_id id, const char *text,
		  struct refusal *refusal)
{
	char why[CONFIG_WHY_MAX];
	uint32_t value;

	if (!text) {
		settings->own &= ~(UINT64_C(1) << id);
		return true;
	}
	if (config_value_parse(id, text, &value, why) < 0) {
		(void)refuse(refusal, CTL_EXIT_USAGE, "value",
			     "'hpimctl show config -d' has the range of each", "%s", why);
		return false;
	}
	setting_set(&settings->values, id, value);
	settings->own |= UINT64_C(1) << id;
	return true;
}

/* Return: whether all settings would go together, on each interface concerned. */
static bool check(const struct daemon *daemon, uint16_t link,
		  const struct config_settings *settings, struct refusal *refusal)
{
	const struct core_settings all =
		link == LINK_NONE ? instance_with(daemon, settings) : settings_of_instance(daemon);
	char why[CONFIG_WHY_MAX];
	int err = link == LINK_NONE ? config_check(&all, "instance", why) : 0;

	for (uint16_t i = 0; i < LINKS_MAX && !err; i++) {
		const struct port *port = &daemon->ports[i];
		struct core_settings here;

		if (!port->is_used || (link != LINK_NONE && link != i))
			continue;
		here = with(&all, link == i ? settings : &port->config.settings);
		err = config_check(&here, port->config.name, why);
	}
	if (err)
		(void)refuse(refusal, CTL_EXIT_REFUSED, "conflict", "change the other one first",
			     "%s", why);
	return !err;
}

bool settings_change(struct daemon *daemon, const struct settings_request *request,
		     enum setting_id *ret_id, uint16_t *ret_link, struct refusal *ret_refusal)
{
	struct config_settings changed;
	enum setting_id id;
	uint16_t link;

	if (!find(daemon, request, &id, &link, ret_refusal))
		return false;
	changed = link == LINK_NONE ? daemon->settings : daemon->ports[link].config.settings;
	if (!apply(&changed, id, request->value, ret_refusal) ||
	    !check(daemon, link, &changed, ret_refusal))
		return false;
	if (link == LINK_NONE) {
		daemon->settings = changed;
		settings_feed(daemon);
	} else {
		port_configure(daemon, link, &changed);
	}
	saved_store(daemon);
	*ret_id = id;
	*ret_link = link;
	return true;
}

bool settings_check_config(const struct daemon *daemon, const struct config *config,
			   struct refusal *ret_refusal)
{
	const struct core_settings all = instance_with(daemon, &config->settings);
	char why[CONFIG_WHY_MAX];
	int err = config_check(&all, "instance", why);

	for (size_t i = 0; i < config->interface_count && !err; i++) {
		const struct core_settings here = with(&all, &config->interfaces[i].link.settings);

		err = config_check(&here, config->interfaces[i].name, why);
	}
	if (err)
		(void)refuse(ret_refusal, CTL_EXIT_REFUSED, "conflict", "nothing was changed", "%s",
			     why);
	return !err;
}
