/* SPDX-License-Identifier: Apache-2.0 */
/* consent - records of consents, and the list of each client and party. */
#include "store/nouns/consent.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = NOUN_TEXTS_MAX + 256 };

static struct noun_seal seal_of(const struct consent *consent)
{
	return (struct noun_seal){consent->tenant, {SUBJECT_CLIENT, consent->client},
		{.object = consent->id, .object_type = SEAL_LABEL, .field_type = TABLE_CONSENT}};
}

static fallible decode(const struct row *row, struct consent *consent, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	consent->version = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "a consent's record has an unknown version");
	consent->state = reader_u8(&reader);
	consent->client = noun_take_id(&reader);
	consent->party = noun_take_id(&reader);
	consent->credential = noun_take_id(&reader);
	consent->giver = noun_take_id(&reader);
	consent->text = reader_u32(&reader);
	consent->given.ms = reader_i64(&reader);
	consent->expires.ms = reader_i64(&reader);
	consent->withdrawn.ms = reader_i64(&reader);
	*sealed = reader_sized(&reader);
	if (consent->state >= CONSENT_STATE_COUNT)
		return FAIL(CORRUPT, "a consent's record has a state that no version knows");
	return reader_check(&reader);
}

fallible consent_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct consent *consent)
{
	struct row row;
	struct span sealed;
	struct consent read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_CONSENT, noun_key_span(&key), &row));
	TRY(decode(&row, &read, &sealed));
	const struct noun_seal seal = seal_of(&read);
	struct span *const texts[] = {&read.purpose};
	TRY(noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 1));
	*consent = read;
	return OK;
}

fallible consent_seal(const struct keys *keys, const struct consent *consent, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(consent);
	return noun_seal_texts(keys, &seal, &consent->purpose, 1, sealed);
}

/* Where a client's consents for a party are listed. */
struct pair {
	struct id client, party;
};

static struct span pair_span(const struct pair *pair)
{
	return span_of(pair, sizeof *pair);
}

struct noun_key consent_listed_at(const struct consent *consent)
{
	const struct pair pair = {consent->client, consent->party};
	return noun_key(consent->tenant, pair_span(&pair), id_span(&consent->id));
}

fallible consent_put(struct act *act, const struct consent *consent, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(consent->tenant, id_span(&consent->id), SPAN_NONE);
	struct noun_key listed = consent_listed_at(consent);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)consent->state);
	buf_put(&record, id_span(&consent->client));
	buf_put(&record, id_span(&consent->party));
	buf_put(&record, id_span(&consent->credential));
	buf_put(&record, id_span(&consent->giver));
	buf_put_u32(&record, consent->text);
	buf_put_i64(&record, consent->given.ms);
	buf_put_i64(&record, consent->expires.ms);
	buf_put_i64(&record, consent->withdrawn.ms);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	TRY(act_put(act, TABLE_CONSENT_INDEX, noun_key_span(&listed), SPAN_LIT("c")));
	return act_put(act, TABLE_CONSENT, noun_key_span(&key), buf_span(&record));
}

static bool is_live(const struct consent *consent, struct id credential, struct instant now)
{
	bool covers = ids_is_none(consent->credential) || ids_equal(consent->credential, credential);
	return covers && consent->state == CONSENT_GIVEN && consent->expires.ms > now.ms;
}

fallible consent_find(
	const struct view *view, const struct consent_ask *ask, struct arena *arena, struct consent *consent)
{
	const struct pair pair = {ask->client, ask->party};
	struct id after = {0};
	for (;;) {
		TRY(noun_next_id(view, TABLE_CONSENT_INDEX, ask->tenant, pair_span(&pair), &after, NULL));
		struct consent found;
		TRY(consent_get(view, ask->tenant, after, arena, &found));
		if (is_live(&found, ask->credential, ask->now)) {
			*consent = found;
			return OK;
		}
	}
}
