/* SPDX-License-Identifier: Apache-2.0 */
/* box - seal a text to somebody's public key, so that whatever carries it sees ciphertext only. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum { BOX_PUBLIC = 32, BOX_OVERHEAD = 48 };

/* box_seal_to - append an anonymous sealed box: an ephemeral public key, then the ciphertext and its tag.
 *
 *   public  an X25519 public key
 *   out     grows by BOX_OVERHEAD + plain.len
 * Fails: INVALID the key is a point of small order: whatever is sealed to it anybody can open · TOO_LARGE ·
 * NO_MEMORY. Nothing is appended then. Source: libsodium crypto_box_seal (X25519, XSalsa20-Poly1305; the
 * nonce is BLAKE2b of both public keys). */
fallible box_seal_to(const uint8_t public[static BOX_PUBLIC], struct span plain, struct buf *out);
