/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines for the log. */
#include "dplane/backend.h"

#include <stdarg.h>
#include <stdio.h>

void dplane_log(const struct dplane_config *config, enum note_level level, const char *format, ...)
{
	char line[256];
	va_list args;

	if (!config->log)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args); /* a cut line is better than none */
	va_end(args);
	config->log(config->ctx, level, line);
}
