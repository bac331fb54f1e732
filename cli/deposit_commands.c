/* SPDX-License-Identifier: Apache-2.0 */
/* deposit_commands - one request each. */
#include "cli/deposit_commands.h"

#include "base/ids.h"
#include "cli/ask_json.h"
#include "cli/vault_rows.h"

#include <string.h>

enum { ASK_MAX = 8 * 1024, TIME_TEXT = 24, FIELDS_MAX = 2 };

static const struct vault_rows_column COLUMNS[] = {
	{{"DEPOSIT", ID_TEXT, ID_TEXT, true}, "id"},
	{{"STATE", 8, 11, true}, "state"},
	{{"CLIENT", 8, 16, true}, "client_name"},
	{{"ASK", 10, 24, true}, "ask"},
	{{"KIND", 5, 7, false}, "kind"},
	{{"EXPIRES", TIME_TEXT, TIME_TEXT, false}, "expires"},
};
static const struct vault_rows ROWS = {COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]};

static const struct vault_rows_column FIELDS[] = {
	{{"deposit", 1, 1, true}, "id"},
	{{"state", 1, 1, true}, "state"},
	{{"link", 1, 1, true}, "url", .is_address = true},
	{{"words", 1, 1, true}, "words"},
	{{"expires", 1, 1, true}, "expires"},
	{{"credential", 1, 1, true}, "credential"},
};
static const struct vault_rows ONE = {FIELDS, sizeof FIELDS / sizeof FIELDS[0]};

/* What the client's form asks for. */
static const struct asked {
	const char *kind;
	const char *fields[FIELDS_MAX];
} ASKED[] = {
	{"login", {"username", "password"}},
	{"totp", {"totp"}},
	{"api_key", {"key"}},
	{"note", {"text"}},
};

fallible deposit_list_run(struct commands_call *call)
{
	return vault_rows_list(call, &ROWS, "v1/deposits?names=1");
}

static fallible put_fields(struct json_out *out, struct commands_call *call)
{
	const char *kind = call->option[COMMANDS_KIND] ? call->option[COMMANDS_KIND] : ASKED[0].kind;
	const struct asked *asked = NULL;
	for (size_t i = 0; i < sizeof ASKED / sizeof ASKED[0]; i++)
		if (strcmp(ASKED[i].kind, kind) == 0)
			asked = &ASKED[i];
	if (!asked) {
		commands_say_where(call, kind);
		return FAIL(INPUT, "a link asks for a login, a totp, an api_key or a note");
	}
	json_out_open_array(out, "fields");
	for (size_t i = 0; i < FIELDS_MAX && asked->fields[i]; i++)
		json_out_text(out, NULL, asked->fields[i]);
	json_out_close_array(out);
	return OK;
}

fallible deposit_link_run(struct commands_call *call)
{
	scoped(buf) json = BUF(ASK_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	json_out_text(&out, "client", call->operand);
	ask_json_text(&out, call, "ask", COMMANDS_TITLE);
	ask_json_text(&out, call, "site", COMMANDS_SITE);
	TRY(put_fields(&out, call));
	json_out_close(&out);
	TRY(buf_check(&json));
	return vault_rows_send(call, &ONE, "v1/deposits", buf_span(&json));
}

fallible deposit_accept_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	TRY(vault_rows_path(call, "v1/deposits/", "/decision", &path));
	return vault_rows_send(call, &ONE, (const char *)path.data,
		call->option[COMMANDS_REFUSE] ? SPAN_LIT("{\"approve\":false}")
					      : SPAN_LIT("{\"approve\":true}"));
}
