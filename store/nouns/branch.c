/* SPDX-License-Identifier: Apache-2.0 */
/* branch - names of branches. */
#include "store/nouns/branch.h"

#include "base/reader.h"

enum { BRANCH_RECORD = 1, RECORD_MAX = 512 };

static const struct noun_refs REFS = {
	.table = TABLE_BRANCH, .term_table = TABLE_BRANCH_TERM, .label = "mn.branch", .own = branch_get};

/* Its name is the tenant's own word: it lies under the tenant's key, and lives as long. */
static struct noun_seal seal_of(struct id tenant, struct id id)
{
	return (struct noun_seal){tenant, {.kind = SUBJECT_TENANT},
		{.object = id, .object_type = SEAL_LABEL, .field_type = TABLE_BRANCH}};
}

fallible branch_find(const struct view *view, struct id tenant, struct span name, struct id *id)
{
	return noun_by_ref(view, &REFS, tenant, name, id);
}

fallible branch_listed_at(const struct keys *keys, struct id tenant, struct span name, struct noun_key *key)
{
	return noun_ref_at(keys, &REFS, tenant, name, key);
}

fallible branch_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct span *name)
{
	struct row row;
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	const struct noun_seal seal = seal_of(tenant, id);
	*name = SPAN_NONE;
	if (ids_is_none(id))
		return OK;
	struct err err = view_get(view, TABLE_BRANCH, noun_key_span(&key), &row);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	struct reader reader = READER(row.payload);
	if (reader_u8(&reader) != BRANCH_RECORD)
		return FAIL(CORRUPT, "a branch's record has an unknown version");
	struct span sealed = reader_sized(&reader);
	TRY(reader_check(&reader));
	return noun_open(view_keys(view), &seal, sealed, arena, name);
}

fallible branch_put(struct act *act, struct id tenant, struct id id, struct span name)
{
	const struct keys *keys = act->volume->keys;
	scoped(buf) record = BUF(RECORD_MAX);
	scoped(buf) sealed = BUF(RECORD_MAX);
	struct noun_key key = noun_key(tenant, id_span(&id), SPAN_NONE);
	const struct noun_seal seal = seal_of(tenant, id);
	TRY(keys->seal_row(keys->keeper, tenant, &seal.subject, seal.place, name, &sealed));
	buf_put_u8(&record, BRANCH_RECORD);
	buf_put_sized(&record, buf_span(&sealed));
	TRY(buf_check(&record));
	TRY(noun_put_ref(act, &REFS, tenant, name, id));
	return act_put(act, TABLE_BRANCH, noun_key_span(&key), buf_span(&record));
}
