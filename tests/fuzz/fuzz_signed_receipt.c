/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_signed_receipt - hostile text as a receipt: nobody without the key makes one that holds. */
#include "crypto/signed_receipt.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

/* What the key signed holds, whatever it is; read back it is the same. */
static void check_round(const struct sign_key *key, const uint8_t *public_key, struct span payload)
{
	uint8_t signature[SIGN_SIGNATURE];
	scoped(buf) message = BUF(SIGNED_RECEIPT_PAYLOAD_MAX);
	scoped(buf) text = BUF(SIGNED_RECEIPT_TEXT_MAX);
	scoped(buf) back = BUF(SIGNED_RECEIPT_PAYLOAD_MAX);
	signed_receipt_begin(&message);
	buf_put(&message, payload);
	if (err_failed(buf_check(&message)))
		return;
	sign_message(key, buf_span(&message), signature);
	signed_receipt_put(&text, buf_span(&message), signature);
	expect(!err_failed(buf_check(&text)));
	expect(!err_failed(signed_receipt_check(buf_span(&text), public_key, &back)));
	expect(span_equal(buf_span(&back), payload));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t SEED[SIGN_SEED] = {9};
	struct sign_key key;
	uint8_t public_key[SIGN_PUBLIC];
	scoped(buf) payload = BUF(SIGNED_RECEIPT_PAYLOAD_MAX);
	sign_key_init(&key, SEED);
	sign_key_public(&key, public_key);
	struct err err = signed_receipt_check(span_of(data, size), public_key, &payload);
	expect(err.kind == ERR_FORGED && payload.len == 0);
	check_round(&key, public_key, span_of(data, size));
	sign_key_done(&key);
	return 0;
}
