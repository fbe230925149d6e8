// SPDX-License-Identifier: GPL-2.0-only
#include "hpimlab/traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- addresses ---- */

static socklen_t sockaddr_of(const struct ip_addr *addr, uint16_t port,
			     struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (void *)ret;
	struct sockaddr_in6 *v6 = (void *)ret;

	memset(ret, 0, sizeof(*ret));
	if (ip_addr_family(addr) == IP_FAMILY_4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, ip_addr_bytes(addr), sizeof(v4->sin_addr));
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, ip_addr_bytes(addr), sizeof(v6->sin6_addr));
	return sizeof(*v6);
}

/* ---- sockets ---- */

/* Those of one host; the calling thread is in its namespace. */
static bool sockets_open(struct traffic *traffic, uint16_t index)
{
	const struct lab *lab = traffic->lab;
	const struct sim_host *host = &lab->topo->hosts[index];
	struct traffic_host *state = &traffic->hosts[index];
	const struct ip_prefix own = sim_topo_subnet(lab->topo, lab->family, host->lan, host->host);
	int ifindex = (int)if_nametoindex("eth0"), ttl = lab->topo->data_ttl, on = 1;
	struct sockaddr_storage from;
	socklen_t len = sockaddr_of(&own.addr, 0, &from);
	bool is_4 = lab->family == IP_FAMILY_4;
	struct ip_mreqn out = { .imr_ifindex = ifindex };

	state->ifindex = (unsigned int)ifindex;
	state->member = socket(from.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	state->source = socket(from.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (state->member < 0 || state->source < 0)
		return false;
	if (is_4)
		return setsockopt(state->source, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)) ==
			       0 &&
		       setsockopt(state->source, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)) ==
			       0 &&
		       bind(state->source, (struct sockaddr *)&from, len) == 0;
	(void)setsockopt(state->source, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on));
	return setsockopt(state->source, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex,
			  sizeof(ifindex)) == 0 &&
	       setsockopt(state->source, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof(ttl)) ==
		       0 &&
	       bind(state->source, (struct sockaddr *)&from, len) == 0;
}

bool traffic_open(struct traffic *traffic, const struct lab *lab, struct capture *capture)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	bool is_done = here >= 0;

	*traffic = (struct traffic){ .lab = lab, .capture = capture };
	for (uint16_t i = 0; i < lab->topo->host_count && is_done; i++) {
		int there = lab_netns(lab, lab->topo->hosts[i].name);

		is_done = there >= 0 && setns(there, CLONE_NEWNET) == 0 && sockets_open(traffic, i);
		if (!is_done)
			fprintf(stderr, "hpimlab: %s has no sockets: %s\n",
				lab->topo->hosts[i].name, strerror(errno));
		close(there);
		traffic->hosts[i].next_at = HP_TIME_NEVER;
	}
	is_done = setns(here, CLONE_NEWNET) == 0 && is_done;
	close(here);
	return is_done;
}

void traffic_close(struct traffic *traffic)
{
	for (uint16_t i = 0; traffic->lab && i < traffic->lab->topo->host_count; i++) {
		close(traffic->hosts[i].member);
		close(traffic->hosts[i].source);
	}
}

/* ---- what hosts do ---- */

/* The kernel reports it, in the version of its namespace. */
static bool membership_set(struct traffic *traffic, const struct action *action, bool is_member)
{
	const struct sim_topo *topo = traffic->lab->topo;
	const struct sim_host *host = &topo->hosts[action->node];
	struct ip_addr group = sim_topo_group(traffic->lab->family, (uint16_t)action->value);
	int level = traffic->lab->family == IP_FAMILY_4 ? IPPROTO_IP : IPPROTO_IPV6;
	uint32_t *joined = &traffic->hosts[action->node].joined, bit = UINT32_C(1) << action->value;
	int fd = traffic->hosts[action->node].member, err;
	struct group_source_req one = { .gsr_interface = traffic->hosts[action->node].ifindex };
	struct group_req all = { .gr_interface = one.gsr_interface };

	/* As in the simulator: who joins again, or leaves what it has not joined, changes nothing.
	 */
	if (is_member == !!(*joined & bit))
		return true;
	*joined ^= bit;
	(void)sockaddr_of(&group, 0, &one.gsr_group);
	(void)sockaddr_of(&group, 0, &all.gr_group);
	if (host->only == SIM_NONE) {
		err = setsockopt(fd, level, is_member ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &all,
				 sizeof(all));
	} else {
		struct ip_addr source =
			sim_topo_subnet(topo, traffic->lab->family, topo->hosts[host->only].lan,
					topo->hosts[host->only].host)
				.addr;

		(void)sockaddr_of(&source, 0, &one.gsr_source);
		err = setsockopt(fd, level,
				 is_member ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP,
				 &one, sizeof(one));
	}
	if (!err)
		return true;
	fprintf(stderr, "hpimlab: %s cannot %s a group: %s\n", host->name,
		is_member ? "join" : "leave", strerror(errno));
	return false;
}

static void packet_send(struct traffic *traffic, uint16_t host, uint16_t group)
{
	struct traffic_host *state = &traffic->hosts[host];
	const struct capture_payload payload = { .magic = CAPTURE_MAGIC,
						 .host = host,
						 .group = group,
						 .number = ++state->numbers[group] };
	const struct ip_addr addr = sim_topo_group(traffic->lab->family, group);
	struct sockaddr_storage to;
	socklen_t len = sockaddr_of(&addr, CAPTURE_PORT, &to);

	capture_sent(traffic->capture, &payload);
	/* What is not sent has no copy on its own link, as with a cable that is out. */
	(void)sendto(state->source, &payload, sizeof(payload), MSG_DONTWAIT, (struct sockaddr *)&to,
		     len);
}

static void sending_set(struct traffic_host *host, uint32_t groups)
{
	host->sending = groups;
	if (groups && host->next_at == HP_TIME_NEVER)
		host->next_at = 0; /* at once */
}

bool traffic_act(struct traffic *traffic, const struct action *action)
{
	struct traffic_host *host = &traffic->hosts[action->node];

	switch (action->kind) {
	case ACT_JOIN: return membership_set(traffic, action, true);
	case ACT_LEAVE: return membership_set(traffic, action, false);
	case ACT_SEND:
		sending_set(host, action->value < SIM_GROUPS_MAX
					  ? (UINT32_C(1) << action->value) - 1
					  : UINT32_MAX);
		break;
	case ACT_SEND_GROUP:
		sending_set(host, host->sending | UINT32_C(1) << action->value % SIM_GROUPS_MAX);
		break;
	case ACT_PACKET: packet_send(traffic, action->node, (uint16_t)action->value); break;
	default: break;
	}
	return true;
}

void traffic_run(struct traffic *traffic, hp_time now)
{
	const struct sim_topo *topo = traffic->lab->topo;

	for (uint16_t i = 0; i < topo->host_count; i++) {
		struct traffic_host *host = &traffic->hosts[i];

		if (host->next_at > now)
			continue;
		if (!host->sending) {
			host->next_at = HP_TIME_NEVER;
			continue;
		}
		for (uint16_t group = 0; group < SIM_GROUPS_MAX; group++)
			if (host->sending >> group & 1)
				packet_send(traffic, i, group);
		host->next_at = (host->next_at ? host->next_at : now) + HP_MS(topo->data_period_ms);
	}
}

void traffic_stood(struct traffic *traffic, hp_time stood)
{
	for (uint16_t i = 0; i < traffic->lab->topo->host_count; i++)
		if (traffic->hosts[i].next_at != HP_TIME_NEVER)
			traffic->hosts[i].next_at -= stood;
}
