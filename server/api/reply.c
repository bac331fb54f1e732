/* SPDX-License-Identifier: Apache-2.0 */
/* reply - problem documents and headers. */
#include "server/api/reply.h"

#include "base/json_out.h"

/* The second is left for what stands behind the last place that is named. */
enum { REPLY_PROBLEM_MAX = 256 * 1024, REPLY_PROBLEM_END = 1024 };

void reply_header(struct http_reply *reply, const char *name, struct span value)
{
	if (reply->header_count < HTTP_REPLY_HEADERS)
		reply->headers[reply->header_count++] = (struct http_header){name, value};
}

static void put_retry_after(struct http_reply *reply)
{
	for (size_t i = 0; i < reply->header_count; i++)
		if (strcmp(reply->headers[i].name, "Retry-After") == 0)
			return;
	reply_header(reply, "Retry-After", SPAN_LIT("1"));
}

static void put_type(struct json_out *out, const char *name)
{
	scoped(buf) type = BUF(128);
	buf_printf(&type, "/problems/%s", name);
	json_out_span(out, "type", buf_span(&type));
}

/* A place that there is no room for is left out: the name of an unknown field may be as long as a body. */
static void put_places(struct json_out *out, const struct json_problem *rows, size_t count)
{
	enum { ESCAPED = 6 /* bytes that one may become */ };
	for (size_t i = 0; i < count; i++) {
		size_t room = out->buf->max - out->buf->len;
		if (ESCAPED * strlen(rows[i].pointer) + REPLY_PROBLEM_END > room)
			continue;
		json_out_open(out, NULL);
		json_out_text(out, "pointer", rows[i].pointer);
		json_out_text(out, "code", rows[i].code);
		json_out_close(out);
	}
}

static void put_errors(struct json_out *out, const struct json_problems *problems)
{
	json_out_open_array(out, "errors");
	if (problems) {
		put_places(out, problems->rows, problems->count);
		put_places(out, problems->more, problems->more_count);
	}
	json_out_close_array(out);
}

/* Our own mistakes and the state of our disk are nobody else's business; and a 401 or 404 that says why tells
 * what there is: a token that has ended from one that never was, what somebody else has from what nobody has
 * (FOUNDATIONS 13). */
static bool keeps_quiet(const struct err_row *row)
{
	return row->status == 500 || row->status == 401 || row->status == 404;
}

void reply_problem(
	struct http_reply *reply, struct err err, const struct json_problems *problems, const char *id)
{
	const struct err_row *row = err_row(err.code);
	buf_done(&reply->body);
	reply->fixed = SPAN_NONE;
	reply->body = BUF(REPLY_PROBLEM_MAX);
	struct json_out out = JSON_OUT(&reply->body);
	json_out_open(&out, NULL);
	put_type(&out, row->name);
	json_out_text(&out, "title", row->title);
	json_out_number(&out, "status", row->status);
	json_out_text(&out, "detail", keeps_quiet(row) ? row->title : err.why);
	json_out_text(&out, "code", row->name);
	json_out_text(&out, "request_id", id);
	put_errors(&out, problems);
	json_out_close(&out);
	reply->status = row->status;
	reply->content_type = "application/problem+json";
	if (row->status == 503 || row->status == 429)
		put_retry_after(reply);
	if (row->status == 401)
		reply_header(reply, "WWW-Authenticate", SPAN_LIT("Bearer"));
}

/* Duo's numbers begin with the status. */
static const struct duo_problem {
	int status, code;
	const char *message;
} DUO_PROBLEMS[] = {
	{400, 40002, "Invalid request parameters"},
	{401, 40103, "Invalid signature in request credentials"},
	{403, 40301, "Access forbidden"},
	{429, 42901, "Too many requests"},
	{500, 50000, "Internal error"},
};

static const struct duo_problem *find_duo(int status)
{
	size_t at = sizeof DUO_PROBLEMS / sizeof DUO_PROBLEMS[0] - 1;
	int told = status == 404 || status == 413 || status == 422 ? 400 : status;
	while (at > 0 && DUO_PROBLEMS[at].status > told)
		at--;
	return &DUO_PROBLEMS[at];
}

void reply_duo_problem(struct http_reply *reply, struct err err)
{
	const struct err_row *row = err_row(err.code);
	const struct duo_problem *problem = find_duo(row->status);
	buf_done(&reply->body);
	reply->fixed = SPAN_NONE;
	reply->body = BUF(REPLY_PROBLEM_MAX);
	struct json_out out = JSON_OUT(&reply->body);
	json_out_open(&out, NULL);
	json_out_text(&out, "stat", "FAIL");
	json_out_number(&out, "code", problem->code);
	json_out_text(&out, "message", problem->message);
	json_out_close(&out);
	reply->status = row->status >= 500 ? row->status : problem->status;
	reply->content_type = "application/json";
	if (row->status == 503 || row->status == 429)
		put_retry_after(reply);
	if (row->status == 401)
		reply_header(reply, "WWW-Authenticate", SPAN_LIT("Basic"));
}
