/* SPDX-License-Identifier: Apache-2.0 */
/* sign - Ed25519. */
#pragma once

#include "base/err.h"
#include "base/span.h"

enum { SIGN_SEED = 32, SIGN_PUBLIC = 32, SIGN_SIGNATURE = 64 };

/* A key pair that only signs. */
struct sign_key {
	uint8_t secret[64]; /* libsodium's form: seed ‖ public key */
};

void sign_key_done(struct sign_key *key); /* wipes */

void sign_key_init(struct sign_key *key, const uint8_t seed[static SIGN_SEED]);
void sign_key_public(const struct sign_key *key, uint8_t public_key[static SIGN_PUBLIC]);
void sign_message(const struct sign_key *key, struct span message, uint8_t signature[static SIGN_SIGNATURE]);

/* sign_check - Fails: FORGED. */
fallible sign_check(const uint8_t public_key[static SIGN_PUBLIC], struct span message, struct span signature);
