/* SPDX-License-Identifier: Apache-2.0 */
/* folder - the thread that folds, merges, rewords and reindexes behind the commits. */
#include "store/index/folder.h"

#include "store/index/fold.h"
#include "store/index/merge.h"
#include "store/index/reindex.h"
#include "store/index/reword.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { FOLDER_WAKE_MS = 60000, FOLDER_LOOK_MS = 1000, FOLDER_RETRY_MS = 1000, FOLDER_TURNS = 4 };

struct folder {
	struct volume *volume;
	struct alarm failed;
	pthread_t thread;
	atomic_bool stopping;
	unsigned folds;     /* since the last round of merging began */
	struct merge merge; /* the round that is under way */
	struct reword reword;
	int64_t reword_ms; /* clock_monotonic_ms, when its next round begins */
	struct reindex reindex;
	int64_t look_ms; /* clock_monotonic_ms, when it is looked for the next time */
	bool fold_failed;
	unsigned turns; /* of a new index, before the next fold */
};

/* A new index has some turns between two folds, or it would never come as far as the old one where folds are always due;
 * unless the committer would soon have to wait. And an index that is damaged may take no fold at all. */
static bool fold_is_due(const struct folder *folder)
{
	size_t waiting = tail_count(folder->volume->tail);
	if (waiting < folder->volume->fold_rows)
		return false;
	if (!folder->reindex.runs)
		return true;
	return !folder->fold_failed && (folder->turns == 0 || waiting >= TAIL_MAX / 2);
}

static fallible fold_next(struct folder *folder)
{
	struct err err = fold_once(folder->volume);
	folder->fold_failed = err_failed(err);
	folder->turns = FOLDER_TURNS;
	TRY(err);
	if (++folder->folds < MERGE_FAN || !folder->merge.ended)
		return OK;
	folder->folds = 0;
	folder->merge = (struct merge){0};
	return OK;
}

/* In turn with everybody else: after each step it rests as long as that took, unless a fold is due. */
static fallible reindex_next(struct folder *folder)
{
	bool replaced = false;
	int64_t began_ms = clock_monotonic_ms();
	folder->turns -= folder->turns > 0;
	TRY(reindex_step(&folder->reindex, &replaced));
	if (replaced) {
		folder->folds = 0;
		folder->merge = (struct merge){0};
		folder->reword = (struct reword){.ended = false};
		folder->fold_failed = false;
	}
	tail_wait_rows(folder->volume->tail, folder->volume->fold_rows, clock_monotonic_ms() - began_ms);
	return OK;
}

static bool look_is_due(struct folder *folder)
{
	int64_t now_ms = clock_monotonic_ms();
	if (now_ms < folder->look_ms)
		return false;
	folder->look_ms = now_ms + FOLDER_LOOK_MS;
	return true;
}

/* A key that was turned is noticed within a minute. */
static fallible reword_next(struct folder *folder)
{
	if (!folder->reword.ended)
		return reword_step(folder->volume, &folder->reword);
	tail_wait_rows(folder->volume->tail, folder->volume->fold_rows, FOLDER_LOOK_MS);
	if (clock_monotonic_ms() < folder->reword_ms)
		return OK;
	folder->reword_ms = clock_monotonic_ms() + FOLDER_WAKE_MS;
	folder->reword = (struct reword){.ended = false};
	return OK;
}

/* A fold goes first, for the committer may wait for it; then a new index, if one is made, since what is done to the
 * old one would go with it; then a step of the merging, until the round is through; then of the rewording. */
static fallible work_once(struct folder *folder)
{
	if (look_is_due(folder))
		TRY(reindex_look(&folder->reindex));
	if (fold_is_due(folder))
		return fold_next(folder);
	if (folder->reindex.runs)
		return reindex_next(folder);
	if (!folder->merge.ended)
		return merge_step(folder->volume, &folder->merge);
	return reword_next(folder);
}

static void *run_thread(void *context)
{
	struct folder *folder = context;
	while (!folder->stopping) {
		struct err err = work_once(folder);
		if (!err_failed(err))
			continue;
		folder->failed.tell(folder->failed.context, err);
		/* What a round has done stands; it is begun anew after the next folds. */
		folder->merge = (struct merge){.ended = true};
		folder->reword = (struct reword){.ended = true};
		clock_sleep_ms(FOLDER_RETRY_MS);
	}
	return NULL;
}

fallible folder_open(struct volume *volume, struct alarm failed, struct folder **folder)
{
	struct folder *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the folder cannot be made");
	made->volume = volume;
	made->failed = failed;
	reindex_init(volume, &made->reindex);
	if (pthread_create(&made->thread, NULL, run_thread, made) != 0) {
		free(made);
		return FAIL(NO_MEMORY, "the folder's thread cannot be started: raise RLIMIT_NPROC");
	}
	*folder = made;
	return OK;
}

fallible folder_close(struct folder *folder)
{
	if (!folder)
		return OK;
	struct volume *volume = folder->volume;
	folder->stopping = true;
	tail_wake(volume->tail);
	pthread_join(folder->thread, NULL);
	reindex_done(&folder->reindex);
	free(folder);
	while (tail_count(volume->tail) > 0)
		TRY(fold_once(volume));
	return OK;
}
