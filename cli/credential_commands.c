/* SPDX-License-Identifier: Apache-2.0 */
/* credential_commands - labels to the terminal; codes and secrets to where they were asked for, and nowhere else. */
#include "cli/credential_commands.h"

#include "base/ids.h"
#include "base/json_in.h"
#include "cli/ask_json.h"
#include "cli/confirmation.h"
#include "cli/print.h"
#include "cli/secret_in.h"
#include "cli/secret_out.h"
#include "cli/vault_rows.h"
#include "crypto/secret.h"

#include <string.h>

enum {
	ASK_MAX = 64 * 1024,
	ANSWER_MAX = 128 * 1024,
	ARENA_BYTES = 1024 * 1024,
	CODE_MAX = 64,
	TEXT_MAX = 16 * 1024,
};

static const struct vault_rows_column COLUMNS[] = {
	{{"CREDENTIAL", ID_TEXT, ID_TEXT, true}, "id"},
	{{"TITLE", 12, 28, true}, "label.title"},
	{{"CLIENT", 8, 16, false}, "client_name"},
	{{"KIND", 5, 7, true}, "kind"},
	{{"USER", 8, 20, false}, "label.username"},
	{{"SITE", 8, 24, false}, "label.url"},
	{{"MODES", 4, 18, false}, "modes_max"},
};
static const struct vault_rows ROWS = {COLUMNS, sizeof COLUMNS / sizeof COLUMNS[0]};

static const struct vault_rows_column FIELDS[] = {
	{{"credential", 1, 1, true}, "id"},
	{{"title", 1, 1, true}, "label.title"},
	{{"username", 1, 1, true}, "label.username"},
	{{"site", 1, 1, true}, "label.url"},
	{{"client", 1, 1, true}, "client"},
	{{"kind", 1, 1, true}, "kind"},
	{{"state", 1, 1, true}, "state"},
	{{"version", 1, 1, true}, "version"},
	{{"modes", 1, 1, true}, "modes_max"},
};
static const struct vault_rows ONE = {FIELDS, sizeof FIELDS / sizeof FIELDS[0]};

/* ---- labels ---- */

fallible credential_list_run(struct commands_call *call)
{
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	buf_put_text(&path, "v1/credentials?names=1");
	vault_rows_query(&path, "client", call->option[COMMANDS_CLIENT]);
	buf_put_u8(&path, 0);
	TRY(buf_check(&path));
	return vault_rows_list(call, &ROWS, (const char *)path.data);
}

fallible credential_show_run(struct commands_call *call)
{
	scoped(session) session = {0};
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	scoped(buf) answer = BUF(ANSWER_MAX);
	TRY(vault_rows_path(call, "v1/credentials/", "", &path));
	TRY(session_open(call, &session));
	TRY(session_fetch(&session, call, (const char *)path.data, SPAN_NONE, &answer));
	return vault_rows_one(call, &ONE, buf_span(&answer));
}

/* ---- using ---- */

/* One use on its way; what was released is overwritten at its end. */
struct use {
	struct commands_call *call;
	struct session session;
	struct buf answer;
	struct arena arena;
	struct json_doc doc;
};

static void use_done(struct use *use)
{
	secret_in_wipe(&use->answer);
	buf_done(&use->answer);
	json_doc_done(&use->doc);
	arena_done(&use->arena);
	session_done(&use->session);
}

static fallible parse(struct use *use, struct json_object *top)
{
	struct json_problems problems = {0};
	json_doc_done(&use->doc);
	use->doc = (struct json_doc){0};
	bool known = !err_failed(json_in_parse(&use->doc, buf_span(&use->answer), &use->arena, &problems)) &&
		!err_failed(json_in_top(&use->doc, top));
	return known ? OK : FAIL(REMOTE, "the server's answer is not JSON");
}

/* verification: of a use that was confirmed; empty = none. */
static fallible ask_use(struct use *use, const char *mode, struct span verification)
{
	scoped(buf) json = BUF(ASK_MAX);
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	json_out_text(&out, "mode", mode);
	ask_json_text(&out, use->call, "purpose", COMMANDS_PURPOSE);
	if (verification.len)
		json_out_span(&out, "verification", verification);
	json_out_close(&out);
	TRY(buf_check(&json));
	TRY(vault_rows_path(use->call, "v1/grants/", "/uses", &path));
	return session_fetch(
		&use->session, use->call, (const char *)path.data, buf_span(&json), &use->answer);
}

