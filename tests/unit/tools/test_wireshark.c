// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Wireshark dissector, run by tshark, against the packets of the reference and against what the
 * daemon's decoder accepts. A Lua error, which Wireshark shows as a part of the packet, fails.
 */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "base/bytes.h"
#include "unit/common_json.h"
#include "wire/hpim.h"
#include "wire/inet.h"

/* From 4.4 on tshark loads no script for root. */
#define TSHARK "tshark -n -X lua_script:tools/wireshark/hpim.lua"
#define NOBODY "setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/ "
#define FIELDS                                                                                     \
	"-T fields -E separator=';' -e hpim.type -e hpim.boot_time -e hpim.security_id "           \
	"-e hpim.security_length -e hpim.options.my_snapshot_sequence_number "                     \
	"-e hpim.options.neighbor_snapshot_sequence_number -e hpim.options.neighbor_boot_time "    \
	"-e hpim.options.master_flag -e hpim.options.more_flag "                                   \
	"-e hpim.options.sync_sequence_number -e hpim.options.tree_source "                        \
	"-e hpim.options.tree_source_v6 -e hpim.options.tree_group -e hpim.options.tree_group_v6 " \
	"-e hpim.options.sequence_number -e hpim.options.assert_metric_preference "                \
	"-e hpim.options.assert_metric -e hpim.options.hello_holdtime "                            \
	"-e hpim.options.checkpoint_sequence_number"
#define TEXT_MAX    8192
#define SNAPLEN     65535u
#define LINK_RAW_IP 101u

static char folder[] = "/tmp/test_wireshark.XXXXXX";
static char capture[sizeof(folder) + 16], output[sizeof(folder) + 16];

static void set_up(void)
{
	if (system("tshark --version > /dev/null 2>&1"))
		cr_skip_test("needs tshark");
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chmod(folder, 0755), 0);
	(void)snprintf(capture, sizeof(capture), "%s/in.pcap", folder);
	(void)snprintf(output, sizeof(output), "%s/out", folder);
}

static void tear_down(void)
{
	(void)unlink(capture); /* not every test has one */
	(void)unlink(output);
	(void)rmdir(folder);
}

TestSuite(wireshark, .init = set_up, .fini = tear_down, .timeout = 300);

/* ---- a capture of our own ---- */

static void put32(FILE *file, uint32_t value)
{
	cr_assert_eq(fwrite(&value, sizeof(value), 1, file), 1); /* in the machine's order */
}

static FILE *pcap_new(void)
{
	FILE *file = fopen(capture, "wb");

	cr_assert_not_null(file);
	put32(file, 0xa1b2c3d4u);
	put32(file, 2u | 4u << 16); /* version 2.4, two halves */
	put32(file, 0);
	put32(file, 0);
	put32(file, SNAPLEN);
	put32(file, LINK_RAW_IP);
	return file;
}

static size_t header_encode(uint8_t *bytes, enum ip_family family, size_t len)
{
	const char *const ends[IP_FAMILY_COUNT][2] = { { "10.2.2.1", "224.0.0.13" },
						       { "fe80::1", "ff02::d" } };
	struct writer out = writer_over(bytes, 40);
	struct ip_addr src, dst;

	cr_assert_eq(ip_addr_parse(ends[family][0], &src), 0);
	cr_assert_eq(ip_addr_parse(ends[family][1], &dst), 0);
	if (family == IP_FAMILY_4) {
		wr_u16(&out, 0x4500);
		wr_u16(&out, (uint16_t)(20 + len));
		wr_u32(&out, 0);
		wr_u32(&out, 0x01000000u | INET_PROTO_PIM << 16); /* TTL 1 */
	} else {
		wr_u32(&out, 0x60000000u);
		wr_u16(&out, (uint16_t)len);
		wr_u16(&out, INET_PROTO_PIM << 8 | 1);
	}
	wr_addr(&out, &src);
	wr_addr(&out, &dst);
	cr_assert_not(out.bad);
	return wr_len(&out);
}

/* @held: how many bytes of the payload the capture has. */
static void pcap_add(FILE *file, enum ip_family family, const uint8_t *bytes, size_t len,
		     size_t held)
{
	static uint32_t at; /* seconds */
	uint8_t header[40];
	size_t header_len = header_encode(header, family, len);

	put32(file, ++at);
	put32(file, 0);
	put32(file, (uint32_t)(header_len + held));
	put32(file, (uint32_t)(header_len + len));
	cr_assert_eq(fwrite(header, 1, header_len, file), header_len);
	cr_assert_eq(fwrite(bytes, 1, held, file), held);
}

/* ---- tshark ---- */

