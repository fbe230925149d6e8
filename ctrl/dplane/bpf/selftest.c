/* SPDX-License-Identifier: GPL-2.0-only */
#include "dplane/bpf/selftest.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dplane/linkinfo.h"
#include "dplane/bpf/skel.h"

#define FRAME_LEN    64
#define ETHERTYPE    0x88b5 /* IEEE 802, local experimental EtherType 1 */
#define LOOPBACK     1      /* a test run wants an input; this one is always there */
#define ROUND_FRAMES 4
#define ROUNDS       5 /* some drivers count a frame only when the next one is sent */
#define ROUND_FOR_US 20000u
#define LOOK_FOR_US  1000u

struct selftest {
	struct mcast_probe *skel;
	const volatile uint64_t *drops; /* NULL: not counted */
};

int selftest_new(const uint64_t *drops, struct selftest **ret_test)
{
	struct selftest *test = calloc(1, sizeof(*test));

	if (!test)
		return -ENOMEM;
	test->drops = drops;
	test->skel = mcast_probe__open_and_load();
	if (!test->skel) {
		int err = -errno;

		free(test);
		return err;
	}
	*ret_test = test;
	return 0;
}

void selftest_free(struct selftest *test)
{
	if (!test)
		return;
	mcast_probe__destroy(test->skel);
	free(test);
}

static int frames_send(const struct selftest *test, const struct linkinfo *info)
{
	uint8_t frame[FRAME_LEN] = { 0 };
	struct ethhdr eth = { .h_proto = htons(ETHERTYPE) };
	struct xdp_md ctx = { .data_end = FRAME_LEN, .ingress_ifindex = LOOPBACK };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = FRAME_LEN,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = ROUND_FRAMES,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	memcpy(eth.h_source, info->mac, ETH_ALEN);
	memcpy(eth.h_dest, info->mac, ETH_ALEN);
	memcpy(frame, &eth, sizeof(eth));
	return bpf_prog_test_run_opts(bpf_program__fd(test->skel->progs.hpim_probe), &opts);
}

static uint64_t drops(const struct selftest *test)
{
	return test->drops ? *test->drops : 0;
}

/* Wait until so many packets have been sent, or a round is over. */
static int sent_wait(uint32_t ifindex, uint64_t wanted, struct linkinfo *info)
{
	const struct timespec look_for = { .tv_nsec = LOOK_FOR_US * 1000 };
	int err = linkinfo_read(ifindex, info);

	for (unsigned int us = 0; !err && info->tx_packets < wanted && us < ROUND_FOR_US;
	     us += LOOK_FOR_US) {
		(void)nanosleep(&look_for, NULL); /* cut short it only looks earlier */
		err = linkinfo_read(ifindex, info);
	}
	return err;
}

int selftest_redirects(struct selftest *test, uint32_t ifindex)
{
	uint32_t slot = 0;
	struct linkinfo info;
	uint64_t before;
	int err = linkinfo_read(ifindex, &info);

	if (!err)
		err = bpf_map_update_elem(bpf_map__fd(test->skel->maps.probe_port), &slot, &ifindex,
					  BPF_ANY);
	before = info.tx_packets;
	for (int round = 0; !err && round < ROUNDS; round++) {
		uint64_t dropped = drops(test);

		err = frames_send(test, &info);
		if (!err && drops(test) != dropped)
			continue; /* what the interface counts is what others send */
		if (!err)
			err = sent_wait(ifindex, before + ROUND_FRAMES, &info);
		if (!err && info.tx_packets >= before + ROUND_FRAMES)
			return 1;
	}
	return err;
}
