// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration file, ours and that of the Python implementation. What is read is written and
 * read again to the same; what is refused has a message with a line. The first bit of the input
 * chooses whether keys may have their secrets inline.
 */
#include <stdlib.h>
#include <string.h>

#include "config/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct seen {
	unsigned int errors;
};

static void count_errors(void *ctx, bool is_error, unsigned int line, unsigned int column,
			 const char *text)
{
	struct seen *seen = ctx;

	if (line == 0 || column == 0 || !*text)
		abort();
	seen->errors += is_error;
}

static bool read_text(const char *text, size_t len, bool has_secrets, struct config *ret_config)
{
	struct seen seen = { 0 };
	bool is_read = config_read(&(struct config_source){ .text = text,
							    .len = len,
							    .has_secrets = has_secrets,
							    .message = count_errors,
							    .ctx = &seen },
				   ret_config);

	if (is_read != (seen.errors == 0))
		abort();
	return is_read;
}

/* Written and read again it is the same text. */
static void check_written(const struct config *config)
{
	char *first = config_write(config, true), *second, *lines, *reference;
	struct config again;

	if (!read_text(first, strlen(first), true, &again))
		abort();
	second = config_write(&again, true);
	if (strcmp(first, second) != 0)
		abort();
	lines = config_lines(first);
	reference = config_write_reference(config);
	free(reference);
	free(lines);
	free(second);
	free(first);
	config_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct config config;

	if (len == 0)
		return 0;
	if (read_text((const char *)bytes + 1, len - 1, bytes[0] & 1, &config))
		check_written(&config);
	config_fini(&config);
	return 0;
}
