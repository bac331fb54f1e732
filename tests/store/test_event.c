/* SPDX-License-Identifier: Apache-2.0 */
/* test_event - whose key each text of an event lies under, and what is left of it when a key is gone or the
 * reader may not see it. */
#include "store/event.h"

#include "tests/support/fake_keys.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { MEMORY = 1024 * 1024, ROW_MAX = 128 * 1024, ASKED_MAX = 8, MONTH_2026_11 = 2026 * 12 + 10 };

static const struct instant NOON = {1795262400000};

/* ---- keys that remember what they were asked for, and lack one subject's ---- */

struct asked {
	struct subject subjects[ASKED_MAX];
	enum part_kind kinds[ASKED_MAX];
	uint32_t epochs[ASKED_MAX];
	size_t count;
	struct subject gone; /* kind 0: nobody's */
};

static fallible part_key(void *keeper, struct id tenant, const struct subject *subject, struct id event,
	enum part_kind kind, uint32_t *epoch, struct part_key *key)
{
	struct asked *asked = keeper;
	const struct keys *keys = fake_keys_table();
	cr_assert(asked->count < ASKED_MAX);
	asked->subjects[asked->count] = *subject;
	asked->kinds[asked->count] = kind;
	asked->epochs[asked->count++] = *epoch;
	if (asked->gone.kind == subject->kind && ids_equal(asked->gone.id, subject->id))
		return FAIL(NOT_FOUND, "the key is gone");
	return keys->part_key(keys->keeper, tenant, subject, event, kind, epoch, key);
}

static struct keys keys_of(struct asked *asked)
{
	struct keys keys = *fake_keys_table();
	keys.keeper = asked;
	keys.part_key = part_key;
	return keys;
}

/* ---- events ---- */

static struct id actor(void)
{
	return world_thing(1);
}

static struct id client(void)
{
	return world_thing(2);
}

static struct id object(void)
{
	return world_thing(3);
}

/* A person of the tenant did something. */
static struct event example(void)
{
	struct event event = {.action = ACTION_PERSON_CHANGED,
		.source = LEAF_APPLICATION,
		.outcome = LEAF_SUCCESS,
		.actor = LEAF_PERSON,
		.time = NOON};
	event.ids[LEAF_ID_ACTOR] = actor();
	event.texts[LEAF_TEXT_IP] = SPAN_LIT("203.0.113.7");
	event.texts[LEAF_TEXT_TRACE] = SPAN_LIT("a trace");
	event.texts[LEAF_TEXT_OBJECT_TYPE] = SPAN_LIT("record");
	event.texts[LEAF_TEXT_DETAIL] = SPAN_LIT("{\"a\":1}");
	return event;
}

static bool is_subject(const struct asked *asked, size_t at, enum subject_kind kind, struct id id)
{
	return at < asked->count && asked->subjects[at].kind == kind && ids_equal(asked->subjects[at].id, id);
}

static void seal(struct asked *asked, const struct event *event, struct arena *arena, struct leaf *leaf)
{
	struct event_draft draft;
	const struct keys keys = keys_of(asked);
	world_must(event_seal(&keys, world_tenant(1), event, NOON, arena, &draft));
	*leaf = draft.leaf;
	leaf->received = NOON;
}

/* As it comes back from the log. */
static struct err read_back(const struct keys *keys, const struct leaf *leaf, unsigned sees,
	struct arena *arena, struct event_read *event)
{
	scoped(buf) bytes = BUF(ROW_MAX);
	world_must(leaf_encode(leaf, &bytes));
	struct log_row row = {
		.sequence = 1, .tenant = world_tenant(1), .leaf = arena_copy(arena, buf_span(&bytes))};
	return event_read(keys, &row, sees, arena, event);
}

static void check_texts(const struct event *want, const struct event_read *read)
{
	for (unsigned i = 0; i < LEAF_TEXT_COUNT; i++)
		cr_assert(span_equal(want->texts[i], read->texts[i]), "text %u", i);
}

/* Whose keys an event's two halves lie under; one part when they are the same. */
static void check_parts(const struct event *event, size_t count, struct subject first, struct subject second)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {0};
	struct leaf leaf;
	struct event_read read;
	seal(&asked, event, &arena, &leaf);
	cr_assert(leaf.part_count == count && asked.count == count, "%zu parts", leaf.part_count);
	cr_assert(is_subject(&asked, 0, first.kind, first.id));
	cr_assert(count == 1 || is_subject(&asked, 1, second.kind, second.id));
	world_must(read_back(fake_keys_table(), &leaf, EVENT_SEES_ALL, &arena, &read));
	check_texts(event, &read);
	cr_assert(read.erased == 0 && read.withheld == 0);
}

