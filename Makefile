# SPDX-License-Identifier: GPL-2.0-only
# hpim: a multicast router that forwards in XDP. `make help` explains each target.

VERSION := 0.1.0
PREFIX  ?= /usr/local
# Debian's packages have vendor-completions there.
ZSH_FUNCTIONS ?= $(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
DESTDIR ?=
CC      ?= gcc
CLANG   ?= clang
BUILD   ?= build
V       ?= 0
# What the sanitizer builds add, e.g. SANITIZE=address,undefined
SANITIZE ?=
# How long each fuzzer runs
FUZZ_SECONDS ?= 30
# How long all cases of hpimexplore run together
EXPLORE_SECONDS ?= 60
# How many random histories the simulator tries
HISTORIES ?= 2000
# How many faults `make mutate` seeds
MUTANTS ?= 100
# More options for bench_dplane, e.g. BENCH='--outputs 1,4 --repetitions 9'
BENCH ?=

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2);)

# BPF code needs the machine's <asm/types.h>, which clang does not find for that target. The compiler
# of the programs does; what it calls the machine need not be the name of the folder.
ASM_TYPES := $(shell $(CC) -E -include asm/types.h -xc /dev/null 2>/dev/null | \
	       sed -n 's|^. 1 "\(/.*\)/asm/types.h".*|\1|p')
MACHINE   := $(shell $(CC) -dumpmachine 2>/dev/null)

