/* SPDX-License-Identifier: Apache-2.0 */
/* test_query - every page against brute force over all rows, wherever they lie: tail, segments, or moving
 * between them. */
#include "store/index/query.h"

#include "policies/actions.h"
#include "store/index/fold.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { TENANTS = 5, ROWS_MAX = 6000, FOLD_ROWS = 200, TIME_STEP = 1000 };

static const int64_t TIME_ZERO = 1700000000000;

/* What was ever appended, in order. */
struct history {
	struct world world;
	struct world_event *events;
	size_t count;
	struct dice dice;
};

static void history_make(struct history *history, uint64_t seed)
{
	world_make(&history->world, &kv_mem, FOLD_ROWS);
	history->events = calloc(ROWS_MAX, sizeof *history->events);
	history->count = 0;
	history->dice = (struct dice){seed};
	cr_assert(history->events);
}

static void history_done(struct history *history)
{
	free(history->events);
	world_done(&history->world);
}

static void append(struct history *history, size_t count)
{
	cr_assert(history->count + count <= ROWS_MAX);
	struct world_event *events = history->events + history->count;
	for (size_t i = 0; i < count; i++)
		events[i] = (struct world_event){
			.tenant = world_tenant((unsigned)dice_below(&history->dice, TENANTS)),
			.leaf = world_leaf(&history->dice)};
	/* Times go on with the log, not in order, and often equal the bounds of a question. */
	for (size_t i = 0; i < count; i++)
		events[i].leaf.time.ms = TIME_ZERO +
			TIME_STEP * (int64_t)((history->count + i) / 50 + dice_below(&history->dice, 6));
	world_append(&history->world, events, count);
	history->count += count;
}

static void fold(struct history *history, size_t times)
{
	for (size_t i = 0; i < times; i++)
		world_must(fold_once(&history->world.volume));
}

/* ---- the oracle: straight from the leaf, without index_row_values ---- */

static bool value_matches(
	const struct leaf *leaf, enum index_field field, const uint8_t value[static INDEX_VALUE_MAX])
{
	switch (field) {
	case INDEX_ACTION:
		return leaf->action == (uint16_t)(value[0] << 8 | value[1]);
	case INDEX_CLASS:
		return action_in_class(action_by_code(leaf->action), value[0]);
	case INDEX_OUTCOME:
		return leaf->outcome == value[0];
	case INDEX_ACTOR:
		return memcmp(leaf->ids[LEAF_ID_ACTOR].bytes, value, 16) == 0;
	case INDEX_CLIENT:
		return memcmp(leaf->ids[LEAF_ID_CLIENT].bytes, value, 16) == 0;
	case INDEX_IN_PLACE_OF:
		return memcmp(leaf->ids[LEAF_ID_IN_PLACE_OF].bytes, value, 16) == 0;
	case INDEX_DEVICE:
		return memcmp(leaf->ids[LEAF_ID_DEVICE].bytes, value, 16) == 0;
	case INDEX_OBJECT:
		return memcmp(leaf->ids[LEAF_ID_OBJECT].bytes + 8, value, 8) == 0;
	case INDEX_SEVERITY:
		return leaf->severity == value[0];
	case INDEX_CRITICAL:
		return ((leaf->flags & LEAF_CRITICAL) != 0) == value[0];
	case INDEX_ALL:
	case INDEX_TIME:
	case INDEX_ID:
	case INDEX_BRANCH:
	case INDEX_WORDS:
	case INDEX_FIELD_COUNT:
		break;
	}
	return false;
}

static bool field_matches(const struct leaf *leaf, const struct query_field *field)
{
	for (size_t i = 0; i < field->count; i++)
		if (value_matches(leaf, (enum index_field)field->about, field->values[i]))
			return true;
	return false;
}

