/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SCHEMADOC_MAN_H
#define SCHEMADOC_MAN_H

/** man_print() - Print hpimctl(1), from the tables of commands, words, fields and exit codes. */
void man_print(void);

/** man_print_config() - Print hpim.yaml(5), from the tables of keys and settings. */
void man_print_config(void);

#endif
