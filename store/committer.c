/* SPDX-License-Identifier: Apache-2.0 */
/* committer - queue, thread, group commit. */
#include "store/committer.h"

#include "store/pace.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	COMMITTER_BATCH_ACTS = 1024,
	COMMITTER_BATCH_BYTES = ACT_ARENA_MAX / 4, /* of a batch's arena: the rest holds the largest act */
	COMMITTER_ROOM_MS = 10000,                 /* that a batch waits for a fold */
	NS_A_SECOND = 1000 * 1000 * 1000,
};

struct committer {
	struct volume *volume;
	struct alarm fatal;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct act_job *first, *last; /* the queue */
	size_t queued;                /* jobs in it */
	size_t wanted;                /* so many in it wake the thread */
	int64_t grew_ns;              /* clock_monotonic_ns of the last job queued */
	size_t places;                /* reserved or queued */
	bool stopping;
	struct committer_counts counts;
	struct watch watch;
	/* Guards the bell, and is held while it rings, so that one that was taken away is silent. */
	pthread_mutex_t ringing;
	struct bell bell;
};

/* ---- one batch ---- */

/* What one act came to; kept until the commit says whether it stands. */
struct outcome {
	struct act_job *job;
	struct err err;
};

/* Those who wait are woken first: who is answered and comes back at once waits for what is still to come. */
static void answer(const struct outcome *outcomes, size_t count, struct err commit, const struct watch *watch)
{
	for (size_t i = 0; i < count; i++) {
		struct act_job *job = outcomes[i].job;
		struct err err = err_failed(outcomes[i].err) ? outcomes[i].err : commit;
		if (watch->changed && !err_failed(err) && !ids_is_none(job->changed))
			watch->changed(watch->context, job->changed);
		job->done(job->context, err);
	}
}

static struct act_job *take_next(struct act_job **jobs)
{
	struct act_job *job = *jobs;
	*jobs = job->next;
	return job;
}

static bool takes_more(const struct act_batch *batch)
{
	return tail_batch_mark(batch->rows) < COMMITTER_BATCH_EVENTS &&
		batch->arena.total < COMMITTER_BATCH_BYTES;
}

/* Run acts until the list, or the batch's share of acts, of events or of memory is used up. */
static size_t run_acts(struct act_batch *batch, struct act_job **jobs, struct outcome *outcomes)
{
	size_t count = 0;
	while (*jobs && count < COMMITTER_BATCH_ACTS && takes_more(batch) && !act_batch_is_spoilt(batch)) {
		outcomes[count].job = take_next(jobs);
		outcomes[count].err = act_perform(batch, outcomes[count].job);
		count++;
	}
	return count;
}

/* What ran before an act that spoilt the batch is run again in another, without that one. */
static fallible run_again(
	struct committer *committer, struct act_batch *batch, struct outcome *outcomes, size_t count)
{
	while (act_batch_is_spoilt(batch)) {
		act_batch_done(batch);
		TRY(act_batch_open(committer->volume, volume_now(committer->volume), batch));
		for (size_t i = 0; i < count && !act_batch_is_spoilt(batch); i++) {
			if (!err_failed(outcomes[i].err))
				outcomes[i].err = act_perform(batch, outcomes[i].job);
		}
	}
	return OK;
}

/* note - count a batch. Returns whom its acts concern. */
static struct watch note(
	struct committer *committer, const struct outcome *outcomes, size_t count, size_t events, int64_t ns)
{
	pthread_mutex_lock(&committer->lock);
	const struct watch watch = committer->watch;
	committer->counts.batches++;
	committer->counts.acts += count;
	committer->counts.events += events;
	committer->counts.commit_ns += (uint64_t)ns;
	for (size_t i = 0; i < count; i++)
		committer->counts.dropped += err_failed(outcomes[i].err);
	committer->places -= count;
	pthread_mutex_unlock(&committer->lock);
	return watch;
}

/* The batch could not begin: every job of the list gets the reason. */
static void refuse_all(struct committer *committer, struct act_job **jobs, struct err err)
{
	size_t count = 0;
	while (*jobs) {
		struct act_job *job = take_next(jobs);
		job->done(job->context, err);
		count++;
	}
	pthread_mutex_lock(&committer->lock);
	committer->places -= count;
	pthread_mutex_unlock(&committer->lock);
}

