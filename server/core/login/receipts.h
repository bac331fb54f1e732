/* SPDX-License-Identifier: Apache-2.0 */
/* receipts - a signed statement of what a verification came to: it can be checked offline with the key of GET
 * /v1/keys. It proves; it opens nothing, for Muniment takes only the verification's id (FOUNDATIONS 21). */
#pragma once

#include "server/core/login/verifications.h"

/* receipts_put - a receipt (crypto/signed_receipt.h) of an allow whose event has its number. Fails: BUSY sealed ·
 * TOO_LARGE. */
fallible receipts_put(const struct server *server, const struct verifications_ask *ask, struct buf *out);

/* receipts_put_amr - the methods per RFC 8176 as a JSON array; "remembered", which is none of them, where a remembered
 * device took the place of a code. */
struct json_out;
void receipts_put_amr(struct json_out *out, const struct verifications_ask *ask);
