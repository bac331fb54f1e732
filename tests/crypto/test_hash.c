/* SPDX-License-Identifier: Apache-2.0 */
/* hash - known answers (FIPS 180-4, RFC 7693, Python's hashlib) and the separation of inputs. */
#include "crypto/hash.h"

#include "base/text.h"

#include <criterion/criterion.h>

static void expect_hex(struct span bytes, const char *hex)
{
	scoped(buf) text = BUF(1024);
	text_put_hex(&text, bytes);
	cr_assert(span_is(buf_span(&text), hex), "got %.*s", SPAN_FMT(buf_span(&text)));
}

static struct mac_key counting_key(void)
{
	struct mac_key key;
	for (size_t i = 0; i < sizeof key.bytes; i++)
		key.bytes[i] = (uint8_t)i;
	return key;
}

Test(hash, sha256_gives_the_answers_of_the_standard)
{
	uint8_t out[HASH_SHA256];
	hash_sha256(SPAN_NONE, out);
	expect_hex(SPAN_BYTES(out), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_sha256(SPAN_LIT("abc"), out);
	expect_hex(SPAN_BYTES(out), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

Test(hash, blake_concatenates_its_parts)
{
	const struct span whole = SPAN_LIT("abc");
	const struct span parts[] = {SPAN_LIT("a"), SPAN_NONE, SPAN_LIT("bc")};
	uint8_t out[HASH_BLAKE];
	hash_blake(&whole, 1, out);
	expect_hex(SPAN_BYTES(out), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	hash_blake(parts, 3, out);
	expect_hex(SPAN_BYTES(out), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

Test(hash, a_mac_puts_the_length_before_each_part)
{
	const struct mac_key key = counting_key();
	const struct span parts[] = {SPAN_LIT("one"), SPAN_NONE, SPAN_LIT("three")};
	uint8_t out[HASH_BLAKE];
	hash_mac(&key, parts, 3, out);
	expect_hex(SPAN_BYTES(out), "9689c9bc582f8571b26c514340a346ab4514415244fa82da4ebbd6aa303bff0d");
	uint8_t wide[HASH_WIDE];
	hash_mac_wide(&key, parts, 3, wide);
	expect_hex(SPAN_BYTES(wide),
		"af76e96269dddb9b87291c14be6a750c3e7de521842b8a6d52c3defa89bebf94"
		"1f41a585f9f75f861da094306fdc30b75665a5f6a10f52c1b131570e676e35a3");
}

Test(hash, no_two_lists_of_parts_have_one_mac)
{
	const struct mac_key key = counting_key();
	const struct span lists[][2] = {
		{SPAN_LIT("ab"), SPAN_LIT("c")},
		{SPAN_LIT("a"), SPAN_LIT("bc")},
		{SPAN_LIT("abc"), SPAN_NONE},
		{SPAN_NONE, SPAN_LIT("abc")},
		{SPAN_LIT("c"), SPAN_LIT("ab")},
	};
	uint8_t macs[6][HASH_BLAKE];
	for (size_t i = 0; i < 5; i++)
		hash_mac(&key, lists[i], 2, macs[i]);
	hash_mac(&key, lists[2], 1, macs[5]);
	for (size_t i = 0; i < 6; i++) {
		for (size_t j = i + 1; j < 6; j++)
			cr_assert(memcmp(macs[i], macs[j], HASH_BLAKE) != 0, "lists %zu and %zu", i, j);
	}
}

Test(hash, another_key_gives_another_mac)
{
	struct mac_key key = counting_key();
	const struct span part = SPAN_LIT("abc");
	uint8_t first[HASH_BLAKE];
	uint8_t second[HASH_BLAKE];
	hash_mac(&key, &part, 1, first);
	key.bytes[31] ^= 1;
	hash_mac(&key, &part, 1, second);
	cr_assert(memcmp(first, second, HASH_BLAKE) != 0);
}

Test(hash, derive_hashes_label_nul_and_context)
{
	const struct mac_key key = counting_key();
	uint8_t out[HASH_KEY];
	hash_derive(key.bytes, "label", SPAN_LIT("ctx"), out);
	expect_hex(SPAN_BYTES(out), "56221aafda49e7dda8f18cd5216208ba44cbd520ff43d004834209e0332e8f10");
}

Test(hash, a_label_cannot_run_over_into_its_context)
{
	const struct mac_key key = counting_key();
	uint8_t first[HASH_KEY];
	uint8_t second[HASH_KEY];
	hash_derive(key.bytes, "label", SPAN_LIT("ctx"), first);
	hash_derive(key.bytes, "labelc", SPAN_LIT("tx"), second);
	cr_assert(memcmp(first, second, HASH_KEY) != 0);
	hash_derive(key.bytes, "other", SPAN_LIT("ctx"), second);
	cr_assert(memcmp(first, second, HASH_KEY) != 0);
}

Test(hash, a_key_that_is_done_with_is_wiped)
{
	struct mac_key key = counting_key();
	mac_key_done(&key);
	static const struct mac_key none;
	cr_assert(memcmp(&key, &none, sizeof key) == 0);
}
