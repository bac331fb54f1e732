/* SPDX-License-Identifier: Apache-2.0 */
/* import_credentials - which program wrote the file, the request, and what came of it. */
#include "cli/import_credentials.h"

#include "base/csv_in.h"
#include "base/json_in.h"
#include "base/text.h"
#include "base/text_show.h"
#include "cli/folder.h"
#include "cli/print.h"
#include "cli/session.h"
#include "crypto/secret.h"

enum {
	FILE_MAX = 8 * 1024 * 1024,
	ANSWER_MAX = 16 * 1024 * 1024,
	ITEMS_MAX = 40000,
	LINE_MAX = 8192,
	WORD_MAX = 256,
	SNIFF_MEMORY = 1024 * 1024,
};

/* ---- which program ---- */

static bool has_column(const struct csv_in_row *row, const char *name)
{
	for (size_t i = 0; i < row->count; i++)
		if (span_is(row->fields[i], name))
			return true;
	return false;
}

/* What nobody here wrote has no name. */
static fallible sniff_table(struct span content, const char **program)
{
	static const struct {
		const char *program, *columns[2];
	} ROWS[] = {{"lastpass-csv", {"grouping", "extra"}}, {"keepassxc-csv", {"Group", "Title"}},
		{"1password-csv", {"Title", "Password"}}, {"chrome-csv", {"name", "password"}}};
	struct csv_in_row row;
	scoped(arena) arena = ARENA(SNIFF_MEMORY);
	struct csv_in csv = csv_in_open(content);
	if (!csv_in_next(&csv, &arena, &row))
		return csv.err;
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0] && !*program; i++)
		if (has_column(&row, ROWS[i].columns[0]) && has_column(&row, ROWS[i].columns[1]))
			*program = ROWS[i].program;
	return OK;
}

static fallible sniff(struct span content, const char **program)
{
	struct span start = content;
	if (span_starts(start, SPAN_LIT("\xef\xbb\xbf")))
		start = span_from(start, 3);
	while (start.len && start.at[0] <= ' ')
		start = span_from(start, 1);
	if (span_starts(start, SPAN_LIT("{")))
		*program = "bitwarden-json";
	else if (span_starts(start, SPAN_LIT("<")))
		*program = "keepass-xml";
	else
		TRY(sniff_table(content, program));
	return *program
		? OK
		: FAIL(INPUT, "which program wrote the file is not to be seen: say it with --program");
}

/* ---- asking ---- */

static void put_parameter(struct buf *path, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(path, "&%s=", name);
	text_put_percent(path, span_text(value));
}

static fallible make_path(const struct commands_call *call, const char *program, struct buf *path)
{
	buf_printf(path, "v1/imports?format=%s", program);
	put_parameter(path, "client", call->option[COMMANDS_CLIENT]);
	put_parameter(path, "folder", call->option[COMMANDS_FOLDER]);
	put_parameter(path, "dry_run", call->option[COMMANDS_DRY_RUN] ? "1" : NULL);
	put_parameter(path, "update", call->option[COMMANDS_UPDATE] ? "1" : NULL);
	put_parameter(path, "modes_max", call->option[COMMANDS_MODES_MAX]);
	buf_put_u8(path, 0);
	return buf_check(path);
}

static fallible ask(struct commands_call *call, struct span content, struct buf *answer)
{
	scoped(session) session = {0};
	scoped(buf) path = BUF(HTTP_CLIENT_PATH_MAX);
	const char *program = call->option[COMMANDS_PROGRAM];
	if (!program)
		TRY(sniff(content, &program));
	TRY(make_path(call, program, &path));
	TRY(session_open(call, &session));
	print_meanwhile("reading %s as %s …", call->operand, program);
	struct err err = session_fetch(&session, call, (const char *)path.data, content, answer);
	print_meanwhile("%s", "");
	return err;
}

/* ---- telling ---- */

static bool loses_label(struct json_object *item)
{
	struct json_array losses;
	struct span loss;
	if (!json_in_array(item, "lost", JSON_OPTIONAL, COMMANDS_VALUES_MAX, &losses))
		return false;
	while (json_in_next_text(&losses, WORD_MAX, &loss))
		if (span_is(loss, "label"))
			return true;
	return false;
}

static void put_losses(struct json_object *item, struct buf *line)
{
	struct json_array losses;
	struct span loss;
	const char *between = ", left out: ";
	if (!json_in_array(item, "lost", JSON_OPTIONAL, COMMANDS_VALUES_MAX, &losses))
		return;
	while (json_in_next_text(&losses, WORD_MAX, &loss)) {
		buf_put_text(line, between);
		text_show_put(line, loss);
		between = " ";
	}
}

