// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log where journald reads it: entries with fields, at the socket of a journald that this test
 * plays in a /run of its own. Source: systemd's "native protocol" of journald.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "core/core.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "unit/common_ctlsock.h"

static int journald;
static char errors[] = "/tmp/test_journal.XXXXXX";
static struct daemon daemon_of_test = { .ports[3] = { .is_used = true, .config.name = "eth3" } };

/* @is_stream: standard error is what JOURNAL_STREAM names. */
static void begin(bool is_stream)
{
	const struct daemon_options options = { .instance = "test", .is_foreground = true };
	struct sockaddr_un addr = { .sun_family = AF_UNIX,
				    .sun_path = "/run/systemd/journal/socket" };
	int fd = mkstemp(errors);
	char stream[64];
	struct stat stat;

	own_run_folder();
	cr_assert(mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/journal", 0755) == 0);
	journald = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	cr_assert_eq(bind(journald, (struct sockaddr *)&addr, sizeof(addr)), 0);
	cr_assert(fd >= 0 && dup2(fd, STDERR_FILENO) == STDERR_FILENO && fstat(fd, &stat) == 0);
	(void)snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)stat.st_dev,
		       (uintmax_t)stat.st_ino + !is_stream);
	cr_assert_eq(setenv("JOURNAL_STREAM", stream, 1), 0);
	log_open(&options);
}

static void end(void)
{
	(void)unlink(errors); /* a test that was skipped has none */
}

TestSuite(journal, .fini = end);

/* The next entry: its fields, a line each; "": there is none. */
static const char *entry(void)
{
	static char text[4096];
	ssize_t len = recv(journald, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

/* What standard error got since the beginning. */
static const char *error_text(void)
{
	static char text[4096];
	int fd = open(errors, O_RDONLY);
	ssize_t len = read(fd, text, sizeof(text) - 1);

	cr_assert_geq(len, 0);
	text[len] = '\0';
	(void)close(fd); /* it was only read */
	return text;
}

static struct ip_addr addr(const char *text)
{
	struct ip_addr ret;

	cr_assert_eq(ip_addr_parse(text, &ret), 0);
	return ret;
}

static void expect_fields(const char *text, const char *fields)
{
	char copy[512], *rest = copy, *field;

	(void)snprintf(copy, sizeof(copy), "%s", fields);
	while ((field = strsep(&rest, ";"))) {
		char line[256];

		(void)snprintf(line, sizeof(line), "%s\n", field);
		cr_expect(strstr(text, line), "no %s in\n%s", field, text);
	}
}

Test(journal, line_has_message_priority_and_instance)
{
	begin(true);
	log_line(NOTE_WARN, "the words");
	expect_fields(entry(),
		      "MESSAGE=the words;PRIORITY=4;SYSLOG_IDENTIFIER=hpimd;HPIM_INSTANCE=test");
	log_line(NOTE_INFO, "others");
	expect_fields(entry(), "MESSAGE=others;PRIORITY=6");
	cr_expect_str_eq(error_text(), "", "it is logged twice");
}

Test(journal, note_has_what_it_is_about)
{
	struct core_note gone = {
		.level = NOTE_INFO, .code = NOTE_NEIGHBOR_GONE, .link = 3, .v = { GONE_SILENT }
	};
	struct core_note tree = { .level = NOTE_INFO, .code = NOTE_TREE_STATE, .link = LINK_NONE };
	const char *text;

	begin(true);
	gone.a = addr("10.2.0.2");
	log_note(&daemon_of_test, &gone);
	text = entry();
	expect_fields(text, "MESSAGE=eth3: neighbor 10.2.0.2 removed: its hold time ended;"
			    "HPIM_EVENT=neighbor-gone;HPIM_INTERFACE=eth3;HPIM_NEIGHBOR=10.2.0.2;"
			    "HPIM_INSTANCE=test;PRIORITY=6");
	cr_expect(strstr(text, "MESSAGE_ID="), "%s", text);
	tree.a = addr("2001:db8::1");
	tree.b = addr("ff3e::1");
	log_note(&daemon_of_test, &tree);
	text = entry();
	expect_fields(text, "HPIM_EVENT=tree-state;HPIM_SOURCE=2001:db8::1;HPIM_GROUP=ff3e::1");
	cr_expect_null(strstr(text, "HPIM_INTERFACE="), "%s", text);
}

/* Each code of the core can be logged, and says what happened. */
Test(journal, each_note_has_a_word)
{
	begin(true);
	for (enum note_code code = NOTE_NONE + 1; code < NOTE_CODE_COUNT; code++) {
		struct core_note note = { .level = NOTE_WARN, .code = code, .link = 3 };
		const char *text, *event;

		if (code == NOTE_NEIGHBOR_RATE || code == NOTE_HELLO_REPLAYED ||
		    code == NOTE_POLICY_FLOW || code == NOTE_POLICY_TREE)
			continue; /* only counted */
		note.a = addr("10.1.0.9");
		note.b = addr("239.1.1.1");
		log_note(&daemon_of_test, &note);
		text = entry();
		event = strstr(text, "HPIM_EVENT=");
		cr_expect(event && event[strlen("HPIM_EVENT=")] != '(', "code %u: %s", code, text);
	}
}

/* A redirected standard error: JOURNAL_STREAM is inherited, but names another file. */
Test(journal, other_streams_get_plain_lines)
{
	begin(false);
	log_line(NOTE_WARN, "the words");
	cr_expect_str_eq(entry(), "");
	cr_expect_str_eq(error_text(), "hpimd: warning: the words\n");
}
