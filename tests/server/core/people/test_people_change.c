/* SPDX-License-Identifier: Apache-2.0 */
/* Changing and removing people: who may, who is told, and that a tenant keeps an owner. */
#include "store/nouns/factor.h"
#include "tests/support/api_world.h"

#include <criterion/criterion.h>

enum { MEMORY = 1024 * 1024 };

static const struct id ANYBODY;

static const char *path_of(const struct api_person *person, char out[static 64])
{
	snprintf(out, 64, "/v1/people/%s", person->text);
	return out;
}

static int change(struct api_world *world, const struct api_person *person, const char *token,
	const char *body, struct api_answer *answer)
{
	char path[64];
	return api_call(world, "PATCH", path_of(person, path), token, body, answer);
}

static int drop(struct api_world *world, const struct api_person *person, struct api_answer *answer)
{
	char path[64];
	return api_call(world, "DELETE", path_of(person, path), world->tenant.token, NULL, answer);
}

static int asserted(struct api_world *world, const struct api_person *actor, const struct api_person *person,
	const char *body, struct api_answer *answer)
{
	char path[64];
	const struct api_request request = {.method = "PATCH",
		.path = path_of(person, path),
		.token = world->tenant.token,
		.actor = actor->text,
		.body = body};
	return api_ask(world, &request, answer);
}

Test(people_change, says_field_by_field_what_was_and_what_is)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct api_person ivana;
	struct event_read event;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	cr_assert(change(&world, &ivana, world.tenant.token,
			  "{\"name\":\"Ivana P\",\"language\":\"bg\",\"ref\":\"iva\"}", &answer) == 200);
	cr_assert(api_has(&answer, "name", "Ivana P") && api_has(&answer, "ref", "iva"));
	api_find_event(&world, world.tenant.id, ACTION_PERSON_CHANGED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_CHANGES],
		"[{\"field\":\"name\",\"before\":\"Ivana Petrova\",\"after\":\"Ivana P\"},"
		"{\"field\":\"ref\",\"after\":\"iva\"},"
		"{\"field\":\"language\",\"before\":\"en\",\"after\":\"bg\"}]"));
	cr_assert(api_call(&world, "GET", "/v1/people/iva", world.tenant.token, NULL, &answer) == 200);
}

Test(people_change, to_what_is_there_already_writes_nothing)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	cr_assert(change(&world, &ivana, world.tenant.token, "{\"name\":\"Ivana Petrova\"}", &answer) == 200);
	cr_assert(change(&world, &ivana, world.tenant.token, "{}", &answer) == 200);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_PERSON_CHANGED) == 0);
}

Test(people_change, refuses_unknown_fields_and_states)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	change(&world, &ivana, world.tenant.token, "{\"kind\":\"client\",\"state\":\"erased\"}", &answer);
	cr_assert(answer.status == 422 && api_has_problem(&answer, "/kind", "unknown_field"));
	cr_assert(api_has_problem(&answer, "/state", "not_allowed"));
}

Test(people_change, a_ref_moves_and_the_old_one_is_free)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person a, b;
	const char *token;
	api_world_open(&world);
	token = world.tenant.token;
	api_world_person(&world, &world.tenant, "smm", NULL, &a);
	api_world_person(&world, &world.tenant, "smm", NULL, &b);
	cr_assert(change(&world, &a, token, "{\"ref\":\"one\"}", &answer) == 200);
	change(&world, &b, token, "{\"ref\":\"one\"}", &answer);
	cr_assert(api_is_code(&answer, 409, "ref_taken"));
	cr_assert(change(&world, &a, token, "{\"ref\":\"two\"}", &answer) == 200);
	cr_assert(api_call(&world, "GET", "/v1/people/one", token, NULL, &answer) == 404);
	cr_assert(change(&world, &b, token, "{\"ref\":\"one\"}", &answer) == 200);
}

