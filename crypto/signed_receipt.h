/* SPDX-License-Identifier: Apache-2.0 */
/* signed_receipt - the shell of a receipt: a payload and the signature over it. What stands in the payload is the business
 * of who writes and reads it. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/sign.h"

enum { SIGNED_RECEIPT_KID = 8, SIGNED_RECEIPT_PAYLOAD_MAX = 2048, SIGNED_RECEIPT_TEXT_MAX = 4096 };

/* signed_receipt_kid - which key: the first eight hexadecimal digits of the SHA-256 of its public half. */
void signed_receipt_kid(
	const uint8_t public_key[static SIGN_PUBLIC], char kid[static SIGNED_RECEIPT_KID + 1]);

/* signed_receipt_begin - the label that comes before the payload in what is signed; the payload follows it.
 * signed_receipt_put - base64url(payload) "." base64url(signature) of such a message.
 * Source: docs/formats.md "receipt". */
void signed_receipt_begin(struct buf *message);
void signed_receipt_put(struct buf *out, struct span message, const uint8_t signature[static SIGN_SIGNATURE]);

/* signed_receipt_check - the payload of a receipt that the key signed, JSON as it stands.
 *
 *   text     the receipt, nothing before or behind it; at most SIGNED_RECEIPT_TEXT_MAX
 *   payload  appended to
 * Fails: FORGED it is no receipt, or the signature is not this key's; payload is then of no use · NO_MEMORY. */
fallible signed_receipt_check(
	struct span text, const uint8_t public_key[static SIGN_PUBLIC], struct buf *payload);
