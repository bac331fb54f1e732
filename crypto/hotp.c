/* SPDX-License-Identifier: Apache-2.0 */
/* hotp - nettle's HMAC, and what RFC 4226 cuts out of it. */
#include "crypto/hotp.h"

#include "crypto/secret.h"

#include <nettle/hmac.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include <assert.h>

enum { DIGEST_MAX = SHA512_DIGEST_SIZE, COUNTER = 8 };

union state {
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512;
};

/* A hash in the three states that an HMAC keeps of its key. */
struct mac {
	const struct nettle_hash *hash;
	union state outer, inner, state;
};

static const struct nettle_hash *hash_of(enum hotp_hash hash)
{
	switch (hash) {
	case HOTP_SHA1:
		return &nettle_sha1;
	case HOTP_SHA256:
		return &nettle_sha256;
	case HOTP_SHA512:
		break;
	}
	return &nettle_sha512;
}

/* Four bytes from where the last one points to, without the sign. The divisor is a constant: no division takes its time by the
 * value. */
static void print(const uint8_t *digest, size_t bytes, unsigned digits, char code[static HOTP_CODE])
{
	const uint8_t *at = digest + (digest[bytes - 1] & 15);
	uint32_t value = (uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	for (size_t i = digits; i > 0; i--, value /= 10)
		code[i - 1] = (char)('0' + value % 10);
	code[digits] = '\0';
}

static void compute(struct mac *mac, uint64_t counter, unsigned digits, char code[static HOTP_CODE])
{
	uint8_t message[COUNTER], digest[DIGEST_MAX];
	for (size_t i = COUNTER; i > 0; i--, counter >>= 8)
		message[i - 1] = (uint8_t)counter;
	hmac_update(&mac->state, mac->hash, sizeof message, message);
	/* It also takes the state back to where the key was taken in. */
	hmac_digest(&mac->outer, &mac->inner, &mac->state, mac->hash, mac->hash->digest_size, digest);
	print(digest, mac->hash->digest_size, digits, code);
	secret_wipe(digest, sizeof digest);
}

void hotp_codes(const struct hotp_ask *ask, char (*codes)[HOTP_CODE])
{
	struct mac mac = {.hash = hash_of(ask->hash)};
	assert(ask->digits >= 1 && ask->digits <= HOTP_DIGITS_MAX);
	hmac_set_key(&mac.outer, &mac.inner, &mac.state, mac.hash, ask->seed.len, ask->seed.at);
	for (size_t i = 0; i < ask->count; i++)
		compute(&mac, ask->first + i, ask->digits, codes[i]);
	secret_wipe(&mac, sizeof mac);
}
