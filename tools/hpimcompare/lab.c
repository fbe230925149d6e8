// SPDX-License-Identifier: GPL-2.0-only
/* Networks to be measured, and the meter. */
#include <assert.h>
#include <malloc.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "hpimcompare/lab.h"
#include "hpimsim/ideal.h"

#define GROUP       0u
#define PERIOD_MS   10u
#define PACKETS_MAX 200000u
#define DRAIN       HP_SEC(1)
#define WATCH_LAG   10u       /* packets; by then one has arrived, or will not */
#define WATCH_DATA  HP_SEC(1) /* on a page, of all the packets */

const char *const contender_names[CONTENDER_COUNT] = {
	[CONTENDER_HPIM] = "hpim-dm",
	[CONTENDER_REFRESH] = "pim-dm",
	[CONTENDER_PLAIN] = "pim-dm, no refresh",
	[CONTENDER_EVEN] = "pim-dm, same Hello",
};

static enum core_proto proto_of(enum contender contender)
{
	return contender == CONTENDER_HPIM ? PROTO_HPIM : PROTO_PIMDM;
}

/* ---- the meter ---- */

/* Packets are sent at regular times, so the time says which one it is. */
static uint32_t packet_number(const struct lab *lab, const struct sim_packet *packet)
{
	hp_time number = (packet->sent_at - lab->begun_at) / HP_MS(PERIOD_MS);

	assert(number < PACKETS_MAX);
	return (uint32_t)number;
}

static uint16_t *copies_of(const struct lab *lab, const struct sim_packet *packet)
{
	return &lab->copies[(size_t)packet_number(lab, packet) * SIM_HOSTS_MAX];
}

static bool counts(const struct lab *lab, const struct sim_packet *packet)
{
	return lab->begun_at != HP_TIME_NEVER && !lab->has_many &&
	       packet->sent_at >= lab->begun_at &&
	       (lab->ended_at == HP_TIME_NEVER || packet->sent_at < lab->ended_at);
}

/* ---- the page ---- */

__attribute__((format(printf, 3, 4))) static void note(struct lab *lab, enum html_note kind,
						       const char *format, ...)
{
	char text[120];
	va_list args;

	if (!lab->page)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	html_sim_note(lab->page, lab->net, kind, text);
}

/* Mark that a member begins or ceases to miss packets, when packet @number is sent. */
static void mark_missing(struct lab *lab, uint32_t number)
{
	const uint16_t *copies = &lab->copies[(size_t)(number - WATCH_LAG) * SIM_HOSTS_MAX];
	const double sent_s =
		(double)(lab->begun_at + (number - WATCH_LAG) * HP_MS(PERIOD_MS)) / 1e9;

	for (uint16_t host = 0; host < lab->net->topo.host_count; host++) {
		const struct sim_host *info = &lab->net->topo.hosts[host];
		bool is_missing = (info->joined >> GROUP & 1) && !copies[host];

		if (is_missing == lab->is_missing[host])
			continue;
		lab->is_missing[host] = is_missing;
		if (is_missing)
			note(lab, HTML_VIOLATION, "%s misses packets, first that of %.2f s",
			     info->name, sent_s);
		else if (info->joined >> GROUP & 1)
			note(lab, HTML_EXPECTATION, "%s gets packets, first that of %.2f s",
			     info->name, sent_s);
	}
}

/* ---- taps ---- */

static void on_packet(void *ctx, const struct sim_net *net, const struct sim_copy *copy)
{
	struct lab *lab = ctx;
	const struct sim_packet *packet = copy->packet;
	struct ideal ideal;
	uint16_t *copies;

	if (!counts(lab, packet))
		return;
	copies = copies_of(lab, packet);
	if (copy->sender == SIM_NONE && packet_number(lab, packet) >= WATCH_LAG)
		mark_missing(lab, packet_number(lab, packet));
	for (uint16_t host = 0; host < net->topo.host_count; host++)
		if (net->topo.hosts[host].lan == copy->lan)
			copies[host]++;
	if (copy->lan == net->topo.hosts[packet->host].lan)
		return;
	ideal_compute(net, packet->host, packet->group, &ideal);
	if (!ideal.is_wanted[copy->lan])
		lab->figures.unwanted++;
}

