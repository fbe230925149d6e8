/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UNIT_COMMON_HPIMCTL_H
#define UNIT_COMMON_HPIMCTL_H

/*
 * hpimctl as a child, against a server that answers from a script. Environment: HPIMCTL names the
 * program, default build/hpimctl.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/types.h>

#include "hpim/ctl_abi.h"

#define ARGS_MAX    16
#define REPLIES_MAX 4
#define TEXT_MAX    8192
#define END(schema) "{\"id\":1,\"end\":true,\"schema\":\"" schema "\",\"count\":0}\n"
#define RECORD(...) "{\"id\":1,\"record\":{" __VA_ARGS__ "}}\n"
#define NO_SUCH                                                                \
	"{\"id\":1,\"end\":true,\"error\":{\"code\":\"not-found\",\"exit\":4," \
	"\"message\":\"no interface eth9\",\"hint\":\"see: ip link\"}}\n"

/**
 * struct fake - The daemon's side.
 * @replies: what is sent after the first, second, ... request; NULL: nothing ever.
 * @closes:  the connection ends after the first reply.
 * @heard:   all request lines.
 * @requests: becomes readable, one byte for each request.
 */
struct fake {
	char dir[64], path[96];
	const char *replies[REPLIES_MAX];
	bool closes;
	int listen_fd;
	int requests[2];
	pthread_t thread;
	char heard[TEXT_MAX];
};

/** struct result - What the child left. */
struct result {
	int exit;
	char out[TEXT_MAX], err[TEXT_MAX];
};

/** fake_start() - Listen at a socket with that name of file, in a folder of its own. */
void fake_start(struct fake *fake, const char *file);
void fake_stop(struct fake *fake);

/** program() - Path of hpimctl. */
const char *program(void);

/** start() - Run the program with its output in files; the words end with NULL. */
pid_t start(char *const argv[], FILE *out, FILE *err, bool as_stranger);

/** read_back() - What was written to a file, which is closed. */
void read_back(FILE *file, char text[TEXT_MAX]);

/** run_argv() - The same until it ends. @as_stranger: without the right to read all files. */
struct result run_argv(char *const argv[], bool as_stranger);

/** run_at() - @line: words with single spaces between them, as on the command line. */
struct result run_at(const char *path, const char *line, bool as_stranger);

/** run() - The usual case: one fake daemon, one run. */
struct result run(struct fake *fake, const char *line);

/** run_alone() - Where no daemon is. */
struct result run_alone(const char *line);

void expect(struct result result, int exit, const char *out, const char *err);

/** expect_heard() - Fail unless these words send this request. */
void expect_heard(const char *line, const char *schema_end, const char *heard);

#endif
