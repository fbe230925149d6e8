// SPDX-License-Identifier: GPL-2.0-only
/* Source: netlink(7). */
#include <errno.h>

#include "io/netquery.h"

/* An answer with the tables of all address families is longer than a page. */
#define ANSWER_ROOM 32768

int netquery(int bus, struct nlmsghdr *query, mnl_cb_t answer, void *ctx)
{
	struct mnl_socket *nl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	char buffer[ANSWER_ROOM];
	int more = MNL_CB_OK, err = 0;

	if (!nl)
		return -errno;
	query->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	query->nlmsg_seq = 1;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, query, query->nlmsg_len) < 0)
		err = -errno;
	while (!err && more > MNL_CB_STOP) {
		ssize_t got = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));

		more = got < 0 ? -1
			       : mnl_cb_run(buffer, (size_t)got, query->nlmsg_seq,
					    mnl_socket_get_portid(nl), answer, ctx);
		err = more < 0 ? -errno : 0;
	}
	(void)mnl_socket_close(nl);
	return err;
}
