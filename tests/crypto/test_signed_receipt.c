/* SPDX-License-Identifier: Apache-2.0 */
/* test_signed_receipt - receipts that another implementation signed, and what must not pass for one. */
#include "crypto/signed_receipt.h"

#include "base/text.h"
#include "tests/crypto/json_vectors.h"

#include <criterion/criterion.h>

static void public_key(const json_t *vectors, uint8_t key[static SIGN_PUBLIC])
{
	scoped(buf) decoded = BUF(SIGN_PUBLIC);
	cr_assert(!err_failed(text_parse_base64url(json_vectors_text(vectors, "public_key"), &decoded)));
	cr_assert(decoded.len == SIGN_PUBLIC);
	memcpy(key, decoded.data, SIGN_PUBLIC);
}

static struct sign_key secret_key(const json_t *vectors)
{
	uint8_t seed[SIGN_SEED];
	struct sign_key key;
	cr_assert(!err_failed(text_parse_hex(json_vectors_text(vectors, "seed"), seed, sizeof seed)));
	sign_key_init(&key, seed);
	return key;
}

typedef void check_receipt(struct err err, struct span payload, json_t *row);

/* Checks every receipt of a list of the vectors, and hands on what came of it. */
static void check_each(const char *list, size_t rows, check_receipt *check)
{
	uint8_t key[SIGN_PUBLIC];
	size_t i;
	json_t *row, *vectors = json_vectors_load("vectors/receipts.json");
	public_key(vectors, key);
	json_array_foreach(json_object_get(vectors, list), i, row)
	{
		scoped(buf) payload = BUF(SIGNED_RECEIPT_PAYLOAD_MAX);
		struct err err = signed_receipt_check(json_vectors_text(row, "receipt"), key, &payload);
		check(err, buf_span(&payload), row);
	}
	cr_assert(i == rows, "every row was read");
	json_decref(vectors);
}

static void holds(struct err err, struct span payload, json_t *row)
{
	cr_assert(!err_failed(err), "%s", err.why);
	cr_assert(span_equal(payload, json_vectors_text(row, "payload")));
}

static void is_forged(struct err err, struct span payload, json_t *row)
{
	cr_assert(err.kind == ERR_FORGED, "%.*s", SPAN_FMT(json_vectors_text(row, "name")));
	cr_assert(payload.len == 0, "nothing of a forgery is handed out");
}

Test(signed_receipt, checks_what_another_implementation_signed)
{
	check_each("holds", 3, holds);
}

Test(signed_receipt, refuses_every_forgery_as_forged)
{
	check_each("fails", 19, is_forged);
}

Test(signed_receipt, refuses_a_text_longer_than_any_receipt)
{
	static uint8_t text[SIGNED_RECEIPT_TEXT_MAX + 1];
	static const uint8_t KEY[SIGN_PUBLIC] = {1};
	scoped(buf) payload = BUF(SIGNED_RECEIPT_PAYLOAD_MAX);
	memset(text, 'A', sizeof text);
	text[100] = '.';
	cr_assert(signed_receipt_check(SPAN_BYTES(text), KEY, &payload).kind == ERR_FORGED);
	cr_assert(signed_receipt_check(span_of(text, 4000), KEY, &payload).kind == ERR_FORGED);
}

Test(signed_receipt, names_a_key_by_the_start_of_its_hash)
{
	uint8_t key[SIGN_PUBLIC];
	char kid[SIGNED_RECEIPT_KID + 1];
	json_t *vectors = json_vectors_load("vectors/receipts.json");
	public_key(vectors, key);
	signed_receipt_kid(key, kid);
	cr_assert(span_is(json_vectors_text(vectors, "kid"), kid));
	json_decref(vectors);
}

Test(signed_receipt, writes_the_golden_receipts_byte_for_byte)
{
	size_t i;
	json_t *row, *vectors = json_vectors_load("vectors/receipts.json");
	struct sign_key key = secret_key(vectors);
	json_array_foreach(json_object_get(vectors, "holds"), i, row)
	{
		uint8_t signature[SIGN_SIGNATURE];
		scoped(buf) message = BUF(SIGNED_RECEIPT_PAYLOAD_MAX);
		scoped(buf) receipt = BUF(SIGNED_RECEIPT_TEXT_MAX);
		signed_receipt_begin(&message);
		buf_put(&message, json_vectors_text(row, "payload"));
		sign_message(&key, buf_span(&message), signature);
		signed_receipt_put(&receipt, buf_span(&message), signature);
		cr_assert(span_equal(buf_span(&receipt), json_vectors_text(row, "receipt")));
	}
	json_decref(vectors);
	sign_key_done(&key);
}
