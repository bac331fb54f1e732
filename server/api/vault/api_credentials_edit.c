/* SPDX-License-Identifier: Apache-2.0 */
/* api_credentials_edit - another label, another ceiling. */
#include "server/api/ask.h"
#include "server/api/vault/api_credentials.h"
#include "server/core/vault/credential_edits.h"

/* ---- PATCH /v1/credentials/{credential} ---- */

static fallible read_edits(struct call *call, struct credential_edits *edits)
{
	struct json_object top;
	TRY(call_body(call, &top));
	bool label = json_in_has(&top, "label"), modes = json_in_has(&top, "modes_max");
	if (label)
		edits->after.url = edits->after.username = SPAN_NONE;
	api_credentials_read_label(call, &top, modes ? JSON_OPTIONAL : JSON_NEEDED, &edits->after);
	if (modes)
		edits->after.modes_max = ask_modes(&top, "modes_max", MODES_ALL);
	json_in_end(&top);
	TRY(api_credentials_check(call));
	return call_check(call);
}

static fallible prepare_edit(struct call *call)
{
	struct credential_edits *edits;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &edits));
	TRY(stage_open(call, &stage));
	TRY(api_credentials_find(call, &stage.view, &edits->before));
	edits->after = edits->before;
	TRY(read_edits(call, edits));
	return credential_edits_prepare(&stage.scene, edits);
}

static fallible write_edit(struct act *act, struct call *call)
{
	return credential_edits_write(act, call->ask);
}

static fallible answer_edit(struct call *call, struct json_out *out)
{
	const struct credential_edits *edits = call->ask;
	api_credentials_put(call, out, &edits->after);
	return OK;
}

const struct handler api_credentials_edit = {prepare_edit, write_edit, answer_edit};
