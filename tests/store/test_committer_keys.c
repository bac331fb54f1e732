/* SPDX-License-Identifier: Apache-2.0 */
/* test_committer_keys - an act may lean on a key that was drawn a moment ago: the key is durable first, and where it cannot be, the
 * act is not either. */
#include "store/committer.h"

#include "tests/support/fake_keys.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>

/* A keeper that can be made to fail, and a disk that is looked at when its keys are saved. */
static _Atomic enum err_kind failing_as = ERR_NONE;
static atomic_uint commits, saves, commits_before_keys;

static struct err save_new(void *keeper)
{
	(void)keeper;
	commits_before_keys = commits;
	saves++;
	if (failing_as == ERR_NONE)
		return OK;
	return failing_as == ERR_FULL ? FAIL(FULL, "there is no room for a key")
				      : FAIL(IO, "a key cannot be written");
}

static struct err count_commit(struct kv_txn *txn)
{
	commits += txn->writes;
	return kv_mem.commit(txn);
}

static void no_fatal(void *context, struct err err)
{
	(void)context;
	(void)err;
	abort();
}

struct office {
	struct kv_backend backend;
	struct keys keys;
	struct world world;
	struct committer *committer;
};

static void office_make(struct office *office)
{
	office->backend = kv_mem;
	office->backend.commit = count_commit;
	office->keys = *fake_keys_table();
	office->keys.save_new = save_new;
	world_make(&office->world, &office->backend, 0);
	office->world.volume.keys = &office->keys;
	world_must(
		committer_open(&office->world.volume, (struct alarm){.tell = no_fatal}, &office->committer));
	failing_as = ERR_NONE;
	commits = saves = commits_before_keys = 0;
}

static void office_done(struct office *office)
{
	committer_close(office->committer);
	world_done(&office->world);
}

static fallible add_one(struct act *act, void *context)
{
	struct dice dice = {act->sequence};
	struct leaf leaf = world_leaf(&dice);
	return act_add(act, world_tenant(0), &leaf, context);
}

static struct err run_one(struct office *office, struct receipt *receipt)
{
	return committer_run(office->committer, (struct act_job){.run = add_one, .context = receipt});
}

Test(committer_keys, are_durable_before_the_act_that_leans_on_them)
{
	scoped(office) office = {0};
	struct receipt receipt;
	office_make(&office);
	world_must(run_one(&office, &receipt));
	cr_assert(saves == 1 && commits == 1 && commits_before_keys == 0);
	world_must(run_one(&office, &receipt));
	cr_assert(saves == 2 && commits == 2 && commits_before_keys == 1);
}

/* The server goes on in both cases: the act is answered, and nothing of it is on the disk. */
static void fail_and_recover(enum err_kind kind)
{
	scoped(office) office = {0};
	struct receipt receipt;
	office_make(&office);
	failing_as = kind;
	cr_assert(run_one(&office, &receipt).kind == kind);
	cr_assert(commits == 0 && office.world.volume.head.sequence == 0);
	cr_assert(tail_count(office.world.volume.tail) == 0);
	failing_as = ERR_NONE;
	world_must(run_one(&office, &receipt));
	cr_assert(commits == 1 && receipt.sequence == 1 && receipt.index == 0);
}

Test(committer_keys, without_room_leave_nothing_of_the_act)
{
	fail_and_recover(ERR_FULL);
}

Test(committer_keys, that_cannot_be_written_leave_nothing_of_the_act)
{
	fail_and_recover(ERR_IO);
}
