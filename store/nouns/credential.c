/* SPDX-License-Identifier: Apache-2.0 */
/* credential - the record of a credential, and the list of each client's. */
#include "store/nouns/credential.h"

#include "base/reader.h"

enum { RECORD_FIRST = 1, RECORD = 2, RECORD_MAX = NOUN_TEXTS_MAX + 256, DAY_MS = 24 * 3600 * 1000 };

static const char *const KINDS[CREDENTIAL_KIND_COUNT] = {
	[CREDENTIAL_LOGIN] = "login",
	[CREDENTIAL_TOTP] = "totp",
	[CREDENTIAL_API_KEY] = "api_key",
	[CREDENTIAL_NOTE] = "note",
	[CREDENTIAL_SSH_KEY] = "ssh_key",
	[CREDENTIAL_CARD] = "card",
};

const char *credential_kind_name(enum credential_kind kind)
{
	return KINDS[kind];
}

bool credential_kind_find(struct span word, enum credential_kind *kind)
{
	for (unsigned i = 0; i < CREDENTIAL_KIND_COUNT; i++)
		if (span_is(word, KINDS[i])) {
			*kind = (enum credential_kind)i;
			return true;
		}
	return false;
}

static const char *const STATES[CREDENTIAL_STATE_COUNT] = {
	[CREDENTIAL_ACTIVE] = "active",
	[CREDENTIAL_ARCHIVED] = "archived",
	[CREDENTIAL_SHREDDED] = "shredded",
};

const char *credential_state_name(enum credential_state state)
{
	return STATES[state];
}

bool credential_state_find(struct span word, enum credential_state *state)
{
	for (unsigned i = 0; i < CREDENTIAL_STATE_COUNT; i++)
		if (span_is(word, STATES[i])) {
			*state = (enum credential_state)i;
			return true;
		}
	return false;
}

unsigned credential_revealable(enum credential_kind kind)
{
	switch (kind) {
	case CREDENTIAL_LOGIN:
		return 1u << CREDENTIAL_PASSWORD;
	case CREDENTIAL_TOTP:
		return 1u << CREDENTIAL_SEED;
	case CREDENTIAL_API_KEY:
	case CREDENTIAL_SSH_KEY:
		return 1u << CREDENTIAL_KEY;
	case CREDENTIAL_NOTE:
		return 1u << CREDENTIAL_TEXT;
	case CREDENTIAL_CARD:
		return 1u << CREDENTIAL_NUMBER | 1u << CREDENTIAL_EXPIRY | 1u << CREDENTIAL_HOLDER;
	case CREDENTIAL_KIND_COUNT:
		break;
	}
	return 0;
}

static struct noun_seal seal_of(const struct credential *credential)
{
	return (struct noun_seal){credential->tenant, {SUBJECT_CLIENT, credential->client},
		{.object = credential->id, .object_type = SEAL_LABEL, .field_type = TABLE_CREDENTIAL}};
}

/* ---- the label ---- */

static fallible read_label(struct span label, unsigned record, struct credential *credential)
{
	struct reader reader = READER(label);
	credential->title = reader_sized(&reader);
	credential->url = reader_sized(&reader);
	credential->username = reader_sized(&reader);
	credential->tag_count = reader_u8(&reader);
	if (credential->tag_count > CREDENTIAL_TAGS_MAX)
		return FAIL(CORRUPT, "a credential has more tags than there can be");
	for (size_t i = 0; i < credential->tag_count; i++)
		credential->tags[i] = reader_sized(&reader);
	if (record > RECORD_FIRST) {
		credential->strength = reader_u8(&reader);
		credential->key_type = reader_sized(&reader);
		credential->fingerprint = reader_sized(&reader);
	}
	/* In a first record the label ends here when nothing was imported. */
	if (record > RECORD_FIRST || reader.rest.len)
		credential->origin = reader_sized(&reader);
	return reader_check(&reader);
}

static fallible open_label(const struct view *view, unsigned record, struct span sealed, struct arena *arena,
	struct credential *credential)
{
	struct span label;
	const struct noun_seal seal = seal_of(credential);
	struct err err = noun_open(view_keys(view), &seal, sealed, arena, &label);
	/* The client was erased: the row keeps only what is not personal. */
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return read_label(label, record, credential);
}

