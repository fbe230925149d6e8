// SPDX-License-Identifier: GPL-2.0-only
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/common_browser.h"

#define ANSWER_MS 120000 /* much more than it takes */

struct browser {
	pid_t pid;
	int to, from;
	int last_id;
	char folder[40], session[64], text[4096];
	char *bytes; /* received, not yet read */
	size_t len, room;
};

/* Chromium reads commands from descriptor 3 and writes answers to 4. */
static _Noreturn void become_chromium(const char *folder, int in, int out)
{
	char profile[80];
	int null = open("/dev/null", O_RDWR);

	(void)snprintf(profile, sizeof(profile), "--user-data-dir=%s", folder);
	in = fcntl(in, F_DUPFD, 10); /* neither may be in the other's way */
	out = fcntl(out, F_DUPFD, 10);
	(void)dup2(in, 3);
	(void)dup2(out, 4);
	(void)dup2(null, 1);
	(void)dup2(null, 2);
	closefrom(5);
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not stop it */
	(void)execlp("chromium", "chromium", "--headless", "--no-sandbox", "--disable-gpu",
		     "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
		     "--window-size=1400,900", profile, "about:blank", (char *)NULL);
	_exit(127);
}

/* ---- The protocol: JSON texts, each with a zero byte behind it ---- */

static int send_command(struct browser *browser, const char *method, struct json_object *params)
{
	struct json_object *command = json_object_new_object();
	const char *text;
	size_t len;

	json_object_object_add(command, "id", json_object_new_int(++browser->last_id));
	json_object_object_add(command, "method", json_object_new_string(method));
	json_object_object_add(command, "params", params ? params : json_object_new_object());
	if (browser->session[0])
		json_object_object_add(command, "sessionId",
				       json_object_new_string(browser->session));
	text = json_object_to_json_string(command);
	len = strlen(text) + 1;
	for (size_t done = 0; done < len;) {
		ssize_t written = write(browser->to, text + done, len - done);

		cr_assert_gt(written, 0, "%s", strerror(errno));
		done += (size_t)written;
	}
	json_object_put(command);
	return browser->last_id;
}

static void receive_more(struct browser *browser)
{
	struct pollfd poll_fd = { .fd = browser->from, .events = POLLIN };
	ssize_t got;

	if (browser->room - browser->len < 65536) {
		browser->room = browser->len + 131072;
		browser->bytes = realloc(browser->bytes, browser->room);
		cr_assert_not_null(browser->bytes);
	}
	cr_assert_eq(poll(&poll_fd, 1, ANSWER_MS), 1, "chromium does not answer");
	got = read(browser->from, browser->bytes + browser->len, browser->room - browser->len);
	cr_assert_gt(got, 0, "chromium has ended");
	browser->len += (size_t)got;
}

static struct json_object *receive(struct browser *browser)
{
	struct json_object *message;
	size_t used;
	char *end;

	while (!(end = memchr(browser->bytes ? browser->bytes : "", '\0', browser->len)))
		receive_more(browser);
	message = json_tokener_parse(browser->bytes);
	cr_assert_not_null(message, "%s", browser->bytes);
	used = (size_t)(end - browser->bytes) + 1;
	memmove(browser->bytes, browser->bytes + used, browser->len - used);
	browser->len -= used;
	return message;
}

static struct json_object *at(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	(void)json_object_object_get_ex(object, key, &value); /* NULL: not there */
	return value;
}

/* A page that writes to its console, or throws, is not as it should be. */
static void look_for_faults(struct json_object *message)
{
	static const char *const faults[] = { "Runtime.consoleAPICalled", "Runtime.exceptionThrown",
					      "Log.entryAdded", "Inspector.targetCrashed" };
	struct json_object *method = at(message, "method");

	for (size_t i = 0; method && i < sizeof(faults) / sizeof(faults[0]); i++)
		cr_assert_str_neq(json_object_get_string(method), faults[i], "%s",
				  json_object_to_json_string(message));
}

/* Return: what is in "result". */
static struct json_object *call(struct browser *browser, const char *method,
				struct json_object *params)
{
	int id = send_command(browser, method, params);

	for (;;) {
		struct json_object *message = receive(browser), *result = at(message, "result");

		look_for_faults(message);
		if (json_object_get_int(at(message, "id")) == id) {
			cr_assert_not_null(result, "%s: %s", method,
					   json_object_to_json_string(message));
			json_object_get(result);
			json_object_put(message);
			return result;
		}
		json_object_put(message);
	}
}

