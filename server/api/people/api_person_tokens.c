/* SPDX-License-Identifier: Apache-2.0 */
/* api_person_tokens - POST /v1/people/{person}/tokens and DELETE /v1/tokens/{id}. */
#include "server/api/ask.h"
#include "server/core/people/person_tokens.h"

static fallible read_add(struct call *call, struct person_tokens_add *add)
{
	struct json_object top;
	TRY(call_body(call, &top));
	add->name = ask_line(call, &top, "name", JSON_NEEDED, PERSONAL_TOKEN_NAME_MAX);
	add->expires = ask_expiry(call, &top);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct person_tokens_add *add;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	TRY(stage_open(call, &stage));
	TRY(people_find(&stage.scene, call->parts[0], &add->person));
	TRY(read_add(call, add));
	call->status = 201;
	return person_tokens_add_prepare(&stage.scene, add);
}

static fallible write_add(struct act *act, struct call *call)
{
	return person_tokens_add_write(act, call->ask);
}

static void put_token(struct json_out *out, const struct personal_token *token)
{
	json_out_id(out, "id", ID_TOKEN, token->id);
	ask_put_text(out, "name", token->name);
	json_out_id(out, "person", ID_PERSON, token->person);
	json_out_time(out, "expires_at", token->expires);
	json_out_text(out, "state", token->revoked ? "revoked" : "active");
	json_out_time(out, "created", token->created);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct person_tokens_add *add = call->ask;
	put_token(out, &add->token);
	json_out_secret(out, "token", span_of(add->text, TOKEN_TEXT));
	return OK;
}

const struct handler api_person_tokens_add = {prepare_add, write_add, answer_add};

static fallible prepare_revoke(struct call *call)
{
	struct id id;
	struct person_tokens_revoke *revoke;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &revoke));
	TRY(ids_parse(ID_TOKEN, call->parts[0], &id));
	TRY(stage_open(call, &stage));
	return person_tokens_revoke_prepare(&stage.scene, id, revoke);
}

static fallible write_revoke(struct act *act, struct call *call)
{
	return person_tokens_revoke_write(act, call->ask);
}

static fallible answer_revoke(struct call *call, struct json_out *out)
{
	const struct person_tokens_revoke *revoke = call->ask;
	put_token(out, &revoke->token);
	return OK;
}

const struct handler api_person_tokens_revoke = {prepare_revoke, write_revoke, answer_revoke};
