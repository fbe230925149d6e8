// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpimctl as a user and as the daemon see it: the program runs as a child against a server that
 * answers from a script.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/common_hpimctl.h"

TestSuite(hpimctl, .timeout = 20);

Test(hpimctl, words_may_be_cut_and_show_may_be_left_out)
{
	expect_heard("neigh", END("hpim.neighbors/1"),
		     "{\"id\":1,\"cmd\":\"show neighbors\",\"args\":{}}\n");
	expect_heard("sh nei", END("hpim.neighbors/1"),
		     "{\"id\":1,\"cmd\":\"show neighbors\",\"args\":{}}\n");
}

#define DONE "{\"id\":1,\"end\":true}\n"

Test(hpimctl, stop_is_done_when_the_daemon_has_let_go)
{
	static const char keep[] =
		"{\"id\":1,\"cmd\":\"stop\",\"args\":{\"keep_forwarding\":true}}\n";
	struct fake fakes[] = { { .replies = { DONE }, .closes = true },
				{ .replies = { DONE }, .closes = true },
				{ .replies = { DONE } } };

	expect(run(&fakes[0], "sto keep"), 0, "", "");
	cr_expect_str_eq(fakes[0].heard, keep);
	expect(run(&fakes[1], "stop --keep-forwarding"), 0, "", "");
	cr_expect_str_eq(fakes[1].heard, keep);
	setenv("HPIM_TIMEOUT_MS", "100", 1);
	cr_expect_eq(run(&fakes[2], "stop").exit, CTL_EXIT_TIMEOUT);
	cr_expect_eq(run_alone("status --keep-forwarding").exit, CTL_EXIT_USAGE);
}

Test(hpimctl, restart_is_done_when_the_daemon_answers_again)
{
	struct fake fake = { .replies = { DONE, END("hpim.status/1") }, .closes = true };

	expect(run(&fake, "restart"), 0, "", "");
	cr_expect_str_eq(fake.heard, "{\"id\":1,\"cmd\":\"restart\",\"args\":{}}\n"
				     "{\"id\":1,\"cmd\":\"status\",\"args\":{}}\n");
}

Test(hpimctl, no_command_means_status)
{
	expect_heard("", END("hpim.status/1"), "{\"id\":1,\"cmd\":\"status\",\"args\":{}}\n");
}

Test(hpimctl, options_become_arguments)
{
	expect_heard("-4 show groups eth0", END("hpim.groups/1"),
		     "{\"id\":1,\"cmd\":\"show groups\",\"args\":{\"interface\":\"eth0\","
		     "\"family\":4}}\n");
	expect_heard("-6 trees -d", END("hpim.tree-interfaces/1"),
		     "{\"id\":1,\"cmd\":\"show trees\",\"args\":{\"family\":6,\"detail\":true}}\n");
	expect_heard("-46 trees", END("hpim.trees/1"),
		     "{\"id\":1,\"cmd\":\"show trees\",\"args\":{}}\n");
}

Test(hpimctl, bare_attach_and_detach_name_no_protocol_which_means_all)
{
	expect_heard("attach eth0", END("hpim.attach/1"),
		     "{\"id\":1,\"cmd\":\"attach\",\"args\":{\"interface\":\"eth0\"}}\n");
	expect_heard(
		"-4 detach eth0", "{\"id\":1,\"end\":true}\n",
		"{\"id\":1,\"cmd\":\"detach\",\"args\":{\"family\":4,\"interface\":\"eth0\"}}\n");
}

Test(hpimctl, attach_names_the_protocols_and_the_mode_asked_for)
{
	expect_heard("attach eth0 igmp mode nat", END("hpim.attach/1"),
		     "{\"id\":1,\"cmd\":\"attach\",\"args\":{\"igmp\":true,\"mode\":\"native\","
		     "\"interface\":\"eth0\"}}\n");
}

