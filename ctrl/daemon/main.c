// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpimd: options, and the way into the background.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/prepare.h"
#include "daemon/privileges.h"
#include "mgmt/mgmt.h"
#include "daemon/restart.h"
#include "hpim/mfib_abi.h"
#include "io/ctlsock.h"
#include "io/loop.h"

#define INSTANCE_NAME_MAX 32

#define HELLO_S     10u /* description of HPIM-DM, section 5 */
#define HELLO_S_MAX 300u

#define SECONDS_MAX 3600u

static const char usage[] =
	"usage: hpimd [-i NAME] [-c FILE] [-f] [-t TABLE] [-m TABLE] [--follow [TABLE]] [-r FILE] "
	"[-l SECONDS] [-v]\n"
	"  -i, --instance NAME       name of this router on the machine (default: default)\n"
	"  -c, --config FILE         the configuration (default: /etc/hpim/NAME.yaml)\n"
	"  -f, --foreground          stay in the foreground, log to standard error\n"
	"  -t, --unicast-table N     kernel table of the routes to sources (default: 254, main)\n"
	"  -m, --multicast-table N   kernel multicast table (default: 0)\n"
	"      --follow [TABLE]      forward by what another daemon (FRR, SMCRoute, pimd, ...) "
	"writes\n"
	"                            into the kernel's multicast table; then no protocol runs "
	"here:\n"
	"                            hpimctl -i NAME follow IFACE\n"
	"      --keepalive SECONDS   of each entry that is followed, the kernel forwards a packet "
	"in\n"
	"                            that time itself, so that its daemon sees it used (default: "
	"1)\n"
	"  -r, --record FILE         write what happens to FILE, for hpimsim to play again\n"
	"      --hello SECONDS       time from one Hello to the next (default: 10); neighbors\n"
	"                            give up a router after 4 times as long\n"
	"  -l, --lease SECONDS       how long to forward without a daemon (default: as long as\n"
	"                            neighbors wait, 4 times --hello)\n"
	"      --relearn SECONDS     how long outputs of the run before count as wanted\n"
	"                            (default: 45)\n"
	"      --metrics [ADDR:]PORT serve metrics over HTTP there (default of ADDR: 127.0.0.1),\n"
	"                            not where the configuration says\n"
	"      --discard-pins        start afresh, not with what an earlier run left\n"
	"      --share-xdp           leave room for other XDP programs on the interfaces\n"
	"      --prepare             as root: let user hpim start this instance; then end\n"
	"  -v, --verbose             log more\n"
	"  -V, --version             print the version and end\n"
	"The configuration is read at the start, unless an earlier run ended without a stop: then\n"
	"what that run had counts. Without one, attach interfaces: hpimctl -i NAME attach IFACE.\n";

static const struct option long_options[] = {
	{ "instance", required_argument, NULL, 'i' },
	{ "config", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "unicast-table", required_argument, NULL, 't' },
	{ "multicast-table", required_argument, NULL, 'm' },
	{ "record", required_argument, NULL, 'r' },
	{ "follow", optional_argument, NULL, 'F' },
	{ "keepalive", required_argument, NULL, 'K' },
	{ "hello", required_argument, NULL, 'H' },
	{ "lease", required_argument, NULL, 'l' },
	{ "relearn", required_argument, NULL, 'R' },
	{ "metrics", required_argument, NULL, 'M' },
	{ "discard-pins", no_argument, NULL, 'd' },
	{ "share-xdp", no_argument, NULL, 's' },
	{ "prepare", no_argument, NULL, 'p' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* The name becomes part of paths. */
static bool instance_is_valid(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";
	size_t len = strlen(name);

	return len > 0 && len <= INSTANCE_NAME_MAX && strspn(name, letters) == len;
}

static bool parse_number(const char *text, uint32_t min, uint32_t max, uint32_t *ret_number)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || value < min || value > max)
		return false;
	*ret_number = (uint32_t)value;
	return true;
}

static bool parse_seconds(const char *text, hp_time *ret_time)
{
	uint32_t seconds;

	if (!parse_number(text, 1, SECONDS_MAX, &seconds))
		return false;
	*ret_time = HP_SEC(seconds);
	return true;
}

/* The table is "--follow=N", or the next word if it is a number. */
static bool parse_follow(int argc, char **argv, struct daemon_options *options)
{
	options->follows = true;
	if (!optarg && (optind == argc ||
			!parse_number(argv[optind], 0, CONFIG_TABLE_MAX, &options->mroute_table)))
		return true;
	options->has_mroute_table = true;
	if (optarg)
		return parse_number(optarg, 0, CONFIG_TABLE_MAX, &options->mroute_table);
	optind++;
	return true;
}

static int usage_error(const char *what, const char *value)
{
	(void)fprintf(stderr, "hpimd: %s: '%s'\n%s", what, value, usage);
	return CTL_EXIT_USAGE;
}

