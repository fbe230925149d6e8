// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log: notes of the core in words. Each line says what, which, why, and what happens now.
 */
#include <assert.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/addr_text.h"
#include "base/utf8.h"
#include "core/core.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "daemon/log.h"
#include "daemon/log_level.h"
#include "daemon/port.h"
#include "io/loop.h"

static bool to_stderr = true;

/* Its lines explain a refusal that the daemon puts into its own words as well. */
__attribute__((format(printf, 2, 0))) static int log_libbpf(enum libbpf_print_level level,
							    const char *format, va_list args)
{
	char line[512];
	int len = vsnprintf(line, sizeof(line), format, args);

	line[strcspn(line, "\n")] = '\0';
	if (level != LIBBPF_DEBUG)
		log_line(level == LIBBPF_WARN ? NOTE_INFO : NOTE_DEBUG, line);
	return len;
}

void log_open(const struct daemon_options *options)
{
	(void)libbpf_set_print(log_libbpf); /* the former one wrote to standard error */
	to_stderr = options->is_foreground;
	(void)log_level_set(options->is_verbose ? "debug" : "info", NULL); /* both are known */
	if (to_stderr)
		journal_open(options->instance);
	if (!to_stderr)
		openlog("hpimd", LOG_PID, LOG_DAEMON);
}

/* @note: NULL: the line is about none. */
static void put_line(enum note_level level, const char *line, const struct daemon *daemon,
		     const struct core_note *note)
{
	static const int priorities[] = { LOG_DEBUG, LOG_INFO, LOG_WARNING };
	char text[1024];

	if (!log_level_is_logged(level, note))
		return;
	(void)snprintf(text, sizeof(text), "%s", line); /* cut short it still helps */
	utf8_repair(text);
	if (!to_stderr)
		syslog(priorities[level], "%s", text);
	else if (!journal_send(priorities[level], text, daemon, note))
		(void)fprintf(stderr, "hpimd: %s: %s\n", log_level_name(level),
			      text); /* nowhere to say so */
}

void log_line(enum note_level level, const char *line)
{
	put_line(level, line, NULL, NULL);
}

void log_format(enum note_level level, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* a line may be cut */
	va_end(args);
	log_line(level, line);
}

static const char *protocol_name(uint32_t family, uint32_t proto)
{
	if (proto == PROTO_HPIM)
		return family == IP_FAMILY_4 ? "HPIM-DM for IPv4" : "HPIM-DM for IPv6";
	if (proto == PROTO_PIMDM)
		return family == IP_FAMILY_4 ? "PIM-DM for IPv4" : "PIM-DM for IPv6";
	return family == IP_FAMILY_4 ? "IGMP" : "MLD";
}

static const char *state_name(uint32_t state)
{
	static const char *const names[SYNC_STATE_COUNT] = {
		[SYNC_UNKNOWN] = "unknown",
		[SYNC_MASTER] = "master: it leads the synchronization",
		[SYNC_SLAVE] = "slave: we lead the synchronization",
		[SYNC_SYNCED] = "synced",
	};

	return state < SYNC_STATE_COUNT ? names[state] : "?";
}

static const char *gone_reason(uint32_t reason)
{
	switch (reason) {
	case GONE_SILENT: return "its hold time ended";
	case GONE_GOODBYE: return "it said goodbye";
	case GONE_NO_ACK: return "it did not acknowledge";
	case GONE_EVICTED: return "others need the place";
	case GONE_CLEARED: return "it was cleared by 'clear neighbor'";
	default: return "the protocol ended on the interface";
	}
}

