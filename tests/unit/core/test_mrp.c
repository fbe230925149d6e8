// SPDX-License-Identifier: GPL-2.0-only
/* Which protocol an event is handed to: one that only counts stands behind the others. */
#include <criterion/criterion.h>

#include "base/addr_text.h"
#include "core/core_int.h"

struct counting {
	struct mrp mrp;
	unsigned int data, stale, config, evaluated;
	unsigned int marked; /* trees that are to be evaluated */
	enum data_kind kind; /* of the last */
};

static bool count_data(struct mrp *mrp, const struct ev_data *data)
{
	container_of(mrp, struct counting, mrp)->data++;
	container_of(mrp, struct counting, mrp)->kind = data->kind;
	return false;
}

static bool count_stale(struct mrp *mrp, const struct ev_stale *stale)
{
	(void)stale;
	container_of(mrp, struct counting, mrp)->stale++;
	return false;
}

static void count_config(struct mrp *mrp, const struct ev_config *config)
{
	(void)config;
	container_of(mrp, struct counting, mrp)->config++;
}

static bool evaluate_marked(struct mrp *mrp)
{
	struct counting *counting = container_of(mrp, struct counting, mrp);

	if (!counting->marked)
		return false;
	counting->marked--;
	counting->evaluated++;
	return true;
}

static const struct mrp_ops counting_ops = {
	.owner = MFIB_HPIM,
	.config_changed = count_config,
	.stale = count_stale,
	.data = count_data,
	.evaluate_next = evaluate_marked,
};

static struct ip_addr addr(const char *text)
{
	struct ip_addr parsed;

	cr_assert_eq(ip_addr_parse(text, &parsed), 0);
	return parsed;
}

static struct core *core_with(struct counting *counting)
{
	struct core *core = core_new(&core_limits_default);
	unsigned int last = 0;

	cr_assert_not_null(core);
	while (core->mrp[IP_FAMILY_4][last])
		last++;
	cr_assert_lt(last, MRP_MAX);
	*counting = (struct counting){
		.mrp = { .ops = &counting_ops, .core = core, .family = IP_FAMILY_4 }
	};
	core->mrp[IP_FAMILY_4][last] = &counting->mrp;
	return core;
}

static void end(struct core *core, struct counting *counting)
{
	for (unsigned int i = 0; i < MRP_MAX; i++)
		if (core->mrp[IP_FAMILY_4][i] == &counting->mrp)
			core->mrp[IP_FAMILY_4][i] = NULL;
	core_free(core);
}

static void feed(struct core *core, const struct core_event *event)
{
	core_handle(core, core->now, event);
	while (core_effect_next(core))
		;
}

/* A static route of any source from link 0 to link 1. */
static void add_route(struct core *core)
{
	struct core_event event = { .kind = EV_CONFIG,
				    .config = { .kind = CONFIG_STATIC_ROUTE,
						.is_on = true,
						.route = { .group = { addr("239.1.0.0"), 16 } } } };

	ifset_add(&event.config.route.oifs, 1);
	feed(core, &(struct core_event){ .kind = EV_LINK, .link = { .is_present = true } });
	feed(core, &event);
}

static void data(struct core *core, enum data_kind kind)
{
	feed(core, &(struct core_event){ .kind = EV_DATA,
					 .data = { .kind = kind,
						   .source = addr("10.1.1.1"),
						   .group = addr("239.1.1.1") } });
}

Test(mrp, data_without_an_entry_is_offered_until_one_takes_it)
{
	struct counting counting;
	struct core *core = core_with(&counting);

	data(core, DATA_MISS);
	cr_assert_eq(counting.data, 1);
	add_route(core);
	data(core, DATA_MISS);
	cr_assert_eq(counting.data, 1, "static routes took it");
	data(core, DATA_WRONG_IF);
	cr_assert_eq(counting.data, 1, "of the owner of the entry");
	end(core, &counting);
}

