/* SPDX-License-Identifier: Apache-2.0 */
/* signed_receipt - two runs of base64url and a full stop. */
#include "crypto/signed_receipt.h"

#include "base/text.h"
#include "crypto/hash.h"

static const struct span LABEL = {(const uint8_t *)"muniment-receipt-v1\n", 20};

void signed_receipt_kid(const uint8_t public_key[static SIGN_PUBLIC], char kid[static SIGNED_RECEIPT_KID + 1])
{
	static const char HEX[] = "0123456789abcdef";
	uint8_t hash[HASH_SHA256];
	hash_sha256(span_of(public_key, SIGN_PUBLIC), hash);
	for (size_t i = 0; i < SIGNED_RECEIPT_KID; i++)
		kid[i] = HEX[i % 2 ? hash[i / 2] & 15 : hash[i / 2] >> 4];
	kid[SIGNED_RECEIPT_KID] = '\0';
}

void signed_receipt_begin(struct buf *message)
{
	buf_put(message, LABEL);
}

void signed_receipt_put(struct buf *out, struct span message, const uint8_t signature[static SIGN_SIGNATURE])
{
	text_put_base64url(out, span_from(message, LABEL.len));
	buf_put_text(out, ".");
	text_put_base64url(out, span_of(signature, SIGN_SIGNATURE));
}

/* Whatever can't be read is not what the key signed. */
static fallible judge(struct err err, const struct buf *decoded)
{
	if (err_failed(err) && err.kind != ERR_NO_MEMORY)
		return FAIL(FORGED, "it is not a receipt: base64url, a full stop, base64url");
	TRY(err);
	return buf_check(decoded);
}

fallible signed_receipt_check(
	struct span text, const uint8_t public_key[static SIGN_PUBLIC], struct buf *payload)
{
	scoped(buf) message = BUF(SIGNED_RECEIPT_PAYLOAD_MAX);
	scoped(buf) signature = BUF(SIGN_SIGNATURE);
	struct span rest = text, encoded = SPAN_NONE;
	if (text.len > SIGNED_RECEIPT_TEXT_MAX || !span_cut(&rest, '.', &encoded) || rest.len == 0)
		return FAIL(FORGED, "it is not a receipt: base64url, a full stop, base64url");
	buf_put(&message, LABEL);
	TRY(judge(text_parse_base64url(encoded, &message), &message));
	TRY(judge(text_parse_base64url(rest, &signature), &signature));
	if (signature.len != SIGN_SIGNATURE)
		return FAIL(FORGED, "a receipt's signature has another length");
	TRY(sign_check(public_key, buf_span(&message), buf_span(&signature)));
	buf_put(payload, span_from(buf_span(&message), LABEL.len));
	return buf_check(payload);
}