fallible credential_code_run(struct commands_call *call)
{
	scoped(use) use = {.call = call, .answer = BUF(ANSWER_MAX), .arena = ARENA(ARENA_BYTES)};
	struct json_object top;
	TRY(secret_out_check(call));
	TRY(session_open(call, &use.session));
	TRY(ask_use(&use, "code", SPAN_NONE));
	TRY(parse(&use, &top));
	struct span code = json_in_text(&top, "code", JSON_NEEDED, CODE_MAX);
	if (code.len == 0)
		return FAIL(REMOTE, "the server's answer has no code");
	TRY(secret_out_put(call, code));
	if (print_is_terminal())
		print_complaint("good for %lld seconds",
			(long long)json_in_number(&top, "valid_s", JSON_OPTIONAL, 0, INT64_MAX, 0));
	return OK;
}

/* ---- seeing a secret ---- */

/* What people mean by the secret of a kind. */
static struct span main_field(struct json_object *secret)
{
	static const char *const NAMES[] = {"password", "key", "text", "number", "totp"};
	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
		if (json_in_has(secret, NAMES[i]))
			return json_in_free_text(secret, NAMES[i], JSON_OPTIONAL, TEXT_MAX);
	return SPAN_NONE;
}

fallible credential_reveal_run(struct commands_call *call)
{
	scoped(use) use = {.call = call, .answer = BUF(ANSWER_MAX), .arena = ARENA(ARENA_BYTES)};
	struct json_object top, secret;
	char verification[CONFIRMATION_ID];
	/* The very thing that is confirmed: server/core/grants/uses.c compares it. */
	const struct confirmation_ask ask = {.type = "use",
		.text = call->option[COMMANDS_PURPOSE],
		.fields = {{"grant", call->operand}, {"mode", "reveal"},
			{"purpose", call->option[COMMANDS_PURPOSE]}},
		.count = 3};
	TRY(secret_out_check(call));
	TRY(session_open(call, &use.session));
	TRY(confirmation_get(&use.session, call, &ask, verification));
	TRY(ask_use(&use, "reveal", span_text(verification)));
	TRY(parse(&use, &top));
	if (!json_in_object(&top, "secret", JSON_NEEDED, &secret))
		return FAIL(REMOTE, "the server's answer has no secret");
	struct span field = main_field(&secret);
	return field.len ? secret_out_put(call, field) : FAIL(REMOTE, "the server's answer has no secret");
}

/* ---- taking one in ---- */

static const char *field_of(const char *kind)
{
	static const struct {
		const char *kind, *field;
	} FIELD_OF[] = {{"login", "password"}, {"totp", "totp"}, {"api_key", "key"}, {"note", "text"},
		{"ssh_key", "key"}};
	for (size_t i = 0; i < sizeof FIELD_OF / sizeof FIELD_OF[0]; i++)
		if (strcmp(FIELD_OF[i].kind, kind) == 0)
			return FIELD_OF[i].field;
	return NULL;
}

static fallible put_new(const struct commands_call *call, struct span secret, struct buf *json)
{
	struct json_out out = JSON_OUT(json);
	json_out_open(&out, NULL);
	ask_json_text(&out, call, "client", COMMANDS_CLIENT);
	ask_json_text(&out, call, "kind", COMMANDS_KIND);
	json_out_open(&out, "label");
	ask_json_text(&out, call, "title", COMMANDS_TITLE);
	ask_json_text(&out, call, "username", COMMANDS_USERNAME);
	ask_json_text(&out, call, "url", COMMANDS_SITE);
	json_out_close(&out);
	ask_json_list(&out, call, "modes_max", COMMANDS_MODES_MAX);
	json_out_open(&out, "secret");
	json_out_span(&out, field_of(call->option[COMMANDS_KIND]), secret);
	json_out_close(&out);
	json_out_close(&out);
	return buf_check(json);
}

fallible credential_add_run(struct commands_call *call)
{
	scoped(buf) secret = BUF(SECRET_IN_MAX);
	scoped(buf) json = BUF(ASK_MAX);
	if (!field_of(call->option[COMMANDS_KIND])) {
		commands_say_where(call, call->option[COMMANDS_KIND]);
		return FAIL(INPUT, "the kind is login, totp, api_key, note or ssh_key");
	}
	struct err err = secret_in_read("secret", &secret);
	if (!err_failed(err))
		err = put_new(call, buf_span(&secret), &json);
	if (!err_failed(err))
		err = vault_rows_send(call, &ONE, "v1/credentials", buf_span(&json));
	secret_in_wipe(&secret);
	secret_in_wipe(&json);
	return err;
}
