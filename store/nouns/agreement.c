/* SPDX-License-Identifier: Apache-2.0 */
/* agreement - records of agreements, and the list of each person. */
#include "store/nouns/agreement.h"

#include "base/reader.h"

enum { RECORD = 1, RECORD_MAX = 256, FLAG_BY_PERSON = 1u << 0, FLAG_HASH = 1u << 1, FLAGS_KNOWN = 3 };

static const char *const KINDS[AGREEMENT_KIND_COUNT] = {
	[AGREEMENT_NDA] = "nda",
	[AGREEMENT_DPA] = "dpa",
	[AGREEMENT_TERMS] = "terms",
	[AGREEMENT_MANDATE] = "mandate",
};

const char *agreement_kind_name(unsigned kind)
{
	return kind < AGREEMENT_KIND_COUNT ? KINDS[kind] : NULL;
}

/* ---- the record ---- */

static fallible decode(const struct row *row, struct agreement *agreement)
{
	struct reader reader = READER(row->payload);
	agreement->version = row->version;
	if (reader_u8(&reader) != RECORD)
		return FAIL(CORRUPT, "an agreement's record has an unknown version");
	agreement->kind = reader_u8(&reader);
	unsigned flags = reader_u8(&reader);
	agreement->recorder_is_person = flags & FLAG_BY_PERSON;
	agreement->has_hash = flags & FLAG_HASH;
	agreement->person = noun_take_id(&reader);
	agreement->client = noun_take_id(&reader);
	agreement->recorder = noun_take_id(&reader);
	agreement->document = reader_u32(&reader);
	reader_copy(&reader, agreement->hash, AGREEMENT_HASH);
	agreement->signed_at.ms = reader_i64(&reader);
	agreement->expires.ms = reader_i64(&reader);
	agreement->ended.ms = reader_i64(&reader);
	if (agreement->kind >= AGREEMENT_KIND_COUNT || flags > FLAGS_KNOWN)
		return FAIL(CORRUPT, "an agreement's record has a kind or flag that no version knows");
	return reader_check(&reader);
}

fallible agreement_get(const struct view *view, struct id tenant, struct id id, struct agreement *agreement)
{
	struct row row;
	struct agreement read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_AGREEMENT, noun_key_span(&key), &row));
	TRY(decode(&row, &read));
	*agreement = read;
	return OK;
}

fallible agreement_put(struct act *act, const struct agreement *agreement)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(agreement->tenant, id_span(&agreement->id), SPAN_NONE);
	struct noun_key listed =
		noun_key(agreement->tenant, id_span(&agreement->person), id_span(&agreement->id));
	unsigned flags = agreement->recorder_is_person ? FLAG_BY_PERSON : 0u;
	flags |= agreement->has_hash ? FLAG_HASH : 0u;
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)agreement->kind);
	buf_put_u8(&record, (uint8_t)flags);
	buf_put(&record, id_span(&agreement->person));
	buf_put(&record, id_span(&agreement->client));
	buf_put(&record, id_span(&agreement->recorder));
	buf_put_u32(&record, agreement->document);
	buf_put(&record, span_of(agreement->hash, AGREEMENT_HASH));
	buf_put_i64(&record, agreement->signed_at.ms);
	buf_put_i64(&record, agreement->expires.ms);
	buf_put_i64(&record, agreement->ended.ms);
	TRY(buf_check(&record));
	TRY(act_put(act, TABLE_AGREEMENT_OF, noun_key_span(&listed), SPAN_LIT("a")));
	return act_put(act, TABLE_AGREEMENT, noun_key_span(&key), buf_span(&record));
}

/* ---- walking and finding ---- */

bool agreement_next(const struct view *view, struct id tenant, struct id of, struct id *after,
	struct agreement *agreement, struct err *err)
{
	bool some = !ids_is_none(of);
	*err = noun_next_id(view, some ? TABLE_AGREEMENT_OF : TABLE_AGREEMENT, tenant,
		some ? id_span(&of) : SPAN_NONE, after, NULL);
	if (noun_ends(err))
		return false;
	*err = agreement_get(view, tenant, *after, agreement);
	return !err_failed(*err);
}

bool agreement_is_live(const struct agreement *agreement, struct instant now)
{
	bool over = agreement->expires.ms && agreement->expires.ms <= now.ms;
	return agreement->signed_at.ms <= now.ms && agreement->ended.ms == 0 && !over;
}

static bool covers(const struct agreement *agreement, struct id person, struct id client)
{
	bool of_client = ids_is_none(agreement->client) || ids_equal(agreement->client, client);
	/* The list is no protected row: whose it is says the row itself. */
	return of_client && ids_equal(agreement->person, person);
}

static bool fits(const struct agreement_ask *ask, const struct agreement *agreement)
{
	return covers(agreement, ask->person, ask->client) && agreement->kind == ask->kind &&
		agreement->document >= ask->least && agreement_is_live(agreement, ask->now);
}

static bool lasts_longer(const struct agreement *one, const struct agreement *other)
{
	return other->expires.ms && (one->expires.ms == 0 || one->expires.ms > other->expires.ms);
}

fallible agreement_find(const struct view *view, const struct agreement_ask *ask, struct agreement *agreement)
{
	struct id after = {0};
	struct agreement found, best;
	struct err err = OK;
	bool any = false;
	while (agreement_next(view, ask->tenant, ask->person, &after, &found, &err)) {
		if (!fits(ask, &found) || (any && !lasts_longer(&found, &best)))
			continue;
		best = found;
		any = true;
	}
	TRY(err);
	if (!any)
		return FAIL(NOT_FOUND, "the person signed no such agreement that holds");
	*agreement = best;
	return OK;
}

fallible agreement_contract_end(
	const struct view *view, struct id tenant, struct id person, struct id client, struct instant *end)
{
	struct id after = {0};
	struct agreement found;
	struct instant last = {0};
	struct err err = OK;
	bool open = false;
	while (agreement_next(view, tenant, person, &after, &found, &err)) {
		struct instant ends = found.ended.ms ? found.ended : found.expires;
		if (found.kind != AGREEMENT_TERMS || !covers(&found, person, client))
			continue;
		open = open || ends.ms == 0;
		last = ends.ms > last.ms ? ends : last;
	}
	TRY(err);
	*end = open ? (struct instant){0} : last;
	return OK;
}
