# SPDX-License-Identifier: GPL-2.0-only
# hpim: a multicast router that forwards in XDP. `make help` explains each target.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= gcc
CLANG   ?= clang
BUILD   ?= build
V       ?= 0
# What the sanitizer builds add, e.g. SANITIZE=address,undefined
SANITIZE ?=

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2);)

WARN     := -Wall -Wextra -Wshadow -Wconversion -Werror
CPPFLAGS += -Iinclude -Ictrl -I$(BUILD) -D_GNU_SOURCE -DHPIM_VERSION='"$(VERSION)"'
CFLAGS   ?= -O2 -g
CFLAGS   += -std=c11 $(WARN) -fno-strict-aliasing
ifneq ($(SANITIZE),)
CFLAGS  += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
LDFLAGS += -fsanitize=$(SANITIZE)
endif

# Debian names the include folder of the machine's architecture; BPF code needs its <asm/types.h>.
MULTIARCH := $(shell $(CC) -print-multiarch 2>/dev/null)
BPFFLAGS  := -target bpf -O2 -g -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter \
	     -Iinclude -Ibpf -I/usr/include/$(MULTIARCH)

objs = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))

CORE_OBJS   := $(call objs,ctrl/base/*.c ctrl/wire/*.c ctrl/core/*.c)
IO_OBJS     := $(call objs,ctrl/io/*.c)
DPLANE_OBJS := $(call objs,ctrl/dplane/*.c)
SHELL_OBJS  := $(filter-out $(BUILD)/ctrl/main.o,$(call objs,ctrl/*.c))
CTL_OBJS    := $(call objs,tools/hpimctl/*.c)
BPF_OBJS    := $(patsubst bpf/%.bpf.c,$(BUILD)/bpf/%.bpf.o,$(wildcard bpf/*.bpf.c))
SKELS       := $(BPF_OBJS:.bpf.o=.skel.h)
UNIT_TESTS  := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
BPF_TESTS   := $(patsubst tests/bpf/%.c,$(BUILD)/tests/bpf/%,$(wildcard tests/bpf/test_*.c))
UNIT_COMMON := $(call objs,tests/unit/common_*.c)

CORE_LIB   := $(BUILD)/libhpim-core.a
IO_LIB     := $(BUILD)/libhpim-io.a
DPLANE_LIB := $(BUILD)/libhpim-dplane.a
SHELL_LIB  := $(BUILD)/libhpim-shell.a
BINS       := $(BUILD)/hpimd $(BUILD)/hpimctl $(BUILD)/mcgen $(BUILD)/mcsink

IO_LIBS     := -lmnl -lsystemd -ljson-c -lsodium -lcrypto
DPLANE_LIBS := -lxdp -lbpf -lelf -lz -lmnl
CTL_LIBS    := -ljson-c -lsmartcols

.PHONY: all help
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BINS) ## Build everything to build/

help: ## This list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c
	@mkdir -p $(@D)
	$(call say,BPF,$<)$(CLANG) $(BPFFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/bpf/%.skel.h: $(BUILD)/bpf/%.bpf.o
	$(call say,SKEL,$@)bpftool gen skeleton $< name $(subst .,_,$*) > $@

$(DPLANE_OBJS) $(BPF_TESTS:=.o): $(SKELS)

define archive
$(1): $(2)
	@mkdir -p $$(@D)
	$$(call say,AR,$$@)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(eval $(call archive,$(CORE_LIB),$(CORE_OBJS)))
$(eval $(call archive,$(IO_LIB),$(IO_OBJS)))
$(eval $(call archive,$(DPLANE_LIB),$(DPLANE_OBJS)))
$(eval $(call archive,$(SHELL_LIB),$(SHELL_OBJS)))

link = $(call say,LD,$@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(1)

$(BUILD)/hpimd: $(BUILD)/ctrl/main.o $(SHELL_LIB) $(IO_LIB) $(DPLANE_LIB) $(CORE_LIB)
	$(call link,$^ $(IO_LIBS) $(DPLANE_LIBS))

$(BUILD)/hpimctl: $(CTL_OBJS) $(BUILD)/ctrl/base/addr.o $(BUILD)/ctrl/base/addr_text.o
	$(call link,$^ $(CTL_LIBS))

$(BUILD)/mcgen $(BUILD)/mcsink: $(BUILD)/%: $(BUILD)/tools/mcgen/%.o $(BUILD)/ctrl/base/addr.o \
		$(BUILD)/ctrl/base/addr_text.o
	$(call link,$^)

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(UNIT_COMMON) $(SHELL_LIB) $(IO_LIB) $(DPLANE_LIB) \
		$(CORE_LIB)
	$(call link,$^ -lcriterion $(IO_LIBS) $(DPLANE_LIBS))

$(BUILD)/tests/bpf/%: $(BUILD)/tests/bpf/%.o $(DPLANE_LIB) $(CORE_LIB)
	$(call link,$^ -lcriterion $(DPLANE_LIBS))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
