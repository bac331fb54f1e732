/* SPDX-License-Identifier: Apache-2.0 */
/* factor - records under tenant ‖ person ‖ id, and the way from an id to its person. */
#include "store/nouns/factor.h"

#include "base/reader.h"

enum { FACTOR_RECORD = 1, RECORD_MAX = 2048, SEED_VERSION = 1 };

const char *factor_type_name(enum factor_type type)
{
	static const char *const NAMES[FACTOR_TYPES] = {
		[FACTOR_TOTP] = "totp", [FACTOR_EMAIL] = "email", [FACTOR_HOTP] = "hotp"};
	return NAMES[type];
}

const char *factor_state_name(enum factor_state state)
{
	static const char *const NAMES[] = {"pending", "active", "ended"};
	return NAMES[state];
}

static struct noun_key own_key(struct id tenant, struct id person, struct id id)
{
	return noun_key(tenant, id_span(&person), id_span(&id));
}

/* ---- the record ---- */

static void encode(const struct factor *factor, struct buf *record)
{
	buf_put_u8(record, FACTOR_RECORD);
	buf_put_u8(record, (uint8_t)factor->type);
	buf_put_u8(record, (uint8_t)factor->state);
	buf_put_u8(record, (uint8_t)factor->vouch);
	buf_put_u8(record, factor->proven);
	buf_put_u8(record, factor->tries);
	buf_put_i64(record, factor->created.ms);
	buf_put_i64(record, factor->confirmed.ms);
	buf_put_u8(record, (uint8_t)factor->shape.algorithm);
	buf_put_u8(record, factor->shape.digits);
	buf_put_u16(record, factor->shape.period_s);
	buf_put_u64(record, factor->last_step);
	buf_put_u16(record, (uint16_t)factor->drift);
	buf_put(record, SPAN_BYTES(factor->code));
	buf_put_sized(record, factor->texts);
	buf_put_sized(record, factor->seed);
}

static void decode_shape(struct reader *reader, struct factor *factor)
{
	factor->shape.algorithm = (enum totp_algorithm)reader_u8(reader);
	factor->shape.digits = reader_u8(reader);
	factor->shape.period_s = reader_u16(reader);
	factor->last_step = reader_u64(reader);
	factor->drift = (int16_t)reader_u16(reader);
}

static bool fits(const struct factor *factor)
{
	bool type = factor->type >= FACTOR_TOTP && factor->type <= FACTOR_HOTP;
	bool shape =
		factor->type == FACTOR_EMAIL || totp_counts(&factor->shape) == (factor->type == FACTOR_HOTP);
	return type && shape && factor->state <= FACTOR_ENDED && factor->vouch <= FACTOR_BY_PROVEN;
}

static fallible decode(const struct row *row, struct factor *factor)
{
	struct reader reader = READER(row->payload);
	factor->version = row->version;
	if (reader_u8(&reader) != FACTOR_RECORD)
		return FAIL(CORRUPT, "a factor's record has an unknown version");
	factor->type = (enum factor_type)reader_u8(&reader);
	factor->state = (enum factor_state)reader_u8(&reader);
	factor->vouch = (enum factor_vouch)reader_u8(&reader);
	factor->proven = reader_u8(&reader) != 0;
	factor->tries = reader_u8(&reader);
	factor->created.ms = reader_i64(&reader);
	factor->confirmed.ms = reader_i64(&reader);
	decode_shape(&reader, factor);
	reader_copy(&reader, factor->code, sizeof factor->code);
	factor->texts = reader_sized(&reader);
	factor->seed = reader_sized(&reader);
	TRY(reader_check(&reader));
	return fits(factor) ? OK : FAIL(CORRUPT, "a factor's record has a field that no version knows");
}

/* ---- reading ---- */

fallible factor_get(
	const struct view *view, struct id tenant, struct id person, struct id id, struct factor *factor)
{
	struct row row;
	struct factor read = {.tenant = tenant, .id = id, .person = person};
	struct noun_key key = own_key(tenant, person, id);
	TRY(view_get(view, TABLE_FACTOR, noun_key_span(&key), &row));
	TRY(decode(&row, &read));
	*factor = read;
	return OK;
}

