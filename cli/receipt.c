/* SPDX-License-Identifier: Apache-2.0 */
/* receipt - nothing of a receipt is read before its signature was found to hold. */
#include "cli/receipt.h"

#include "base/json_in.h"
#include "base/json_out.h"
#include "base/text.h"
#include "base/text_show.h"
#include "cli/folder.h"
#include "cli/print.h"
#include "cli/session.h"
#include "cli/when.h"
#include "crypto/hash.h"
#include "crypto/signed_receipt.h"

#include <stdio.h>

enum {
	FILE_MAX = 64 * 1024,
	ARENA_BYTES = 512 * 1024,
	SHOWN_MAX = 16 * 1024,
	KEY_TEXT = 43, /* characters of base64url */
	TEXT_MAX = 128,
	METHODS_MAX = 8,
};

/* What a receipt of version 1 says. Texts are borrowed. */
struct statement {
	struct id tenant, person, application, session, verification, factor, event;
	bool is_action;
	struct span action_hash, leaf; /* hexadecimal */
	int64_t aal, index;
	struct span methods[METHODS_MAX];
	size_t method_count;
	struct span nonce; /* empty = none */
	struct instant made, ends;
};

/* ---- reading ---- */

static fallible parse_object(struct span text, struct json_doc *doc, struct arena *arena,
	struct json_problems *problems, struct json_object *top)
{
	TRY(json_in_parse(doc, text, arena, problems));
	return json_in_top(doc, top);
}

static struct span trim(struct span text)
{
	while (text.len && strchr(" \t\r\n", text.at[text.len - 1]) && text.at[text.len - 1])
		text.len--;
	return text;
}

/* The text of a file, or the member "receipt" of the answer that was saved there. */
static fallible take_from_file(struct span content, struct arena *arena, struct span *receipt)
{
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	*receipt = trim(content);
	if (receipt->len == 0 || receipt->at[0] != '{')
		return OK;
	if (err_failed(parse_object(*receipt, &doc, arena, &problems, &top)))
		return FAIL(FORGED, "the file holds neither a receipt nor an answer with one");
	struct span member = json_in_text(&top, "receipt", JSON_NEEDED, SIGNED_RECEIPT_TEXT_MAX);
	if (member.len == 0)
		return FAIL(FORGED, "the answer in the file has no receipt");
	return arena_keep(arena, member, receipt);
}

/* A receipt has no slash and 86 characters behind its only full stop: hardly the name of a file. */
static bool is_receipt(struct span text)
{
	struct span rest = text, payload = SPAN_NONE;
	scoped(buf) signature = BUF(SIGN_SIGNATURE);
	return text.len <= SIGNED_RECEIPT_TEXT_MAX && span_cut(&rest, '.', &payload) && rest.len &&
		!err_failed(text_parse_base64url(rest, &signature)) && signature.len == SIGN_SIGNATURE;
}

static fallible read_receipt(struct commands_call *call, struct arena *arena, struct span *receipt)
{
	scoped(buf) content = BUF(FILE_MAX);
	struct span kept;
	*receipt = span_text(call->operand);
	if (is_receipt(*receipt))
		return OK;
	commands_say_where(call, call->operand);
	struct err err = folder_read(call->operand, &content);
	if (err.kind == ERR_TOO_LARGE)
		return FAIL(FORGED, "a receipt is shorter");
	TRY(err);
	TRY(arena_keep(arena, buf_span(&content), &kept));
	return take_from_file(kept, arena, receipt);
}

static fallible take_key(struct span keys, uint8_t key[static SIGN_PUBLIC])
{
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(json_doc) doc = {0};
	scoped(buf) decoded = BUF(SIGN_PUBLIC);
	struct json_problems problems = {0};
	struct json_object top, receipt;
	if (err_failed(parse_object(keys, &doc, &arena, &problems, &top)) ||
		!json_in_object(&top, "receipt", JSON_NEEDED, &receipt))
		return FAIL(INPUT, "it is not an answer of GET /v1/keys");
	struct span text = json_in_text(&receipt, "public_key", JSON_NEEDED, KEY_TEXT);
	if (err_failed(text_parse_base64url(text, &decoded)) || decoded.len != SIGN_PUBLIC)
		return FAIL(INPUT, "it names no key of receipts");
	memcpy(key, decoded.data, SIGN_PUBLIC);
	return OK;
}

