/* SPDX-License-Identifier: Apache-2.0 */
/* part - everything that a sealed part needs comes out of its own key, so that the key alone discloses it. */
#include "crypto/part.h"

#include "crypto/secret.h"

#include <sodium.h>

enum {
	SUITE_1 = 1, /* XChaCha20, its nonce hashed apart: opened, written no more */
	SUITE = 2,
	HEADER = 5, /* suite and key epoch */
	COMMITMENT = 32,
	AT_CIPHERTEXT = HEADER + COMMITMENT,
	NONCE_1 = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	PLAIN_MAX = 32 * 1024,
};

static const uint8_t LABEL_PART[7] = {'m', 'n', '.', 'p', 'a', 'r', 't'};
static const uint8_t LABEL_KEYS[12] = {'m', 'n', '.', 'p', 'a', 'r', 't', '.', 'k', 'e', 'y', 's'};
static const uint8_t LABEL_NONCE[13] = {'m', 'n', '.', 'p', 'a', 'r', 't', '.', 'n', 'o', 'n', 'c', 'e'};

/* Out of one part key, for one header. A part key seals once, so any nonce is new to it. */
struct part_keys {
	uint8_t encryption[PART_KEY];
	uint8_t commitment[COMMITMENT]; /* its front is the nonce */
	uint8_t nonce_1[NONCE_1];
};

static void part_keys_done(struct part_keys *keys)
{
	secret_wipe(keys, sizeof *keys);
}

void part_key_done(struct part_key *key)
{
	secret_wipe(key, sizeof *key);
}

void part_derive(const struct seal_key *subject, struct id tenant, struct id event, enum part_kind kind,
	struct part_key *key)
{
	uint8_t message[sizeof LABEL_PART + 16 + 16 + 1];
	uint8_t *at = message;
	memcpy(at, LABEL_PART, sizeof LABEL_PART);
	memcpy(at + 7, tenant.bytes, 16);
	memcpy(at + 23, event.bytes, 16);
	at[39] = (uint8_t)kind;
	crypto_generichash(key->bytes, PART_KEY, message, sizeof message, subject->bytes, SEAL_KEY);
}

static void split(const uint8_t both[static PART_KEY + COMMITMENT], struct part_keys *keys)
{
	memcpy(keys->encryption, both, PART_KEY);
	memcpy(keys->commitment, both + PART_KEY, COMMITMENT);
}

static void expand_1(const struct part_key *key, const uint8_t *header, struct part_keys *keys)
{
	uint8_t message[sizeof LABEL_NONCE + HEADER];
	uint8_t both[PART_KEY + COMMITMENT];
	memcpy(message, LABEL_KEYS, sizeof LABEL_KEYS);
	memcpy(message + sizeof LABEL_KEYS, header, HEADER);
	crypto_generichash(both, sizeof both, message, sizeof LABEL_KEYS + HEADER, key->bytes, PART_KEY);
	split(both, keys);
	secret_wipe(both, sizeof both);

	memcpy(message, LABEL_NONCE, sizeof LABEL_NONCE);
	memcpy(message + sizeof LABEL_NONCE, header, HEADER);
	crypto_generichash(
		keys->nonce_1, NONCE_1, message, sizeof LABEL_NONCE + HEADER, key->bytes, PART_KEY);
}

/* The key lies in the message, so that all is one block. */
static void expand(const struct part_key *key, const uint8_t *header, struct part_keys *keys)
{
	_Static_assert(
		(int)crypto_aead_chacha20poly1305_ietf_NPUBBYTES <= (int)COMMITMENT, "a nonce fits into it");
	uint8_t message[sizeof LABEL_KEYS + HEADER + PART_KEY];
	uint8_t both[PART_KEY + COMMITMENT];
	memcpy(message, LABEL_KEYS, sizeof LABEL_KEYS);
	memcpy(message + sizeof LABEL_KEYS, header, HEADER);
	memcpy(message + sizeof LABEL_KEYS + HEADER, key->bytes, PART_KEY);
	crypto_generichash(both, sizeof both, message, sizeof message, NULL, 0);
	split(both, keys);
	secret_wipe(both, sizeof both);
	secret_wipe(message, sizeof message);
}

static void write_header(uint8_t *record, uint32_t epoch)
{
	record[0] = SUITE;
	for (size_t i = 0; i < 4; i++)
		record[1 + i] = (uint8_t)(epoch >> (24 - 8 * i));
}

fallible part_seal(const struct part_key *key, uint32_t epoch, struct span plain, struct buf *out)
{
	if (plain.len > PLAIN_MAX)
		return FAIL(TOO_LARGE, "a part of an event is over 32 KiB");
	uint8_t *record = buf_room(out, PART_OVERHEAD + plain.len);
	if (!record)
		return buf_check(out);
	scoped(part_keys) keys;
	write_header(record, epoch);
	expand(key, record, &keys);
	memcpy(record + HEADER, keys.commitment, COMMITMENT);
	crypto_aead_chacha20poly1305_ietf_encrypt(record + AT_CIPHERTEXT, NULL, plain.at, plain.len, record,
		AT_CIPHERTEXT, NULL, keys.commitment, keys.encryption);
	return OK;
}

static fallible check_form(struct span record)
{
	if (record.len < PART_OVERHEAD || record.len > PART_OVERHEAD + PLAIN_MAX)
		return FAIL(CORRUPT, "a sealed part has a length that none can have");
	if (record.at[0] != SUITE && record.at[0] != SUITE_1)
		return FAIL(CORRUPT, "a sealed part has a suite that we do not know");
	return OK;
}

size_t part_plain(struct span record)
{
	return record.len < PART_OVERHEAD ? 0 : record.len - PART_OVERHEAD;
}

/* Whether the tag held. */
static bool decrypt(const struct part_keys *keys, struct span record, uint8_t *plain)
{
	struct span sealed = span_from(record, AT_CIPHERTEXT);
	int code = record.at[0] == SUITE_1
		? crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.at, sealed.len,
			  record.at, AT_CIPHERTEXT, keys->nonce_1, keys->encryption)
		: crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.at, sealed.len,
			  record.at, AT_CIPHERTEXT, keys->commitment, keys->encryption);
	return code == 0;
}

fallible part_open_at(const struct part_key *key, struct span record, uint8_t *plain)
{
	TRY(check_form(record));
	scoped(part_keys) keys;
	if (record.at[0] == SUITE_1)
		expand_1(key, record.at, &keys);
	else
		expand(key, record.at, &keys);
	if (sodium_memcmp(keys.commitment, record.at + HEADER, COMMITMENT) != 0)
		return FAIL(FORGED, "a sealed part does not belong to this key");
	return decrypt(&keys, record, plain) ? OK : FAIL(FORGED, "a sealed part fails its tag");
}

fallible part_open(const struct part_key *key, struct span record, struct buf *plain)
{
	TRY(check_form(record));
	uint8_t *room = buf_room(plain, part_plain(record));
	if (!room)
		return buf_check(plain);
	struct err err = part_open_at(key, record, room);
	if (err_failed(err))
		plain->len -= part_plain(record);
	return err;
}

fallible part_epoch(struct span record, uint32_t *epoch)
{
	TRY(check_form(record));
	const uint8_t *at = record.at + 1;
	*epoch = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	return OK;
}