/* What was typed before there was neighbor-state goes on to work. */
Test(hpimctl, word_in_parts_gives_way_to_a_whole_one)
{
	expect_heard("n", END("hpim.neighbors/1"),
		     "{\"id\":1,\"cmd\":\"show neighbors\",\"args\":{}}\n");
	expect_heard("show neighbor-", END("hpim.neighbor-state/1"),
		     "{\"id\":1,\"cmd\":\"show neighbor-state\",\"args\":{}}\n");
	expect_heard("show seq 10.1.1.1", END("hpim.sequence/1"),
		     "{\"id\":1,\"cmd\":\"show sequence\",\"args\":{\"source\":\"10.1.1.1\"}}\n");
}

Test(hpimctl, ambiguous_word_lists_the_candidates)
{
	expect(run_alone("st"), CTL_EXIT_USAGE, "",
	       "hpimctl: 'st' is ambiguous (ambiguous)\n  hint: could be: status static stop\n");
	expect(run_alone("attach eth0 m"), CTL_EXIT_USAGE, "",
	       "hpimctl: 'm' is ambiguous (ambiguous)\n  hint: could be: mld mode\n");
}

Test(hpimctl, unknown_word_lists_what_is_expected)
{
	expect(run_alone("attach eth0 everything"), CTL_EXIT_USAGE, "",
	       "hpimctl: 'everything' is not understood (usage)\n"
	       "  hint: expected here: hpim pim-dm igmp mld fast-leave no-fast-leave "
	       "ssm-any-source no-ssm-any-source passive no-passive mode\n");
}

Test(hpimctl, unfinished_command_says_what_is_missing)
{
	expect(run_alone("attach eth0 mode"), CTL_EXIT_USAGE, "",
	       "hpimctl: the command lacks the mode (usage)\n  hint: auto native generic tc "
	       "kernel\n");
}

Test(hpimctl, missing_daemon_exits_3_and_says_how_to_start_it)
{
	const char *hint = "start it: systemctl start hpimd@INSTANCE, usually hpimd@default";
	char text[512];

	snprintf(text, sizeof(text),
		 "hpimctl: no daemon answers at /nonexistent/x.ctl (not-running)\n  hint: %s\n",
		 hint);
	expect(run_alone("trees"), CTL_EXIT_NOT_RUNNING, "", text);
	snprintf(text, sizeof(text),
		 "{\"error\":{\"code\":\"not-running\",\"exit\":3,\"message\":\"no daemon answers "
		 "at /nonexistent/x.ctl\",\"hint\":\"%s\"}}\n",
		 hint);
	expect(run_alone("trees -j"), CTL_EXIT_NOT_RUNNING, "", text);
}

Test(hpimctl, instance_names_the_socket_and_the_option_wins)
{
	char *argv[] = { (char *)program(), NULL, NULL };

	setenv("HPIM_INSTANCE", "no-such-a", 1);
	cr_expect_not_null(strstr(run_argv(argv, false).err, "/run/hpimd/no-such-a.ctl"));
	argv[1] = (char *)"-ino-such-b";
	cr_expect_not_null(strstr(run_argv(argv, false).err, "/run/hpimd/no-such-b.ctl"));
	argv[1] = (char *)"-i../x";
	cr_expect_eq(run_argv(argv, false).exit, CTL_EXIT_USAGE);
}

Test(hpimctl, error_of_the_daemon_gives_message_hint_and_exit_code)
{
	struct fake fake = { .replies = { NO_SUCH } }, again = { .replies = { NO_SUCH } };

	expect(run(&fake, "counters eth9"), CTL_EXIT_NOT_FOUND, "",
	       "hpimctl: no interface eth9 (not-found)\n  hint: see: ip link\n");
	expect(run(&again, "counters eth9 -j"), CTL_EXIT_NOT_FOUND, "",
	       "{\"error\":{\"code\":\"not-found\",\"exit\":4,\"message\":\"no interface eth9\","
	       "\"hint\":\"see: ip link\"}}\n");
}

Test(hpimctl, silent_daemon_times_out)
{
	struct fake fake = { .replies = { NULL } };

	setenv("HPIM_TIMEOUT_MS", "100", 1);
	expect(run(&fake, "status"), CTL_EXIT_TIMEOUT, "",
	       "hpimctl: no answer within 100 ms (timeout)\n"
	       "  hint: the daemon is alive but busy or stuck; see its log\n");
}