static fallible fetch_keys(struct commands_call *call, struct buf *keys)
{
	scoped(session) session = {0};
	TRY(session_open(call, &session));
	return session_fetch(&session, call, "v1/keys", SPAN_NONE, keys);
}

static fallible read_key(struct commands_call *call, uint8_t key[static SIGN_PUBLIC])
{
	scoped(buf) keys = BUF(FILE_MAX);
	const char *path = call->option[COMMANDS_KEYS];
	call->where[0] = '\0';
	if (!path)
		TRY(fetch_keys(call, &keys));
	else
		commands_say_where(call, path);
	if (path)
		TRY(folder_read(path, &keys));
	TRY(take_key(buf_span(&keys), key));
	call->where[0] = '\0';
	return OK;
}

static struct span read_hash(struct json_object *top, const char *name, enum json_need need)
{
	uint8_t hash[HASH_SHA256];
	struct span text = json_in_text(top, name, need, 2 * HASH_SHA256);
	if (text.len && err_failed(text_parse_hex(text, hash, sizeof hash)))
		json_in_note(top, name, "malformed");
	return text;
}

static void read_methods(struct json_object *top, struct statement *statement)
{
	struct json_array array;
	if (!json_in_array(top, "amr", JSON_NEEDED, METHODS_MAX, &array))
		return;
	while (statement->method_count < METHODS_MAX &&
		json_in_next_text(&array, TEXT_MAX, &statement->methods[statement->method_count]))
		statement->method_count++;
}

static struct instant read_second(struct json_object *top, const char *name)
{
	static const int64_t YEAR_9999_S = 253402300799;
	return (struct instant){1000 * json_in_number(top, name, JSON_NEEDED, 0, YEAR_9999_S, 0)};
}

static void read_what(struct json_object *top, struct statement *statement)
{
	static const char *const PURPOSES[] = {"login", "action", NULL};
	static const char *const DECISIONS[] = {"allow", NULL};
	json_in_number(top, "v", JSON_NEEDED, 1, 1, 0);
	json_in_word(top, "decision", JSON_NEEDED, DECISIONS);
	statement->is_action = json_in_word(top, "purpose", JSON_NEEDED, PURPOSES) == 1;
	statement->action_hash =
		read_hash(top, "action_hash", statement->is_action ? JSON_NEEDED : JSON_OPTIONAL);
	statement->aal = json_in_number(top, "aal", JSON_NEEDED, 1, 3, 0);
	read_methods(top, statement);
	statement->nonce = json_in_text(top, "nonce", JSON_OPTIONAL, TEXT_MAX);
	statement->made = read_second(top, "iat");
	statement->ends = read_second(top, "exp");
}

static void read_who(struct json_object *top, struct statement *statement)
{
	statement->tenant = json_in_id(top, "tenant", JSON_NEEDED, ID_TENANT);
	statement->person = json_in_id(top, "person", JSON_NEEDED, ID_PERSON);
	bool by_session = json_in_has(top, "session");
	statement->session = json_in_id(top, "session", JSON_OPTIONAL, ID_SESSION);
	statement->application =
		json_in_id(top, "application", by_session ? JSON_OPTIONAL : JSON_NEEDED, ID_APPLICATION);
	statement->verification = json_in_id(top, "verification", JSON_NEEDED, ID_VERIFICATION);
	statement->factor = json_in_id(top, "factor", JSON_NEEDED, ID_FACTOR);
	statement->event = json_in_id(top, "event", JSON_NEEDED, ID_EVENT);
	statement->index = json_in_number(top, "index", JSON_NEEDED, 0, INT64_MAX, 0);
	statement->leaf = read_hash(top, "leaf", JSON_NEEDED);
}

/* ---- showing ---- */

