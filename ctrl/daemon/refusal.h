/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DAEMON_REFUSAL_H
#define DAEMON_REFUSAL_H

/* Why a command is refused. */
#include <stdint.h>
#include "hpim/ctl_abi.h"

/* A refusal: the exit code for hpimctl, a word for programs, a sentence and a hint. */
struct refusal {
	enum ctl_exit exit;
	const char *code;
	char message[256];
	const char *hint;
};

/** refuse() - Fill a refusal. Return: LINK_NONE. */
__attribute__((format(printf, 5, 6))) uint16_t refuse(struct refusal *refusal, enum ctl_exit exit,
						      const char *code, const char *hint,
						      const char *format, ...);

#endif