Test(hpimctl, half_a_line_times_out_too)
{
	struct fake fake = { .replies = { "{\"id\":1," } };

	setenv("HPIM_TIMEOUT_MS", "100", 1);
	cr_expect_eq(run(&fake, "status").exit, CTL_EXIT_TIMEOUT);
}

Test(hpimctl, connection_closed_before_the_end_is_an_error)
{
	struct fake fake = { .replies = { RECORD("\"interface\":\"eth0\"") }, .closes = true };
	struct result result = run(&fake, "counters -j");

	expect(result, CTL_EXIT_NOT_RUNNING,
	       "{\"schema\":\"hpim.counters/1\",\"counters\":[{\"interface\":\"eth0\","
	       "\"reason\":null,\"packets\":null,\"bytes\":null,\"meaning\":null}]}\n",
	       "{\"error\":{\"code\":\"closed\",\"exit\":3,\"message\":\"the daemon closed the "
	       "connection before it had answered\",\"hint\":\"see the log of the daemon\"}}\n");
}

Test(hpimctl, reply_that_is_no_object_is_refused)
{
	struct fake fake = { .replies = { "[1]\n" } };

	cr_expect_eq(run(&fake, "status").exit, CTL_EXIT_REFUSED);
}

Test(hpimctl, reply_line_without_an_end_is_refused)
{
	static char endless[CTL_REPLY_MAX + 1];
	struct fake fake = { .replies = { endless } };

	memset(endless, ' ', CTL_REPLY_MAX);
	expect(run(&fake, "status"), CTL_EXIT_REFUSED, "",
	       "hpimctl: the daemon sent a line longer than 65536 bytes (bad-reply)\n");
}

Test(hpimctl, schema_of_another_version_is_refused)
{
	struct fake fake = { .replies = { END("hpim.trees/2") } };

	expect(run(&fake, "trees"), CTL_EXIT_REFUSED, "",
	       "hpimctl: the daemon sent hpim.trees/2, but hpim.trees/1 is what this hpimctl reads "
	       "(schema)\n  hint: install daemon and hpimctl of the same version\n");
}

Test(hpimctl, list_done_in_part_exits_6_and_shows_what_was_done)
{
	struct fake fake = { .replies = { RECORD("\"interface\":\"eth0\",\"hpim4\":true,"
						 "\"hpim6\":true,\"igmp\":true,\"mld\":false,"
						 "\"tier\":\"native\",\"why\":\"\"")
						  END("hpim.attach/1"),
					  NO_SUCH } };

	expect(run(&fake, "attach eth0,eth9"), CTL_EXIT_PARTLY,
	       "interface hpim4 hpim6 igmp mld pim_dm4 pim_dm6 tier   why\n"
	       "eth0      yes   yes   yes  no  -       -       native -\n",
	       "hpimctl: no interface eth9 (not-found)\n  hint: see: ip link\n");
	cr_expect_str_eq(fake.heard,
			 "{\"id\":1,\"cmd\":\"attach\",\"args\":{\"interface\":\"eth0\"}}\n"
			 "{\"id\":2,\"cmd\":\"attach\",\"args\":{\"interface\":\"eth9\"}}\n");
}

Test(hpimctl, list_of_which_all_fail_exits_with_the_first_reason)
{
	struct fake fake = { .replies = { NO_SUCH, NO_SUCH } };

	cr_expect_eq(run(&fake, "attach eth8,eth9").exit, CTL_EXIT_NOT_FOUND);
}

