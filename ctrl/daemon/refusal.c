// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a command is refused: filled where it is found out, sent by who got the command.
 */
#include <stdarg.h>
#include <stdio.h>

#include "core/event.h"
#include "daemon/refusal.h"

uint16_t refuse(struct refusal *refusal, enum ctl_exit exit, const char *code, const char *hint,
		const char *format, ...)
{
	va_list args;

	refusal->exit = exit;
	refusal->code = code;
	refusal->hint = hint;
	va_start(args, format);
	(void)vsnprintf(refusal->message, sizeof(refusal->message), format, args); /* may be cut */
	va_end(args);
	return LINK_NONE;
}
