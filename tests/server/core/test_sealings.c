/* SPDX-License-Identifier: Apache-2.0 */
/* test_sealings - opening and sealing by hand stands on the log of every tenant, and nowhere in the clear who did it. */
#include "server/core/sealings.h"

#include "tests/support/api_world.h"

#include <criterion/criterion.h>

enum { TENANTS = 70, /* more than one act takes */ MEMORY = 1024 * 1024 };

static void tell(struct api_world *world, const struct sealings_ask *ask)
{
	struct err err = sealings_tell(&world->server, ask);
	cr_assert(!err_failed(err), "%s", err.why);
}

static void detail_is(struct api_world *world, enum action action, const char *expected)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct event_read event;
	api_find_event(world, world->tenant.id, action, &arena, &event);
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	cr_assert(span_is(detail, expected), "%.*s", (int)detail.len, (const char *)detail.at);
}

Test(sealings, every_tenant_is_told_once)
{
	scoped(api_world) world = {0};
	static struct api_tenant tenants[TENANTS];
	const struct sealings_ask ask = {.action = ACTION_KEY_SEALED, .operators = SPAN_LIT("uid:0")};
	api_world_open(&world);
	for (size_t i = 0; i < TENANTS; i++)
		api_world_tenant(&world, &tenants[i]);
	tell(&world, &ask);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_KEY_SEALED) == 1);
	for (size_t i = 0; i < TENANTS; i++)
		cr_assert(api_count_events(&world, tenants[i].id, ACTION_KEY_SEALED) == 1, "tenant %zu", i);
}

Test(sealings, the_log_says_who_by_what_and_how_often_in_vain)
{
	scoped(api_world) world = {0};
	const struct span both = SPAN_LIT("uid:1000 uid:0");
	api_world_open(&world);
	tell(&world,
		&(struct sealings_ask){.action = ACTION_KEY_UNSEALED,
			.by = SPAN_LIT("shares"),
			.operators = both,
			.tries = 3});
	detail_is(&world, ACTION_KEY_UNSEALED,
		"{\"key_id\":\"root\",\"operators\":[\"uid:1000\",\"uid:0\"],\"by\":\"shares\"}");
	tell(&world,
		&(struct sealings_ask){.action = ACTION_KEY_UNSEAL_FAILED, .operators = both, .tries = 3});
	detail_is(&world, ACTION_KEY_UNSEAL_FAILED,
		"{\"key_id\":\"root\",\"operators\":[\"uid:1000\",\"uid:0\"],\"tries\":3}");
	tell(&world, &(struct sealings_ask){.action = ACTION_KEY_SEALED, .operators = SPAN_LIT("uid:7")});
	detail_is(&world, ACTION_KEY_SEALED, "{\"key_id\":\"root\",\"operators\":[\"uid:7\"]}");
}

Test(sealings, owners_get_a_mail_when_the_store_is_open_again_and_others_do_not)
{
	scoped(api_world) world = {0};
	struct api_person owner, second, assistant;
	const struct id anybody = {0};
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", "olga@harbour.example", &owner);
	api_world_person(&world, &world.tenant, "owner", "otto@harbour.example", &second);
	api_world_person(&world, &world.tenant, "assistant", "anna@harbour.example", &assistant);
	tell(&world, &(struct sealings_ask){.action = ACTION_KEY_SEALED, .operators = SPAN_LIT("uid:0")});
	tell(&world,
		&(struct sealings_ask){
			.action = ACTION_KEY_UNSEAL_FAILED, .operators = SPAN_LIT("uid:0"), .tries = 2});
	cr_assert(api_count_notices(&world, anybody, NOTICE_KEYS_UNSEALED) == 0);
	tell(&world,
		&(struct sealings_ask){.action = ACTION_KEY_UNSEALED,
			.by = SPAN_LIT("shares"),
			.operators = SPAN_LIT("uid:0"),
			.tries = 2});
	cr_assert(api_count_notices(&world, owner.id, NOTICE_KEYS_UNSEALED) == 1);
	cr_assert(api_count_notices(&world, second.id, NOTICE_KEYS_UNSEALED) == 1);
	cr_assert(api_count_notices(&world, anybody, NOTICE_KEYS_UNSEALED) == 2);
}

Test(sealings, an_application_cannot_say_that_the_keys_were_sealed)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	struct api_application plain; /* the tenant's first one may import */
	api_world_application(&world, &world.tenant, 1u << SCOPE_EVENTS_WRITE, &plain);
	api_call(&world, "POST", "/v1/events", plain.token,
		"{\"action\":\"key.sealed\",\"actor\":\"system\",\"detail\":{\"key_id\":\"root\","
		"\"operators\":[\"uid:0\"]}}",
		&answer);
	cr_assert(api_is_code(&answer, 422, "action_reserved"), "%s", answer.body);
}
