/* SPDX-License-Identifier: Apache-2.0 */
/* log_names - what the ids of events are called today: names are looked up when the log is read, never stored
 * in it. */
#pragma once

#include "base/arena.h"
#include "policies/actions.h"
#include "store/nouns/noun.h"

struct log_name {
	struct id id;
	struct span name; /* empty: nobody has it any more, or it was erased */
	struct span ref;
};

enum { LOG_NAMES_DECLARED = 64 };

/* The names of one call, each looked up once. */
struct log_names {
	struct id tenant;
	const struct action_row *declared[LOG_NAMES_DECLARED]; /* by code; the last one of a place */
	struct arena *arena;
	struct log_name **slots; /* open addressing; in the arena */
	size_t slot_count;       /* a power of two: at least twice as many as names */
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
fallible log_names_branch(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name);
fallible log_names_credential(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name);
fallible log_names_application(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name);

/* log_names_action - the row of an action that the tenant declared, by the code of a leaf: its name, and the class
 * that it had then. NULL when there is none. Fails likewise. */
fallible log_names_action(
	struct log_names *names, const struct view *view, uint16_t code, const struct action_row **row);