Test(hpimctl, json_has_the_same_shape_for_none_one_and_two)
{
	const char *one =
		RECORD("\"interface\":\"eth0\",\"reason\":\"ttl\",\"packets\":1,\"bytes\":2")
			END("hpim.counters/1");
	const char *two =
		RECORD("\"reason\":\"a/b\"") RECORD("\"packets\":7") END("hpim.counters/1");
	struct fake fakes[] = { { .replies = { END("hpim.counters/1") } },
				{ .replies = { one } },
				{ .replies = { two } } };

	expect(run(&fakes[0], "counters -j"), 0,
	       "{\"schema\":\"hpim.counters/1\",\"counters\":[]}\n", "");
	expect(run(&fakes[1], "counters -j"), 0,
	       "{\"schema\":\"hpim.counters/1\",\"counters\":[{\"interface\":\"eth0\","
	       "\"reason\":\"ttl\",\"packets\":1,\"bytes\":2,\"meaning\":null}]}\n",
	       "");
	expect(run(&fakes[2], "counters -j"), 0,
	       "{\"schema\":\"hpim.counters/1\",\"counters\":[{\"interface\":null,"
	       "\"reason\":\"a/b\",\"packets\":null,\"bytes\":null,\"meaning\":null},"
	       "{\"interface\":null,\"reason\":null,\"packets\":7,\"bytes\":null,"
	       "\"meaning\":null}]}\n",
	       "");
}

Test(hpimctl, pretty_json_is_one_record_a_line)
{
	struct fake fake = { .replies = { RECORD("\"reason\":\"ttl\"") END("hpim.counters/1") } };

	expect(run(&fake, "counters -p -o reason"), 0,
	       "{\n  \"schema\": \"hpim.counters/1\",\n  \"counters\": [\n"
	       "    { \"reason\": \"ttl\" }\n  ]\n}\n",
	       "");
}

Test(hpimctl, unknown_fields_are_in_json_and_not_in_text)
{
	const char *reply =
		RECORD("\"new\":5,\"reason\":\"ttl\",\"packets\":10") END("hpim.counters/1");
	struct fake fakes[] = { { .replies = { reply } }, { .replies = { reply } } };

	expect(run(&fakes[0], "counters -j"), 0,
	       "{\"schema\":\"hpim.counters/1\",\"counters\":[{\"interface\":null,"
	       "\"reason\":\"ttl\",\"packets\":10,\"bytes\":null,\"meaning\":null,"
	       "\"new\":5}]}\n",
	       "");
	expect(run(&fakes[1], "counters"), 0,
	       "interface reason packets bytes\n-         ttl         10     -\n", "");
}

/* How wide a column without its header is differs between versions of libsmartcols. */
static struct result words_of(struct result result)
{
	char *to = result.out;

	for (const char *from = result.out; *from; from++)
		if (*from != ' ' || from[1] != ' ')
			*to++ = *from;
	*to = '\0';
	return result;
}

Test(hpimctl, columns_can_be_picked_and_the_header_dropped)
{
	const char *reply = RECORD("\"interface\":\"eth0\",\"reason\":\"ttl\",\"packets\":10")
		END("hpim.counters/1");
	struct fake fakes[] = { { .replies = { reply } },
				{ .replies = { reply } },
				{ .replies = { reply } },
				{ .replies = { END("hpim.counters/1") } },
				{ .replies = { END("hpim.counters/1") } } };

	expect(run(&fakes[0], "counters -o packets,interface"), 0,
	       "packets interface\n     10 eth0\n", "");
	expect(words_of(run(&fakes[1], "counters -H")), 0, "eth0 ttl 10 -\n", "");
	expect(run(&fakes[2], "counters -j -o packets"), 0,
	       "{\"schema\":\"hpim.counters/1\",\"counters\":[{\"packets\":10}]}\n", "");
	expect(run(&fakes[3], "counters"), 0, "interface reason packets bytes\n", "");
	expect(run(&fakes[4], "counters -H"), 0, "", "");
	expect(run_alone("counters -o packets,nothing"), CTL_EXIT_USAGE, "",
	       "hpimctl: no column 'nothing' in counters (usage)\n"
	       "  hint: columns: all interface reason packets bytes meaning\n");
}

Test(hpimctl, status_is_one_field_a_line)
{
	const char *reply = RECORD("\"instance\":\"default\",\"pid\":12") END("hpim.status/1");
	struct fake fakes[] = { { .replies = { reply } }, { .replies = { reply } } };

	expect(run(&fakes[0], "-o instance,pid"), 0, "instance default\npid      12\n", "");
	expect(run(&fakes[1], "-H -o pid"), 0, "12\n", "");
}

