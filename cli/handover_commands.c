/* SPDX-License-Identifier: Apache-2.0 */
/* handover_commands - one request each. */
#include "cli/handover_commands.h"

#include "base/ids.h"
#include "cli/ask_json.h"
#include "cli/vault_rows.h"

enum { ASK_MAX = 8 * 1024, TIME_TEXT = 24 };

static const struct vault_rows_column COLUMNS[] = {
	{{"HANDOVER", ID_TEXT, ID_TEXT, true}, "id"},
	{{"STATE", 7, 9, true}, "state"},
	{{"KIND", 8, 11, false}, "kind"},
	{{"FROM", 10, 18, true}, "from_name"},
	{{"TO", 10, 18, true}, "to_name"},
	{{"START", TIME_TEXT, TIME_TEXT, true}, "start"},
	{{"UNTIL", TIME_TEXT, TIME_TEXT, false}, "until"},
};
static const struct vault_rows ROWS = {COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]};

static const struct vault_rows_column FIELDS[] = {
	{{"handover", 1, 1, true}, "id"},
	{{"state", 1, 1, true}, "state"},
	{{"kind", 1, 1, true}, "kind"},
	{{"from", 1, 1, true}, "from"},
	{{"to", 1, 1, true}, "to"},
	{{"start", 1, 1, true}, "start"},
	{{"until", 1, 1, true}, "until"},
	{{"moves", 1, 1, true}, "moves"},
};
static const struct vault_rows ONE = {FIELDS, sizeof FIELDS / sizeof FIELDS[0]};

fallible handover_list_run(struct commands_call *call)
{
	return vault_rows_list(call, &ROWS, "v1/handovers?names=1");
}

static fallible put_start(struct json_out *out, struct commands_call *call)
{
	if (call->option[COMMANDS_START])
		return ask_json_time(out, call, "start", COMMANDS_START);
	json_out_time(out, "start", call->environment->now);
	return OK;
}

static void put_clients(struct json_out *out, const struct commands_call *call)
{
	if (call->count[COMMANDS_CLIENT] == 0)
		return;
	json_out_open_array(out, "clients");
	for (size_t i = 0; i < call->count[COMMANDS_CLIENT]; i++)
		json_out_text(out, NULL, call->values[COMMANDS_CLIENT][i]);
	json_out_close_array(out);
}

fallible handover_start_run(struct commands_call *call)
{
	scoped(buf) json = BUF(ASK_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	json_out_text(&out, "kind", "stand_in");
	json_out_text(&out, "from", call->operand);
	ask_json_text(&out, call, "to", COMMANDS_GRANTEE);
	ask_json_text(&out, call, "reason", COMMANDS_REASON);
	TRY(put_start(&out, call));
	TRY(ask_json_time(&out, call, "until", COMMANDS_UNTIL));
	put_clients(&out, call);
	json_out_close(&out);
	TRY(buf_check(&json));
	return vault_rows_send(call, &ONE, "v1/handovers", buf_span(&json));
}

fallible handover_approve_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	const char *what = call->option[COMMANDS_EXTENSION] ? "/extend/decision" : "/decision";
	TRY(vault_rows_path(call, "v1/handovers/", what, &path));
	return vault_rows_send(call, &ONE, (const char *)path.data,
		call->option[COMMANDS_REFUSE] ? SPAN_LIT("{\"approve\":false}")
					      : SPAN_LIT("{\"approve\":true}"));
}

fallible handover_extend_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	scoped(buf) json = BUF(ASK_MAX);
	struct json_out out = JSON_OUT(&json);
	TRY(vault_rows_path(call, "v1/handovers/", "/extend", &path));
	json_out_open(&out, NULL);
	TRY(ask_json_time(&out, call, "until", COMMANDS_UNTIL));
	ask_json_text(&out, call, "reason", COMMANDS_REASON);
	json_out_close(&out);
	TRY(buf_check(&json));
	return vault_rows_send(call, &ONE, (const char *)path.data, buf_span(&json));
}

fallible handover_return_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	TRY(vault_rows_path(call, "v1/handovers/", "", &path));
	return vault_rows_send(call, &ONE, (const char *)path.data, SPAN_NONE);
}
