/* SPDX-License-Identifier: Apache-2.0 */
/* request_head - fields, framing, target, and the room for a body. */
#include "server/http/request_head.h"

#include "base/clock.h"
#include "server/http/connections.h"
#include "server/http/framing.h"
#include "server/http/target.h"

#include <microhttpd.h>

/* What the walk over the header fields collects. */
struct fields {
	struct framing_field rows[HTTP_HEADERS_MAX];
	size_t count;
	bool too_many;
};

static enum MHD_Result collect_field(void *context, enum MHD_ValueKind kind, const char *name,
	size_t name_len, const char *value, size_t value_len)
{
	struct fields *fields = context;
	(void)kind;
	if (fields->count == HTTP_HEADERS_MAX) {
		fields->too_many = true;
		return MHD_NO;
	}
	fields->rows[fields->count++] =
		(struct framing_field){.name = span_of(name, name_len), .value = span_of(value, value_len)};
	return MHD_YES;
}

static fallible check_framing(
	struct http_exchange *exchange, const struct head_line *line, struct framing *framing)
{
	struct fields fields;
	fields.count = 0;
	fields.too_many = false;
	MHD_get_connection_values_n(exchange->wire, MHD_HEADER_KIND, collect_field, &fields);
	if (fields.too_many)
		return FAIL(TOO_LARGE, "a request has too many header fields");
	const union MHD_ConnectionInfo *size =
		MHD_get_connection_info(exchange->wire, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct framing_head head = {
		.block = span_of(line->method, size ? size->header_size : 0),
		.target = span_of(line->url, exchange->raw_target.len),
		.version = span_text(line->version),
		.fields = fields.rows,
		.count = fields.count,
	};
	TRY(framing_check(&head, framing));
	if (exchange->server->lays_out_plainly)
		TRY(framing_check_layout(&head));
	return OK;
}

/* expect_body - one allocation of the announced size; a chunked body grows up to the route's maximum. */
static fallible expect_body(struct http_exchange *exchange, const struct framing *framing)
{
	const struct http_app *app = exchange->server->app;
	size_t max = app->body_max(app->context, exchange);
	if (max > HTTP_BODY_MAX)
		max = HTTP_BODY_MAX;
	if (framing->length > max)
		return FAIL(TOO_LARGE, "a body is larger than its route takes");
	exchange->body = BUF(framing->chunked ? max : (size_t)framing->length);
	if (framing->length > 0) {
		buf_room(&exchange->body, (size_t)framing->length);
		TRY(buf_check(&exchange->body));
		buf_clear(&exchange->body);
	}
	if (framing->chunked || framing->length > 0)
		connections_set_due(
			exchange->from, clock_monotonic_ms() + exchange->server->body_deadline_ms);
	return OK;
}

fallible request_head_read(struct http_exchange *exchange, const struct head_line *line)
{
	struct framing framing;
	struct target target;
	exchange->request.method = http_method_of(line->method);
	exchange->request.head_only = strcmp(line->method, "HEAD") == 0;
	exchange->request.peer = span_text(exchange->from->peer);
	TRY(check_framing(exchange, line, &framing));
	if (!exchange->raw_target.at)
		return FAIL(NO_MEMORY, "there is no memory for a request target");
	if (exchange->raw_target.len > HTTP_TARGET_MAX)
		return FAIL(TOO_LARGE, "a request target is too long");
	TRY(target_parse(exchange->raw_target, &exchange->arena, &target));
	exchange->request.path = target.path;
	exchange->request.query = target.query;
	return expect_body(exchange, &framing);
}