/* The last two numbers say whom it can follow without a gap; see daemon/restart.c. */
static int print_version(void)
{
	int len = printf("hpimd %s, maps %u, carried over from %u\n", HPIM_VERSION, MFIB_VERSION,
			 MFIB_VERSION_READ);

	return len < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Return: -1 to go on, else the exit code. */
static int parse_options(int argc, char **argv, struct daemon_options *options)
{
	int letter;

	while ((letter = getopt_long(argc, argv, "i:c:ft:m:r:l:vVh", long_options, NULL)) != -1) {
		switch (letter) {
		case 'i': options->instance = optarg; break;
		case 'c': options->config_path = optarg; break;
		case 'f': options->is_foreground = true; break;
		case 't':
			if (!parse_number(optarg, 0, CONFIG_TABLE_MAX, &options->unicast_table))
				return usage_error("no table number", optarg);
			options->has_unicast_table = true;
			break;
		case 'm':
			if (!parse_number(optarg, 0, CONFIG_TABLE_MAX, &options->mroute_table))
				return usage_error("no table number", optarg);
			options->has_mroute_table = true;
			break;
		case 'F':
			if (!parse_follow(argc, argv, options))
				return usage_error("no table number", optarg);
			break;
		case 'K':
			if (!parse_number(optarg, CONFIG_KEEPALIVE_MIN, CONFIG_KEEPALIVE_MAX,
					  &options->keepalive_s))
				return usage_error("a keepalive has 1 to 60 seconds", optarg);
			break;
		case 'r': options->record_path = optarg; break;
		case 'H':
			if (!parse_number(optarg, 1, HELLO_S_MAX, &options->hello_s))
				return usage_error("Hellos are 1 to 300 seconds apart", optarg);
			break;
		case 'l':
			if (!parse_seconds(optarg, &options->lease_for))
				return usage_error("a lease has 1 to 3600 seconds", optarg);
			break;
		case 'R':
			if (!parse_number(optarg, 1, SECONDS_MAX, &options->stale_s))
				return usage_error("the stale time has 1 to 3600 seconds", optarg);
			break;
		case 'M':
			if (!config_listen_parse(optarg, &options->metrics_at))
				return usage_error("metrics are served on " CONFIG_LISTEN_FORM,
						   optarg);
			break;
		case 'd': options->discards_pins = true; break;
		case 's': options->shares_xdp = true; break;
		case 'p': options->only_prepares = true; break;
		case 'v': options->is_verbose = true; break;
		case 'V': return print_version();
		case 'h': return fputs(usage, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
		default:
			(void)fputs(usage, stderr); /* getopt said what is wrong */
			return CTL_EXIT_USAGE;
		}
	}
	if (optind < argc)
		return usage_error("unexpected word", argv[optind]);
	if (!instance_is_valid(options->instance))
		return usage_error("an instance name has 1 to 32 letters, digits, - or _",
				   options->instance);
	return -1;
}

/*
 * Go on in a child; the parent waits until it serves or has failed, and ends with its exit code.
 * Return: the descriptor to report to, or -1 when no parent waits.
 */
static int go_to_background(void)
{
	unsigned char status = CTL_EXIT_REFUSED;
	int pipe_fds[2];
	pid_t pid;

	if (pipe(pipe_fds) < 0)
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (pid > 0) {
		(void)close(pipe_fds[1]);
		if (read(pipe_fds[0], &status, 1) != 1)
			status = CTL_EXIT_REFUSED; /* it died without a word */
		_exit(status);
	}
	(void)close(pipe_fds[0]);
	(void)setsid(); /* fails only for a group leader, which a child is not */
	return pipe_fds[1];
}

static void report(int fd, unsigned char status)
{
	if (fd < 0)
		return;
	if (write(fd, &status, 1) != 1)
		log_line(NOTE_WARN, "the program that started hpimd is gone");
	(void)close(fd);
}

/* Errors of the start go to standard error, even on the way into the background. */
static void leave_terminal(const struct daemon_options *options)
{
	if (options->is_foreground)
		return;
	log_open(options);
	if (chdir("/") < 0 || !freopen("/dev/null", "r", stdin) ||
	    !freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
		log_line(NOTE_WARN, "cannot detach from the terminal");
}

static unsigned char exit_code(int err)
{
	if (err == -EPERM || err == -EACCES)
		return CTL_EXIT_PERMISSION;
	return err ? CTL_EXIT_REFUSED : CTL_EXIT_OK;
}

int main(int argc, char **argv)
{
	struct daemon_options options = { .instance = "default",
					  .unicast_table = 254,
					  .hello_s = HELLO_S,
					  .stale_s = core_settings_default.stale_s };
	struct daemon_options start_log = { .is_foreground = true };
	static struct daemon daemon;
	bool is_first = restart_init(argv);
	int err, ready_fd = -1;

	err = parse_options(argc, argv, &options);
	if (err >= 0)
		return err;
	start_log.is_verbose = options.is_verbose;
	start_log.instance = options.instance;
	log_open(is_first ? &start_log : &options);
	if (geteuid() == 0 && is_first)
		prepare_files(&options);
	if (options.only_prepares)
		return exit_code(privileges_prepare(options.instance));
	options.discards_pins &= is_first;
	if (!options.is_foreground && is_first)
		ready_fd = go_to_background();
	err = daemon_start(&daemon, &options, &mgmt_clients);
	if (!err) {
		report(ready_fd, CTL_EXIT_OK);
		ready_fd = -1;
		if (is_first)
			leave_terminal(&options);
		log_format(NOTE_INFO, "instance %s serves", options.instance);
		loop_ready(daemon.loop);
		err = loop_run(daemon.loop);
	}
	daemon_fini(&daemon);
	report(ready_fd, exit_code(err)); /* a refused start: now that nothing is left of it */
	if (!err && daemon.end == DAEMON_RESTART) {
		err = restart_exec();
		log_format(NOTE_WARN, "cannot run again: %s; forwarding ends with the lease",
			   strerror(-err));
	}
	return exit_code(err);
}
