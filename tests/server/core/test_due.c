/* SPDX-License-Identifier: Apache-2.0 */
/* test_due - everything that is due is looked at, whatever becomes of the others. */
#include "server/core/due.h"

#include "tests/support/fake_clock.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOOKS_MAX = 2 * DUE_AT_ONCE };

static const enum expiry_kind KIND = EXPIRY_TAKEOUT, OTHERS = EXPIRY_HANDOVER;

/* Looks go through here: which were made, and what the one at this thing is to fail with. */
static struct {
	unsigned seen[LOOKS_MAX];
	size_t count;
	unsigned failing;
	struct err err;
	bool drops_first; /* before it fails */
} looks;

struct scene {
	struct world world;
	struct server server;
};

static void stop(void *context, struct err why)
{
	(void)context;
	fprintf(stderr, "%s\n", why.why);
	abort();
}

static void scene_open(struct scene *scene)
{
	memset(&looks, 0, sizeof looks);
	world_make(&scene->world, &kv_mem, 0);
	scene->server.volume = scene->world.volume;
	world_must(committer_open(
		&scene->server.volume, (struct alarm){.tell = stop}, &scene->server.committer));
}

static void scene_done(struct scene *scene)
{
	committer_close(scene->server.committer);
	world_done(&scene->world);
}

static fallible put(struct act *act, void *context)
{
	return expiry_put(act, context);
}

static void queue(struct scene *scene, enum expiry_kind kind, unsigned thing, int64_t in_ms)
{
	struct expiry entry = {
		kind, {clock_now().ms + in_ms}, world_tenant(1), {{(uint8_t)(thing >> 8), (uint8_t)thing}}};
	world_must(committer_run(scene->server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &entry}));
}

static fallible look(const struct server *server, const struct expiry *due, struct instant now)
{
	unsigned thing = (unsigned)due->id.bytes[0] << 8 | due->id.bytes[1];
	cr_assert(due->at.ms <= now.ms && looks.count < LOOKS_MAX);
	looks.seen[looks.count++] = thing;
	if (thing != looks.failing || !err_failed(looks.err))
		return due_drop(server, due);
	if (looks.drops_first)
		TRY(due_drop(server, due));
	return looks.err;
}

static struct err turn(struct scene *scene, size_t *done)
{
	looks.count = 0;
	return due_turn(&scene->server, KIND, clock_now(), look, done);
}

static void fails(unsigned thing, struct err err)
{
	looks.failing = thing;
	looks.err = err;
}

static bool saw(size_t count, const unsigned *things)
{
	return looks.count == count && memcmp(looks.seen, things, count * sizeof *things) == 0;
}

#define SAW(...) saw(sizeof((unsigned[]){__VA_ARGS__}) / sizeof(unsigned), (unsigned[]){__VA_ARGS__})

Test(due, what_is_due_is_looked_at_once_in_the_order_of_the_times_and_nothing_else)
{
	scoped(scene) scene = {0};
	size_t done;
	scene_open(&scene);
	queue(&scene, KIND, 1, -1);
	queue(&scene, KIND, 2, -2);
	queue(&scene, KIND, 3, 1);
	queue(&scene, OTHERS, 4, -3);
	world_must(turn(&scene, &done));
	cr_assert(SAW(2, 1) && done == 2);
	world_must(turn(&scene, &done));
	cr_assert(looks.count == 0 && done == 0);
	fake_clock_pass(1);
	world_must(turn(&scene, &done));
	cr_assert(SAW(3) && done == 1);
}

Test(due, one_that_fails_holds_up_nobody_and_is_looked_at_again_a_little_later)
{
	scoped(scene) scene = {0};
	size_t done;
	scene_open(&scene);
	queue(&scene, KIND, 1, -2);
	queue(&scene, KIND, 2, -1);
	fails(1, FAIL(CORRUPT, "a record is damaged"));
	cr_assert(turn(&scene, &done).kind == ERR_CORRUPT);
	cr_assert(SAW(1, 2) && done == 2);
	fake_clock_pass(DUE_AGAIN_MS - 1);
	world_must(turn(&scene, &done));
	cr_assert(looks.count == 0);
	fake_clock_pass(1);
	cr_assert(turn(&scene, &done).kind == ERR_CORRUPT && SAW(1));
	fails(1, OK);
	fake_clock_pass(DUE_AGAIN_MS);
	world_must(turn(&scene, &done));
	cr_assert(SAW(1));
	fake_clock_pass(DUE_AGAIN_MS);
	world_must(turn(&scene, &done));
	cr_assert(looks.count == 0);
}