/* Run tshark on a file, its answer into the file `output`, opened for reading. */
static FILE *tshark(const char *file, const char *options)
{
	char command[2048];
	FILE *answer;
	int status;

	(void)snprintf(command, sizeof(command), "%s" TSHARK " -r %s %s > %s 2> %s.err",
		       geteuid() ? "" : NOBODY, file, options, output, output);
	status = system(command);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s", command);
	answer = fopen(output, "r");
	cr_assert_not_null(answer);
	(void)snprintf(command, sizeof(command), "%s.err", output);
	(void)unlink(command);
	return answer;
}

static void expect_no_lua_error(const char *file)
{
	FILE *answer = tshark(file, "-2 -V");
	char *line = NULL;
	size_t room = 0, lines = 0;

	for (; getline(&line, &room, answer) >= 0; lines++)
		cr_expect_null(strstr(line, "Lua"), "%s: %s", file, line);
	cr_expect_gt(lines, 0);
	free(line);
	cr_assert_eq(fclose(answer), 0);
}

/* The next line, without its end; flags are numbers, which newer versions print as words. */
static char *line_next(FILE *answer)
{
	static char text[TEXT_MAX];
	char *word;

	cr_assert_not_null(fgets(text, sizeof(text), answer), "tshark says too little");
	text[strcspn(text, "\n")] = '\0';
	while ((word = strstr(text, "True")) || (word = strstr(text, "False"))) {
		size_t len = *word == 'T' ? 4 : 5;

		*word = *word == 'T' ? '1' : '0';
		memmove(word + 1, word + len, strlen(word + len) + 1);
	}
	return text;
}

/* ---- what is expected of a packet of the reference ---- */

static void add(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(char *text, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	cr_assert_lt(vsnprintf(text + len, TEXT_MAX - len, format, args), (int)(TEXT_MAX - len));
	va_end(args);
}

/* The value of a key, for each object of a list, or of the one object. */
static void add_all(char *text, struct json_object *of, const char *key)
{
	const char *comma = "";

	if (!json_object_is_type(of, json_type_array)) {
		if (vector_has(of, key))
			add(text, "%s", json_object_get_string(vector_get(of, key)));
		add(text, ";");
		return;
	}
	for (size_t i = 0; i < json_object_array_length(of); i++) {
		struct json_object *one = json_object_array_get_idx(of, i);

		if (!vector_has(one, key))
			continue;
		add(text, "%s%s", comma, json_object_get_string(vector_get(one, key)));
		comma = ",";
	}
	add(text, ";");
}

static void add_addresses(char *text, enum ip_family family, struct json_object *of,
			  const char *key)
{
	if (family == IP_FAMILY_6)
		add(text, ";");
	add_all(text, of, key);
	if (family == IP_FAMILY_4)
		add(text, ";");
}

static void expected(struct json_object *vector, char *text)
{
	static const char *const sync_keys[] = {
		"my_snapshot_sn", "neighbor_snapshot_sn", "neighbor_boot_time", "master", "more",
		"sync_sn"
	};
	struct json_object *fields = vector_get(vector, "fields"), *trees = fields,
			   *options = fields;
	enum ip_family family = vector_family(vector);
	struct vector_bytes in = vector_hex(vector_text(vector, "hex"));

	if (vector_has(fields, "trees"))
		trees = vector_get(fields, "trees");
	if (vector_has(fields, "options"))
		options = vector_get(fields, "options");
	text[0] = '\0';
	add_all(text, fields, "type");
	add_all(text, fields, "boot_time");
	add(text, "%u;%u;", in.b[5] << 8 | in.b[6], in.b[7]);
	for (size_t i = 0; i < sizeof(sync_keys) / sizeof(*sync_keys); i++)
		add_all(text, fields, sync_keys[i]);
	add_addresses(text, family, trees, "source");
	add_addresses(text, family, trees, "group");
	add_all(text, fields, "sn");
	add_all(text, trees, "metric_preference");
	add_all(text, trees, "metric");
	add_all(text, options, "holdtime");
	add_all(text, options, "checkpoint_sn");
	text[strlen(text) - 1] = '\0';
}

Test(wireshark, packets_of_the_reference_have_their_fields)
{
	struct json_object *vectors = vector_load("hpim-dm-packets.json");
	size_t count = json_object_array_length(vectors);
	char want[TEXT_MAX];
	FILE *file = pcap_new();

	for (size_t i = 0; i < count; i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		struct vector_bytes in = vector_hex(vector_text(vector, "hex"));

		pcap_add(file, vector_family(vector), in.b, in.len, in.len);
	}
	cr_assert_eq(fclose(file), 0);
	expect_no_lua_error(capture);
	file = tshark(capture, FIELDS);
	for (size_t i = 0; i < count; i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);

		expected(vector, want);
		cr_expect_str_eq(line_next(file), want, "%s", vector_text(vector, "name"));
	}
	cr_assert_eq(fclose(file), 0);
	json_object_put(vectors);
}

