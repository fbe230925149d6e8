/* SPDX-License-Identifier: GPL-2.0-only */
#include "dplane/bpf/attach_xmit.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dplane/bpf/skel.h"

/* By its first letters that of a link, see attach_link_is_pin(). */
#define PIN "link_xmit"

struct xmit {
	struct mcast_xmit *skel;
	struct bpf_link *link;
};

static int open_and_load(const struct attach *at, struct xmit *xmit)
{
	struct stat netns;
	int err;

	if (stat("/proc/self/ns/net", &netns) < 0)
		return -errno;
	xmit->skel = mcast_xmit__open();
	if (!xmit->skel)
		return -errno;
	xmit->skel->rodata->hpim_unknown_link = at->config->max_links;
	xmit->skel->rodata->hpim_netns = (uint32_t)netns.st_ino;
	err = attach_maps_prepare(at, xmit->skel->obj);
	return err ? err : mcast_xmit__load(xmit->skel);
}

/* The link of a tracepoint cannot be given another program, so one goes and another comes. */
static int begin(const struct attach *at, struct xmit *xmit)
{
	char path[192];

	(void)snprintf(path, sizeof(path), "%s/" PIN, at->dir); /* the folder is short enough */
	(void)unlink(path);
	xmit->link = bpf_program__attach(xmit->skel->progs.hpim_xmit);
	return xmit->link ? bpf_link__pin(xmit->link, path) : -errno;
}

struct xmit *attach_xmit_new(const struct attach *at)
{
	struct xmit *xmit = calloc(1, sizeof(*xmit));
	libbpf_print_fn_t print = libbpf_set_print(NULL); /* its result says enough */
	int err = xmit ? open_and_load(at, xmit) : -ENOMEM;

	if (!err)
		err = begin(at, xmit);
	(void)libbpf_set_print(print);
	if (!err)
		return xmit;
	dplane_log(at->config, NOTE_INFO,
		   "the kernel refused the program that counts what drivers drop (%s): there is no "
		   "driver-drop",
		   strerror(-err));
	attach_xmit_free(xmit);
	return NULL;
}

const uint64_t *attach_xmit_probe_drops(const struct xmit *xmit)
{
	return xmit ? (const uint64_t *)&xmit->skel->bss->probe_drops : NULL;
}

void attach_xmit_free(struct xmit *xmit)
{
	if (!xmit)
		return;
	bpf_link__destroy(xmit->link); /* pinned, so it stays */
	mcast_xmit__destroy(xmit->skel);
	free(xmit);
}
