/* SPDX-License-Identifier: Apache-2.0 */
/* xmlenc - nettle's AES, CBC and PBKDF2. */
#include "crypto/xmlenc.h"

#include "crypto/secret.h"

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/pbkdf2.h>

_Static_assert((int)XMLENC_BLOCK == (int)AES_BLOCK_SIZE, "a block is one of AES");
_Static_assert((int)XMLENC_KEY == (int)AES128_KEY_SIZE, "a key is one of AES-128");

fallible xmlenc_derive(
	struct span passphrase, struct span salt, uint64_t rounds, uint8_t key[static XMLENC_KEY])
{
	if (rounds == 0 || rounds > XMLENC_ROUNDS_MAX)
		return FAIL(INVALID, "a key is made of a passphrase in 1 to 10,000,000 rounds");
	if (salt.len == 0 || salt.len > XMLENC_SALT_MAX)
		return FAIL(INVALID, "a salt has 1 to 128 bytes");
	pbkdf2_hmac_sha1(passphrase.len, passphrase.at, (unsigned)rounds, salt.len, salt.at, XMLENC_KEY, key);
	return OK;
}

static fallible put_unpadded(struct span padded, struct buf *plain)
{
	uint8_t padding = padded.at[padded.len - 1];
	if (padding == 0 || padding > XMLENC_BLOCK)
		return FAIL(INVALID, "an encrypted value ends in no padding");
	buf_put(plain, span_first(padded, padded.len - padding));
	return buf_check(plain);
}

fallible xmlenc_open(const uint8_t key[static XMLENC_KEY], struct span value, struct buf *plain)
{
	uint8_t vector[XMLENC_BLOCK], opened[XMLENC_VALUE_MAX];
	struct aes128_ctx state;
	if (value.len < (size_t)2 * XMLENC_BLOCK || value.len > XMLENC_VALUE_MAX || value.len % XMLENC_BLOCK)
		return FAIL(INVALID, "an encrypted value has no whole blocks, or too many");
	size_t len = value.len - XMLENC_BLOCK;
	memcpy(vector, value.at, sizeof vector);
	aes128_set_decrypt_key(&state, key);
	cbc_decrypt(&state, (nettle_cipher_func *)aes128_decrypt, XMLENC_BLOCK, vector, len, opened,
		value.at + XMLENC_BLOCK);
	struct err err = put_unpadded(span_of(opened, len), plain);
	secret_wipe(&state, sizeof state);
	secret_wipe(opened, sizeof opened);
	return err;
}
