// SPDX-License-Identifier: GPL-2.0-only
/*
 * Levels of the log, for each module: what a note is about, not which file made it.
 */
#include <stddef.h>
#include <string.h>

#include "daemon/log_level.h"

enum module {
	MODULE_DAEMON, /* interfaces, configuration, what is no note */
	MODULE_PACKETS,
	MODULE_NEIGHBORS,
	MODULE_TREES,
	MODULE_GROUPS,
	MODULE_COUNT,
};

static const char *const module_names[MODULE_COUNT] = {
	[MODULE_DAEMON] = "daemon", [MODULE_PACKETS] = "packets", [MODULE_NEIGHBORS] = "neighbors",
	[MODULE_TREES] = "trees",   [MODULE_GROUPS] = "groups",
};

static const char *const level_names[] = { "debug", "info", "warning" };

static enum note_level least[MODULE_COUNT] = { NOTE_INFO, NOTE_INFO, NOTE_INFO, NOTE_INFO,
					       NOTE_INFO };

static enum module module_of(const struct core_note *note)
{
	switch (note->code) {
	case NOTE_PACKET_BAD:
	case NOTE_PACKET_FOREIGN:
	case NOTE_PACKET_UNSIGNED:
	case NOTE_PACKET_SOURCE:
	case NOTE_PACKET_TTL:
	case NOTE_PACKET_DESTINATION:
	case NOTE_PACKET_STRANGER:
	case NOTE_PACKET_STATION:
	case NOTE_PACKET_HPIM:
	case NOTE_PIM_REFUSED: return MODULE_PACKETS;
	case NOTE_NEIGHBOR_NEW:
	case NOTE_NEIGHBOR_STATE:
	case NOTE_NEIGHBOR_GONE:
	case NOTE_NEIGHBOR_LIMIT:
	case NOTE_NEIGHBOR_UNANSWERED:
	case NOTE_NEIGHBOR_CLAIM:
	case NOTE_NEIGHBOR_RESTARTED:
	case NOTE_PIM_CHECKSUM: return MODULE_NEIGHBORS;
	case NOTE_TREE_STATE:
	case NOTE_TREE_LIMIT:
	case NOTE_LINK_TREE_LIMIT:
	case NOTE_TREE_EVICTED:
	case NOTE_ASSERT:
	case NOTE_RPF_LIMIT:
	case NOTE_UNWANTED_EVICTED:
	case NOTE_UNWANTED_REFUSED:
	case NOTE_GRAFT_UNANSWERED: return MODULE_TREES;
	case NOTE_QUERIER:
	case NOTE_QUERIER_VERSION:
	case NOTE_GROUP_JOINED:
	case NOTE_GROUP_LEFT:
	case NOTE_GROUP_LIMIT:
	case NOTE_SOURCE_LIMIT:
	case NOTE_GM_REFUSED: return MODULE_GROUPS;
	default: return MODULE_DAEMON;
	}
}

const char *log_level_name(enum note_level level)
{
	return level_names[level];
}

/* Return: the index of a word, @count: it is none of them. */
static unsigned int find(const char *const names[], unsigned int count, const char *name)
{
	unsigned int at = 0;

	while (at < count && strcmp(names[at], name) != 0)
		at++;
	return at;
}

bool log_level_set(const char *level, const char *module)
{
	unsigned int is = find(level_names, NOTE_WARN + 1, level);
	unsigned int only = module ? find(module_names, MODULE_COUNT, module) : 0;

	if (is > NOTE_WARN || only == MODULE_COUNT)
		return false;
	for (unsigned int i = 0; i < MODULE_COUNT; i++)
		if (!module || i == only)
			least[i] = (enum note_level)is;
	return true;
}

bool log_level_is_logged(enum note_level level, const struct core_note *note)
{
	return level >= least[note ? module_of(note) : MODULE_DAEMON];
}
