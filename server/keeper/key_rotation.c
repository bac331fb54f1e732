/* SPDX-License-Identifier: Apache-2.0 */
/* key_rotation - each step is one commit of the keyring. */
#include "server/keeper/key_rotation.h"

#include "base/reader.h"
#include "crypto/random.h"
#include "server/keeper/keytree.h"

static const char NOTE[] = "rotation";

enum { NOTE_VERSION = 1, NOTE_MAX = 256 };

/* ---- where it stands ---- */

static fallible read_note(struct span note, struct key_rotation *rotation)
{
	struct reader reader = READER(note);
	if (reader_u8(&reader) != NOTE_VERSION)
		return FAIL(CORRUPT, "a rotation of keys has an unknown version");
	*rotation = (struct key_rotation){.what = (enum key_rotation_what)reader_u8(&reader)};
	rotation->deep = reader_u8(&reader) != 0;
	rotation->stage = (enum key_rotation_stage)reader_u8(&reader);
	reader_copy(&reader, rotation->id.bytes, sizeof rotation->id.bytes);
	reader_copy(&reader, rotation->tenant.bytes, sizeof rotation->tenant.bytes);
	reader_copy(&reader, rotation->client.bytes, sizeof rotation->client.bytes);
	rotation->begun.ms = reader_i64(&reader);
	rotation->done = reader_u64(&reader);
	rotation->all = reader_u64(&reader);
	rotation->left = reader_u64(&reader);
	rotation->at_kind = reader_u8(&reader);
	reader_copy(&reader, rotation->at.bytes, sizeof rotation->at.bytes);
	rotation->at_number = reader_u64(&reader);
	TRY(reader_check(&reader));
	bool known = rotation->what >= KEY_ROTATION_ROOT && rotation->what <= KEY_ROTATION_CLIENT &&
		rotation->stage >= KEY_ROTATION_WRAPPING && rotation->stage <= KEY_ROTATION_TELLING;
	return known ? OK : FAIL(CORRUPT, "a rotation of keys is of an unknown kind");
}

static fallible put_note(struct keyring_batch *batch, const struct key_rotation *rotation)
{
	scoped(buf) note = BUF(NOTE_MAX);
	buf_put_u8(&note, NOTE_VERSION);
	buf_put_u8(&note, (uint8_t)rotation->what);
	buf_put_u8(&note, rotation->deep);
	buf_put_u8(&note, (uint8_t)rotation->stage);
	buf_put(&note, SPAN_BYTES(rotation->id.bytes));
	buf_put(&note, SPAN_BYTES(rotation->tenant.bytes));
	buf_put(&note, SPAN_BYTES(rotation->client.bytes));
	buf_put_i64(&note, rotation->begun.ms);
	buf_put_u64(&note, rotation->done);
	buf_put_u64(&note, rotation->all);
	buf_put_u64(&note, rotation->left);
	buf_put_u8(&note, rotation->at_kind);
	buf_put(&note, SPAN_BYTES(rotation->at.bytes));
	buf_put_u64(&note, rotation->at_number);
	TRY(buf_check(&note));
	return keyring_batch_put_note(batch, NOTE, buf_span(&note));
}

fallible key_rotation_find(struct keytree *tree, struct key_rotation *rotation)
{
	scoped(buf) note = BUF(NOTE_MAX);
	struct key_rotation read;
	TRY(keyring_note(tree->keyring, NOTE, &note));
	TRY(read_note(buf_span(&note), &read));
	*rotation = read;
	return OK;
}

fallible key_rotation_save(struct keytree *tree, const struct key_rotation *rotation)
{
	scoped(keyring_batch) batch = {0};
	TRY(keyring_batch_open(tree->keyring, &batch));
	TRY(put_note(&batch, rotation));
	return keyring_batch_commit(&batch);
}

fallible key_rotation_end(struct keytree *tree)
{
	scoped(keyring_batch) batch = {0};
	TRY(keyring_batch_open(tree->keyring, &batch));
	TRY(keyring_batch_drop_note(&batch, NOTE));
	return keyring_batch_commit(&batch);
}

/* ---- the root key ---- */

