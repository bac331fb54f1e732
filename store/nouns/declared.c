/* SPDX-License-Identifier: Apache-2.0 */
/* declared - records under tenant ‖ name, and names under tenant ‖ number. */
#include "store/nouns/declared.h"

#include "base/reader.h"

enum {
	DECLARED_RECORD = 1,
	RECORD_MAX = 4096,
	FLAG_CRITICAL = 1,
	FLAG_RETIRED = 2,
};

_Static_assert(ACTION_CLASS_COUNT *ACTION_ALSO_COUNT <= 64, "cells has a bit for each");

static const struct span PREFIX = {(const uint8_t *)"app.", 4};

static struct noun_seal seal_of(struct id tenant)
{
	return (struct noun_seal){
		tenant, {.kind = SUBJECT_TENANT}, {.object_type = SEAL_LABEL, .field_type = TABLE_ACTION}};
}

static struct noun_key number_key(struct id tenant, unsigned number)
{
	const uint8_t bytes[] = {(uint8_t)(number >> 8), (uint8_t)number};
	return noun_key(tenant, SPAN_BYTES(bytes), SPAN_NONE);
}

struct noun_key declared_numbered_at(const struct declared *declared)
{
	return number_key(declared->tenant, declared->as.number);
}

/* ---- the record ---- */

static fallible open_labels(
	const struct view *view, struct span sealed, struct arena *arena, struct declared *declared)
{
	const struct noun_seal seal = seal_of(declared->tenant);
	struct span *texts[LANGUAGE_COUNT];
	for (size_t i = 0; i < LANGUAGE_COUNT; i++)
		texts[i] = &declared->labels[i];
	return noun_open_texts(view_keys(view), &seal, sealed, arena, texts, LANGUAGE_COUNT);
}

static fallible check(const struct declared *declared, unsigned flags)
{
	if (declared->as.number >= ACTION_DECLARED_NAMES || declared->as.class >= ACTION_CLASS_COUNT ||
		declared->as.also >= ACTION_ALSO_COUNT || declared->severity >= ACTION_SEVERITY_COUNT ||
		flags > (FLAG_CRITICAL | FLAG_RETIRED))
		return FAIL(CORRUPT, "a declared action's record has a field that no version knows");
	return OK;
}

static fallible decode_clear(
	const struct row *row, struct arena *arena, struct declared *declared, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	declared->version = row->version;
	if (reader_u8(&reader) != DECLARED_RECORD)
		return FAIL(CORRUPT, "a declared action's record has an unknown version");
	declared->as.number = reader_u16(&reader);
	declared->as.class = reader_u8(&reader);
	declared->as.also = reader_u8(&reader);
	declared->cells = reader_u64(&reader);
	declared->severity = reader_u8(&reader);
	unsigned flags = reader_u8(&reader);
	declared->critical = flags & FLAG_CRITICAL;
	declared->retired = flags & FLAG_RETIRED;
	TRY(arena_keep(arena, reader_sized(&reader), &declared->required));
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	return check(declared, flags);
}

static fallible decode(
	const struct view *view, const struct row *row, struct arena *arena, struct declared *declared)
{
	struct span sealed;
	TRY(decode_clear(row, arena, declared, &sealed));
	return open_labels(view, sealed, arena, declared);
}

fallible declared_get_clear(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct declared *declared)
{
	struct row row;
	struct span sealed;
	struct declared read = {.tenant = tenant};
	struct noun_key key = noun_key(tenant, name, SPAN_NONE);
	TRY(view_get(view, TABLE_ACTION, noun_key_span(&key), &row));
	TRY(arena_keep(arena, name, &read.name));
	TRY(decode_clear(&row, arena, &read, &sealed));
	*declared = read;
	return OK;
}

fallible declared_get(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct declared *declared)
{
	struct row row;
	struct declared read = {.tenant = tenant};
	struct noun_key key = noun_key(tenant, name, SPAN_NONE);
	TRY(view_get(view, TABLE_ACTION, noun_key_span(&key), &row));
	TRY(arena_keep(arena, name, &read.name));
	TRY(decode(view, &row, arena, &read));
	*declared = read;
	return OK;
}

fallible declared_by_number(const struct view *view, struct id tenant, unsigned number, struct arena *arena,
	struct declared *declared)
{
	struct row row;
	struct declared read;
	struct noun_key key = number_key(tenant, number);
	TRY(view_get(view, TABLE_ACTION_NUMBER, noun_key_span(&key), &row));
	TRY(declared_get_clear(view, tenant, row.payload, arena, &read));
	/* The look-up is a plain row; what it leads to has a MAC and says its number itself. */
	if (read.as.number != number)
		return FAIL(CORRUPT, "a declared action has another number than its look-up");
	*declared = read;
	return OK;
}

