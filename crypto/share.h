/* SPDX-License-Identifier: Apache-2.0 */
/* share - one holder's part of a secret, as a text that is printed, kept in a safe and typed in again.
 *
 * The text has a checksum against slips of the pen, and each share a keyed check that whoever combines keeps beside
 * the set: a share that is wrong, or of another set, is named before anything is combined. No branch and no look-up
 * depends on what the share hides. Source: docs/formats.md "share". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "crypto/shamir.h"

enum {
	SHARE_SET = 7,    /* bytes that a set is known by */
	SHARE_CHECK = 16, /* bytes */
	SHARE_SET_MAX = SHARE_SET + 1 + SHAMIR_MOST * SHARE_CHECK,
	SHARE_TEXT = 93,        /* mn1- and 18 groups of four characters */
	SHARE_TYPED_MAX = 1024, /* with spaces, dashes and line breaks anywhere */
};

struct share {
	uint8_t set[SHARE_SET];    /* drawn, and the same in all shares of a set */
	uint8_t least;             /* that many bring the secret back; SHAMIR_LEAST to count */
	uint8_t count;             /* of the set; to SHAMIR_MOST */
	struct shamir_point point; /* x from 1 to count */
};

void share_done(struct share *share); /* wipes */

/* share_split - a new set. Fails: INPUT as shamir_split.
 *
 *   shares  count of them, set on success */
fallible share_split(
	const uint8_t secret[static SHAMIR_SECRET], size_t least, size_t count, struct share *shares);

/* share_print - as it is printed; the caller wipes it. */
void share_print(const struct share *share, char text[static SHARE_TEXT + 1]);

/* share_parse - what was typed: in either case, spaces, dashes and line breaks anywhere, I and L for 1, O for 0.
 *
 * Fails: INPUT it is no share, or a character of it is wrong. */
fallible share_parse(struct span typed, struct share *share);

/* share_check - what tells this share from every other and gives nothing of it away: a MAC under its own 32 bytes over
 * all that its text says in the clear. */
void share_check(const struct share *share, uint8_t check[static SHARE_CHECK]);

/* share_put_set - what is kept of a set, so that each of its shares is known again: its name, threshold and count, and
 * the checks of all shares. It hides nothing and gives no share away.
 *
 *   shares  all of the set, in the order of their places */
void share_put_set(const struct share *shares, struct buf *set);

/* share_read_set - threshold and count of a set. Fails: CORRUPT.
 * share_is_of - Fails: FORGED a share of another set, or a wrong one · CORRUPT. */
fallible share_read_set(struct span set, uint8_t *least, uint8_t *count);
fallible share_is_of(struct span set, const struct share *share);

/* share_combine - the secret. Fails: INPUT shares of different sets, fewer than needed, or one twice. */
fallible share_combine(const struct share *shares, size_t count, uint8_t secret[static SHAMIR_SECRET]);
