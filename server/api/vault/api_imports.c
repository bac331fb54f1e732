/* SPDX-License-Identifier: Apache-2.0 */
/* api_imports - POST /v1/imports?format=…&client=…: the body is the file as the other program wrote it. */
#include "base/text.h"
#include "server/api/ask.h"
#include "server/api/vault/import_bitwarden.h"
#include "server/api/vault/import_csv.h"
#include "server/api/vault/import_keepass.h"
#include "server/core/vault/imports.h"

enum { POINTER_MAX = 32 };

enum import_format { FORMAT_BITWARDEN = IMPORT_CSV_COUNT, FORMAT_KEEPASS_XML };

/* Those of tables in the order of enum import_csv_format. */
static const char *const FORMATS[] = {"lastpass-csv", "1password-csv", "chrome-csv", "keepassxc-csv",
	"bitwarden-json", "keepass-xml", NULL};

/* ---- what is asked ---- */

static fallible read_flag(struct call *call, const char *name, bool *flag)
{
	static const char *const WORDS[] = {"0", "1", NULL};
	int word;
	TRY(ask_word_query(call, name, WORDS, &word));
	*flag = word == 1;
	return OK;
}

static fallible read_modes(struct call *call, uint16_t *modes)
{
	struct span rest, word;
	enum mode mode;
	TRY(call_query(call, "modes_max", &rest));
	*modes = 0;
	while (rest.len && span_cut(&rest, ',', &word)) {
		if (!modes_find(word, &mode))
			return call_refuse(
				call, "modes_max", "not_allowed", "modes_max names a mode that there is not");
		*modes |= modes_bit(mode);
	}
	return OK;
}

static fallible read_query(struct call *call, struct imports_ask *ask, int *format)
{
	TRY(ask_word_query(call, "format", FORMATS, format));
	if (*format < 0)
		return call_refuse(call, "format", "missing", "format says which program wrote the file");
	TRY(call_query(call, "client", &ask->client));
	if (ask->client.len == 0)
		return call_refuse(call, "client", "missing", "client says whose credentials they are");
	TRY(call_query(call, "folder", &ask->list.folder));
	TRY(read_flag(call, "dry_run", &ask->is_trial));
	TRY(read_flag(call, "update", &ask->updates));
	TRY(read_modes(call, &ask->modes_max));
	ask->format = span_text(FORMATS[*format]);
	ask->file = call->request->body;
	return OK;
}

/* One that cannot be read names the line. */
static fallible read_table(struct call *call, int format, struct import_list *list)
{
	struct json_problems *problems = &call->problems;
	struct span pointer;
	scoped(buf) text = BUF(POINTER_MAX);
	struct err err = import_csv_read((enum import_csv_format)format, call->request->body, list);
	buf_printf(&text, "/%zu", list->line);
	buf_put_u8(&text, 0);
	if (err.kind == ERR_INVALID && problems->count < JSON_PROBLEMS_MAX &&
		!err_failed(buf_keep(&text, call->arena, &pointer)))
		problems->rows[problems->count++] =
			(struct json_problem){(const char *)pointer.at, "malformed"};
	return err;
}

/* Some programs of Windows put a byte order mark before JSON. */
static fallible read_json(struct call *call, struct json_object *top)
{
	struct span text = call->request->body;
	if (span_starts(text, SPAN_LIT("\xef\xbb\xbf")))
		text = span_from(text, 3);
	if (!call->body.root)
		TRY(json_in_parse(&call->body, text, call->arena, &call->problems));
	return json_in_top(&call->body, top);
}

static fallible read_file(struct call *call, int format, struct import_list *list)
{
	struct json_object top;
	if (format < IMPORT_CSV_COUNT || format == FORMAT_KEEPASS_XML) {
		if (!text_is_utf8(call->request->body))
			return FAIL(INPUT, "the file is not UTF-8");
		return format == FORMAT_KEEPASS_XML ? import_keepass_read(call->request->body, list)
						    : read_table(call, format, list);
	}
	TRY(read_json(call, &top));
	TRY(import_bitwarden_read(&top, list));
	call->problems.count = 0; /* what another program wrote strangely is not the caller's fault */
	return OK;
}

static fallible begin(struct call *call, struct imports_ask **ask)
{
	int format;
	struct imports_ask *begun = call_new(call, struct imports_ask);
	if (!begun)
		return FAIL(NO_MEMORY, "a call has no memory for an import");
	begun->list.arena = call->arena;
	TRY(read_query(call, begun, &format));
	TRY(read_file(call, format, &begun->list));
	*ask = begun;
	return OK;
}

static fallible prepare(struct call *call)
{
	struct imports_ask *ask = call->ask;
	scoped(stage) stage = {0};
	if (!ask)
		TRY(begin(call, &ask));
	else if (!err_failed(call->result))
		imports_stands(ask);
	call->ask = ask;
	TRY(stage_open(call, &stage));
	TRY(call_blame(call, imports_prepare(&stage.scene, ask), CODE_UNKNOWN_CLIENT, "/client"));
	call->parts_from = ask->kept;
	if (ask->is_trial)
		call->act = CALL_NO_ACT;
	else if (!ask->is_whole)
		call->act = CALL_GOES_ON;
	return OK;
}

static fallible write_it(struct act *act, struct call *call)
{
	return imports_write(act, call->ask);
}

/* ---- answering ---- */

static void put_item(const struct import_item *item, struct json_out *out)
{
	json_out_open(out, NULL);
	json_out_number(out, "place", (int64_t)item->place);
	json_out_text(out, "kind", credential_kind_name(item->credential->kind));
	json_out_span(out, "title", item->credential->title);
	json_out_text(out, "result", import_result_name(item->result));
	if (item->refusal != IMPORT_COMES)
		json_out_text(out, "reason", import_refusal_name(item->refusal));
	if (!ids_is_none(item->id))
		json_out_id(out, "credential", ID_CREDENTIAL, item->id);
	if (item->lost) {
		json_out_open_array(out, "lost");
		for (unsigned i = 0; import_loss_name(i); i++)
			if (item->lost >> i & 1)
				json_out_text(out, NULL, import_loss_name(i));
		json_out_close_array(out);
	}
	json_out_close(out);
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct imports_ask *ask = call->ask;
	json_out_span(out, "format", ask->format);
	json_out_bool(out, "dry_run", ask->is_trial);
	json_out_number(out, "entries", (int64_t)ask->list.entries);
	for (unsigned result = 0; result < IMPORT_RESULT_COUNT; result++)
		json_out_number(
			out, import_result_name((enum import_result)result), (int64_t)ask->counts[result]);
	json_out_open_array(out, "lost_columns");
	for (size_t i = 0; i < ask->list.lost_column_count; i++)
		json_out_span(out, NULL, ask->list.lost_columns[i]);
	json_out_close_array(out);
	if (json_out_redacted(out, "items"))
		return OK;
	json_out_open_array(out, "items");
	for (const struct import_item *item = ask->list.first; item; item = item->next)
		put_item(item, out);
	json_out_close_array(out);
	return OK;
}

const struct handler api_imports_add = {prepare, write_it, answer};
