/* SPDX-License-Identifier: Apache-2.0 */
/* api_credentials_reuse - POST /v1/credentials:reuse. */
#include "server/api/ask.h"
#include "server/core/vault/credential_reuse.h"

enum { NAME_MAX_BYTES = 128 };

static fallible prepare_reuse(struct call *call)
{
	struct credential_reuse *reuse;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &reuse));
	TRY(call_body(call, &top));
	reuse->client = json_in_text(&top, "client", JSON_OPTIONAL, NAME_MAX_BYTES);
	json_in_end(&top);
	TRY(call_check(call));
	TRY(stage_open(call, &stage));
	return credential_reuse_prepare(&stage.scene, reuse);
}

static fallible write_reuse(struct act *act, struct call *call)
{
	return credential_reuse_write(act, call->caller.tenant, call->ask);
}

static void put_group(struct json_out *out, const struct credential_reuse *reuse, size_t at, size_t count)
{
	json_out_open(out, NULL);
	json_out_open_array(out, "credentials");
	for (size_t i = 0; i < count; i++)
		json_out_id(out, NULL, ID_CREDENTIAL, reuse->items[at + i].credential);
	json_out_close_array(out);
	json_out_close(out);
}

static fallible answer_reuse(struct call *call, struct json_out *out)
{
	const struct credential_reuse *reuse = call->ask;
	size_t count;
	json_out_number(out, "compared", (int64_t)reuse->count);
	json_out_bool(out, "complete", reuse->complete);
	json_out_open_array(out, "groups");
	for (size_t at = 0; at < reuse->count; at += count) {
		count = credential_reuse_run(reuse, at);
		if (count > 1)
			put_group(out, reuse, at, count);
	}
	json_out_close_array(out);
	return OK;
}

const struct handler api_credentials_reuse = {prepare_reuse, write_reuse, answer_reuse};
