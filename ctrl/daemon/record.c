// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recording what happens to the core, for hpimsim to play again. See core/history.h.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/history.h"
#include "daemon/record.h"

struct record {
	FILE *file;
	uint8_t bytes[HISTORY_EVENT_MAX];
};

static int put(struct record *record, const struct writer *out)
{
	errno = 0;
	if (fwrite(record->bytes, 1, wr_len(out), record->file) != wr_len(out) ||
	    fflush(record->file) != 0)
		return errno ? -errno : -EIO;
	return 0;
}

int record_open(const char *path, const struct core_limits *limits, struct record **ret_record)
{
	struct record *record = calloc(1, sizeof(*record));
	struct writer out;
	int err;

	if (!record)
		return -ENOMEM;
	record->file = fopen(path, "we");
	if (!record->file) {
		err = -errno;
		free(record);
		return err;
	}
	out = writer_over(record->bytes, sizeof(record->bytes));
	history_write_start(&out, limits);
	err = put(record, &out);
	if (err)
		record_close(record);
	else
		*ret_record = record;
	return err;
}

void record_close(struct record *record)
{
	if (!record)
		return;
	(void)fclose(record->file); /* every event was flushed, and its error seen */
	free(record);
}

int record_event(struct record *record, const struct history_event *event)
{
	struct writer out = writer_over(record->bytes, sizeof(record->bytes));

	if (!history_can_keep(&event->event))
		return 0;
	history_write(&out, event);
	assert(!out.bad); /* the longest packet fits */
	return put(record, &out);
}
