/* SPDX-License-Identifier: Apache-2.0 */
/* test_reword - sealed rows are found by words before and after folds, merges and another search key. */
#include "store/index/reword.h"

#include "policies/actions.h"
#include "store/event.h"
#include "store/index/fold.h"
#include "store/index/merge.h"
#include "store/index/query.h"
#include "tests/support/fake_keys.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { MEMORY = 1024 * 1024, FOLD_ROWS = 40, TENANTS = 3, WORD_COUNT = 5, ROWS_MAX = 2000 };

static const char *const WORDS[WORD_COUNT] = {"zebra", "lion", "ostrich", "yak", "newt"};

/* Keys whose search key can be turned. */
static fallible search_tokens(void *keeper, struct id tenant, const struct span *items, size_t count,
	uint32_t *epoch, uint32_t *tokens)
{
	const uint32_t *turned = keeper;
	const struct keys *keys = fake_keys_table();
	TRY(keys->search_tokens(keys->keeper, tenant, items, count, epoch, tokens));
	for (size_t i = 0; i < count; i++)
		tokens[i] ^= *turned * 2654435761u;
	*epoch += *turned;
	return OK;
}

struct zoo {
	struct world world;
	struct keys keys;
	uint32_t turned;
	struct dice dice;
	size_t count;
	uint8_t has[ROWS_MAX]; /* bit w: row has WORDS[w] */
	struct id tenants[ROWS_MAX];
};

static void zoo_open(struct zoo *zoo)
{
	*zoo = (struct zoo){.keys = *fake_keys_table(), .dice = {91}};
	world_make(&zoo->world, &kv_mem, FOLD_ROWS);
	zoo->keys.keeper = &zoo->turned;
	zoo->keys.search_tokens = search_tokens;
	zoo->world.volume.keys = &zoo->keys;
}

static void zoo_done(struct zoo *zoo)
{
	world_done(&zoo->world);
}

static void add(struct zoo *zoo, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		scoped(arena) arena = ARENA(MEMORY);
		scoped(buf) label = BUF(256);
		struct event event = {
			.action = 1, .actor = LEAF_PERSON, .ids = {[LEAF_ID_ACTOR] = world_thing(1)}};
		struct event_draft draft;
		struct id tenant = world_tenant((unsigned)dice_below(&zoo->dice, TENANTS));
		uint8_t has = (uint8_t)dice_below(&zoo->dice, 1u << WORD_COUNT);
		for (size_t w = 0; w < WORD_COUNT; w++)
			if (has >> w & 1)
				buf_printf(&label, "%s, ", WORDS[w]);
		event.texts[LEAF_TEXT_LABEL] = buf_span(&label);
		world_must(event_seal(&zoo->keys, tenant, &event, clock_now(), &arena, &draft));
		/* As after a start: nobody kept what was hashed. */
		if (dice_below(&zoo->dice, 4) == 0)
			draft.leaf.words = NULL;
		struct world_event written = {.tenant = tenant, .leaf = draft.leaf};
		world_append(&zoo->world, &written, 1);
		zoo->has[zoo->count] = has;
		zoo->tenants[zoo->count++] = tenant;
	}
}

static void ask(const struct zoo *zoo, struct id tenant, uint8_t wanted, struct query_page *page)
{
	struct query query = {.tenant = tenant, .limit = QUERY_LIMIT_MAX, .order = QUERY_OLDEST_FIRST};
	struct query_phrase phrase = {.about = QUERY_TEXT};
	struct words_phrase words = {.count = 0};
	scoped(arena) arena = ARENA(MEMORY);
	for (size_t w = 0; w < WORD_COUNT; w++)
		if (wanted >> w & 1)
			world_must(words_phrase_add(WORDS_TEXT, span_text(WORDS[w]), &arena, &words));
	phrase.count = words.count;
	world_must(words_phrase_hash(&zoo->keys, tenant, &words, &query.epoch, phrase.tokens));
	world_must(query_add_phrase(&query, &phrase));
	world_must(query_run(&zoo->world.volume, &query, page));
}

/* Every row that has the words is among those found; with exact, no other. */
static void check(const struct zoo *zoo, bool exact)
{
	for (unsigned t = 0; t < TENANTS; t++)
		for (uint8_t wanted = 1; wanted < 1u << WORD_COUNT; wanted++) {
			struct query_page page;
			struct id tenant = world_tenant(t);
			size_t at = 0;
			ask(zoo, tenant, wanted, &page);
			cr_assert(!page.more, "one page");
			for (size_t i = 0; i < zoo->count; i++) {
				bool has = ids_equal(zoo->tenants[i], tenant) &&
					(zoo->has[i] & wanted) == wanted;
				bool found = at < page.count && page.sequences[at] == i + 1;
				cr_assert(!has || found, "row %zu has %x and is not found", i + 1, wanted);
				cr_assert(has || !found || !exact, "row %zu is found by %x", i + 1, wanted);
				at += found;
			}
			cr_assert(at == page.count, "in order, once");
		}
}

static void merge(struct zoo *zoo)
{
	struct merge round = {.ended = false};
	while (!round.ended)
		world_must(merge_step(&zoo->world.volume, &round));
}

static void reword(struct zoo *zoo)
{
	struct reword round = {.ended = false};
	while (!round.ended)
		world_must(reword_step(&zoo->world.volume, &round));
}

static bool is_due(const struct zoo *zoo)
{
	bool any = false, due;
	for (unsigned t = 0; t < TENANTS; t++) {
		world_must(reword_is_due(&zoo->world.volume, world_tenant(t), &due));
		any = any || due;
	}
	return any;
}

Test(reword, rows_are_found_by_words_in_the_tail_in_runs_and_in_merged_runs)
{
	scoped(zoo) zoo;
	zoo_open(&zoo);
	add(&zoo, 30);
	check(&zoo, false);
	for (int round = 0; round < 12; round++) {
		add(&zoo, FOLD_ROWS);
		world_must(fold_once(&zoo.world.volume));
		merge(&zoo);
	}
	check(&zoo, false);
	world_fold(&zoo.world);
	check(&zoo, true);
	cr_assert(!is_due(&zoo), "folds and merges keep one key's words");
}

Test(reword, under_another_key_nothing_is_missed_and_after_rewording_nothing_too_many_is_found)
{
	scoped(zoo) zoo;
	zoo_open(&zoo);
	add(&zoo, 400);
	world_fold(&zoo.world);
	merge(&zoo);
	zoo.turned = 7;
	cr_assert(is_due(&zoo), "the key was turned");
	check(&zoo, false);
	add(&zoo, 100);
	world_fold(&zoo.world);
	merge(&zoo);
	check(&zoo, false);
	reword(&zoo);
	cr_assert(!is_due(&zoo), "all is of the new key");
	check(&zoo, true);
	reword(&zoo);
	check(&zoo, true);
}

Test(reword, an_empty_index_has_nothing_to_do)
{
	scoped(zoo) zoo;
	zoo_open(&zoo);
	reword(&zoo);
	cr_assert(!is_due(&zoo), "nothing");
}