static void on_frame(void *ctx, const struct sim_net *net, const struct sim_frame *frame)
{
	struct lab *lab = ctx;

	if (!lab->is_measuring || frame->sent.socket != SOCKET_103)
		return;
	lab->figures.messages++;
	lab->figures.bytes += (double)(frame->sent.len + (net->family == IP_FAMILY_4 ? 20 : 40));
}

static bool loses(void *ctx, const struct sim_net *net, const struct sim_frame *frame)
{
	struct lab *lab = ctx;

	(void)net;
	return frame->sent.socket == SOCKET_103 &&
	       random_next(&lab->loss_random) % 1000 < lab->control_loss_pm;
}

static size_t heap_used(void)
{
	return mallinfo2().uordblks;
}

/* ---- the network ---- */

struct lab *lab_new(enum contender contender, uint64_t seed)
{
	struct lab *lab = calloc(1, sizeof(*lab));

	assert(lab);
	lab->contender = contender;
	lab->loss_random = seed;
	lab->begun_at = lab->ended_at = HP_TIME_NEVER;
	lab->copies = calloc((size_t)PACKETS_MAX * SIM_HOSTS_MAX, sizeof(*lab->copies));
	assert(lab->copies);
	sim_topo_init(&lab->topo);
	lab->topo.data_period_ms = PERIOD_MS;
	return lab;
}

void lab_watch(struct lab *lab)
{
	lab->is_watched = true;
}

struct html_run *lab_watched(struct lab *lab)
{
	struct html_run *run = html_sim_end(lab->page, lab->net, NULL);

	lab->page = NULL;
	return run;
}

void lab_free(struct lab *lab)
{
	sim_net_free(lab->net);
	free(lab->copies);
	free(lab);
}

uint16_t lab_lan(struct lab *lab)
{
	char name[SIM_NAME_LEN] = "lan";
	uint16_t number = lab->topo.lan_count;

	name[3] = (char)('a' + number);
	(void)sim_topo_add_lan(&lab->topo, name, (uint8_t)(number + 1));
	return number;
}

uint16_t lab_router(struct lab *lab, const char *name)
{
	(void)sim_topo_add_router(&lab->topo, name);
	return (uint16_t)(lab->topo.router_count - 1);
}

uint16_t lab_port(struct lab *lab, uint16_t router, uint16_t lan, uint32_t cost)
{
	struct sim_box *box = &lab->topo.routers[router];
	char name[SIM_NAME_LEN] = "eth";
	uint16_t number = box->port_count;
	struct sim_port *port;

	name[3] = (char)('0' + number);
	port = sim_topo_add_port(box, name, lan, (uint8_t)(router + 1));
	port->cost = cost;
	memset(port->wants, 0, sizeof(port->wants));
	port->wants[PROTO_GM] = port->wants[proto_of(lab->contender)] = true;
	return number;
}

uint16_t lab_host(struct lab *lab, const char *name, uint16_t lan)
{
	uint16_t number = lab->topo.host_count;

	(void)sim_topo_add_host(&lab->topo, name, lan, (uint8_t)(100 + number));
	return number;
}

void lab_start(struct lab *lab, uint32_t late)
{
	const struct sim_net_tap tap = {
		.ctx = lab, .frame = on_frame, .packet = on_packet, .loses = loses
	};

	lab->topo.settings.pim.refresh = lab->contender != CONTENDER_PLAIN;
	if (lab->contender == CONTENDER_EVEN)
		lab->topo.settings.pim.hello_period_s = lab->topo.settings.hello_period_s;
	lab->net = sim_net_new(&lab->topo, IP_FAMILY_4, lab->loss_random);
	sim_net_tap(lab->net, &tap); /* before that of the page, which ends no event of it */
	if (lab->is_watched) {
		lab->page =
			html_sim_begin(contender_names[lab->contender], lab->loss_random, lab->net);
		html_sim_thin(lab->page, WATCH_DATA);
	}
	for (uint16_t router = 0; router < lab->topo.router_count; router++)
		if (!(late >> router & 1))
			lab_router_is(lab, ACT_START, router);
	lab->heap_before = heap_used();
}

