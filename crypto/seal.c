/* SPDX-License-Identifier: Apache-2.0 */
/* seal - MNV1 records: key and commitment by BLAKE2b-512 over header and context, then XChaCha20-Poly1305. */
#include "crypto/seal.h"

#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"

#include <sodium.h>

#include <assert.h>

enum {
	AT_VERSION = 4,
	AT_SUITE = 5,
	AT_TYPE = 6,
	AT_FLAGS = 7,
	AT_EPOCH = 8,
	AT_SCHEMA = 12,
	AT_KEY_ID = 16,
	AT_NONCE = 24,
	AT_COMMITMENT = 48,
	AT_CIPHERTEXT = 80,
	HEADER = AT_COMMITMENT,
	KEY_ID = 8,
	NONCE = 24,
	COMMITMENT = 32,
	VERSION = 1,
	SUITE = 1,
	SCHEMA = 1,
	FLAG_PADDED = 1u << 1,
	PLAIN_MAX = 1024 * 1024,
	RECORD_MAX = PLAIN_MAX + SEAL_PAD + SEAL_OVERHEAD,
};

static const char MAGIC[4] = {'M', 'N', 'V', '1'};
static const char LABEL[16] = {
	'm', 'u', 'n', 'i', 'm', 'e', 'n', 't', '.', 'a', 'e', 'a', 'd', '.', 'v', '1'};
static const char LABEL_KEY_ID[] = "muniment.keyid.v1";

/* What a record's key gives for one header and one context; used once. */
struct record_keys {
	uint8_t encryption[SEAL_KEY];
	uint8_t commitment[COMMITMENT];
};

/* What is hashed into the record's keys. Bytes only, so that there is no padding between the fields. */
struct record_place {
	char label[sizeof LABEL];
	uint8_t header[HEADER];
	uint8_t context_len[8];
	uint8_t context[SEAL_CONTEXT];
};

_Static_assert(sizeof(struct record_place) == 16 + 48 + 8 + 112, "the hashed bytes have no gaps");
_Static_assert(sizeof(struct record_keys) == 64, "one BLAKE2b-512 fills both keys");

static void record_keys_done(struct record_keys *keys)
{
	secret_wipe(keys, sizeof *keys);
}

void seal_key_done(struct seal_key *key)
{
	secret_wipe(key, sizeof *key);
}

static void put_little_endian(uint8_t *at, uint64_t v, size_t width)
{
	for (size_t i = 0; i < width; i++, v >>= 8)
		at[i] = (uint8_t)v;
}

static bool is_padded(enum seal_type type)
{
	switch (type) {
	case SEAL_DATA_KEY:
	case SEAL_KEY_WRAP:
	case SEAL_SLOT:
	case SEAL_SHRED:
		return false;
	case SEAL_FIELD:
	case SEAL_LABEL:
	case SEAL_ROOT:
	case SEAL_FILE:
	case SEAL_GRANT:
	case SEAL_DEPOSIT:
	case SEAL_SHORT:
	case SEAL_SEED:
		return true;
	}
	return true;
}

static void encode_context(const struct seal_context *context, uint8_t out[static SEAL_CONTEXT])
{
	memcpy(out, context->tenant.bytes, 16);
	memcpy(out + 16, context->client.bytes, 16);
	memcpy(out + 32, context->object.bytes, 16);
	memcpy(out + 48, context->field.bytes, 16);
	put_little_endian(out + 64, context->version, 8);
	out[72] = context->object_type;
	out[73] = context->field_type;
	put_little_endian(out + 74, context->max_modes, 2);
	put_little_endian(out + 76, context->key_epoch, 4);
	memcpy(out + 80, context->policy, 32);
}

static void write_header(
	uint8_t *record, const struct seal_key *key, const struct seal_context *context, uint8_t flags)
{
	uint8_t key_id[HASH_KEY];
	hash_derive(key->bytes, LABEL_KEY_ID, SPAN_NONE, key_id);
	memcpy(record, MAGIC, sizeof MAGIC);
	record[AT_VERSION] = VERSION;
	record[AT_SUITE] = SUITE;
	record[AT_TYPE] = context->object_type;
	record[AT_FLAGS] = flags;
	put_little_endian(record + AT_EPOCH, context->key_epoch, 4);
	put_little_endian(record + AT_SCHEMA, SCHEMA, 4);
	memcpy(record + AT_KEY_ID, key_id, KEY_ID);
	random_fill(record + AT_NONCE, NONCE);
}

static void derive(const struct seal_key *key, const uint8_t *header, const struct seal_context *context,
	struct record_keys *keys)
{
	struct record_place place;
	memcpy(place.label, LABEL, sizeof LABEL);
	memcpy(place.header, header, HEADER);
	put_little_endian(place.context_len, SEAL_CONTEXT, sizeof place.context_len);
	encode_context(context, place.context);
	crypto_generichash(
		(uint8_t *)keys, sizeof *keys, (const uint8_t *)&place, sizeof place, key->bytes, SEAL_KEY);
}

/* The plaintext of n bytes stands already where the ciphertext will; header, commitment and tag are written
 * round it. */
static void close_record(const struct seal_key *key, const struct seal_context *context, uint8_t flags,
	uint8_t *record, size_t n)
{
	/* A type that no reader knows would be sealed for ever. */
	assert(context->object_type >= SEAL_FIELD && context->object_type <= SEAL_SEED);
	scoped(record_keys) keys;
	write_header(record, key, context, flags);
	derive(key, record, context, &keys);
	memcpy(record + AT_COMMITMENT, keys.commitment, COMMITMENT);
	crypto_aead_xchacha20poly1305_ietf_encrypt(record + AT_CIPHERTEXT, NULL, record + AT_CIPHERTEXT, n,
		record, AT_CIPHERTEXT, NULL, record + AT_NONCE, keys.encryption);
}

