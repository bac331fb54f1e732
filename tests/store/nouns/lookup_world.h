/* SPDX-License-Identifier: Apache-2.0 */
/* lookup_world - a store with a row of each kind that has to be listed somewhere, what a check finds in it, and entries that are
 * changed by hand. Whatever fails ends the test. */
#pragma once

#include "store/nouns/lookup_check.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

enum { LOOKUP_VALUE_BYTES = 1024, LOOKUP_SEALED_MAX = 64 * 1024 };

/* lookup_world_make - a new store; its tenant is world_tenant(1), its rows are world_thing(1) to (13). Owns: as world_make. */
void lookup_world_make(struct world *world);

/* lookup_world_perform - one act. */
void lookup_world_perform(
	struct world *world, fallible (*run)(struct act *act, void *context), void *context);

/* lookup_world_look - all that is to be looked at, each step in a snapshot of its own. */
struct check_report lookup_world_look(struct world *world);

/* Parts of it, to be put once more otherwise: inside an act. The credential is archived then; ms 0: it is active. */
struct person;
fallible lookup_world_put_person(struct act *act, const struct person *person);
struct person lookup_world_person(void);
fallible lookup_world_put_credential(struct act *act, struct id id, struct instant archived);

/* ---- by hand ---- */

struct lookup_entry {
	uint8_t key[KV_KEY_MAX];
	size_t key_len;
	uint8_t value[LOOKUP_VALUE_BYTES];
	size_t value_len;
};

/* lookup_world_entry - of a map, by its number; false behind the last. */
bool lookup_world_entry(struct world *world, enum table table, size_t number, struct lookup_entry *entry);
void lookup_world_write(struct world *world, enum table table, const struct lookup_entry *entry);
void lookup_world_drop(struct world *world, enum table table, const struct lookup_entry *entry);

static inline struct span lookup_entry_key(const struct lookup_entry *entry)
{
	return span_of(entry->key, entry->key_len);
}
