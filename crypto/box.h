/* SPDX-License-Identifier: Apache-2.0 */
/* box - seal a text to somebody's public key, so that whatever carries it sees ciphertext only. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/scoped.h"

enum { BOX_PUBLIC = 32, BOX_SECRET = 32, BOX_OVERHEAD = 48 };

/* The half that opens; box_key_done wipes it. */
struct box_key {
	uint8_t bytes[BOX_SECRET];
};

void box_key_done(struct box_key *key);

/* box_pair - draw a pair of X25519 keys. box_public - the half that belongs to a key. */
void box_pair(uint8_t public[static BOX_PUBLIC], struct box_key *key);
void box_public(const struct box_key *key, uint8_t public[static BOX_PUBLIC]);

/* box_seal_to - append an anonymous sealed box: an ephemeral public key, then the ciphertext and its tag.
 *
 *   public  an X25519 public key
 *   out     grows by BOX_OVERHEAD + plain.len
 * Fails: INVALID the key is a point of small order: whatever is sealed to it anybody can open · TOO_LARGE ·
 * NO_MEMORY. Nothing is appended then. Source: libsodium crypto_box_seal (X25519, XSalsa20-Poly1305; the
 * nonce is BLAKE2b of both public keys). */
fallible box_seal_to(const uint8_t public[static BOX_PUBLIC], struct span plain, struct buf *out);

/* box_open - append what was sealed to the key's public half.
 *
 *   out  grows by sealed.len - BOX_OVERHEAD; have room in it before: a buffer that grows leaves its content behind
 * Fails: FORGED it was sealed to another key, or changed · TOO_LARGE · NO_MEMORY. Nothing is appended then. */
fallible box_open(const struct box_key *key, struct span sealed, struct buf *out);
