/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of drivers beforehand; the rest the kernel tells (vmtests/features/output-nic.sh).
 */
#include <criterion/criterion.h>

#include "dplane/linkcaps.h"

Test(linkcaps, drivers_with_a_queue_for_each_cpu_need_as_many)
{
	cr_expect(linkcaps_lacks_queues("i40e", 4, 8));
	cr_expect(linkcaps_lacks_queues("mlx5_core", 1, 2));
	cr_expect_not(linkcaps_lacks_queues("i40e", 8, 8));
	cr_expect_not(linkcaps_lacks_queues("i40e", 16, 8));
}

Test(linkcaps, unknown_queues_are_taken_for_enough)
{
	cr_expect_not(linkcaps_lacks_queues("i40e", 0, 8));
}

Test(linkcaps, other_drivers_share_their_queues)
{
	cr_expect_not(linkcaps_lacks_queues("virtio_net", 1, 8));
	cr_expect_not(linkcaps_lacks_queues("veth", 1, 8));
	cr_expect_not(linkcaps_lacks_queues("", 1, 8));
}
