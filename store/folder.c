/* SPDX-License-Identifier: Apache-2.0 */
/* folder - the thread that folds behind the commits. */
#include "store/folder.h"

#include "store/fold.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { FOLDER_WAKE_MS = 60000, FOLDER_RETRY_MS = 1000 };

struct folder {
	struct volume *volume;
	struct alarm failed;
	pthread_t thread;
	atomic_bool stopping;
};

static void *run_thread(void *context)
{
	struct folder *folder = context;
	while (!folder->stopping) {
		const struct volume *volume = folder->volume;
		tail_wait_rows(volume->tail, volume->fold_rows, FOLDER_WAKE_MS);
		if (folder->stopping || tail_count(volume->tail) < volume->fold_rows)
			continue;
		struct err err = fold_once(folder->volume);
		if (!err_failed(err))
			continue;
		folder->failed.tell(folder->failed.context, err);
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
	if (pthread_create(&made->thread, NULL, run_thread, made) != 0) {
		free(made);
		return FAIL(NO_MEMORY, "the folder's thread cannot be started");
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
	free(folder);
	while (tail_count(volume->tail) > 0)
		TRY(fold_once(volume));
	return OK;
}