static bool anything_stands(const struct outcome *outcomes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!err_failed(outcomes[i].err))
			return true;
	return false;
}

/* Keys first: the acts may lean on new ones. Want of space leaves the store as it was. After any other failure of a commit nobody
 * knows what the disk holds: stop, so that the next start reads what is really there. */
static fallible commit_batch(struct committer *committer, struct act_batch *batch)
{
	const struct keys *keys = committer->volume->keys;
	TRY(keys->save_new(keys->keeper));
	struct err err = act_batch_commit(batch);
	if (err_failed(err) && err.kind != ERR_FULL)
		committer->fatal.tell(committer->fatal.context, err);
	return err;
}

static void ring(struct committer *committer)
{
	pthread_mutex_lock(&committer->ringing);
	const struct bell *bell = &committer->bell;
	if (bell->ring)
		bell->ring(bell->context);
	pthread_mutex_unlock(&committer->ringing);
}

static void run_batch(struct committer *committer, struct act_job **jobs)
{
	struct act_batch batch;
	struct outcome outcomes[COMMITTER_BATCH_ACTS];
	if (!tail_wait_room(committer->volume->tail, COMMITTER_ROOM_MS)) {
		refuse_all(committer, jobs, FAIL(BUSY, "the index takes no more events"));
		return;
	}
	struct err err = act_batch_open(committer->volume, volume_now(committer->volume), &batch);
	if (err_failed(err)) {
		refuse_all(committer, jobs, err);
		return;
	}
	size_t count = run_acts(&batch, jobs, outcomes);
	struct err commit = run_again(committer, &batch, outcomes, count);
	size_t events = err_failed(commit) ? 0 : tail_batch_mark(batch.rows);
	int64_t start = clock_monotonic_ns();
	if (!err_failed(commit) && anything_stands(outcomes, count))
		commit = commit_batch(committer, &batch);
	events = err_failed(commit) ? 0 : events;
	const struct watch watch = note(committer, outcomes, count, events, clock_monotonic_ns() - start);
	act_batch_done(&batch);
	answer(outcomes, count, commit, &watch);
	if (events)
		ring(committer);
}

/* ---- the thread ---- */

/* With the lock held, and a job queued. */
static void gather(struct committer *committer, const struct pace *pace)
{
	int64_t end_ns = clock_monotonic_ns() + pace->wait_ns;
	const struct timespec end = {end_ns / NS_A_SECOND, end_ns % NS_A_SECOND};
	int code = 0;
	committer->wanted = pace->company;
	while (code == 0 && committer->queued < committer->wanted && !committer->stopping)
		code = pthread_cond_timedwait(&committer->work, &committer->lock, &end);
	committer->wanted = 1;
}

/* What is queued, and how many; NULL at the end. */
static struct act_job *wait_for_jobs(struct committer *committer, const struct pace *pace, size_t *count)
{
	pthread_mutex_lock(&committer->lock);
	while (!committer->first && !committer->stopping)
		pthread_cond_wait(&committer->work, &committer->lock);
	gather(committer, pace);
	struct act_job *jobs = committer->first;
	*count = committer->queued;
	committer->first = NULL;
	committer->last = NULL;
	committer->queued = 0;
	pthread_mutex_unlock(&committer->lock);
	return jobs;
}

static void note_pace(struct committer *committer, size_t answered, int64_t began_ns, struct pace *pace)
{
	int64_t now_ns = clock_monotonic_ns();
	pthread_mutex_lock(&committer->lock);
	pace_note(pace,
		&(struct pace_batch){.answered = answered,
			.queued = committer->queued,
			.took_ns = now_ns - began_ns,
			.still_ns = now_ns - committer->grew_ns});
	pthread_mutex_unlock(&committer->lock);
}

static void *run_thread(void *context)
{
	struct committer *committer = context;
	struct act_job *jobs;
	struct pace pace = {0};
	size_t count;
	while ((jobs = wait_for_jobs(committer, &pace, &count))) {
		int64_t began_ns = clock_monotonic_ns();
		while (jobs)
			run_batch(committer, &jobs);
		note_pace(committer, count, began_ns, &pace);
	}
	return NULL;
}