static bool matches(const struct world_event *event, const struct query *query)
{
	bool yes = ids_equal(event->tenant, query->tenant);
	yes = yes && (query->from.ms == 0 || event->leaf.time.ms >= query->from.ms);
	yes = yes && (query->to.ms == 0 || event->leaf.time.ms < query->to.ms);
	yes = yes && (query->until == 0 || event->receipt.index < query->until);
	for (size_t i = 0; yes && i < query->field_count; i++)
		yes = field_matches(&event->leaf, &query->fields[i]) == (query->fields[i].sense == QUERY_HAS);
	return yes;
}

/* ---- random questions ---- */

static void add_value(struct dice *dice, struct query *query, enum index_field field, enum query_sense sense)
{
	const uint16_t action = action_row(1 + (enum action)dice_below(dice, ACTION_COUNT - 1))->code;
	const uint8_t code[] = {(uint8_t)(action >> 8), (uint8_t)action};
	const uint8_t class = (uint8_t)dice_below(dice, ACTION_CLASS_COUNT),
		      outcome = (uint8_t)dice_below(dice, 3), severity = (uint8_t)dice_below(dice, 4),
		      critical = (uint8_t)dice_below(dice, 2);
	/* One actor more than there are: nobody. */
	const struct id actor = world_thing((unsigned)dice_below(dice, 13));
	const struct id client = world_thing(100 + (unsigned)dice_below(dice, 7));
	const struct id in_place_of = world_thing((unsigned)dice_below(dice, 13));
	const struct id object = world_thing(200 + (unsigned)dice_below(dice, 41));
	const struct id device = world_thing(300 + (unsigned)dice_below(dice, 9));
	const struct span values[INDEX_WORDS] = {[INDEX_ACTION] = SPAN_BYTES(code),
		[INDEX_CLASS] = span_of(&class, 1),
		[INDEX_OUTCOME] = span_of(&outcome, 1),
		[INDEX_ACTOR] = SPAN_BYTES(actor.bytes),
		[INDEX_CLIENT] = SPAN_BYTES(client.bytes),
		[INDEX_IN_PLACE_OF] = SPAN_BYTES(in_place_of.bytes),
		[INDEX_OBJECT] = span_of(object.bytes + 8, 8),
		[INDEX_DEVICE] = SPAN_BYTES(device.bytes),
		[INDEX_SEVERITY] = span_of(&severity, 1),
		[INDEX_CRITICAL] = span_of(&critical, 1)};
	world_must(sense == QUERY_HAS ? query_add(query, field, values[field])
				      : query_exclude(query, field, values[field]));
}

static struct instant random_time(struct dice *dice)
{
	return (struct instant){
		TIME_ZERO + TIME_STEP * (int64_t)dice_below(dice, dice_below(dice, 2) ? 130 : 20)};
}

static struct query random_query(struct dice *dice)
{
	struct query query = {.tenant = world_tenant((unsigned)dice_below(dice, TENANTS + 1))};
	for (int at = INDEX_ACTION; at < INDEX_WORDS; at++) {
		for (size_t values = dice_below(dice, 8) ? 0 : dice_below(dice, 3); values > 0; values--)
			add_value(dice, &query, (enum index_field)at, QUERY_LACKS);
		if (dice_below(dice, 6) > 0)
			continue;
		world_must(query_require(&query, at));
		for (size_t values = dice_below(dice, 8); values > 0; values--)
			add_value(dice, &query, (enum index_field)at, QUERY_HAS);
	}
	if (dice_below(dice, 3) == 0)
		query.from = random_time(dice);
	if (dice_below(dice, 3) == 0)
		query.to = random_time(dice);
	if (dice_below(dice, 3) == 0)
		query.until = 1 + dice_below(dice, dice_below(dice, 2) ? 2000 : 30);
	query.order = dice_below(dice, 2) ? QUERY_NEWEST_FIRST : QUERY_OLDEST_FIRST;
	query.limit = 1 + dice_below(dice, dice_below(dice, 2) ? 5 : QUERY_LIMIT_MAX);
	query.work_max = dice_below(dice, 3) ? 0 : 1 + dice_below(dice, 300);
	return query;
}