WARN     := -Wall -Wextra -Wshadow -Wconversion -Werror
# Generated skeletons lie in the build folder; their warnings are not ours: -isystem.
CPPFLAGS += -Iinclude -Ictrl -Itools -Itests -isystem $(BUILD) -D_GNU_SOURCE -DHPIM_VERSION='"$(VERSION)"'
CFLAGS   ?= -O2 -g
CFLAGS   += -std=c11 $(WARN) -fno-strict-aliasing
# Programs that parse what strangers send. Checks of the C library need optimization, and would keep
# the calls that they replace from a sanitizer. tests/style/hardening.sh looks at what came of it.
CFLAGS  += -fstack-protector-strong -fPIE
LDFLAGS += -pie -Wl,-z,relro,-z,now
ifneq ($(filter x86_64-% i%86-%,$(MACHINE)),)
CFLAGS  += -fcf-protection
endif
ifeq ($(SANITIZE)$(filter -O0,$(CFLAGS)),)
CPPFLAGS += $(if $(filter -O%,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif
ifneq ($(SANITIZE),)
CFLAGS  += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
LDFLAGS += -fsanitize=$(SANITIZE)
endif

# No hardening: the kernel verifies these programs. Their object files are in hpimd as they are, so the
# folder of the sources must not be in them.
BPFFLAGS  := -target bpf -O2 -g -ffile-prefix-map=$(CURDIR)=. -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter \
	     -Iinclude -Ibpf $(addprefix -I,$(ASM_TYPES))

objs = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
bins = $(patsubst %.c,$(BUILD)/%,$(wildcard $(1)))

# Text of addresses is for people: the core does without, so it is not in the core's archive.
TEXT_OBJ    := $(BUILD)/ctrl/base/addr_text.o
CORE_OBJS   := $(filter-out $(TEXT_OBJ),$(call objs,ctrl/base/*.c ctrl/wire/*.c ctrl/core/*.c ctrl/core/*/*.c))
IO_OBJS     := $(call objs,ctrl/io/*.c)
DPLANE_OBJS := $(call objs,ctrl/dplane/*.c ctrl/dplane/*/*.c)
DAEMON_OBJS := $(filter-out $(BUILD)/ctrl/daemon/main.o,$(call objs,ctrl/daemon/*.c ctrl/mgmt/*.c ctrl/config/*.c))
CONFIG_OBJS := $(call objs,ctrl/config/*.c)
CTL_OBJS    := $(call objs,tools/hpimctl/*.c)
SCHEMA_OBJS := $(BUILD)/ctrl/mgmt/schema.o $(BUILD)/ctrl/mgmt/command.o
SIMNET_OBJS := $(call objs,tools/simnet/*.c)
SIM_OBJS    := $(call objs,tools/hpimsim/*.c) $(BUILD)/ctrl/mgmt/classic_text.o
# What writes the page of a run
HTML_OBJS   := $(addprefix $(BUILD)/tools/hpimsim/,html.o html_message.o html_run.o html_tables.o)
COMPARE_OBJS := $(call objs,tools/hpimcompare/*.c) $(HTML_OBJS) $(addprefix $(BUILD)/tools/hpimsim/, \
	html_sim.o action.o check.o ideal.o pim.o)
LAB_OBJS    := $(call objs,tools/hpimlab/*.c)
LAB_SIM_OBJS := $(addprefix $(BUILD)/tools/hpimsim/,action.o check.o expect.o facts.o ideal.o log.o sns.o pim.o pim_text.o \
	scenario.o scenario_save.o scenario_yaml.o tables.o) $(BUILD)/ctrl/mgmt/classic_text.o
EXPLORE_OBJS := $(call objs,tools/hpimexplore/*.c)
UNIT_COMMON := $(call objs,tests/unit/common_*.c)
FAKE_OBJS   := $(call objs,tests/unit/fake/*.c)
BPF_COMMON  := $(call objs,tests/bpf/common_*.c)
FUZZ_COMMON := $(call objs,tests/unit/common_property.c)
# The page of hpimsim --html: style and script go into the HTML file, and that into the program.
PAGE := tools/hpimsim/page
PAGE_SCRIPTS := $(addprefix $(PAGE)/,data.js state.js layout.js picture.js motion.js filter.js \
	list.js tables.js timeline.js main.js)
PAGE_HEADER := $(BUILD)/tools/hpimsim/html_page.h
skels        = $(patsubst %.bpf.c,$(BUILD)/%.skel.h,$(wildcard $(1)))
SKELS       := $(call skels,bpf/*.bpf.c)
BENCH_SKELS := $(call skels,tools/bench/*.bpf.c)
TEST_SKELS  := $(call skels,tests/bpf/*.bpf.c)

UNIT_TESTS  := $(call bins,tests/unit/*/test_*.c)
BPF_TESTS   := $(call bins,tests/bpf/test_*.c)
NETNS_TESTS := $(call bins,tests/netns/test_*.c)
FUZZERS     := $(call bins,tests/fuzz/fuzz_*.c)
REPLAYS     := $(subst /fuzz_,/replay_,$(FUZZERS))
BENCHES     := $(call bins,tools/bench/bench_*.c)

CORE_LIB   := $(BUILD)/libhpim-core.a
SIMNET_LIB := $(BUILD)/libhpim-simnet.a
IO_LIB     := $(BUILD)/libhpim-io.a
DPLANE_LIB := $(BUILD)/libhpim-dplane.a
DAEMON_LIB  := $(BUILD)/libhpim-daemon.a
ALL_LIBS   := $(TEXT_OBJ) $(DAEMON_LIB) $(IO_LIB) $(DPLANE_LIB) $(CORE_LIB)
BINS       := $(BUILD)/hpimd $(BUILD)/hpimctl $(BUILD)/mcgen $(BUILD)/mcsink $(BUILD)/hpim-dm \
	       $(BUILD)/hpimsim $(BUILD)/hpimlab $(BUILD)/hpimcompare $(BUILD)/schemadoc

IO_LIBS     := -lmnl -lsystemd -ljson-c -lyaml -lsodium -lcrypto -lcap-ng -lmicrohttpd
DPLANE_LIBS := -lxdp -lbpf -lelf -lz -lmnl
CTL_LIBS    := -ljson-c -lsmartcols -lyaml
SIM_LIBS    := -lyaml -ljson-c
FAKE_WRAP    := -Wl,--wrap=dplane_new,--wrap=getrandom
EXPLORE_WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free

# hpimctl(1) is printed from the same tables as docs/SCHEMA.md; hpimd(8) is a file.
MAN := $(BUILD)/man/hpimctl.1 $(BUILD)/man/hpim.yaml.5 $(BUILD)/man/hpim-dm.1 $(BUILD)/man/hpimlab.1 $(BUILD)/man/hpimd.8
SHELLS := $(BUILD)/completion/bash $(BUILD)/completion/zsh $(BUILD)/completion/fish

.PHONY: man installed all tests deps deps-test deps-dev deps-peers check check-vm check-roots style lint skeletons format fuzz corpus explore chaos soak sim compare compare-real thesis lab mutate prove watch docs demo bench bench-follow install deb clean help
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BINS) $(MAN) $(SHELLS) ## Build everything to build/

tests: $(UNIT_TESTS) $(BPF_TESTS) $(NETNS_TESTS) $(REPLAYS) $(BENCHES) ## Build the tests, run none

deps: ## Install the Debian packages that building and the demo need (as root)
	$(Q)tools/deps.sh build

deps-test: ## Install what the tests need as well (as root)
	$(Q)tools/deps.sh build test

deps-dev: ## Install what checks the sources and the package as well (as root)
	$(Q)tools/deps.sh build test dev

deps-peers: ## Install FRR, SMCRoute, igmpproxy and pimd for tests; their services do not start (as root)
	$(Q)tools/deps.sh peers

JOBS ?= $(shell nproc)

# Two builds: gcc's, and clang's that stops at the first wrong access. All tests run, the programs that need
# the network run once, with the first build. JOBS tests run at a time (as many as there are processors).
check: deps-dev deps-peers ## Build with gcc, and with clang and sanitizers, run every test, count the results
	$(Q)$(MAKE) -j$(JOBS) --no-print-directory CC=gcc BUILD=build all tests skeletons
	$(Q)$(MAKE) -j$(JOBS) --no-print-directory CC=clang BUILD=build/asan SANITIZE=address,undefined all tests
	$(Q)TIMES=build/times tests/run.sh

check-vm: deps-test ## Boot the kernels of vmtests/kernels.txt in QEMU and test on each
	$(Q)$(MAKE) --no-print-directory all tests
	$(Q)BUILD=$(BUILD) vmtests/run.sh

check-roots: ## demo, package and check in minimal roots of Debian 12 and 13; see tools/check-roots.sh
	$(Q)tools/check-roots.sh

style: $(CORE_LIB) $(BUILD)/hpimd $(BUILD)/hpimctl $(BUILD)/schemadoc skeletons ## Only the checks of the source's form
	$(Q)BUILD=$(BUILD) tests/run.sh style

lint: skeletons ## cppcheck and clang-tidy, which take minutes
	$(Q)BUILD=$(BUILD) tests/style/lint.sh

skeletons: $(SKELS) $(BENCH_SKELS) $(PAGE_HEADER) # linters read what includes them

format: ## Let clang-format lay out the sources
	clang-format -i $$(find include bpf ctrl tools tests -name '*.[ch]')

fuzz: ## Run all fuzzers at once for FUZZ_SECONDS (30), from the inputs of tests/fuzz/corpus
	$(Q)$(MAKE) --no-print-directory CC=clang BUILD=build/fuzz \
		SANITIZE=fuzzer-no-link,address,undefined fuzzers
	$(Q)BUILD=build/fuzz FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/corpus.sh fuzz

corpus: ## Of all inputs that `make fuzz` found, keep in tests/fuzz/corpus what covers the same
	$(Q)BUILD=build/fuzz tests/fuzz/corpus.sh keep

sim: $(BUILD)/hpimsim ## Scenarios and HISTORIES (2000) random histories in the simulator
	$(Q)BUILD=$(BUILD) HISTORIES=$(HISTORIES) tests/prop/sim.sh

# What `make watch` shows; several stand side by side
SCENARIO ?= tests/scenarios/assert.yaml

watch: $(BUILD)/hpimsim ## A page to watch a scenario in a browser, SCENARIO (assert.yaml): build/watch.html
	$(Q)$< --html $(BUILD)/watch.html scenario $(SCENARIO)
	@echo 'open $(BUILD)/watch.html in a browser'

explore: $(BUILD)/hpimexplore ## Every order of events on small networks for EXPLORE_SECONDS (60)
	$(Q)$< --seconds $(EXPLORE_SECONDS)

# What draws the faults of `make chaos` (random), how long they begin, and how many at most
SEED            ?=
CHAOS_SECONDS   ?= 240
CHAOS_FAULTS    ?= 10000
CHAOS_KINDS     ?=
# How long the flows of `make soak` run
SOAK_SECONDS    ?= 3600
FLOWS           ?= 10000

chaos: $(BINS) ## Twelve daemons, a fault at a time for CHAOS_SECONDS (240), SEED draws them (as root)
	$(Q)BUILD=$(BUILD) SEED=$(SEED) CHAOS_SECONDS=$(CHAOS_SECONDS) CHAOS_FAULTS=$(CHAOS_FAULTS) \
		CHAOS_KINDS='$(CHAOS_KINDS)' tools/chaos/chaos.sh

soak: $(BINS) ## FLOWS (10000) for SOAK_SECONDS (3600), after 24 simulated hours (as root)
	$(Q)BUILD=$(BUILD) SEED=$(SEED) SOAK_SECONDS=$(SOAK_SECONDS) FLOWS=$(FLOWS) tools/chaos/soak.sh

compare: $(BUILD)/hpimcompare ## HPIM-DM and PIM-DM after the same faults; build/compare.json, .svg, .html to watch
	$(Q)$< --json $(BUILD)/compare.json --svg $(BUILD)/compare.svg --html $(BUILD)/compare.html $(COMPARE)

compare-real: $(BINS) ## Its cases with real daemons in network namespaces, REAL (all but the long ones) (as root)
	$(Q)BUILD=$(BUILD) tools/hpimcompare/real.sh $(REAL)

# What the times of scenarios are divided by
FASTER ?= 3

thesis: $(BINS) ## The networks of a thesis on PIM-DM, simulator and real daemons side by side (as root)
	$(Q)$(BUILD)/hpimlab run -4 --faster $(FASTER) tests/scenarios/thesis.yaml
	$(Q)$(BUILD)/hpimlab run -4 --faster $(FASTER) tests/scenarios/thesis-assert.yaml

lab: $(BINS) ## Scenarios, LAB (all), in the simulator and with real daemons in network namespaces (as root)
	$(Q)BUILD=$(BUILD) FASTER=$(FASTER) tools/hpimlab/all.sh $(LAB)

mutate: ## Seed MUTANTS (100) faults, one at a time, and see which tests find each (SEED=1); build/mutate/results
	$(Q)BUILD=$(BUILD) tools/mutate/mutate.pl --mutants $(MUTANTS) --seed $(or $(SEED),1)

prove: ## All worlds in turn, hours, and one table; PROVE='check lab' some; tools/prove.sh --list (as root)
	$(Q)BUILD=$(BUILD) tools/prove.sh $(PROVE)

docs: $(BUILD)/schemadoc ## Print docs/SCHEMA.md, and the tables of docs/CONFIGURATION.md
	$(Q)$< > docs/SCHEMA.md
	$(Q)sed -i '/^## Reference$$/q' docs/CONFIGURATION.md && $< config >> docs/CONFIGURATION.md

man: $(MAN) ## Print the manual pages to build/man

demo: ## Four routers in network namespaces, real multicast, a broken link (as root)
	$(Q)V=$(V) tools/quietly.sh 'Installing the packages that are missing ...' $(BUILD)/deps.log \
		tools/deps.sh build
	$(Q)V=$(V) tools/quietly.sh 'Building ...' $(BUILD)/build.log \
		$(MAKE) -j$(JOBS) --no-print-directory all
	$(Q)BUILD=$(BUILD) tools/demo/demo.sh

bench: $(BENCHES) $(BINS) ## Measure the protocols, and the forwarding plane (as root); build/bench/
	$(Q)mkdir -p $(BUILD)/bench
	$(Q)$(BUILD)/tools/bench/bench_core
	$(Q)$(BUILD)/tools/bench/bench_dplane --json $(BUILD)/bench/dplane.json \
		--svg $(BUILD)/bench/dplane.svg $(BENCH)
	$(Q)$(BUILD)/tools/bench/bench_churn --json $(BUILD)/bench/churn.json
	$(Q)$(BUILD)/tools/bench/bench_drop --json $(BUILD)/bench/drop.json
	$(Q)$(BUILD)/tools/bench/bench_flood --json $(BUILD)/bench/flood.json
	$(Q)$(BUILD)/tools/bench/bench_restart --json $(BUILD)/bench/restart.json
	$(Q)BUILD=$(BUILD) tools/bench/bench_scrape.sh
	$(Q)BUILD=$(BUILD) tools/bench/bench_pause.sh

bench-follow: $(BUILD)/tools/bench/bench_follow $(BUILD)/tools/bench/bench_lag $(BINS) ## SMCRoute's routes with hpimd following and without (as root); build/bench/
	$(Q)mkdir -p $(BUILD)/bench
	$(Q)$(BUILD)/tools/bench/bench_follow --json $(BUILD)/bench/follow.json
	$(Q)BUILD=$(BUILD) tools/bench/bench_follow.sh

# What is installed, without the tools of those who work on it.
installed: $(BUILD)/hpimd $(BUILD)/hpimctl $(BUILD)/hpimlab $(MAN) $(SHELLS)

install: installed ## Install to DESTDIR/PREFIX (/usr/local)
	install -D -m 755 $(BUILD)/hpimd $(DESTDIR)$(PREFIX)/sbin/hpimd
	install -D -m 755 $(BUILD)/hpimctl $(DESTDIR)$(PREFIX)/bin/hpimctl
	ln -sf hpimctl $(DESTDIR)$(PREFIX)/bin/hpim-dm
	install -D -m 755 $(BUILD)/hpimlab $(DESTDIR)$(PREFIX)/bin/hpimlab
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/hpim/scenarios tests/scenarios/*.yaml tests/scenarios/README.md
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@PREFIX@|$(PREFIX)|g' packaging/hpimd@.service.in \
		> $(DESTDIR)$(PREFIX)/lib/systemd/system/hpimd@.service
	install -D -m 644 packaging/hpim.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/hpim.conf
	install -D -m 644 tools/wireshark/hpim.lua $(DESTDIR)$(PREFIX)/share/hpim/hpim.lua
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/hpim/monitoring docs/monitoring/alerts.yaml \
		docs/monitoring/grafana.json
	install -d $(DESTDIR)/etc/hpim
	install -D -m 644 $(BUILD)/man/hpimctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/hpimctl.1
	install -D -m 644 $(BUILD)/man/hpim-dm.1 $(DESTDIR)$(PREFIX)/share/man/man1/hpim-dm.1
	install -D -m 644 $(BUILD)/man/hpimlab.1 $(DESTDIR)$(PREFIX)/share/man/man1/hpimlab.1
	install -D -m 644 $(BUILD)/man/hpim.yaml.5 $(DESTDIR)$(PREFIX)/share/man/man5/hpim.yaml.5
	install -D -m 644 $(BUILD)/man/hpimd.8 $(DESTDIR)$(PREFIX)/share/man/man8/hpimd.8
	install -D -m 644 $(BUILD)/completion/bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/hpimctl
	install -D -m 644 $(BUILD)/completion/zsh \
		$(DESTDIR)$(PREFIX)/share/zsh/$(ZSH_FUNCTIONS)/_hpimctl
	install -D -m 644 $(BUILD)/completion/fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/hpimctl.fish
	install -D -m 644 tools/hpimlab/completion/bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/hpimlab
	install -D -m 644 tools/hpimlab/completion/zsh \
		$(DESTDIR)$(PREFIX)/share/zsh/$(ZSH_FUNCTIONS)/_hpimlab
	install -D -m 644 tools/hpimlab/completion/fish \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/hpimlab.fish
	ln -sf hpimctl $(DESTDIR)$(PREFIX)/share/bash-completion/completions/hpim-dm
	ln -sf hpimctl.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/hpim-dm.fish

deb: ## Make build/hpim_VERSION_ARCH.deb, from a build of its own with Debian's options
	$(Q)[ "$$(dpkg-parsechangelog -S Version)" = $(VERSION) ] || \
		{ echo 'debian/changelog begins with another version than $(VERSION)' >&2; exit 1; }
	$(Q)debian/rules clean binary BUILD=$(BUILD) DEBS=$(BUILD)

clean: ## Remove build/
	rm -rf build

help: ## This list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# Other options in this file are a reason to compile again.
$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/%.bpf.o: %.bpf.c
	@mkdir -p $(@D)
	$(call say,BPF,$<)$(CLANG) $(BPFFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/%.skel.h: $(BUILD)/%.bpf.o
	$(call say,SKEL,$@)bpftool gen skeleton $< name $(subst .,_,$(notdir $*)) > $@

$(DPLANE_OBJS) $(BPF_TESTS:=.o) $(BPF_COMMON): $(SKELS) $(TEST_SKELS)
$(filter-out %/bench_core.o,$(BENCHES:=.o)) $(call objs,tools/bench/fwd_*.c): $(SKELS) $(BENCH_SKELS)

define archive
$(1): $(2)
	@mkdir -p $$(@D)
	$$(call say,AR,$$@)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(eval $(call archive,$(CORE_LIB),$(CORE_OBJS)))
$(eval $(call archive,$(SIMNET_LIB),$(SIMNET_OBJS)))
$(eval $(call archive,$(IO_LIB),$(IO_OBJS)))
$(eval $(call archive,$(DPLANE_LIB),$(DPLANE_OBJS)))
$(eval $(call archive,$(DAEMON_LIB),$(DAEMON_OBJS)))

link = $(call say,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(1)

$(BUILD)/hpimd: $(BUILD)/ctrl/daemon/main.o $(ALL_LIBS)
	$(call link,$^ $(IO_LIBS) $(DPLANE_LIBS))

# The tables of commands and answers are the daemon's.
$(BUILD)/hpimctl: $(CTL_OBJS) $(SCHEMA_OBJS) $(CONFIG_OBJS) $(BUILD)/ctrl/io/keyfile.o \
		$(BUILD)/ctrl/io/field.o $(TEXT_OBJ) $(CORE_LIB)
	$(call link,$^ $(CTL_LIBS))

# The command of the Python implementation of HPIM-DM: hpimctl under another name.
$(BUILD)/hpim-dm: $(BUILD)/hpimctl
	$(Q)ln -sf hpimctl $@

$(BUILD)/schemadoc: $(BUILD)/tools/schemadoc/schemadoc.o $(BUILD)/tools/schemadoc/man.o \
		$(BUILD)/tools/hpimctl/tokens.o $(BUILD)/ctrl/mgmt/metric_name.o $(SCHEMA_OBJS) \
		$(CONFIG_OBJS) $(BUILD)/ctrl/io/field.o $(TEXT_OBJ) $(CORE_LIB)
	$(call link,$^ -ljson-c -lyaml)

$(BUILD)/man/hpimctl.1: $(BUILD)/schemadoc
	@mkdir -p $(@D)
	$(call say,MAN,$@)$< man > $@

$(BUILD)/man/hpim.yaml.5: $(BUILD)/schemadoc
	@mkdir -p $(@D)
	$(call say,MAN,$@)$< man-config > $@

$(BUILD)/man/hpimd.8 $(BUILD)/man/hpim-dm.1 $(BUILD)/man/hpimlab.1: $(BUILD)/man/%: docs/man/% Makefile
	@mkdir -p $(@D)
	$(call say,MAN,$@)sed 's/@VERSION@/$(VERSION)/' $< > $@

$(BUILD)/completion/%: $(BUILD)/hpimctl
	@mkdir -p $(@D)
	$(call say,SHELL,$@)$< completion $* > $@

# The same core as the daemon's, between other people's hands.
$(BUILD)/hpimsim: $(SIM_OBJS) $(SIMNET_LIB) $(CORE_LIB) $(TEXT_OBJ)
	$(call link,$^ $(SIM_LIBS))

# The simulator's reading of scenarios, and its answers beside those of daemons.
$(BUILD)/hpimlab: $(LAB_OBJS) $(LAB_SIM_OBJS) $(SIMNET_LIB) $(CORE_LIB) $(TEXT_OBJ)
	$(call link,$^ $(SIM_LIBS))

$(BUILD)/tools/hpimsim/html.o: CPPFLAGS += -isystem $(BUILD)/tools
$(BUILD)/tools/hpimsim/html.o: $(PAGE_HEADER)
$(PAGE_HEADER): $(PAGE)/page.html $(PAGE)/page.css $(PAGE_SCRIPTS) Makefile
	@mkdir -p $(@D)
	$(call say,PAGE,$@){ sed '/@STYLE@/,$$d' $<; cat $(PAGE)/page.css; \
		sed '1,/@STYLE@/d; /@SCRIPT@/,$$d' $<; cat $(PAGE_SCRIPTS); sed '1,/@SCRIPT@/d' $<; } | \
		od -An -v -tx1 | sed -e 's/ \(..\)/0x\1,/g' \
			-e '1i static const unsigned char html_page[] = {' -e '$$a };' > $@

$(BUILD)/hpimcompare: $(COMPARE_OBJS) $(SIMNET_LIB) $(CORE_LIB) $(TEXT_OBJ)
	$(call link,$^ -ljson-c -lm)

# Its memory can be put back as it was: every allocation goes to its own allocator.
$(BUILD)/hpimexplore: $(EXPLORE_OBJS) $(SIMNET_LIB) $(CORE_LIB)
	$(call link,$^ $(EXPLORE_WRAP))

$(BUILD)/mcgen $(BUILD)/mcsink: $(BUILD)/%: $(BUILD)/tools/mcgen/%.o $(TEXT_OBJ) $(CORE_LIB)
	$(call link,$(filter %.o,$^) $(CORE_LIB))

$(BUILD)/mcgen: $(BUILD)/tools/mcgen/flood.o
$(BUILD)/mcsink: $(BUILD)/tools/mcgen/report.o

# test_hpimctl runs the program itself.
$(BUILD)/tests/unit/mgmt/test_hpimctl: | $(BUILD)/hpimctl
$(BUILD)/tests/unit/tools/test_explore: | $(BUILD)/hpimexplore

# These run a daemon over a machine that does not exist (tests/unit/common_daemon.h): the fakes
# stand before the libraries, so what they define is not taken from there.
$(addprefix $(BUILD)/tests/unit/,daemon/test_flush daemon/test_lease daemon/test_port daemon/test_running mgmt/test_clear mgmt/test_monitor mgmt/test_doctor mgmt/test_explain mgmt/test_metrics mgmt/test_policies mgmt/test_rpf_metrics mgmt/test_show mgmt/test_statics mgmt/test_views mgmt/test_views_pim \
		dplane/test_dplane_null dplane/test_dplane_probe): %: %.o $(FAKE_OBJS) $(ALL_LIBS)
	$(call link,$^ $(FAKE_WRAP) -lcriterion $(IO_LIBS) $(DPLANE_LIBS))

# The same, and the words of hpimctl.
$(BUILD)/tests/unit/mgmt/test_bad_input: %: %.o $(addprefix $(BUILD)/tools/hpimctl/,grammar.o tokens.o error.o) \
		$(FAKE_OBJS) $(ALL_LIBS) | $(BUILD)/hpimctl
	$(call link,$(filter %.o %.a,$^) $(FAKE_WRAP) -lcriterion $(IO_LIBS) $(DPLANE_LIBS))

# The tables of hpim-dm from records that the test makes up.
$(BUILD)/tests/unit/mgmt/test_compat: %: %.o $(addprefix $(BUILD)/tools/hpimctl/,compat_options.o \
		compat_tables.o compat_words.o pretty.o error.o) $(BUILD)/ctrl/base/utf8.o
	$(call link,$^ -lcriterion $(CTL_LIBS))

# The simulator's own files, too.
$(addprefix $(BUILD)/tests/unit/tools/,test_html test_page test_scenario): %: %.o $(filter-out %/main.o,$(SIM_OBJS)) \
		$(BUILD)/tests/unit/common_browser.o $(SIMNET_LIB) $(CORE_LIB) $(TEXT_OBJ)
	$(call link,$^ -lcriterion $(SIM_LIBS))

# The comparison's own files, too.
$(BUILD)/tests/unit/tools/test_page_compare: %: %.o $(filter-out %/main.o,$(COMPARE_OBJS)) \
		$(addprefix $(BUILD)/,tools/hpimsim/tables.o ctrl/mgmt/classic_text.o tests/unit/common_browser.o) \
		$(SIMNET_LIB) $(CORE_LIB) $(TEXT_OBJ)
	$(call link,$^ -lcriterion -ljson-c -lm)

# The daemon over the machine that does not exist, and the page of what it recorded.
$(BUILD)/tests/unit/tools/test_page_recorded: %: %.o $(HTML_OBJS) $(addprefix $(BUILD)/tools/hpimsim/,html_recorded.o \
		recorded.o) $(BUILD)/tests/unit/common_browser.o $(FAKE_OBJS) $(ALL_LIBS)
	$(call link,$^ $(FAKE_WRAP) -lcriterion $(IO_LIBS) $(DPLANE_LIBS))

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(UNIT_COMMON) $(SIMNET_LIB) $(ALL_LIBS)
	$(call link,$^ -lcriterion $(IO_LIBS) $(DPLANE_LIBS))

$(BUILD)/tests/bpf/%: $(BUILD)/tests/bpf/%.o $(BPF_COMMON) $(ALL_LIBS)
	$(call link,$^ -lcriterion $(IO_LIBS) $(DPLANE_LIBS))

$(BUILD)/tests/netns/%: $(BUILD)/tests/netns/%.o $(ALL_LIBS)
	$(call link,$^ -lcriterion $(IO_LIBS) $(DPLANE_LIBS))

.PHONY: fuzzers
fuzzers: $(FUZZERS)
# What each needs beside the core and the decoders.
FUZZ_DAEMON := config control netlink
FUZZ_OF = $(filter-out %/replay.o,$(filter %.o,$1)) $(filter-out $(CORE_LIB),$(filter %.a,$1)) $(CORE_LIB) \
	$(if $(filter %/fuzz_control.o,$1),$(FAKE_WRAP) -lcriterion) \
	$(if $(filter %/libhpim-io.a,$1),$(IO_LIBS) $(DPLANE_LIBS))
$(addprefix $(BUILD)/tests/fuzz/fuzz_,$(FUZZ_DAEMON)) $(addprefix $(BUILD)/tests/fuzz/replay_,$(FUZZ_DAEMON)): $(ALL_LIBS)
$(BUILD)/tests/fuzz/fuzz_control $(BUILD)/tests/fuzz/replay_control: $(FAKE_OBJS)
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_COMMON) $(TEXT_OBJ) $(CORE_LIB)
	$(call link,-fsanitize=fuzzer $(call FUZZ_OF,$^))
$(BUILD)/tests/fuzz/replay_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(FUZZ_COMMON) $(TEXT_OBJ) $(CORE_LIB)
	$(call link,$(BUILD)/tests/fuzz/replay.o $(call FUZZ_OF,$^))

# The core's benchmark needs neither the network nor the forwarding plane.
$(BUILD)/tools/bench/bench_core: $(BUILD)/tools/bench/bench_core.o \
		$(call objs,tools/bench/core_*.c) $(SIMNET_LIB) $(CORE_LIB)
	$(call link,$^ -lm)

$(BUILD)/tools/bench/%: $(BUILD)/tools/bench/%.o $(call objs,tools/bench/fwd_*.c) $(ALL_LIBS)
	$(call link,$^ $(IO_LIBS) $(DPLANE_LIBS) -lm)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
