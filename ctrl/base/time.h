/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <stdint.h>

/** hp_time - Nanoseconds on a monotonic clock; as a duration, nanoseconds. */
typedef int64_t hp_time;

#define HP_TIME_NEVER INT64_MAX

#define HP_MS(ms) ((hp_time)(ms)*1000000)
#define HP_SEC(s) ((hp_time)(s)*1000000000)

#endif
