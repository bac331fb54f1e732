/* SPDX-License-Identifier: Apache-2.0 */
/* keeper_world - a keeper in a directory of its own: two tenants; Anna, Boris and a client belong to the
 * first. Whatever fails ends the test. */
#pragma once

#include "crypto/slot.h"
#include "server/keeper/keeper.h"
#include "store/keyring.h"
#include "tests/support/temp_dir.h"

static const uint8_t KEEPER_SECRET[SLOT_SECRET] = {42};
static const struct instant KEEPER_NOON = {1795262400000}; /* 2026-11-21 */
static const struct id KEEPER_TENANT = {{1}}, KEEPER_OTHER_TENANT = {{2}};
static const struct subject KEEPER_ANNA = {SUBJECT_PERSON, {{3}}}, KEEPER_BORIS = {SUBJECT_PERSON, {{4}}};
static const struct subject KEEPER_CLIENT = {SUBJECT_CLIENT, {{5}}};

struct keeper_world {
	struct temp_dir dir;
	struct secret_arena *arena;
	struct keeper *keeper;
	const struct keys *keys;
};

/* keeper_world_make - the clock stands at KEEPER_NOON. Owns: scoped(keeper_world). */
void keeper_world_make(struct keeper_world *world);
void keeper_world_done(struct keeper_world *world);

/* keeper_world_begin - the directory and an arena of so many bytes, and no keeper yet. */
void keeper_world_begin(struct keeper_world *world, size_t arena_bytes);

/* keeper_world_close, keeper_world_reopen - what a restart does, once an act has come for each new key. keeper_world_try_open - may fail. */
void keeper_world_close(struct keeper_world *world);
void keeper_world_reopen(struct keeper_world *world);
fallible keeper_world_try_open(struct keeper_world *world, struct span unseal, bool create);

/* keeper_world_open_keyring - what lies on the disk, behind the keeper's back: the keeper is closed. */
struct keyring *keeper_world_open_keyring(struct keeper_world *world);

/* keeper_world_must - end the test if it failed. */
void keeper_world_must(struct err err);