Test(mrp, notification_goes_to_the_owner_of_the_entry_as_it_is)
{
	const struct mfib_route route = { .key = { .source = addr("10.1.1.1"),
						   .group = addr("239.1.1.1") },
					  .flags = MFIB_F_NOTIFY };
	struct counting counting;
	struct core *core = core_with(&counting);

	data(core, DATA_NOTIFY);
	cr_expect_eq(counting.data, 0, "there is no entry");
	feed(core, &(struct core_event){ .kind = EV_LINK, .link = { .is_present = true } });
	cr_assert(mfib_set(core, counting_ops.owner, &route));
	while (core_effect_next(core))
		;
	data(core, DATA_NOTIFY);
	cr_expect_eq(counting.data, 1);
	cr_expect_eq(counting.kind, DATA_NOTIFY);
	end(core, &counting);
}

/* The protocol whose claim is not in force waits for it, too. */
Test(mrp, answer_about_the_last_packet_goes_to_all)
{
	struct counting counting;
	struct core *core = core_with(&counting);

	add_route(core);
	data(core, DATA_MISS);
	data(core, DATA_SEEN);
	cr_assert_eq(counting.data, 1);
	end(core, &counting);
}

Test(mrp, entry_of_an_earlier_run_is_offered_until_one_takes_it)
{
	struct counting counting;
	struct core *core = core_with(&counting);
	struct core_event event = { .kind = EV_STALE,
				    .stale = { .kind = STALE_ROUTE,
					       .source = addr("10.1.1.1"),
					       .addr = addr("239.1.1.1"),
					       .stale_for = HP_SEC(45) } };

	ifset_add(&event.stale.oifs, 1);
	add_route(core);
	feed(core, &event);
	cr_assert_eq(counting.stale, 0);
	cr_assert_eq(counting.config, 1, "settings are for all, who knows them takes them");
	end(core, &counting);
}

/* ---- how much one event is worth ---- */

static const struct core_event clock_event = { .kind = EV_CLOCK };
static const struct core_event link_event = { .kind = EV_LINK, .link = { .is_present = true } };

Test(mrp, work_of_an_event_is_bounded_and_the_clock_goes_on)
{
	struct counting counting;
	struct core *core = core_with(&counting);

	counting.marked = 2 * CORE_WORK_MAX + 1;
	feed(core, &link_event);
	cr_expect_eq(counting.evaluated, CORE_WORK_MAX);
	cr_expect(core_has_work(core));
	cr_expect_leq(core_deadline(core), core->now, "the clock is due at once");
	add_route(core);
	cr_expect_eq(counting.config, 1, "an event that comes meanwhile is handled,");
	cr_expect_eq(counting.evaluated, CORE_WORK_MAX, "and adds no work to what is left");
	feed(core, &clock_event);
	cr_expect_eq(counting.evaluated, 2 * CORE_WORK_MAX);
	feed(core, &clock_event);
	cr_expect_eq(counting.evaluated, 2 * CORE_WORK_MAX + 1);
	cr_expect_not(core_has_work(core));
	cr_expect_eq(core_deadline(core), HP_TIME_NEVER);
	counting.marked = 1;
	feed(core, &link_event);
	cr_expect_eq(counting.evaluated, 2 * CORE_WORK_MAX + 2, "at once, since nothing was left");
	end(core, &counting);
}

static unsigned int fired;

static void count_fired(struct core *core, struct timer *timer)
{
	(void)core, (void)timer;
	fired++;
}

Test(mrp, timers_are_bounded_too)
{
	static struct timer timers[CORE_WORK_MAX + 1];
	struct counting counting;
	struct core *core = core_with(&counting);

	for (unsigned int i = 0; i <= CORE_WORK_MAX; i++) {
		timer_init(&timers[i], count_fired);
		core_timer_arm(core, &timers[i], 0);
	}
	counting.marked = 1;
	add_route(core);
	cr_expect_eq(fired, CORE_WORK_MAX, "those due before the event");
	cr_expect_eq(counting.config, 1, "which is handled all the same");
	cr_expect_eq(counting.evaluated, 0);
	cr_expect(core_has_work(core));
	feed(core, &clock_event);
	cr_expect_eq(fired, CORE_WORK_MAX + 1);
	cr_expect_eq(counting.evaluated, 1);
	cr_expect_not(core_has_work(core));
	end(core, &counting);
}
