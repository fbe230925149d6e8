// SPDX-License-Identifier: GPL-2.0-only
/* The configuration of a router in memory. */
#include <assert.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/model.h"

const uint32_t config_table_default[CONFIG_TABLE_COUNT] = { [CONFIG_UNICAST] = 254 };

const char *const config_table_names[CONFIG_TABLE_COUNT] = {
	[CONFIG_UNICAST] = "unicast",
	[CONFIG_MULTICAST] = "multicast",
};

void config_init(struct config *config)
{
	*config = (struct config){ .settings.values = core_settings_default };
	memcpy(config->table, config_table_default, sizeof(config->table));
}

void config_fini(struct config *config)
{
	for (size_t i = 0; i < config->interface_count; i++)
		config_keys_fini(&config->interfaces[i].keys);
	free(config->interfaces);
	free(config->statics);
	free(config->rpf_metrics);
	free(config->policy);
	config_init(config);
}

bool config_is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

/* The kernel makes no interface of such a name. */
bool config_is_name(const char *name)
{
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strpbrk(name, "/: \t\n\v\f\r");
}

struct config_interface *config_interface_add(struct config *config, const char *name)
{
	size_t size = (config->interface_count + 1) * sizeof(*config->interfaces);
	struct config_interface *added;

	config->interfaces = realloc(config->interfaces, size);
	assert(config->interfaces);
	added = &config->interfaces[config->interface_count++];
	*added = (struct config_interface){
		.link = { .wanted = { { true, true }, { true, true } },
			  .settings.values = core_settings_default },
	};
	(void)snprintf(added->name, sizeof(added->name), "%s", name); /* checked by who reads it */
	return added;
}

void config_interface_copy(struct config *config, const struct config_interface *from)
{
	struct config_interface *added = config_interface_add(config, from->name);

	added->link = from->link;
	config_keys_copy(&added->keys, &from->keys);
}

struct config_interface *config_interface_find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->interface_count; i++)
		if (!strcmp(config->interfaces[i].name, name))
			return &config->interfaces[i];
	return NULL;
}

const struct config_interface *config_interface_for(const struct config *config, const char *name)
{
	const struct config_interface *found = config_interface_find(config, name);

	for (size_t i = 0; i < config->interface_count && !found; i++) {
		const struct config_interface *each = &config->interfaces[i];

		if (config_is_pattern(each->name) && strcmp(name, "lo") != 0 &&
		    fnmatch(each->name, name, 0) == 0)
			found = each;
	}
	return found;
}

struct config_static *config_static_add(struct config *config, const struct config_static *route)
{
	config->statics =
		realloc(config->statics, (config->static_count + 1) * sizeof(*config->statics));
	assert(config->statics);
	config->statics[config->static_count] = *route;
	return &config->statics[config->static_count++];
}

const struct config_metric *config_rpf_metric_find(const struct config *config,
						   const struct ip_prefix *source)
{
	for (size_t i = 0; i < config->rpf_metric_count; i++)
		if (ip_prefix_equal(&config->rpf_metrics[i].source, source))
			return &config->rpf_metrics[i];
	return NULL;
}

void config_rpf_metric_add(struct config *config, const struct config_metric *metric)
{
	config->rpf_metrics = reallocarray(config->rpf_metrics, config->rpf_metric_count + 1,
					   sizeof(*config->rpf_metrics));
	assert(config->rpf_metrics);
	config->rpf_metrics[config->rpf_metric_count++] = *metric;
}

void config_policy_add(struct config *config, const struct config_policy *policy)
{
	config->policy =
		reallocarray(config->policy, config->policy_count + 1, sizeof(*config->policy));
	assert(config->policy);
	config->policy[config->policy_count++] = *policy;
}

const struct config_policy *config_policy_find(const struct config *config,
					       const struct config_policy *policy)
{
	for (size_t i = 0; i < config->policy_count; i++)
		if (config_policy_replaces(&config->policy[i], policy))
			return &config->policy[i];
	return NULL;
}

bool config_link_wants_any(const struct config_link *link)
{
	for (int family = 0; family < IP_FAMILY_COUNT; family++)
		for (int proto = 0; proto < PROTO_COUNT; proto++)
			if (link->wanted[family][proto])
				return true;
	return false;
}

bool config_link_equal(const struct config_link *a, const struct config_link *b)
{
	return a->mode == b->mode && a->threshold == b->threshold &&
	       !memcmp(a->wanted, b->wanted, sizeof(a->wanted)) &&
	       !memcmp(a->gm_version, b->gm_version, sizeof(a->gm_version)) &&
	       a->has_fast_leave == b->has_fast_leave &&
	       a->has_ssm_any_source == b->has_ssm_any_source &&
	       a->is_gm_passive == b->is_gm_passive &&
	       config_settings_equal(&a->settings, &b->settings);
}
