/* SPDX-License-Identifier: Apache-2.0 */
/* test_facets - counts are those of brute force over all rows, wherever they lie. */
#include "store/index/facets.h"

#include "policies/actions.h"
#include "store/index/fold.h"
#include "store/index/merge.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { TENANTS = 3, EVENTS = 1500, FOLD_ROWS = 100, DAY_MS = 86400000 };

static const int64_t TIME_ZERO = 1700000000000;

struct history {
	struct world world;
	struct world_event *events;
};

static void history_done(struct history *history)
{
	free(history->events);
	world_done(&history->world);
}

/* Some of it merged, some folded, some in the tail; devices of few actors. */
static void history_make(struct history *history, uint64_t seed)
{
	struct dice dice = {seed};
	struct merge merge = {0};
	world_make(&history->world, &kv_mem, FOLD_ROWS);
	history->events = calloc(EVENTS, sizeof *history->events);
	cr_assert(history->events);
	for (size_t i = 0; i < EVENTS; i++) {
		struct world_event *event = &history->events[i];
		*event = (struct world_event){.tenant = world_tenant((unsigned)dice_below(&dice, TENANTS)),
			.leaf = world_leaf(&dice)};
		event->leaf.time.ms = TIME_ZERO + (int64_t)dice_below(&dice, 6 * DAY_MS) - 2 * DAY_MS;
		if (dice_below(&dice, 2))
			event->leaf.ids[LEAF_ID_DEVICE] = world_thing(200 + (unsigned)dice_below(&dice, 5));
	}
	world_append(&history->world, history->events, EVENTS);
	for (size_t folds = 0; folds < EVENTS / FOLD_ROWS - 5; folds++)
		world_must(fold_once(&history->world.volume));
	while (!merge.ended)
		world_must(merge_step(&history->world.volume, &merge));
	for (size_t folds = 0; folds < 3; folds++)
		world_must(fold_once(&history->world.volume));
}

/* ---- the oracle ---- */

struct sums {
	uint64_t total, classes[ACTION_CLASS_COUNT], outcomes[FACETS_OUTCOMES];
};

static bool is_counted(const struct world_event *event, const struct facets_ask *ask)
{
	const struct query *query = ask->query;
	const struct action_row *action = action_by_code(event->leaf.action);
	bool own = ids_equal(event->leaf.ids[LEAF_ID_ACTOR], ask->self);
	bool hidden = ask->hidden & UINT32_C(1) << action->class && !own;
	bool in_time = (query->from.ms == 0 || event->leaf.time.ms >= query->from.ms) &&
		(query->to.ms == 0 || event->leaf.time.ms < query->to.ms);
	bool outcome = query->field_count == 0 || event->leaf.outcome == query->fields[0].values[0][0];
	return ids_equal(event->tenant, query->tenant) && !hidden && in_time && outcome;
}

static uint64_t tallied(const struct tally_row *rows, size_t count, struct id id)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(rows[i].value, id.bytes, 16) == 0)
			return rows[i].count;
	return 0;
}

/* How many of the events that count have this id in this place. */
static uint64_t expected(
	const struct history *history, const struct facets_ask *ask, enum leaf_id place, struct id id)
{
	uint64_t count = 0;
	for (size_t i = 0; i < EVENTS; i++)
		count += is_counted(&history->events[i], ask) &&
			ids_equal(history->events[i].leaf.ids[place], id);
	return count;
}

static uint64_t expected_on(const struct history *history, const struct facets_ask *ask, int64_t day)
{
	uint64_t count = 0;
	for (size_t i = 0; i < EVENTS; i++)
		count += is_counted(&history->events[i], ask) &&
			history->events[i].leaf.time.ms / DAY_MS == day;
	return count;
}

static struct sums sum(const struct history *history, const struct facets_ask *ask)
{
	struct sums sums = {0};
	for (size_t i = 0; i < EVENTS; i++) {
		const struct world_event *event = &history->events[i];
		if (!is_counted(event, ask))
			continue;
		sums.total++;
		sums.outcomes[event->leaf.outcome]++;
		for (unsigned class = 0; class < ACTION_CLASS_COUNT; class ++)
			sums.classes[class] += action_in_class(action_by_code(event->leaf.action), class);
	}
	return sums;
}

