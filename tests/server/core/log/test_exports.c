/* SPDX-License-Identifier: Apache-2.0 */
/* Exports that end otherwise than they should, and what is kept of them. */
#include "server/core/log/exports.h"

#include "tests/server/log_world.h"

#include <criterion/criterion.h>

enum { EVENTS = 40, MEMORY = 256 * 1024, LATER_MS = 2 * 60 * 1000 };

static const char BODY[] = "{\"format\":\"jsonl\",\"purpose\":\"audit\",\"filters\":{\"class\":\"record\"}}";

static struct instant later(void)
{
	return (struct instant){clock_now().ms + LATER_MS};
}

static size_t sweep(struct log_world *world)
{
	size_t swept = 0;
	log_world_must(exports_sweep(&world->api.server, later(), &swept));
	return swept;
}

/* An export as if its process had died right after it began. */
struct begun {
	struct exports_ask ask;
	struct caller caller;
	struct arena arena;
};

static fallible write_begun(struct act *act, void *context)
{
	struct begun *begun = context;
	return exports_write(act, &begun->ask);
}

static void begin(struct log_world *world, struct begun *begun)
{
	*begun = (struct begun){.arena = ARENA(MEMORY)};
	begun->caller = (struct caller){.tenant = world->api.tenant.id,
		.application = world->api.tenant.application,
		.capabilities = CAPABILITY_ALL};
	begun->ask.record = (struct export){.id = world->people[0].id,
		.format = EXPORT_CSV,
		.purpose = SPAN_LIT("audit"),
		.filters = SPAN_LIT("{}")};
	begun->ask.reader = (struct log_reader){
		.tenant = world->api.tenant.id, .scope = CAPABILITY_LOG_TENANT, .admin = true};
	struct event event = caller_event(&begun->caller, ACTION_EXPORT_REQUESTED);
	log_world_must(exports_prepare(
		&world->api.server, &begun->caller, &event, clock_now(), &begun->arena, &begun->ask));
	api_world_run(&world->api, write_begun, begun);
}

static struct export look(struct log_world *world, struct begun *begun)
{
	struct export export = {0};
	scoped(reading) reading = {0};
	log_world_must(reading_open(&world->api.server.volume, &reading));
	struct view view = view_reading(&reading);
	log_world_must(exports_get(
		&world->api.server, &view, &begun->caller, begun->ask.record.id, &begun->arena, &export));
	return export;
}

Test(exports, what_a_dead_process_left_running_is_cut_and_holds_everybody)
{
	scoped(log_world) world = {0};
	struct begun begun;
	log_world_open(&world);
	begin(&world, &begun);
	cr_assert(look(&world, &begun).state == EXPORT_CUT, "it runs nowhere");
	cr_assert(sweep(&world) == 1 && sweep(&world) == 0);
	struct export export = look(&world, &begun);
	cr_assert(export.state == EXPORT_CUT && export.held_all && !ids_is_none(export.event));
	cr_assert(export_held(&export, world.people[3].id));
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_LOG_EXPORTED) == 1);
	arena_done(&begun.arena);
}

Test(exports, one_that_may_be_about_to_begin_is_left_alone)
{
	scoped(log_world) world = {0};
	struct begun begun;
	size_t swept;
	log_world_open(&world);
	begin(&world, &begun);
	log_world_must(exports_sweep(&world.api.server, clock_now(), &swept));
	cr_assert(swept == 0);
	cr_assert(sweep(&world) == 1, "but it is looked at again");
	arena_done(&begun.arena);
}

Test(exports, one_that_broke_off_is_recorded_with_what_left)
{
	scoped(log_world) world = {0};
	struct begun begun;
	log_world_open(&world);
	begin(&world, &begun);
	log_world_must(exports_begin(&world.api.server, &begun.ask));
	begun.ask.slot->rows = 7;
	begun.ask.slot->bytes = 700;
	holdings_add(&begun.ask.slot->held, world.people[1].id);
	cr_assert(look(&world, &begun).state == EXPORT_RUNNING && look(&world, &begun).rows == 7);
	cr_assert(sweep(&world) == 0, "it runs");
	exports_leave(&begun.ask, EXPORTS_BROKEN);
	cr_assert(sweep(&world) == 1);
	struct export export = look(&world, &begun);
	cr_assert(export.state == EXPORT_CUT && export.rows == 7 && export.bytes == 700 && !export.held_all);
	cr_assert(export_held(&export, world.people[1].id) && !export_held(&export, world.people[2].id));
	arena_done(&begun.arena);
}

Test(exports, only_so_many_of_a_tenant_run_at_once)
{
	scoped(log_world) world = {0};
	struct begun begun;
	struct exports_ask others[EXPORTS_TENANT_MAX];
	scoped(api_answer) answer = {0};
	log_world_open(&world);
	begin(&world, &begun);
	for (size_t i = 0; i < EXPORTS_TENANT_MAX; i++) {
		others[i] = begun.ask;
		log_world_must(exports_begin(&world.api.server, &others[i]));
	}
	api_call(&world.api, "POST", "/v1/exports", world.api.tenant.token, BODY, &answer);
	cr_assert(api_is_code(&answer, 429, "slow_down"));
	exports_leave(&others[0], EXPORTS_ENDED);
	cr_assert(api_call(&world.api, "POST", "/v1/exports", world.api.tenant.token, BODY, &answer) == 200);
	arena_done(&begun.arena);
	for (size_t i = 1; i < EXPORTS_TENANT_MAX; i++)
		exports_leave(&others[i], EXPORTS_ENDED);
}

Test(exports, are_for_who_may_and_seen_by_who_began_them)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person auditor, other;
	struct api_application reader;
	log_world_open(&world);
	api_world_person(&world.api, &world.api.tenant, "auditor", "auditor@example.org", &auditor);
	api_world_person(&world.api, &world.api.tenant, "owner", "owner@example.org", &other);
	api_world_application(&world.api, &world.api.tenant, SCOPE_BIT(EVENTS_READ), &reader);
	api_call(&world.api, "POST", "/v1/exports", reader.token, BODY, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
	api_call(&world.api, "POST", "/v1/exports", world.people[0].token, BODY, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"), "an assistant");
	cr_assert(api_call(&world.api, "POST", "/v1/exports", auditor.token, BODY, &answer) == 200);
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_EXPORT_REQUESTED) == 1);
	cr_assert(api_count_events(&world.api, world.api.tenant.id, ACTION_LOG_EXPORTED) == 1);
}

Test(exports, a_complete_evidence_file_is_for_who_may_read_everything)
{
	static const char COMPLETE[] = "{\"format\":\"evidence\",\"purpose\":\"p\",\"complete\":true}";
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person contact;
	log_world_open(&world);
	log_world_contact(&world.api, &world.api.tenant, &world.clients[0], &contact);
	api_call(&world.api, "POST", "/v1/exports", contact.token, COMPLETE, &answer);
	cr_assert(answer.status == 403);
	cr_assert(api_call(&world.api, "POST", "/v1/exports", world.api.tenant.token, COMPLETE, &answer) ==
		200);
}
