/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_HPIM_H
#define CORE_HPIM_H

/*
 * HPIM-DM of one family: what core.c calls. The parts are in hpim_*.c; what they share is in
 * hpim_int.h. Source: description of HPIM-DM, section 3.
 */
#include "core/event.h"
#include "core/rpf.h"

struct core;
struct hpim;

/** hpim_new() - NULL: no memory. */
struct hpim *hpim_new(struct core *core, enum ip_family family);
void hpim_free(struct hpim *hpim);

/** hpim_link_changed() - Something about an interface or what is switched on there changed. */
void hpim_link_changed(struct hpim *hpim, uint16_t link);

/** hpim_config_key() - CONFIG_KEY. */
void hpim_config_key(struct hpim *hpim, const struct ev_config *config);

/** hpim_settings_changed() - Re-evaluate everything under new settings. */
void hpim_settings_changed(struct hpim *hpim);

/** hpim_receive() - A packet of PROTO_HPIM. */
void hpim_receive(struct hpim *hpim, const struct ev_packet *packet);

/** hpim_member_changed() - Local membership of a group changed on an interface. */
void hpim_member_changed(struct hpim *hpim, const struct ip_addr *group);

/** hpim_path_changed() - The path to the source of the tree with this user changed. */
void hpim_path_changed(struct core *core, struct rpf_user *user);

/** hpim_data() - The forwarding plane saw data. */
void hpim_data(struct hpim *hpim, const struct ev_data *data);

/** hpim_stale() - EV_STALE. */
void hpim_stale(struct hpim *hpim, const struct ev_stale *ev);

/** hpim_stop() - Goodbye on every interface. */
void hpim_stop(struct hpim *hpim);

/** hpim_evaluate_next() - Re-evaluate one tree that was marked; false: none is left. */
bool hpim_evaluate_next(struct hpim *hpim);

#endif
