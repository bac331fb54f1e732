/* SPDX-License-Identifier: Apache-2.0 */
/* hmac - nettle's. */
#include "crypto/hmac.h"

#include "crypto/secret.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>

void hmac_sha1(struct span key, struct span message, uint8_t out[static HMAC_SHA1])
{
	struct hmac_sha1_ctx state;
	hmac_sha1_set_key(&state, key.len, key.at);
	hmac_sha1_update(&state, message.len, message.at);
	hmac_sha1_digest(&state, HMAC_SHA1, out);
	secret_wipe(&state, sizeof state);
}

void hmac_sha512(struct span key, struct span message, uint8_t out[static HMAC_SHA512])
{
	struct hmac_sha512_ctx state;
	hmac_sha512_set_key(&state, key.len, key.at);
	hmac_sha512_update(&state, message.len, message.at);
	hmac_sha512_digest(&state, HMAC_SHA512, out);
	secret_wipe(&state, sizeof state);
}

void hmac_hash_sha512(struct span message, uint8_t out[static HMAC_SHA512])
{
	struct sha512_ctx state;
	sha512_init(&state);
	sha512_update(&state, message.len, message.at);
	sha512_digest(&state, HMAC_SHA512, out);
}
