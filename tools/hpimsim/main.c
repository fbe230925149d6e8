// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include "hpimsim/scenario.h"
int main(int argc, char **argv)
{
	int bad = 0;
	bool shows = getenv("SHOW") != NULL;
	for (int i = 1; i < argc; i++) {
		struct scenario s;
		if (!scenario_load(argv[i], &s)) return 2;
		for (enum ip_family f = 0; f < IP_FAMILY_COUNT; f++) {
			struct outcome o;
			if (getenv("FAM") && atoi(getenv("FAM")) != (f ? 6 : 4)) continue;
			scenario_run(&s, f, NULL, shows, NULL, NULL, &o);
			printf("%s v%d: %s %s (at %.1f) hash %016lx events %lu\n", s.name, f?6:4, check_names[o.check.kind], o.check.text, (double)o.failed_at/1e9, (unsigned long)o.hash, (unsigned long)o.count.events);
			bad |= o.check.kind != 0;
		}
		scenario_fini(&s);
	}
	return bad;
}
