/* SPDX-License-Identifier: Apache-2.0 */
/* verification - the record, under its id or in a decoy's bucket. */
#include "store/nouns/verification.h"

#include "base/reader.h"

enum {
	VERIFICATION_RECORD = 2,
	FIRST_RECORD = 1,
	RECORD_MAX = VERIFICATION_SEALED_MAX + 1024,
	SHADOW_BYTE = 1,
};

enum verification_flag { IS_ACTION = 1u << 0, IS_WEAK = 1u << 1, IS_SPENT = 1u << 2, BY_SESSION = 1u << 3 };

/* ---- where it lies ---- */

/* The end of an id is random: it tells the bucket, and a stranger nothing. */
static struct noun_key decoy_key(struct id tenant, struct id id, struct span shadow)
{
	const uint8_t bucket[2] = {id.bytes[14] & (VERIFICATION_BUCKETS - 1) >> 8, id.bytes[15]};
	return noun_key(tenant, SPAN_BYTES(bucket), shadow);
}

static struct noun_key own_key(const struct verification *verification, enum table *table)
{
	bool decoy = verification_is_decoy(verification);
	*table = decoy ? TABLE_DECOY : TABLE_VERIFICATION;
	if (decoy)
		return decoy_key(verification->tenant, verification->id, SPAN_NONE);
	return noun_key(verification->tenant, id_span(&verification->id), SPAN_NONE);
}

/* ---- the record ---- */

static void encode_codes(const struct verification *verification, struct buf *record)
{
	buf_put_u8(record, (uint8_t)verification->code_count);
	for (size_t i = 0; i < verification->code_count; i++) {
		const struct verification_code *code = &verification->codes[i];
		buf_put(record, span_of(code->ref, VERIFICATION_REF));
		buf_put(record, SPAN_BYTES(code->hash));
		buf_put_i64(record, code->made.ms);
		buf_put(record, id_span(&code->factor));
		buf_put_u8(record, (uint8_t)code->delivery);
		buf_put_u16(record, code->reply);
	}
}

static void encode(const struct verification *verification, struct buf *record)
{
	unsigned flags = (verification->is_action ? IS_ACTION : 0u) | (verification->weak ? IS_WEAK : 0u) |
		(verification->spent ? IS_SPENT : 0u) | (verification->by_session ? BY_SESSION : 0u);
	buf_put_u8(record, VERIFICATION_RECORD);
	buf_put(record, id_span(&verification->id));
	buf_put(record, id_span(&verification->application));
	buf_put(record, id_span(&verification->person));
	buf_put(record, id_span(&verification->device));
	buf_put_u8(record, (uint8_t)flags);
	buf_put_u8(record, (uint8_t)verification->state);
	buf_put_u16(record, verification->reason);
	buf_put_u8(record, verification->tries);
	buf_put_u8(record, verification->aal);
	buf_put_i64(record, verification->opened.ms);
	buf_put_i64(record, verification->decided.ms);
	buf_put(record, id_span(&verification->factor));
	buf_put(record, SPAN_BYTES(verification->action_hash));
	buf_put(record, SPAN_BYTES(verification->proves_hash));
	buf_put(record, SPAN_BYTES(verification->used_code));
	buf_put(record, SPAN_BYTES(verification->decoy));
	encode_codes(verification, record);
	buf_put_u8(record, verification->mailed);
	buf_put(record, id_span(&verification->event));
	buf_put_sized(record, verification->sealed);
}

/* The first version did not tell what became of a mail. */
static fallible decode_delivery(struct reader *reader, unsigned version, struct verification_code *code)
{
	if (version == FIRST_RECORD)
		return OK;
	code->delivery = (enum verification_mail)reader_u8(reader);
	code->reply = reader_u16(reader);
	if (code->delivery >= VERIFICATION_MAIL_COUNT)
		return FAIL(CORRUPT, "a mailed code came to what no version knows");
	return OK;
}

static fallible decode_codes(struct reader *reader, unsigned version, struct verification *verification)
{
	verification->code_count = reader_u8(reader);
	if (verification->code_count > VERIFICATION_CODES_MAX)
		return FAIL(CORRUPT, "a verification has more codes than there can be");
	for (size_t i = 0; i < verification->code_count; i++) {
		struct verification_code *code = &verification->codes[i];
		reader_copy(reader, (uint8_t *)code->ref, VERIFICATION_REF);
		reader_copy(reader, code->hash, sizeof code->hash);
		code->made.ms = reader_i64(reader);
		code->factor = noun_take_id(reader);
		TRY(decode_delivery(reader, version, code));
	}
	verification->mailed = (uint8_t)verification->code_count;
	if (version == FIRST_RECORD)
		return OK;
	verification->mailed = reader_u8(reader);
	verification->event = noun_take_id(reader);
	return OK;
}

static void decode_state(struct reader *reader, struct verification *verification)
{
	unsigned flags = reader_u8(reader);
	verification->is_action = flags & IS_ACTION;
	verification->weak = flags & IS_WEAK;
	verification->spent = flags & IS_SPENT;
	verification->by_session = flags & BY_SESSION;
	verification->state = (enum verification_state)reader_u8(reader);
	verification->reason = reader_u16(reader);
	verification->tries = reader_u8(reader);
	verification->aal = reader_u8(reader);
	verification->opened.ms = reader_i64(reader);
	verification->decided.ms = reader_i64(reader);
	verification->factor = noun_take_id(reader);
}

