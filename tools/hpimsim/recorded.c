// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histories of real daemons, played again. What the daemon did is compared event by event.
 */
#include "hpimsim/recorded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/history.h"
#include "hpimsim/html_recorded.h"

struct player {
	struct core *core;
	struct html_recorded *html; /* NULL: no page is written */
	unsigned long events, differing;
	hp_time first_at, last_at;
	bool shows;
};

/* The whole file, or NULL with errno set. */
static uint8_t *load(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "re");
	uint8_t *bytes = NULL;
	size_t len = 0, room = 0;

	if (!file)
		return NULL;
	do {
		uint8_t *grown;

		room = room ? 2 * room : 65536;
		grown = realloc(bytes, room);
		if (!grown)
			break;
		bytes = grown;
		len += fread(bytes + len, 1, room - len, file);
	} while (len == room);
	(void)fclose(file); /* only read */
	*ret_len = len;
	return bytes;
}

static void play(struct player *player, const struct history_event *kept)
{
	static const char *const names[] = { "clock", "link",   "packet",  "rpf",
					     "data",  "config", "command", "stale" };
	uint64_t hash = HISTORY_HASH;
	const struct core_effect *effect;
	uint32_t count = 0;
	bool is_same;

	if (player->html)
		html_recorded_event(player->html, kept);
	core_handle(player->core, kept->now, &kept->event);
	while ((effect = core_effect_next(player->core))) {
		if (player->html)
			html_recorded_effect(player->html, effect);
		hash = history_effect_hash(hash, effect);
		count++;
	}
	is_same = hash == kept->effect_hash && count == kept->effect_count;
	if (player->html)
		html_recorded_done(player->html, player->core, is_same);
	if (!player->events++)
		player->first_at = kept->now;
	player->last_at = kept->now;
	player->differing += !is_same;
	if (player->shows || !is_same)
		printf("%12.6f %-7s %3u effects%s\n", (double)(kept->now - player->first_at) / 1e9,
		       names[kept->event.kind], count, is_same ? "" : ", not those of the daemon");
}

static int play_all(struct player *player, struct reader *in)
{
	struct history_event kept;
	int err;

	while (!(err = history_read(in, &kept))) {
		if (kept.now < player->last_at)
			return -EBADMSG; /* time only grows */
		play(player, &kept);
	}
	return err == -ENODATA ? 0 : err;
}

static int verdict(const struct player *player, const char *path, int err)
{
	printf("%s: %lu events in %.3f s, %lu with other effects than the daemon had\n", path,
	       player->events, (double)(player->last_at - player->first_at) / 1e9,
	       player->differing);
	if (!err)
		return player->differing ? 1 : 0;
	fprintf(stderr, "hpimsim: %s: cut off or not understood after %lu events\n", path,
		player->events);
	return 2;
}

/* Return: as recorded_play(). @html: takes what happened; NULL: it is only compared. */
static int play_bytes(const char *path, const uint8_t *bytes, size_t len, bool shows,
		      struct html_recorded *html)
{
	struct player player = { .shows = shows, .html = html };
	struct core_limits limits;
	struct reader in = reader_over(bytes, len);
	int err = history_read_start(&in, &limits);

	if (err)
		fprintf(stderr, "hpimsim: %s is no history of hpimd, or of another version\n",
			path);
	player.core = err ? NULL : core_new(&limits);
	err = player.core ? verdict(&player, path, play_all(&player, &in)) : 2;
	core_free(player.core);
	return err;
}

int recorded_play(const char *path, bool shows, struct html *page, enum ip_family family)
{
	struct html_recorded *html = page ? html_recorded_begin(path, family) : NULL;
	size_t len = 0;
	uint8_t *bytes = load(path, &len);
	int err = 2;

	if (bytes)
		err = play_bytes(path, bytes, len, shows, html);
	else
		fprintf(stderr, "hpimsim: %s: %s\n", path, strerror(errno));
	if (html)
		html_add(page, html_recorded_end(html));
	free(bytes);
	return err;
}