Test(hpimctl, source_and_group_pick_trees_and_are_sent_in_one_spelling)
{
	expect_heard("trees ff3e:0::1 FD00:0::1", END("hpim.trees/1"),
		     "{\"id\":1,\"cmd\":\"show trees\",\"args\":{\"group\":\"ff3e::1\","
		     "\"source\":\"fd00::1\"}}\n");
	expect(run_alone("trees eth0"), CTL_EXIT_USAGE, "",
	       "hpimctl: 'eth0' is not understood (usage)\n"
	       "  hint: expected here: SOURCE|GROUP\n");
	cr_expect_eq(run_alone("groups 10.0.0.1").exit, CTL_EXIT_USAGE);
}

Test(hpimctl, who_may_only_read_is_sent_to_the_read_only_twin)
{
	struct fake full = { .replies = { NULL } };
	struct fake twin = { .replies = { END("hpim.counters/1") } };
	char beside[128];

	fake_start(&twin, "x.ro");
	fake_start(&full, "y.ctl");
	snprintf(beside, sizeof(beside), "%s/x.ctl", twin.dir);
	cr_assert_eq(rename(full.path, beside), 0);
	cr_assert_eq(chmod(beside, 0), 0);
	expect(run_at(beside, "counters -H", true), 0, "", "");
	cr_expect_eq(run_at(beside, "detach eth0", true).exit, CTL_EXIT_PERMISSION);
	cr_expect_str_eq(full.heard, "");
	unlink(beside);
	fake_stop(&full);
	fake_stop(&twin);
}

Test(hpimctl, watch_asks_again_until_it_is_interrupted)
{
	struct fake fake = { .replies = { END("hpim.counters/1"), END("hpim.counters/1") } };
	FILE *out = tmpfile(), *err = tmpfile();
	char asked[2];
	pid_t pid;

	fake_start(&fake, "x.ctl");
	pid = start((char *[]){ (char *)program(), (char *)"--socket", fake.path,
				(char *)"counters", (char *)"-w", (char *)"1", NULL },
		    out, err, false);
	cr_expect_eq(read(fake.requests[0], &asked[0], 1), 1);
	cr_expect_eq(read(fake.requests[0], &asked[1], 1), 1);
	kill(pid, SIGINT);
	cr_expect_eq(waitpid(pid, NULL, 0), pid);
	fake_stop(&fake);
	cr_expect_eq(run_alone("stop -w").exit, CTL_EXIT_USAGE);
	cr_expect_eq(run_alone("trees -wx").exit, CTL_EXIT_USAGE);
	expect(run_alone("trees -w 0"), CTL_EXIT_USAGE, "",
	       "hpimctl: -w takes seconds from 1 to 86400, not '0' (usage)\n");
}

Test(hpimctl, threshold_and_explain_name_what_they_are_about)
{
	expect_heard("thr eth0 16", DONE,
		     "{\"id\":1,\"cmd\":\"threshold\",\"args\":{\"interface\":\"eth0\","
		     "\"ttl\":16}}\n");
	expect(run_alone("threshold eth0 256"), CTL_EXIT_USAGE, "",
	       "hpimctl: '256' is no number from 0 to 255 (usage)\n"
	       "  hint: 0 to 255; 0: all that are forwarded\n");
	expect_heard("explain 10.0.0.1 239.0.0.1", END("hpim.explain/1"),
		     "{\"id\":1,\"cmd\":\"explain\",\"args\":{\"source\":\"10.0.0.1\","
		     "\"group\":\"239.0.0.1\"}}\n");
	cr_expect_eq(run_alone("explain 239.0.0.1 10.0.0.1").exit, CTL_EXIT_USAGE);
	cr_expect_eq(run_alone("explain 10.0.0.1").exit, CTL_EXIT_USAGE);
}