fallible seal_box(
	const struct seal_key *key, const struct seal_context *context, struct span plain, struct buf *out)
{
	if (plain.len > PLAIN_MAX)
		return FAIL(TOO_LARGE, "a plaintext is over 1 MiB");
	bool padded = is_padded(context->object_type);
	size_t n = padded ? (plain.len / SEAL_PAD + 1) * SEAL_PAD : plain.len;
	uint8_t *record = buf_room(out, SEAL_OVERHEAD + n);
	if (!record)
		return buf_check(out);
	if (plain.len > 0)
		memcpy(record + AT_CIPHERTEXT, plain.at, plain.len);
	if (padded)
		sodium_pad(&n, record + AT_CIPHERTEXT, plain.len, SEAL_PAD, n);
	close_record(key, context, padded ? FLAG_PADDED : 0, record, n);
	return OK;
}

static fallible check_form(struct span record)
{
	static const uint8_t schema[4] = {SCHEMA, 0, 0, 0};
	if (record.len < SEAL_OVERHEAD || record.len > RECORD_MAX)
		return FAIL(CORRUPT, "a sealed record has a length that none can have");
	const uint8_t *at = record.at;
	if (memcmp(at, MAGIC, sizeof MAGIC) != 0 || at[AT_VERSION] != VERSION || at[AT_SUITE] != SUITE)
		return FAIL(CORRUPT, "a sealed record is not of a format that we know");
	if (at[AT_TYPE] < SEAL_FIELD || at[AT_TYPE] > SEAL_SEED || (at[AT_FLAGS] & ~FLAG_PADDED) != 0)
		return FAIL(CORRUPT, "a sealed record has a type or a flag that we do not know");
	if (memcmp(at + AT_SCHEMA, schema, sizeof schema) != 0)
		return FAIL(CORRUPT, "a sealed record has a payload version that we do not know");
	return OK;
}

/* Wrong key, wrong place and changed header stop here, before anything is decrypted. */
static fallible check_place(const struct seal_key *key, const struct seal_context *context,
	struct span record, struct record_keys *keys)
{
	TRY(check_form(record));
	derive(key, record.at, context, keys);
	if (sodium_memcmp(keys->commitment, record.at + AT_COMMITMENT, COMMITMENT) != 0)
		return FAIL(FORGED, "a sealed record does not belong to this key and place");
	return OK;
}

static fallible decrypt(const struct record_keys *keys, struct span record, uint8_t *plain)
{
	struct span ciphertext = span_from(record, AT_CIPHERTEXT);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, ciphertext.at, ciphertext.len,
		    record.at, AT_CIPHERTEXT, record.at + AT_NONCE, keys->encryption) != 0)
		return FAIL(FORGED, "a sealed record fails its tag");
	return OK;
}

static fallible unpad(struct span record, const uint8_t *plain, size_t *n)
{
	if (!(record.at[AT_FLAGS] & FLAG_PADDED))
		return OK;
	if (sodium_unpad(n, plain, *n, SEAL_PAD) != 0)
		return FAIL(CORRUPT, "a sealed record has no padding where it says so");
	return OK;
}

static fallible decrypt_unpadded(
	const struct record_keys *keys, struct span record, uint8_t *plain, size_t *n)
{
	TRY(decrypt(keys, record, plain));
	TRY(unpad(record, plain, n));
	return OK;
}

fallible seal_open(
	const struct seal_key *key, const struct seal_context *context, struct span record, struct buf *plain)
{
	scoped(record_keys) keys;
	TRY(check_place(key, context, record, &keys));
	size_t n = record.len - SEAL_OVERHEAD;
	size_t before = plain->len;
	uint8_t *room = buf_room(plain, n);
	if (!room)
		return buf_check(plain);
	size_t len = n;
	struct err err = decrypt_unpadded(&keys, record, room, &len);
	if (err_failed(err)) {
		secret_wipe(room, n);
		plain->len = before;
		return err;
	}
	plain->len = before + len;
	return OK;
}

fallible seal_wrap(const struct seal_key *key, const struct seal_context *context,
	const uint8_t inner[static SEAL_KEY], uint8_t out[static SEAL_WRAPPED])
{
	memcpy(out + AT_CIPHERTEXT, inner, SEAL_KEY);
	close_record(key, context, 0, out, SEAL_KEY);
	return OK;
}

fallible seal_unwrap(const struct seal_key *key, const struct seal_context *context, struct span record,
	uint8_t inner[static SEAL_KEY])
{
	scoped(record_keys) keys;
	scoped(seal_key) plain;
	TRY(check_place(key, context, record, &keys));
	if (record.len != SEAL_WRAPPED || record.at[AT_FLAGS] != 0)
		return FAIL(CORRUPT, "a wrapped key does not have 32 bytes");
	TRY(decrypt(&keys, record, plain.bytes));
	memcpy(inner, plain.bytes, SEAL_KEY);
	return OK;
}

uint32_t seal_epoch(struct span record)
{
	uint32_t epoch = 0;
	for (size_t i = 4; i > 0 && record.len >= SEAL_OVERHEAD; i--)
		epoch = epoch << 8 | record.at[AT_EPOCH + i - 1];
	return epoch;
}
