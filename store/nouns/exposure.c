/* SPDX-License-Identifier: Apache-2.0 */
/* exposure - one row a person, credential and version; a list of each client's. */
#include "store/nouns/exposure.h"

#include "base/reader.h"

enum {
	RECORD_BEFORE = 1,
	RECORD = 2,
	RECORD_MAX = 128,
	PLACE_OF_PERSON = 16 + 8,
	PLACE_OF_CLIENT = 16 + 16 + 8
};

/* credential ‖ version, or person ‖ credential ‖ version: what stands behind whose row it is. */
static struct exposure_place place_of(const struct exposure *exposure, bool with_person)
{
	struct exposure_place place = {.len = 0};
	uint64_t number = exposure->number;
	if (with_person) {
		memcpy(place.bytes, exposure->person.bytes, sizeof exposure->person.bytes);
		place.len += sizeof exposure->person.bytes;
	}
	memcpy(place.bytes + place.len, exposure->credential.bytes, sizeof exposure->credential.bytes);
	place.len += sizeof exposure->credential.bytes + 8;
	for (size_t i = place.len; i > place.len - 8; i--, number >>= 8)
		place.bytes[i - 1] = (uint8_t)number;
	return place;
}

static struct noun_key key_of(const struct exposure *exposure)
{
	struct exposure_place place = place_of(exposure, false);
	return noun_key(exposure->tenant, id_span(&exposure->person), span_of(place.bytes, place.len));
}

struct noun_key exposure_listed_at(const struct exposure *exposure)
{
	struct exposure_place place = place_of(exposure, true);
	return noun_key(exposure->tenant, id_span(&exposure->client), span_of(place.bytes, place.len));
}

/* What a record of version 1 could not say. Nothing was injected then: whoever is in one was shown it. */
static void take_before(struct exposure *exposure)
{
	exposure->device = exposure->in_place_of = (struct id){0};
	exposure->how = EXPOSURE_REVEALED;
}

static void take_since(struct reader *reader, struct exposure *exposure)
{
	exposure->device = noun_take_id(reader);
	exposure->in_place_of = noun_take_id(reader);
	exposure->how = reader_u8(reader);
}

static fallible decode(struct span payload, struct exposure *exposure)
{
	struct reader reader = READER(payload);
	uint8_t version = reader_u8(&reader);
	if (version != RECORD && version != RECORD_BEFORE)
		return FAIL(CORRUPT, "an exposure's record has an unknown version");
	exposure->class = reader_u8(&reader);
	exposure->count = reader_u32(&reader);
	exposure->first.ms = reader_i64(&reader);
	exposure->last.ms = reader_i64(&reader);
	exposure->client = noun_take_id(&reader);
	exposure->grant = noun_take_id(&reader);
	if (version == RECORD)
		take_since(&reader, exposure);
	else
		take_before(exposure);
	return reader_check(&reader);
}

fallible exposure_get(const struct view *view, struct exposure *exposure)
{
	struct row row;
	struct noun_key key = key_of(exposure);
	TRY(view_get(view, TABLE_EXPOSURE, noun_key_span(&key), &row));
	return decode(row.payload, exposure);
}

static fallible list(struct act *act, const struct exposure *exposure)
{
	struct noun_key index = exposure_listed_at(exposure);
	return act_put(act, TABLE_EXPOSURE_INDEX, noun_key_span(&index), SPAN_LIT("c"));
}

static fallible put(struct act *act, const struct exposure *exposure)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = key_of(exposure);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)exposure->class);
	buf_put_u32(&record, exposure->count);
	buf_put_i64(&record, exposure->first.ms);
	buf_put_i64(&record, exposure->last.ms);
	buf_put(&record, id_span(&exposure->client));
	buf_put(&record, id_span(&exposure->grant));
	buf_put(&record, id_span(&exposure->device));
	buf_put(&record, id_span(&exposure->in_place_of));
	buf_put_u8(&record, exposure->how);
	TRY(buf_check(&record));
	return act_put(act, TABLE_EXPOSURE, noun_key_span(&key), buf_span(&record));
}