/* ---- malformed packets ---- */

struct packets {
	FILE *file;
	size_t count;
	bool is_good[32768];
};

static void packets_add(struct packets *packets, enum ip_family family, const uint8_t *bytes,
			size_t len)
{
	struct hpim_msg msg;

	if (len == 0)
		return; /* for Wireshark, nothing to dissect */
	cr_assert_lt(packets->count, sizeof(packets->is_good));
	packets->is_good[packets->count++] = hpim_decode(family, bytes, len, &msg) == 0;
	pcap_add(packets->file, family, bytes, len, len);
}

static void packets_load(struct packets *packets, const char *name)
{
	struct json_object *vectors = vector_load(name);

	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		struct vector_bytes in = vector_hex(vector_text(vector, "hex"));
		size_t shortest = in.len < 80 ? 0 : in.len - 48;

		packets_add(packets, vector_family(vector), in.b, in.len);
		for (size_t len = shortest; len < in.len; len++)
			packets_add(packets, vector_family(vector), in.b, len);
		for (size_t i_flip = 4; i_flip < in.len && i_flip < 32; i_flip++) {
			in.b[i_flip] ^= 0x0f;
			packets_add(packets, vector_family(vector), in.b, in.len);
			in.b[i_flip] ^= 0x0f;
		}
	}
	json_object_put(vectors);
}

Test(wireshark, what_the_daemon_refuses_is_marked_and_nothing_else)
{
	static struct packets packets;
	size_t good = 0;
	FILE *answer;

	packets.file = pcap_new();
	packets_load(&packets, "hpim-dm-packets.json");
	packets_load(&packets, "hpim-dm-packets-malformed.json");
	cr_assert_eq(fclose(packets.file), 0);
	expect_no_lua_error(capture);
	answer = tshark(capture, "-T fields -E separator=';' -e frame.number -e hpim.malformed "
				 "-e hpim.unknown_version -e hpim.unknown_type");
	for (size_t i = 0; i < packets.count; i++) {
		char want[32], *line = line_next(answer);

		(void)snprintf(want, sizeof(want), "%zu;;;", i + 1);
		cr_expect_eq(strcmp(line, want) == 0, packets.is_good[i], "packet %zu: %s", i + 1,
			     line);
		good += packets.is_good[i];
	}
	cr_expect(good > 100 && packets.count - good > 1000, "%zu of %zu", good, packets.count);
	cr_assert_eq(fclose(answer), 0);
}

Test(wireshark, what_was_not_captured_is_not_malformed)
{
	struct json_object *vectors = vector_load("hpim-dm-packets.json");
	FILE *file = pcap_new();
	size_t count = 0;
	char *line;

	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		struct json_object *vector = json_object_array_get_idx(vectors, i);
		struct vector_bytes in = vector_hex(vector_text(vector, "hex"));

		for (size_t held = 1; held < in.len && held < 96; held++, count++)
			pcap_add(file, vector_family(vector), in.b, in.len, held);
	}
	cr_assert_eq(fclose(file), 0);
	expect_no_lua_error(capture);
	file = tshark(capture,
		      "-T fields -E separator=';' -e frame.number -e hpim.malformed -e hpim.cut");
	for (size_t i = 0; i < count; i++) {
		char want[32];

		line = line_next(file);
		(void)snprintf(want, sizeof(want), "%zu;;", i + 1);
		cr_expect(strncmp(line, want, strlen(want)) == 0 && strlen(line) > strlen(want),
			  "packet %zu: %s", i + 1, line);
	}
	cr_assert_eq(fclose(file), 0);
	json_object_put(vectors);
}

/* ---- captures ---- */

static void vector_capture(const char *name, char *path, size_t room)
{
	const char *vectors = getenv("HPIM_TEST_VECTORS");

	(void)snprintf(path, room, "%s/captures/%s.pcap", vectors ? vectors : "tests/vectors",
		       name);
}

/* What tshark prints of a capture is this text. */
static void expect_output(const char *name, const char *options, const char *want)
{
	char path[512], text[TEXT_MAX];
	FILE *answer;
	size_t len;

	vector_capture(name, path, sizeof(path));
	answer = tshark(path, options);
	len = fread(text, 1, sizeof(text) - 1, answer);
	text[len] = '\0';
	cr_assert_eq(fclose(answer), 0);
	cr_expect_str_eq(text, want, "%s %s", name, options);
}

