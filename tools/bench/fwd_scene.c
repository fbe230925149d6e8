/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon as an operator runs it, and what it needs around it to build trees. */
#include "bench/fwd_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/fwd_frame.h"
#include "hpim/ctl_abi.h"

/* Groups of each output that one socket joins; the kernel bounds the memory that takes. */
#define JOINS_MAX 100u

/* Until the daemon answers. */
#define PATIENCE HP_SEC(60)

/* ---- the daemon ---- */

static void daemon_exec(const struct scene *scene)
{
	char path[512];
	int log = open(scene->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* else it may outlive a benchmark that failed */
	cpu_claim(scene->measure.cpus[1]);
	(void)dup2(log, STDOUT_FILENO); /* if there is no log it complains to our terminal */
	(void)dup2(log, STDERR_FILENO);
	(void)snprintf(path, sizeof(path), "%s/hpimd", scene->programs);
	(void)execl(path, path, "-f", "-i", scene->instance, "--relearn", SCENE_RELEARN_S,
		    (char *)NULL);
	fail(errno, "%s", path);
}

/* The socket of one that was killed is still there, but takes no connection. */
static bool daemon_answers(const struct scene *scene)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers;

	if (fd < 0)
		fail(errno, "socket");
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), CTL_SOCKET_PATH, scene->instance);
	answers = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0;
	(void)close(fd); /* nothing was sent */
	return answers;
}

void daemon_wait(const struct scene *scene)
{
	hp_time until = clock_read(CLOCK_MONOTONIC) + PATIENCE;

	while (!daemon_answers(scene)) {
		if (waitpid(scene->daemon, NULL, WNOHANG) == scene->daemon ||
		    clock_read(CLOCK_MONOTONIC) > until)
			fail(0, "hpimd does not serve; --log FILE keeps what it says");
		(void)poll(NULL, 0, 1);
	}
}

void daemon_start(struct scene *scene)
{
	scene->daemon = fork();
	if (scene->daemon < 0)
		fail(errno, "fork");
	if (scene->daemon == 0)
		daemon_exec(scene);
	daemon_wait(scene);
}

void daemon_end(struct scene *scene)
{
	if (waitpid(scene->daemon, NULL, 0) < 0)
		fail(errno, "hpimd");
}

void scene_command(const struct scene *scene, const char *command)
{
	sh("%s/hpimctl -i %s %s > /dev/null", scene->programs, scene->instance, command);
}

long daemon_rss_kb(const struct scene *scene)
{
	char path[64], line[128];
	long kb = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)scene->daemon);
	file = file_open(path, "r");
	while (kb < 0 && fgets(line, sizeof(line), file))
		(void)sscanf(line, "VmRSS: %ld", &kb); /* other lines leave it as it is */
	if (kb < 0)
		fail(0, "hpimd has ended");
	(void)fclose(file); /* only read */
	return kb;
}

hp_time daemon_cpu(const struct scene *scene)
{
	clockid_t clock;
	int err = clock_getcpuclockid(scene->daemon, &clock);

	if (err)
		fail(err, "CPU time of hpimd");
	return clock_read(clock);
}

/* ---- the network ---- */

static void output_name(unsigned int i, char ret_name[IF_NAMESIZE])
{
	(void)snprintf(ret_name, IF_NAMESIZE, "x%u", i);
}

static void output_make(const struct scene *scene, unsigned int i)
{
	char name[IF_NAMESIZE];

	output_name(i, name);
	(void)lab_link_make(&scene->lab, name, 8 + i);
	lab_sink_xdp(&scene->lab, name, scene->is_numbered);
	lab_ns_enter(scene->lab.ns_sink);
	sh("sysctl -qw net.ipv6.conf.%s.disable_ipv6=0 && ip addr add 10.8.%u.3/24 dev %s", name,
	   8 + i, name);
	lab_ns_enter(scene->lab.ns_router);
}

static struct sockaddr_storage sockaddr_of(const struct ip_addr *addr)
{
	struct sockaddr_storage ret = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ret;

	if (ip_addr_family(addr) == IP_FAMILY_4) {
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, ip_addr_bytes(addr), 4);
	} else {
		in6->sin6_family = AF_INET6;
		memcpy(&in6->sin6_addr, ip_addr_bytes(addr), 16);
	}
	return ret;
}

static void output_join(unsigned int output, enum ip_family family, int fd, uint32_t tree)
{
	struct mfib_key key = tree_key(family, 0, tree);
	struct group_req join = { .gr_group = sockaddr_of(&key.group) };
	char name[IF_NAMESIZE];

	output_name(output, name);
	join.gr_interface = if_nametoindex(name);
	if (setsockopt(fd, family == IP_FAMILY_4 ? IPPROTO_IP : IPPROTO_IPV6, MCAST_JOIN_GROUP,
		       &join, sizeof(join)))
		fail(errno, "member at %s", name);
}

void scene_join(const struct scene *scene, enum ip_family family, uint32_t trees)
{
	int fd = -1;

	lab_ns_enter(scene->lab.ns_sink);
	sh("sysctl -qw net.ipv4.igmp_max_memberships=%u", SCENE_OUTPUTS * JOINS_MAX);
	for (uint32_t tree = 0; tree < trees; tree++) {
		if (tree % JOINS_MAX == 0)
			fd = socket(family == IP_FAMILY_4 ? AF_INET : AF_INET6,
				    SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			fail(errno, "socket of the members");
		for (unsigned int i = 0; i < SCENE_OUTPUTS; i++)
			output_join(i, family, fd, tree);
	}
	lab_ns_enter(scene->lab.ns_router);
}

int scene_output(const struct scene *scene, unsigned int i)
{
	char name[IF_NAMESIZE];
	int ifindex;

	output_name(i, name);
	lab_ns_enter(scene->lab.ns_sink);
	ifindex = (int)if_nametoindex(name);
	lab_ns_enter(scene->lab.ns_router);
	return ifindex;
}

/* Without a word they are where a build puts them. */
static const char *programs_find(const char *argv0)
{
	char *self = strdup(argv0), *programs = NULL;

	if (!self || asprintf(&programs, "%s/../..", dirname(self)) < 0)
		fail(ENOMEM, "path of hpimd");
	free(self);
	return programs;
}

void scene_open(struct scene *scene, const char *argv0)
{
	if (!scene->programs)
		scene->programs = programs_find(argv0);
	lab_open(&scene->lab, 1);
	measure_init(&scene->measure, &scene->lab, 2);
	(void)snprintf(scene->instance, sizeof(scene->instance), "bench-%d", (int)getpid());
	for (unsigned int i = 0; i < SCENE_OUTPUTS; i++)
		output_make(scene, i);
	daemon_start(scene);
}

void scene_attach(struct scene *scene, const char *inputs)
{
	char command[256];
	int len = snprintf(command, sizeof(command), "attach %s", inputs);

	for (unsigned int i = 0; i < SCENE_OUTPUTS; i++)
		len += snprintf(command + len, sizeof(command) - (size_t)len, ",x%u", i);
	scene_command(scene, command);
}

void scene_close(struct scene *scene)
{
	char path[128];

	scene_command(scene, "stop");
	daemon_end(scene);
	(void)snprintf(path, sizeof(path), CTL_SOCKET_DIR "/%s.boot", scene->instance);
	(void)unlink(path); /* a daemon leaves it for its next start */
	lab_close(&scene->lab);
}