fallible credential_seal(const struct keys *keys, const struct credential *credential, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(credential);
	scoped(buf) plain = BUF(NOUN_TEXTS_MAX);
	buf_put_sized(&plain, credential->title);
	buf_put_sized(&plain, credential->url);
	buf_put_sized(&plain, credential->username);
	buf_put_u8(&plain, (uint8_t)credential->tag_count);
	for (size_t i = 0; i < credential->tag_count; i++)
		buf_put_sized(&plain, credential->tags[i]);
	buf_put_u8(&plain, credential->strength);
	buf_put_sized(&plain, credential->key_type);
	buf_put_sized(&plain, credential->fingerprint);
	buf_put_sized(&plain, credential->origin);
	TRY(buf_check(&plain));
	return keys->seal_row(keys->keeper, seal.tenant, &seal.subject, seal.place, buf_span(&plain), sealed);
}

/* ---- the record ---- */

static fallible check(const struct credential *credential)
{
	if (credential->kind >= CREDENTIAL_KIND_COUNT || credential->state >= CREDENTIAL_STATE_COUNT)
		return FAIL(CORRUPT, "a credential's record has a field that no version knows");
	if (credential->known == 0 || credential->known > credential->current)
		return FAIL(CORRUPT, "a credential's record names a version that can't be");
	return OK;
}

static fallible decode(
	const struct view *view, const struct row *row, struct arena *arena, struct credential *credential)
{
	struct reader reader = READER(row->payload);
	unsigned record = reader_u8(&reader);
	credential->row = row->version;
	credential->strength = CREDENTIAL_STRENGTH_NONE;
	if (record != RECORD && record != RECORD_FIRST)
		return FAIL(CORRUPT, "a credential's record has an unknown version");
	credential->kind = reader_u8(&reader);
	credential->state = reader_u8(&reader);
	credential->modes_max = reader_u16(&reader);
	credential->client = noun_take_id(&reader);
	credential->created.ms = reader_i64(&reader);
	credential->current = reader_u64(&reader);
	credential->known = reader_u64(&reader);
	if (record > RECORD_FIRST)
		credential->archived.ms = reader_i64(&reader);
	struct span sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	TRY(check(credential));
	/* What was shredded has no label left. */
	return credential->state == CREDENTIAL_SHREDDED ? OK
							: open_label(view, record, sealed, arena, credential);
}

fallible credential_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct credential *credential)
{
	struct row row;
	struct credential read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_CREDENTIAL, noun_key_span(&key), &row));
	TRY(decode(view, &row, arena, &read));
	*credential = read;
	return OK;
}

struct instant credential_trash_ends(const struct credential *credential)
{
	return (struct instant){credential->archived.ms + (int64_t)CREDENTIAL_TRASH_DAYS * DAY_MS};
}

fallible credential_put(struct act *act, const struct credential *credential, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(credential->tenant, id_span(&credential->id), SPAN_NONE);
	struct noun_key place =
		noun_key(credential->tenant, id_span(&credential->client), id_span(&credential->id));
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)credential->kind);
	buf_put_u8(&record, (uint8_t)credential->state);
	buf_put_u16(&record, credential->modes_max);
	buf_put(&record, id_span(&credential->client));
	buf_put_i64(&record, credential->created.ms);
	buf_put_u64(&record, credential->current);
	buf_put_u64(&record, credential->known);
	buf_put_i64(&record, credential->archived.ms);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	TRY(act_put(act, TABLE_CREDENTIAL_INDEX, noun_key_span(&place), SPAN_LIT("c")));
	return act_put(act, TABLE_CREDENTIAL, noun_key_span(&key), buf_span(&record));
}

/* ---- walking ---- */

bool credential_next(const struct view *view, struct id tenant, struct id client, struct id *after,
	struct arena *arena, struct credential *credential, struct err *err)
{
	bool some = !ids_is_none(client);
	*err = noun_next_id(view, some ? TABLE_CREDENTIAL_INDEX : TABLE_CREDENTIAL, tenant,
		some ? id_span(&client) : SPAN_NONE, after, NULL);
	if (noun_ends(err))
		return false;
	*err = credential_get(view, tenant, *after, arena, credential);
	return !err_failed(*err);
}
