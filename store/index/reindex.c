/* SPDX-License-Identifier: Apache-2.0 */
/* reindex - open the new index, bring it up to the mark of the one that serves, exchange them. */
#include "store/index/reindex.h"

#include "base/clock.h"
#include "store/index/fold.h"
#include "store/index/index.h"
#include "store/index/index_files.h"
#include "store/index/reindex_order.h"
#include "store/kv_swap.h"

enum { SAY_MS = 200 };

/* In the meta map of an index that is not whole yet. The one that was replaced has none, so that after a crash it is
 * not taken for the new one. */
static const char UNFINISHED[] = "unfinished";

void reindex_init(struct volume *volume, struct reindex *reindex)
{
	*reindex = (struct reindex){.volume = volume};
}

static void close_made(struct reindex *reindex)
{
	tail_close(reindex->made.tail);
	kv_close(reindex->made.index);
	reindex->made = (struct volume){0};
	reindex->runs = false;
}

void reindex_done(struct reindex *reindex)
{
	if (!reindex->volume)
		return;
	close_made(reindex);
	kv_close(reindex->replaced);
	if (reindex->replaced)
		IGNORE(index_files_remove(
			reindex->volume->directory, INDEX_FILES_NEW)); /* or at the next start */
	*reindex = (struct reindex){0};
}

/* ---- the beginning ---- */

static fallible claim(struct kv *index)
{
	static const uint8_t version = 1;
	struct index_mark mark;
	struct span value;
	scoped(kv_txn) txn = {0};
	TRY(kv_write(index, &txn));
	TRY(index_read_mark(&txn, &mark));
	struct err err = kv_get(&txn, INDEX_META, SPAN_LIT(UNFINISHED), &value);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	if (mark.sequence > 0)
		return FAIL(CORRUPT, "an index that is whole lies where the new one is to be made");
	TRY(kv_put(&txn, INDEX_META, SPAN_LIT(UNFINISHED), span_of(&version, 1)));
	return kv_commit(&txn);
}

static fallible open_made(struct reindex *reindex)
{
	const struct volume *volume = reindex->volume;
	reindex->made = (struct volume){.directory = volume->directory,
		.backend = volume->backend,
		.data = volume->data,
		.keys = volume->keys,
		.fold_rows = volume->fold_rows};
	TRY(index_files_open(volume->backend, volume->directory, INDEX_FILES_NEW, &reindex->made.index));
	TRY(claim(reindex->made.index));
	return load_open(&reindex->made, &reindex->load);
}

static fallible begin(struct reindex *reindex)
{
	struct err err = open_made(reindex);
	if (err.kind == ERR_CORRUPT) {
		close_made(reindex);
		TRY(index_files_remove(reindex->volume->directory, INDEX_FILES_NEW));
		err = open_made(reindex);
	}
	TRY(err);
	reindex->runs = true;
	reindex->merge = (struct merge){0};
	reindex->folds = 0;
	return OK;
}

/* ---- the end ---- */

/* The disk may need the room. */
static void give_up(struct reindex *reindex, struct err err)
{
	const char *directory = reindex->volume->directory;
	close_made(reindex);
	IGNORE(index_files_remove(directory, INDEX_FILES_NEW)); /* the next look tries again */
	reindex->tidied = false;
	IGNORE(reindex_order_end(directory, err.why)); /* then it is begun anew */
}

static fallible finish(struct kv *index)
{
	scoped(kv_txn) txn = {0};
	TRY(kv_write(index, &txn));
	TRY(kv_drop(&txn, INDEX_META, SPAN_LIT(UNFINISHED)));
	return kv_commit(&txn);
}

/* Once the names are exchanged nothing may fail: the old files bear the name of what is thrown away. */
static fallible change_places(struct reindex *reindex)
{
	struct volume *volume = reindex->volume;
	TRY(finish(reindex->made.index));
	TRY(index_files_exchange(volume->directory));
	kv_swap_put(volume->index, reindex->made.index, &reindex->replaced);
	reindex->made.index = NULL;
	close_made(reindex);
	reindex_order_say(volume->directory, reindex->load.sequence, reindex->load.sequence);
	IGNORE(reindex_order_end(volume->directory, NULL)); /* then it is made once more */
	return OK;
}

/* ---- looking ---- */

static fallible tidy(struct reindex *reindex, bool wanted)
{
	if (reindex->replaced) {
		if (kv_in_use(reindex->replaced))
			return OK;
		kv_close(reindex->replaced);
		reindex->replaced = NULL;
		reindex->tidied = false;
	}
	if (reindex->tidied)
		return OK;
	reindex->tidied = true;
	return wanted ? OK : index_files_remove(reindex->volume->directory, INDEX_FILES_NEW);
}

fallible reindex_look(struct reindex *reindex)
{
	if (reindex->runs)
		return OK;
	bool wanted = reindex_order_stands(reindex->volume->directory);
	TRY(tidy(reindex, wanted));
	if (!wanted || reindex->replaced)
		return OK;
	struct err err = begin(reindex);
	if (err_failed(err))
		give_up(reindex, err);
	return err;
}

/* ---- one step ---- */

static fallible read_mark(struct kv *index, struct index_mark *mark)
{
	scoped(kv_txn) txn = {0};
	TRY(kv_read(index, &txn));
	return index_read_mark(&txn, mark);
}

static fallible fold(struct reindex *reindex)
{
	TRY(fold_once(&reindex->made));
	if (++reindex->folds < MERGE_FAN)
		return OK;
	reindex->folds = 0;
	reindex->merge = (struct merge){0};
	return OK;
}

static fallible check_equal(struct reindex *reindex, const struct index_mark *goal)
{
	struct index_mark mark;
	TRY(read_mark(reindex->made.index, &mark));
	if (mark.sequence != goal->sequence || memcmp(mark.leaf.bytes, goal->leaf.bytes, MERKLE_HASH) != 0)
		return FAIL(CORRUPT, "the index that serves was made from another log");
	return OK;
}

static fallible work(struct reindex *reindex, const struct index_mark *goal, bool *replaced)
{
	bool there = reindex->load.sequence >= goal->sequence;
	size_t waiting = tail_count(reindex->made.tail);
	if (waiting >= reindex->made.fold_rows || (there && waiting > 0))
		return fold(reindex);
	if (!reindex->merge.ended)
		return merge_step(&reindex->made, &reindex->merge);
	if (!there)
		return load_step(&reindex->load, goal->sequence);
	TRY(check_equal(reindex, goal));
	TRY(change_places(reindex));
	*replaced = true;
	return OK;
}

static fallible try_step(struct reindex *reindex, bool *replaced)
{
	struct index_mark goal;
	int64_t now_ms = clock_monotonic_ms();
	TRY(read_mark(reindex->volume->index, &goal));
	if (now_ms - reindex->said_ms >= SAY_MS) {
		reindex->said_ms = now_ms;
		reindex_order_say(reindex->volume->directory, reindex->load.sequence, goal.sequence);
	}
	return work(reindex, &goal, replaced);
}

fallible reindex_step(struct reindex *reindex, bool *replaced)
{
	bool done = false;
	struct err err = try_step(reindex, &done);
	if (err_failed(err) && err.kind != ERR_BUSY)
		give_up(reindex, err);
	TRY(err);
	*replaced = done;
	return OK;
}