Test(due, of_several_that_fail_the_first_is_told)
{
	scoped(scene) scene = {0};
	size_t done;
	scene_open(&scene);
	for (unsigned i = 0; i < 3; i++)
		queue(&scene, KIND, 7, -3 + (int)i);
	fails(7, FAIL(IO, "a disk"));
	cr_assert(turn(&scene, &done).kind == ERR_IO && SAW(7, 7, 7));
}

Test(due, what_the_moment_is_to_blame_for_is_the_first_of_the_next_turn)
{
	scoped(scene) scene = {0};
	const struct err moments[] = {FAIL(BUSY, "too much to do"), FAIL_CODE(STALE, "a row changed")};
	size_t done;
	scene_open(&scene);
	queue(&scene, KIND, 1, -2);
	queue(&scene, KIND, 2, -1);
	for (size_t i = 0; i < 2; i++) {
		fails(1, moments[i]);
		cr_assert(turn(&scene, &done).kind == moments[i].kind && SAW(1));
	}
	fails(1, OK);
	world_must(turn(&scene, &done));
	cr_assert(SAW(1, 2));
}

Test(due, what_somebody_else_has_done_meanwhile_is_no_failure_and_what_failed_after_it_is)
{
	scoped(scene) scene = {0};
	size_t done;
	scene_open(&scene);
	looks.drops_first = true;
	queue(&scene, KIND, 1, -2);
	queue(&scene, KIND, 2, -1);
	fails(1, FAIL(NOT_FOUND, "the entry is gone"));
	world_must(turn(&scene, &done));
	cr_assert(SAW(1, 2));
	queue(&scene, KIND, 1, -2);
	fails(1, FAIL(IO, "a disk"));
	cr_assert(turn(&scene, &done).kind == ERR_IO);
	fake_clock_pass(DUE_AGAIN_MS);
	world_must(turn(&scene, &done));
	cr_assert(looks.count == 0);
}

Test(due, an_entry_whose_record_is_gone_for_ever_is_told_and_holds_up_nobody)
{
	scoped(scene) scene = {0};
	size_t done;
	scene_open(&scene);
	queue(&scene, KIND, 1, -2);
	queue(&scene, KIND, 2, -1);
	fails(1, FAIL(NOT_FOUND, "there is no such record"));
	cr_assert(turn(&scene, &done).kind == ERR_NOT_FOUND && SAW(1, 2));
}

Test(due, a_turn_ends_after_so_many)
{
	scoped(scene) scene = {0};
	size_t done;
	scene_open(&scene);
	for (unsigned i = 0; i < DUE_AT_ONCE + 1; i++)
		queue(&scene, KIND, i, -1);
	world_must(turn(&scene, &done));
	cr_assert(done == DUE_AT_ONCE && looks.count == DUE_AT_ONCE);
	world_must(turn(&scene, &done));
	cr_assert(SAW(DUE_AT_ONCE));
}

Test(due, a_volume_that_takes_no_writes_leaves_all_for_later)
{
	scoped(scene) scene = {0};
	size_t done;
	scene_open(&scene);
	queue(&scene, KIND, 1, -1);
	scene.server.volume.read_only = true;
	world_must(turn(&scene, &done));
	cr_assert(looks.count == 0 && done == 0);
	scene.server.volume.read_only = false;
	world_must(turn(&scene, &done));
	cr_assert(SAW(1));
}

/* ---- many in one act ---- */

