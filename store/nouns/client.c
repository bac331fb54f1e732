/* SPDX-License-Identifier: Apache-2.0 */
/* client - the record of a customer. */
#include "store/nouns/client.h"

#include "base/reader.h"
#include "store/nouns/branch.h"

/* Version 2 has a branch, version 3 a branch and countries, version 1 neither. */
enum {
	CLIENT_RECORD = 1,
	CLIENT_RECORD_BRANCH = 2,
	CLIENT_RECORD_COUNTRIES = 3,
	RECORD_MAX = 4096,
	FLAG_DELEGATED = 1,
	FLAG_FROZEN = 2
};

static fallible own_ref(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct span *ref)
{
	struct client client;
	TRY(client_get(view, tenant, id, arena, &client));
	*ref = client.ref;
	return OK;
}

static const struct noun_refs REFS = {TABLE_CLIENT, TABLE_CLIENT_TERM, ID_CLIENT, "mn.client.ref", own_ref};

static struct noun_seal seal_of(const struct client *client)
{
	return (struct noun_seal){client->tenant, {SUBJECT_CLIENT, client->id},
		{.object = client->id, .object_type = SEAL_LABEL, .field_type = TABLE_CLIENT}};
}

static fallible open_texts(
	const struct view *view, struct span sealed, struct arena *arena, struct client *client)
{
	const struct noun_seal seal = seal_of(client);
	struct span *const texts[] = {&client->name, &client->ref, &client->time_zone};
	return noun_open_texts(view_keys(view), &seal, sealed, arena, texts, 3);
}

static fallible decode_clear(const struct row *row, struct client *client, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	client->version = row->version;
	client->sequence = row->sequence;
	unsigned version = reader_u8(&reader);
	if (version < CLIENT_RECORD || version > CLIENT_RECORD_COUNTRIES)
		return FAIL(CORRUPT, "a client's record has an unknown version");
	client->state = reader_u8(&reader);
	client->language = reader_u8(&reader);
	uint8_t flags = reader_u8(&reader);
	client->mailbox_delegated = flags & FLAG_DELEGATED;
	client->frozen = flags & FLAG_FROZEN;
	if (version >= CLIENT_RECORD_BRANCH)
		client->branch = noun_take_id(&reader);
	client->created.ms = reader_i64(&reader);
	client->contact_count = reader_u8(&reader);
	if (client->contact_count > CLIENT_CONTACTS_MAX || client->state > CLIENT_ERASED ||
		client->language >= LANGUAGE_COUNT)
		return FAIL(CORRUPT, "a client's record has a field that no version knows");
	for (size_t i = 0; i < client->contact_count; i++)
		client->contacts[i] = noun_take_id(&reader);
	if (version == CLIENT_RECORD_COUNTRIES && !countries_take(&reader, &client->countries))
		return FAIL(CORRUPT, "a client has more countries than there can be");
	*sealed = reader_sized(&reader);
	return reader_check(&reader);
}

static fallible decode(
	const struct view *view, const struct row *row, struct arena *arena, struct client *client)
{
	struct span sealed;
	TRY(decode_clear(row, client, &sealed));
	TRY(branch_get(view, client->tenant, client->branch, arena, &client->branch_name));
	/* Unreadable from the moment that an erasure begins, though the key may still be there. */
	return client->state < CLIENT_ERASING ? open_texts(view, sealed, arena, client) : OK;
}

fallible client_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct client *client)
{
	struct row row;
	struct client read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_CLIENT, noun_key_span(&key), &row));
	TRY(decode(view, &row, arena, &read));
	*client = read;
	return OK;
}

fallible client_get_clear(const struct view *view, struct id tenant, struct id id, struct client *client)
{
	struct row row;
	struct span sealed;
	struct client read = {.tenant = tenant, .id = id};
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	TRY(view_get(view, TABLE_CLIENT, noun_key_span(&key), &row));
	TRY(decode_clear(&row, &read, &sealed));
	*client = read;
	return OK;
}

fallible client_seal(const struct keys *keys, const struct client *client, struct buf *sealed)
{
	const struct noun_seal seal = seal_of(client);
	const struct span texts[] = {client->name, client->ref, client->time_zone};
	return noun_seal_texts(keys, &seal, texts, 3, sealed);
}

/* The least that holds what the client has. */
static unsigned version_of(const struct client *client)
{
	if (client->countries.count)
		return CLIENT_RECORD_COUNTRIES;
	return ids_is_none(client->branch) ? CLIENT_RECORD : CLIENT_RECORD_BRANCH;
}

fallible client_put(struct act *act, const struct client *client, struct span sealed)
{
	scoped(buf) record = BUF(RECORD_MAX);
	struct noun_key key = noun_key(client->tenant, id_span(&client->id), SPAN_NONE);
	unsigned version = version_of(client);
	buf_put_u8(&record, (uint8_t)version);
	buf_put_u8(&record, (uint8_t)client->state);
	buf_put_u8(&record, (uint8_t)client->language);
	buf_put_u8(&record,
		(uint8_t)((client->mailbox_delegated ? FLAG_DELEGATED : 0) |
			(client->frozen ? FLAG_FROZEN : 0)));
	if (version >= CLIENT_RECORD_BRANCH)
		buf_put(&record, id_span(&client->branch));
	buf_put_i64(&record, client->created.ms);
	buf_put_u8(&record, (uint8_t)client->contact_count);
	for (size_t i = 0; i < client->contact_count; i++)
		buf_put(&record, id_span(&client->contacts[i]));
	if (version == CLIENT_RECORD_COUNTRIES)
		countries_put(&record, &client->countries);
	buf_put_sized(&record, sealed);
	TRY(buf_check(&record));
	return act_put(act, TABLE_CLIENT, noun_key_span(&key), buf_span(&record));
}

fallible client_put_ref(struct act *act, const struct client *client)
{
	return noun_put_ref(act, &REFS, client->tenant, client->ref, client->id);
}

fallible client_drop_ref(struct act *act, const struct client *client)
{
	return noun_drop_ref(act, &REFS, client->tenant, client->ref);
}

fallible client_ref_at(const struct keys *keys, const struct client *client, struct noun_key *key)
{
	return noun_ref_at(keys, &REFS, client->tenant, client->ref, key);
}

fallible client_find(const struct view *view, struct id tenant, struct span id_or_ref, struct id *id)
{
	return noun_find(view, &REFS, tenant, id_or_ref, id);
}

bool client_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct client *client, struct err *err)
{
	struct row row;
	*err = noun_next_id(view, TABLE_CLIENT, tenant, SPAN_NONE, after, &row);
	if (noun_ends(err))
		return false;
	*client = (struct client){.tenant = tenant, .id = *after};
	*err = decode(view, &row, arena, client);
	return !err_failed(*err);
}

bool client_has_contact(const struct client *client, struct id person)
{
	for (size_t i = 0; i < client->contact_count; i++)
		if (ids_equal(client->contacts[i], person))
			return true;
	return false;
}

fallible client_give_branch(const struct view *view, struct id tenant, struct id ids[static LEAF_ID_COUNT])
{
	if (!ids_is_none(ids[LEAF_ID_BRANCH]) || ids_is_none(ids[LEAF_ID_CLIENT]))
		return OK;
	struct client client;
	struct err err = client_get_clear(view, tenant, ids[LEAF_ID_CLIENT], &client);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	ids[LEAF_ID_BRANCH] = client.branch;
	return OK;
}
