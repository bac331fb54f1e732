/* SPDX-License-Identifier: Apache-2.0 */
/* api_consents - POST /v1/consents and DELETE /v1/consents/{consent}: by the client's own people. */
#include "server/api/ask.h"
#include "server/core/grants/consents.h"

enum { NAME_MAX_BYTES = 128 };

static void put_consent(struct json_out *out, const struct consent *consent)
{
	json_out_id(out, "id", ID_CONSENT, consent->id);
	json_out_text(out, "state", consent->state == CONSENT_GIVEN ? "given" : "withdrawn");
	json_out_id(out, "client", ID_CLIENT, consent->client);
	json_out_id(out, "party", ID_PERSON, consent->party);
	ask_put_id(out, "credential", ID_CREDENTIAL, consent->credential);
	json_out_span(out, "purpose", consent->purpose);
	json_out_number(out, "text_version", consent->text);
	json_out_id(out, "by", ID_PERSON, consent->giver);
	json_out_time(out, "given", consent->given);
	json_out_time(out, "expires_at", consent->expires);
}

/* ---- POST /v1/consents ---- */

static fallible read_give(struct call *call, struct json_object *top, struct consents_give *give)
{
	TRY(call_body(call, top));
	give->client = json_in_text(top, "client", JSON_NEEDED, NAME_MAX_BYTES);
	give->party = json_in_text(top, "party", JSON_NEEDED, NAME_MAX_BYTES);
	give->credential = json_in_text(top, "credential", JSON_OPTIONAL, NAME_MAX_BYTES);
	give->consent.purpose = json_in_text(top, "purpose", JSON_NEEDED, CONSENT_PURPOSE_MAX);
	if (give->consent.purpose.len && ask_is_silent(give->consent.purpose))
		json_in_note(top, "purpose", "missing");
	give->consent.text =
		(uint32_t)json_in_number(top, "text_version", JSON_NEEDED, 1, CONSENTS_TEXT_MAX, 0);
	give->consent.expires = json_in_time(top, "expires_at", JSON_NEEDED);
	json_in_end(top);
	return call_check(call);
}

static fallible prepare_give(struct call *call)
{
	struct consents_give *give;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &give));
	call->status = 201;
	TRY(read_give(call, &top, give));
	TRY(stage_open(call, &stage));
	struct err err = consents_give_prepare(&stage.scene, give);
	if (err_failed(err) && give->fault)
		json_in_note(&top, give->fault, "not_allowed");
	err = call_blame(call, err, CODE_UNKNOWN_PERSON, "/party");
	return call_blame(call, err, CODE_UNKNOWN_CLIENT, "/client");
}

static fallible write_give(struct act *act, struct call *call)
{
	return consents_give_write(act, call->ask);
}

static fallible answer_give(struct call *call, struct json_out *out)
{
	const struct consents_give *give = call->ask;
	put_consent(out, &give->consent);
	return OK;
}

const struct handler api_consents_give = {prepare_give, write_give, answer_give};

/* ---- DELETE /v1/consents/{consent} ---- */

static fallible prepare_withdraw(struct call *call)
{
	struct consents_withdraw *withdraw;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &withdraw));
	withdraw->consent_id = call->parts[0];
	TRY(stage_open(call, &stage));
	return consents_withdraw_prepare(&stage.scene, withdraw);
}

static fallible write_withdraw(struct act *act, struct call *call)
{
	return consents_withdraw_write(act, call->ask);
}

static fallible answer_withdraw(struct call *call, struct json_out *out)
{
	const struct consents_withdraw *withdraw = call->ask;
	put_consent(out, &withdraw->consent);
	json_out_number(out, "grants_ended", (int64_t)withdraw->ended);
	return OK;
}

const struct handler api_consents_withdraw = {prepare_withdraw, write_withdraw, answer_withdraw};
