/* SPDX-License-Identifier: Apache-2.0 */
/* What is told at once is what is found later. */
#include "server/core/log/log_live.h"

#include "tests/server/log_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>

enum { ROUNDS = 200, EVENTS = 300, MEMORY = 16 * 1024 * 1024 };

static void pick_filters(struct log_filters *filters, struct dice *dice, const struct log_world *world)
{
	static const enum action ACTIONS[] = {
		ACTION_RECORD_VIEWED, ACTION_EXPORT_COMPLETED, ACTION_LOGIN_FAILED};
	*filters = (struct log_filters){.order = QUERY_OLDEST_FIRST};
	for (size_t i = dice_below(dice, 3); i > 0; i--)
		filters->has.classes |= UINT32_C(1) << dice_below(dice, ACTION_CLASS_COUNT);
	for (size_t i = dice_below(dice, 3); i > 0; i--)
		filters->has.outcomes |= UINT32_C(1) << dice_below(dice, 3);
	for (size_t i = dice_below(dice, 2); i > 0; i--)
		filters->has.actions[filters->has.action_count++] =
			action_row(ACTIONS[dice_below(dice, 3)])->code;
	for (size_t i = dice_below(dice, 3); i > 0; i--)
		filters->has.actors[filters->has.actor_count++] =
			span_text(world->people[dice_below(dice, LOG_PEOPLE)].text);
	for (size_t i = dice_below(dice, 3); i > 0; i--)
		filters->has.clients[filters->has.client_count++] = dice_below(dice, 4) == 0
			? SPAN_LIT("nobody")
			: span_text(world->clients[dice_below(dice, LOG_CLIENTS)].ref);
	if (dice_below(dice, 3) == 0)
		filters->from.ms = clock_now().ms - (int64_t)dice_below(dice, 3600000);
}

static void pick_reader(struct log_reader *reader, struct dice *dice, const struct log_world *world)
{
	*reader = (struct log_reader){
		.tenant = world->api.tenant.id, .scope = CAPABILITY_LOG_TENANT, .admin = true};
	reader->self = world->people[dice_below(dice, LOG_PEOPLE)].id;
	reader->admin = dice_below(dice, 2) == 0;
	if (dice_below(dice, 3) == 0)
		reader->scope = CAPABILITY_LOG_SELF;
	if (dice_below(dice, 3) == 0) {
		reader->scope = CAPABILITY_LOG_CLIENT;
		reader->client = world->clients[dice_below(dice, LOG_CLIENTS)].id;
	}
}

static void compare(const struct log_world *world, const struct log_wave *wave, struct dice *dice)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct log_filters filters;
	struct log_reader reader;
	struct query query;
	struct log_page page;
	uint32_t rows[LOG_LIVE_ROWS];
	uint64_t from = wave->from + dice_below(dice, EVENTS);
	pick_reader(&reader, dice, world);
	pick_filters(&filters, dice, world);
	log_world_must(log_read_query(&world->api.server, &reader, &filters, &query));
	size_t found = log_live_find(wave, &reader, &query, from, rows);
	const struct log_page_ask ask = {
		.filters = &filters, .limit = QUERY_LIMIT_MAX, .resumes = true, .after = from - 1};
	log_world_must(log_read_page(&world->api.server, &reader, &ask, &arena, &page));
	cr_assert(found == page.count, "%zu rows of a wave, %zu of a page", found, page.count);
	for (size_t i = 0; i < found; i++)
		cr_assert(wave->from + rows[i] == page.events[i].read.row.index, "row %zu", i);
}

Test(log_live, a_wave_holds_for_any_reader_and_filter_what_a_page_holds)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct dice dice = {41};
	struct log_wave wave;
	log_world_open(&world);
	uint64_t from = log_world_size(&world);
	log_world_fill(&world, &dice, EVENTS);
	log_live_wave(&world.api.server, world.api.tenant.id, from, &arena, &wave);
	cr_assert(wave.from == from && wave.to == from + EVENTS, "all that came");
	for (size_t i = 0; i < EVENTS; i++)
		cr_assert(wave.rows[i].index == from + i, "in its place");
	for (size_t i = 0; i < ROUNDS; i++)
		compare(&world, &wave, &dice);
}

Test(log_live, a_wave_begins_later_when_the_tail_has_forgotten)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct dice dice = {42};
	struct log_wave wave;
	log_world_open(&world);
	uint64_t from = log_world_size(&world);
	log_world_fill(&world, &dice, 20);
	log_world_fold(&world);
	log_world_fill(&world, &dice, 5);
	log_live_wave(&world.api.server, world.api.tenant.id, from, &arena, &wave);
	cr_assert(wave.from == from + 20 && wave.to == from + 25, "only what is still there");
	cr_assert(wave.rows[0].index == from + 20);
	log_live_wave(&world.api.server, world.api.tenant.id, from + 25, &arena, &wave);
	cr_assert(wave.from == wave.to && wave.to == from + 25, "nothing new");
	log_live_wave(&world.api.server, world.api.tenant.id, from + 100, &arena, &wave);
	cr_assert(wave.from == wave.to && wave.to == from + 25, "what is not there yet is no row");
	log_live_wave(&world.api.server, (struct id){{7}}, 0, &arena, &wave);
	cr_assert(wave.from == 0 && wave.to == 0, "a tenant without a log");
}

Test(log_live, a_wave_has_its_maximum_and_without_memory_none)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY), none = ARENA(16);
	struct dice dice = {43};
	struct log_wave wave;
	log_world_open(&world);
	for (size_t i = 0; i < LOG_LIVE_ROWS / 1000 + 1; i++)
		log_world_fill(&world, &dice, 1000);
	uint64_t size = log_world_size(&world);
	log_live_wave(&world.api.server, world.api.tenant.id, 0, &arena, &wave);
	cr_assert(wave.to == size && wave.from == size - LOG_LIVE_ROWS, "the newest");
	log_live_wave(&world.api.server, world.api.tenant.id, size - 10, &none, &wave);
	cr_assert(wave.from == size && wave.to == size, "whoever wants them reads pages");
}