/* ---- walking ---- */

struct walk {
	struct query query;
	uint64_t *found; /* sequences, in the order in which pages gave them */
	size_t count;
	bool over;
};

static void check_page(const struct history *history, const struct walk *walk, const struct query_page *page)
{
	bool newest_first = walk->query.order == QUERY_NEWEST_FIRST;
	cr_assert(page->count <= walk->query.limit);
	for (size_t i = 0; i < page->count; i++) {
		const struct world_event *event = &history->events[page->sequences[i] - 1];
		cr_assert(page->sequences[i] >= 1 && page->sequences[i] <= history->count);
		cr_assert(event->receipt.index == page->indexes[i] && matches(event, &walk->query));
		cr_assert(page->indexes[i] >= page->scanned_from && page->indexes[i] <= page->scanned_to);
		cr_assert(i == 0 || (page->indexes[i] < page->indexes[i - 1]) == newest_first, "in order");
	}
	cr_assert(page->more || page->complete);
}

static void next_page(const struct history *history, struct walk *walk)
{
	struct query_page page;
	struct err err = query_run(&history->world.volume, &walk->query, &page);
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
	check_page(history, walk, &page);
	cr_assert(walk->count + page.count <= ROWS_MAX, "the walk does not go in a circle");
	if (page.count)
		memcpy(walk->found + walk->count, page.sequences, page.count * sizeof *walk->found);
	walk->count += page.count;
	walk->over = !page.more;
	walk->query.resumes = true;
	walk->query.after = page.last;
}

static void walk_open(struct walk *walk, struct query query)
{
	*walk = (struct walk){.query = query, .found = calloc(ROWS_MAX, sizeof(uint64_t))};
	cr_assert(walk->found);
}

static void walk_done(struct walk *walk)
{
	free(walk->found);
}

/* Every matching row among the first `rows`, once and in order, and nothing of them twice; rows that came
 * later may stand in a walk from the oldest. */
static void check_walk(const struct history *history, const struct walk *walk, size_t rows)
{
	bool newest_first = walk->query.order == QUERY_NEWEST_FIRST;
	size_t at = 0;
	for (size_t i = 0; i < rows; i++) {
		size_t event = newest_first ? rows - 1 - i : i;
		if (!matches(&history->events[event], &walk->query))
			continue;
		cr_assert(at < walk->count, "row %zu of %zu is missing", event + 1, rows);
		cr_assert(walk->found[at] == event + 1, "row %zu stands where %zu belongs",
			(size_t)walk->found[at], event + 1);
		at++;
	}
	for (; at < walk->count; at++)
		cr_assert(!newest_first && walk->found[at] > rows, "a row too many");
}

static void compare(struct history *history, int questions)
{
	for (int i = 0; i < questions; i++) {
		scoped(walk) walk;
		walk_open(&walk, random_query(&history->dice));
		while (!walk.over)
			next_page(history, &walk);
		check_walk(history, &walk, history->count);
	}
}

Test(query, finds_in_the_tail_what_brute_force_finds)
{
	scoped(history) history;
	history_make(&history, 41);
	append(&history, 3000);
	compare(&history, 400);
}

Test(query, finds_in_segments_what_brute_force_finds)
{
	scoped(history) history;
	history_make(&history, 42);
	append(&history, 3000);
	world_fold(&history.world);
	cr_assert(tail_count(history.world.volume.tail) == 0);
	compare(&history, 400);
}

Test(query, finds_in_tail_and_segments_together_what_brute_force_finds)
{
	scoped(history) history;
	history_make(&history, 43);
	for (int i = 0; i < 20; i++) {
		append(&history, 1 + dice_below(&history.dice, 280));
		fold(&history, dice_below(&history.dice, 2));
		compare(&history, 20);
	}
}

