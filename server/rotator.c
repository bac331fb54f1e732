/* SPDX-License-Identifier: Apache-2.0 */
/* rotator - one rotation after the other, step by step. */
#include "server/rotator.h"

#include "server/env/pause.h"

#include <pthread.h>
#include <stdlib.h>

enum { ROTATOR_RETRY_MS = 5000, ROTATOR_IDLE_MS = 3600 * 1000 };

struct rotator {
	struct server *server;
	struct journal *journal;
	pthread_t thread;
	struct pause pause;
	pthread_mutex_t lock;         /* guards what follows */
	struct key_rotation rotation; /* that runs, while the state is not IDLE */
	struct rotator_report report;
};

/* ---- what it is at ---- */

/* With the lock held. */
static void note(struct rotator *rotator, enum rotator_state state, const char *why)
{
	const struct key_rotation *rotation = &rotator->rotation;
	struct health *health = rotator->server->health;
	rotator->report = (struct rotator_report){state, rotation->done, rotation->all, rotation->left, why};
	health->keys_rotating = state != ROTATOR_IDLE;
	health->keys_rotated = rotation->done;
	health->keys_to_rotate = rotation->all;
}

void rotator_look(struct rotator *rotator, struct rotator_report *report)
{
	pthread_mutex_lock(&rotator->lock);
	*report = rotator->report;
	pthread_mutex_unlock(&rotator->lock);
}

/* ---- the thread ---- */

/* A failure is told once, however often it is met. */
static void note_failure(struct rotator *rotator, struct err err)
{
	if (rotator->report.why != err.why)
		journal_err(rotator->journal, JOURNAL_ERROR, err, SPAN_LIT("rotation of keys"));
	note(rotator, ROTATOR_STUCK, err.why);
}

/* Without the lock: whoever looks meanwhile does not wait for it. Nobody else changes the rotation while it runs. */
static void take_step(struct rotator *rotator)
{
	struct key_rotation next = rotator->rotation;
	bool over = false;
	struct err err = key_rotations_step(rotator->server, &next, &over);
	pthread_mutex_lock(&rotator->lock);
	if (err_failed(err)) {
		note_failure(rotator, err);
	} else {
		rotator->rotation = next;
		note(rotator, over ? ROTATOR_IDLE : ROTATOR_RUNNING, NULL);
	}
	pthread_mutex_unlock(&rotator->lock);
}

static int64_t pause_ms(struct rotator *rotator)
{
	struct rotator_report report;
	rotator_look(rotator, &report);
	if (report.state == ROTATOR_RUNNING)
		return 0;
	return report.state == ROTATOR_STUCK ? ROTATOR_RETRY_MS : ROTATOR_IDLE_MS;
}

static void *run_thread(void *context)
{
	struct rotator *rotator = context;
	while (pause_wait(&rotator->pause, pause_ms(rotator))) {
		struct rotator_report report;
		rotator_look(rotator, &report);
		if (report.state != ROTATOR_IDLE)
			take_step(rotator);
	}
	return NULL;
}

/* ---- asking ---- */

static fallible begin(struct rotator *rotator, struct span text)
{
	struct key_rotations_ask ask;
	struct key_rotation begun;
	bool deep = span_starts(text, SPAN_LIT("deep "));
	if (rotator->report.state != ROTATOR_IDLE)
		return FAIL(CONFLICT, "another rotation of keys is under way");
	TRY(key_rotations_parse(rotator->server, deep ? span_from(text, 5) : text, deep, &ask));
	TRY(key_rotations_begin(rotator->server, &ask, &begun));
	rotator->rotation = begun;
	note(rotator, ROTATOR_RUNNING, NULL);
	return OK;
}

fallible rotator_ask(struct rotator *rotator, struct span text)
{
	pthread_mutex_lock(&rotator->lock);
	struct err err = begin(rotator, text);
	pthread_mutex_unlock(&rotator->lock);
	pause_wake(&rotator->pause);
	return err;
}

/* ---- opening ---- */

static fallible resume(struct rotator *rotator)
{
	struct err err = key_rotations_find(rotator->server, &rotator->rotation);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	JOURNAL(rotator->journal, INFO, "a rotation of keys that was cut short goes on");
	note(rotator, ROTATOR_RUNNING, NULL);
	return OK;
}

static fallible start_thread(struct rotator *rotator)
{
	TRY(resume(rotator));
	return pthread_create(&rotator->thread, NULL, run_thread, rotator) == 0
		? OK
		: FAIL(NO_MEMORY, "the thread that rotates keys cannot be started: raise RLIMIT_NPROC");
}

fallible rotator_open(struct server *server, struct journal *journal, struct rotator **rotator)
{
	struct rotator *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the rotation of keys cannot be made");
	made->server = server;
	made->journal = journal;
	pthread_mutex_init(&made->lock, NULL);
	pause_init(&made->pause);
	struct err err = start_thread(made);
	if (err_failed(err)) {
		pause_done(&made->pause);
		free(made);
		return err;
	}
	*rotator = made;
	return OK;
}

void rotator_close(struct rotator *rotator)
{
	if (!rotator)
		return;
	pause_stop(&rotator->pause);
	pthread_join(rotator->thread, NULL);
	pause_done(&rotator->pause);
	pthread_mutex_destroy(&rotator->lock);
	free(rotator);
}

/* ---- over the local socket ---- */

static const char *const STATES[ROTATOR_STATE_COUNT] = {
	[ROTATOR_IDLE] = "idle",
	[ROTATOR_RUNNING] = "running",
	[ROTATOR_STUCK] = "stuck",
};

void rotator_print(const struct rotator_report *report, struct buf *text)
{
	buf_printf(text, "%s %llu %llu %llu %s", STATES[report->state], (unsigned long long)report->done,
		(unsigned long long)report->all, (unsigned long long)report->left,
		report->why ? report->why : "");
}

static bool cut_number(struct span *rest, uint64_t *number)
{
	struct span word;
	return span_cut(rest, ' ', &word) && span_number(word, INT64_MAX, number);
}

fallible rotator_read(struct span text, struct rotator_report *report, struct span *why)
{
	struct rotator_report read = {.state = ROTATOR_STATE_COUNT};
	struct span rest = text, word;
	if (!span_cut(&rest, ' ', &word))
		return FAIL(INPUT, "the server says nothing that is known of a rotation");
	for (unsigned i = 0; i < ROTATOR_STATE_COUNT; i++)
		if (span_is(word, STATES[i]))
			read.state = (enum rotator_state)i;
	if (read.state == ROTATOR_STATE_COUNT || !cut_number(&rest, &read.done) ||
		!cut_number(&rest, &read.all) || !cut_number(&rest, &read.left))
		return FAIL(INPUT, "the server says nothing that is known of a rotation");
	*report = read;
	*why = rest;
	return OK;
}
