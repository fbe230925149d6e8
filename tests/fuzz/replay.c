// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inputs of a corpus through a fuzzer, without libFuzzer: replay_NAME FILE, where each line of
 * the file is an input in hexadecimal digits; "#" begins a comment. Sanitizers and the fuzzer
 * judge.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An allocation of its own size, so that AddressSanitizer sees a read behind the end. */
static uint8_t *decode(const char *line, size_t digits)
{
	uint8_t *bytes = malloc(digits / 2 + 1);

	if (!bytes)
		abort();
	for (size_t i = 0; i + 1 < digits; i += 2) {
		int high = digit(line[i]), low = digit(line[i + 1]);

		if (high < 0 || low < 0) {
			free(bytes);
			return NULL;
		}
		bytes[i / 2] = (uint8_t)(high * 16 + low);
	}
	return realloc(bytes, digits / 2 ? digits / 2 : 1);
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	unsigned long number = 0, inputs = 0;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (!file) {
		(void)fprintf(stderr,
			      "usage: %s FILE of inputs, one a line in hexadecimal digits\n",
			      argv[0]);
		return 2;
	}
	while ((len = getline(&line, &room, file)) > 0) {
		uint8_t *bytes;

		number++;
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		if (line[0] == '#')
			continue;
		bytes = len % 2 ? NULL : decode(line, (size_t)len);
		if (!bytes) {
			(void)fprintf(stderr, "%s:%lu: not an even number of hexadecimal digits\n",
				      argv[1], number);
			return 2;
		}
		(void)LLVMFuzzerTestOneInput(bytes, (size_t)len / 2);
		free(bytes);
		inputs++;
	}
	free(line);
	(void)fclose(file);
	printf("%lu inputs\n", inputs);
	return inputs > 0 ? 0 : 1;
}
