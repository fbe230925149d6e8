/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BPF_TAG_H
#define BPF_TAG_H

/*
 * VLAN tags in XDP: which VLAN a tagged frame belongs to, and which of the VLANs of a port a copy
 * is for. A device keeps one program for all its copies, so a copy tells its output set, not its
 * output, by metadata before the frame, and the VLANs of the set take turns.
 */
#include "hook.h"
#include "maps.h"
#include "parse.h"

#define TAG_VID 0x0fff

/** struct tag - What stands between the addresses and the EtherType, seen from behind. */
struct tag {
	__be16 tci, proto;
};

/**
 * tag_find() - The VLAN of a frame.
 * @ifindex: the port; becomes the VLAN.
 *
 * Return: false for VLANs that are not served and for priority tags.
 */
static __always_inline bool tag_find(const struct tag *tag, __be16 tpid, __u32 *ifindex)
{
	struct mfib_tag key = { .carrier = *ifindex,
				.vid = bpf_ntohs(tag->tci) & TAG_VID,
				.tpid = tpid };
	const __u32 *vlan = bpf_map_lookup_elem(&vlans, &key);

	if (!vlan || key.vid == 0)
		return false;
	*ifindex = *vlan;
	return true;
}

/** tag_strip() - Remove the tag of a frame. Pointers to it are void then. */
static __always_inline bool tag_strip(struct xdp_md *ctx, void *data, const void *end)
{
	__u32 *word = data;

	if ((void *)(word + 4) > end)
		return false;
	word[3] = word[2];
	word[2] = word[1];
	word[1] = word[0];
	return bpf_xdp_adjust_head(ctx, sizeof(struct tag)) == 0;
}

/** tag_push() - Give a frame the tag of a VLAN. Pointers to it are void then. */
static __always_inline bool tag_push(struct xdp_md *ctx, const struct mfib_port *port)
{
	__u32 *word;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct tag)))
		return false;
	word = (void *)(long)ctx->data;
	if ((void *)(word + 4) > (void *)(long)ctx->data_end)
		return false;
	word[0] = word[1];
	word[1] = word[2];
	word[2] = word[3];
	((__be16 *)word)[6] = port->tpid;
	((__be16 *)word)[7] = bpf_htons(port->vid);
	return true;
}

/** meta_put() - Prepare a frame for an output set with VLANs. False: nothing is changed. */
static __always_inline bool meta_put(struct xdp_md *ctx, __u32 set)
{
	__u32 zero = 0, *packet = bpf_map_lookup_elem(&packet_ids, &zero);
	struct mfib_meta *meta;

	if (!packet || bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return false;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return false; /* not reached: so much was asked for */
	*meta = (struct mfib_meta){ .magic = MFIB_META_MAGIC, .set = set, .packet = ++*packet };
	return true;
}

/* Of this CPU; the first copy on a port makes it. */
static __always_inline struct turn_state *turn_state_get(__u32 carrier)
{
	struct turn_state *state = bpf_map_lookup_elem(&turn_states, &carrier);
	const struct turn_state fresh = { .packet = 0 };

	if (state)
		return state;
	bpf_map_update_elem(&turn_states, &carrier, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&turn_states, &carrier);
}

/** turn_take() - The output that a copy on a port is for; 0: none. */
static __always_inline __u32 turn_take(const struct mfib_meta *meta, __u32 carrier)
{
	struct mfib_turn key = { .set = meta->set, .carrier = carrier };
	struct turn_state *state = turn_state_get(carrier);
	const __u32 *ifindex;

	if (!state)
		return 0;
	if (state->packet != meta->packet)
		*state = (struct turn_state){ .packet = meta->packet };
	key.turn = state->turn++;
	ifindex = bpf_map_lookup_elem(&set_turns, &key);
	return ifindex ? *ifindex : 0;
}

#endif
