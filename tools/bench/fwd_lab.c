/* SPDX-License-Identifier: GPL-2.0-only */
/* Namespaces, cables and the forwarding plane of a benchmark. Who competes is fwd_contender.c. */
#include "bench/fwd_lab.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "hpim/mfib_abi.h"

/* Longer than the forwarding plane waits after another kind of tree has gone. */
#define DIRECT_WITHIN HP_SEC(30)

static int ns_make(void)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		fail(errno, "new network namespace");
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(errno, "open the namespace");
	/* Nothing but the benchmark shall send frames. */
	sh("sysctl -qw net.ipv6.conf.default.accept_dad=0 "
	   "net.ipv6.conf.default.router_solicitations=0 "
	   "net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0");
	return fd;
}

void lab_ns_enter(int ns)
{
	if (setns(ns, CLONE_NEWNET))
		fail(errno, "enter a namespace");
}

/*
 * A program that is attached nowhere enters the kernel's table of XDP programs with each test run
 * and leaves it after, which patches code and interrupts every CPU.
 */
static void program_register(const struct bpf_program *program, const char *name)
{
	int err;

	sh("ip link add %s type veth peer name %s-peer && ip link set %s up", name, name, name);
	err = bpf_xdp_attach((int)if_nametoindex(name), bpf_program__fd(program),
			     XDP_FLAGS_DRV_MODE, NULL);
	if (err)
		fail(err, "program on %s", name);
}

void lab_open(struct lab *lab, unsigned int queues)
{
	if (geteuid())
		fail(0, "needs root: makes network namespaces");
	*lab = (struct lab){ .queues = queues };
	lab->ns_sink = ns_make();
	lab->ns_router = ns_make();
	lab->skel = bench__open_and_load();
	if (!lab->skel)
		fail(errno, "load bench.bpf.c");
	lab_ns_enter(lab->ns_sink);
	program_register(lab->skel->progs.fresh_plane, "plane");
	program_register(lab->skel->progs.fresh_flood, "flood");
	program_register(lab->skel->progs.send_numbered, "numbered");
	lab_ns_enter(lab->ns_router);
}

static void on_upcall(void *ctx, const struct dplane_upcall *upcall)
{
	(void)ctx;
	(void)upcall; /* every tree has its route before its first packet */
}

static void on_log(void *ctx, enum note_level level, const char *line)
{
	struct lab *lab = ctx;

	if (level != NOTE_WARN)
		return;
	(void)snprintf(lab->last_warning, sizeof(lab->last_warning), "%s", line);
	if (!lab->is_quiet)
		(void)fprintf(stderr, "%s: %s\n", program_invocation_short_name, line);
}

void lab_plane_open(struct lab *lab, uint32_t trees)
{
	struct dplane_config config = {
		.instance = lab->instance,
		.max_links = 64,
		.max_routes = IP_FAMILY_COUNT * trees, /* as the daemon has */
		.max_sets = 4096,
		.hash_key = &lab->hash_key,
		.discard_pins = true, /* of one that was killed and had our process number */
		.ctx = lab,
		.upcall = on_upcall,
		.log = on_log,
	};
	int err;

	hash_key_init(&lab->hash_key, 1); /* the same in each run */
	(void)snprintf(lab->instance, sizeof(lab->instance), "bench-%d", (int)getpid());
	err = dplane_new(&config, &lab->dp);
	if (err)
		fail(err, "forwarding plane: %s", lab->last_warning);
}

void lab_close(struct lab *lab)
{
	dplane_free(lab->dp, false);
	bench__destroy(lab->skel);
	(void)close(lab->ns_router); /* nothing can be lost */
	(void)close(lab->ns_sink);
}

