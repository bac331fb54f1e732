/* SPDX-License-Identifier: Apache-2.0 */
/* verifier - passes of server/core/log/log_checks.h, with pauses in and between them. */
#include "server/verifier.h"

#include "server/core/log/log_checks.h"
#include "server/env/pause.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

enum {
	VERIFIER_REST_MS = 20, /* a slice takes about one: a twentieth of a core */
	VERIFIER_NICENESS = 19,
	VERIFIER_HOUR_MS = 60 * 60 * 1000,
};

struct verifier {
	struct verifier_ask ask;
	pthread_t thread;
	struct pause pause;
};

/* ---- what was found ---- */

static void tell_fault(struct verifier *verifier, const struct check_report *report)
{
	char tenant[ID_TEXT + 1] = "";
	if (!ids_is_none(report->tenant))
		ids_print(ID_TENANT, report->tenant, tenant);
	JOURNAL(verifier->ask.journal, ERROR, "the store is not what was written: nothing is released",
		JOURNAL_TEXT("found", span_text(check_text(report->fault))),
		JOURNAL_TEXT("tenant", span_text(tenant)), JOURNAL_NUMBER("index", (int64_t)report->index),
		JOURNAL_NUMBER("sequence", (int64_t)report->sequence));
}

/* A stop in the middle of a pass is nothing to tell. */
static void tell_failure(struct verifier *verifier, struct err err)
{
	if (err_failed(err) && !pause_is_stopping(&verifier->pause))
		journal_err(verifier->ask.journal, JOURNAL_ERROR, err, SPAN_LIT("verification"));
}

/* ---- passes ---- */

static bool rest(void *context)
{
	struct verifier *verifier = context;
	return pause_wait(&verifier->pause, VERIFIER_REST_MS);
}

/* True unless something was found that does not hold; what could not be looked at is looked at next time. */
static bool look(struct verifier *verifier,
	fallible (*part)(const struct log_checks_ask *ask, struct check_report *report))
{
	struct check_report report = {0};
	const struct log_checks_ask ask = {verifier->ask.server, rest, verifier};
	struct err err = part(&ask, &report);
	tell_failure(verifier, err);
	if (report.fault != CHECK_SOUND)
		tell_fault(verifier, &report);
	return report.fault == CHECK_SOUND;
}

static void *run_thread(void *context)
{
	struct verifier *verifier = context;
	const struct verifier_ask *ask = &verifier->ask;
	bool holds = look(verifier, log_checks_state), keys_hold = look(verifier, log_checks_keys);
	/* On Linux the niceness is the thread's own. What cannot be lowered still rests between its steps. */
	(void)setpriority(PRIO_PROCESS, 0, VERIFIER_NICENESS);
	holds = holds && look(verifier, log_checks_lookups);
	int64_t wait_ms = ask->delay_s * 1000;
	while (ask->hours && pause_wait(&verifier->pause, wait_ms)) {
		/* Rows that do not hold have been told; the log is looked at all the same. */
		if (holds)
			holds = look(verifier, log_checks_state) && look(verifier, log_checks_lookups);
		if (keys_hold)
			keys_hold = look(verifier, log_checks_keys);
		look(verifier, log_checks_log);
		wait_ms = ask->hours * VERIFIER_HOUR_MS;
	}
	return NULL;
}

/* ---- the thread ---- */

fallible verifier_open(const struct verifier_ask *ask, struct verifier **verifier)
{
	struct verifier *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the thread that verifies the log cannot be made");
	made->ask = *ask;
	pause_init(&made->pause);
	if (pthread_create(&made->thread, NULL, run_thread, made) != 0) {
		pause_done(&made->pause);
		free(made);
		return FAIL(
			NO_MEMORY, "the thread that verifies the log cannot be started: raise RLIMIT_NPROC");
	}
	*verifier = made;
	return OK;
}

void verifier_close(struct verifier *verifier)
{
	if (!verifier)
		return;
	pause_stop(&verifier->pause);
	pthread_join(verifier->thread, NULL);
	pause_done(&verifier->pause);
	free(verifier);
}