static fallible sweep(struct act *act, size_t max, struct due_round *round)
{
	struct err err = OK;
	while (round->done < max && !err_failed(err = due_sweep_next(act, KIND, round))) {
		unsigned thing = (unsigned)round->at.id.bytes[0] << 8 | round->at.id.bytes[1];
		cr_assert(looks.count < LOOKS_MAX);
		looks.seen[looks.count++] = thing;
		if (thing == looks.failing && err_failed(looks.err))
			return looks.err;
		due_sweep_did(round);
	}
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static struct err sweep_turn(struct scene *scene, size_t *done)
{
	looks.count = 0;
	return due_sweep_turn(&scene->server, sweep, done);
}

Test(due, one_that_is_damaged_takes_its_act_with_it_and_the_others_are_swept)
{
	scoped(scene) scene = {0};
	size_t done;
	scene_open(&scene);
	for (unsigned i = 1; i <= 4; i++)
		queue(&scene, KIND, i, (int64_t)i - 5);
	fails(3, FAIL(FORGED, "a row was changed by hand"));
	cr_assert(sweep_turn(&scene, &done).kind == ERR_FORGED, "and it is told");
	cr_assert(done == 3 && SAW(1, 2, 3, 1, 2, 4), "what the act had done is done again");
	fake_clock_pass(DUE_AGAIN_MS);
	world_must(sweep_turn(&scene, &done));
	cr_assert(looks.count == 0, "what is damaged is not whole a minute later");
	fake_clock_pass(DUE_DAMAGED_MS);
	cr_assert(sweep_turn(&scene, &done).kind == ERR_FORGED && SAW(3));
	fake_clock_pass(DUE_DAMAGED_MS);
	looks.err = OK;
	world_must(sweep_turn(&scene, &done));
	cr_assert(done == 1 && SAW(3));
}

Test(due, a_sweep_without_anything_due_commits_nothing)
{
	scoped(scene) scene = {0};
	struct committer_counts before, after;
	size_t done;
	scene_open(&scene);
	queue(&scene, KIND, 1, 1000);
	committer_count(scene.server.committer, &before);
	world_must(sweep_turn(&scene, &done));
	committer_count(scene.server.committer, &after);
	cr_assert(done == 0 && looks.count == 0 && after.dropped == before.dropped + 1);
	scene.server.volume.read_only = true;
	fake_clock_pass(1000);
	world_must(sweep_turn(&scene, &done));
	cr_assert(looks.count == 0, "a volume that takes no writes leaves it for later");
}

/* ---- what stands in no queue ---- */

/* So much is to be done, and so it fails, or is damaged. */
static struct {
	size_t left, acts;
	struct err err, damaged;
} work;

static fallible do_work(struct act *act, size_t max, struct swept *swept)
{
	(void)act;
	work.acts++;
	*swept = (struct swept){.done = work.left < max ? work.left : max};
	TRY(work.err);
	work.left -= swept->done;
	return err_failed(work.damaged) ? swept_over(swept, work.damaged) : OK;
}

static struct err work_turn(struct scene *scene, size_t left, struct instant *told, size_t *done)
{
	work.left = left;
	work.acts = 0;
	return due_job_turn(&scene->server, do_work, told, done);
}

Test(due, a_job_goes_on_until_there_is_nothing_left)
{
	scoped(scene) scene = {0};
	struct instant told = {0};
	size_t done;
	scene_open(&scene);
	world_must(work_turn(&scene, DUE_SWEPT_AT_ONCE + 1, &told, &done));
	cr_assert(done == DUE_SWEPT_AT_ONCE + 1 && work.acts == 2);
	world_must(work_turn(&scene, 0, &told, &done));
	cr_assert(done == 0 && work.acts == 1);
	scene.server.volume.read_only = true;
	world_must(work_turn(&scene, 1, &told, &done));
	cr_assert(done == 0 && work.acts == 0, "a volume that takes no writes leaves it for later");
}

Test(due, a_job_that_meets_a_damaged_row_does_the_others_and_says_so_once_a_day)
{
	scoped(scene) scene = {0};
	struct instant told = {0};
	size_t done;
	scene_open(&scene);
	work.damaged = FAIL(FORGED, "a row was changed by hand");
	cr_assert(work_turn(&scene, 3, &told, &done).kind == ERR_FORGED && done == 3, "%zu", done);
	world_must(work_turn(&scene, 2, &told, &done));
	cr_assert(done == 2, "said already, and the others are done");
	fake_clock_pass(DUE_DAMAGED_MS - 1);
	world_must(work_turn(&scene, 0, &told, &done));
	fake_clock_pass(1);
	cr_assert(work_turn(&scene, 0, &told, &done).kind == ERR_FORGED,
		"also when nothing else is to be done");
	work.damaged = OK;
	world_must(work_turn(&scene, 1, &told, &done));
}

Test(due, a_job_that_fails_says_so_each_time_but_for_damage)
{
	scoped(scene) scene = {0};
	struct instant told = {0};
	size_t done;
	scene_open(&scene);
	work.err = FAIL(BUSY, "sealed");
	for (int i = 0; i < 2; i++)
		cr_assert(work_turn(&scene, 1, &told, &done).kind == ERR_BUSY && done == 0);
	work.err = FAIL(CORRUPT, "a record has an unknown version");
	cr_assert(work_turn(&scene, 1, &told, &done).kind == ERR_CORRUPT && done == 0);
	world_must(work_turn(&scene, 1, &told, &done));
	cr_assert(done == 0);
}
