/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HPIMSIM_HTML_MESSAGE_H
#define HPIMSIM_HTML_MESSAGE_H

/* Messages of the protocols as names and values. */
#include "core/effect.h"
#include "hpimsim/html_run.h"

/** html_message_read() - Decode what was sent; what no decoder takes is a message, too. */
void html_message_read(struct html_run *run, const struct fx_send *sent,
		       struct html_message *ret_message);

#endif
