/* SPDX-License-Identifier: Apache-2.0 */
/* hold - records of holds, and the clearance that all destruction needs. */
#include "store/nouns/hold.h"

#include "base/reader.h"
#include "store/nouns/client.h"
#include "store/nouns/person.h"

enum { RECORD = 1, RECORD_MAX = 4096, ONE_HOLD = 64 * 1024 };

struct hold_clearance {
	struct id tenant;
	enum hold_act act;
	struct subject subjects[HOLD_SUBJECTS_MAX]; /* of an erasure */
	size_t count;
	struct id *kept; /* of a pruning: people and clients whose events stay */
	size_t kept_count;
};

bool hold_is_in_force(const struct hold *hold, struct instant now)
{
	return hold->state != HOLD_LIFTED && (hold->until.ms == 0 || now.ms < hold->until.ms);
}

/* ---- the record ---- */

static struct noun_seal seal_of(const struct hold *hold)
{
	return (struct noun_seal){hold->tenant, hold->subject,
		{.object = hold->id, .object_type = SEAL_LABEL, .field_type = TABLE_HOLD}};
}

static fallible decode(const struct row *row, struct hold *hold, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	hold->version = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a hold's record has an unknown version");
	hold->state = reader_u8(&reader);
	hold->subject.kind = reader_u8(&reader);
	hold->subject.id = noun_take_id(&reader);
	hold->placed.ms = reader_i64(&reader);
	hold->until.ms = reader_i64(&reader);
	hold->ended.ms = reader_i64(&reader);
	hold->placed_by = noun_take_id(&reader);
	hold->first = noun_take_id(&reader);
	hold->second = noun_take_id(&reader);
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	if (hold->state > HOLD_LIFTED || hold->subject.kind < SUBJECT_TENANT ||
		hold->subject.kind > SUBJECT_CLIENT)
		return FAIL(CORRUPT, "a hold's record has a field that no version knows");
	return OK;
}

static fallible read_hold(
	const struct view *view, const struct row *row, struct arena *arena, struct hold *hold)
{
	struct span sealed;
	TRY(decode(row, hold, &sealed));
	const struct noun_seal seal = seal_of(hold);
	struct span *const texts[] = {&hold->ground};
	return noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1);
}

fallible hold_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct hold *hold)
{
	struct row row;
	struct hold read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_HOLD, noun_key_span(&key), &row));
	TRY(read_hold(view, &row, arena, &read));
	*hold = read;
	return OK;
}

bool hold_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct hold *hold, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_HOLD, tenant, SPAN_NONE, after, &row);
	if (noun_ends(err))
		return false;
	*hold = (struct hold){.tenant = tenant, .id = *after};
	*err = read_hold(view, &row, arena, hold);
	return !err_failed(*err);
}

fallible hold_seal(const struct keys *keys, const struct hold *hold, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(hold);
	return noun_seal_texts(keys, &seal, &hold->ground, 1, sealed);
}

fallible hold_put(struct act *act, const struct hold *hold, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(hold->tenant, id_span(&hold->id), SPAN_NONE);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)hold->state);
	buf_put_u8(&record, (uint8_t)hold->subject.kind);
	buf_put(&record, id_span(&hold->subject.id));
	buf_put_i64(&record, hold->placed.ms);
	buf_put_i64(&record, hold->until.ms);
	buf_put_i64(&record, hold->ended.ms);
	buf_put(&record, id_span(&hold->placed_by));
	buf_put(&record, id_span(&hold->first));
	buf_put(&record, id_span(&hold->second));
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_HOLD, noun_key_span(&key), buf_span(&record));
}

/* ---- permission to destroy ---- */

/* What has to be known of a subject that is about to go. */
struct target {
	struct subject subject;
	struct id client; /* whose contact a person is; none */
	bool begun;       /* erasing, or erased */
};

static fallible look_at(
	const struct view *view, struct id tenant, const struct subject *subject, struct target *target)
{
	scoped(arena) arena = ARENA(ONE_HOLD);
	struct person person;
	struct client client;
	*target = (struct target){.subject = *subject};
	if (subject->kind == SUBJECT_CLIENT) {
		TRY(client_get(view, tenant, subject->id, &arena, &client));
		target->begun = client.state >= CLIENT_ERASING;
		return OK;
	}
	if (subject->kind != SUBJECT_PERSON)
		return FAIL(BUG, "a tenant is not erased like this");
	TRY(person_get_clear(view, tenant, subject->id, &arena, &person));
	target->client = person.client;
	target->begun = person.state >= PERSON_ERASING;
	return OK;
}

