/* SPDX-License-Identifier: Apache-2.0 */
/* noun - keys and reading. */
#include "store/nouns/noun.h"

#include "base/reader.h"
#include "base/text.h"

fallible view_get(const struct view *view, enum table table, struct span key, struct row *row)
{
	return volume_get(view->volume, view->txn, table, key, row);
}

static void add(struct noun_key *key, struct span part)
{
	size_t n = part.len < sizeof key->bytes - key->len ? part.len : sizeof key->bytes - key->len;
	if (n)
		memcpy(key->bytes + key->len, part.at, n);
	key->len += n;
}

struct noun_key noun_key(struct id tenant, struct span second, struct span third)
{
	/* Not zeroed: a key is made for each row that is read, and nothing behind its length is. */
	struct noun_key key;
	key.len = 0;
	add(&key, id_span(&tenant));
	add(&key, second);
	add(&key, third);
	return key;
}

struct id noun_take_id(struct reader *reader)
{
	struct id id;
	reader_copy(reader, id.bytes, sizeof id.bytes);
	return id;
}

/* The first row behind a key, as long as it is one of the list: a row of the next list is somebody else's, and costs no check.
 *
 *   list   what all keys of the list begin with
 *   after  the list's beginning alone: from its first */
static fallible next_in(const struct view *view, enum table table, struct span list, struct span after,
	struct span *key, struct row *row)
{
	scoped(kv_cursor) rows = {0};
	TRY(kv_seek(view->txn, (int)table, after, &rows));
	while (kv_next(&rows) && span_starts(rows.key, list)) {
		if (after.len > sizeof(struct id) && span_equal(rows.key, after))
			continue;
		*key = rows.key;
		return volume_check_row(view->volume, table, rows.key, rows.value, row);
	}
	TRY(rows.err);
	return FAIL(NOT_FOUND, "there are no more rows");
}

fallible noun_next(const struct view *view, enum table table, struct id tenant, struct span after,
	struct span *name, struct row *row)
{
	struct span key;
	const struct noun_key from = noun_key(tenant, after, SPAN_NONE);
	TRY(next_in(view, table, id_span(&tenant), noun_key_span(&from), &key, row));
	*name = span_from(key, sizeof tenant.bytes);
	return OK;
}

fallible noun_next_id(const struct view *view, enum table table, struct id tenant, struct span under,
	struct id *after, struct row *row)
{
	struct row found;
	struct span key;
	const struct noun_key list = noun_key(tenant, under, SPAN_NONE);
	const struct noun_key from =
		noun_key(tenant, under, ids_is_none(*after) ? SPAN_NONE : id_span(after));
	TRY(next_in(view, table, noun_key_span(&list), noun_key_span(&from), &key, &found));
	if (key.len != list.len + sizeof after->bytes)
		return FAIL(CORRUPT, "a key of a list has another length");
	memcpy(after->bytes, key.at + list.len, sizeof after->bytes);
	if (row)
		*row = found;
	return OK;
}

bool noun_ends(struct err *err)
{
	if (err->kind != ERR_NOT_FOUND)
		return err_failed(*err);
	*err = OK;
	return true;
}

fallible noun_still(struct act *act, enum table table, struct span key, uint64_t version)
{
	struct row row;
	struct err err = act_get(act, table, key, &row);
	if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && row.version != version))
		return FAIL_CODE(STALE, "a row was written between prepare and act");
	return err;
}

/* ---- what is sealed ---- */

fallible noun_seal_texts(const struct keys *keys, const struct noun_seal *seal, const struct span *texts,
	size_t count, struct buf *sealed)
{
	scoped(buf) plain = BUF(NOUN_TEXTS_MAX);
	for (size_t i = 0; i < count; i++)
		buf_put_sized(&plain, texts[i]);
	TRY(buf_check(&plain));
	return keys->seal_row(
		keys->keeper, seal->tenant, &seal->subject, seal->place, buf_span(&plain), sealed);
}

fallible noun_open(const struct keys *keys, const struct noun_seal *seal, struct span sealed,
	struct arena *arena, struct span *plain)
{
	scoped(buf) opened = BUF(NOUN_TEXTS_MAX);
	TRY(keys->open_row(keys->keeper, seal->tenant, &seal->subject, seal->place, sealed, &opened));
	struct span copy = arena_copy(arena, buf_span(&opened));
	if (opened.len)
		explicit_bzero(opened.data, opened.len);
	if (!copy.at)
		return FAIL(NO_MEMORY, "a call has no memory for the texts of a row");
	*plain = copy;
	return OK;
}

fallible noun_open_texts(const struct keys *keys, const struct noun_seal *seal, struct span sealed,
	struct arena *arena, struct span *const *texts, size_t count)
{
	struct span plain;
	struct err err = noun_open(keys, seal, sealed, arena, &plain);
	/* The row of somebody erased keeps only what is not personal. */
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	struct reader reader = READER(plain);
	for (size_t i = 0; i < count; i++)
		*texts[i] = reader_sized(&reader);
	return reader_check(&reader);
}

