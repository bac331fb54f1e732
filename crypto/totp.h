/* SPDX-License-Identifier: Apache-2.0 */
/* totp - which codes of RFC 6238 and RFC 4226 count: length first, every step of the window computed, compared in constant time
 * without an early exit, steps that go only forward.
 *
 * A token that counts (HOTP) has a step as well: its counter and one, so that step 0 stands for "none was used" and the last
 * step that was used is the counter that comes next. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

enum totp_algorithm { TOTP_SHA1 = 1, TOTP_SHA256 = 2, TOTP_SHA512 = 3 };

enum {
	TOTP_SEED_MIN = 16,      /* bytes, of a factor that opens something here: RFC 4226, section 4, R6 */
	TOTP_SEED_KEPT_MIN = 10, /* of an account elsewhere: many sites give out 16 letters of base32 */
	TOTP_SEED_MAX = 64,
	TOTP_SEED_OURS = 20, /* bytes that we draw */
	TOTP_DIGITS_MAX = 8,
	TOTP_PERIOD_MIN_S = 15,
	TOTP_PERIOD_MAX_S = 120,
	TOTP_WINDOW = 1, /* steps before and after the current one */
	TOTP_AHEAD = 5,  /* of a token that counts: codes that are looked at from the next one on */
	TOTP_CANDIDATES = TOTP_WINDOW + TOTP_AHEAD,
	TOTP_RUN_MAX = 42,
};

struct totp_shape {
	enum totp_algorithm algorithm;
	uint8_t digits;    /* 6 or 8 */
	uint16_t period_s; /* TOTP_PERIOD_MIN_S to TOTP_PERIOD_MAX_S; 0 = a token that counts */
};

/* The codes that are right around one instant, oldest step first. Wipe with totp_candidates_done. */
struct totp_candidates {
	uint64_t first_step;
	size_t count;
	char code[TOTP_CANDIDATES][TOTP_DIGITS_MAX + 1];
	uint8_t digits;
};

void totp_candidates_done(struct totp_candidates *candidates);

/* totp_counts - HOTP: its codes follow each other by the press of a button. */
static inline bool totp_counts(const struct totp_shape *shape)
{
	return shape->period_s == 0;
}

/* totp_step - the time step of an instant; not of a token that counts. */
uint64_t totp_step(const struct totp_shape *shape, struct instant at);

/* totp_compute - all codes of the window around a step; of a token that counts: the one before and TOTP_AHEAD from it on.
 * centre_step >= TOTP_WINDOW.
 * Fails: INVALID the seed is shorter than TOTP_SEED_MIN or the shape is not allowed. Cost: 3 HMACs, 6 of a token that counts. */
fallible totp_compute(const struct totp_shape *shape, struct span seed, uint64_t centre_step,
	struct totp_candidates *candidates);

/* totp_match - which step a typed code belongs to; compares with every candidate, in constant time.
 *
 *   digits  as text_code leaves them
 *   step    set when it returns true: the newest step with that code
 * A code of another length than the shape's never matches. */
bool totp_match(const struct totp_candidates *candidates, const char *digits, uint64_t *step);

/* The codes of steps that follow each other: where two typed ones stand tells how far a device's clock is off. Wipe
 * with totp_run_done. */
struct totp_run {
	uint64_t first_step;
	size_t count;
	char code[TOTP_RUN_MAX][TOTP_DIGITS_MAX + 1];
	uint8_t digits;
};

void totp_run_done(struct totp_run *run);

/* totp_compute_run - count, 2 to TOTP_RUN_MAX, codes from a step on. Fails: as totp_compute. Cost: count HMACs. */
fallible totp_compute_run(const struct totp_shape *shape, struct span seed, uint64_t first_step, size_t count,
	struct totp_run *run);

/* totp_match_pair - whether two codes, each as text_code leaves it, are those of a step and of the one behind it;
 * compares with every pair, in constant time.
 *
 *   after  the first code's step has to be later
 *   step   set when it returns true: the step of the second; the newest when there are several */
bool totp_match_pair(
	const struct totp_run *run, uint64_t after, const char *first, const char *second, uint64_t *step);

/* totp_code - the current code alone, for mode code; valid_s: whole seconds it stays right, at least 1. Fails: INVALID the seed is
 * shorter than TOTP_SEED_KEPT_MIN, the shape is not allowed, or a token that counts. */
fallible totp_code(const struct totp_shape *shape, struct span seed, struct instant now,
	char code[static TOTP_DIGITS_MAX + 1], int *valid_s);

/* totp_put_seed - base32 without padding, without tables or branches. */
void totp_put_seed(struct buf *out, struct span seed);

/* totp_put_uri - otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…&algorithm=…&digits=…&period=… (Key URI
 * Format); issuer and account are percent-encoded. */
void totp_put_uri(struct buf *out, const struct totp_shape *shape, struct span seed, struct span issuer,
	struct span account);

/* totp_parse - an otpauth URI or bare base32: shape (SHA1, 6, 30 where it is silent) and seed.
 * Fails: INVALID not one of them, a hotp URI, or outside the limits above. */
fallible totp_parse(struct span text, struct totp_shape *shape, struct buf *seed);

/* totp_parse_kept - the same of a seed that the vault keeps for an account elsewhere: TOTP_SEED_KEPT_MIN bytes at least. */
fallible totp_parse_kept(struct span text, struct totp_shape *shape, struct buf *seed);

/* totp_parse_device - a whole otpauth URI of either type, as an app exports it; nothing is said of what it leaves out but SHA1,
 * 6 digits, 30 seconds.
 *
 *   counter  of a token that counts: the one that comes next; else 0
 *   account  appended to: the label without the issuer in front, percent-decoded; at most 512 bytes
 * Fails: INVALID as totp_parse, or a token that counts has no counter. */
fallible totp_parse_device(
	struct span text, struct totp_shape *shape, uint64_t *counter, struct buf *seed, struct buf *account);
