// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>

#include "unit/common_hpimctl.h"

static void serve_connection(struct fake *fake, int fd, size_t *turn)
{
	FILE *in = fdopen(fd, "r");
	char line[CTL_REQUEST_MAX];

	while (fgets(line, sizeof(line), in)) {
		const char *reply = *turn < REPLIES_MAX ? fake->replies[*turn] : NULL;

		strcat(fake->heard, line);
		(*turn)++;
		if (reply)
			send(fd, reply, strlen(reply), MSG_NOSIGNAL);
		cr_assert_eq(write(fake->requests[1], "x", 1), 1);
		if (fake->closes)
			break;
	}
	fclose(in);
}

static void *serve(void *arg)
{
	struct fake *fake = arg;
	size_t turn = 0;
	int fd;

	while ((fd = accept(fake->listen_fd, NULL, NULL)) >= 0)
		serve_connection(fake, fd, &turn);
	return NULL;
}

void fake_start(struct fake *fake, const char *file)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	strcpy(fake->dir, "/tmp/hpimctl-test-XXXXXX");
	cr_assert_not_null(mkdtemp(fake->dir));
	snprintf(fake->path, sizeof(fake->path), "%s/%s", fake->dir, file);
	strcpy(addr.sun_path, fake->path);
	cr_assert_eq(pipe(fake->requests), 0);
	fake->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_eq(bind(fake->listen_fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	cr_assert_eq(listen(fake->listen_fd, 4), 0);
	cr_assert_eq(pthread_create(&fake->thread, NULL, serve, fake), 0);
}

void fake_stop(struct fake *fake)
{
	shutdown(fake->listen_fd, SHUT_RDWR);
	pthread_join(fake->thread, NULL);
	close(fake->listen_fd);
	unlink(fake->path);
	rmdir(fake->dir);
}

const char *program(void)
{
	const char *path = getenv("HPIMCTL");

	return path ? path : "build/hpimctl";
}

pid_t start(char *const argv[], FILE *out, FILE *err, bool as_stranger)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (as_stranger)
		prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0);
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(err), STDERR_FILENO);
	execv(argv[0], argv);
	_exit(127);
}

void read_back(FILE *file, char text[TEXT_MAX])
{
	rewind(file);
	text[fread(text, 1, TEXT_MAX - 1, file)] = '\0';
	fclose(file);
}

struct result run_argv(char *const argv[], bool as_stranger)
{
	struct result result = { .exit = -1 };
	FILE *out = tmpfile(), *err = tmpfile();
	pid_t pid = start(argv, out, err, as_stranger);
	int status;

	cr_assert_eq(waitpid(pid, &status, 0), pid);
	result.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	read_back(out, result.out);
	read_back(err, result.err);
	return result;
}

struct result run_at(const char *path, const char *line, bool as_stranger)
{
	char words[512], *rest = words;
	char *argv[ARGS_MAX] = { (char *)program(), (char *)"--socket", (char *)path };
	int argc = 3;

	snprintf(words, sizeof(words), "%s", line);
	while (*line && (argv[argc] = strsep(&rest, " ")))
		argc++;
	return run_argv(argv, as_stranger);
}

struct result run(struct fake *fake, const char *line)
{
	struct result result;

	fake_start(fake, "x.ctl");
	result = run_at(fake->path, line, false);
	fake_stop(fake);
	return result;
}

struct result run_alone(const char *line)
{
	return run_at("/nonexistent/x.ctl", line, false);
}

void expect(struct result result, int exit, const char *out, const char *err)
{
	cr_expect_eq(result.exit, exit, "exit %d, not %d", result.exit, exit);
	cr_expect_str_eq(result.out, out, "stdout:\n%s", result.out);
	cr_expect_str_eq(result.err, err, "stderr:\n%s", result.err);
}

void expect_heard(const char *line, const char *schema_end, const char *heard)
{
	struct fake fake = { .replies = { schema_end } };
	struct result result = run(&fake, line);

	cr_expect_eq(result.exit, 0, "'%s' exits %d: %s", line, result.exit, result.err);
	cr_expect_str_eq(fake.heard, heard, "'%s' sends %s", line, fake.heard);
}