/* What of a message of IGMP or MLD did not count. */
static const char *gm_refusal(uint32_t reason)
{
	switch (reason) {
	case GM_REFUSED_DESTINATION: return "message dropped: it is to no address of this router";
	case GM_REFUSED_SOURCE:
		return "message dropped: its source is outside the subnets of the interface, or "
		       "this router's own";
	case GM_REFUSED_HOP_LIMIT: return "message dropped: its hop limit is not 1";
	case GM_REFUSED_ROUTER_ALERT: return "message dropped: it lacks Router Alert";
	case GM_REFUSED_RECORD: return "record skipped: its group or a source cannot be one";
	case GM_REFUSED_SSM:
		return "report ignored: it names no source of an SSM group; 'attach IFACE "
		       "ssm-any-source' makes it count";
	case GM_REFUSED_NUMBERS:
		return "query limited: its robustness or its interval is out of bounds";
	default: return "message dropped";
	}
}

/* Why a message of PIM-DM did not count. */
static const char *pim_refusal(uint32_t reason)
{
	static const char *const names[PIMDM_REFUSAL_COUNT] = {
		[PIMDM_REFUSED_TYPE] = "dense mode has no messages of its type",
		[PIMDM_REFUSED_CHECKSUM] = "its checksum is wrong",
		[PIMDM_REFUSED_SOURCE] = "no neighbor has this address",
		[PIMDM_REFUSED_DESTINATION] =
			"messages of its type are not sent to this destination",
		[PIMDM_REFUSED_STRANGER] = "it has sent no Hello yet; it will be a neighbor then",
		[PIMDM_REFUSED_SHORT] = "it ends within a field",
		[PIMDM_REFUSED_OPTION] = "an option of its Hello has a wrong length",
		[PIMDM_REFUSED_ADDRESS] = "an address in it has another family, form or kind",
		[PIMDM_REFUSED_REFRESH] = "State Refresh is off on this interface",
	};

	return reason < PIMDM_REFUSAL_COUNT && names[reason] ? names[reason] : "?";
}

/* In which form IPv6 messages of PIM-DM go. */
static const char *checksum_state(uint32_t state)
{
	static const char *const names[PIMDM_CHECKSUM_STATE_COUNT] = {
		[PIMDM_CHECKSUM_RFC] = "no neighbor needs the legacy checksum any longer; messages "
				       "have that of the RFC again",
		[PIMDM_CHECKSUM_LEGACY] =
			"sends the legacy checksum, without the pseudo-header; so "
			"does this router from now on",
		[PIMDM_CHECKSUM_MIXED] = "keeps to the checksum of the RFC, others to the legacy "
					 "one: not all of this link can work together",
	};

	return state < PIMDM_CHECKSUM_STATE_COUNT ? names[state] : "?";
}

static const char *tree_state_name(uint32_t state)
{
	static const char *const names[] = { "inactive", "unsure", "active" };

	return state < 3 ? names[state] : "?";
}

/* Notes about a control packet that was refused. */
static void packet_note(const struct core_note *note, const char *link, const char *a, char *line,
			size_t room)
{
	switch (note->code) {
	case NOTE_PACKET_BAD:
		(void)snprintf(line, room, "%s: packet of %u bytes from %s is malformed; dropped",
			       link, note->v[1], a);
		break;
	case NOTE_PACKET_FOREIGN:
		(void)snprintf(line, room,
			       "%s: PIM packet from %s dropped: this interface runs HPIM-DM; later "
			       "ones are only counted",
			       link, a);
		break;
	case NOTE_PACKET_HPIM:
		(void)snprintf(line, room,
			       "%s: HPIM-DM packet from %s dropped: this interface runs PIM-DM; "
			       "later ones are only counted",
			       link, a);
		break;
	case NOTE_PIM_REFUSED:
		(void)snprintf(line, room, "%s: PIM packet from %s dropped: %s", link, a,
			       pim_refusal(note->v[0]));
		break;
	case NOTE_PACKET_UNSIGNED:
		(void)snprintf(line, room, "%s: packet from %s dropped: no key fits its signature",
			       link, a);
		break;
	case NOTE_PACKET_SOURCE:
		(void)snprintf(line, room,
			       "%s: HPIM-DM packet from %s dropped: no neighbor has this address: "
			       "it is not of a subnet of the interface, or our own",
			       link, a);
		break;
	case NOTE_PACKET_TTL:
		(void)snprintf(line, room,
			       "%s: HPIM-DM packet from %s dropped: its TTL is not 1, so it may "
			       "have been forwarded",
			       link, a);
		break;
	case NOTE_PACKET_DESTINATION:
		(void)snprintf(line, room,
			       "%s: HPIM-DM packet from %s dropped: messages of its type are not "
			       "sent to this destination",
			       link, a);
		break;
	case NOTE_PACKET_STRANGER:
		(void)snprintf(line, room,
			       "%s: HPIM-DM packet from %s to this router alone dropped: it is no "
			       "neighbor; it will be with its next Hello",
			       link, a);
		break;
	case NOTE_PACKET_STATION:
		(void)snprintf(line, room,
			       "%s: HPIM-DM packet from %s dropped: it came from another "
			       "link-layer address than the neighbor's Hellos",
			       link, a);
		break;
	case NOTE_GM_REFUSED:
		(void)snprintf(line, room, "%s: IGMP or MLD of %s: %s", link, a,
			       gm_refusal(note->v[0]));
		break;
	default: line[0] = '\0';
	}
}

