/* SPDX-License-Identifier: Apache-2.0 */
/* Who hears of it when the log leaves. */
#include "server/core/log/export_notices.h"

#include "tests/server/log_world.h"

#include <criterion/criterion.h>

enum { MEMORY = 256 * 1024 };

static const char BODY[] = "{\"format\":\"csv\",\"purpose\":\"audit\"}";

static size_t mails(struct log_world *world, const struct api_person *person)
{
	return api_count_notices(&world->api, person->id, NOTICE_LOG_EXPORTED);
}

Test(export_notices, every_owner_is_told_once_and_nobody_else)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person first, second, auditor;
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", "one@example.org", &first);
	api_world_person(&world.api, &world.api.tenant, "owner", "two@example.org", &second);
	api_world_person(&world.api, &world.api.tenant, "auditor", "aud@example.org", &auditor);
	cr_assert(api_call(&world.api, "POST", "/v1/exports", auditor.token, BODY, &answer) == 200);
	cr_assert(mails(&world, &first) == 1 && mails(&world, &second) == 1);
	cr_assert(mails(&world, &auditor) == 0);
	cr_assert(api_call(&world.api, "POST", "/v1/exports", first.token, BODY, &answer) == 200);
	cr_assert(mails(&world, &first) == 2, "also of what was done in the owner's own name");
}

Test(export_notices, nobody_is_told_of_an_export_that_was_refused)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", "one@example.org", &owner);
	cr_assert(api_call(&world.api, "POST", "/v1/exports", world.people[0].token, BODY, &answer) == 403);
	cr_assert(api_call(&world.api, "POST", "/v1/exports", owner.token, "{\"format\":\"csv\"}", &answer) ==
		422);
	cr_assert(mails(&world, &owner) == 0);
}

Test(export_notices, the_owners_of_another_tenant_hear_nothing)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	struct api_person owner;
	log_world_open(&world);
	api_world_tenant(&world.api, &other);
	api_world_person(&world.api, &other, "owner", "one@example.org", &owner);
	cr_assert(api_call(&world.api, "POST", "/v1/exports", world.api.tenant.token, BODY, &answer) == 200);
	cr_assert(mails(&world, &owner) == 0);
}

Test(export_notices, who_exported_may_be_gone)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct letters told;
	struct api_person owner;
	struct export gone = {.actor = LEAF_PERSON, .by = {{7}}, .format = EXPORT_CSV};
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "owner", "one@example.org", &owner);
	gone.tenant = world.api.tenant.id;
	log_world_must(export_notices_prepare(&world.api.server, &gone, clock_now(), &arena, &told));
	cr_assert(told.count == 1 && ids_equal(told.items[0].person, owner.id));
}
