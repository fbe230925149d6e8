// SPDX-License-Identifier: GPL-2.0-only
/* Writing a scenario as a file that can be read again, and by people. */
#include <inttypes.h>
#include <stdio.h>

#include "hpimsim/scenario.h"

static void save_settings(FILE *file, const struct core_settings *settings)
{
	struct core_settings copy = *settings;

	fprintf(file, "settings:\n");
	for (size_t i = 0; i < SCENARIO_SETTINGS; i++)
		fprintf(file, "  %s: %u\n", scenario_settings[i].name, *scenario_setting(&copy, i));
}

static void save_topo(FILE *file, const struct sim_topo *topo)
{
	fprintf(file, "links:\n");
	for (uint16_t i = 0; i < topo->lan_count; i++) {
		const struct sim_lan *lan = &topo->lans[i];

		fprintf(file,
			"  %s: {n: %u, delay_us: %u, jitter_us: %u, loss: %u, dup: %u, mtu: %u}\n",
			lan->name, lan->number, lan->delay_us, lan->jitter_us, lan->loss_pm,
			lan->dup_pm, lan->mtu);
	}
	fprintf(file, "routers:\n");
	for (uint16_t i = 0; i < topo->router_count; i++) {
		fprintf(file, "  %s:%s\n", topo->routers[i].name,
			topo->routers[i].port_count ? "" : " {}");
		for (uint16_t p = 0; p < topo->routers[i].port_count; p++) {
			const struct sim_port *port = &topo->routers[i].ports[p];

			fprintf(file,
				"    %s: {link: %s, host: %u, cost: %u, hpim: %d, gm: %d%s}\n",
				port->name, topo->lans[port->lan].name, port->host, port->cost,
				port->wants[port->protocol], port->wants[PROTO_GM],
				port->protocol == PROTO_PIMDM ? ", protocol: pim-dm" : "");
		}
	}
	fprintf(file, "hosts:%s\n", topo->host_count ? "" : " {}");
	for (uint16_t i = 0; i < topo->host_count; i++) {
		const struct sim_host *host = &topo->hosts[i];

		fprintf(file, "  %s: {link: %s, host: %u, newest: %d", host->name,
			topo->lans[host->lan].name, host->host, host->is_newest);
		if (host->only != SIM_NONE)
			fprintf(file, ", only: %s", topo->hosts[host->only].name);
		fprintf(file, "}\n");
	}
}

static void save_timeline(FILE *file, const struct scenario *scenario)
{
	char text[80];

	fprintf(file, "timeline:\n");
	for (size_t i = 0; i < scenario->step_count; i++) {
		const struct step *step = &scenario->steps[i];

		fprintf(file, "  - at: %.6f\n", (double)step->action.at / 1e9);
		action_text(&scenario->topo, &step->action, text, sizeof(text));
		if (step->is_expectation && step->unasked)
			fprintf(file,
				"    only-simulated: {because: \"%s\", \"%s\": {\"%s\": \"%s\"}}\n",
				step->unasked, step->question, step->subject, step->expected);
		else if (step->is_expectation)
			fprintf(file, "    expect: {\"%s\": {\"%s\": \"%s\"}}\n", step->question,
				step->subject, step->expected);
		else
			fprintf(file, "    do: [%s]\n", text);
	}
}

bool scenario_save(const struct scenario *scenario, enum ip_family family, const char *path)
{
	FILE *file = fopen(path, "we");
	bool is_good;

	if (!file)
		return false;
	fprintf(file, "# SPDX-License-Identifier: GPL-2.0-only\n");
	fprintf(file, "name: %s\nseed: %" PRIu64 "\nfamily: %d\n", scenario->name, scenario->seed,
		family == IP_FAMILY_4 ? 4 : 6);
	fprintf(file, "converge_ms: %u\nperiod_ms: %u\nttl: %u\n", scenario->topo.converge_ms,
		scenario->topo.data_period_ms, scenario->topo.data_ttl);
	if (scenario->topo.net4[0])
		fprintf(file, "net4: %u.%u\n", scenario->topo.net4[0], scenario->topo.net4[1]);
	save_settings(file, &scenario->topo.settings);
	save_topo(file, &scenario->topo);
	save_timeline(file, scenario);
	is_good = !ferror(file);
	return fclose(file) == 0 && is_good;
}
