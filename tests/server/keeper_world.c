/* SPDX-License-Identifier: Apache-2.0 */
/* keeper_world - make it, close it, look behind it. */
#include "tests/server/keeper_world.h"

#include "tests/support/fake_clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 1024 * 1024 };

void keeper_world_must(struct err err)
{
	if (!err_failed(err))
		return;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

fallible keeper_world_try_open(struct keeper_world *world, struct span unseal, bool create)
{
	const struct keeper_ask ask = {.backend = &kv_lmdb,
		.directory = world->dir.path,
		.unseal = {.kind = SLOT_KEY_FILE, .text = unseal},
		.arena = world->arena,
		.create = create};
	TRY(keeper_open(&ask, &world->keeper));
	world->keys = keeper_keys(world->keeper);
	return OK;
}

void keeper_world_close(struct keeper_world *world)
{
	if (world->keeper)
		keeper_world_must(world->keys->save_new(world->keeper));
	keeper_close(world->keeper);
	world->keeper = NULL;
}

void keeper_world_reopen(struct keeper_world *world)
{
	keeper_world_close(world);
	keeper_world_must(keeper_world_try_open(world, SPAN_BYTES(KEEPER_SECRET), false));
}

void keeper_world_begin(struct keeper_world *world, size_t arena_bytes)
{
	bool locked;
	*world = (struct keeper_world){.dir = temp_dir_make()};
	fake_clock_set(KEEPER_NOON);
	keeper_world_must(secret_setup());
	keeper_world_must(secret_arena_open(arena_bytes, SECRET_LOCK_WANTED, &world->arena, &locked));
}

void keeper_world_make(struct keeper_world *world)
{
	keeper_world_begin(world, ARENA_BYTES);
	keeper_world_must(keeper_world_try_open(world, SPAN_BYTES(KEEPER_SECRET), true));
	keeper_world_must(keeper_make_tenant(world->keeper, KEEPER_TENANT));
	keeper_world_must(keeper_make_tenant(world->keeper, KEEPER_OTHER_TENANT));
	keeper_world_must(keeper_make_subject(world->keeper, KEEPER_TENANT, &KEEPER_ANNA));
	keeper_world_must(keeper_make_subject(world->keeper, KEEPER_TENANT, &KEEPER_BORIS));
	keeper_world_must(keeper_make_subject(world->keeper, KEEPER_TENANT, &KEEPER_CLIENT));
}

void keeper_world_done(struct keeper_world *world)
{
	keeper_world_close(world);
	secret_arena_close(world->arena);
	temp_dir_done(&world->dir);
}

struct keyring *keeper_world_open_keyring(struct keeper_world *world)
{
	struct keyring *keyring = NULL;
	keeper_world_close(world);
	keeper_world_must(keyring_open(&kv_lmdb, world->dir.path, false, &keyring));
	return keyring;
}