Test(wireshark, captures_of_the_reference_have_nothing_malformed)
{
	static const char *const names[] = {
		"01-sync-no-trees",     "02-sync-with-trees",           "03-tree-interest",
		"04-interface-removal", "04b-source-interface-removal", "04c-router-stop",
		"05-hmac-sha256",       "05c-hmac-wrong-key",           "06-retransmit-no-ack",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		expect_output(names[i],
			      "-Y '_ws.malformed || _ws.expert.severity >= warning || "
			      "(ip.proto == 103 && !hpim-dm)'",
			      "");
	}
}

Test(wireshark, saved_filters_go_on_working)
{
	expect_output("03-tree-interest",
		      "-Y 'hpim.options.tree_source==10.1.0.100 && hpim.type==2' -T fields -e "
		      "frame.number",
		      "1\n");
	expect_output("03-tree-interest",
		      "-Y 'hpim.options.tree_group_v6==ff0e::3:1 && hpim.type==I_AM_UPSTREAM' "
		      "-T fields -e frame.number",
		      "7\n");
	expect_output("05-hmac-sha256",
		      "-c 1 -Y 'hpim-dm && hpim.security_id==7' -T fields "
		      "-e hpim.security_length -e _ws.col.Protocol",
		      "32\tHPIM-DM\n");
}

Test(wireshark, the_summary_is_a_sentence)
{
	expect_output("03-tree-interest", "-c 3 -T fields -e _ws.col.Info",
		      "I_AM_UPSTREAM (10.1.0.100, 239.3.0.1), SN 2, metric 2/0\n"
		      "ACK (10.1.0.100, 239.3.0.1), of SN 2\n"
		      "INTEREST (10.1.0.100, 239.3.0.1), SN 2\n");
	expect_output("02-sync-with-trees", "-c 3 -T fields -e _ws.col.Info",
		      "HELLO hold time 40 s, CheckpointSN 0\n"
		      "SYNC SyncSN 0, master, more, 3 trees\n"
		      "SYNC SyncSN 0, slave\n");
	expect_output("04c-router-stop", "-Y hpim.leaving -T fields -e _ws.col.Info",
		      "HELLO leaving\nHELLO leaving\n");
}

/* A request that was sent again is answered where its last transmission was. */
Test(wireshark, requests_and_answers_are_linked)
{
	expect_output("06-retransmit-no-ack",
		      "-2 -Y 'frame.number<=8' -T fields -E separator=';' -e frame.number -e "
		      "hpim.response_in "
		      "-e hpim.response_to -e hpim.response_time -e hpim.retransmission_of",
		      "1;2;;;\n2;;1;0.009449000;\n3;4;;;\n4;;3;0.000407000;\n5;;;;\n"
		      "6;7;;;1\n7;;6;0.000636000;\n8;9;;;1\n");
	expect_output("02-sync-with-trees",
		      "-2 -Y 'frame.number<=5' -T fields -E separator=';' -e frame.number -e "
		      "hpim.response_in "
		      "-e hpim.response_to",
		      "1;;\n2;3;\n3;;2\n4;5;\n5;;4\n");
}

/* ---- others on the same protocol number ---- */

static void pcap_add_hex(FILE *file, enum ip_family family, const char *hex)
{
	struct vector_bytes in = vector_hex(hex);

	pcap_add(file, family, in.b, in.len, in.len);
}

Test(wireshark, pim_is_left_to_its_own_dissector)
{
	FILE *file = pcap_new();

	pcap_add_hex(file, IP_FAMILY_4, "2000757a000100020069001400041234567800150004013c0000");
	pcap_add_hex(file, IP_FAMILY_6, "20007767000100020069001400041234567800150004013c0000");
	pcap_add_hex(file, IP_FAMILY_6, "2000757a000100020069001400041234567800150004013c0000");
	/* A Hello of HPIM-DM whose BootTime is of 1987. */
	pcap_add_hex(file, IP_FAMILY_4, "2000757a000000000001000200280002000400000000");
	cr_assert_eq(fclose(file), 0);
	expect_no_lua_error(capture);
	file = tshark(capture,
		      "-T fields -e _ws.col.Protocol -E separator=';' -e pim.type -e hpim.type");
	cr_expect_str_eq(line_next(file), "PIMv2;0;");
	cr_expect_str_eq(line_next(file), "PIMv2;0;");
	cr_expect_str_eq(line_next(file), "PIMv2;0;");
	cr_expect_str_eq(line_next(file), "HPIM-DM;;0");
	cr_assert_eq(fclose(file), 0);
}