/* A reader pages through a log that grows and is folded under his hands. */
Test(query, gives_every_row_once_while_rows_are_added_and_folded_between_pages)
{
	scoped(history) history;
	history_make(&history, 44);
	append(&history, 800);
	for (int i = 0; history.count < ROWS_MAX - 400; i++) {
		scoped(walk) walk;
		size_t rows = history.count;
		walk_open(&walk, random_query(&history.dice));
		walk.query.limit = 1 + dice_below(&history.dice, 40);
		for (int pages = 0; !walk.over; pages++) {
			next_page(&history, &walk);
			if (pages < 4)
				append(&history, dice_below(&history.dice, 60));
			fold(&history, dice_below(&history.dice, 4) == 0);
		}
		check_walk(&history, &walk, rows);
	}
}

Test(query, follows_from_where_it_ended)
{
	scoped(history) history;
	history_make(&history, 45);
	append(&history, 500);
	struct query query = {
		.tenant = world_tenant(0), .limit = QUERY_LIMIT_MAX, .order = QUERY_OLDEST_FIRST};
	scoped(walk) walk;
	walk_open(&walk, query);
	for (int round = 0; round < 20; round++) {
		struct query_page page;
		world_must(query_run(&history.world.volume, &walk.query, &page));
		memcpy(walk.found + walk.count, page.sequences, page.count * sizeof *walk.found);
		walk.count += page.count;
		if (page.count) {
			walk.query.after = page.indexes[page.count - 1];
			walk.query.resumes = true;
		}
		append(&history, dice_below(&history.dice, 100));
		fold(&history, dice_below(&history.dice, 2));
	}
	walk.over = true;
	size_t shown = (size_t)walk.found[walk.count - 1];
	check_walk(&history, &walk, shown);
}

/* ---- edges ---- */

static struct query_page run(const struct history *history, const struct query *query)
{
	struct query_page page;
	world_must(query_run(&history->world.volume, query, &page));
	return page;
}

Test(query, a_tenant_without_events_has_an_empty_page)
{
	scoped(history) history;
	history_make(&history, 46);
	append(&history, 100);
	struct query query = {.tenant = world_tenant(99), .limit = 10};
	struct query_page page = run(&history, &query);
	cr_assert(page.count == 0 && !page.more && page.complete && page.scanned_from > page.scanned_to);
}

Test(query, says_which_run_of_the_log_it_looked_at)
{
	scoped(history) history;
	history_make(&history, 47);
	struct query query = {.tenant = world_tenant(0), .limit = 10};
	struct query_page page = run(&history, &query);
	cr_assert(page.scanned_from > page.scanned_to, "nothing");
	for (int i = 0; i < 30; i++) {
		struct world_event event = {.tenant = world_tenant(0), .leaf = world_leaf(&history.dice)};
		world_append(&history.world, &event, 1);
	}
	page = run(&history, &query);
	cr_assert(page.scanned_from == 20 && page.scanned_to == 29 && page.more && page.last == 20);
	query.order = QUERY_OLDEST_FIRST;
	page = run(&history, &query);
	cr_assert(page.scanned_from == 0 && page.scanned_to == 9 && page.more && page.last == 9);
	query.limit = 100;
	page = run(&history, &query);
	cr_assert(page.scanned_from == 0 && page.scanned_to == 29 && !page.more);
}

Test(query, a_cursor_at_or_beyond_an_end_gives_an_empty_page)
{
	scoped(history) history;
	history_make(&history, 48);
	append(&history, 300);
	fold(&history, 1);
	struct query newest = {.tenant = world_tenant(0), .limit = 10, .resumes = true, .after = 0};
	struct query oldest = {
		.tenant = world_tenant(0), .limit = 10, .resumes = true, .order = QUERY_OLDEST_FIRST};
	static const uint64_t BEYOND[] = {299, 300, UINT64_MAX - 1, UINT64_MAX};
	struct query_page page = run(&history, &newest);
	cr_assert(page.count == 0 && !page.more && page.scanned_from > page.scanned_to);
	for (size_t i = 0; i < sizeof BEYOND / sizeof BEYOND[0]; i++) {
		oldest.after = BEYOND[i];
		page = run(&history, &oldest);
		cr_assert(page.count == 0 && !page.more && page.scanned_from > page.scanned_to, "%zu", i);
	}
}

