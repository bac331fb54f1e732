/* SPDX-License-Identifier: Apache-2.0 */
/* takeout_commands - one request each; the file goes to disk as it came, under its seal. */
#include "cli/takeout_commands.h"

#include "base/ids.h"
#include "cli/ask_json.h"
#include "cli/confirmation.h"
#include "cli/new_file.h"
#include "cli/print.h"
#include "cli/vault_rows.h"

enum { ASK_MAX = 8 * 1024, TIME_TEXT = 24 };

static const struct vault_rows_column COLUMNS[] = {
	{{"TAKEOUT", ID_TEXT, ID_TEXT, true}, "id"},
	{{"STATE", 8, 9, true}, "state"},
	{{"CLIENT", 8, 20, true}, "client_name"},
	{{"COUNT", 5, 5, true}, "count"},
	{{"ASKED BY", 10, 18, true}, "requested_by_name"},
	{{"UNTIL", TIME_TEXT, TIME_TEXT, false}, "until"},
	{{"PURPOSE", 8, 30, false}, "purpose"},
};
static const struct vault_rows ROWS = {COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]};

static const struct vault_rows_column FIELDS[] = {
	{{"takeout", 1, 1, true}, "id"},
	{{"state", 1, 1, true}, "state"},
	{{"client", 1, 1, true}, "client"},
	{{"count", 1, 1, true}, "count"},
	{{"purpose", 1, 1, true}, "purpose"},
	{{"recipient", 1, 1, true}, "recipient"},
	{{"until", 1, 1, true}, "until"},
};
static const struct vault_rows ONE = {FIELDS, sizeof FIELDS / sizeof FIELDS[0]};

fallible takeout_list_run(struct commands_call *call)
{
	return vault_rows_list(call, &ROWS, "v1/takeouts?names=1");
}

fallible takeout_ask_run(struct commands_call *call)
{
	scoped(buf) json = BUF(ASK_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	json_out_text(&out, "client", call->operand);
	ask_json_text(&out, call, "purpose", COMMANDS_PURPOSE);
	ask_json_text(&out, call, "format", COMMANDS_AS);
	ask_json_text(&out, call, "recipient", COMMANDS_RECIPIENT);
	json_out_close(&out);
	TRY(buf_check(&json));
	return vault_rows_send(call, &ONE, "v1/takeouts", buf_span(&json));
}

fallible takeout_approve_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	TRY(vault_rows_path(call, "v1/takeouts/", "/decision", &path));
	return vault_rows_send(call, &ONE, (const char *)path.data,
		call->option[COMMANDS_REFUSE] ? SPAN_LIT("{\"approve\":false}")
					      : SPAN_LIT("{\"approve\":true}"));
}

fallible takeout_cancel_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	TRY(vault_rows_path(call, "v1/takeouts/", "", &path));
	return vault_rows_send(call, &ONE, (const char *)path.data, SPAN_NONE);
}

/* ---- taking ---- */

static fallible keep_piece(void *context, struct span piece)
{
	return new_file_put(context, piece);
}

static fallible fetch_file(
	struct session *session, struct commands_call *call, const char *verification, struct new_file *file)
{
	scoped(buf) json = BUF(ASK_MAX);
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	scoped(http_client_reply) reply = {0};
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	json_out_text(&out, "verification", verification);
	json_out_close(&out);
	TRY(buf_check(&json));
	TRY(vault_rows_path(call, "v1/takeouts/", "/file", &path));
	const struct http_client_ask ask = {.path = (const char *)path.data,
		.json = buf_span(&json),
		.on_piece = keep_piece,
		.context = file};
	return session_call(session, call, &ask, &reply);
}

/* The file's place is there before the one time that it leaves. */
fallible takeout_take_run(struct commands_call *call)
{
	scoped(session) session = {0};
	scoped(new_file) file = NEW_FILE;
	char verification[CONFIRMATION_ID];
	const struct confirmation_ask ask = {.type = "takeout",
		.text = "Take the client's credentials out in a file",
		.fields = {{"takeout", call->operand}},
		.count = 1};
	TRY(session_open(call, &session));
	TRY(new_file_open(call->option[COMMANDS_OUTPUT], &file));
	TRY(confirmation_get(&session, call, &ask, verification));
	TRY(fetch_file(&session, call, verification, &file));
	TRY(new_file_keep(&file));
	print_complaint("sealed: open it with age -d -i KEYFILE %s", call->option[COMMANDS_OUTPUT]);
	return OK;
}
