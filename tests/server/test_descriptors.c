/* SPDX-License-Identifier: Apache-2.0 */
/* test_descriptors - connections and followers share what the limit of open files leaves, and never take more. */
#include "server/descriptors.h"

#include <criterion/criterion.h>
#include <sys/resource.h>

static const struct conf USUAL = {.http_connections_max = 1024, .follow_max = 2000};

static void lower(rlim_t most)
{
	const struct rlimit limit = {most, most};
	cr_assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

Test(descriptors, where_there_is_room_it_is_what_the_settings_say)
{
	const struct descriptors share = descriptors_share_of(&USUAL, 1024 + 2000 + DESCRIPTORS_OWN);
	cr_assert(share.connections == 1024 && share.followers == 2000 && !share.are_few);
	cr_assert(!descriptors_share_of(&USUAL, UINT64_MAX).are_few, "without a limit");
}

Test(descriptors, what_is_there_is_never_exceeded_and_both_get_their_part)
{
	for (uint64_t limit = DESCRIPTORS_OWN + DESCRIPTORS_LEAST; limit < 1024 + 2000 + DESCRIPTORS_OWN;
		limit++) {
		const struct descriptors share = descriptors_share_of(&USUAL, limit);
		cr_assert(share.are_few && share.connections + share.followers + DESCRIPTORS_OWN == limit,
			"%d", (int)limit);
		cr_assert(share.connections >= 10 && 10 * share.followers + 30 >= 19 * share.connections,
			"%d", (int)limit);
	}
}

Test(descriptors, who_wants_no_followers_has_connections_alone)
{
	const struct conf conf = {.http_connections_max = 65536, .follow_max = 0};
	const struct descriptors share = descriptors_share_of(&conf, 1024);
	cr_assert(share.connections == 1024 - DESCRIPTORS_OWN && share.followers == 0 && share.are_few);
}

Test(descriptors, the_limit_is_raised_as_far_as_may_be)
{
	const struct rlimit limit = {200, 600};
	struct rlimit now;
	cr_assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	cr_assert(!err_failed(descriptors_raise(&USUAL, NULL)));
	cr_assert(getrlimit(RLIMIT_NOFILE, &now) == 0 && now.rlim_cur == 600);
	cr_assert(descriptors_share(&USUAL).limit == 600);
}

Test(descriptors, with_too_few_nothing_is_begun)
{
	lower(DESCRIPTORS_OWN + DESCRIPTORS_LEAST);
	cr_assert(!err_failed(descriptors_raise(&USUAL, NULL)));
	lower(DESCRIPTORS_OWN + DESCRIPTORS_LEAST - 1);
	cr_assert(descriptors_raise(&USUAL, NULL).kind == ERR_INPUT);
}
