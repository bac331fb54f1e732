/* SPDX-License-Identifier: Apache-2.0 */
/* api_keys - GET /v1/keys: the public halves that checkpoints and receipts are checked with. */
#include "base/text.h"
#include "crypto/note.h"
#include "crypto/signed_receipt.h"
#include "server/api/stage.h"
#include "store/nouns/tenant.h"

enum { VKEY_MAX = 512 };

struct keys_ask {
	struct tenant tenant;
	uint8_t checkpoint[SIGN_PUBLIC];
	uint8_t receipt[SIGN_PUBLIC];
};

static fallible prepare(struct call *call)
{
	struct keys_ask *ask;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ask));
	TRY(stage_open(call, &stage));
	TRY(tenant_get_clear(&stage.view, call->caller.tenant, call->arena, &ask->tenant));
	return keeper_public(call->server->keeper, call->caller.tenant, ask->checkpoint, ask->receipt);
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct keys_ask *ask = call->ask;
	char kid[SIGNED_RECEIPT_KID + 1];
	scoped(buf) vkey = BUF(VKEY_MAX);
	scoped(buf) public_key = BUF(VKEY_MAX);
	note_put_vkey(&vkey, ask->tenant.origin, ask->checkpoint);
	text_put_base64url(&public_key, SPAN_BYTES(ask->receipt));
	TRY(buf_check(&vkey));
	TRY(buf_check(&public_key));
	signed_receipt_kid(ask->receipt, kid);
	json_out_open(out, "log");
	json_out_span(out, "origin", ask->tenant.origin);
	json_out_span(out, "vkey", buf_span(&vkey));
	json_out_close(out);
	json_out_open(out, "receipt");
	json_out_text(out, "kid", kid);
	json_out_span(out, "public_key", buf_span(&public_key));
	json_out_close(out);
	return OK;
}

const struct handler api_keys = {prepare, NULL, answer};
