/* SPDX-License-Identifier: Apache-2.0 */
/* sign - the vectors of RFC 8032, and what must not pass. */
#include "crypto/sign.h"

#include "base/text.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

static struct sign_key some_key(void)
{
	static const uint8_t seed[SIGN_SEED] = {1, 2, 3};
	struct sign_key key;
	sign_key_init(&key, seed);
	return key;
}

static struct span next_word(struct span *line)
{
	struct span word = SPAN_NONE;
	cr_assert(span_cut(line, ' ', &word));
	return word;
}

static void unhex(struct span text, uint8_t *out, size_t bytes)
{
	cr_assert(!err_failed(text_parse_hex(text, out, bytes)), "%.*s", SPAN_FMT(text));
}

static void check_line(struct span line)
{
	uint8_t seed[SIGN_SEED];
	uint8_t public_key[SIGN_PUBLIC];
	uint8_t message[8];
	uint8_t signature[SIGN_SIGNATURE];
	unhex(next_word(&line), seed, sizeof seed);
	unhex(next_word(&line), public_key, sizeof public_key);
	struct span text = next_word(&line);
	size_t len = span_is(text, "-") ? 0 : text.len / 2;
	if (len > 0)
		unhex(text, message, len);
	unhex(next_word(&line), signature, sizeof signature);

	struct sign_key key;
	uint8_t ours[SIGN_SIGNATURE];
	sign_key_init(&key, seed);
	sign_key_public(&key, ours);
	cr_assert(memcmp(ours, public_key, SIGN_PUBLIC) == 0);
	sign_message(&key, span_of(message, len), ours);
	cr_assert(memcmp(ours, signature, SIGN_SIGNATURE) == 0);
	cr_assert(!err_failed(sign_check(public_key, span_of(message, len), SPAN_BYTES(signature))));
}

Test(sign, gives_the_signatures_of_rfc_8032)
{
	scoped(buf) file = BUF(64 * 1024);
	vectors_read("vectors/rfc8032.txt", &file);
	struct span rest = buf_span(&file);
	struct span line;
	size_t count = 0;
	while (span_cut(&rest, '\n', &line)) {
		if (line.len == 0 || line.at[0] == '#')
			continue;
		check_line(line);
		count++;
	}
	cr_assert(count == 3);
}

Test(sign, refuses_a_signature_with_any_byte_changed)
{
	struct sign_key key = some_key();
	uint8_t public_key[SIGN_PUBLIC];
	uint8_t signature[SIGN_SIGNATURE];
	sign_key_public(&key, public_key);
	sign_message(&key, SPAN_LIT("text"), signature);
	for (size_t i = 0; i < sizeof signature; i++) {
		signature[i] ^= 0x40;
		struct err err = sign_check(public_key, SPAN_LIT("text"), SPAN_BYTES(signature));
		cr_assert(err.kind == ERR_FORGED, "byte %zu", i);
		signature[i] ^= 0x40;
	}
	cr_assert(!err_failed(sign_check(public_key, SPAN_LIT("text"), SPAN_BYTES(signature))));
}

Test(sign, refuses_another_message_key_or_length)
{
	struct sign_key key = some_key();
	uint8_t public_key[SIGN_PUBLIC];
	uint8_t signature[SIGN_SIGNATURE + 1] = {0};
	const struct span whole = span_of(signature, SIGN_SIGNATURE);
	sign_key_public(&key, public_key);
	sign_message(&key, SPAN_LIT("text"), signature);
	cr_assert(sign_check(public_key, SPAN_LIT("texts"), whole).kind == ERR_FORGED);
	cr_assert(sign_check(public_key, SPAN_NONE, whole).kind == ERR_FORGED);
	cr_assert(sign_check(public_key, SPAN_LIT("text"), SPAN_NONE).kind == ERR_FORGED);
	cr_assert(sign_check(public_key, SPAN_LIT("text"), span_of(signature, 63)).kind == ERR_FORGED);
	cr_assert(sign_check(public_key, SPAN_LIT("text"), SPAN_BYTES(signature)).kind == ERR_FORGED);
	public_key[0] ^= 1;
	cr_assert(sign_check(public_key, SPAN_LIT("text"), whole).kind == ERR_FORGED);
}

Test(sign, refuses_keys_of_small_order)
{
	/* Under the neutral element as a key, this signature would fit every message. */
	uint8_t public_key[SIGN_PUBLIC] = {1};
	uint8_t signature[SIGN_SIGNATURE] = {1};
	cr_assert(sign_check(public_key, SPAN_LIT("text"), SPAN_BYTES(signature)).kind == ERR_FORGED);
}

Test(sign, a_key_that_is_done_with_is_wiped)
{
	struct sign_key key = some_key();
	sign_key_done(&key);
	static const struct sign_key none;
	cr_assert(memcmp(&key, &none, sizeof key) == 0);
}