static void command(struct browser *browser, const char *method, struct json_object *params)
{
	json_object_put(call(browser, method, params));
}

static struct json_object *text_param(const char *name, const char *value)
{
	struct json_object *params = json_object_new_object();

	json_object_object_add(params, name, json_object_new_string(value));
	return params;
}

static void attach(struct browser *browser)
{
	struct json_object *target =
		call(browser, "Target.createTarget", text_param("url", "about:blank"));
	struct json_object *params =
		text_param("targetId", json_object_get_string(at(target, "targetId")));
	struct json_object *session;

	json_object_object_add(params, "flatten", json_object_new_boolean(true));
	session = call(browser, "Target.attachToTarget", params);
	(void)snprintf(browser->session, sizeof(browser->session), "%s",
		       json_object_get_string(at(session, "sessionId")));
	json_object_put(session);
	json_object_put(target);
	command(browser, "Runtime.enable", NULL);
	command(browser, "Log.enable", NULL);
	command(browser, "Page.enable", NULL);
}

struct browser *browser_start(void)
{
	struct browser *browser;
	int in[2], out[2];

	if (system("command -v chromium > /dev/null"))
		cr_skip_test("needs chromium");
	browser = calloc(1, sizeof(*browser));
	cr_assert_not_null(browser);
	strcpy(browser->folder, "/tmp/test_browser.XXXXXX");
	cr_assert_not_null(mkdtemp(browser->folder));
	cr_assert_eq(pipe2(in, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(out, O_CLOEXEC), 0);
	browser->pid = fork();
	cr_assert_geq(browser->pid, 0);
	if (!browser->pid)
		become_chromium(browser->folder, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	browser->to = in[1];
	browser->from = out[0];
	attach(browser);
	return browser;
}

void browser_stop(struct browser *browser)
{
	char line[80];

	close(browser->to);
	close(browser->from);
	(void)kill(-browser->pid, SIGKILL); /* may have ended */
	(void)kill(browser->pid, SIGKILL);
	(void)waitpid(browser->pid, NULL, 0);
	(void)snprintf(line, sizeof(line), "rm -rf '%s'", browser->folder);
	cr_expect_eq(system(line), 0);
	free(browser->bytes);
	free(browser);
}

struct json_object *browser_value(struct browser *browser, const char *expression)
{
	struct json_object *params = text_param("expression", expression), *result, *value;

	json_object_object_add(params, "returnByValue", json_object_new_boolean(true));
	result = call(browser, "Runtime.evaluate", params);
	cr_assert_null(at(result, "exceptionDetails"), "%s: %s", expression,
		       json_object_to_json_string(result));
	value = json_object_get(at(at(result, "result"), "value"));
	json_object_put(result);
	return value;
}

int browser_int(struct browser *browser, const char *expression)
{
	return (int)browser_double(browser, expression);
}

double browser_double(struct browser *browser, const char *expression)
{
	struct json_object *value = browser_value(browser, expression);
	double number;

	cr_assert(json_object_is_type(value, json_type_int) ||
			  json_object_is_type(value, json_type_double),
		  "%s: %s", expression, json_object_to_json_string(value));
	number = json_object_get_double(value);
	json_object_put(value);
	return number;
}

const char *browser_text(struct browser *browser, const char *expression)
{
	struct json_object *value = browser_value(browser, expression);

	(void)snprintf(browser->text, sizeof(browser->text), "%s",
		       value ? json_object_get_string(value) : "(undefined)");
	json_object_put(value);
	return browser->text;
}

void browser_open(struct browser *browser, const char *url, const char *ready)
{
	struct json_object *value = NULL;
	bool is_ready = false;

	/* From another page: a new moment in the address alone would not load it again. */
	command(browser, "Page.navigate", text_param("url", "about:blank"));
	command(browser, "Page.navigate", text_param("url", url));
	/* Each question waits for an answer, so this ends with the page or with ANSWER_MS. */
	for (int i = 0; i < 10000 && !is_ready; i++) {
		value = browser_value(browser, ready);
		is_ready = json_object_get_boolean(value);
		json_object_put(value);
	}
	cr_assert(is_ready, "%s does not become ready", url);
}

void browser_key(struct browser *browser, const char *key)
{
	static const char *const types[] = { "keyDown", "keyUp" };

	for (size_t i = 0; i < 2; i++) {
		struct json_object *params = text_param("type", types[i]);

		json_object_object_add(params, "key", json_object_new_string(key));
		command(browser, "Input.dispatchKeyEvent", params);
	}
}
