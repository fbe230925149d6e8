/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMCTL_COMPLETE_H
#define HPIMCTL_COMPLETE_H

/* Completion of the command line: scripts for shells, which ask this program for the words. */
#include "hpimctl/grammar.h"

/** complete_run() - Perform "completion". Return: 0 or an exit code, with @ret_error filled. */
int complete_run(const struct request *request, struct ctl_error *ret_error);

/** complete_offer() - Print a word that can stand there, if it begins with @prefix. */
void complete_offer(const char *word, const char *help, const char *prefix);

/** complete_offer_interfaces() - The same of each interface of the machine but lo. */
void complete_offer_interfaces(const char *prefix, const char *help);

#endif
