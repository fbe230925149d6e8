// SPDX-License-Identifier: GPL-2.0-only
/*
 * hpimexplore as `make check` runs it: each case to a small depth. Environment: BUILD names the
 * folder of the program, default build.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define OUTPUT_MAX 16384

/* Return: the exit status. */
static int explore(const char *arguments, char ret_output[OUTPUT_MAX])
{
	const char *build = getenv("BUILD");
	char command[512];
	size_t len;
	FILE *pipe;
	int status;

	(void)snprintf(command, sizeof(command), "%s/hpimexplore %s 2>&1", build ? build : "build",
		       arguments);
	pipe = popen(command, "r");
	cr_assert_not_null(pipe);
	len = fread(ret_output, 1, OUTPUT_MAX - 1, pipe);
	ret_output[len] = '\0';
	status = pclose(pipe);
	cr_assert(WIFEXITED(status), "%s", ret_output);
	return WEXITSTATUS(status);
}

Test(explore, every_order_of_events_ends_well)
{
	char output[OUTPUT_MAX];

	cr_assert_eq(explore("--quick", output), 0, "%s", output);
}

/* The abstraction of time hides no fault that a short path has. */
Test(explore, every_order_of_events_ends_well_when_times_count)
{
	char output[OUTPUT_MAX];

	cr_assert_eq(explore("--exact --depth 5 --seconds 1000000", output), 0, "%s", output);
}

Test(explore, numbers_of_states_are_the_same_in_every_run)
{
	char output[OUTPUT_MAX], again[OUTPUT_MAX];

	cr_assert_eq(explore("--case sync-1-2 --quick --json | cut -d, -f1-5", output), 0);
	cr_assert_eq(explore("--case sync-1-2 --quick --json | cut -d, -f1-5", again), 0);
	cr_assert_str_eq(output, again);
}

Test(explore, a_path_that_cannot_happen_is_refused)
{
	char output[OUTPUT_MAX];

	cr_assert_eq(explore("--case sync-0-0 --path 'timer:A,B>A'", output), 2, "%s", output);
	cr_assert_eq(explore("--case sync-0-0 --path 'timer:A,A>B,lose:B>A'", output), 0, "%s",
		     output);
}

/* Packets of data are choices where they matter, and only there. */
Test(explore, data_passes_where_a_router_reports_it)
{
	char output[OUTPUT_MAX];

	cr_assert_eq(explore("--case pim-restart --path 'event,data:0'", output), 0, "%s", output);
	cr_assert_eq(explore("--case pim-graft --path 'data:0'", output), 2, "%s", output);
}