fallible factor_find(const struct view *view, struct id tenant, struct id id, struct factor *factor)
{
	struct row row;
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_FACTOR_OF, noun_key_span(&key), &row));
	struct reader reader = READER(row.payload);
	struct id person = noun_take_id(&reader);
	TRY(reader_check(&reader));
	return factor_get(view, tenant, person, id, factor);
}

bool factor_next(const struct view *view, struct id tenant, struct id person, struct id *after,
	struct factor *factor, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_FACTOR, tenant, id_span(&person), after, &row);
	if (noun_ends(err))
		return false;
	*factor = (struct factor){.tenant = tenant, .person = person, .id = *after};
	*err = decode(&row, factor);
	return !err_failed(*err);
}

/* ---- writing ---- */

fallible factor_put(struct act *act, const struct factor *factor)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = own_key(factor->tenant, factor->person, factor->id);
	struct noun_key of = noun_key(factor->tenant, id_span(&factor->id), SPAN_NONE);
	encode(factor, &record);
	TRY(buf_check(&record));
	/* The way to the person never changes: it is written with the first version alone. */
	if (factor->version == 0)
		TRY(act_put(act, TABLE_FACTOR_OF, noun_key_span(&of), id_span(&factor->person)));
	return act_put(act, TABLE_FACTOR, noun_key_span(&key), buf_span(&record));
}

fallible factor_drop(struct act *act, const struct factor *factor)
{
	struct noun_key key = own_key(factor->tenant, factor->person, factor->id);
	struct noun_key of = noun_key(factor->tenant, id_span(&factor->id), SPAN_NONE);
	TRY(act_drop(act, TABLE_FACTOR_OF, noun_key_span(&of)));
	return act_drop(act, TABLE_FACTOR, noun_key_span(&key));
}

/* ---- what is sealed ---- */

static struct noun_seal seal_of(const struct factor *factor)
{
	return (struct noun_seal){factor->tenant, {SUBJECT_PERSON, factor->person},
		{.object = factor->id, .object_type = SEAL_LABEL, .field_type = TABLE_FACTOR}};
}

fallible factor_seal_texts(const struct keys *keys, const struct factor *factor,
	const struct factor_texts *texts, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(factor);
	const struct span plain[] = {texts->label, texts->address};
	return noun_seal_texts(keys, &seal, plain, 2, sealed);
}

fallible factor_open_texts(
	const struct keys *keys, const struct factor *factor, struct arena *arena, struct factor_texts *texts)
{
	struct factor_texts read = {0};
	const struct noun_seal seal = seal_of(factor);
	struct span *const plain[] = {&read.label, &read.address};
	TRY(noun_open_texts(keys, &seal, factor->texts, arena, plain, 2));
	*texts = read;
	return OK;
}

struct seal_context factor_seed_place(const struct factor *factor)
{
	return (struct seal_context){.tenant = factor->tenant,
		.client = factor->person,
		.object = factor->id,
		.version = SEED_VERSION};
}

uint64_t factor_step(const struct totp_shape *shape, int drift, uint64_t last_step, struct instant now)
{
	if (totp_counts(shape))
		return last_step + 1;
	int64_t step = (int64_t)totp_step(shape, now) + drift / 2;
	return step < TOTP_WINDOW ? TOTP_WINDOW : (uint64_t)step;
}

void factor_learn(struct factor *factor, uint64_t step, struct instant now)
{
	factor->last_step = step;
	if (totp_counts(&factor->shape))
		return;
	int64_t off = 2 * ((int64_t)step - (int64_t)totp_step(&factor->shape, now));
	int drift = factor->drift + (off > factor->drift) - (off < factor->drift);
	if (drift >= -2 * FACTOR_DRIFT_MAX && drift <= 2 * FACTOR_DRIFT_MAX)
		factor->drift = (int16_t)drift;
}

struct instant factor_pending_ends(const struct factor *factor)
{
	return (struct instant){factor->created.ms + FACTOR_PENDING_MS};
}
