/* SPDX-License-Identifier: Apache-2.0 */
/* kv - what holds for every backend: which calls are allowed when; then the backend's slot. */
#include "store/kv.h"

#include <assert.h>
#include <stdatomic.h>

fallible kv_open(const struct kv_backend *backend, const struct kv_ask *ask, struct kv **kv)
{
	if (ask->map_count == 0 || ask->map_count > KV_MAPS_MAX)
		return FAIL(BUG, "an environment has 1 to KV_MAPS_MAX maps");
	struct kv *made = NULL;
	TRY(backend->open(ask, &made));
	made->backend = backend;
	made->max_bytes = ask->max_bytes;
	made->map_count = ask->map_count;
	made->read_only = ask->read_only;
	*kv = made;
	return OK;
}

void kv_close(struct kv *kv)
{
	if (kv)
		kv->backend->close(kv);
}

static fallible begin(struct kv *kv, bool writes, struct kv_txn *txn)
{
	struct kv_txn made = {.kv = kv, .writes = writes};
	TRY(kv->backend->begin(kv, writes, &made));
	/* One that hands it on to another environment leaves the counting to that. */
	if (made.kv == kv)
		atomic_fetch_add(&kv->in_use, 1);
	*txn = made;
	return OK;
}

fallible kv_read(struct kv *kv, struct kv_txn *txn)
{
	return begin(kv, false, txn);
}

fallible kv_write(struct kv *kv, struct kv_txn *txn)
{
	if (kv->read_only)
		return FAIL(BUG, "an environment that is only read is to be written");
	return begin(kv, true, txn);
}

static fallible check_usable(const struct kv_txn *txn)
{
	if (!txn->kv)
		return FAIL(BUG, "a transaction is used that is not open");
	if (err_failed(txn->spoilt))
		return txn->spoilt;
	return OK;
}

static fallible check_writable(const struct kv_txn *txn)
{
	TRY(check_usable(txn));
	if (!txn->writes)
		return FAIL(BUG, "a transaction for reading is to write");
	return OK;
}

/* The fact that it wrote is kept: a cursor that outlives its transaction has to know how to close. */
static void end(struct kv_txn *txn)
{
	atomic_fetch_sub(&txn->kv->in_use, 1);
	*txn = (struct kv_txn){.writes = txn->writes};
}

fallible kv_commit(struct kv_txn *txn)
{
	if (!txn->kv)
		return FAIL(BUG, "a transaction is committed that is not open");
	/* Whether what was written since the point is to stand, nobody has said. */
	assert(!txn->undo);
	const struct kv_backend *backend = txn->kv->backend;
	struct err err = txn->spoilt;
	if (err_failed(err))
		backend->abort(txn);
	else
		err = backend->commit(txn);
	end(txn);
	return err;
}

void kv_txn_done(struct kv_txn *txn)
{
	if (!txn->kv)
		return;
	txn->kv->backend->abort(txn);
	end(txn);
}

/* A call that fails half-way leaves pages half-changed, so from then on the transaction can only be aborted.
 */
static struct err note(struct kv_txn *txn, struct err err)
{
	if (err_failed(err) && err.kind != ERR_NOT_FOUND)
		txn->spoilt = err;
	return err;
}

static fallible check_map(const struct kv_txn *txn, int map)
{
	if (map < 0 || (size_t)map >= txn->kv->map_count)
		return FAIL(BUG, "a map is named that the environment does not have");
	return OK;
}

static fallible check_key(struct span key)
{
	if (key.len == 0 || key.len > KV_KEY_MAX)
		return FAIL(BUG, "a key is empty or over 500 bytes");
	return OK;
}

fallible kv_get(struct kv_txn *txn, int map, struct span key, struct span *value)
{
	TRY(check_usable(txn));
	TRY(check_map(txn, map));
	TRY(check_key(key));
	return note(txn, txn->kv->backend->get(txn, map, key, value));
}

static fallible check_row(const struct kv_txn *txn, int map, struct span key)
{
	TRY(check_writable(txn));
	TRY(check_map(txn, map));
	return check_key(key);
}

/* ---- writes, and going back behind them ---- */

/* A row as it was before a write. */
struct kv_replaced {
	struct kv_replaced *older;
	int map;
	bool was_there;
	struct span key, value; /* in the undo's arena */
};

static fallible keep_replaced(struct kv_undo *undo, struct kv_replaced replaced)
{
	struct kv_replaced *kept = arena_room(&undo->arena, sizeof *kept);
	if (!kept)
		return FAIL(NO_MEMORY, "there is no memory for what a write replaces");
	*kept = replaced;
	TRY(arena_keep(&undo->arena, replaced.key, &kept->key));
	TRY(arena_keep(&undo->arena, replaced.value, &kept->value));
	kept->older = undo->newest;
	undo->newest = kept;
	return OK;
}