/* Two packets on two interfaces, after each of which records were lost; more may come. */
#define CAPTURED CAPTURING END("hpim.capture/1")
#define CAPTURING                                                                                \
	RECORD("\"time_ns\":1700000000123456789,\"interface\":\"eth0\",\"reason\":\"ttl\","      \
	       "\"bytes\":60,\"source\":\"10.0.0.1\",\"group\":\"239.0.0.1\",\"lost\":0,"        \
	       "\"data\":\"0102030405\"")                                                        \
	RECORD("\"time_ns\":1700000000223456789,\"interface\":\"eth1\",\"reason\":\"wrong-if\"," \
	       "\"bytes\":4,\"lost\":7,\"data\":\"fffefdfc\"")

Test(hpimctl, capture_shows_a_line_for_each_packet_and_what_was_lost)
{
	struct fake fakes[] = { { .replies = { CAPTURED } }, { .replies = { CAPTURED } } };
	struct result result;

	setenv("TZ", "UTC", 1);
	expect(run(&fakes[0], "capture every 10 count 2"), 0,
	       "22:13:20.123456 eth0            ttl          10.0.0.1 > 239.0.0.1 60 bytes\n"
	       "22:13:20.223456 eth1            wrong-if     - > - 4 bytes\n",
	       "2 packets, 7 lost because they came too fast\n");
	cr_expect_str_eq(fakes[0].heard, "{\"id\":1,\"cmd\":\"capture\",\"args\":{\"every\":10,"
					 "\"count\":2}}\n");
	result = run(&fakes[1], "capture -j");
	cr_expect_eq(strncmp(result.out, "{\"time_ns\":1700000000123456789,", 31), 0);
	cr_expect_eq(run_alone("capture every 0").exit, CTL_EXIT_USAGE);
	cr_expect_eq(run_alone("capture /nonexistent/file").exit, CTL_EXIT_NOT_RUNNING);
}

Test(hpimctl, capture_ends_at_once_when_the_disk_is_full)
{
	expect(run(&(struct fake){ .replies = { CAPTURING } }, "capture /dev/full"),
	       CTL_EXIT_REFUSED, "",
	       "hpimctl: cannot write /dev/full: No space left on device (file)\n");
}

/* The next 32-bit number of a file of blocks. */
static uint32_t word(FILE *file)
{
	uint32_t value = 0;

	cr_assert_eq(fread(&value, sizeof(value), 1, file), 1);
	return value;
}

/* Read a block. Return: its type; its words without type and lengths in @ret_words. */
static uint32_t block(FILE *file, uint32_t ret_words[64], uint32_t *ret_count)
{
	uint32_t type = word(file), len = word(file);

	cr_assert(len % 4 == 0 && len >= 12 && len <= 4 * 64);
	*ret_count = len / 4 - 3;
	for (uint32_t i = 0; i < *ret_count; i++)
		ret_words[i] = word(file);
	cr_assert_eq(word(file), len, "the length stands at the end, too");
	return type;
}

static void expect_packet(FILE *file, uint32_t interface, uint32_t len, uint32_t kept,
			  const char *bytes, const char *comment)
{
	const uint64_t time_ns = 1700000000123456789u + interface * 100000000u;
	uint32_t words[64], count, data = (kept + 3) / 4;

	cr_assert_eq(block(file, words, &count), 6);
	cr_expect_eq(words[0], interface);
	cr_expect_eq(words[1], (uint32_t)(time_ns >> 32));
	cr_expect_eq(words[2], (uint32_t)time_ns);
	cr_expect_eq(words[3], kept);
	cr_expect_eq(words[4], len);
	cr_expect_arr_eq(words + 5, bytes, kept);
	cr_expect_eq(words[5 + data], (uint32_t)strlen(comment) << 16 | 1);
	cr_expect_arr_eq(words + 6 + data, comment, strlen(comment));
	cr_expect_eq(words[count - 1], 0);
}

static void expect_interface(FILE *file, const char *name)
{
	uint32_t words[64], count;

	cr_assert_eq(block(file, words, &count), 1);
	cr_expect_eq(words[0], 1, "Ethernet");
	cr_expect_eq(words[2], (uint32_t)strlen(name) << 16 | 2);
	cr_expect_arr_eq(words + 3, name, strlen(name));
	cr_expect_eq(words[4], 1 << 16 | 9);
	cr_expect_eq(words[5] & 0xff, 9, "nanoseconds");
}