fallible exposure_add(struct act *act, const struct exposure *seen)
{
	struct view view = view_act(act);
	struct exposure exposure = *seen;
	struct err err = exposure_get(&view, &exposure);
	if (err.kind == ERR_NOT_FOUND) {
		TRY(list(act, &exposure));
		exposure.first = act->now;
		exposure.count = 0;
		exposure.how = 0;
	} else {
		TRY(err);
	}
	exposure.last = act->now;
	exposure.count += exposure.count < UINT32_MAX;
	exposure.class = exposure.class > seen->class ? exposure.class : seen->class;
	exposure.how |= seen->how;
	exposure.grant = seen->grant;
	exposure.device = seen->device;
	exposure.in_place_of = seen->in_place_of;
	return put(act, &exposure);
}

/* ---- walking ---- */

/* The next place in a list; the same form as noun_next_id, for places that are longer than an id. */
static fallible next_place(const struct view *view, enum table table, struct id tenant, struct id of,
	size_t len, struct exposure_place *at)
{
	struct row row;
	struct span name;
	struct noun_key after = noun_key(of, span_of(at->bytes, at->len), SPAN_NONE);
	TRY(noun_next(view, table, tenant, noun_key_span(&after), &name, &row));
	if (!span_starts(name, id_span(&of)))
		return FAIL(NOT_FOUND, "there are no more rows");
	if (name.len != sizeof of.bytes + len)
		return FAIL(CORRUPT, "a key of the ledger has another length");
	memcpy(at->bytes, name.at + sizeof of.bytes, len);
	at->len = len;
	return OK;
}

static fallible read_at(const struct view *view, struct span place, struct exposure *exposure)
{
	struct reader reader = READER(place);
	exposure->credential = noun_take_id(&reader);
	exposure->number = reader_u64(&reader);
	TRY(reader_check(&reader));
	return exposure_get(view, exposure);
}

bool exposure_of_person(const struct view *view, struct id tenant, struct id person,
	struct exposure_place *at, struct exposure *exposure, struct err *err)
{
	*exposure = (struct exposure){.tenant = tenant, .person = person};
	*err = next_place(view, TABLE_EXPOSURE, tenant, person, PLACE_OF_PERSON, at);
	if (noun_ends(err))
		return false;
	*err = read_at(view, span_of(at->bytes, at->len), exposure);
	return !err_failed(*err);
}

bool exposure_of_client(const struct view *view, struct id tenant, struct id client,
	struct exposure_place *at, struct exposure *exposure, struct err *err)
{
	*exposure = (struct exposure){.tenant = tenant};
	*err = next_place(view, TABLE_EXPOSURE_INDEX, tenant, client, PLACE_OF_CLIENT, at);
	if (noun_ends(err))
		return false;
	memcpy(exposure->person.bytes, at->bytes, sizeof exposure->person.bytes);
	*err = read_at(view, span_from(span_of(at->bytes, at->len), sizeof exposure->person.bytes), exposure);
	return !err_failed(*err);
}

bool exposure_of_tenant(const struct view *view, struct id tenant, struct id of, struct exposure_place *at,
	struct exposure *exposure, struct err *err)
{
	struct row row;
	struct span name;
	(void)of;
	*exposure = (struct exposure){.tenant = tenant};
	*err = noun_next(view, TABLE_EXPOSURE, tenant, span_of(at->bytes, at->len), &name, &row);
	if (noun_ends(err))
		return false;
	if (!err_failed(*err) && name.len != PLACE_OF_CLIENT)
		*err = FAIL(CORRUPT, "a key of the ledger has another length");
	if (err_failed(*err))
		return false;
	memcpy(at->bytes, name.at, name.len);
	at->len = name.len;
	memcpy(exposure->person.bytes, at->bytes, sizeof exposure->person.bytes);
	*err = read_at(view, span_from(span_of(at->bytes, at->len), sizeof exposure->person.bytes), exposure);
	return !err_failed(*err);
}