static fallible encode(struct act *act, const struct declared *declared, struct buf *record)
{
	const struct noun_seal seal = seal_of(declared->tenant);
	scoped(buf) sealed = BUF(RECORD_MAX);
	TRY(noun_seal_texts(act->volume->keys, &seal, declared->labels, LANGUAGE_COUNT, &sealed));
	buf_put_u8(record, DECLARED_RECORD);
	buf_put_u16(record, (uint16_t)declared->as.number);
	buf_put_u8(record, (uint8_t)declared->as.class);
	buf_put_u8(record, (uint8_t)declared->as.also);
	buf_put_u64(record, declared->cells);
	buf_put_u8(record, (uint8_t)declared->severity);
	buf_put_u8(record,
		(uint8_t)((declared->critical ? FLAG_CRITICAL : 0u) |
			(declared->retired ? FLAG_RETIRED : 0u)));
	buf_put_sized(record, declared->required);
	buf_put_sized(record, buf_span(&sealed));
	return buf_check(record);
}

fallible declared_put(struct act *act, const struct declared *declared)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(declared->tenant, declared->name, SPAN_NONE);
	struct noun_key number = declared_numbered_at(declared);
	TRY(encode(act, declared, &record));
	TRY(act_put(act, TABLE_ACTION_NUMBER, noun_key_span(&number), declared->name));
	return act_put(act, TABLE_ACTION, noun_key_span(&key), buf_span(&record));
}

bool declared_next(const struct view *view, struct id tenant, struct span *after, struct arena *arena,
	struct declared *declared, struct err *err)
{
	struct span name;
	struct row row;
	*err = noun_next(view, TABLE_ACTION, tenant, *after, &name, &row);
	if (noun_ends(err))
		return false;
	*declared = (struct declared){.tenant = tenant};
	*err = arena_keep(arena, name, &declared->name);
	*after = declared->name;
	if (!err_failed(*err))
		*err = decode(view, &row, arena, declared);
	return !err_failed(*err);
}

fallible declared_count(const struct view *view, struct id tenant, struct declared_count *count)
{
	struct declared_count found = {0};
	struct err err;
	struct declared declared;
	struct span after = SPAN_NONE;
	scoped(arena) arena = ARENA(ACTION_DECLARED_NAMES * 2 * RECORD_MAX);
	while (declared_next(view, tenant, &after, &arena, &declared, &err)) {
		found.all++;
		found.standing += !declared.retired;
	}
	TRY(err);
	*count = found;
	return OK;
}

/* ---- what it stands for ---- */

fallible declared_row(const struct declared *declared, struct arena *arena, const struct action_row **row)
{
	struct action_row *made = arena_alloc(arena, sizeof *made);
	char *name = arena_text(arena, declared->name), *required = arena_text(arena, declared->required);
	if (!made || !name || !required)
		return FAIL(NO_MEMORY, "a call has no memory for a declared action");
	*made = (struct action_row){.action = ACTION_NONE,
		.code = action_declared_code(&declared->as),
		.name = name,
		.class = declared->as.class,
		.severity = declared->severity,
		.retention = ACTION_RETENTION_SECURITY,
		.critical = declared->critical,
		.also_edit = declared->as.also == ACTION_ALSO_EDIT,
		.also_delete = declared->as.also == ACTION_ALSO_DELETE,
		.required = required,
		.told = "-"};
	*row = made;
	return OK;
}

size_t declared_codes(const struct declared *declared, uint16_t *codes, size_t max)
{
	size_t count = 0;
	for (unsigned cell = 0; cell < ACTION_CLASS_COUNT * ACTION_ALSO_COUNT; cell++) {
		struct action_declared as = {declared->as.number,
			(enum action_class)(cell / ACTION_ALSO_COUNT),
			(enum action_also)(cell % ACTION_ALSO_COUNT)};
		if (declared->cells & UINT64_C(1) << cell && count < max)
			codes[count++] = action_declared_code(&as);
	}
	return count;
}

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool declared_is_name(struct span name)
{
	struct span rest = span_from(name, PREFIX.len), word;
	if (!span_starts(name, PREFIX) || name.len > DECLARED_NAME_MAX || rest.len == 0)
		return false;
	if (rest.at[0] < 'a' || rest.at[0] > 'z')
		return false;
	while (span_cut(&rest, '.', &word)) {
		for (size_t i = 0; i < word.len; i++)
			if (!is_plain(word.at[i]))
				return false;
		if (word.len == 0)
			return false;
	}
	return true;
}
