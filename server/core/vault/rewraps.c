/* SPDX-License-Identifier: Apache-2.0 */
/* rewraps - read and seal outside the act, compare and write inside it. */
#include "server/core/vault/rewraps.h"

#include "base/reader.h"
#include "store/nouns/version.h"

enum {
	STEP_MEMORY = 64 * 1024 * 1024,
	RECORD_MAX = CREDENTIAL_FIELD_MAX + 512,
	TRIES = 3,
	KEY_BYTES = 16 + 8
};

/* ---- walking ---- */

/* One version of one of the client's credentials. */
struct place {
	struct id credential;
	uint64_t number;
	uint64_t row; /* version of the row itself */
};

static fallible read_key(struct span name, struct id *credential, uint64_t *number)
{
	struct reader reader = READER(name);
	*credential = noun_take_id(&reader);
	*number = reader_u64(&reader);
	return reader_check(&reader);
}

/* The version behind a place of the same credential. Fails: NOT_FOUND. */
static fallible next_version(const struct view *view, struct id tenant, struct place *place)
{
	struct span name;
	struct row row;
	struct id credential;
	uint64_t number;
	scoped(buf) after = BUF(KEY_BYTES);
	buf_put(&after, id_span(&place->credential));
	if (place->number)
		buf_put_u64(&after, place->number);
	TRY(buf_check(&after));
	TRY(noun_next(view, TABLE_VERSION, tenant, buf_span(&after), &name, &row));
	TRY(read_key(name, &credential, &number));
	if (!ids_equal(credential, place->credential))
		return FAIL(NOT_FOUND, "the credential has no more versions");
	place->number = number;
	place->row = row.version;
	return OK;
}

static fallible next_place(const struct view *view, struct id tenant, struct id client, struct place *place)
{
	struct err err = FAIL(NOT_FOUND, "no credential yet");
	if (!ids_is_none(place->credential))
		err = next_version(view, tenant, place);
	while (err.kind == ERR_NOT_FOUND) {
		TRY(noun_next_id(
			view, TABLE_CREDENTIAL_INDEX, tenant, id_span(&client), &place->credential, NULL));
		place->number = 0;
		err = next_version(view, tenant, place);
	}
	return err;
}

fallible rewraps_count(const struct server *server, struct id tenant, struct id client, uint64_t *count)
{
	scoped(reading) reading = {0};
	struct place place = {.number = 0};
	uint64_t found = 0;
	struct err err;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	while (!err_failed(err = next_place(&view, tenant, client, &place)))
		found++;
	if (!noun_ends(&err))
		return err;
	TRY(err);
	*count = found;
	return OK;
}

/* ---- one step ---- */

struct step {
	const struct server *server;
	const struct key_rotation *rotation;
	struct place places[REWRAPS_AT_ONCE];
	struct version versions[REWRAPS_AT_ONCE];
	bool renewed[REWRAPS_AT_ONCE];
	size_t count, left;
	struct arena arena;
};

static void step_done(struct step *step)
{
	arena_done(&step->arena);
}

/* Other records under another data key; a field that an older version holds is that one's. */
static fallible renew_fields(struct step *step, struct span wrapped, struct version *version)
{
	for (size_t i = 0; i < version->field_count; i++) {
		struct version_field *field = &version->fields[i];
		scoped(buf) record = BUF(RECORD_MAX);
		if (field->record.len == 0)
			continue;
		const struct keeper_renewal renewal = {
			.context = version_place(version, step->rotation->client, field->field),
			.wrapped = wrapped,
			.record = field->record,
			.fresh = SPAN_BYTES(version->wrapped)};
		TRY(keeper_renew_field(step->server->keeper, &renewal, &record));
		TRY(buf_keep(&record, &step->arena, &field->record));
	}
	return OK;
}

