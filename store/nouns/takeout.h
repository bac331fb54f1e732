/* SPDX-License-Identifier: Apache-2.0 */
/* takeout - a client's credentials leave in one file: asked for by one person, approved by another one, taken once, in time.
 * Source: docs/formats.md "takeout". */
#pragma once

#include "base/arena.h"
#include "crypto/age.h"
#include "store/nouns/noun.h"

enum {
	TAKEOUT_PURPOSE_MAX = 500,
	TAKEOUT_WAITS_MS = 72 * 60 * 60 * 1000, /* to be approved */
	TAKEOUT_OPEN_MS = 24 * 60 * 60 * 1000,  /* to be taken */
};

/* Stored numbers: never renumber. */
enum takeout_state {
	TAKEOUT_REQUESTED = 0,
	TAKEOUT_APPROVED = 1,
	TAKEOUT_TAKEN = 2,
	TAKEOUT_REFUSED = 3,
	TAKEOUT_CANCELLED = 4,
	TAKEOUT_LAPSED = 5, /* nobody approved it, or took it, in time */
	TAKEOUT_STATE_COUNT
};

/* What the file is, under its seal. Stored numbers: never renumber. */
enum takeout_format { TAKEOUT_BITWARDEN = 0, TAKEOUT_KEEPASS = 1, TAKEOUT_FORMAT_COUNT };

struct takeout {
	struct id tenant;
	struct id id;
	struct id client;
	enum takeout_state state;
	enum takeout_format format;
	struct id requester;
	struct id decider; /* who approved or refused it; none */
	struct instant created;
	struct instant until;             /* of its state: to be approved, or taken, by then */
	struct instant ended;             /* ms 0 = not yet */
	uint32_t count;                   /* of credentials: asked for; of a taken one those in the file */
	uint8_t recipient[AGE_RECIPIENT]; /* whom it is sealed to */
	uint64_t bytes;                   /* of the file; 0 = there is none */
	uint8_t sha256[HASH_SHA256];      /* of the file */
	struct span purpose;              /* sealed under the client */
	uint64_t version;
};

/* takeout_get - the purpose lies in the arena; empty once the client was erased. Fails: NOT_FOUND · FORGED · CORRUPT ·
 * NO_MEMORY. */
fallible takeout_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct takeout *takeout);

/* takeout_seal - the sealed purpose, in prepare. takeout_add - a new row, in the act. takeout_change - put back what the act
 * has read and changed; the purpose stays as it is. */
fallible takeout_seal(const struct keys *keys, const struct takeout *takeout, struct buf *sealed);
fallible takeout_add(struct act *act, const struct takeout *takeout, struct span sealed);
fallible takeout_change(struct act *act, const struct takeout *takeout);

/* takeout_next - walk a tenant's, in the order of their ids. False at the end: check *err. */
bool takeout_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct takeout *takeout, struct err *err);

/* takeout_is_open - whether it still waits for somebody: to be approved, or taken. */
bool takeout_is_open(const struct takeout *takeout, struct instant now);

/* takeout_state_name - "approved". Static. takeout_format_name, takeout_format_find - "bitwarden-json". */
const char *takeout_state_name(enum takeout_state state);
const char *takeout_format_name(enum takeout_format format);
bool takeout_format_find(struct span word, enum takeout_format *format);