Test(hpimctl, capture_writes_pcapng_with_interfaces_times_and_reasons)
{
	struct fake fakes[] = { { .replies = { CAPTURED } }, { .replies = { CAPTURED } } };
	char line[128], path[] = "/tmp/hpimctl-pcapng-XXXXXX";
	uint32_t words[64], count;
	struct result result;
	FILE *file;

	cr_assert_geq(mkstemp(path), 0);
	snprintf(line, sizeof(line), "capture %s", path);
	expect(run(&fakes[0], line), 0, "", "2 packets, 7 lost because they came too fast\n");
	file = fopen(path, "r");
	cr_assert_not_null(file);
	cr_assert_eq(block(file, words, &count), 0x0a0d0d0a);
	cr_expect_eq(words[0], 0x1a2b3c4d);
	cr_expect_eq(words[1], 1, "version 1.0");
	expect_interface(file, "eth0");
	expect_packet(file, 0, 60, 5, "\1\2\3\4\5", "ttl");
	expect_interface(file, "eth1");
	expect_packet(file, 1, 4, 4, "\377\376\375\374", "wrong-if");
	cr_expect_eq(fgetc(file), EOF);
	fclose(file);
	unlink(path);
	result = run(&fakes[1], "capture -");
	cr_expect_eq(memcmp(result.out, "\n\r\r\n", 4), 0, "the same on standard output");
}

Test(hpimctl, interrupt_ends_a_capture_well)
{
	struct fake fake = { .replies = { RECORD("\"bytes\":1") } };
	FILE *out = tmpfile(), *err = tmpfile();
	char text[TEXT_MAX], asked;
	int status;
	pid_t pid;

	setenv("HPIM_TIMEOUT_MS", "100", 1); /* silence is no fault of a capture */
	fake_start(&fake, "x.ctl");
	pid = start((char *[]){ (char *)program(), (char *)"--socket", fake.path, (char *)"capture",
				NULL },
		    out, err, false);
	cr_expect_eq(read(fake.requests[0], &asked, 1), 1);
	kill(pid, SIGINT);
	cr_expect_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	read_back(err, text);
	cr_expect_not_null(strstr(text, " packets, 0 lost"));
	fclose(out);
	fake_stop(&fake);
}

Test(hpimctl, help_and_version_need_no_daemon)
{
	expect(run_alone("version -j"), 0,
	       "{\"schema\":\"hpim.version/1\",\"versions\":[{\"program\":\"hpimctl\","
	       "\"version\":\"" HPIM_VERSION "\"}]}\n",
	       "");
	expect(run_alone("--version -H"), 0, "hpimctl " HPIM_VERSION "\n", "");
	cr_expect_not_null(strstr(run_alone("help").out, "neighbors"));
	cr_expect_not_null(strstr(run_alone("help att").out, "attach: route on interfaces\n"));
	cr_expect_eq(run_alone("help nothing").exit, CTL_EXIT_USAGE);
	expect(run_alone("help show trees"), 0,
	       "show trees: the tree of each source and group; -d for each interface of it\n"
	       "  SOURCE|GROUP         only this source, only this group\n",
	       "");
	cr_expect_eq(run_alone("help show treas").exit, CTL_EXIT_USAGE);
}

Test(hpimctl, statistics_are_the_columns_that_count)
{
	struct fake fake = { .replies = { END("hpim.trees/1") } };

	expect(run(&fake, "-s trees"), 0,
	       "source group state role input upstream outputs tier packets bytes seen_s "
	       "why tc_packets rate_pps stale_s xdp_packets kernel_packets protocol\n",
	       "");
}

/* What "-b" makes of a file. */
static struct result run_batch(const char *lines)
{
	char path[] = "/tmp/test_hpimctl-XXXXXX", words[64];
	int fd = mkstemp(path);
	struct result result;

	cr_assert(fd >= 0 && write(fd, lines, strlen(lines)) == (ssize_t)strlen(lines));
	close(fd);
	(void)snprintf(words, sizeof(words), "-b %s", path);
	result = run_alone(words);
	unlink(path);
	return result;
}

