/* SPDX-License-Identifier: Apache-2.0 */
/* receipts - payload and signature. */
#include "server/core/login/receipts.h"

#include "base/json_out.h"
#include "crypto/signed_receipt.h"
#include "server/core/proof.h"

enum { RECEIPT_VERSION = 1, MS = 1000 };

void receipts_put_amr(struct json_out *out, const struct verifications_ask *ask)
{
	const struct method *used = methods_of_factor(&ask->methods, ask->verification.factor);
	bool remembered = ids_is_none(ask->verification.factor);
	json_out_open_array(out, "amr");
	json_out_text(out, NULL, remembered ? "remembered" : "otp");
	if (used && used->type == FACTOR_EMAIL)
		json_out_text(out, NULL, "email");
	json_out_close_array(out);
}

static void put_verdict(struct json_out *out, const struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	json_out_text(out, "purpose", verification->is_action ? "action" : "login");
	if (verification->is_action)
		json_out_hex(out, "action_hash", SPAN_BYTES(verification->action_hash));
	json_out_id(out, "verification", ID_VERIFICATION, verification->id);
	json_out_text(out, "decision", "allow");
	json_out_number(out, "aal", verification->aal);
	receipts_put_amr(out, ask);
	if (!ids_is_none(verification->factor))
		json_out_id(out, "factor", ID_FACTOR, verification->factor);
	if (ask->nonce.len)
		json_out_span(out, "nonce", ask->nonce);
}

static void put_log(struct json_out *out, const struct receipt *receipt)
{
	json_out_id(out, "event", ID_EVENT, receipt->event);
	json_out_number(out, "index", (int64_t)receipt->index);
	json_out_hex(out, "leaf", SPAN_BYTES(receipt->leaf.bytes));
	json_out_hex(out, "chain", SPAN_BYTES(receipt->chain));
}

static void put_payload(const struct verifications_ask *ask, const char *kid, struct buf *payload)
{
	const struct verification *verification = &ask->verification;
	int64_t lives_ms = verification->is_action ? PROOF_ACTION_MS : PROOF_LOGIN_MS;
	struct json_out out = JSON_OUT(payload);
	json_out_open(&out, NULL);
	json_out_number(&out, "v", RECEIPT_VERSION);
	json_out_text(&out, "kid", kid);
	json_out_id(&out, "tenant", ID_TENANT, verification->tenant);
	json_out_id(&out, "person", ID_PERSON, verification->person);
	if (verification->by_session)
		json_out_id(&out, "session", ID_SESSION, verification->application);
	else if (!verification_is_by_person(verification))
		json_out_id(&out, "application", ID_APPLICATION, verification->application);
	put_verdict(&out, ask);
	put_log(&out, &ask->receipt);
	json_out_number(&out, "iat", verification->decided.ms / MS);
	json_out_number(&out, "exp", (verification->decided.ms + lives_ms) / MS);
	json_out_close(&out);
}

fallible receipts_put(const struct server *server, const struct verifications_ask *ask, struct buf *out)
{
	uint8_t public_key[SIGN_PUBLIC], signature[SIGN_SIGNATURE];
	char kid[SIGNED_RECEIPT_KID + 1];
	scoped(buf) message = BUF(SIGNED_RECEIPT_PAYLOAD_MAX);
	TRY(keeper_receipt_public(server->keeper, ask->verification.tenant, public_key));
	signed_receipt_kid(public_key, kid);
	signed_receipt_begin(&message);
	put_payload(ask, kid, &message);
	TRY(buf_check(&message));
	TRY(keeper_sign_receipt(server->keeper, ask->verification.tenant, buf_span(&message), signature));
	signed_receipt_put(out, buf_span(&message), signature);
	return buf_check(out);
}
