/* SPDX-License-Identifier: Apache-2.0 */
/* counter - passes of server/core/login/headcount.h, with rests in and between them. */
#include "server/counter.h"

#include "server/core/login/headcount.h"
#include "server/env/pause.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

enum {
	COUNTER_REST_MS = 5,     /* a slice takes about as long */
	COUNTER_LOOKS_MS = 1000, /* whether somebody asked */
	COUNTER_NICENESS = 19,
};

struct counter {
	struct server *server;
	struct journal *journal;
	pthread_t thread;
	struct pause pause;
};

static bool rest(void *context)
{
	struct counter *counter = context;
	return pause_wait(&counter->pause, COUNTER_REST_MS);
}

/* A stop in the middle of a pass is nothing to tell; without keys there is nothing to count. */
static void tell_failure(struct counter *counter, struct err err)
{
	if (err_failed(err) && err.kind != ERR_BUSY && !pause_is_stopping(&counter->pause))
		journal_err(counter->journal, JOURNAL_WARN, err, SPAN_LIT("counts of people"));
}

static void *run_thread(void *context)
{
	struct counter *counter = context;
	const struct headcount_pace pace = {rest, counter};
	/* On Linux the niceness is the thread's own. */
	(void)setpriority(PRIO_PROCESS, 0, COUNTER_NICENESS);
	tell_failure(counter, headcount_count_all(counter->server, &pace));
	while (pause_wait(&counter->pause, COUNTER_LOOKS_MS))
		tell_failure(counter, headcount_count_wanted(counter->server, &pace));
	return NULL;
}

fallible counter_open(struct server *server, struct journal *journal, struct counter **counter)
{
	struct counter *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the thread that counts people cannot be made");
	made->server = server;
	made->journal = journal;
	pause_init(&made->pause);
	struct err err = headcount_open(HEADCOUNT_LIVE, &server->headcount);
	if (!err_failed(err) && pthread_create(&made->thread, NULL, run_thread, made) != 0)
		err = FAIL(NO_MEMORY, "the thread that counts people cannot be started: raise RLIMIT_NPROC");
	if (err_failed(err)) {
		headcount_close(server->headcount);
		server->headcount = NULL;
		pause_done(&made->pause);
		free(made);
		return err;
	}
	*counter = made;
	return OK;
}

void counter_close(struct counter *counter)
{
	if (!counter)
		return;
	pause_stop(&counter->pause);
	pthread_join(counter->thread, NULL);
	pause_done(&counter->pause);
	headcount_close(counter->server->headcount);
	counter->server->headcount = NULL;
	free(counter);
}