/* All keys of a kind, from one key above them to another. */
static fallible move_kind(struct keyring_batch *batch, enum keyring_kind kind, const struct seal_key *from,
	const struct seal_key *to, uint64_t *done)
{
	struct keyring_walk walk = {.kind = kind};
	struct keyring_row row;
	scoped(seal_key) key = {0};
	struct err err;
	while (!err_failed(err = keyring_batch_next(batch, &walk, &row))) {
		TRY(keytree_unwrap(from, &row, &key));
		TRY(keytree_wrap(to, key.bytes, &row));
		TRY(keyring_batch_put(batch, &row));
		++*done;
	}
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* What came from the first root key becomes a key of its own with the first rotation, and is wrapped like others from
 * the second one on. */
static fallible put_server_keys(
	struct keyring_batch *batch, struct keytree_roots *roots, const struct seal_key *to, uint64_t *done)
{
	for (unsigned number = 1; number < KEYTREE_SERVER_COUNT; number++) {
		struct keyring_row row = {
			.name = keytree_name_numbered(KEYRING_SERVER, (struct id){{0}}, number), .epoch = 1};
		TRY(keytree_wrap(to, keytree_server_key(roots, number), &row));
		TRY(keyring_batch_put(batch, &row));
		++*done;
	}
	return OK;
}

static fallible move_all(struct keyring_batch *batch, struct keytree_roots *before,
	const struct keytree_roots *after, struct key_rotation *rotation)
{
	uint64_t *done = &rotation->done;
	TRY(move_kind(batch, KEYRING_TENANT, &before->keyring, &after->keyring, done));
	TRY(move_kind(batch, KEYRING_SEED, &before->seeds, &after->seeds, done));
	TRY(put_server_keys(batch, before, &after->keyring, done));
	TRY(slots_reseal(batch, &before->root, &after->root, rotation->begun));
	rotation->all = *done;
	rotation->stage = KEY_ROTATION_RETIRING;
	return put_note(batch, rotation);
}

/* With `moving` held for writing: what is read of the keyring fits the root key of the moment. */
static fallible replace_root(struct keytree *tree, struct keytree_roots *after, struct key_rotation *rotation)
{
	scoped(keyring_batch) batch = {0};
	scoped(seal_key) root = {0};
	struct keytree_roots *before = (struct keytree_roots *)(void *)tree->cell.bytes;
	random_fill(root.bytes, sizeof root.bytes);
	keytree_set_root(after, &root);
	TRY(keyring_batch_open(tree->keyring, &batch));
	TRY(move_all(&batch, before, after, rotation));
	TRY(keyring_batch_commit(&batch));
	keytree_set_root(before, &root);
	return OK;
}

static fallible begin_root(struct keytree *tree, struct key_rotation *rotation)
{
	scoped(secret) cell = {0};
	TRY(secret_take(tree->cell.arena, sizeof(struct keytree_roots), &cell));
	pthread_rwlock_wrlock(&tree->moving);
	struct err err = replace_root(tree, (struct keytree_roots *)(void *)cell.bytes, rotation);
	pthread_rwlock_unlock(&tree->moving);
	return err;
}

/* ---- a tenant's and a client's key ---- */

/* The key `name` goes on under the name `before`; a fresh one, of another epoch, takes its place. */
static fallible replace_key(struct keyring_batch *batch, const struct seal_key *parent,
	const struct keyring_name *name, enum keyring_kind before, struct seal_key *old)
{
	struct keyring_row row, aside;
	scoped(seal_key) fresh = {0};
	TRY(keyring_batch_get(batch, name, &row));
	TRY(keytree_unwrap(parent, &row, old));
	aside = row;
	aside.name.kind = before;
	TRY(keytree_wrap(parent, old->bytes, &aside));
	TRY(keyring_batch_put(batch, &aside));
	row.epoch = keytree_draw_epoch(row.epoch);
	random_fill(fresh.bytes, sizeof fresh.bytes);
	TRY(keytree_wrap(parent, fresh.bytes, &row));
	return keyring_batch_put(batch, &row);
}

/* What the first tenant key seals itself becomes the work of a key that stays. */
static fallible keep_rows_key(
	struct keyring_batch *batch, const struct key_rotation *rotation, const struct seal_key *old)
{
	struct keyring_row row = {.name = keytree_name(KEYRING_ROWS, rotation->tenant), .epoch = 1}, there;
	scoped(seal_key) rows = {0};
	struct err err = keyring_batch_get(batch, &row.name, &there);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	hash_derive(old->bytes, "mn.rows", SPAN_NONE, rows.bytes);
	TRY(keytree_wrap(old, rows.bytes, &row)); /* wrapped anew with all others */
	return keyring_batch_put(batch, &row);
}

static fallible replace_tenant(struct keytree *tree, const struct key_rotation *rotation)
{
	scoped(keyring_batch) batch = {0};
	scoped(seal_key) old = {0};
	struct keyring_name name = keytree_name(KEYRING_TENANT, rotation->tenant);
	TRY(keyring_batch_open(tree->keyring, &batch));
	TRY(replace_key(&batch, &tree->roots->keyring, &name, KEYRING_TENANT_BEFORE, &old));
	TRY(keep_rows_key(&batch, rotation, &old));
	TRY(put_note(&batch, rotation));
	return keyring_batch_commit(&batch);
}

/* A client whose key was never rotated wraps its data keys with its own; that one stays, for the log. */
static fallible put_first_vault(
	struct keyring_batch *batch, const struct seal_key *parent, const struct keyring_name *name)
{
	struct keyring_row row = {.name = *name, .epoch = keytree_draw_epoch(0)};
	scoped(seal_key) fresh = {0};
	random_fill(fresh.bytes, sizeof fresh.bytes);
	TRY(keytree_wrap(parent, fresh.bytes, &row));
	return keyring_batch_put(batch, &row);
}

static fallible replace_client(
	struct keytree *tree, const struct seal_key *parent, const struct key_rotation *rotation)
{
	scoped(keyring_batch) batch = {0};
	scoped(seal_key) old = {0};
	struct keyring_row client;
	struct keyring_name own = keytree_name_of(KEYRING_CLIENT, rotation->tenant, rotation->client);
	struct keyring_name name = keytree_name_of(KEYRING_VAULT, rotation->tenant, rotation->client);
	TRY(keyring_batch_open(tree->keyring, &batch));
	TRY(keyring_batch_get(&batch, &own, &client));
	struct err err = replace_key(&batch, parent, &name, KEYRING_VAULT_BEFORE, &old);
	if (err.kind == ERR_NOT_FOUND)
		err = put_first_vault(&batch, parent, &name);
	TRY(err);
	TRY(put_note(&batch, rotation));
	return keyring_batch_commit(&batch);
}

static fallible begin_client(struct keytree *tree, const struct key_rotation *rotation)
{
	uint32_t epoch;
	scoped(seal_key) parent = {0};
	struct keyring_name tenant = keytree_name(KEYRING_TENANT, rotation->tenant);
	TRY(keytree_find(tree, &tenant, &parent, &epoch));
	pthread_rwlock_wrlock(&tree->moving);
	struct err err = keytree_save_new(tree);
	if (!err_failed(err))
		err = replace_client(tree, &parent, rotation);
	cache_clear(tree->cache);
	pthread_rwlock_unlock(&tree->moving);
	return err;
}

static fallible count_all(struct keytree *tree, struct key_rotation *rotation)
{
	uint64_t found;
	rotation->all = 0;
	for (unsigned kind = 1; kind < KEYRING_KIND_END; kind++) {
		if (keytree_parent((enum keyring_kind)kind) != KEYTREE_UNDER_TENANT)
			continue;
		TRY(keyring_count(tree->keyring, (enum keyring_kind)kind, rotation->tenant, &found));
		rotation->all += found;
	}
	return OK;
}

static fallible begin_tenant(struct keytree *tree, struct key_rotation *rotation)
{
	TRY(count_all(tree, rotation));
	pthread_rwlock_wrlock(&tree->moving);
	struct err err = keytree_save_new(tree); /* else a walk over the keyring would pass them by */
	if (!err_failed(err))
		err = replace_tenant(tree, rotation);
	cache_clear(tree->cache);
	pthread_rwlock_unlock(&tree->moving);
	return err;
}

fallible key_rotation_begin(struct keytree *tree, struct key_rotation *rotation)
{
	struct key_rotation other, begun = *rotation;
	struct err err = key_rotation_find(tree, &other);
	if (err.kind != ERR_NOT_FOUND)
		return err_failed(err) ? err : FAIL(CONFLICT, "another rotation of keys is under way");
	random_fill(begun.id.bytes, sizeof begun.id.bytes);
	begun.stage = KEY_ROTATION_WRAPPING;
	begun.done = 0;
	switch (begun.what) {
	case KEY_ROTATION_ROOT:
		err = begin_root(tree, &begun);
		break;
	case KEY_ROTATION_TENANT:
		err = begin_tenant(tree, &begun);
		break;
	case KEY_ROTATION_CLIENT:
		err = begin_client(tree, &begun);
		break;
	}
	TRY(err);
	*rotation = begun;
	return OK;
}

/* ---- wrapping anew ---- */

/* The two keys of a tenant while one goes. */
struct pair {
	struct seal_key old, fresh;
};

static void pair_done(struct pair *pair)
{
	secret_wipe(pair, sizeof *pair);
}

/* What was made since the beginning lies under the fresh key, as does what an interrupted run has done. */
static fallible rewrap_row(struct keyring_batch *batch, const struct pair *pair, struct keyring_row *row)
{
	scoped(seal_key) key = {0};
	struct err err = keytree_unwrap(&pair->old, row, &key);
	if (err.kind == ERR_FORGED)
		return keytree_unwrap(&pair->fresh, row, &key);
	TRY(err);
	TRY(keytree_wrap(&pair->fresh, key.bytes, row));
	return keyring_batch_put(batch, row);
}

/* One kind, as far as the step goes; *left counts down. */
static fallible rewrap_kind(struct keyring_batch *batch, const struct pair *pair,
	struct key_rotation *rotation, enum keyring_kind kind, size_t *left)
{
	struct keyring_row row;
	struct keyring_walk walk = {.kind = kind, .tenant = rotation->tenant};
	walk.begun = rotation->at_kind == kind;
	walk.last = keytree_name_of(kind, rotation->tenant, rotation->at);
	while (*left > 0) {
		struct err err = keyring_batch_next(batch, &walk, &row);
		if (err.kind == ERR_NOT_FOUND)
			return OK;
		TRY(err);
		TRY(rewrap_row(batch, pair, &row));
		rotation->at_kind = (uint8_t)kind;
		rotation->at = row.name.id;
		rotation->done++;
		--*left;
	}
	return OK;
}

static fallible find_pair(struct keytree *tree, struct id tenant, struct pair *pair)
{
	uint32_t epoch;
	struct keyring_name fresh = keytree_name(KEYRING_TENANT, tenant),
			    old = keytree_name(KEYRING_TENANT_BEFORE, tenant);
	TRY(keytree_find(tree, &fresh, &pair->fresh, &epoch));
	return keytree_find(tree, &old, &pair->old, &epoch);
}

fallible key_rotation_rewrap(struct keytree *tree, struct key_rotation *rotation)
{
	scoped(keyring_batch) batch = {0};
	scoped(pair) pair = {0};
	struct key_rotation next = *rotation;
	size_t left = KEY_ROTATION_AT_ONCE;
	TRY(find_pair(tree, rotation->tenant, &pair));
	TRY(keyring_batch_open(tree->keyring, &batch));
	for (unsigned kind = rotation->at_kind ? rotation->at_kind : 1; kind < KEYRING_KIND_END && left > 0;
		kind++)
		if (keytree_parent((enum keyring_kind)kind) == KEYTREE_UNDER_TENANT)
			TRY(rewrap_kind(&batch, &pair, &next, (enum keyring_kind)kind, &left));
	if (left > 0) {
		next.stage = KEY_ROTATION_RETIRING;
		next.all = next.done;
	}
	TRY(put_note(&batch, &next));
	TRY(keyring_batch_commit(&batch));
	*rotation = next;
	return OK;
}

/* ---- the old key goes ---- */

/* Whoever read a wrap of before has opened it by now. */
static void let_readers_end(struct keytree *tree)
{
	pthread_rwlock_wrlock(&tree->moving);
	pthread_rwlock_unlock(&tree->moving);
}

static fallible destroy_old(struct keytree *tree, const struct key_rotation *rotation)
{
	struct keyring_name name = keytree_name_of(KEYRING_VAULT_BEFORE, rotation->tenant, rotation->client);
	switch (rotation->what) {
	case KEY_ROTATION_ROOT:
		return keyring_turn(tree->keyring); /* else free pages hold what an old root key opens */
	case KEY_ROTATION_TENANT:
		name = keytree_name(KEYRING_TENANT_BEFORE, rotation->tenant);
		break;
	case KEY_ROTATION_CLIENT:
		break;
	}
	let_readers_end(tree);
	return keytree_destroy(tree, &name, 1);
}

fallible key_rotation_retire(struct keytree *tree, struct key_rotation *rotation)
{
	struct key_rotation next = *rotation;
	TRY(destroy_old(tree, rotation));
	next.stage = KEY_ROTATION_TELLING;
	TRY(key_rotation_save(tree, &next));
	*rotation = next;
	return OK;
}
