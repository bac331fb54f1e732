/* SPDX-License-Identifier: Apache-2.0 */
/* test_committer_bell - whom the committer tells that the log has grown may go at any moment, and is not told then. */
#include "base/clock.h"
#include "store/committer.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { RINGING_MS = 100 };

static void no_fatal(void *context, struct err err)
{
	(void)context;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

struct office {
	struct world world;
	struct committer *committer;
	atomic_int rings;
	atomic_bool taken; /* the bell, as far as its owner knows */
	bool heard_late;   /* it was still ringing then */
};

static void office_make(struct office *office)
{
	*office = (struct office){.rings = 0};
	world_make(&office->world, &kv_mem, 0);
	world_must(
		committer_open(&office->world.volume, (struct alarm){.tell = no_fatal}, &office->committer));
}

static void office_done(struct office *office)
{
	committer_close(office->committer);
	world_done(&office->world);
}

static fallible write_one(struct act *act, void *context)
{
	struct dice dice = {1};
	struct leaf leaf = world_leaf(&dice);
	(void)context;
	return act_add(act, world_tenant(1), &leaf, NULL);
}

/* ---- an owner that goes ---- */

/* What a bell's owner keeps for it. */
struct hearing {
	struct office *office;
};

static void hear(void *context)
{
	const struct hearing *hearing = context;
	hearing->office->rings++;
}

struct last_words {
	struct office *office;
	struct hearing *hearing;
};

static void take_bell_away(void *context, struct err result)
{
	struct last_words *words = context;
	cr_assert(!err_failed(result));
	committer_set_bell(words->office->committer, (struct bell){0});
	free(words->hearing);
}

/* As a server that stops does when its last follower's end is on record. */
Test(committer_bell, whoever_goes_when_its_last_act_is_done_is_not_told_of_that_act)
{
	scoped(office) office;
	office_make(&office);
	struct last_words words = {&office, malloc(sizeof *words.hearing)};
	cr_assert(words.hearing);
	*words.hearing = (struct hearing){&office};
	committer_set_bell(office.committer, (struct bell){words.hearing, hear});
	world_must(committer_run(office.committer, (struct act_job){.kind = ACT_EVENT, .run = write_one}));
	struct act_job last = {
		.kind = ACT_EVENT, .run = write_one, .done = take_bell_away, .context = &words};
	world_must(committer_run(office.committer, last));
	world_must(committer_run(office.committer, (struct act_job){.kind = ACT_EVENT, .run = write_one}));
	cr_assert(office.rings == 1, "%d", (int)office.rings);
}

/* ---- while it rings ---- */

static void ring_long(void *context)
{
	struct office *office = context;
	int64_t until_ms = clock_monotonic_ms() + RINGING_MS;
	office->rings++;
	while (!office->taken && clock_monotonic_ms() < until_ms)
		clock_sleep_ms(1);
	office->heard_late = office->taken;
}

static void *take_it_while_it_rings(void *context)
{
	struct office *office = context;
	while (office->rings == 0)
		clock_sleep_ms(1);
	committer_set_bell(office->committer, (struct bell){0});
	office->taken = true;
	return NULL;
}

Test(committer_bell, taking_it_away_waits_until_it_is_silent)
{
	scoped(office) office;
	pthread_t owner;
	office_make(&office);
	committer_set_bell(office.committer, (struct bell){&office, ring_long});
	cr_assert(pthread_create(&owner, NULL, take_it_while_it_rings, &office) == 0);
	world_must(committer_run(office.committer, (struct act_job){.kind = ACT_EVENT, .run = write_one}));
	pthread_join(owner, NULL);
	cr_assert(office.rings == 1 && office.taken && !office.heard_late);
}
