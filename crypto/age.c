/* SPDX-License-Identifier: Apache-2.0 */
/* age - the header by X25519 and HKDF, the payload in chunks. */
#include "crypto/age.h"

#include "base/text.h"
#include "crypto/random.h"
#include "crypto/secret.h"

#include <sodium.h>

#include <string.h>

enum {
	FILE_KEY = 16,
	HASH = crypto_auth_hmacsha256_BYTES,
	TAG = crypto_aead_chacha20poly1305_ietf_ABYTES,
	PAYLOAD_NONCE = 16,
	HRP = 3,            /* "age" */
	DATA_WORDS = 52,    /* of five bits: 256, and four that are zero */
	CHECKSUM_WORDS = 6, /* behind them */
	HEADER_MAX = 512,
};

_Static_assert(AGE_RECIPIENT == crypto_scalarmult_BYTES, "a public key of X25519");
_Static_assert(AGE_KEY == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "a key of ChaCha20-Poly1305");
_Static_assert(AGE_NONCE == crypto_aead_chacha20poly1305_ietf_NPUBBYTES, "a nonce of ChaCha20-Poly1305");

/* ---- Bech32 ---- */

static uint32_t polymod(uint32_t sum, unsigned word)
{
	static const uint32_t GENERATOR[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	unsigned top = sum >> 25;
	sum = (sum & 0x1ffffff) << 5 ^ word;
	for (unsigned i = 0; i < 5; i++)
		sum ^= top >> i & 1 ? GENERATOR[i] : 0;
	return sum;
}

static const char ALPHABET[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const char PREFIX[] = "age1";

/* The letters of "age": their high bits, a zero, their low bits. */
static uint32_t sum_prefix(void)
{
	uint32_t sum = 1;
	for (size_t i = 0; i < HRP; i++)
		sum = polymod(sum, (unsigned)PREFIX[i] >> 5);
	sum = polymod(sum, 0);
	for (size_t i = 0; i < HRP; i++)
		sum = polymod(sum, (unsigned)PREFIX[i] & 31);
	return sum;
}

static bool read_words(struct span text, uint8_t words[static DATA_WORDS + CHECKSUM_WORDS])
{
	uint32_t sum = sum_prefix();
	for (size_t i = 0; i < DATA_WORDS + CHECKSUM_WORDS; i++) {
		const char *at = memchr(ALPHABET, text.at[HRP + 1 + i], sizeof ALPHABET - 1);
		if (!at)
			return false;
		words[i] = (uint8_t)(at - ALPHABET);
		sum = polymod(sum, words[i]);
	}
	return sum == 1;
}

fallible age_read_recipient(struct span text, uint8_t recipient[static AGE_RECIPIENT])
{
	static const uint8_t SOME[AGE_RECIPIENT] = {1};
	uint8_t words[DATA_WORDS + CHECKSUM_WORDS], read[AGE_RECIPIENT], shared[AGE_RECIPIENT];
	uint32_t bits = 0;
	unsigned held = 0;
	size_t at = 0;
	if (text.len != AGE_RECIPIENT_TEXT || !span_starts(text, span_text(PREFIX)) ||
		!read_words(text, words))
		return FAIL(INVALID, "it is no public key of age");
	for (size_t i = 0; i < DATA_WORDS; i++) {
		bits = bits << 5 | words[i];
		held += 5;
		if (held < 8)
			continue;
		held -= 8;
		read[at++] = (uint8_t)(bits >> held);
	}
	if ((bits & ((1u << held) - 1)) != 0 || crypto_scalarmult(shared, SOME, read) != 0)
		return FAIL(INVALID, "it is no public key of age");
	memcpy(recipient, read, sizeof read);
	return OK;
}

void age_print_recipient(
	const uint8_t recipient[static AGE_RECIPIENT], char text[static AGE_RECIPIENT_TEXT + 1])
{
	uint32_t sum = sum_prefix(), bits = 0;
	unsigned held = 0;
	size_t at = 0;
	char *out = text + HRP + 1;
	memcpy(text, PREFIX, HRP + 1);
	for (size_t i = 0; i < DATA_WORDS; i++) {
		if (held < 5) {
			bits = bits << 8 | (at < AGE_RECIPIENT ? recipient[at++] : 0);
			held += 8;
		}
		held -= 5;
		sum = polymod(sum, bits >> held & 31);
		*out++ = ALPHABET[bits >> held & 31];
	}
	for (size_t i = 0; i < CHECKSUM_WORDS; i++)
		sum = polymod(sum, 0);
	for (unsigned i = CHECKSUM_WORDS; i > 0; i--)
		*out++ = ALPHABET[(sum ^ 1) >> 5 * (i - 1) & 31];
	*out = '\0';
}

/* ---- keys ---- */

static void hmac(struct span key, struct span message, uint8_t out[static HASH])
{
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, key.at, key.len);
	crypto_auth_hmacsha256_update(&state, message.at, message.len);
	crypto_auth_hmacsha256_final(&state, out);
	secret_wipe(&state, sizeof state);
}

/* HKDF-SHA-256 of one block. Source: RFC 5869. */
static void derive(struct span secret, struct span salt, const char *info, uint8_t key[static AGE_KEY])
{
	static const uint8_t NO_SALT[HASH];
	uint8_t extracted[HASH], block[64];
	size_t len = strlen(info);
	hmac(salt.len ? salt : SPAN_BYTES(NO_SALT), secret, extracted);
	memcpy(block, info, len);
	block[len] = 1;
	hmac(SPAN_BYTES(extracted), span_of(block, len + 1), key);
	secret_wipe(extracted, sizeof extracted);
}

/* Base64 without padding: of 32 bytes always one sign. */
static void put_base64(struct buf *out, const uint8_t bytes[static 32])
{
	text_put_base64(out, span_of(bytes, 32));
	if (!err_failed(buf_check(out)))
		out->len--;
}

/* ---- the header ---- */

/* The file key, for the recipient alone. */
static fallible wrap(const uint8_t file_key[static FILE_KEY], const uint8_t recipient[static AGE_RECIPIENT],
	uint8_t share[static AGE_RECIPIENT], uint8_t body[static FILE_KEY + TAG])
{
	static const uint8_t NO_NONCE[AGE_NONCE];
	uint8_t ephemeral[AGE_RECIPIENT], shared[AGE_RECIPIENT], salt[2 * AGE_RECIPIENT], key[AGE_KEY];
	random_fill(ephemeral, sizeof ephemeral);
	bool bad = crypto_scalarmult_base(share, ephemeral) != 0 ||
		crypto_scalarmult(shared, ephemeral, recipient) != 0;
	memcpy(salt, share, AGE_RECIPIENT);
	memcpy(salt + AGE_RECIPIENT, recipient, AGE_RECIPIENT);
	derive(SPAN_BYTES(shared), SPAN_BYTES(salt), "age-encryption.org/v1/X25519", key);
	crypto_aead_chacha20poly1305_ietf_encrypt(
		body, NULL, file_key, FILE_KEY, NULL, 0, NULL, NO_NONCE, key);
	secret_wipe(ephemeral, sizeof ephemeral);
	secret_wipe(shared, sizeof shared);
	secret_wipe(key, sizeof key);
	return bad ? FAIL(INVALID, "a public key is a point of small order") : OK;
}

static fallible put_header(const uint8_t file_key[static FILE_KEY],
	const uint8_t recipient[static AGE_RECIPIENT], struct buf *out)
{
	uint8_t share[AGE_RECIPIENT], body[FILE_KEY + TAG], key[AGE_KEY], mac[HASH];
	scoped(buf) header = BUF(HEADER_MAX);
	TRY(wrap(file_key, recipient, share, body));
	buf_put_text(&header, "age-encryption.org/v1\n-> X25519 ");
	put_base64(&header, share);
	buf_put_text(&header, "\n");
	put_base64(&header, body);
	buf_put_text(&header, "\n---");
	TRY(buf_check(&header));
	derive(span_of(file_key, FILE_KEY), SPAN_NONE, "header", key);
	hmac(SPAN_BYTES(key), buf_span(&header), mac);
	secret_wipe(key, sizeof key);
	buf_put_text(&header, " ");
	put_base64(&header, mac);
	buf_put_text(&header, "\n");
	TRY(buf_check(&header));
	buf_put(out, buf_span(&header));
	return buf_check(out);
}

fallible age_begin(struct age *age, const uint8_t recipient[static AGE_RECIPIENT], struct buf *out)
{
	uint8_t file_key[FILE_KEY], nonce[PAYLOAD_NONCE];
	*age = (struct age){.out = out};
	random_fill(file_key, sizeof file_key);
	random_fill(nonce, sizeof nonce);
	derive(SPAN_BYTES(file_key), SPAN_BYTES(nonce), "payload", age->key);
	struct err err = put_header(file_key, recipient, out);
	secret_wipe(file_key, sizeof file_key);
	TRY(err);
	buf_put(out, SPAN_BYTES(nonce));
	return buf_check(out);
}

/* ---- the payload ---- */

static fallible put_chunk(struct age *age)
{
	uint8_t *room = buf_room(age->out, age->filled + TAG);
	TRY(buf_check(age->out));
	crypto_aead_chacha20poly1305_ietf_encrypt(
		room, NULL, age->chunk, age->filled, NULL, 0, NULL, age->nonce, age->key);
	age->filled = 0;
	for (size_t i = AGE_NONCE - 1; i-- > 0 && ++age->nonce[i] == 0;)
		continue;
	return OK;
}

/* A full chunk waits until it is known whether it is the last one: an empty one must not follow it. */
fallible age_put(struct age *age, struct span plain)
{
	while (plain.len) {
		if (age->filled == AGE_CHUNK)
			TRY(put_chunk(age));
		size_t fits = AGE_CHUNK - age->filled;
		size_t taken = plain.len < fits ? plain.len : fits;
		memcpy(age->chunk + age->filled, plain.at, taken);
		age->filled += taken;
		plain = span_from(plain, taken);
	}
	return OK;
}

fallible age_end(struct age *age)
{
	age->nonce[AGE_NONCE - 1] = 1;
	return put_chunk(age);
}

void age_done(struct age *age)
{
	secret_wipe(age, sizeof *age);
}
