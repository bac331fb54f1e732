/* SPDX-License-Identifier: Apache-2.0 */
/* grant_commands - one request each. */
#include "cli/grant_commands.h"

#include "base/ids.h"
#include "cli/ask_json.h"
#include "cli/vault_rows.h"

enum { ASK_MAX = 8 * 1024, TIME_TEXT = 24 };

static const struct vault_rows_column COLUMNS[] = {
	{{"GRANT", ID_TEXT, ID_TEXT, true}, "id"},
	{{"STATE", 7, 9, true}, "state"},
	{{"CREDENTIAL", 12, 24, true}, "credential_title"},
	{{"CLIENT", 8, 16, false}, "client_name"},
	{{"PERSON", 10, 18, true}, "to_name"},
	{{"MODES", 4, 11, true}, "modes"},
	{{"UNTIL", TIME_TEXT, TIME_TEXT, false}, "until"},
	{{"TASK", 6, 10, false}, "task"},
};
static const struct vault_rows ROWS = {COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]};

/* Of one: who and what stand there as ids. */
static const struct vault_rows_column FIELDS[] = {
	{{"grant", 1, 1, true}, "id"},
	{{"state", 1, 1, true}, "state"},
	{{"nda", 1, 1, true}, "gates.nda"},
	{{"consent", 1, 1, true}, "gates.consent"},
	{{"approval", 1, 1, true}, "gates.approval"},
	{{"credential", 1, 1, true}, "credential"},
	{{"person", 1, 1, true}, "to"},
	{{"modes", 1, 1, true}, "modes"},
	{{"until", 1, 1, true}, "until"},
};
static const struct vault_rows ONE = {FIELDS, sizeof FIELDS / sizeof FIELDS[0]};

fallible grant_list_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	buf_put_text(&path, "v1/grants?names=1");
	vault_rows_query(&path, "client", call->option[COMMANDS_CLIENT]);
	buf_put_u8(&path, 0);
	TRY(buf_check(&path));
	return vault_rows_list(call, &ROWS, (const char *)path.data);
}

fallible grant_give_run(struct commands_call *call)
{
	scoped(buf) json = BUF(ASK_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	json_out_text(&out, "credential", call->operand);
	ask_json_text(&out, call, "to", COMMANDS_GRANTEE);
	ask_json_list(&out, call, "modes", COMMANDS_MODES);
	TRY(ask_json_time(&out, call, "from", COMMANDS_START));
	TRY(ask_json_time(&out, call, "until", COMMANDS_UNTIL));
	TRY(ask_json_number(&out, call, "uses", COMMANDS_USES));
	ask_json_text(&out, call, "task", COMMANDS_TASK);
	ask_json_text(&out, call, "mandate", COMMANDS_MANDATE);
	json_out_close(&out);
	TRY(buf_check(&json));
	return vault_rows_send(call, &ONE, "v1/grants", buf_span(&json));
}

fallible grant_revoke_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	TRY(vault_rows_path(call, "v1/grants/", "", &path));
	return vault_rows_send(call, &ONE, (const char *)path.data, SPAN_NONE);
}

fallible grant_approve_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	TRY(vault_rows_path(call, "v1/grants/", "/decision", &path));
	return vault_rows_send(call, &ONE, (const char *)path.data,
		call->option[COMMANDS_REFUSE] ? SPAN_LIT("{\"approve\":false}")
					      : SPAN_LIT("{\"approve\":true}"));
}
