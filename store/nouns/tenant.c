/* SPDX-License-Identifier: Apache-2.0 */
/* tenant - the record of a business. */
#include "store/nouns/tenant.h"

#include "base/reader.h"

enum {
	TENANT_RECORD = 1,
	TENANT_RECORD_MAX = 4096,
	FLAG_USE_NEEDS_LOGIN = 1,
	FLAG_DEMO = 2,
	FLAG_VOUCHED = 4
};

static struct noun_seal seal_of(struct id id)
{
	return (struct noun_seal){id, {.kind = SUBJECT_TENANT},
		{.object = id, .object_type = SEAL_LABEL, .field_type = TABLE_TENANT}};
}

static fallible read_texts(struct span plain, struct tenant *tenant)
{
	struct reader reader = READER(plain);
	tenant->name = reader_sized(&reader);
	tenant->time_zone = reader_sized(&reader);
	tenant->security_contact = reader_sized(&reader);
	return reader_check(&reader);
}

static fallible decode_clear(
	const struct row *row, struct arena *arena, struct tenant *tenant, struct span *sealed)
{
	struct reader reader = READER(row->payload);
	tenant->version = row->version;
	if (reader_u8(&reader) != TENANT_RECORD)
		return FAIL(CORRUPT, "a tenant's record has an unknown version");
	tenant->created.ms = reader_i64(&reader);
	tenant->language = reader_u8(&reader);
	uint8_t flags = reader_u8(&reader);
	tenant->use_needs_login = flags & FLAG_USE_NEEDS_LOGIN;
	tenant->demo = flags & FLAG_DEMO;
	tenant->vouched = flags & FLAG_VOUCHED;
	tenant->origin = arena_copy(arena, reader_sized(&reader));
	*sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	if (tenant->language >= LANGUAGE_COUNT)
		return FAIL(CORRUPT, "a tenant's record has a field that no version knows");
	if (!tenant->origin.at)
		return FAIL(NO_MEMORY, "a call has no memory for a tenant");
	return OK;
}

fallible tenant_get_clear(const struct view *view, struct id id, struct arena *arena, struct tenant *tenant)
{
	struct row row;
	struct span sealed;
	struct tenant read = {.id = id};
	TRY(view_get(view, TABLE_TENANT, id_span(&id), &row));
	TRY(decode_clear(&row, arena, &read, &sealed));
	*tenant = read;
	return OK;
}

fallible tenant_get(const struct view *view, struct id id, struct arena *arena, struct tenant *tenant)
{
	struct row row;
	struct span sealed, texts;
	struct tenant read = {.id = id};
	const struct noun_seal seal = seal_of(id);
	TRY(view_get(view, TABLE_TENANT, id_span(&id), &row));
	TRY(decode_clear(&row, arena, &read, &sealed));
	TRY(noun_open(view_keys(view), &seal, sealed, arena, &texts));
	TRY(read_texts(texts, &read));
	*tenant = read;
	return OK;
}

bool tenant_next(const struct view *view, struct id *after, struct err *err)
{
	scoped(kv_cursor) rows = {0};
	*err = kv_seek(view->txn, TABLE_TENANT, id_span(after), &rows);
	if (err_failed(*err))
		return false;
	bool more = kv_next(&rows);
	if (more && span_equal(rows.key, id_span(after)))
		more = kv_next(&rows);
	*err = rows.err;
	if (!more || err_failed(*err))
		return false;
	struct reader reader = READER(rows.key);
	*after = noun_take_id(&reader);
	*err = reader_check(&reader);
	return !err_failed(*err);
}

static uint8_t flags_of(const struct tenant *tenant)
{
	unsigned flags = tenant->use_needs_login ? FLAG_USE_NEEDS_LOGIN : 0;
	flags |= tenant->demo ? FLAG_DEMO : 0u;
	flags |= tenant->vouched ? FLAG_VOUCHED : 0u;
	return (uint8_t)flags;
}

fallible tenant_put(struct act *act, const struct tenant *tenant)
{
	const struct noun_seal seal = seal_of(tenant->id);
	const struct span texts[] = {tenant->name, tenant->time_zone, tenant->security_contact};
	scoped(buf) record = BUF(TENANT_RECORD_MAX);
	scoped(buf) sealed = BUF(TENANT_RECORD_MAX);
	TRY(noun_seal_texts(act->volume->keys, &seal, texts, 3, &sealed));
	buf_put_u8(&record, TENANT_RECORD);
	buf_put_i64(&record, tenant->created.ms);
	buf_put_u8(&record, (uint8_t)tenant->language);
	buf_put_u8(&record, flags_of(tenant));
	buf_put_sized(&record, tenant->origin);
	buf_put_sized(&record, buf_span(&sealed));
	TRY(buf_check(&record));
	return act_put(act, TABLE_TENANT, id_span(&tenant->id), buf_span(&record));
}

fallible tenant_vouch(struct act *act, struct id id)
{
	struct tenant tenant;
	struct view view = view_act(act);
	TRY(tenant_get(&view, id, act->arena, &tenant));
	if (tenant.vouched)
		return OK;
	tenant.vouched = true;
	return tenant_put(act, &tenant);
}
