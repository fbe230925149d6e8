/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_BORDER_H
#define CORE_BORDER_H

/*
 * A router whose interfaces run different routing protocols, between their domains. Source:
 * description of PIM-DM, 8.4.
 *
 * The owner of a tree is the protocol of the interface that its packets come in by; it alone claims
 * the forwarding entry. Every other one contributes: to it the source is as good as connected while
 * the owner says that the tree lives, and what it wants on its own interfaces is added to the
 * owner's outputs. Interfaces where only IGMP or MLD runs are the owner's.
 *
 * Each side asks the other when it evaluates a tree, and tells it when its own answer has changed:
 * nothing is stored here.
 */
#include "core/mrp.h"

/**
 * border_owner() - The protocol that owns the trees that come in by @link.
 * @link: of the route to the source; LINK_NONE: there is none.
 *
 * The one that runs there; where none does, the first one that runs on any interface.
 */
struct mrp *border_owner(const struct core *core, enum ip_family family, uint16_t link);

/**
 * border_owner_of() - The protocol that owns a tree, as @mrp sees it.
 * @path:  the route to its source.
 * @input: where @mrp last saw its packets come in; LINK_NONE: nowhere.
 *
 * What a program of this router sends comes in by the interface that it leaves by, which the route
 * does not tell: the tree is that of who saw it there.
 */
struct mrp *border_owner_of(const struct mrp *mrp, const struct mfib_key *key,
			    const struct ev_rpf *path, uint16_t input);

/** border_is_foreign() - Whether another routing protocol than @mrp runs on an interface. */
bool border_is_foreign(const struct mrp *mrp, uint16_t link);

/** border_outputs() - What the other protocols want of a tree of @owner; none: empty. */
struct ifset border_outputs(const struct mrp *owner, const struct mfib_key *key);

/** border_flags() - What the other protocols need to know of the data of a tree of @owner. */
uint32_t border_flags(const struct mrp *owner, const struct mfib_key *key);

/** border_is_alive() - Whether another protocol owns the tree, and data of it came lately. */
bool border_is_alive(const struct mrp *mrp, const struct mfib_key *key);

/** border_changed() - What @mrp answers to the three above may be something else now. */
void border_changed(const struct mrp *mrp, const struct mfib_key *key);

/** border_begin() - @mrp runs on one more interface: trees of the other protocols may lead there.
 */
void border_begin(struct mrp *mrp);

/**
 * border_hand_over() - @mrp finds that a tree is not its own: its data came without an entry, or
 * the route moved to an interface of the owner.
 * @link: where data came in.
 *
 * When it returns the owner has claimed the entry, if it can; so @mrp may give up its own claim and
 * the one replaces the other.
 */
void border_hand_over(const struct mrp *mrp, struct mrp *owner, const struct mfib_key *key,
		      uint16_t link);

#endif
