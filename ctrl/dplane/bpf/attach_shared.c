/* SPDX-License-Identifier: GPL-2.0-only */
#include "dplane/bpf/attach_shared.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <xdp/libxdp.h>

#include "dplane/bpf/lines.h"
#include "dplane/bpf/skel.h"

#define PROGRAM "hpim_shared"

/*
 * What libxdp has to say is in its return values; while it tries what a kernel may refuse, libbpf
 * under it is silent, too.
 */
static int mute(enum libxdp_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static libbpf_print_fn_t mute_all(void)
{
	(void)libxdp_set_print(mute);
	return libbpf_set_print(NULL);
}

/* Programs of ours that are not @keep. The list changes with each that goes, so begin again. */
static bool one_removed(uint32_t ifindex, uint32_t keep)
{
	struct xdp_multiprog *all = xdp_multiprog__get_from_ifindex((int)ifindex);
	struct xdp_program *program = NULL;
	bool is_removed = false;

	if (libxdp_get_error(all))
		return false;
	if (xdp_multiprog__is_legacy(all))
		program = xdp_multiprog__main_prog(all);
	else
		program = xdp_multiprog__next_prog(NULL, all);
	while (program && (strcmp(xdp_program__name(program), PROGRAM) != 0 ||
			   xdp_program__id(program) == keep))
		program = xdp_multiprog__is_legacy(all) ? NULL
							: xdp_multiprog__next_prog(program, all);
	if (program)
		is_removed = xdp_program__detach(program, (int)ifindex,
						 xdp_multiprog__attach_mode(all), 0) == 0;
	xdp_multiprog__close(all);
	return is_removed;
}

static void others_remove(uint32_t ifindex, uint32_t keep)
{
	while (one_removed(ifindex, keep))
		;
}

/* libxdp loads the program itself, as an extension of its dispatcher; the maps are those we have.
 */
int attach_shared_add(const struct attach *at, uint32_t ifindex, bool is_generic)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, opts, .prog_name = PROGRAM);
	struct mcast_shared *skel = mcast_shared__open();
	struct xdp_program *program;
	libbpf_print_fn_t print;
	int err;

	if (!skel)
		return -errno;
	print = mute_all();
	skel->rodata->hpim_unknown_link = at->config->max_links;
	skel->rodata->hpim_follows = at->config->follows;
	skel->rodata->hpim_keepalive = at->config->keepalive_ms;
	skel->rodata->hpim_line_mask = lines_size(at->config->max_routes) - 1;
	err = attach_maps_prepare(at, skel->obj);
	opts.obj = skel->obj;
	program = err ? NULL : xdp_program__create(&opts);
	if (!err)
		err = (int)libxdp_get_error(program);
	if (!err) {
		err = xdp_program__attach(program, (int)ifindex,
					  is_generic ? XDP_MODE_SKB : XDP_MODE_NATIVE, 0);
		if (!err)
			others_remove(ifindex, xdp_program__id(program));
		xdp_program__close(program);
	}
	mcast_shared__destroy(skel);
	(void)libbpf_set_print(print);
	return err;
}

void attach_shared_del(uint32_t ifindex)
{
	libbpf_print_fn_t print = mute_all();

	others_remove(ifindex, 0);
	(void)libbpf_set_print(print);
}