/* Notes about an interface or a neighbor. */
static void link_note(const struct core_note *note, const char *link, const char *a, char *line,
		      size_t room)
{
	switch (note->code) {
	case NOTE_LINK_ON:
		(void)snprintf(line, room, "%s: %s runs", link,
			       protocol_name(note->v[0], note->v[1]));
		break;
	case NOTE_LINK_OFF:
		(void)snprintf(line, room, "%s: %s ended", link,
			       protocol_name(note->v[0], note->v[1]));
		break;
	case NOTE_LINK_NO_ADDR:
		(void)snprintf(line, room, "%s: %s waits for an address to speak from", link,
			       protocol_name(note->v[0], note->v[1]));
		break;
	case NOTE_NEIGHBOR_NEW: (void)snprintf(line, room, "%s: new neighbor %s", link, a); break;
	case NOTE_NEIGHBOR_STATE:
		(void)snprintf(line, room, "%s: neighbor %s is %s", link, a,
			       state_name(note->v[0]));
		break;
	case NOTE_NEIGHBOR_GONE:
		(void)snprintf(line, room, "%s: neighbor %s removed: %s", link, a,
			       gone_reason(note->v[0]));
		break;
	case NOTE_NEIGHBOR_UNANSWERED:
		(void)snprintf(line, room, "%s: neighbor %s removed: %s; it was never synced", link,
			       a, gone_reason(note->v[0]));
		break;
	case NOTE_NEIGHBOR_CLAIM:
		(void)snprintf(line, room,
			       "%s: a router that does not answer speaks as neighbor %s with "
			       "BootTime %u; not believed, the neighbor with BootTime %u stays; "
			       "keys prevent this",
			       link, a, note->v[1], note->v[0]);
		break;
	case NOTE_NEIGHBOR_LIMIT:
		(void)snprintf(line, room,
			       "%s: neighbor %s refused: the limit is %u; others may be "
			       "refused without a line until one leaves",
			       link, a, note->v[0]);
		break;
	case NOTE_PIM_CHECKSUM:
		(void)snprintf(line, room, "%s: PIM-DM for IPv6: neighbor %s: %s", link, a,
			       checksum_state(note->v[0]));
		break;
	case NOTE_NEIGHBOR_RESTARTED:
		(void)snprintf(line, room, "%s: neighbor %s has restarted", link, a);
		break;
	case NOTE_SN_EXHAUSTED:
		(void)snprintf(line, room, "%s: sequence numbers used up; BootTime is now %u", link,
			       note->v[0]);
		break;
	default: line[0] = '\0';
	}
}