static bool covers(const struct hold *hold, const struct target *target)
{
	if (hold->subject.kind == SUBJECT_TENANT)
		return true;
	return ids_equal(hold->subject.id, target->subject.id) || ids_equal(hold->subject.id, target->client);
}

static fallible check_targets(const struct hold *hold, const struct target *targets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!targets[i].begun && covers(hold, &targets[i]))
			return FAIL_CODE(HELD, "a hold forbids to destroy this");
	return OK;
}

/* What is read of one hold is forgotten with the next one; the texts stay sealed. */
static bool next_in_force(const struct view *view, const struct hold_ask *ask, struct id *after,
	struct hold *hold, struct err *err)
{
	struct row row;
	struct span sealed;
	do {
		*err = noun_next_id(view, TABLE_HOLD, ask->tenant, SPAN_NONE, after, &row);
		if (noun_ends(err))
			return false;
		*hold = (struct hold){.tenant = ask->tenant, .id = *after};
		*err = decode(&row, hold, &sealed);
	} while (!err_failed(*err) && !hold_is_in_force(hold, ask->now));
	return !err_failed(*err);
}

static fallible clear_erasure(
	const struct view *view, const struct hold_ask *ask, struct hold_clearance *clearance)
{
	struct target targets[HOLD_SUBJECTS_MAX];
	struct id at = {0};
	struct hold hold;
	struct err err = OK;
	if (ask->count == 0 || ask->count > HOLD_SUBJECTS_MAX)
		return FAIL(BUG, "an erasure has too many subjects, or none");
	for (size_t i = 0; i < ask->count; i++)
		TRY(look_at(view, ask->tenant, &ask->subjects[i], &targets[i]));
	while (next_in_force(view, ask, &at, &hold, &err))
		TRY(check_targets(&hold, targets, ask->count));
	TRY(err);
	memcpy(clearance->subjects, ask->subjects, ask->count * sizeof *ask->subjects);
	clearance->count = ask->count;
	return OK;
}

static fallible clear_pruning(const struct view *view, const struct hold_ask *ask, struct arena *arena,
	struct hold_clearance *clearance)
{
	struct id at = {0};
	struct hold hold;
	struct err err = OK;
	clearance->kept = arena_alloc(arena, HOLD_LIST_MAX * sizeof *clearance->kept);
	if (!clearance->kept)
		return FAIL(NO_MEMORY, "there is no memory to look at holds");
	while (next_in_force(view, ask, &at, &hold, &err)) {
		if (hold.subject.kind == SUBJECT_TENANT || clearance->kept_count == HOLD_LIST_MAX)
			return FAIL_CODE(HELD, "a hold forbids to prune the tenant's log");
		clearance->kept[clearance->kept_count++] = hold.subject.id;
	}
	return err;
}

fallible hold_clear(const struct view *view, const struct hold_ask *ask, struct arena *arena,
	const struct hold_clearance **clearance)
{
	struct hold_clearance *made = arena_alloc(arena, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory to look at holds");
	*made = (struct hold_clearance){.tenant = ask->tenant, .act = ask->act};
	TRY(ask->act == HOLD_ERASE ? clear_erasure(view, ask, made) : clear_pruning(view, ask, arena, made));
	*clearance = made;
	return OK;
}

struct id hold_tenant(const struct hold_clearance *clearance)
{
	return clearance->tenant;
}

size_t hold_subjects(const struct hold_clearance *clearance, const struct subject **subjects)
{
	*subjects = clearance->subjects;
	return clearance->count;
}

static bool is_kept(const struct hold_clearance *clearance, struct id id)
{
	for (size_t i = 0; i < clearance->kept_count; i++)
		if (ids_equal(clearance->kept[i], id))
			return true;
	return false;
}

bool hold_lets_prune(const struct hold_clearance *clearance, struct id tenant, const struct leaf *leaf)
{
	if (clearance->act != HOLD_PRUNE || !ids_equal(clearance->tenant, tenant))
		return false;
	for (size_t i = 0; i < LEAF_ID_COUNT; i++)
		if (!ids_is_none(leaf->ids[i]) && is_kept(clearance, leaf->ids[i]))
			return false;
	return true;
}