int lab_link_make(const struct lab *lab, const char *name, unsigned int net)
{
	sh("ip link add %s numtxqueues %u numrxqueues %u type veth peer name %s numtxqueues %u "
	   "numrxqueues %u netns /proc/%d/fd/%d",
	   name, lab->queues, lab->queues, name, lab->queues, lab->queues, (int)getpid(),
	   lab->ns_sink);
	sh("ip addr add 10.8.%u.1/24 dev %s && ip addr add fd08:%x::1/64 dev %s nodad", net, name,
	   net, name);
	sh("ip link set %s up", name);
	lab_ns_enter(lab->ns_sink);
	sh("sysctl -qw net.ipv6.conf.%s.disable_ipv6=1 && ip link set %s up", name, name);
	lab_ns_enter(lab->ns_router);
	return (int)if_nametoindex(name);
}

void lab_sink_xdp(const struct lab *lab, const char *name, bool is_numbered)
{
	const struct bpf_program *program =
		is_numbered ? lab->skel->progs.sink_numbered : lab->skel->progs.sink_xdp;
	int err;

	lab_ns_enter(lab->ns_sink);
	err = bpf_xdp_attach((int)if_nametoindex(name), bpf_program__fd(program),
			     XDP_FLAGS_DRV_MODE, NULL);
	if (err)
		fail(err, "end of %s", name);
	lab_ns_enter(lab->ns_router);
}

void lab_sink_tc(const struct lab *lab, const char *name)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(lab->skel->progs.sink_tc));
	int err;

	lab_ns_enter(lab->ns_sink);
	hook.ifindex = (int)if_nametoindex(name);
	err = bpf_tc_hook_create(&hook);
	err = err ? err : bpf_tc_attach(&hook, &opts);
	if (err)
		fail(err, "end of %s", name);
	lab_ns_enter(lab->ns_router);
}

void lab_attach(struct lab *lab, uint16_t number, const char *name, enum dplane_mode mode)
{
	struct dplane_link link = {
		.link = number,
		.ifindex = if_nametoindex(name),
		.mac = { 0x02, 0, 0, 0, 0, (uint8_t)number },
		.mtu = 1500,
		.is_up = true,
		.mode = mode,
	};
	int err;

	(void)snprintf(link.name, sizeof(link.name), "%s", name);
	err = dplane_attach(lab->dp, &link);
	if (err)
		fail(err, "attach %s: %s", name, lab->last_warning);
}

static uint16_t direct_flags(int ports, uint32_t ifindex)
{
	struct mfib_port port = { .flags = 0 };

	if (bpf_map_lookup_elem(ports, &ifindex, &port))
		fail(errno, "interface %u in the map of interfaces", ifindex);
	return port.flags & (MFIB_PORT_FINISH | MFIB_PORT_DIRECT | MFIB_PORT_FINISHED);
}

void lab_direct_await(const struct lab *lab, const char *name, bool is_direct)
{
	struct pollfd wait = { .fd = dplane_fd(lab->dp), .events = POLLIN };
	hp_time until = clock_read(CLOCK_MONOTONIC) + DIRECT_WITHIN;
	uint32_t ifindex = if_nametoindex(name);
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "/sys/fs/bpf/hpim/%s/ports", lab->instance);
	fd = bpf_obj_get(path);
	if (fd < 0)
		fail(errno, "%s", path);
	while ((is_direct ? !(direct_flags(fd, ifindex) & MFIB_PORT_DIRECT)
			  : direct_flags(fd, ifindex) != 0) &&
	       clock_read(CLOCK_MONOTONIC) < until)
		if (poll(&wait, 1, 100) > 0)
			dplane_dispatch(lab->dp);
	(void)close(fd); /* only read */
}

void lab_tail_set(const struct lab *lab, uint32_t slot, int prog_fd)
{
	if (bpf_map_update_elem(bpf_map__fd(lab->skel->maps.contenders), &slot, &prog_fd, BPF_ANY))
		fail(errno, "program %u behind the renewing one", slot);
}

int lab_attached_fd(int ifindex)
{
	uint32_t id;
	int err = bpf_xdp_query_id(ifindex, 0, &id), fd;

	if (err || !id)
		fail(err, "no XDP program on interface %d", ifindex);
	fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0)
		fail(errno, "XDP program %u", id);
	return fd;
}