static const struct subject TENANT = {.kind = SUBJECT_TENANT};

static struct subject person_of(struct id id)
{
	return (struct subject){SUBJECT_PERSON, id};
}

/* ---- whose key ---- */

Test(event, without_texts_there_is_no_part)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {0};
	struct leaf leaf;
	struct event event = example();
	memset(event.texts, 0, sizeof event.texts);
	seal(&asked, &event, &arena, &leaf);
	cr_assert(leaf.part_count == 0 && asked.count == 0);
}

Test(event, what_falls_to_the_same_person_shares_one_part)
{
	struct event event = example();
	check_parts(&event, 1, person_of(actor()), TENANT);
}

Test(event, the_objects_texts_lie_under_the_client_when_there_is_one)
{
	struct event event = example();
	event.ids[LEAF_ID_CLIENT] = client();
	check_parts(&event, 2, person_of(actor()), (struct subject){SUBJECT_CLIENT, client()});
}

Test(event, the_objects_texts_lie_under_the_person_who_is_the_object)
{
	struct event event = example();
	event.ids[LEAF_ID_CLIENT] = client();
	event.ids[LEAF_ID_OBJECT] = object();
	event.object_is_person = true;
	check_parts(&event, 2, person_of(actor()), person_of(object()));
}

/* Two keys are derived of one person's key: by the kind of the part. */
Test(event, a_person_who_acts_on_himself_has_two_parts_under_one_key)
{
	struct event event = example();
	event.ids[LEAF_ID_OBJECT] = actor();
	event.object_is_person = true;
	check_parts(&event, 2, person_of(actor()), person_of(actor()));
}

Test(event, what_nobody_of_the_tenant_did_lies_under_the_months_log_key)
{
	static const enum leaf_actor NOBODY[] = {
		LEAF_SYSTEM, LEAF_BY_APPLICATION, LEAF_UNKNOWN, LEAF_OPERATOR};
	for (size_t i = 0; i < sizeof NOBODY / sizeof NOBODY[0]; i++) {
		struct event event = example();
		event.actor = NOBODY[i];
		check_parts(&event, 1, TENANT, TENANT);
		event.ids[LEAF_ID_CLIENT] = client();
		check_parts(&event, 2, TENANT, (struct subject){SUBJECT_CLIENT, client()});
	}
}

Test(event, a_person_without_an_id_is_nobody_whose_key_there_is)
{
	struct event event = example();
	event.ids[LEAF_ID_ACTOR] = (struct id){0};
	check_parts(&event, 1, TENANT, TENANT);
}

Test(event, the_log_key_is_that_of_the_month_of_receipt)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {0};
	struct leaf leaf;
	struct event_read read;
	struct event event = example();
	event.actor = LEAF_SYSTEM;
	event.time.ms = 0; /* January 1970 by the caller's clock */
	seal(&asked, &event, &arena, &leaf);
	cr_assert(asked.epochs[0] == MONTH_2026_11);
	const struct keys keys = keys_of(&asked);
	world_must(read_back(&keys, &leaf, EVENT_SEES_ALL, &arena, &read));
	cr_assert(asked.count == 2 && asked.epochs[1] == MONTH_2026_11, "and it stands in the part");
}

Test(event, every_try_has_an_id_and_keys_of_its_own)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {0};
	struct leaf one, other;
	const struct event event = example();
	seal(&asked, &event, &arena, &one);
	seal(&asked, &event, &arena, &other);
	cr_assert(!ids_equal(one.event, other.event));
	cr_assert(!span_equal(one.parts[0].record, other.parts[0].record));
}

Test(event, no_text_stands_in_clear)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(buf) bytes = BUF(ROW_MAX);
	struct asked asked = {0};
	struct leaf leaf;
	const struct event event = example();
	seal(&asked, &event, &arena, &leaf);
	world_must(leaf_encode(&leaf, &bytes));
	for (unsigned i = 0; i < LEAF_TEXT_COUNT; i++)
		cr_assert(event.texts[i].len == 0 ||
			!memmem(bytes.data, bytes.len, event.texts[i].at, event.texts[i].len));
}

