/* SPDX-License-Identifier: Apache-2.0 */
/* People who are counted beforehand, and those who are counted when somebody asks. */
#include "server/core/login/headcount.h"

#include "tests/server/log_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { FEW = 2 };

static bool never_stops(void *context)
{
	(void)context;
	return true;
}

static bool stops(void *context)
{
	(void)context;
	return false;
}

static const struct headcount_pace ON = {.rest = never_stops}, OFF = {.rest = stops};

/* A business that counts as a large one. */
static void open_world(struct log_world *world)
{
	log_world_open(world);
	log_world_must(headcount_open(FEW, &world->api.server.headcount));
}

static void close_world(struct log_world *world)
{
	headcount_close(world->api.server.headcount);
	world->api.server.headcount = NULL;
	log_world_done(world);
}

static bool find(struct log_world *world, struct id tenant, struct headcount_sum *sum)
{
	const struct headcount_of of = {.tenant = tenant};
	return headcount_find(world->api.server.headcount, &of, clock_now(), sum);
}

static void card(struct log_world *world, struct api_answer *answer)
{
	api_call(&world->api, "GET", "/v1/protection", world->api.tenant.token, NULL, answer);
	cr_assert(answer->status == 200, "%s", answer->body);
}

static json_int_t staff(const struct api_answer *answer)
{
	return json_integer_value(api_member(answer, "people/staff"));
}

Test(headcount, is_known_after_a_pass_whole_and_with_the_time_when_it_was)
{
	struct log_world world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	char as_of[64];
	open_world(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", NULL, &owner);
	card(&world, &answer);
	cr_assert(staff(&answer) == FEW, "before it so many were looked at: %s", answer.body);
	cr_assert(json_is_false(api_member(&answer, "people/complete")), "and the answer says so");
	log_world_must(headcount_count_all(&world.api.server, &ON));
	card(&world, &answer);
	cr_assert(staff(&answer) == LOG_PEOPLE + 1, "%s", answer.body);
	cr_assert(json_is_true(api_member(&answer, "people/complete")), "all of them");
	cr_assert(json_is_null(api_member(&answer, "next")), "there is nothing to go on with");
	cr_assert(api_has(&answer, "people/export_weak_people/0/id", owner.text), "and who is named");
	snprintf(as_of, sizeof as_of, "%s", api_text(&answer, "people/as_of"));
	fake_clock_pass(HEADCOUNT_FRESH_MS);
	card(&world, &answer);
	cr_assert(api_has(&answer, "people/as_of", as_of), "it is as old as it says");
	close_world(&world);
}

Test(headcount, is_counted_again_when_somebody_asked_and_it_was_old_by_then)
{
	struct log_world world = {0};
	struct headcount_sum sum;
	struct api_person late;
	open_world(&world);
	struct id tenant = world.api.tenant.id;
	log_world_must(headcount_count_all(&world.api.server, &ON));
	api_world_person(&world.api, &world.api.tenant, "assistant", NULL, &late);
	cr_assert(find(&world, tenant, &sum) && sum.staff == LOG_PEOPLE, "as it was");
	log_world_must(headcount_count_wanted(&world.api.server, &ON));
	cr_assert(find(&world, tenant, &sum) && sum.staff == LOG_PEOPLE, "nobody counts twice a minute");
	fake_clock_pass(HEADCOUNT_FRESH_MS);
	cr_assert(find(&world, tenant, &sum) && sum.staff == LOG_PEOPLE, "who asks does not wait for it");
	log_world_must(headcount_count_wanted(&world.api.server, &OFF));
	cr_assert(find(&world, tenant, &sum) && sum.staff == LOG_PEOPLE,
		"a pass that breaks off changes nothing");
	log_world_must(headcount_count_wanted(&world.api.server, &ON));
	cr_assert(find(&world, tenant, &sum) && sum.staff == LOG_PEOPLE + 1, "the next one asks and is told");
	close_world(&world);
}

Test(headcount, knows_nothing_of_a_business_with_few_people_nor_of_another_one)
{
	struct log_world world = {0};
	struct headcount_sum sum;
	struct api_tenant other;
	struct api_person one;
	open_world(&world);
	api_world_tenant(&world.api, &other);
	api_world_person(&world.api, &other, "owner", NULL, &one);
	cr_assert(!find(&world, world.api.tenant.id, &sum), "nothing is known before");
	log_world_must(headcount_count_all(&world.api.server, &ON));
	cr_assert(find(&world, world.api.tenant.id, &sum) && sum.staff == LOG_PEOPLE, "its own people alone");
	cr_assert(!find(&world, other.id, &sum), "a few are counted when somebody asks");
	const struct headcount_of branch = {.tenant = world.api.tenant.id, .by_branch = true};
	cr_assert(headcount_find(world.api.server.headcount, &branch, clock_now(), &sum), "of no branch");
	cr_assert(sum.staff == LOG_PEOPLE, "are all of them");
	const struct headcount_of elsewhere = {
		.tenant = world.api.tenant.id, .by_branch = true, .branch = one.id};
	cr_assert(!headcount_find(world.api.server.headcount, &elsewhere, clock_now(), &sum),
		"of a branch nobody is");
	close_world(&world);
}
