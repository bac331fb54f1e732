/* SPDX-License-Identifier: Apache-2.0 */
/* world - open, fill and remove. */
#include "tests/support/world.h"

#include "policies/actions.h"
#include "store/index/fold.h"
#include "store/index/mount.h"
#include "tests/support/fake_keys.h"

#include <stdio.h>
#include <stdlib.h>

enum { EVENTS_AN_ACT = 100, ACTORS = 12, CLIENTS = 6, OBJECTS = 40, DEVICES = 8, PART_BYTES = 96 };

void world_must(struct err err)
{
	if (!err_failed(err))
		return;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

void world_make(struct world *world, const struct kv_backend *backend, size_t fold_rows)
{
	*world = (struct world){.dir = temp_dir_make(), .lock = -1};
	world->ask = (struct mount_ask){.directory = world->dir.path,
		.backend = backend,
		.keys = fake_keys_table(),
		.fold_rows = fold_rows,
		.create = true};
	world_open(world);
	world->ask.create = false;
}

void world_done(struct world *world)
{
	world_close(world);
	temp_dir_done(&world->dir);
}

void world_close(struct world *world)
{
	volume_close(&world->volume);
	if (world->lock >= 0)
		volume_unlock(world->lock);
	world->lock = -1;
}

fallible world_try_open(struct world *world)
{
	world->ask.directory = world->dir.path;
	TRY(volume_lock(world->dir.path, &world->lock));
	return mount_open(&world->ask, &world->volume);
}

void world_open(struct world *world)
{
	world_must(world_try_open(world));
}

static struct id id_of(uint64_t seed)
{
	struct dice dice = {seed};
	struct id id;
	dice_fill(&dice, id.bytes, sizeof id.bytes);
	return id;
}

struct id world_tenant(unsigned number)
{
	return id_of(UINT64_C(0x7e0000) + number);
}

struct id world_thing(unsigned number)
{
	return id_of(UINT64_C(0x717000000) + number);
}

/* Sealed bytes say nothing, so any will do. */
static struct span part_bytes(void)
{
	static const uint8_t RECORD[PART_BYTES] = {1};
	return SPAN_BYTES(RECORD);
}

struct leaf world_leaf(struct dice *dice)
{
	struct leaf leaf = {.source = LEAF_APPLICATION, .actor = LEAF_PERSON, .part_count = 1};
	const struct action_row *action = action_row(1 + (enum action)dice_below(dice, ACTION_COUNT - 1));
	dice_fill(dice, leaf.event.bytes, sizeof leaf.event.bytes);
	leaf.time.ms = 1700000000000 + (int64_t)dice_below(dice, 1000000);
	leaf.action = action->code;
	leaf.outcome = (enum leaf_outcome)dice_below(dice, LEAF_FAILED + 1);
	leaf.severity = (uint8_t)action->severity;
	leaf.ids[LEAF_ID_ACTOR] = world_thing((unsigned)dice_below(dice, ACTORS));
	if (dice_below(dice, 3) > 0)
		leaf.ids[LEAF_ID_CLIENT] = world_thing(100 + (unsigned)dice_below(dice, CLIENTS));
	if (dice_below(dice, 8) == 0)
		leaf.ids[LEAF_ID_IN_PLACE_OF] = world_thing((unsigned)dice_below(dice, ACTORS));
	if (dice_below(dice, 2) == 0)
		leaf.ids[LEAF_ID_OBJECT] = world_thing(200 + (unsigned)dice_below(dice, OBJECTS));
	if (dice_below(dice, 4) > 0)
		leaf.ids[LEAF_ID_DEVICE] = world_thing(300 + (unsigned)dice_below(dice, DEVICES));
	leaf.flags = action->critical ? LEAF_CRITICAL : 0;
	leaf.parts[0] = (struct leaf_part){PART_ACTOR, part_bytes()};
	return leaf;
}

fallible world_perform(struct world *world, struct act_job job)
{
	struct act_batch batch;
	TRY(act_batch_open(&world->volume, clock_now(), &batch));
	struct err err = act_perform(&batch, &job);
	if (!err_failed(err))
		err = act_batch_commit(&batch);
	act_batch_done(&batch);
	return err;
}

struct putting {
	enum table table;
	struct span key, payload;
};

static fallible put_row(struct act *act, void *context)
{
	const struct putting *putting = context;
	return act_put(act, putting->table, putting->key, putting->payload);
}

void world_put_row(struct world *world, enum table table, struct span key, struct span payload)
{
	struct putting putting = {table, key, payload};
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_row, .context = &putting}));
}

struct run {
	struct world_event *events;
	size_t count;
};

static fallible add_run(struct act *act, void *context)
{
	const struct run *run = context;
	for (size_t i = 0; i < run->count; i++)
		TRY(act_add(act, run->events[i].tenant, &run->events[i].leaf, &run->events[i].receipt));
	return OK;
}

void world_append(struct world *world, struct world_event *events, size_t count)
{
	struct act_batch batch;
	world_must(act_batch_open(&world->volume, clock_now(), &batch));
	for (size_t at = 0; at < count; at += EVENTS_AN_ACT) {
		struct run run = {events + at, count - at < EVENTS_AN_ACT ? count - at : EVENTS_AN_ACT};
		struct act_job job = {.kind = ACT_EVENT, .run = add_run, .context = &run};
		world_must(act_perform(&batch, &job));
	}
	world_must(act_batch_commit(&batch));
	act_batch_done(&batch);
}

void world_grow(struct world *world, struct dice *dice, unsigned tenants, size_t count)
{
	struct world_event *events = calloc(count, sizeof *events);
	if (!events)
		abort();
	for (size_t i = 0; i < count; i++)
		events[i] = (struct world_event){.tenant = world_tenant((unsigned)dice_below(dice, tenants)),
			.leaf = world_leaf(dice)};
	world_append(world, events, count);
	free(events);
}

void world_fold(struct world *world)
{
	while (tail_count(world->volume.tail) > 0)
		world_must(fold_once(&world->volume));
}
