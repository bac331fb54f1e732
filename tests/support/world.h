/* SPDX-License-Identifier: Apache-2.0 */
/* world - a volume of a test's own in a temporary directory, and events to fill it with. Whatever fails ends
 * the test. */
#pragma once

#include "store/act.h"
#include "store/index/mount.h"
#include "store/volume.h"
#include "tests/support/dice.h"
#include "tests/support/temp_dir.h"

struct world {
	struct temp_dir dir;
	struct mount_ask ask; /* fold_rows and max_bytes may be changed between close and open */
	int lock;
	struct volume volume;
};

/* world_make - a new volume, open. backend: kv_lmdb or kv_mem (which forgets everything at world_close).
 * Owns: scoped(world). */
void world_make(struct world *world, const struct kv_backend *backend, size_t fold_rows);
void world_done(struct world *world);

/* world_close, world_open - what a restart does; nothing is folded at the end. world_try_open - may fail. */
void world_close(struct world *world);
void world_open(struct world *world);
fallible world_try_open(struct world *world);

/* world_tenant, world_thing - an id for a small number, the same in every run; order and numbers do not
 * agree. */
struct id world_tenant(unsigned number);
struct id world_thing(unsigned number);

/* world_leaf - an event like those of a real log: an action that exists, few actors and clients, a sealed
 * part (of bytes that no key opens). */
struct leaf world_leaf(struct dice *dice);

/* What one event is to be. */
struct world_event {
	struct id tenant;
	struct leaf leaf;
	struct receipt receipt; /* set when it is added */
};

/* world_append - add events, in acts of at most 100, in one batch. At most COMMITTER_BATCH_EVENTS. */
void world_append(struct world *world, struct world_event *events, size_t count);

/* world_grow - count random events over the first tenants, at random. */
void world_grow(struct world *world, struct dice *dice, unsigned tenants, size_t count);

/* world_perform - one act in a batch of its own, as the committer would: commits if it stands. */
fallible world_perform(struct world *world, struct act_job job);

/* world_put_row - a row whose payload no module wrote, or one of long ago. */
void world_put_row(struct world *world, enum table table, struct span key, struct span payload);

/* world_fold - until nothing waits; segments have at most fold_rows rows. */
void world_fold(struct world *world);

/* world_must - end the test if it failed. */
void world_must(struct err err);
