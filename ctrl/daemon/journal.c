// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of the log as entries of journald, with what they are about as fields. Source:
 * systemd.exec(5), $JOURNAL_STREAM; systemd.journal-fields(7).
 */
#define SD_JOURNAL_SUPPRESS_LOCATION /* where in the sources does not concern operators */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "core/note.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "daemon/port.h"

#define FIELDS_MAX 10u
#define FIELD_LEN  1100u /* a line of the log and its name */

static const char *journal_instance; /* NULL: no journald */

/**
 * struct kind - What is in an entry besides the words.
 * @event: what happened, for HPIM_EVENT.
 * @a, @b: fields for the two addresses; NULL: the note has no such address.
 * @id:    MESSAGE_ID, of what an operator may want to find or to be called for; never changes.
 */
struct kind {
	const char *event, *a, *b, *id;
};

#define NEIGHBOR "HPIM_NEIGHBOR"
#define ADDRESS  "HPIM_ADDRESS"
#define SOURCE   "HPIM_SOURCE"
#define GROUP    "HPIM_GROUP"

static const struct kind kinds[NOTE_CODE_COUNT] = {
	[NOTE_LINK_ON] = { "protocol-on", NULL, NULL, "fb431b285e6f41b2b6e0627bc671de73" },
	[NOTE_LINK_OFF] = { "protocol-off", NULL, NULL, "ce006e7711964296ac01c90377ef7924" },
	[NOTE_LINK_NO_ADDR] = { "protocol-without-address", NULL, NULL,
				"0099d76777234468a93d30f81b0a53bd" },
	[NOTE_PACKET_BAD] = { "packet-malformed", ADDRESS, NULL, NULL },
	[NOTE_PACKET_FOREIGN] = { "packet-of-pim", ADDRESS, NULL, NULL },
	[NOTE_NEIGHBOR_NEW] = { "neighbor-new", NEIGHBOR, NULL,
				"5d7639df640947b3aad4efbf21d03e51" },
	[NOTE_NEIGHBOR_STATE] = { "neighbor-state", NEIGHBOR, NULL,
				  "2d11ea48368b4de987b510aa517cdf2f" },
	[NOTE_NEIGHBOR_GONE] = { "neighbor-gone", NEIGHBOR, NULL,
				 "1c9a26a85e3f43ee83eb809dc2d072f7" },
	[NOTE_NEIGHBOR_LIMIT] = { "neighbor-limit", NEIGHBOR, NULL,
				  "1f41259d798d4c829d3c8720af47f27a" },
	[NOTE_TREE_STATE] = { "tree-state", SOURCE, GROUP, NULL },
	[NOTE_TREE_LIMIT] = { "tree-limit", SOURCE, GROUP, "3a2528b7f1c2428db1a2787d16974418" },
	[NOTE_LINK_TREE_LIMIT] = { "interface-tree-limit", SOURCE, GROUP,
				   "b7b0f496e41d46458e16096a192e5818" },
	[NOTE_ASSERT] = { "assert", SOURCE, GROUP, NULL },
	[NOTE_QUERIER] = { "querier", ADDRESS, NULL, "49a25e8fa8d144bca041d705e7c1cd30" },
	[NOTE_GROUP_JOINED] = { "group-joined", ADDRESS, GROUP, NULL },
	[NOTE_GROUP_LEFT] = { "group-left", NULL, GROUP, NULL },
	[NOTE_GROUP_LIMIT] = { "group-limit", NULL, GROUP, "eb75dcb0aed94eb293e20d4c46123488" },
	[NOTE_RPF_LIMIT] = { "source-limit", SOURCE, NULL, "ee406e7438304264955b041a433b5d0b" },
	[NOTE_SN_EXHAUSTED] = { "sequence-numbers-used-up", NULL, NULL,
				"df74bd0250164ed18301a76b3d58260e" },
	[NOTE_PACKET_UNSIGNED] = { "packet-unsigned", ADDRESS, NULL,
				   "87050c46d0634bd8921a3f0a957aed6a" },
	[NOTE_SOURCE_LIMIT] = { "source-limit-of-group", SOURCE, GROUP,
				"a2244ecb08fb4547b305210398b0b82e" },
	[NOTE_QUERIER_VERSION] = { "querier-version", ADDRESS, NULL,
				   "69892c8148f646b8a564fcfe8ca1ebff" },
	[NOTE_UNWANTED_EVICTED] = { "unwanted-evicted", SOURCE, GROUP, NULL },
	[NOTE_UNWANTED_REFUSED] = { "unwanted-refused", SOURCE, GROUP, NULL },
	[NOTE_GM_REFUSED] = { "membership-refused", ADDRESS, NULL, NULL },
	[NOTE_NO_MEMORY] = { "no-memory", SOURCE, GROUP, "1ed0bba042c442b4ac2c8c5d3ddcf709" },
	[NOTE_GRAFT_UNANSWERED] = { "graft-unanswered", SOURCE, GROUP, NULL },
	[NOTE_TREE_EVICTED] = { "tree-evicted", SOURCE, GROUP, NULL },
	[NOTE_PACKET_SOURCE] = { "packet-source", ADDRESS, NULL, NULL },
	[NOTE_PACKET_TTL] = { "packet-ttl", ADDRESS, NULL, NULL },
	[NOTE_PACKET_DESTINATION] = { "packet-destination", ADDRESS, NULL, NULL },
	[NOTE_PACKET_STRANGER] = { "packet-stranger", ADDRESS, NULL, NULL },
	[NOTE_PACKET_STATION] = { "packet-station", NEIGHBOR, NULL, NULL },
	[NOTE_NEIGHBOR_UNANSWERED] = { "neighbor-unanswered", NEIGHBOR, NULL, NULL },
	[NOTE_NEIGHBOR_CLAIM] = { "neighbor-claim", NEIGHBOR, NULL,
				  "a03cc1ad203b4de59ac0f6fa46c6ecf9" },
	[NOTE_NEIGHBOR_RATE] = { "neighbor-rate", NULL, NULL, NULL },
	[NOTE_HELLO_REPLAYED] = { "hello-replayed", NULL, NULL, NULL },
	[NOTE_POLICY_FLOW] = { "policy-flow", NULL, NULL, NULL },
	[NOTE_POLICY_TREE] = { "policy-tree", NULL, NULL, NULL },
	[NOTE_PACKET_HPIM] = { "packet-of-hpim", ADDRESS, NULL, NULL },
	[NOTE_PIM_REFUSED] = { "pim-refused", ADDRESS, NULL, NULL },
	[NOTE_PIM_CHECKSUM] = { "pim-checksum", NEIGHBOR, NULL, NULL },
	[NOTE_NEIGHBOR_RESTARTED] = { "neighbor-restarted", NEIGHBOR, NULL, NULL },
};