/* Notes about a tree or a group for which there was no room. */
static void limit_note(const struct core_note *note, const char *link, const char *a, const char *b,
		       char *line, size_t room)
{
	switch (note->code) {
	case NOTE_TREE_LIMIT:
		(void)snprintf(line, room,
			       "(%s, %s) refused: the limit is %u trees; others may be "
			       "refused without a line until one ends",
			       a, b, note->v[0]);
		break;
	case NOTE_LINK_TREE_LIMIT:
		(void)snprintf(line, room,
			       "%s: (%s, %s) refused: the limit is %u trees that this interface "
			       "brings; others may be refused without a line until one ends",
			       link, a, b, note->v[0]);
		break;
	case NOTE_UNWANTED_EVICTED:
		(void)snprintf(line, room,
			       "%s: (%s, %s) forgotten: unwanted data fills its part of "
			       "the table, and the oldest gives way",
			       link, a, b);
		break;
	case NOTE_TREE_EVICTED:
		(void)snprintf(line, room,
			       "%s: (%s, %s) forgotten: the table is full, and a neighbor "
			       "announces more than any other of what no one here asked for",
			       link, a, b);
		break;
	case NOTE_GRAFT_UNANSWERED:
		(void)snprintf(line, room,
			       "%s: (%s, %s): %u Grafts without an answer; they go on, but more "
			       "rarely",
			       link, a, b, note->v[0]);
		break;
	case NOTE_UNWANTED_REFUSED:
		(void)snprintf(line, room,
			       "%s: data to (%s, %s) refused: the source or the interface brings "
			       "too much unwanted data",
			       link, a, b);
		break;
	case NOTE_GROUP_LIMIT:
		(void)snprintf(line, room, "%s: group %s refused: the limit is %u groups", link, b,
			       note->v[0]);
		break;
	case NOTE_SOURCE_LIMIT:
		(void)snprintf(line, room,
			       "%s: source %s of group %s refused: the limit is %u sources", link,
			       a, b, note->v[0]);
		break;
	case NOTE_NO_MEMORY:
		(void)snprintf(line, room, "%s: (%s, %s) refused: no memory", link, a, b);
		break;
	case NOTE_RPF_LIMIT:
		(void)snprintf(line, room, "source %s refused: the limit is %u", a, note->v[0]);
		break;
	default: line[0] = '\0';
	}
}

/* Notes about a tree or a group. */
static void tree_note(const struct core_note *note, const char *link, const char *a, const char *b,
		      char *line, size_t room)
{
	switch (note->code) {
	case NOTE_TREE_STATE:
		(void)snprintf(line, room, "(%s, %s): tree is %s", a, b,
			       tree_state_name(note->v[0]));
		break;
	case NOTE_ASSERT:
		(void)snprintf(line, room, "(%s, %s): assert on %s is %s", a, b, link,
			       note->v[0] ? "won" : "lost");
		break;
	case NOTE_QUERIER:
		(void)snprintf(line, room, "%s: querier is %s%s", link, a,
			       note->v[0] ? ", this router" : "");
		break;
	case NOTE_GROUP_JOINED:
		(void)snprintf(line, room, "%s: group %s has members; %s reported first", link, b,
			       a);
		break;
	case NOTE_GROUP_LEFT:
		(void)snprintf(line, room, "%s: group %s has no members left", link, b);
		break;
	case NOTE_QUERIER_VERSION:
		(void)snprintf(line, room,
			       "%s: %s sends queries of version %u, this router of version "
			       "%u; set one version for all routers of the link",
			       link, a, note->v[0], note->v[1]);
		break;
	default: limit_note(note, link, a, b, line, room);
	}
}

/* So many lines of a kind in so many seconds; 0: as many as there are. */
struct line_limit {
	unsigned int lines, seconds;
};

/*
 * Hosts can cause these with each packet they send, and shall not fill the log; `hpimctl show
 * counters` knows how many refusals there were.
 */
static struct line_limit line_limit(const struct core_note *note)
{
	static const struct line_limit none = { 0, 0 }, one = { 1, 1 }, twenty = { 20, 1 },
				       one_a_minute = { 1, 60 }, twenty_a_minute = { 20, 60 };

