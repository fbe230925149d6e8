// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histories that a daemon recorded, as hpimsim plays them: an event that is read is written to the
 * same event, byte for byte, and reading never gets behind the end.
 */
#include <stdlib.h>
#include <string.h>

#include "core/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t written(const struct history_event *event, uint8_t *room)
{
	struct writer out = writer_over(room, HISTORY_EVENT_MAX);

	history_write(&out, event);
	return wr_len(&out);
}

/* Bytes that stand for the same number may differ, so they are compared once both are ours. */
static void check_written(const struct history_event *event)
{
	static uint8_t first[HISTORY_EVENT_MAX], second[HISTORY_EVENT_MAX];
	size_t len = written(event, first);
	struct reader in = reader_over(first, len);
	struct history_event again;

	if (!history_can_keep(&event->event))
		return;
	if (history_read(&in, &again) || rd_left(&in) || written(&again, second) != len ||
	    memcmp(first, second, len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct reader in = reader_over(bytes, len);
	struct core_limits limits;
	struct history_event event;

	if (history_read_start(&in, &limits))
		return 0;
	while (history_read(&in, &event) == 0)
		check_written(&event);
	return 0;
}