static void check(const struct history *history, const struct facets_ask *ask)
{
	scoped(facets) facets = {0};
	world_must(facets_count(&history->world.volume, ask, &facets));
	struct sums sums = sum(history, ask);
	cr_assert(facets.complete && facets.total == sums.total);
	cr_assert(memcmp(facets.classes, sums.classes, sizeof sums.classes) == 0);
	cr_assert(memcmp(facets.outcomes, sums.outcomes, sizeof sums.outcomes) == 0);
	const struct tally_row *rows = tally_sort_by_count(&facets.actors);
	for (unsigned i = 0; i < 13; i++)
		cr_assert(tallied(rows, facets.actors.used, world_thing(i)) ==
			expected(history, ask, LEAF_ID_ACTOR, world_thing(i)));
	rows = tally_sort_by_count(&facets.devices);
	for (unsigned i = 200; i < 206; i++)
		cr_assert(tallied(rows, facets.devices.used, world_thing(i)) ==
			expected(history, ask, LEAF_ID_DEVICE, world_thing(i)));
	rows = tally_sort_by_value(&facets.days);
	uint64_t days = 0;
	for (size_t i = 0; i < facets.days.used; i++) {
		cr_assert(i == 0 || facets_day(&rows[i - 1]) < facets_day(&rows[i]));
		cr_assert(rows[i].count == expected_on(history, ask, facets_day(&rows[i])));
		days += rows[i].count;
	}
	cr_assert(days == sums.total, "each event has its day");
}

Test(facets, are_those_of_brute_force_over_tail_folds_and_merged_runs)
{
	static const uint32_t HIDDEN[] = {0, 1u << ACTION_CLASS_STAFF | 1u << ACTION_CLASS_LOG};
	scoped(history) history;
	history_make(&history, 31);
	for (unsigned i = 0; i < 16; i++) {
		struct query query = {.tenant = world_tenant(i % TENANTS)};
		const uint8_t outcome = (uint8_t)(i % FACETS_OUTCOMES);
		if (i & 2)
			query.from.ms = TIME_ZERO - DAY_MS;
		if (i & 4)
			query.to.ms = TIME_ZERO + DAY_MS / 2;
		if (i & 8)
			world_must(query_add(&query, INDEX_OUTCOME, span_of(&outcome, 1)));
		const struct facets_ask ask = {
			.query = &query, .hidden = HIDDEN[i % 2], .self = world_thing(i % 5)};
		check(&history, &ask);
	}
}

Test(facets, of_a_tenant_without_events_are_empty)
{
	scoped(history) history;
	scoped(facets) facets = {0};
	history_make(&history, 32);
	struct query query = {.tenant = world_tenant(TENANTS)};
	const struct facets_ask ask = {.query = &query};
	world_must(facets_count(&history.world.volume, &ask, &facets));
	cr_assert(facets.total == 0 && facets.complete && facets.actors.used == 0);
	cr_assert(facets.scanned_from > facets.scanned_to);
}

Test(facets, that_are_too_much_work_end_early_and_say_so)
{
	scoped(history) history;
	scoped(facets) facets = {0};
	history_make(&history, 33);
	struct query query = {.tenant = world_tenant(0), .work_max = 100};
	const struct facets_ask ask = {.query = &query};
	world_must(facets_count(&history.world.volume, &ask, &facets));
	struct sums sums = sum(&history, &ask);
	cr_assert(!facets.complete && facets.total > 0 && facets.total < sums.total, "%d %zu of %zu",
		facets.complete, (size_t)facets.total, (size_t)sums.total);
	cr_assert(facets.scanned_to - facets.scanned_from + 1 >= facets.total && facets.scanned_from > 0);
}

Test(facets, are_not_counted_from_hashes_of_sealed_words)
{
	scoped(history) history;
	scoped(facets) facets = {0};
	history_make(&history, 34);
	struct query query = {.tenant = world_tenant(0)};
	const struct query_phrase phrase = {.about = QUERY_TEXT, .count = 1};
	world_must(query_add_phrase(&query, &phrase));
	const struct facets_ask ask = {.query = &query};
	cr_assert(facets_count(&history.world.volume, &ask, &facets).kind == ERR_BUG);
}
