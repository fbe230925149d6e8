// SPDX-License-Identifier: GPL-2.0-only
#include "hpimlab/shell.h"

#include <stdarg.h>
#include <stdlib.h>

bool shell_run(const char *format, ...)
{
	char *line;
	va_list args;
	int status;

	va_start(args, format);
	if (vasprintf(&line, format, args) < 0)
		abort();
	va_end(args);
	status = system(line); /* NOLINT: names come from the scenario's parser */
	free(line);
	return status == 0;
}

FILE *shell_open(void)
{
	return popen("sh -e", "we"); /* NOLINT: same */
}

bool shell_close(FILE *script)
{
	return pclose(script) == 0;
}
