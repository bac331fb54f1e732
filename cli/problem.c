/* SPDX-License-Identifier: Apache-2.0 */
/* problem - the table of public codes, read backwards. */
#include "cli/problem.h"

#include "base/json_in.h"
#include "base/text.h"
#include "base/text_show.h"

#include <stdio.h>

enum { ARENA_BYTES = 256 * 1024, WORD_MAX = 64, POINTER_MAX = 256, ERRORS_MAX = 64, DETAIL_MAX = 512 };

/* The code of a word; CODE_NONE when this program does not know it. */
static enum err_code find_code(struct span word)
{
	for (int code = CODE_NONE + 1; code < CODE_COUNT; code++)
		if (span_is(word, err_row((enum err_code)code)->name))
			return (enum err_code)code;
	return CODE_NONE;
}

/* Without a code of the table the status has to do. */
static enum err_code judge_status(long status)
{
	switch (status) {
	case 400:
		return CODE_INPUT;
	case 401:
		return CODE_STRANGER;
	case 403:
		return CODE_DENIED;
	case 404:
		return CODE_NOT_FOUND;
	case 409:
		return CODE_CONFLICT;
	case 410:
		return CODE_EXPIRED;
	case 422:
		return CODE_INVALID;
	case 429:
		return CODE_SLOW_DOWN;
	case 503:
		return CODE_BUSY;
	case 507:
		return CODE_FULL;
	default:
		return CODE_REMOTE;
	}
}

static void put_errors(struct json_object *top, struct buf *out)
{
	struct json_array errors;
	struct json_object error;
	if (!json_in_array(top, "errors", JSON_OPTIONAL, ERRORS_MAX, &errors))
		return;
	while (json_in_next_object(&errors, &error)) {
		if (out->len)
			buf_put_text(out, "; ");
		text_show_put(out, json_in_free_text(&error, "pointer", JSON_OPTIONAL, POINTER_MAX));
		buf_put_text(out, " ");
		text_show_put(out, json_in_free_text(&error, "code", JSON_OPTIONAL, WORD_MAX));
	}
}

/* What was wrong this time, when it says more than the code does. */
static void put_detail(struct json_object *top, enum err_code code, struct buf *out)
{
	struct span detail = json_in_free_text(top, "detail", JSON_OPTIONAL, DETAIL_MAX);
	if (!span_is(detail, err_row(code)->title))
		text_show_put(out, detail);
}

static enum err_code read_problem(struct span body, struct arena *arena, struct buf *where)
{
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	if (err_failed(json_in_parse(&doc, body, arena, &problems)) || err_failed(json_in_top(&doc, &top)))
		return CODE_NONE;
	enum err_code code = find_code(json_in_free_text(&top, "code", JSON_OPTIONAL, WORD_MAX));
	put_errors(&top, where);
	if (where->len == 0)
		put_detail(&top, code, where);
	return code;
}

fallible problem_judge(long status, struct span body, char *where, size_t room)
{
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(buf) errors = BUF(ERRORS_MAX * (POINTER_MAX + WORD_MAX) * 8);
	enum err_code code = read_problem(body, &arena, &errors);
	if (code == CODE_NONE)
		code = judge_status(status);
	snprintf(where, room, "%.*s", SPAN_FMT(text_cut(buf_span(&errors), room - 1)));
	const struct err_row *row = err_row(code);
	return (struct err){row->kind, code, row->title, ERR_AT};
}