Test(people_change, roles_added_and_removed_are_events_of_their_own)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct api_person ivana;
	struct event_read event;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", NULL, &ivana);
	cr_assert(change(&world, &ivana, world.tenant.token, "{\"roles\":[\"marketer\",\"manager\"]}",
			  &answer) == 200);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_ROLE_ASSIGNED) == 2);
	api_find_event(&world, world.tenant.id, ACTION_ROLE_REMOVED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_DETAIL], "{\"role\":\"smm\",\"scope\":\"tenant\"}"));
	cr_assert(change(&world, &ivana, world.tenant.token, "{\"roles\":[]}", &answer) == 200);
	cr_assert(json_array_size(api_member(&answer, "roles")) == 0);
}

Test(people_change, nobody_gives_a_role_beyond_his_own)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person manager, ivana, owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "manager", NULL, &manager);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	api_world_person(&world, &world.tenant, "assistant", NULL, &ivana);
	change(&world, &ivana, manager.token, "{\"roles\":[\"assistant\",\"dpo\"]}", &answer);
	cr_assert(api_is_code(&answer, 403, "scope_exceeds"));
	change(&world, &manager, manager.token, "{\"roles\":[\"owner\"]}", &answer);
	cr_assert(api_is_code(&answer, 403, "scope_exceeds"));
	asserted(&world, &owner, &ivana, "{\"roles\":[\"assistant\",\"dpo\"]}", &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"));
	cr_assert(
		change(&world, &ivana, manager.token, "{\"roles\":[\"assistant\",\"smm\"]}", &answer) == 200,
		"what a person has already is not given");
}

Test(people_change, a_suspended_person_acts_no_more_until_revived_and_the_tokens_of_before_never)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person manager;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "manager", NULL, &manager);
	const struct api_request reading = {
		.method = "GET", .path = "/v1/people", .token = world.tenant.token, .actor = manager.text};
	cr_assert(api_call(&world, "GET", "/v1/people", manager.token, NULL, &answer) == 200);
	cr_assert(change(&world, &manager, world.tenant.token, "{\"state\":\"suspended\"}", &answer) == 200);
	cr_assert(api_has(&answer, "state", "suspended"));
	cr_assert(api_call(&world, "GET", "/v1/people", manager.token, NULL, &answer) == 401);
	cr_assert(api_ask(&world, &reading, &answer) != 200, "%s", answer.body);
	cr_assert(change(&world, &manager, world.tenant.token, "{\"state\":\"active\"}", &answer) == 200);
	cr_assert(api_ask(&world, &reading, &answer) == 200, "%s", answer.body);
	cr_assert(api_call(&world, "GET", "/v1/people", manager.token, NULL, &answer) == 401,
		"a token was had by proving something that counts no more");
}

/* ---- the address ---- */

Test(people_change, a_new_address_is_an_event_and_both_addresses_are_told)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct api_person ivana;
	struct event_read event;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", "old@harbour.example", &ivana);
	cr_assert(change(&world, &ivana, world.tenant.token, "{\"email\":\"new@harbour.example\"}",
			  &answer) == 200);
	api_find_event(&world, world.tenant.id, ACTION_ACCOUNT_EMAIL_CHANGED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_DETAIL],
		"{\"old_masked\":\"o***@harbour.example\",\"new_masked\":\"n***@harbour.example\"}"));
	cr_assert(api_count_notices(&world, ivana.id, NOTICE_FACTOR_CHANGED) == 2);
	cr_assert(change(&world, &ivana, world.tenant.token, "{\"name\":\"I\"}", &answer) == 200);
	cr_assert(api_count_notices(&world, ANYBODY, NOTICE_FACTOR_CHANGED) == 2, "a name is nobody's alarm");
}

static fallible write_factor(struct act *act, void *context)
{
	struct factor *factor = context;
	return factor_put(act, factor);
}

static fallible write_factor_and_event(struct act *act, void *context)
{
	const struct event event = {.action = ACTION_FACTOR_STARTED, .actor = LEAF_SYSTEM};
	struct event_draft draft;
	const struct factor *factor = context;
	TRY(write_factor(act, context));
	TRY(event_seal(act->volume->keys, factor->tenant, &event, act->now, act->arena, &draft));
	return act_add(act, factor->tenant, &draft.leaf, NULL);
}

