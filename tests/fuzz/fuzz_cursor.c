/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_cursor - hostile cursors of the list of events: as text, and as positions behind a MAC that holds. */
#include "server/api/cursor.h"
#include "server/core/log/log_read.h"
#include "tests/server/log_world.h"

#include <assert.h>

enum { FUZZ_EVENTS = 60, FUZZ_MEMORY = 4 * 1024 * 1024, FUZZ_LIMIT = 5 };

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One log for all inputs: half of it in runs of the index, half in the tail. It goes with the process. */
static struct log_world *fuzz_world(void)
{
	static struct log_world world;
	return &world;
}

static void end_world(void)
{
	log_world_done(fuzz_world());
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
	struct dice dice = {.state = 1};
	struct log_world *world = fuzz_world();
	(void)count;
	(void)arguments;
	log_world_open(world);
	atexit(end_world);
	log_world_fill(world, &dice, FUZZ_EVENTS / 2);
	log_world_fold(world);
	log_world_fill(world, &dice, FUZZ_EVENTS / 2);
	return 0;
}

/* What opens is what was sealed, character by character: nobody writes one cursor in two ways. */
static void open_text(const struct cursor_list *list, struct span text, struct arena *arena)
{
	struct span position;
	scoped(buf) again = BUF(CURSOR_TEXT_MAX);
	struct err err = cursor_open(list, text, arena, &position);
	if (err_failed(err)) {
		assert(err.code == CODE_CURSOR_INVALID);
		return;
	}
	assert(!err_failed(cursor_put(list, position, &again)) && span_equal(buf_span(&again), text));
}

/* Any one character of it changed opens nothing. */
static void spoil(const struct cursor_list *list, struct buf *text, uint8_t where, struct arena *arena)
{
	struct span position;
	size_t at = where % text->len;
	text->data[at] = text->data[at] == 'A' ? 'B' : 'A';
	assert(cursor_open(list, buf_span(text), arena, &position).code == CODE_CURSOR_INVALID);
}

/* Sealed with the right key it opens for its own list, and for no other. */
static void seal_and_open(const struct cursor_list *list, struct span position, struct arena *arena)
{
	struct span opened;
	struct cursor_list other = *list;
	scoped(buf) text = BUF(CURSOR_TEXT_MAX);
	struct err err = cursor_put(list, position, &text);
	assert(err_failed(err) == (position.len > CURSOR_MAX - CURSOR_MAC));
	if (err_failed(err))
		return;
	assert(!err_failed(cursor_open(list, buf_span(&text), arena, &opened)));
	assert(span_equal(opened, position));
	other.route = "/v1/people";
	assert(cursor_open(&other, buf_span(&text), arena, &opened).code == CODE_CURSOR_INVALID);
	spoil(list, &text, position.len ? position.at[0] : 0, arena);
}

/* Wherever a page begins, its events lie behind that, in its order, and none comes twice. */
static void read_page(const struct log_reader *reader, const struct log_page_ask *ask, struct arena *arena)
{
	struct log_page page;
	uint64_t before = ask->after;
	bool rises = ask->filters->order == QUERY_OLDEST_FIRST;
	struct err err = log_read_page(&fuzz_world()->api.server, reader, ask, arena, &page);
	assert(!err_failed(err) && page.count <= ask->limit);
	for (size_t i = 0; i < page.count; i++) {
		uint64_t index = page.events[i].read.row.index;
		assert(rises ? index > before : index < before);
		before = index;
	}
	assert(!page.more || (rises ? page.last >= before : page.last <= before));
}

static void walk(const struct log_reader *reader, uint8_t kind, struct span position, struct arena *arena)
{
	struct log_filters filters = {.order = kind & 1 ? QUERY_OLDEST_FIRST : QUERY_NEWEST_FIRST};
	struct log_page_ask ask = {.filters = &filters, .limit = 1 + kind % FUZZ_LIMIT, .resumes = true};
	struct err err = cursor_read_index(position, &ask.after);
	assert(err_failed(err) == (position.len != CURSOR_INDEX));
	if (err_failed(err))
		return;
	if (kind & 2)
		filters.has.outcomes = 1u << LEAF_DENIED;
	if (kind & 4) {
		filters.has.texts.values[0] = SPAN_LIT("card");
		filters.has.texts.count = 1;
	}
	read_page(reader, &ask, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct api_world *api = &fuzz_world()->api;
	struct span all = span_of(data, size), rest = span_from(all, 1);
	scoped(arena) arena = ARENA(FUZZ_MEMORY);
	const struct caller caller = {.tenant = api->tenant.id, .application = api->tenant.application};
	const struct cursor_list list = {api->server.keeper, &caller, "/v1/events", SPAN_LIT("filters")};
	const struct log_reader reader = {.tenant = api->tenant.id,
		.scope = CAPABILITY_LOG_TENANT,
		.self = api->tenant.application,
		.admin = true};
	if (size == 0)
		return 0;
	open_text(&list, rest, &arena);
	seal_and_open(&list, rest, &arena);
	walk(&reader, data[0], rest, &arena);
	return 0;
}
