/* SPDX-License-Identifier: Apache-2.0 */
/* api_credentials_trash - into the trash, out of it, and away at once. */
#include "server/api/ask.h"
#include "server/api/vault/api_credentials.h"
#include "server/core/vault/credential_trash.h"

/* What is asked for of the credential that the path names. */
struct trash {
	struct credential_trash use;
	bool now; /* of DELETE: shred it */
};

typedef fallible (*prepare_fn)(const struct scene *scene, struct credential_trash *trash);

static fallible prepare(struct call *call, struct trash *trash, prepare_fn prepare_use)
{
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(api_credentials_find(call, &stage.view, &trash->use.credential));
	return prepare_use(&stage.scene, &trash->use);
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct trash *trash = call->ask;
	api_credentials_put(call, out, &trash->use.credential);
	return OK;
}

/* ---- DELETE /v1/credentials/{credential} ---- */

static fallible read_now(struct call *call, bool *now)
{
	struct span text;
	TRY(call_query(call, "now", &text));
	if (text.len && !span_is(text, "1"))
		return call_refuse(call, "now", "not_allowed", "now is 1, or is left out");
	*now = text.len > 0;
	return OK;
}

static fallible prepare_archive(struct call *call)
{
	struct trash *trash;
	TRY(call_ask(call, &trash));
	TRY(read_now(call, &trash->now));
	return prepare(
		call, trash, trash->now ? credential_trash_shred_prepare : credential_trash_archive_prepare);
}

static fallible write_archive(struct act *act, struct call *call)
{
	struct trash *trash = call->ask;
	return trash->now ? credential_trash_shred_write(act, &trash->use)
			  : credential_trash_archive_write(act, &trash->use);
}

const struct handler api_credentials_archive = {prepare_archive, write_archive, answer};

/* ---- POST /v1/credentials/{credential}/restore ---- */

static fallible prepare_restore(struct call *call)
{
	struct trash *trash;
	TRY(call_ask(call, &trash));
	TRY(ask_nothing(call));
	return prepare(call, trash, credential_trash_restore_prepare);
}

static fallible write_restore(struct act *act, struct call *call)
{
	struct trash *trash = call->ask;
	return credential_trash_restore_write(act, &trash->use);
}

const struct handler api_credentials_restore = {prepare_restore, write_restore, answer};
