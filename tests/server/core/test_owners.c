/* SPDX-License-Identifier: Apache-2.0 */
/* Two changes at once: what one rests on, the other may have moved. */
#include "server/core/owners.h"

#include "server/core/people/people_change.h"
#include "tests/support/api_world.h"

#include <criterion/criterion.h>

enum { MEMORY = 1024 * 1024 };

/* A use-case that is prepared now and written later. */
struct rig {
	struct reading reading;
	struct view view;
	struct caller caller;
	struct scene scene;
	struct arena arena;
};

static void open_rig(struct api_world *world, struct rig *rig)
{
	*rig = (struct rig){.arena = ARENA(MEMORY)};
	rig->caller = (struct caller){.kind = TOKEN_APPLICATION,
		.tenant = world->tenant.id,
		.application = world->tenant.application,
		.scopes = SCOPE_ALL,
		.capabilities = CAPABILITY_ALL};
	cr_assert(!err_failed(reading_open(&world->server.volume, &rig->reading)));
	rig->view = view_reading(&rig->reading);
	rig->scene = (struct scene){.server = &world->server,
		.caller = &rig->caller,
		.view = &rig->view,
		.now = clock_now(),
		.arena = &rig->arena};
}

static void rig_done(struct rig *rig)
{
	reading_done(&rig->reading);
	arena_done(&rig->arena);
}

static fallible run_change(struct act *act, void *context)
{
	return people_change_write(act, context);
}

static struct err write(struct api_world *world, struct people_change *change)
{
	return committer_run(world->server.committer,
		(struct act_job){.kind = ACT_EVENT, .run = run_change, .context = change});
}

static void prepare_removal(struct rig *rig, const struct api_person *person, struct people_change *change)
{
	cr_assert(!err_failed(
		person_get(&rig->view, rig->caller.tenant, person->id, &rig->arena, &change->before)));
	cr_assert(!err_failed(people_remove_prepare(&rig->scene, change)));
}

Test(owners, two_owners_cannot_remove_each_other)
{
	scoped(api_world) world = {0};
	scoped(rig) rig = {.arena = ARENA(MEMORY)};
	struct api_person first, second;
	struct people_change one = {.name = SPAN_NONE}, two = {.name = SPAN_NONE};
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &first);
	api_world_person(&world, &world.tenant, "owner", NULL, &second);
	open_rig(&world, &rig);
	prepare_removal(&rig, &first, &one);
	prepare_removal(&rig, &second, &two);
	cr_assert(!err_failed(write(&world, &one)));
	cr_assert(write(&world, &two).code == CODE_STALE);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_PERSON_REMOVED) == 1);
}

Test(owners, a_person_who_changed_meanwhile_is_prepared_again)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(rig) rig = {.arena = ARENA(MEMORY)};
	struct api_person person;
	struct people_change change = {.name = SPAN_NONE};
	char path[64];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &person);
	open_rig(&world, &rig);
	prepare_removal(&rig, &person, &change);
	snprintf(path, sizeof path, "/v1/people/%s", person.text);
	cr_assert(api_call(&world, "PATCH", path, world.tenant.token, "{\"name\":\"New\"}", &answer) == 200);
	cr_assert(write(&world, &change).code == CODE_STALE);
}

static fallible run_add(struct act *act, void *context)
{
	return people_add_write(act, context);
}

Test(owners, a_role_that_grew_meanwhile_is_not_given_unseen)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(rig) rig = {.arena = ARENA(MEMORY)};
	struct people_add add = {
		.new = {.person = {.name = SPAN_LIT("N"), .roles = {SPAN_LIT("smm")}, .role_count = 1}}};
	const struct act_job job = {.kind = ACT_EVENT, .run = run_add, .context = &add};
	api_world_open(&world);
	open_rig(&world, &rig);
	cr_assert(!err_failed(people_add_prepare(&rig.scene, &add)));
	cr_assert(api_call(&world, "PUT", "/v1/roles/smm", world.tenant.token,
			  "{\"capabilities\":[\"people.write\"]}", &answer) == 200);
	cr_assert(committer_run(world.server.committer, job).code == CODE_STALE);
}

Test(owners, only_active_people_with_the_role_count)
{
	struct person person = {.roles = {SPAN_LIT("smm"), SPAN_LIT("owner")}, .role_count = 2};
	cr_assert(owners_is(&person));
	person.state = PERSON_SUSPENDED;
	cr_assert(!owners_is(&person));
	person.state = PERSON_ACTIVE;
	person.role_count = 1;
	cr_assert(!owners_is(&person));
}