/* ---- refs ---- */

enum { OWN_MEMORY = 64 * 1024 };

fallible noun_ref_at(const struct keys *keys, const struct noun_refs *refs, struct id tenant, struct span ref,
	struct noun_key *key)
{
	uint8_t term[KEYS_TERM];
	TRY(keys->term(keys->keeper, tenant, refs->label, ref, term));
	*key = noun_key(tenant, SPAN_BYTES(term), SPAN_NONE);
	return OK;
}

static fallible read_ref(
	const struct view *view, const struct noun_refs *refs, const struct noun_key *key, struct id *id)
{
	struct row row;
	TRY(view_get(view, refs->term_table, noun_key_span(key), &row));
	struct reader reader = READER(row.payload);
	struct id read = noun_take_id(&reader);
	TRY(reader_check(&reader));
	*id = read;
	return OK;
}

static fallible check_own(const struct view *view, const struct noun_refs *refs, struct id tenant,
	struct id found, struct span ref)
{
	struct span own = SPAN_NONE;
	scoped(arena) row = ARENA(OWN_MEMORY);
	TRY(refs->own(view, tenant, found, &row, &own));
	if (own.len == 0)
		return FAIL(NOT_FOUND, "who had the ref was erased");
	return span_equal(own, ref) ? OK : FAIL(CORRUPT, "a ref leads to another than who has it");
}

/* What this process has proven once is kept as long as the noun's row is the same: its own text is not opened again. */
static fallible check_ref(const struct view *view, const struct noun_refs *refs, struct id tenant,
	const struct noun_key *term, struct id found, struct span ref, struct row *row)
{
	uint8_t proven[sizeof found.bytes + sizeof row->version];
	struct verified_rows *verified = view->volume->verified;
	struct noun_key key = noun_key(tenant, id_span(&found), SPAN_NONE);
	TRY(view_get(view, refs->table, noun_key_span(&key), row));
	memcpy(proven, found.bytes, sizeof found.bytes);
	memcpy(proven + sizeof found.bytes, &row->version, sizeof row->version);
	if (verified_rows_has(verified, refs->term_table, noun_key_span(term), SPAN_BYTES(proven)))
		return OK;
	TRY(check_own(view, refs, tenant, found, ref));
	verified_rows_add(verified, refs->term_table, noun_key_span(term), SPAN_BYTES(proven));
	return OK;
}

static fallible find_by_ref(const struct view *view, const struct noun_refs *refs, struct id tenant,
	struct span ref, struct id *id, struct row *row)
{
	struct noun_key key;
	struct id found;
	TRY(noun_ref_at(view_keys(view), refs, tenant, ref, &key));
	TRY(read_ref(view, refs, &key, &found));
	TRY(check_ref(view, refs, tenant, &key, found, ref, row));
	*id = found;
	return OK;
}

fallible noun_by_ref(const struct view *view, const struct noun_refs *refs, struct id tenant, struct span ref,
	struct id *id)
{
	struct row row;
	return find_by_ref(view, refs, tenant, ref, id, &row);
}

fallible noun_find_row(const struct view *view, const struct noun_refs *refs, struct id tenant,
	struct span id_or_ref, struct id *id, struct row *row)
{
	struct id found;
	if (!ids_has_prefix(id_or_ref))
		return text_is_ref(id_or_ref) ? find_by_ref(view, refs, tenant, id_or_ref, id, row)
					      : FAIL(NOT_FOUND, "nothing can have such a ref");
	TRY(ids_parse(refs->kind, id_or_ref, &found));
	struct noun_key key = noun_key(tenant, id_span(&found), SPAN_NONE);
	TRY(view_get(view, refs->table, noun_key_span(&key), row));
	*id = found;
	return OK;
}

fallible noun_find(const struct view *view, const struct noun_refs *refs, struct id tenant,
	struct span id_or_ref, struct id *id)
{
	struct row row;
	return noun_find_row(view, refs, tenant, id_or_ref, id, &row);
}

fallible noun_put_ref(
	struct act *act, const struct noun_refs *refs, struct id tenant, struct span ref, struct id id)
{
	struct noun_key key;
	struct id holder;
	struct view view = view_act(act);
	if (ref.len == 0)
		return OK;
	TRY(noun_ref_at(act->volume->keys, refs, tenant, ref, &key));
	struct err err = read_ref(&view, refs, &key, &holder);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (err.kind != ERR_NOT_FOUND && !ids_equal(holder, id))
		return FAIL_CODE(REF_TAKEN, "another one has this ref");
	return act_put(act, refs->term_table, noun_key_span(&key), id_span(&id));
}

fallible noun_drop_ref(struct act *act, const struct noun_refs *refs, struct id tenant, struct span ref)
{
	struct noun_key key;
	if (ref.len == 0)
		return OK;
	TRY(noun_ref_at(act->volume->keys, refs, tenant, ref, &key));
	return act_drop(act, refs->term_table, noun_key_span(&key));
}
