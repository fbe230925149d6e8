/* SPDX-License-Identifier: GPL-2.0-only */
#include "dplane/bpf/attach_tc.h"

#include <bpf/libbpf.h>
#include <errno.h>

/* No other program is likely to use them: "hp". */
#define FILTER_PRIORITY 0x6870u
#define FILTER_HANDLE   1u

int attach_tc_filter_add(uint32_t ifindex, int prog_fd)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&hook);

	return err && err != -EEXIST ? err : bpf_tc_attach(&hook, &opts);
}

void attach_tc_filter_del(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);

	(void)bpf_tc_detach(&hook, &opts); /* not there is as good as removed */
}