Test(query, a_required_field_without_values_matches_nothing)
{
	scoped(history) history;
	history_make(&history, 49);
	append(&history, 300);
	fold(&history, 1);
	struct query query = {.tenant = world_tenant(0), .limit = 10};
	world_must(query_require(&query, INDEX_ACTOR));
	struct query_page page = run(&history, &query);
	cr_assert(page.count == 0 && !page.more && page.scanned_from == 0);
}

Test(query, a_page_that_ran_out_of_work_says_so_and_goes_on)
{
	scoped(history) history;
	history_make(&history, 50);
	append(&history, 3000);
	world_fold(&history.world);
	struct query query = {.tenant = world_tenant(0), .limit = 10, .work_max = 1};
	const struct id nobody = world_thing(999);
	world_must(query_add(&query, INDEX_ACTOR, SPAN_BYTES(nobody.bytes)));
	struct query_page page = run(&history, &query);
	cr_assert(page.count == 0 && page.more && !page.complete && page.last == page.scanned_from &&
		page.last > 0);
}

Test(query, refuses_limits_values_and_fields_that_it_does_not_have)
{
	scoped(history) history;
	history_make(&history, 51);
	struct query query = {.tenant = world_tenant(0)};
	struct query_page page;
	cr_assert(query_run(&history.world.volume, &query, &page).kind == ERR_BUG);
	query.limit = QUERY_LIMIT_MAX + 1;
	cr_assert(query_run(&history.world.volume, &query, &page).kind == ERR_BUG);
	cr_assert(query_add(&query, INDEX_ACTION, SPAN_LIT("abc")).kind == ERR_BUG);
	cr_assert(query_add(&query, INDEX_ACTOR, SPAN_NONE).kind == ERR_BUG);
	cr_assert(query_require(&query, INDEX_TIME).kind == ERR_BUG);
	for (int i = 0; i < QUERY_VALUES_MAX; i++)
		world_must(query_add(&query, INDEX_ACTION, SPAN_LIT("ab")));
	cr_assert(query_add(&query, INDEX_ACTION, SPAN_LIT("ab")).kind == ERR_TOO_LARGE);
	cr_assert(query_exclude(&query, INDEX_ACTOR, SPAN_LIT("abc")).kind == ERR_BUG);
	cr_assert(query_exclude(&query, INDEX_WORDS, SPAN_LIT("abcd")).kind == ERR_BUG);
	world_must(query_exclude(&query, INDEX_ACTION, SPAN_LIT("ab")));
}

/* A row of the index that is missing must not make events vanish from a page. */
Test(query, an_index_that_lacks_a_run_is_corrupt_and_not_silent)
{
	scoped(history) history;
	history_make(&history, 52);
	append(&history, 1000);
	world_fold(&history.world);
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) places = {0};
	world_must(kv_write(history.world.volume.index, &txn));
	world_must(kv_seek(&txn, INDEX_PLACE, SPAN_BYTES(world_tenant(0).bytes), &places));
	cr_assert(kv_next(&places) && kv_next(&places));
	uint8_t key[INDEX_PLACE_KEY];
	memcpy(key, places.key.at, sizeof key);
	kv_cursor_done(&places);
	world_must(kv_drop(&txn, INDEX_PLACE, SPAN_BYTES(key)));
	world_must(kv_commit(&txn));
	struct query query = {.tenant = world_tenant(0), .limit = QUERY_LIMIT_MAX};
	struct query_page page;
	cr_assert(query_run(&history.world.volume, &query, &page).kind == ERR_CORRUPT);
	query.order = QUERY_OLDEST_FIRST;
	cr_assert(query_run(&history.world.volume, &query, &page).kind == ERR_CORRUPT);
}