static fallible decode(const struct row *row, struct id tenant, struct verification *verification)
{
	struct reader reader = READER(row->payload);
	struct verification read = {.tenant = tenant, .version = row->version};
	unsigned version = reader_u8(&reader);
	if (version != VERIFICATION_RECORD && version != FIRST_RECORD)
		return FAIL(CORRUPT, "a verification's record has an unknown version");
	read.id = noun_take_id(&reader);
	read.application = noun_take_id(&reader);
	read.person = noun_take_id(&reader);
	read.device = noun_take_id(&reader);
	decode_state(&reader, &read);
	reader_copy(&reader, read.action_hash, sizeof read.action_hash);
	reader_copy(&reader, read.proves_hash, sizeof read.proves_hash);
	reader_copy(&reader, read.used_code, sizeof read.used_code);
	reader_copy(&reader, read.decoy, sizeof read.decoy);
	TRY(decode_codes(&reader, version, &read));
	read.sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	if (read.state > VERIFICATION_REFUSED)
		return FAIL(CORRUPT, "a verification has a state that no version knows");
	*verification = read;
	return OK;
}

/* ---- reading and writing ---- */

fallible verification_get(
	const struct view *view, struct id tenant, struct id id, struct verification *verification)
{
	struct row row;
	struct verification read;
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	struct err err = view_get(view, TABLE_VERIFICATION, noun_key_span(&key), &row);
	if (err.kind == ERR_NOT_FOUND) {
		key = decoy_key(tenant, id, SPAN_NONE);
		err = view_get(view, TABLE_DECOY, noun_key_span(&key), &row);
	}
	TRY(err);
	TRY(decode(&row, tenant, &read));
	if (!ids_equal(read.id, id))
		return FAIL(NOT_FOUND, "there is no such verification");
	*verification = read;
	return OK;
}

bool verification_next(const struct view *view, struct id tenant, struct id *after,
	struct verification *verification, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_VERIFICATION, tenant, SPAN_NONE, after, &row);
	if (!err_failed(*err))
		*err = decode(&row, tenant, verification);
	return !err_failed(*err) ? true : (noun_ends(err), false);
}

fallible verification_put(struct act *act, const struct verification *verification)
{
	enum table table;
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = own_key(verification, &table);
	encode(verification, &record);
	TRY(buf_check(&record));
	act->changed = verification->id;
	return act_put(act, table, noun_key_span(&key), buf_span(&record));
}

fallible verification_put_shadow(struct act *act, const struct verification *decoy, struct span bytes)
{
	static const uint8_t SHADOW[] = {SHADOW_BYTE};
	struct noun_key key = decoy_key(decoy->tenant, decoy->id, SPAN_BYTES(SHADOW));
	return act_put(act, TABLE_DECOY, noun_key_span(&key), bytes);
}

fallible verification_drop(struct act *act, const struct verification *verification)
{
	enum table table;
	struct noun_key key = own_key(verification, &table);
	return act_drop(act, table, noun_key_span(&key));
}

/* ---- what became of a mail ---- */

bool verification_note_delivery(struct verification *verification, struct instant made,
	enum verification_mail delivery, unsigned reply)
{
	for (size_t i = 0; i < verification->code_count; i++) {
		struct verification_code *code = &verification->codes[i];
		if (code->made.ms != made.ms)
			continue;
		bool known = code->delivery == delivery && code->reply == reply;
		code->delivery = delivery;
		code->reply = (uint16_t)reply;
		return !known;
	}
	return false;
}

const char *verification_delivery_name(enum verification_mail delivery)
{
	static const char *const NAMES[VERIFICATION_MAIL_COUNT] = {
		"queued", "accepted", "refused", "bounced"};
	return NAMES[delivery];
}

/* Not the row's version: those of decoys are of a bucket, and grow by what happened to others. */
uint64_t verification_revision(const struct verification *verification)
{
	uint64_t revision = (uint64_t)verification->state << 11 | (uint64_t)(verification->tries & 7) << 8 |
		verification->mailed;
	for (size_t i = 0; i < verification->code_count; i++) {
		const struct verification_code *code = &verification->codes[i];
		revision = revision << 12 | (uint64_t)code->delivery << 10 | (code->reply & 1023);
	}
	return revision;
}

/* ---- reading ---- */

const struct verification_code *verification_newest_code(const struct verification *verification)
{
	return verification->code_count ? &verification->codes[verification->code_count - 1] : NULL;
}

/* ---- times ---- */

bool verification_is_expired(const struct verification *verification, struct instant now)
{
	return now.ms >= verification->opened.ms + VERIFICATION_OPEN_MS;
}

struct instant verification_ends(const struct verification *verification)
{
	int64_t kept = verification->opened.ms + VERIFICATION_KEPT_MS;
	int64_t proves = verification->decided.ms + VERIFICATION_PROVES_MS;
	return (struct instant){verification->state == VERIFICATION_ALLOWED && proves > kept ? proves : kept};
}
