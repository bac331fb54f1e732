/* SPDX-License-Identifier: Apache-2.0 */
/* sign - Ed25519 by libsodium. */
#include "crypto/sign.h"

#include "crypto/secret.h"

#include <sodium.h>

void sign_key_done(struct sign_key *key)
{
	secret_wipe(key, sizeof *key);
}

void sign_key_init(struct sign_key *key, const uint8_t seed[static SIGN_SEED])
{
	uint8_t public_key[SIGN_PUBLIC];
	crypto_sign_seed_keypair(public_key, key->secret, seed);
}

void sign_key_public(const struct sign_key *key, uint8_t public_key[static SIGN_PUBLIC])
{
	memcpy(public_key, key->secret + SIGN_SEED, SIGN_PUBLIC);
}

void sign_message(const struct sign_key *key, struct span message, uint8_t signature[static SIGN_SIGNATURE])
{
	crypto_sign_detached(signature, NULL, message.at, message.len, key->secret);
}

fallible sign_check(const uint8_t public_key[static SIGN_PUBLIC], struct span message, struct span signature)
{
	if (signature.len != SIGN_SIGNATURE)
		return FAIL(FORGED, "a signature does not have 64 bytes");
	if (crypto_sign_verify_detached(signature.at, message.at, message.len, public_key) != 0)
		return FAIL(FORGED, "a signature does not hold");
	return OK;
}
