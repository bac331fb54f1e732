/* SPDX-License-Identifier: Apache-2.0 */
/* log_names - what the ids of events are called today: names are looked up when the log is read, never stored
 * in it. */
#pragma once

#include "base/arena.h"
#include "store/noun.h"

struct log_name {
	struct id id;
	struct span name; /* empty: nobody has it any more, or it was erased */
	struct span ref;
};

/* The names of one call, each looked up once. */
struct log_names {
	struct id tenant;
	struct arena *arena;
	struct log_name **slots; /* open addressing; in the arena */
	size_t count;
};

/* log_names_init - Fails: NO_MEMORY. */
fallible log_names_init(struct log_names *names, struct id tenant, struct arena *arena);

/* log_names_* - the name of an id, in the arena; an unknown one has empty texts. Fails: CORRUPT · BUSY ·
 * NO_MEMORY. */
fallible log_names_person(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name);
fallible log_names_client(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name);
fallible log_names_application(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name);