Test(hpimctl, batch_runs_lines_until_one_fails)
{
	struct result result =
		run_batch("# first\n\n  version\n'version' # again\nnope\nversion\n");
	const char *second = strstr(result.out, "program");

	cr_expect_eq(result.exit, CTL_EXIT_USAGE);
	cr_assert(second && (second = strstr(second + 1, "program")));
	cr_expect(!strstr(second + 1, "program"), "a line after the wrong one was run");
	cr_expect(strstr(result.err, "'nope' is not understood"), "%s", result.err);
	cr_expect(strstr(result.err, ", line 5: the lines after it are not run"), "%s", result.err);
	cr_expect_eq(run_batch("version\n").exit, 0);
	cr_expect_eq(run_batch("").exit, 0);
	result = run_batch("version 'a\n");
	cr_expect_eq(result.exit, CTL_EXIT_USAGE);
	cr_expect(strstr(result.err, "line 1: a quote is not closed"), "%s", result.err);
	cr_expect_eq(run_alone("-b /tmp").exit, CTL_EXIT_USAGE);
	cr_expect_eq(run_alone("-b /tmp/none/such").exit, CTL_EXIT_USAGE);
	cr_expect_eq(run_alone("-b - version").exit, CTL_EXIT_USAGE);
	cr_expect_eq(run_alone("-w1 -b /dev/null").exit, CTL_EXIT_USAGE);
}

#define SUMMARY(received)                                                                      \
	"{\"id\":1,\"record\":{\"interface\":\"eth0\",\"state\":\"up\",\"received\":" received \
	",\"sent\":0,\"dropped\":0}}\n{\"id\":1,\"end\":true,\"schema\":\"hpim.summary/1\"}\n"
#define TREE(group, packets)                                                               \
	"{\"id\":2,\"record\":{\"source\":\"10.1.1.1\",\"group\":\"" group "\",\"input\":" \
	"\"eth0\",\"outputs\":\"eth1\",\"tier\":\"xdp\",\"packets\":" packets              \
	",\"bytes\":" packets "}}\n"
#define TREES_END "{\"id\":2,\"end\":true,\"schema\":\"hpim.mroutes/1\"}\n"

/* Two looks, a second and more apart: what has grown by 1000 has a rate of at most that. */
Test(hpimctl, top_shows_the_fastest_trees_first)
{
	struct fake fake = { .replies = { SUMMARY("5"),
					  TREE("239.1.1.1", "7") TREE("239.1.1.2", "7") TREES_END,
					  SUMMARY("1005"),
					  TREE("239.1.1.1", "7") TREE("239.1.1.2", "1007")
						  TREE("239.1.1.3", "9") TREES_END } };
	struct result result = run(&fake, "-w1 top 2");
	const char *first = strstr(result.out, "239.1.1.2"),
		   *second = strstr(result.out, "239.1.1.1"), *port = strstr(result.out, "eth0");
	double rate = 0;

	cr_assert_eq(result.exit, 0, "%s", result.err);
	cr_expect(strstr(result.out, ": 3 trees, "), "%s", result.out);
	cr_assert(port && first && second && first < second, "%s", result.out);
	cr_expect(!strstr(result.out, "239.1.1.3"), "more trees than were asked for");
	cr_expect_eq(sscanf(port, "eth0 up %lf", &rate), 1, "%s", port);
	cr_expect(rate > 0 && rate <= 1000, "%f packets a second", rate);
	rate = 0;
	cr_expect_eq(sscanf(first, "239.1.1.2 eth0 eth1 xdp %lf", &rate), 1, "%s", first);
	cr_expect(rate > 0 && rate <= 1000, "%f packets a second", rate);
	cr_expect_eq(run_alone("-j top").exit, CTL_EXIT_USAGE);
	cr_expect_eq(run_alone("top 0").exit, CTL_EXIT_USAGE);
	cr_expect_eq(run_alone("top").exit, CTL_EXIT_NOT_RUNNING);
}
