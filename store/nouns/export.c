/* SPDX-License-Identifier: Apache-2.0 */
/* export - records under tenant ‖ id. */
#include "store/nouns/export.h"

#include "base/reader.h"

enum { EXPORT_RECORD = 1, RECORD_MAX = EXPORT_HELD_MAX * EXPORT_HELD + 40 * 1024 };

static const char *const FORMATS[] = {[EXPORT_CSV] = "csv",
	[EXPORT_JSONL] = "jsonl",
	[EXPORT_OCSF] = "ocsf",
	[EXPORT_CEF] = "cef",
	[EXPORT_EVIDENCE] = "evidence"};
static const char *const STATES[] = {
	[EXPORT_RUNNING] = "running", [EXPORT_COMPLETE] = "complete", [EXPORT_CUT] = "cut"};

static struct noun_seal seal_of(const struct export *export)
{
	struct subject subject = {.kind = SUBJECT_TENANT};
	if (export->actor == LEAF_PERSON)
		subject = (struct subject){SUBJECT_PERSON, export->by};
	return (struct noun_seal){export->tenant, subject,
		{.object = export->id, .object_type = SEAL_LABEL, .field_type = TABLE_EXPORT}};
}

fallible export_seal(const struct keys *keys, struct export *export, struct arena *arena)
{
	scoped(buf) sealed = BUF(2 * EXPORT_FILTERS_MAX);
	const struct noun_seal seal = seal_of(export);
	const struct span texts[] = {export->purpose, export->filters};
	TRY(noun_seal_texts(keys, &seal, texts, 2, &sealed));
	return buf_keep(&sealed, arena, &export->sealed);
}

/* ---- the record ---- */

static void read_clear(struct reader *reader, struct export *export)
{
	export->format = (enum export_format)reader_u8(reader);
	export->state = (enum export_state)reader_u8(reader);
	export->actor = (enum leaf_actor)reader_u8(reader);
	export->by = noun_take_id(reader);
	export->application = noun_take_id(reader);
	export->started.ms = reader_i64(reader);
	export->ended.ms = reader_i64(reader);
	export->requested = noun_take_id(reader);
	export->event = noun_take_id(reader);
	export->rows = reader_u64(reader);
	export->bytes = reader_u64(reader);
	reader_copy(reader, export->filter_hash, sizeof export->filter_hash);
	reader_copy(reader, export->sha256, sizeof export->sha256);
	export->held_all = reader_u8(reader) != 0;
}

static bool is_known(const struct export *export)
{
	return export->format >= EXPORT_CSV && export->format <= EXPORT_EVIDENCE &&
		export->state <= EXPORT_CUT &&
		(export->actor == LEAF_PERSON || export->actor == LEAF_BY_APPLICATION);
}

/* held and sealed borrow from the row until they are kept. */
static fallible decode_clear(const struct row *row, struct export *export)
{
	struct reader reader = READER(row->payload);
	export->version = row->version;
	if (reader_u8(&reader) != EXPORT_RECORD)
		return FAIL(CORRUPT, "an export's record has an unknown version");
	read_clear(&reader, export);
	export->sealed = reader_sized(&reader);
	uint32_t held = reader_u32(&reader);
	if (held > EXPORT_HELD_MAX)
		return FAIL(CORRUPT, "an export's record holds more ids than it can");
	export->held = reader_run(&reader, (size_t)held * EXPORT_HELD);
	TRY(reader_check(&reader));
	return is_known(export) ? OK : FAIL(CORRUPT, "an export's record has a field that no version knows");
}

static fallible decode(
	const struct view *view, const struct row *row, struct arena *arena, struct export *export)
{
	TRY(decode_clear(row, export));
	const struct noun_seal seal = seal_of(export);
	struct span *const texts[] = {&export->purpose, &export->filters};
	TRY(noun_open_texts(view_keys(view), &seal, export->sealed, arena, texts, 2));
	TRY(arena_keep(arena, export->held, &export->held));
	return arena_keep(arena, export->sealed, &export->sealed);
}

fallible export_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct export *export)
{
	struct row row;
	struct export read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_EXPORT, noun_key_span(&key), &row));
	TRY(decode(view, &row, arena, &read));
	*export = read;
	return OK;
}

static void put_record(const struct export *export, struct buf *record)
{
	buf_put_u8(record, EXPORT_RECORD);
	buf_put_u8(record, (uint8_t) export->format);
	buf_put_u8(record, (uint8_t) export->state);
	buf_put_u8(record, (uint8_t) export->actor);
	buf_put(record, id_span(&export->by));
	buf_put(record, id_span(&export->application));
	buf_put_i64(record, export->started.ms);
	buf_put_i64(record, export->ended.ms);
	buf_put(record, id_span(&export->requested));
	buf_put(record, id_span(&export->event));
	buf_put_u64(record, export->rows);
	buf_put_u64(record, export->bytes);
	buf_put(record, SPAN_BYTES(export->filter_hash));
	buf_put(record, SPAN_BYTES(export->sha256));
	buf_put_u8(record, export->held_all);
	buf_put_sized(record, export->sealed);
	buf_put_u32(record, (uint32_t)(export->held.len / EXPORT_HELD));
	buf_put(record, export->held);
}

fallible export_put(struct act *act, const struct export *export)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(export->tenant, id_span(&export->id), SPAN_NONE);
	put_record(export, &record);
	TRY(buf_check(&record));
	return act_put(act, TABLE_EXPORT, noun_key_span(&key), buf_span(&record));
}

bool export_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct export *export, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_EXPORT, tenant, SPAN_NONE, after, &row);
	if (noun_ends(err))
		return false;
	*export = (struct export){.tenant = tenant, .id = *after};
	*err = decode(view, &row, arena, export);
	return !err_failed(*err);
}

/* ---- what it held ---- */

bool export_held(const struct export *export, struct id id)
{
	size_t low = 0, high = export->held.len / EXPORT_HELD;
	const uint8_t *wanted = id.bytes + sizeof id.bytes - EXPORT_HELD;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(export->held.at + middle * EXPORT_HELD, wanted, EXPORT_HELD);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return export->held_all || export->state == EXPORT_RUNNING;
}

/* ---- words ---- */

const char *export_format_name(enum export_format format)
{
	return FORMATS[format];
}

bool export_format_find(struct span name, enum export_format *format)
{
	for (unsigned i = EXPORT_CSV; i <= EXPORT_EVIDENCE; i++)
		if (span_is(name, FORMATS[i])) {
			*format = (enum export_format)i;
			return true;
		}
	return false;
}

const char *export_state_name(enum export_state state)
{
	return STATES[state];
}
