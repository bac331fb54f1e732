/* SPDX-License-Identifier: Apache-2.0 */
/* hash - nettle's SHA-256 and libsodium's BLAKE2b under the shapes that we use. */
#include "crypto/hash.h"

#include "crypto/secret.h"

#include <nettle/sha2.h>
#include <sodium.h>

void mac_key_done(struct mac_key *key)
{
	secret_wipe(key, sizeof *key);
}

/* nettle takes the processor's own instructions where it has them; libsodium does not, and leaves are hashed
 * while commits wait. */
void hash_sha256_parts(const struct span *parts, size_t count, uint8_t out[static HASH_SHA256])
{
	struct sha256_ctx state;
	sha256_init(&state);
	for (size_t i = 0; i < count; i++)
		sha256_update(&state, parts[i].len, parts[i].at);
	sha256_digest(&state, HASH_SHA256, out);
}

void hash_sha256(struct span message, uint8_t out[static HASH_SHA256])
{
	hash_sha256_parts(&message, 1, out);
}

static void blake_add(crypto_generichash_state *state, struct span part)
{
	if (part.len > 0)
		crypto_generichash_update(state, part.at, part.len);
}

void hash_blake(const struct span *parts, size_t count, uint8_t out[static HASH_BLAKE])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, HASH_BLAKE);
	for (size_t i = 0; i < count; i++)
		blake_add(&state, parts[i]);
	crypto_generichash_final(&state, out, HASH_BLAKE);
}

static void blake_add_sized(crypto_generichash_state *state, struct span part)
{
	uint8_t length[8];
	for (size_t i = 0; i < sizeof length; i++)
		length[i] = (uint8_t)((uint64_t)part.len >> (56 - 8 * i));
	crypto_generichash_update(state, length, sizeof length);
	blake_add(state, part);
}

static void mac(
	const struct mac_key *key, const struct span *parts, size_t count, uint8_t *out, size_t out_len)
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, key->bytes, HASH_KEY, out_len);
	for (size_t i = 0; i < count; i++)
		blake_add_sized(&state, parts[i]);
	crypto_generichash_final(&state, out, out_len);
}

void hash_mac(
	const struct mac_key *key, const struct span *parts, size_t count, uint8_t out[static HASH_BLAKE])
{
	mac(key, parts, count, out, HASH_BLAKE);
}

void hash_mac_wide(
	const struct mac_key *key, const struct span *parts, size_t count, uint8_t out[static HASH_WIDE])
{
	mac(key, parts, count, out, HASH_WIDE);
}

void hash_derive(const uint8_t key[static HASH_KEY], const char *label, struct span context,
	uint8_t out[static HASH_KEY])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, key, HASH_KEY, HASH_KEY);
	/* The NUL goes in too: no label is then the beginning of another label and its context. */
	crypto_generichash_update(&state, (const uint8_t *)label, strlen(label) + 1);
	blake_add(&state, context);
	crypto_generichash_final(&state, out, HASH_KEY);
}

uint64_t hash_short(const uint8_t key[static HASH_SHORT_KEY], struct span text)
{
	uint8_t bytes[crypto_shorthash_BYTES];
	uint64_t hash = 0;
	crypto_shorthash(bytes, text.at, text.len, key);
	for (size_t i = sizeof bytes; i > 0; i--)
		hash = hash << 8 | bytes[i - 1];
	return hash;
}
