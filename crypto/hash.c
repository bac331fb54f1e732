/* SPDX-License-Identifier: Apache-2.0 */
/* hash - nettle's SHA-256 and libsodium's BLAKE2b under the shapes that we use. */
#include "crypto/hash.h"

#include "crypto/secret.h"

#include <nettle/sha2.h>
#include <sodium.h>

enum {
	LENGTH = 8,          /* bytes that a part's length takes */
	GATHERED_MAX = 1024, /* most rows, tokens and codes are shorter */
};

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

static void put_length(size_t len, uint8_t out[static LENGTH])
{
	for (size_t i = LENGTH; i > 0; i--, len >>= 8)
		out[i - 1] = (uint8_t)len;
}

static void blake_add_sized(crypto_generichash_state *state, struct span part)
{
	uint8_t length[LENGTH];
	put_length(part.len, length);
	crypto_generichash_update(state, length, sizeof length);
	blake_add(state, part);
}

static void mac_long(
	const struct mac_key *key, const struct span *parts, size_t count, uint8_t *out, size_t out_len)
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, key->bytes, HASH_KEY, out_len);
	for (size_t i = 0; i < count; i++)
		blake_add_sized(&state, parts[i]);
	crypto_generichash_final(&state, out, out_len);
}

/* What is to be hashed, one part behind the other. */
struct gathered {
	uint8_t bytes[GATHERED_MAX];
	size_t len;
};

/* False when the parts are too long: then what there is means nothing. */
static bool gather(const struct span *parts, size_t count, struct gathered *all)
{
	all->len = 0;
	for (size_t i = 0; i < count; i++) {
		size_t left = sizeof all->bytes - all->len;
		if (left < LENGTH || parts[i].len > left - LENGTH)
			return false;
		put_length(parts[i].len, all->bytes + all->len);
		all->len += LENGTH;
		if (parts[i].len > 0)
			memcpy(all->bytes + all->len, parts[i].at, parts[i].len);
		all->len += parts[i].len;
	}
	return true;
}

/* Each piece costs the library a round of its own bookkeeping, so what is short is fed to it in one. */
static void mac(
	const struct mac_key *key, const struct span *parts, size_t count, uint8_t *out, size_t out_len)
{
	struct gathered all;
	bool fits = gather(parts, count, &all);
	if (fits)
		crypto_generichash(out, out_len, all.bytes, all.len, key->bytes, HASH_KEY);
	else
		mac_long(key, parts, count, out, out_len);
	/* Tokens and codes are among what is hashed. */
	secret_wipe(all.bytes, all.len);
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
