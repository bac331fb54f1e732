/* SPDX-License-Identifier: Apache-2.0 */
/* test_cursor - a cursor opens for the list that it was made for, and for nothing else. */
#include "server/api/cursor.h"

#include "tests/server/keeper_world.h"

#include <criterion/criterion.h>

enum { ARENA_MAX = 64 * 1024, POSITION_MAX = CURSOR_MAX - CURSOR_MAC };

static struct cursor_list list_of(const struct keeper_world *world, const struct caller *caller)
{
	return (struct cursor_list){world->keeper, caller, "/v1/people", SPAN_LIT("kind=staff")};
}

static bool opens(const struct cursor_list *list, struct span text, struct span position)
{
	struct span opened;
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct err err = cursor_open(list, text, &arena, &opened);
	cr_assert(!err_failed(err) || err.code == CODE_CURSOR_INVALID);
	return !err_failed(err) && span_equal(opened, position);
}

Test(cursor, opens_for_its_own_list_alone)
{
	scoped(keeper_world) world = {0};
	scoped(buf) text = BUF(CURSOR_TEXT_MAX);
	keeper_world_make(&world);
	const struct span position = SPAN_LIT("behind here");
	const struct caller caller = {.tenant = KEEPER_TENANT, .person = KEEPER_ANNA.id};
	struct caller other_tenant = caller, other_person = caller, application = caller;
	const struct cursor_list list = list_of(&world, &caller);
	struct cursor_list other_route = list, other_filters = list;
	other_tenant.tenant = KEEPER_OTHER_TENANT;
	other_person.person = KEEPER_BORIS.id;
	application.application = KEEPER_ANNA.id;
	other_route.route = "/v1/clients";
	other_filters.filters = SPAN_LIT("kind=client");
	keeper_world_must(cursor_put(&list, position, &text));
	const struct cursor_list others[] = {list_of(&world, &other_tenant), list_of(&world, &other_person),
		list_of(&world, &application), other_route, other_filters};
	cr_assert(opens(&list, buf_span(&text), position));
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		cr_assert(!opens(&others[i], buf_span(&text), position), "list %zu", i);
}

Test(cursor, with_any_character_changed_or_left_out_opens_nothing)
{
	scoped(keeper_world) world = {0};
	scoped(buf) text = BUF(CURSOR_TEXT_MAX);
	keeper_world_make(&world);
	const struct span position = SPAN_LIT("12345678");
	const struct caller caller = {.tenant = KEEPER_TENANT};
	const struct cursor_list list = list_of(&world, &caller);
	keeper_world_must(cursor_put(&list, position, &text));
	for (size_t i = 0; i < text.len; i++) {
		uint8_t kept = text.data[i];
		text.data[i] = kept == 'A' ? 'B' : 'A';
		cr_assert(!opens(&list, buf_span(&text), position), "character %zu", i);
		text.data[i] = kept;
		cr_assert(!opens(&list, span_first(buf_span(&text), i), position), "its first %zu", i);
	}
	cr_assert(!opens(&list, SPAN_NONE, SPAN_NONE));
	cr_assert(opens(&list, buf_span(&text), position), "as it was");
}

Test(cursor, holds_positions_up_to_its_greatest_length)
{
	static const uint8_t LONG[POSITION_MAX + 1] = {7};
	scoped(keeper_world) world = {0};
	scoped(buf) text = BUF(CURSOR_TEXT_MAX), more = BUF(CURSOR_TEXT_MAX);
	keeper_world_make(&world);
	const struct caller caller = {.tenant = KEEPER_TENANT};
	const struct cursor_list list = list_of(&world, &caller);
	keeper_world_must(cursor_put(&list, span_of(LONG, POSITION_MAX), &text));
	cr_assert(opens(&list, buf_span(&text), span_of(LONG, POSITION_MAX)));
	cr_assert(cursor_put(&list, SPAN_BYTES(LONG), &more).kind == ERR_TOO_LARGE);
}

Test(cursor, reads_back_an_index_of_eight_bytes_and_no_other_length)
{
	static const uint64_t NUMBERS[] = {0, 1, UINT64_C(1) << 63, UINT64_MAX};
	uint8_t position[CURSOR_INDEX + 1] = {0};
	uint64_t index = 7;
	for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
		cursor_put_index(NUMBERS[i], position);
		cr_assert(!err_failed(cursor_read_index(span_of(position, CURSOR_INDEX), &index)));
		cr_assert(index == NUMBERS[i]);
	}
	for (size_t length = 0; length <= CURSOR_INDEX + 1; length++)
		if (length != CURSOR_INDEX)
			cr_assert(cursor_read_index(span_of(position, length), &index).code ==
				CODE_CURSOR_INVALID);
	cr_assert(index == UINT64_MAX, "a position that is none changes nothing");
}