static void put_id(struct buf *out, const char *before, enum id_kind kind, struct id id)
{
	char text[ID_TEXT + 1];
	ids_print(kind, id, text);
	buf_printf(out, "%s%s", before, text);
}

static void put_when(struct buf *out, const char *before, struct instant at)
{
	char text[WHEN_TEXT + 1];
	when_print(at, text);
	buf_printf(out, "%s%s", before, text);
}

static void put_how(struct buf *out, const struct statement *statement)
{
	buf_put_text(out, "\nhow           ");
	for (size_t i = 0; i < statement->method_count; i++) {
		text_show_put(out, statement->methods[i]);
		buf_put_text(out, i + 1 < statement->method_count ? ", " : "");
	}
	buf_printf(out, " (AAL %lld)", (long long)statement->aal);
	put_id(out, ", factor ", ID_FACTOR, statement->factor);
}

static void put_statement(struct buf *out, const struct statement *statement, struct instant now)
{
	buf_put_text(out, "receipt       holds");
	put_id(out, "\nwho           ", ID_PERSON, statement->person);
	put_id(out, " of ", ID_TENANT, statement->tenant);
	if (statement->is_action)
		buf_printf(out, "\nwhat          action %.*s", SPAN_FMT(statement->action_hash));
	else
		buf_put_text(out, "\nwhat          login");
	if (ids_is_none(statement->application))
		put_id(out, " in ", ID_SESSION, statement->session);
	else
		put_id(out, " for ", ID_APPLICATION, statement->application);
	put_how(out, statement);
	put_when(out, "\nwhen          ", statement->made);
	put_when(out, "\ngood until    ", statement->ends);
	buf_put_text(out, statement->ends.ms <= now.ms ? " (over)" : "");
	put_id(out, "\nverification  ", ID_VERIFICATION, statement->verification);
	put_id(out, "\nevent         ", ID_EVENT, statement->event);
	buf_printf(out, ", entry %lld of the log, leaf %.*s\n", (long long)statement->index,
		SPAN_FMT(statement->leaf));
	if (statement->nonce.len == 0)
		return;
	buf_put_text(out, "nonce         ");
	text_show_put(out, statement->nonce);
	buf_put_text(out, "\n");
}

static void put_json(
	struct buf *out, struct span payload, const struct statement *statement, struct instant now)
{
	struct json_out json = JSON_OUT(out);
	scoped(buf) shown = BUF(SHOWN_MAX);
	text_show_put_json(&shown, payload);
	json_out_open(&json, NULL);
	json_out_bool(&json, "holds", true);
	json_out_bool(&json, "over", statement->ends.ms <= now.ms);
	json_out_raw(&json, "receipt", buf_span(&shown));
	json_out_close(&json);
	buf_put_text(out, "\n");
}

static fallible show(struct commands_call *call, struct span payload)
{
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(json_doc) doc = {0};
	scoped(buf) out = BUF(SHOWN_MAX);
	struct json_problems problems = {0};
	struct json_object top;
	struct statement statement = {0};
	if (err_failed(parse_object(payload, &doc, &arena, &problems, &top)))
		return FAIL(FORGED, "what was signed is not a receipt of version 1");
	read_what(&top, &statement);
	read_who(&top, &statement);
	if (err_failed(json_in_check(&doc)))
		return FAIL(FORGED, "what was signed is not a receipt of version 1");
	struct instant now = call->environment->now;
	if (call->option[COMMANDS_JSON])
		put_json(&out, payload, &statement, now);
	else
		put_statement(&out, &statement, now);
	TRY(buf_check(&out));
	print_bytes(buf_span(&out));
	return OK;
}

fallible receipt_run(struct commands_call *call)
{
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(buf) payload = BUF(SIGNED_RECEIPT_PAYLOAD_MAX);
	uint8_t key[SIGN_PUBLIC];
	struct span receipt;
	TRY(read_receipt(call, &arena, &receipt));
	TRY(read_key(call, key));
	if (!is_receipt(span_text(call->operand)))
		commands_say_where(call, call->operand);
	TRY(signed_receipt_check(receipt, key, &payload));
	return show(call, buf_span(&payload));
}