/* Its waits end by the clock that never goes back. */
static void open_condition(pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

fallible committer_open(struct volume *volume, struct alarm fatal, struct committer **committer)
{
	struct committer *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the committer cannot be made");
	made->volume = volume;
	made->fatal = fatal;
	made->wanted = 1;
	pthread_mutex_init(&made->lock, NULL);
	pthread_mutex_init(&made->ringing, NULL);
	open_condition(&made->work);
	if (pthread_create(&made->thread, NULL, run_thread, made) != 0) {
		free(made);
		return FAIL(NO_MEMORY, "the committer's thread cannot be started: raise RLIMIT_NPROC");
	}
	*committer = made;
	return OK;
}

void committer_close(struct committer *committer)
{
	if (!committer)
		return;
	pthread_mutex_lock(&committer->lock);
	committer->stopping = true;
	pthread_cond_signal(&committer->work);
	pthread_mutex_unlock(&committer->lock);
	pthread_join(committer->thread, NULL);
	pthread_mutex_destroy(&committer->lock);
	pthread_mutex_destroy(&committer->ringing);
	pthread_cond_destroy(&committer->work);
	free(committer);
}

fallible committer_reserve(struct committer *committer)
{
	pthread_mutex_lock(&committer->lock);
	bool free_place = committer->places < COMMITTER_PLACES && !committer->stopping;
	committer->places += free_place;
	pthread_mutex_unlock(&committer->lock);
	return free_place ? OK : FAIL(BUSY, "the queue of writes is full");
}

void committer_release(struct committer *committer)
{
	pthread_mutex_lock(&committer->lock);
	committer->places--;
	pthread_mutex_unlock(&committer->lock);
}

void committer_submit(struct committer *committer, struct act_job *job)
{
	job->next = NULL;
	pthread_mutex_lock(&committer->lock);
	if (committer->last)
		committer->last->next = job;
	else
		committer->first = job;
	committer->last = job;
	committer->grew_ns = clock_monotonic_ns();
	bool wakes = ++committer->queued >= committer->wanted;
	pthread_mutex_unlock(&committer->lock);
	/* Behind the lock, or whom it wakes would wait for it at once. */
	if (wakes)
		pthread_cond_signal(&committer->work);
}

/* ---- waiting for one job ---- */

struct waiting {
	struct act_job job; /* the caller's, with our done in its place */
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool is_over;
	struct err result;
	void (*done)(void *context, struct err result);
	void *context;
};

static fallible run_waiting(struct act *act, void *context)
{
	struct waiting *waiting = context;
	return waiting->job.run(act, waiting->context);
}

static fallible number_waiting(struct act *act, void *context)
{
	struct waiting *waiting = context;
	return waiting->job.numbered ? waiting->job.numbered(act, waiting->context) : OK;
}

static void end_waiting(void *context, struct err result)
{
	struct waiting *waiting = context;
	if (waiting->done)
		waiting->done(waiting->context, result);
	pthread_mutex_lock(&waiting->lock);
	waiting->result = result;
	waiting->is_over = true;
	pthread_cond_signal(&waiting->over);
	pthread_mutex_unlock(&waiting->lock);
}

fallible committer_run(struct committer *committer, struct act_job job)
{
	struct waiting waiting = {.job = job,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.over = PTHREAD_COND_INITIALIZER,
		.done = job.done,
		.context = job.context};
	struct act_job queued = {.kind = job.kind,
		.run = run_waiting,
		.numbered = number_waiting,
		.done = end_waiting,
		.context = &waiting};
	TRY(committer_reserve(committer));
	committer_submit(committer, &queued);
	pthread_mutex_lock(&waiting.lock);
	while (!waiting.is_over)
		pthread_cond_wait(&waiting.over, &waiting.lock);
	pthread_mutex_unlock(&waiting.lock);
	return waiting.result;
}

void committer_set_bell(struct committer *committer, struct bell bell)
{
	pthread_mutex_lock(&committer->ringing);
	committer->bell = bell;
	pthread_mutex_unlock(&committer->ringing);
}

void committer_set_watch(struct committer *committer, struct watch watch)
{
	pthread_mutex_lock(&committer->lock);
	committer->watch = watch;
	pthread_mutex_unlock(&committer->lock);
}

void committer_count(struct committer *committer, struct committer_counts *counts)
{
	pthread_mutex_lock(&committer->lock);
	*counts = committer->counts;
	counts->queued = committer->places;
	pthread_mutex_unlock(&committer->lock);
}