/* A line an entry, but for those that are here as they are, label and all. */
static fallible print_item(struct json_object *item)
{
	scoped(buf) line = BUF(LINE_MAX);
	struct span result = json_in_text(item, "result", JSON_NEEDED, WORD_MAX);
	struct span reason = json_in_text(item, "reason", JSON_OPTIONAL, WORD_MAX);
	if (span_is(result, "same") && !loses_label(item))
		return OK;
	buf_printf(&line, "%lld  ", (long long)json_in_number(item, "place", JSON_NEEDED, 0, INT64_MAX, 0));
	text_show_put(&line, json_in_text(item, "kind", JSON_NEEDED, WORD_MAX));
	buf_put_text(&line, "  ");
	text_show_put(&line, json_in_text(item, "title", JSON_NEEDED, LINE_MAX / 8));
	buf_put_text(&line, "  ");
	text_show_put(&line, result);
	if (reason.len) {
		buf_put_text(&line, ": ");
		text_show_put(&line, reason);
	}
	put_losses(item, &line);
	buf_put_text(&line, "\n");
	TRY(buf_check(&line));
	print_bytes(buf_span(&line));
	return OK;
}

static fallible print_columns_lost(struct json_object *top)
{
	struct json_array columns;
	struct span column;
	scoped(buf) line = BUF(LINE_MAX);
	if (!json_in_array(top, "lost_columns", JSON_OPTIONAL, ITEMS_MAX, &columns) || columns.count == 0)
		return OK;
	buf_put_text(&line, "columns with values that nothing here takes:");
	while (json_in_next_text(&columns, WORD_MAX, &column)) {
		buf_put_text(&line, " ");
		text_show_put(&line, column);
	}
	buf_put_text(&line, "\n");
	TRY(buf_check(&line));
	print_bytes(buf_span(&line));
	return OK;
}

static fallible tell(const struct commands_call *call, struct json_object *top, bool *is_whole)
{
	static const char *const NAMES[] = {"new", "same", "changed", "updated", "archived", "refused"};
	enum { CHANGED = 2, REFUSED = 5, COUNT = 6 };
	int64_t count[COUNT];
	struct json_array items;
	struct json_object item;
	if (!json_in_array(top, "items", JSON_NEEDED, ITEMS_MAX, &items))
		return FAIL(REMOTE, "the server's answer is not what is known");
	while (json_in_next_object(&items, &item))
		TRY(print_item(&item));
	TRY(print_columns_lost(top));
	for (size_t i = 0; i < COUNT; i++)
		count[i] = json_in_number(top, NAMES[i], JSON_NEEDED, 0, INT64_MAX, 0);
	print_result("%lld new, %lld as they are here, %lld here with another secret, %lld updated, %lld "
		     "archived here, %lld refused%s",
		(long long)count[0], (long long)count[1], (long long)count[CHANGED], (long long)count[3],
		(long long)count[4], (long long)count[REFUSED],
		call->option[COMMANDS_DRY_RUN] ? " (dry run: nothing was written)" : "");
	*is_whole = count[CHANGED] == 0 && count[REFUSED] == 0;
	return OK;
}

static fallible read_and_tell(const struct commands_call *call, struct span answer, bool *is_whole)
{
	scoped(arena) arena = ARENA(ANSWER_MAX);
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	if (err_failed(json_in_parse(&doc, answer, &arena, &problems)) || err_failed(json_in_top(&doc, &top)))
		return FAIL(REMOTE, "the server's answer is not what is known");
	return tell(call, &top, is_whole);
}

static bool is_to_go(const struct commands_call *call)
{
	return call->option[COMMANDS_WIPE] && !call->option[COMMANDS_DRY_RUN];
}

/* Only what came in whole may go: else the file is all that is left of what did not. */
static fallible wipe(struct commands_call *call, bool is_whole)
{
	if (!is_to_go(call))
		return OK;
	if (!is_whole) {
		print_complaint("%s is kept, since not all of it came in", call->operand);
		return OK;
	}
	commands_say_where(call, call->operand);
	TRY(folder_wipe(call->operand));
	call->where[0] = '\0';
	print_result("%s was written over and removed; copies of it elsewhere are not", call->operand);
	return OK;
}

fallible import_credentials_run(struct commands_call *call)
{
	bool is_whole = false;
	scoped(buf) content = BUF(FILE_MAX);
	scoped(buf) answer = BUF(ANSWER_MAX);
	commands_say_where(call, call->operand);
	if (is_to_go(call))
		TRY(folder_check_wipe(call->operand));
	TRY(folder_read(call->operand, &content));
	struct err err = ask(call, buf_span(&content), &answer);
	if (content.data)
		secret_wipe(content.data, content.len);
	TRY(err);
	call->where[0] = '\0';
	TRY(read_and_tell(call, buf_span(&answer), &is_whole));
	TRY(wipe(call, is_whole));
	return is_whole ? OK : FAIL(CONFLICT, "not every entry came in");
}