void lab_run(struct lab *lab, hp_time time)
{
	sim_net_run(lab->net, lab->net->now + time);
}

static void act(struct lab *lab, const struct action *action)
{
	if (lab->page)
		html_sim_acts(lab->page, lab->net, action);
	action_perform(lab->net, action);
	if (lab->page)
		html_sim_acted(lab->page, lab->net);
}

void lab_send(struct lab *lab, bool is_on)
{
	act(lab, &(struct action){ .kind = ACT_SEND, .value = is_on ? 1 : 0 });
}

void lab_send_many(struct lab *lab, uint16_t sources, uint16_t groups)
{
	assert(groups <= SIM_GROUPS_MAX);
	lab->has_many = true;
	for (uint16_t host = 0; host < sources; host++)
		act(lab, &(struct action){ .kind = ACT_SEND, .node = host, .value = groups });
}

void lab_join(struct lab *lab, uint16_t host)
{
	act(lab, &(struct action){ .kind = ACT_JOIN, .node = host, .value = GROUP });
}

void lab_leave(struct lab *lab, uint16_t host)
{
	act(lab, &(struct action){ .kind = ACT_LEAVE, .node = host, .value = GROUP });
}

void lab_cost(struct lab *lab, uint16_t router, uint16_t port, uint32_t cost)
{
	act(lab, &(struct action){ .kind = ACT_COST, .node = router, .port = port, .value = cost });
}

void lab_router_is(struct lab *lab, enum action_kind kind, uint16_t router)
{
	act(lab, &(struct action){ .kind = kind, .node = router });
}

void lab_lose(struct lab *lab, uint32_t per_mille)
{
	if (per_mille)
		note(lab, HTML_ACTION, "links lose %.1f %% of the messages of IP protocol 103",
		     per_mille / 10.0);
	lab->control_loss_pm = per_mille;
}

/* ---- what is measured ---- */

void lab_begin(struct lab *lab)
{
	lab->begun_at = lab->net->now;
	lab->is_measuring = true;
	note(lab, HTML_EXPECTATION, "from now on is measured");
}

/* What one host that is a member now got of the packets. */
static void count_host(struct lab *lab, uint16_t host)
{
	uint32_t last_missing = 0; /* counted from 1 */

	for (uint32_t i = 0; i < lab->packets; i++) {
		uint16_t copies = lab->copies[(size_t)i * SIM_HOSTS_MAX + host];

		if (copies > 1)
			lab->figures.duplicated += copies - 1;
		if (copies)
			continue;
		lab->figures.lost++;
		last_missing = i + 1;
	}
	if (last_missing == lab->packets && lab->packets)
		lab->figures.recover_ms = -1;
	else if (lab->figures.recover_ms >= 0 && last_missing * PERIOD_MS > lab->figures.recover_ms)
		lab->figures.recover_ms = last_missing * PERIOD_MS;
}

void lab_end(struct lab *lab)
{
	struct figures *figures = &lab->figures;

	lab->is_measuring = false;
	lab->ended_at = lab->net->now;
	for (uint16_t router = 0; router < lab->topo.router_count; router++)
		figures->entries += HASH_COUNT(lab->net->nodes[router].router.entries);
	figures->state_bytes = NAN;
	if (lab->has_many) {
		figures->state_bytes = (double)(heap_used() - lab->heap_before);
		figures->recover_ms = figures->lost = figures->duplicated = figures->unwanted = NAN;
		return;
	}
	lab->packets = (uint32_t)((lab->ended_at - lab->begun_at) / HP_MS(PERIOD_MS));
	lab_run(lab, DRAIN);
	for (uint16_t host = 0; host < lab->topo.host_count; host++)
		if (lab->net->topo.hosts[host].joined >> GROUP & 1)
			count_host(lab, host);
}
