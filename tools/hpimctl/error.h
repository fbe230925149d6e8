/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_ERROR_H
#define HPIMCTL_ERROR_H

#include <stdbool.h>

#include "hpim/ctl_abi.h"

/**
 * struct ctl_error - Why a command failed.
 * @exit:    exit code of the program.
 * @code:    a word for programs, such as "not-found".
 * @message: a sentence for people.
 * @hint:    what to do about it; empty if there is nothing to say.
 */
struct ctl_error {
	enum ctl_exit exit;
	char code[32];
	char message[512];
	char hint[512];
};

/**
 * ctl_fail() - Fill @error.
 *
 * Return: @exit, so that a caller can say `return ctl_fail(...)`.
 */
__attribute__((format(printf, 5, 6))) int ctl_fail(struct ctl_error *error, enum ctl_exit exit,
						   const char *code, const char *hint,
						   const char *format, ...);

/** ctl_error_print() - Write the error to standard error, as text or as one JSON object. */
void ctl_error_print(const struct ctl_error *error, bool as_json);

#endif