static void give_factor(struct api_world *world, const struct api_person *person, enum factor_state state)
{
	struct factor factor = {.tenant = world->tenant.id,
		.id = {{7}},
		.person = person->id,
		.type = FACTOR_EMAIL,
		.state = state,
		.texts = SPAN_LIT("sealed")};
	api_world_run(world, write_factor_and_event, &factor);
}

Test(people_change, with_an_active_factor_only_the_proven_person_moves_the_address)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana, owner;
	const char *body = "{\"email\":\"new@harbour.example\"}";
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "assistant", "old@harbour.example", &ivana);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	give_factor(&world, &ivana, FACTOR_ACTIVE);
	change(&world, &ivana, world.tenant.token, body, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"), "an application");
	change(&world, &ivana, owner.token, body, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"), "somebody else, proven");
	asserted(&world, &ivana, &ivana, body, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"), "the person, only asserted");
	cr_assert(api_count_notices(&world, ANYBODY, NOTICE_FACTOR_CHANGED) == 0);
	cr_assert(change(&world, &ivana, ivana.token, body, &answer) == 200, "%s", answer.body);
	cr_assert(change(&world, &ivana, world.tenant.token, "{\"name\":\"I\"}", &answer) == 200);
}

Test(people_change, a_factor_that_is_not_active_guards_nothing)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "assistant", "old@harbour.example", &ivana);
	give_factor(&world, &ivana, FACTOR_PENDING);
	cr_assert(change(&world, &ivana, world.tenant.token, "{\"email\":\"new@harbour.example\"}",
			  &answer) == 200);
}

Test(people_change, an_address_is_moved_only_by_who_could_give_all_that_the_person_holds)
{
	static const char TO_ME[] = "{\"email\":\"mine@harbour.example\"}";
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner, manager, ivana;
	struct api_application staff;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", "owner@harbour.example", &owner);
	api_world_person(&world, &world.tenant, "manager", NULL, &manager);
	api_world_person(&world, &world.tenant, "smm", "ivana@harbour.example", &ivana);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_WRITE), &staff);
	cr_assert(change(&world, &owner, manager.token, TO_ME, &answer) == 403);
	cr_assert(api_is_code(&answer, 403, "scope_exceeds"), "%s", answer.body);
	change(&world, &owner, staff.token, TO_ME, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_exceeds"), "%s", answer.body);
	asserted(&world, &owner, &owner, TO_ME, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"), "%s", answer.body);
	cr_assert(change(&world, &ivana, manager.token, TO_ME, &answer) == 200, "%s", answer.body);
	cr_assert(change(&world, &owner, owner.token, TO_ME, &answer) == 200, "%s", answer.body);
}

Test(people_change, without_people_write_one_changes_only_ones_own_language_and_address)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana, reader;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "administrator", NULL, &ivana);
	api_world_person(&world, &world.tenant, "smm", NULL, &reader);
	cr_assert(asserted(&world, &ivana, &ivana, "{\"language\":\"fi\"}", &answer) == 200);
	asserted(&world, &ivana, &ivana, "{\"roles\":[]}", &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"));
	asserted(&world, &ivana, &reader, "{\"language\":\"fi\"}", &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"));
}

static fallible write_erasing(struct act *act, void *context)
{
	const struct event event = {.action = ACTION_PERSON_CHANGED, .actor = LEAF_SYSTEM};
	const struct person *person = context;
	struct event_draft draft;
	scoped(buf) sealed = BUF(4096);
	TRY(person_seal(act->volume->keys, person, &sealed));
	TRY(person_put(act, person, buf_span(&sealed)));
	TRY(event_seal(act->volume->keys, person->tenant, &event, act->now, act->arena, &draft));
	return act_add(act, person->tenant, &draft.leaf, NULL);
}

Test(people_change, somebody_whose_erasure_has_begun_is_unreadable_at_once)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana;
	char path[64];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "smm", "ivana@harbour.example", &ivana);
	struct person erasing = {.tenant = world.tenant.id,
		.id = ivana.id,
		.state = PERSON_ERASING,
		.name = SPAN_LIT("Ivana Petrova"),
		.email = SPAN_LIT("ivana@harbour.example")};
	api_world_run(&world, write_erasing, &erasing);
	cr_assert(api_call(&world, "GET", path_of(&ivana, path), world.tenant.token, NULL, &answer) == 200);
	cr_assert(api_has(&answer, "state", "erasing") && json_is_null(api_member(&answer, "name")));
	cr_assert(json_is_null(api_member(&answer, "email")));
	api_call(&world, "GET", "/v1/people?state=erasing", world.tenant.token, NULL, &answer);
	cr_assert(json_is_null(api_member(&answer, "items/0/name")));
	cr_assert(change(&world, &ivana, world.tenant.token, "{\"name\":\"X\"}", &answer) == 404);
}

