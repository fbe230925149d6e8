/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grace periods by a map of maps of our own: the kernel ends an update of one only when no program
 * can still use what stood there (maybe_wait_bpf_programs(), a synchronize_rcu()), on every kernel
 * that has them; membarrier(MEMBARRIER_CMD_GLOBAL), which waits as long, is refused with nohz_full.
 *
 * A thread for each period waits in the place of the daemon. It has nothing but two descriptors.
 */
#include "dplane/bpf/grace.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { WAITING = 1 }; /* else 0 or a negative errno */

struct grace {
	int outer, inner;
	uint64_t asked, under_way, over; /* numbers of periods; under_way 0: none */
	pthread_t thread;                /* of the one under way */
	atomic_int result;
};

/* Return: 0 after a grace period, or a negative errno. */
static int period_wait(const struct grace *grace)
{
	uint32_t zero = 0;

	return bpf_map_update_elem(grace->outer, &zero, &grace->inner, BPF_ANY) < 0 ? -errno : 0;
}

static void *period_run(void *ctx)
{
	struct grace *grace = ctx;

	atomic_store(&grace->result, period_wait(grace));
	return NULL;
}

/* Signals are read from a descriptor by the loop: a thread that did not block them would take them.
 */
static int thread_start(struct grace *grace)
{
	sigset_t all, before;
	int err;

	(void)sigfillset(&all); /* these cannot fail with valid arguments */
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	err = pthread_create(&grace->thread, NULL, period_run, grace);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static void period_start(struct grace *grace)
{
	atomic_store(&grace->result, WAITING);
	if (thread_start(grace) == 0)
		grace->under_way = grace->over + 1;
	else if (period_wait(grace) == 0) /* better late than with a packet inside */
		grace->over++;
}

static void period_end(struct grace *grace)
{
	(void)pthread_join(grace->thread, NULL); /* it is ours, and joined once */
	if (atomic_load(&grace->result) == 0)
		grace->over = grace->under_way; /* else it is tried again */
	grace->under_way = 0;
}

static void advance(struct grace *grace)
{
	if (grace->under_way && atomic_load(&grace->result) != WAITING)
		period_end(grace);
	if (!grace->under_way && grace->asked > grace->over)
		period_start(grace);
}

uint64_t grace_begin(struct grace *grace)
{
	uint64_t number;

	advance(grace);
	number = (grace->under_way ? grace->under_way : grace->over) + 1;
	grace->asked = number;
	advance(grace);
	return number;
}

bool grace_is_over(struct grace *grace, uint64_t number)
{
	advance(grace);
	return grace->over >= number;
}

void grace_wait(struct grace *grace)
{
	(void)period_wait(grace); /* worked in grace_new() */
}

int grace_new(struct grace **ret_grace)
{
	struct grace *grace = calloc(1, sizeof(*grace));
	int err = 0;

	if (!grace)
		return -ENOMEM;
	grace->inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "grace", sizeof(uint32_t),
				      sizeof(uint32_t), 1, NULL);
	grace->outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "grace_periods", sizeof(uint32_t),
				      sizeof(uint32_t), 1,
				      &(struct bpf_map_create_opts){
					      .sz = sizeof(struct bpf_map_create_opts),
					      .inner_map_fd = (uint32_t)grace->inner,
				      });
	if (grace->inner < 0 || grace->outer < 0)
		err = -errno;
	else
		err = period_wait(grace);
	if (err) {
		grace_free(grace);
		return err;
	}
	*ret_grace = grace;
	return 0;
}

void grace_free(struct grace *grace)
{
	if (!grace)
		return;
	if (grace->under_way)
		(void)pthread_join(grace->thread, NULL);
	if (grace->outer >= 0)
		close(grace->outer);
	if (grace->inner >= 0)
		close(grace->inner);
	free(grace);
}
