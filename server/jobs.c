/* SPDX-License-Identifier: Apache-2.0 */
/* jobs - a table of small housekeeping acts, run one after the other. */
#include "server/jobs.h"

#include "server/api/idempotency.h"
#include "server/core/clocks.h"
#include "server/core/due.h"
#include "server/core/grants/departure_turns.h"
#include "server/core/grants/emergency_ends.h"
#include "server/core/grants/handover_jobs.h"
#include "server/core/keeping/erasing.h"
#include "server/core/keeping/pruning.h"
#include "server/core/log/checkpoints.h"
#include "server/core/log/exports.h"
#include "server/core/log/log_checks.h"
#include "server/core/login/factor_resetting.h"
#include "server/core/login/mailboxes.h"
#include "server/core/overview/digests.h"
#include "server/core/overview/weekly_turn.h"
#include "server/core/vault/credential_trash.h"
#include "server/core/vault/rotation_watch.h"
#include "server/env/pause.h"
#include "server/sweeps.h"
#include "store/nouns/storm.h"
#include "store/nouns/viewed.h"

#include <pthread.h>
#include <stdlib.h>

enum {
	JOBS_KEY_TURNS = 900,
	JOBS_REPORT_TURNS = 150, /* five minutes */
	JOBS_PRUNE_TURNS = 43200 /* a day */,
	JOBS_EVERY_MS = 2000,
	JOBS_SIGN_TURNS = 5,
	JOBS_ARENA = 64 * 1024
};

/* One kind of work that stands in no queue. */
struct job {
	const char *name;
	due_job *job;
};

static const struct job JOBS[] = {
	{"storms", storm_close},
	{"idempotency", idempotency_sweep},
	{"views", viewed_close},
	{"mailboxes", mailboxes_sweep},
};

enum { JOB_COUNT = sizeof JOBS / sizeof JOBS[0] };

/* The same of what stands in a queue: one that is damaged holds up nobody. */
static const struct {
	const char *name;
	due_sweep *sweep;
} SWEEPS[] = {
	{"sweeps", sweeps_run},
	{"trash", credential_trash_sweep},
};

enum { SWEEP_COUNT = sizeof SWEEPS / sizeof SWEEPS[0] };

struct jobs {
	struct server *server;
	struct journal *journal;
	struct instant told[JOB_COUNT]; /* when the journal last said that one met a damaged row */
	pthread_t thread;
	struct pause pause;
};

static void run_jobs(struct jobs *jobs)
{
	for (size_t i = 0; i < JOB_COUNT; i++) {
		size_t done;
		struct err err = due_job_turn(jobs->server, JOBS[i].job, &jobs->told[i], &done);
		if (err_failed(err))
			journal_err(jobs->journal, JOURNAL_WARN, err, span_text(JOBS[i].name));
	}
}

static void run_sweeps(struct jobs *jobs)
{
	for (size_t i = 0; i < SWEEP_COUNT; i++) {
		size_t done;
		struct err err = due_sweep_turn(jobs->server, SWEEPS[i].sweep, &done);
		if (err_failed(err))
			journal_err(jobs->journal, JOURNAL_WARN, err, span_text(SWEEPS[i].name));
	}
}

/* ---- signing ---- */

struct signing {
	struct id tenant;
	struct arena arena;
	struct checkpoints_ask ask;
};

static fallible write_checkpoint(struct act *act, void *context)
{
	struct signing *signing = context;
	return checkpoints_write(act, signing->tenant, &signing->arena, &signing->ask);
}

/* A checkpoint over everything that the tenant's log has now; nothing to do when the stored one covers it. */
static fallible sign_log(struct server *server, struct id tenant)
{
	struct signing signing = {.tenant = tenant, .arena = ARENA(JOBS_ARENA)};
	struct err err = checkpoints_prepare(
		server, tenant, tail_size_of(server->volume.tail, tenant), &signing.arena, &signing.ask);
	if (!err_failed(err) && signing.ask.fresh)
		err = committer_run(server->committer,
			(struct act_job){
				.kind = ACT_HOUSEKEEPING, .run = write_checkpoint, .context = &signing});
	arena_done(&signing.arena);
	return err;
}

static void sign_logs(struct jobs *jobs)
{
	struct tail *tail = jobs->server->volume.tail;
	struct id tenant;
	for (uint32_t number = 0; tail_find_tenant(tail, number, &tenant); number++) {
		struct err err = sign_log(jobs->server, tenant);
		if (err_failed(err))
			journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_NONE);
	}
}

/* ---- erasure ---- */

static void erase(struct jobs *jobs)
{
	size_t done;
	struct err err = erasing_turn(jobs->server, volume_now(&jobs->server->volume), &done);
	if (!err_failed(err))
		err = erasing_unmark(jobs->server);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("erasures"));
}

/* ---- resets of factors ---- */

static void reset_factors(struct jobs *jobs)
{
	size_t done;
	struct err err = factor_resetting_turn(jobs->server, volume_now(&jobs->server->volume), &done);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("resets of factors"));
}

/* ---- pruning ---- */