/* ---- owners and removal ---- */

Test(people_change, the_last_owner_stays)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct api_person first;
	struct event_read event;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &first);
	drop(&world, &first, &answer);
	cr_assert(api_is_code(&answer, 409, "last_owner"));
	change(&world, &first, world.tenant.token, "{\"roles\":[\"manager\"]}", &answer);
	cr_assert(api_is_code(&answer, 409, "last_owner"));
	change(&world, &first, world.tenant.token, "{\"state\":\"suspended\"}", &answer);
	cr_assert(api_is_code(&answer, 409, "last_owner"));
	api_find_event(&world, world.tenant.id, ACTION_ACCESS_DENIED, &arena, &event);
	cr_assert(event.leaf.reason == REASON_LAST_OWNER && event.leaf.outcome == LEAF_DENIED);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_PERSON_REMOVED) == 0);
}

Test(people_change, an_owner_goes_when_another_one_stays)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person first, second;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &first);
	api_world_person(&world, &world.tenant, "owner", NULL, &second);
	cr_assert(drop(&world, &first, &answer) == 200);
	drop(&world, &second, &answer);
	cr_assert(api_is_code(&answer, 409, "last_owner"));
}

Test(people_change, an_owner_elsewhere_counts_for_nothing)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	struct api_person first, elsewhere;
	api_world_open(&world);
	api_world_tenant(&world, &other);
	api_world_person(&world, &world.tenant, "owner", NULL, &first);
	api_world_person(&world, &other, "owner", NULL, &elsewhere);
	drop(&world, &first, &answer);
	cr_assert(api_is_code(&answer, 409, "last_owner"));
}

Test(people_change, a_removed_person_is_shown_acts_no_more_and_frees_the_ref)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person ivana;
	const char *token;
	char path[64];
	api_world_open(&world);
	token = world.tenant.token;
	api_world_person(&world, &world.tenant, "manager", NULL, &ivana);
	cr_assert(change(&world, &ivana, token, "{\"ref\":\"iva\"}", &answer) == 200);
	cr_assert(drop(&world, &ivana, &answer) == 200 && api_has(&answer, "state", "removed"));
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_PERSON_REMOVED) == 1);
	cr_assert(api_call(&world, "GET", path_of(&ivana, path), token, NULL, &answer) == 200);
	cr_assert(api_has(&answer, "state", "removed") && api_has(&answer, "name", "Ivana Petrova"));
	cr_assert(api_call(&world, "GET", "/v1/people", ivana.token, NULL, &answer) == 401);
	cr_assert(drop(&world, &ivana, &answer) == 404);
	cr_assert(change(&world, &ivana, token, "{\"name\":\"X\"}", &answer) == 404);
	cr_assert(api_call(&world, "POST", "/v1/people", token,
			  "{\"ref\":\"iva\",\"name\":\"N\",\"kind\":\"staff\"}", &answer) == 201);
}