Test(event, more_text_than_a_part_takes_is_too_large)
{
	static const uint8_t LONG[24 * 1024] = {'a'};
	scoped(arena) arena = ARENA(MEMORY);
	struct event_draft draft;
	struct event event = example();
	event.texts[LEAF_TEXT_CHANGES] = SPAN_BYTES(LONG);
	cr_assert(event_seal(fake_keys_table(), world_tenant(1), &event, NOON, &arena, &draft).kind ==
		ERR_TOO_LARGE);
}

Test(event, an_arena_without_room_is_said_so)
{
	scoped(arena) arena = ARENA(16);
	struct event_draft draft;
	const struct event event = example();
	cr_assert(event_seal(fake_keys_table(), world_tenant(1), &event, NOON, &arena, &draft).kind ==
		ERR_NO_MEMORY);
}

Test(event, is_not_sealed_for_a_person_whose_key_is_gone)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {.gone = person_of(actor())};
	struct event_draft draft;
	const struct event event = example();
	const struct keys keys = keys_of(&asked);
	cr_assert(event_seal(&keys, world_tenant(1), &event, NOON, &arena, &draft).kind == ERR_NOT_FOUND);
}

/* ---- reading ---- */

static void seal_both(struct arena *arena, struct leaf *leaf)
{
	struct asked asked = {0};
	struct event event = example();
	event.ids[LEAF_ID_CLIENT] = client();
	seal(&asked, &event, arena, leaf);
}

Test(event, the_texts_of_an_erased_person_are_gone_and_the_clients_stay)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {.gone = person_of(actor())};
	struct leaf leaf;
	struct event_read read;
	const struct keys keys = keys_of(&asked);
	seal_both(&arena, &leaf);
	world_must(read_back(&keys, &leaf, EVENT_SEES_ALL, &arena, &read));
	cr_assert(read.erased == EVENT_SEES_ACTOR && read.withheld == 0);
	cr_assert(read.texts[LEAF_TEXT_IP].len == 0 && span_is(read.texts[LEAF_TEXT_OBJECT_TYPE], "record"));
	cr_assert(ids_equal(read.leaf.ids[LEAF_ID_ACTOR], actor()), "the clear half is evidence");
}

Test(event, the_texts_of_an_erased_client_are_gone_and_the_actors_stay)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {.gone = {SUBJECT_CLIENT, client()}};
	struct leaf leaf;
	struct event_read read;
	const struct keys keys = keys_of(&asked);
	seal_both(&arena, &leaf);
	world_must(read_back(&keys, &leaf, EVENT_SEES_ALL, &arena, &read));
	cr_assert(read.erased == EVENT_SEES_CLIENT);
	cr_assert(read.texts[LEAF_TEXT_OBJECT_TYPE].len == 0 &&
		span_is(read.texts[LEAF_TEXT_IP], "203.0.113.7"));
}

Test(event, a_part_that_the_reader_may_not_see_is_left_closed)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {0};
	struct leaf leaf;
	struct event_read read;
	const struct keys keys = keys_of(&asked);
	seal_both(&arena, &leaf);
	world_must(read_back(&keys, &leaf, EVENT_SEES_CLIENT, &arena, &read));
	cr_assert(read.withheld == EVENT_SEES_ACTOR && read.erased == 0);
	cr_assert(read.texts[LEAF_TEXT_IP].len == 0 && span_is(read.texts[LEAF_TEXT_OBJECT_TYPE], "record"));
	cr_assert(asked.count == 1, "its key is not even asked for");
	asked.count = 0;
	world_must(read_back(&keys, &leaf, 0, &arena, &read));
	cr_assert(read.withheld == (EVENT_SEES_ACTOR | EVENT_SEES_CLIENT) && asked.count == 0);
	for (unsigned i = 0; i < LEAF_TEXT_COUNT; i++)
		cr_assert(read.texts[i].len == 0);
}

Test(event, each_kind_of_part_has_a_sight_of_its_own)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {0};
	struct leaf leaf;
	struct event_read read;
	struct event event = example();
	event.actor = LEAF_SYSTEM;
	event.ids[LEAF_ID_OBJECT] = object();
	event.object_is_person = true;
	seal(&asked, &event, &arena, &leaf);
	world_must(read_back(fake_keys_table(), &leaf, EVENT_SEES_TENANT, &arena, &read));
	cr_assert(read.withheld == EVENT_SEES_OBJECT && span_is(read.texts[LEAF_TEXT_IP], "203.0.113.7"));
	world_must(read_back(fake_keys_table(), &leaf, EVENT_SEES_OBJECT, &arena, &read));
	cr_assert(read.withheld == EVENT_SEES_TENANT && span_is(read.texts[LEAF_TEXT_OBJECT_TYPE], "record"));
}