void journal_open(const char *instance)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat stat;

	journal_instance = NULL;
	if (stream && sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) == 2 &&
	    fstat(STDERR_FILENO, &stat) == 0 && stat.st_dev == device && stat.st_ino == inode)
		journal_instance = instance;
}

/* struct entry - Fields as journald takes them: NAME=VALUE. */
struct entry {
	char text[FIELDS_MAX][FIELD_LEN];
	struct iovec fields[FIELDS_MAX];
	int count;
};

static void put(struct entry *entry, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct entry *entry, const char *format, ...)
{
	char *text = entry->text[entry->count];
	va_list args;
	int len;

	assert(entry->count < (int)FIELDS_MAX);
	va_start(args, format);
	len = vsnprintf(text, FIELD_LEN, format, args);
	va_end(args);
	assert(len >= 0 && len < (int)FIELD_LEN);
	entry->fields[entry->count++] = (struct iovec){ text, (size_t)len };
}

static void put_addr(struct entry *entry, const char *name, const struct ip_addr *addr)
{
	if (name && ip_addr_is_set(addr))
		put(entry, "%s=%s", name, ip_addr_text(addr).s);
}

static void put_note(struct entry *entry, const struct daemon *daemon, const struct core_note *note)
{
	const struct kind *kind = &kinds[note->code];

	put(entry, "HPIM_EVENT=%s", kind->event);
	if (kind->id)
		put(entry, "MESSAGE_ID=%s", kind->id);
	if (note->link != LINK_NONE)
		put(entry, "HPIM_INTERFACE=%s", port_name(daemon, note->link));
	put_addr(entry, kind->a, &note->a);
	put_addr(entry, kind->b, &note->b);
}

bool journal_send(int priority, const char *line, const struct daemon *daemon,
		  const struct core_note *note)
{
	struct entry entry = { .count = 0 };

	if (!journal_instance)
		return false;
	put(&entry, "MESSAGE=%s", line);
	put(&entry, "PRIORITY=%d", priority);
	put(&entry, "SYSLOG_IDENTIFIER=hpimd");
	put(&entry, "HPIM_INSTANCE=%s", journal_instance);
	if (note)
		put_note(&entry, daemon, note);
	return sd_journal_sendv(entry.fields, entry.count) >= 0;
}