static void prune(struct jobs *jobs)
{
	struct pruning_report report;
	struct err err = pruning_turn(jobs->server, volume_now(&jobs->server->volume), &report);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("pruning"));
	else if (report.dropped)
		JOURNAL(jobs->journal, INFO, "events were pruned",
			JOURNAL_NUMBER("events", (int64_t)report.dropped),
			JOURNAL_NUMBER("tenants", (int64_t)report.tenants));
}

/* Free pages and older copies of the keyring go dark once a day. */
static void turn_keys(struct jobs *jobs)
{
	struct err err = keeper_turn(jobs->server->keeper, volume_now(&jobs->server->volume));
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("shred keys"));
}

/* ---- reports to clients ---- */

static void mail_reports(struct jobs *jobs)
{
	size_t mailed;
	struct err err = weekly_turn_run(jobs->server, volume_now(&jobs->server->volume), &mailed);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("weekly reports"));
	err = digests_run(jobs->server, volume_now(&jobs->server->volume), &mailed);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("digests"));
}

/* ---- exports that broke off ---- */

static void end_exports(struct jobs *jobs)
{
	size_t swept;
	struct err err = exports_sweep(jobs->server, volume_now(&jobs->server->volume), &swept);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("exports"));
}

/* ---- handovers ---- */

static void turn_handovers(struct jobs *jobs)
{
	size_t done;
	struct err err = handover_jobs_turn(jobs->server, volume_now(&jobs->server->volume), &done);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("handovers"));
	err = departure_turns_jobs(jobs->server, volume_now(&jobs->server->volume), &done);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("departures"));
	err = rotation_watch_turn(jobs->server, volume_now(&jobs->server->volume), &done);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("rotations"));
	err = emergency_ends_turn(jobs->server, volume_now(&jobs->server->volume), &done);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("emergencies"));
}

/* ---- the clock ---- */

static void look_at_clock(struct jobs *jobs)
{
	const struct health *health = jobs->server->health;
	bool was_behind = health->clock_behind, was_unsynced = health->clock_unsynced;
	struct err err = clocks_look(jobs->server);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_WARN, err, SPAN_LIT("clock"));
	if (health->clock_behind && !was_behind)
		JOURNAL(jobs->journal, ERROR,
			"the machine's clock was set back: our time goes on ahead of it");
	if (health->clock_unsynced && !was_unsynced)
		JOURNAL(jobs->journal, WARN, "nothing keeps the machine's clock right");
}

/* ---- keys ---- */

static bool goes_on(void *context)
{
	struct jobs *jobs = context;
	return !pause_is_stopping(&jobs->pause);
}

/* What somebody just stumbled over is looked at now, and not when the next pass of the verifier comes round. */
static void look_at_keys(struct jobs *jobs)
{
	struct check_report report = {0};
	const struct log_checks_ask ask = {jobs->server, goes_on, jobs};
	if (!keeper_met_forged(jobs->server->keeper) || jobs->server->health->keys_forged)
		return;
	struct err err = log_checks_keys(&ask, &report);
	if (err_failed(err))
		journal_err(jobs->journal, JOURNAL_ERROR, err, SPAN_LIT("keys"));
	if (report.fault != CHECK_SOUND)
		JOURNAL(jobs->journal, ERROR, "the store is not what was written: nothing is released",
			JOURNAL_TEXT("found", span_text(check_text(report.fault))));
}

/* ---- the thread ---- */

static void *run_thread(void *context)
{
	struct jobs *jobs = context;
	look_at_clock(jobs);
	for (unsigned turn = 1; pause_wait(&jobs->pause, JOBS_EVERY_MS); turn++) {
		run_jobs(jobs);
		run_sweeps(jobs);
		look_at_clock(jobs);
		look_at_keys(jobs);
		erase(jobs);
		reset_factors(jobs);
		end_exports(jobs);
		turn_handovers(jobs);
		if (turn % JOBS_SIGN_TURNS == 0)
			sign_logs(jobs);
		if (turn % JOBS_REPORT_TURNS == 1)
			mail_reports(jobs);
		if (turn % JOBS_KEY_TURNS == 1)
			turn_keys(jobs);
		if (turn % JOBS_PRUNE_TURNS == JOBS_KEY_TURNS)
			prune(jobs);
	}
	return NULL;
}

fallible jobs_open(struct server *server, struct journal *journal, struct jobs **jobs)
{
	struct jobs *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the background jobs cannot be made");
	made->server = server;
	made->journal = journal;
	pause_init(&made->pause);
	if (pthread_create(&made->thread, NULL, run_thread, made) != 0) {
		pause_done(&made->pause);
		free(made);
		return FAIL(
			NO_MEMORY, "the thread of the background jobs cannot be started: raise RLIMIT_NPROC");
	}
	*jobs = made;
	return OK;
}

void jobs_close(struct jobs *jobs)
{
	if (!jobs)
		return;
	pause_stop(&jobs->pause);
	pthread_join(jobs->thread, NULL);
	pause_done(&jobs->pause);
	free(jobs);
}
