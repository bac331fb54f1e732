/* SPDX-License-Identifier: Apache-2.0 */
/* factor - what a person proves who they are with: an authenticator app (TOTP), a token that counts (HOTP), or an address
 * that gets codes.
 *
 * Source: docs/formats.md "factor". */
#pragma once

#include "base/arena.h"
#include "crypto/totp.h"
#include "store/nouns/noun.h"

enum {
	FACTOR_LABEL_MAX = 100,
	FACTOR_ADDRESS_MAX = 254,
	FACTOR_TRIES = 5, /* of confirming it */
	FACTOR_MAX = 10,  /* of one person, whatever their state */
	FACTOR_PENDING_MS = 60 * 60 * 1000,
	FACTOR_CODE_MS = 10 * 60 * 1000,
	FACTOR_DRIFT_MAX = 10, /* steps by which a device's clock may be off */
};

/* Stored numbers: never renumber. */
enum factor_type { FACTOR_TOTP = 1, FACTOR_EMAIL = 2, FACTOR_HOTP = 3 };
enum { FACTOR_TYPES = 4 }; /* the highest, and one */
enum factor_state { FACTOR_PENDING = 0, FACTOR_ACTIVE = 1, FACTOR_ENDED = 2 };

/* Who stood behind the start of a factor. */
enum factor_vouch {
	FACTOR_FIRST = 0,     /* nobody: only good while the person has no other */
	FACTOR_BY_WEAK = 1,   /* the person, by a factor that nobody vouched for either */
	FACTOR_BY_PROVEN = 2, /* the person, proven */
};

struct factor {
	struct id tenant;
	struct id id;
	struct id person;
	enum factor_type type;
	enum factor_state state;
	enum factor_vouch vouch;
	bool proven;   /* else: good for a plain login only (FOUNDATIONS 2) */
	uint8_t tries; /* wrong codes while pending */
	struct instant created;
	struct instant confirmed; /* ms 0 while pending */
	struct totp_shape shape;  /* TOTP, HOTP */
	uint64_t last_step;       /* TOTP, HOTP: no step up to this one is accepted again */
	int16_t drift; /* TOTP: half steps by which the device's clock is off, -2 * FACTOR_DRIFT_MAX to 2 * that */
	uint8_t code[HASH_BLAKE]; /* email, while pending: keyed hash of the mailed code */
	/* Both borrow from the view's transaction. */
	struct span texts; /* label and address, sealed under the person */
	struct span seed;  /* TOTP, HOTP: sealed by keeper_seal_seed; empty when ended */
	uint64_t version;
};

struct factor_texts {
	struct span label;
	struct span address; /* email */
};

/* factor_shows_codes - an app or a token, which has a seed; else one that is sent its codes. */
static inline bool factor_shows_codes(enum factor_type type)
{
	return type != FACTOR_EMAIL;
}

/* factor_type_name - "totp", "email", "hotp". factor_state_name - "pending", "active", "ended". */
const char *factor_type_name(enum factor_type type);
const char *factor_state_name(enum factor_state state);

/* factor_get - of a known person. factor_find - by its id alone. Fails: NOT_FOUND · FORGED · CORRUPT. */
fallible factor_get(
	const struct view *view, struct id tenant, struct id person, struct id id, struct factor *factor);
fallible factor_find(const struct view *view, struct id tenant, struct id id, struct factor *factor);

/* factor_next - a person's factors in the order of their ids; `after` none = from the first. False at the
 * end: check *err. */
bool factor_next(const struct view *view, struct id tenant, struct id person, struct id *after,
	struct factor *factor, struct err *err);

/* factor_put, factor_drop - inside an act; with the look-up by id. */
fallible factor_put(struct act *act, const struct factor *factor);
fallible factor_drop(struct act *act, const struct factor *factor);

/* factor_seal_texts - in prepare. factor_open_texts - into the arena; an erased person's are empty. */
fallible factor_seal_texts(const struct keys *keys, const struct factor *factor,
	const struct factor_texts *texts, struct buf *sealed);
fallible factor_open_texts(const struct keys *keys, const struct factor *factor, struct arena *arena,
	struct factor_texts *texts);

/* factor_seed_place - where its seed stands, for the keeper: a record can't be moved to another person or
 * factor. */
struct seal_context factor_seed_place(const struct factor *factor);

/* factor_step - the step that the device shows at an instant, as far as its clock is known; of a token that counts the one
 * behind the last that was used; at least TOTP_WINDOW. */
uint64_t factor_step(const struct totp_shape *shape, int drift, uint64_t last_step, struct instant now);

/* factor_learn - a code of `step` was right: that step and all before it are used, and the drift moves towards it by
 * half a step. So one code that was typed late does not move the window, and a clock that goes wrong takes it along. A token
 * that counts goes on behind the step. */
void factor_learn(struct factor *factor, uint64_t step, struct instant now);

/* factor_pending_ends - when one that is not confirmed may go. */
struct instant factor_pending_ends(const struct factor *factor);
