/* SPDX-License-Identifier: Apache-2.0 */
/* sign - Ed25519 (RFC 8032): signing, and checking what was signed. */
#pragma once

#include "base/err.h"
#include "base/span.h"

enum { SIGN_SEED = 32, SIGN_PUBLIC = 32, SIGN_SIGNATURE = 64 };

/* A key pair that only signs. */
struct sign_key {
	uint8_t secret[64]; /* libsodium's form: seed ‖ public key */
};

void sign_key_done(struct sign_key *key); /* wipes */

/* sign_key_init - the key pair of a seed; the caller wipes the seed. sign_key_public - its half that anybody may have. */
void sign_key_init(struct sign_key *key, const uint8_t seed[static SIGN_SEED]);
void sign_key_public(const struct sign_key *key, uint8_t public_key[static SIGN_PUBLIC]);

/* sign_message - the same signature for the same message, each time. Source: RFC 8032 §5.1.6. */
void sign_message(const struct sign_key *key, struct span message, uint8_t signature[static SIGN_SIGNATURE]);

/* sign_check - whether a signature is one of the message by the key's other half. Source: RFC 8032 §5.1.7, and as libsodium
 * does: small-order keys and signatures in another form are none.
 *
 *   signature  of any length; only SIGN_SIGNATURE bytes can be one
 * Fails: FORGED. */
fallible sign_check(const uint8_t public_key[static SIGN_PUBLIC], struct span message, struct span signature);