Test(event, a_part_that_was_moved_from_another_event_is_forged)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct leaf one, other;
	struct event_read read;
	seal_both(&arena, &one);
	seal_both(&arena, &other);
	one.parts[0] = other.parts[0];
	cr_assert(read_back(fake_keys_table(), &one, EVENT_SEES_ALL, &arena, &read).kind == ERR_FORGED);
}

Test(event, a_leaf_that_is_no_leaf_is_corrupt)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct event_read read;
	const struct log_row stub = {.sequence = 1, .tenant = world_tenant(1)};
	cr_assert(event_read(fake_keys_table(), &stub, EVENT_SEES_ALL, &arena, &read).kind == ERR_CORRUPT);
}

/* ---- what the act decides ---- */

Test(event, a_decision_sets_what_the_action_says)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct event_draft draft;
	const struct event event = example();
	world_must(event_seal(fake_keys_table(), world_tenant(1), &event, NOON, &arena, &draft));
	const struct leaf_part part = draft.leaf.parts[0];
	event_decide(&draft, ACTION_CHALLENGE_LOCKED, LEAF_DENIED, REASON_WRONG_CODE);
	const struct action_row *row = action_row(ACTION_CHALLENGE_LOCKED);
	cr_assert(draft.leaf.action == row->code && draft.leaf.severity == (uint8_t)row->severity);
	cr_assert(draft.leaf.flags & LEAF_CRITICAL && draft.leaf.outcome == LEAF_DENIED);
	cr_assert(draft.leaf.reason == REASON_WRONG_CODE &&
		span_equal(draft.leaf.parts[0].record, part.record));
	event_decide(&draft, ACTION_CHALLENGE_PASSED, LEAF_SUCCESS, REASON_NONE);
	cr_assert(!(draft.leaf.flags & LEAF_CRITICAL), "it is taken back again");
}

Test(event, the_clear_half_comes_back_as_it_was_said)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct asked asked = {0};
	struct leaf leaf;
	struct event_read read;
	struct event event = example();
	event.proven = true;
	event.counted = true;
	event.count = 41;
	event.reason = REASON_REPLAYED;
	event.outcome = LEAF_FAILED;
	event.has_object_kind = true;
	event.object_kind = ID_CREDENTIAL;
	for (unsigned i = 0; i < LEAF_ID_COUNT; i++)
		event.ids[i] = world_thing(10 + i);
	seal(&asked, &event, &arena, &leaf);
	world_must(read_back(fake_keys_table(), &leaf, EVENT_SEES_ALL, &arena, &read));
	cr_assert(read.action == action_row(ACTION_PERSON_CHANGED));
	cr_assert(read.leaf.flags & LEAF_PROVEN && read.leaf.flags & LEAF_COUNTED && read.leaf.count == 41);
	cr_assert(read.leaf.reason == REASON_REPLAYED && read.leaf.outcome == LEAF_FAILED);
	cr_assert(read.leaf.object_kind == ID_CREDENTIAL + 1 && read.leaf.time.ms == NOON.ms);
	cr_assert(memcmp(read.leaf.ids, event.ids, sizeof event.ids) == 0);
}

/* ---- months ---- */

enum { DAY_MS = 86400000 };

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

Test(event, a_month_begins_at_its_first_midnight_in_utc_for_five_hundred_years)
{
	static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t at = 0;
	for (int year = 1970; year < 2470; year++)
		for (int month = 0; month < 12; month++) {
			int64_t days = DAYS[month] + (month == 1 && is_leap(year));
			uint32_t want = (uint32_t)(year * 12 + month);
			cr_assert(event_month((struct instant){at}) == want, "%d-%d begins", year, month + 1);
			at += days * DAY_MS;
			cr_assert(
				event_month((struct instant){at - 1}) == want, "%d-%d ends", year, month + 1);
		}
}

Test(event, a_time_before_1970_is_in_its_month_too)
{
	cr_assert(event_month((struct instant){-1}) == 1969 * 12 + 11);
	cr_assert(event_month((struct instant){-31 * (int64_t)DAY_MS}) == 1969 * 12 + 11);
	cr_assert(event_month((struct instant){-31 * (int64_t)DAY_MS - 1}) == 1969 * 12 + 10);
}
