/* SPDX-License-Identifier: Apache-2.0 */
/* event - an event with all its words, and its way into a leaf: what is personal goes into sealed parts.
 *
 * prepare (any thread): event_seal draws the id and seals the parts. act: the decision fills the clear fields
 * of the draft, act_add numbers it. A draft whose act has to run again is sealed again: part keys are
 * single-use. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "crypto/leaf.h"
#include "policies/actions.h"
#include "policies/reasons.h"
#include "store/keys.h"
#include "store/log.h"

/* Who acted, on what, from where: all that can be said before the decision. */
struct event {
	enum action action;
	const struct action_row *declared; /* with ACTION_NONE: an action that the tenant declared */
	enum leaf_source source;
	enum leaf_outcome outcome;
	enum reason reason;
	struct instant time; /* ms 0 = when it is received */
	enum leaf_actor actor;
	struct id ids[LEAF_ID_COUNT];
	enum id_kind object_kind; /* of ids[LEAF_ID_OBJECT] */
	bool has_object_kind;
	bool object_is_person; /* of the tenant: object texts are sealed under that person */
	bool counted;
	bool proven;
	uint64_t count;
	/* Borrowed; ACTOR texts below LEAF_TEXT_OBJECT_TYPE, the others from there on. */
	struct span texts[LEAF_TEXT_COUNT];
};

/* A sealed event that waits for its decision. */
struct event_draft {
	struct leaf leaf; /* its records lie in the arena */
};

/* event_seal - draw an id, seal the parts, hash the words by which they are found. Actor texts go under the actor if that is a person, else under the
 * tenant's log key of the month; the others under the person who is the object, else the client, else the
 * actor, else the tenant (FOUNDATIONS 5).
 *
 *   now  for the id and the month
 * Fails: NOT_FOUND a subject's key is gone · BUSY sealed · TOO_LARGE · NO_MEMORY. */
fallible event_seal(const struct keys *keys, struct id tenant, const struct event *event, struct instant now,
	struct arena *arena, struct event_draft *draft);

/* event_decide - set what only the act knows. */
void event_decide(
	struct event_draft *draft, enum action action, enum leaf_outcome outcome, enum reason reason);

/* Which parts a reader may open (FOUNDATIONS 14). */
enum event_parts {
	EVENT_SEES_ACTOR = 1u << 0,
	EVENT_SEES_CLIENT = 1u << 1,
	EVENT_SEES_OBJECT = 1u << 2, /* the part of a person who is the object */
	EVENT_SEES_TENANT = 1u << 3,
	EVENT_SEES_ALL = EVENT_SEES_ACTOR | EVENT_SEES_CLIENT | EVENT_SEES_OBJECT | EVENT_SEES_TENANT,
};

/* An event as it is read back. */
struct event_read {
	struct leaf leaf;
	struct log_row row;
	const struct action_row *action;    /* NULL: declared by the tenant, or newer than this program */
	struct span texts[LEAF_TEXT_COUNT]; /* of the parts that could be opened; in the arena */
	unsigned erased;                    /* enum event_parts: the key of that part is gone */
	unsigned withheld;                  /* enum event_parts: left closed because of the reader's scope */
};

/* event_read - decode a row and open its parts.
 *
 *   sees  enum event_parts
 * Fails: CORRUPT the leaf · FORGED a part does not open though its key is there · BUSY sealed · NO_MEMORY. */
fallible event_read(const struct keys *keys, const struct log_row *row, unsigned sees, struct arena *arena,
	struct event_read *event);

/* event_read_parts - the same where the leaf of event->row is decoded already: row and leaf are there, the rest is
 * zeroed, and half set after a failure. */
fallible event_read_parts(
	const struct keys *keys, unsigned sees, struct arena *arena, struct event_read *event);

/* event_part_key - the key of one part of a leaf, to be shown with it: it opens nothing else (FOUNDATIONS 6).
 * Fails: NOT_FOUND it was erased · CORRUPT the record · BUSY sealed. */
fallible event_part_key(const struct keys *keys, struct id tenant, const struct leaf *leaf,
	const struct leaf_part *part, struct part_key *key);

/* event_sight - which of enum event_parts a part is. */
unsigned event_sight(enum part_kind kind);

/* event_month - the epoch of the tenant's log key at a time: year * 12 + month - 1, in UTC. */
uint32_t event_month(struct instant at);

struct words; /* store/words.h */

/* event_words - what a row of the log is found by: its parts are opened. What is erased, or does not open, has none. Fails as
 * words_of_texts. */
fallible event_words(
	const struct keys *keys, const struct log_row *row, struct arena *arena, const struct words **words);
