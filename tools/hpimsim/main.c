// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include "hpimsim/scenario.h"
#include "hpimsim/random.h"
#include "hpimsim/shrink.h"
int main(int argc, char **argv)
{
	int bad = 0;
	bool shows = getenv("SHOW") != NULL;
	if (argc > 2 && !strcmp(argv[1], "hunt")) {
		unsigned long first = strtoul(argv[2], 0, 10), n = strtoul(argv[3], 0, 10), nb = 0, ev = 0, fa=0;
		for (unsigned long s = first; s < first + n; s++) {
			struct scenario sc; struct outcome o;
			random_scenario(s, &(struct random_wish){0}, &sc);
			scenario_run(&sc, sc.family, NULL, shows, NULL, NULL, &o);
			ev += o.count.events; fa += o.count.faults;
			if (o.check.kind) { nb++; printf("seed %lu v%d %s: %s\n", s, sc.family ? 6 : 4, check_names[o.check.kind], o.check.text); fflush(stdout);
				if (getenv("SHRINK")) { o = shrink(&sc, sc.family, 400); char p[64]; snprintf(p, 64, "/tmp/sim-%lu.yaml", s); scenario_save(&sc, sc.family, p); printf("  -> %zu steps: %s: %s\n", sc.step_count, check_names[o.check.kind], o.check.text);} }
			scenario_fini(&sc);
		}
		printf("%lu runs %lu bad %lu events %lu faults\n", n, nb, ev, fa);
		return nb != 0;
	}
	for (int i = 1; i < argc; i++) {
		struct scenario s;
		if (!scenario_load(argv[i], &s)) return 2;
		for (enum ip_family f = 0; f < IP_FAMILY_COUNT; f++) {
			struct outcome o;
			if (getenv("FAM") && atoi(getenv("FAM")) != (f ? 6 : 4)) continue;
			if (s.has_family && s.family != f) continue;
			scenario_run(&s, f, NULL, shows, NULL, NULL, &o);
			printf("%s v%d: %s %s (at %.1f) hash %016lx events %lu\n", s.name, f?6:4, check_names[o.check.kind], o.check.text, (double)o.failed_at/1e9, (unsigned long)o.hash, (unsigned long)o.count.events);
			bad |= o.check.kind != 0;
		}
		scenario_fini(&s);
	}
	return bad;
}