static fallible renew(struct step *step, struct version *version)
{
	struct keeper *keeper = step->server->keeper;
	struct seal_context place = version_place(version, step->rotation->client, 0);
	uint8_t before[SEAL_WRAPPED];
	memcpy(before, version->wrapped, sizeof before);
	if (!step->rotation->deep)
		return keeper_rewrap_data_key(keeper, place, SPAN_BYTES(before), version->wrapped);
	TRY(keeper_make_data_key(keeper, place, version->wrapped));
	return renew_fields(step, SPAN_BYTES(before), version);
}

/* What lies under the newest key is done: since it was begun, or by a run that a crash cut short. */
static fallible add_version(struct step *step, const struct view *view, const struct place *place)
{
	const struct keys *keys = step->server->volume.keys;
	const struct key_rotation *rotation = step->rotation;
	struct version *version = &step->versions[step->count];
	TRY(version_get(view, rotation->tenant, place->credential, place->number, &step->arena, version));
	struct err err = keys->check_data_key(
		keys->keeper, rotation->tenant, rotation->client, SPAN_BYTES(version->wrapped));
	step->places[step->count] = *place;
	step->renewed[step->count] = err.code == CODE_STALE;
	if (err.code == CODE_STALE)
		err = renew(step, version);
	if (err.kind == ERR_FORGED || err.kind == ERR_NOT_FOUND) {
		step->renewed[step->count] = false;
		step->left++;
		err = OK;
	}
	TRY(err);
	step->count++;
	return OK;
}

static fallible gather(struct step *step)
{
	const struct key_rotation *rotation = step->rotation;
	scoped(reading) reading = {0};
	struct place place = {rotation->at, rotation->at_number, 0};
	TRY(reading_open(&step->server->volume, &reading));
	struct view view = view_reading(&reading);
	struct err err = OK;
	while (step->count < REWRAPS_AT_ONCE && !err_failed(err)) {
		err = next_place(&view, rotation->tenant, rotation->client, &place);
		if (noun_ends(&err))
			return err;
		TRY(err);
		err = add_version(step, &view, &place);
	}
	return err;
}

static fallible write_step(struct act *act, void *context)
{
	const struct step *step = context;
	for (size_t i = 0; i < step->count; i++) {
		const struct place *place = &step->places[i];
		scoped(buf) last = BUF(8);
		if (!step->renewed[i])
			continue;
		buf_put_u64(&last, place->number);
		struct noun_key key =
			noun_key(step->rotation->tenant, id_span(&place->credential), buf_span(&last));
		TRY(noun_still(act, TABLE_VERSION, noun_key_span(&key), place->row));
		TRY(version_put(act, step->rotation->client, &step->versions[i]));
	}
	return OK;
}

static fallible run_step(const struct server *server, struct key_rotation *rotation, bool *over)
{
	scoped(arena) memory = ARENA(2 * sizeof(struct step));
	struct step *step = arena_alloc(&memory, sizeof *step);
	if (!step)
		return FAIL(NO_MEMORY, "there is no memory to wrap data keys anew");
	*step = (struct step){.server = server, .rotation = rotation, .arena = ARENA(STEP_MEMORY)};
	struct err err = gather(step);
	if (!err_failed(err) && step->count)
		err = committer_run(server->committer,
			(struct act_job){.kind = ACT_HOUSEKEEPING, .run = write_step, .context = step});
	if (!err_failed(err)) {
		*over = step->count == 0;
		rotation->done += step->count - step->left;
		rotation->left += step->left;
	}
	if (!err_failed(err) && step->count) {
		rotation->at = step->places[step->count - 1].credential;
		rotation->at_number = step->places[step->count - 1].number;
	}
	step_done(step);
	return err;
}

fallible rewraps_step(const struct server *server, struct key_rotation *rotation, bool *over)
{
	struct err err = OK;
	for (unsigned tries = 0; tries < TRIES; tries++) {
		err = run_step(server, rotation, over);
		if (err.code != CODE_STALE)
			return err;
	}
	return FAIL(BUSY, "versions change faster than they can be wrapped anew");
}
