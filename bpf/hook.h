/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_HOOK_H
#define BPF_HOOK_H

/* Where a program is attached. Always a constant: the compiler drops what is for the other one. */
enum hook { HOOK_XDP, HOOK_TC };

#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

#endif