	if (note->level == NOTE_DEBUG)
		return none;
	switch (note->code) {
	case NOTE_PACKET_SOURCE:
	case NOTE_PACKET_TTL:
	case NOTE_PACKET_DESTINATION:
	case NOTE_PACKET_STRANGER:
	case NOTE_PACKET_STATION:
	case NOTE_NEIGHBOR_CLAIM: return one_a_minute;
	case NOTE_NEIGHBOR_NEW:
	case NOTE_NEIGHBOR_RESTARTED:
	case NOTE_PIM_CHECKSUM:
	case NOTE_NEIGHBOR_UNANSWERED: return twenty_a_minute;
	case NOTE_PACKET_BAD:
	case NOTE_PACKET_FOREIGN:
	case NOTE_PACKET_HPIM:
	case NOTE_PIM_REFUSED:
	case NOTE_PACKET_UNSIGNED:
	case NOTE_GM_REFUSED:
	case NOTE_NEIGHBOR_LIMIT:
	case NOTE_TREE_LIMIT:
	case NOTE_LINK_TREE_LIMIT:
	case NOTE_UNWANTED_EVICTED:
	case NOTE_UNWANTED_REFUSED:
	case NOTE_TREE_EVICTED:
	case NOTE_GRAFT_UNANSWERED:
	case NOTE_GROUP_LIMIT:
	case NOTE_SOURCE_LIMIT:
	case NOTE_NO_MEMORY: return one;
	case NOTE_TREE_STATE:
	case NOTE_ASSERT:
	case NOTE_QUERIER:
	case NOTE_GROUP_JOINED:
	case NOTE_GROUP_LEFT: return twenty;
	default: return none;
	}
}

/* A span of time, and the lines of one kind in it. */
struct line_span {
	hp_time ends_at;
	unsigned int lines, left_out;
};

/* What was left out of a span is logged before the next line of its kind. */
static bool is_left_out(const struct core_note *note)
{
	static struct line_span spans[NOTE_CODE_COUNT];
	struct line_span *span = &spans[note->code];
	struct line_limit limit = line_limit(note);
	hp_time now = loop_now();

	if (!limit.lines)
		return false;
	if (now >= span->ends_at) {
		if (span->left_out)
			log_format(note->level, "%u more lines such as the next one were left out",
				   span->left_out);
		span->ends_at = now + HP_SEC(limit.seconds);
		span->lines = span->left_out = 0;
	}
	if (span->lines == limit.lines) {
		span->left_out++;
		return true;
	}
	span->lines++;
	return false;
}

void log_note_line(const struct daemon *daemon, const struct core_note *note, char *line,
		   size_t room)
{
	struct addr_text a = ip_addr_text(&note->a), b = ip_addr_text(&note->b);
	const char *link = port_name(daemon, note->link);

	link_note(note, link, a.s, line, room);
	if (!line[0])
		packet_note(note, link, a.s, line, room);
	if (!line[0])
		tree_note(note, link, a.s, b.s, line, room);
	assert(line[0]); /* every code has words */
}

const char *log_note_state(const struct core_note *note)
{
	static const char *const sync_names[SYNC_STATE_COUNT] = { "unknown", "master", "slave",
								  "synced" };

	switch (note->code) {
	case NOTE_LINK_ON:
	case NOTE_LINK_OFF:
	case NOTE_LINK_NO_ADDR: return protocol_name(note->v[0], note->v[1]);
	case NOTE_NEIGHBOR_STATE: return sync_names[note->v[0]];
	case NOTE_TREE_STATE: return tree_state_name(note->v[0]);
	case NOTE_ASSERT: return note->v[0] ? "won" : "lost";
	default: return NULL;
	}
}

void log_note(const struct daemon *daemon, const struct core_note *note)
{
	char line[256];

	if (is_left_out(note))
		return;
	log_note_line(daemon, note, line, sizeof(line));
	put_line(note->level, line, daemon, note);
}