/* Before a write: what stands there is kept, if there is a point to go back to. */
static fallible note_replaced(struct kv_txn *txn, int map, struct span key)
{
	struct kv_replaced replaced = {.map = map, .was_there = true, .key = key};
	if (!txn->undo)
		return OK;
	struct err err = txn->kv->backend->get(txn, map, key, &replaced.value);
	if (err.kind == ERR_NOT_FOUND)
		replaced.was_there = false;
	else
		TRY(err);
	return keep_replaced(txn->undo, replaced);
}

static fallible restore(struct kv_txn *txn, const struct kv_replaced *replaced)
{
	const struct kv_backend *backend = txn->kv->backend;
	if (replaced->was_there)
		return backend->put(txn, replaced->map, replaced->key, replaced->value, KV_RESTORE);
	struct err err = backend->drop(txn, replaced->map, replaced->key);
	/* The write itself failed before it changed anything. */
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static void forget(struct kv_txn *txn)
{
	arena_clear(&txn->undo->arena);
	txn->undo = NULL;
}

void kv_undo_done(struct kv_undo *undo)
{
	arena_done(&undo->arena);
	undo->newest = NULL;
}

/* What is left in it is of a transaction that was aborted. */
void kv_save(struct kv_txn *txn, struct kv_undo *undo)
{
	assert(txn->kv && txn->writes && !txn->undo);
	txn->undo = undo;
	undo->newest = NULL;
}

void kv_keep(struct kv_txn *txn)
{
	forget(txn);
}

fallible kv_back(struct kv_txn *txn)
{
	/* Only a write that found no room is known to have changed nothing. */
	struct err err = txn->spoilt.kind == ERR_FULL ? OK : txn->spoilt;
	for (const struct kv_replaced *row = txn->undo->newest; row && !err_failed(err); row = row->older)
		err = restore(txn, row);
	forget(txn);
	if (!err_failed(err))
		txn->spoilt = OK;
	else if (!err_failed(txn->spoilt))
		txn->spoilt = err;
	return txn->spoilt;
}

static fallible put(struct kv_txn *txn, int map, struct span key, struct span value, enum kv_put how)
{
	TRY(note_replaced(txn, map, key));
	return txn->kv->backend->put(txn, map, key, value, how);
}

fallible kv_put(struct kv_txn *txn, int map, struct span key, struct span value)
{
	TRY(check_row(txn, map, key));
	return note(txn, put(txn, map, key, value, KV_REPLACE));
}

fallible kv_append(struct kv_txn *txn, int map, struct span key, struct span value)
{
	TRY(check_row(txn, map, key));
	return note(txn, put(txn, map, key, value, KV_APPEND));
}

fallible kv_drop(struct kv_txn *txn, int map, struct span key)
{
	TRY(check_row(txn, map, key));
	TRY(note(txn, note_replaced(txn, map, key)));
	return note(txn, txn->kv->backend->drop(txn, map, key));
}

/* ---- cursors ---- */

static fallible place(struct kv_cursor *cursor, struct span from)
{
	TRY(check_usable(cursor->txn));
	TRY(check_map(cursor->txn, cursor->map));
	if (from.len > KV_KEY_MAX)
		return FAIL(BUG, "a cursor is placed at a key over 500 bytes");
	cursor->kv = cursor->txn->kv;
	return note(cursor->txn, cursor->kv->backend->seek(cursor, from));
}

fallible kv_seek(struct kv_txn *txn, int map, struct span from, struct kv_cursor *cursor)
{
	struct kv_cursor placed = {.txn = txn, .map = map};
	TRY(place(&placed, from));
	kv_cursor_done(cursor);
	*cursor = placed;
	return OK;
}

fallible kv_seek_back(struct kv_txn *txn, int map, struct span from, struct kv_cursor *cursor)
{
	struct kv_cursor placed = {.txn = txn, .map = map, .backward = true};
	TRY(place(&placed, from));
	kv_cursor_done(cursor);
	*cursor = placed;
	return OK;
}

static void close_handle(struct kv_cursor *cursor)
{
	if (cursor->handle)
		cursor->kv->backend->cursor_close(cursor);
	cursor->handle = NULL;
	cursor->key = SPAN_NONE;
	cursor->value = SPAN_NONE;
}

bool kv_next(struct kv_cursor *cursor)
{
	if (!cursor->handle || err_failed(cursor->err))
		return false;
	cursor->err = check_usable(cursor->txn);
	if (err_failed(cursor->err))
		return false;
	if (cursor->kv->backend->next(cursor))
		return true;
	cursor->err = note(cursor->txn, cursor->err);
	/* Closed at the end, so that a further call says false again and does not begin anew. */
	close_handle(cursor);
	return false;
}

void kv_fetch_ahead(struct kv_cursor *cursor)
{
	cursor->fetches_ahead = true;
}

void kv_cursor_done(struct kv_cursor *cursor)
{
	close_handle(cursor);
	*cursor = (struct kv_cursor){0};
}

bool kv_in_use(struct kv *kv)
{
	return atomic_load(&kv->in_use) > 0;
}

fallible kv_sync(struct kv *kv)
{
	if (kv->read_only)
		return OK;
	return kv->backend->sync(kv);
}

uint64_t kv_used(struct kv *kv)
{
	return kv->backend->used(kv);
}
