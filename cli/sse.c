/* SPDX-License-Identifier: Apache-2.0 */
/* sse - bytes to lines, lines to fields, fields to events. */
#include "cli/sse.h"

enum { RETRY_MAX_MS = 24 * 3600 * 1000 };

static const char MARK[] = "\xef\xbb\xbf";

static fallible end_event(struct sse *sse)
{
	struct sse_event event = {buf_span(&sse->name), buf_span(&sse->data)};
	memcpy(sse->id, sse->next_id, sizeof sse->id);
	/* An event without data is none. */
	struct err err = sse->has_data ? sse->on_event(sse->context, &event) : OK;
	buf_clear(&sse->name);
	buf_clear(&sse->data);
	sse->has_data = false;
	return err;
}

static void take_id(struct sse *sse, struct span value)
{
	if (value.len >= SSE_ID_MAX || memchr(value.at ? value.at : (const uint8_t *)"", 0, value.len))
		return;
	if (value.len)
		memcpy(sse->next_id, value.at, value.len);
	sse->next_id[value.len] = '\0';
}

static void take_field(struct sse *sse, struct span name, struct span value)
{
	uint64_t ms;
	if (span_is(name, "data")) {
		if (sse->has_data)
			buf_put_u8(&sse->data, '\n');
		buf_put(&sse->data, value);
		sse->has_data = true;
	} else if (span_is(name, "event")) {
		buf_clear(&sse->name);
		buf_put(&sse->name, value);
	} else if (span_is(name, "id")) {
		take_id(sse, value);
	} else if (span_is(name, "retry") && span_number(value, RETRY_MAX_MS, &ms)) {
		sse->retry_ms = (int64_t)ms;
	}
}

static fallible end_line(struct sse *sse)
{
	struct span line = buf_span(&sse->line), name = SPAN_NONE;
	if (!sse->began && span_starts(line, span_text(MARK)))
		line = span_from(line, sizeof MARK - 1);
	sse->began = true;
	if (line.len == 0)
		return end_event(sse);
	/* A colon in front makes a comment: a field without a name. */
	span_cut(&line, ':', &name);
	if (line.len > 0 && line.at[0] == ' ')
		line = span_from(line, 1);
	take_field(sse, name, line);
	TRY(buf_check(&sse->data));
	return buf_check(&sse->name);
}

/* One piece of a line, and whether the line ends behind it. */
static fallible take_run(struct sse *sse, struct span run, bool ends)
{
	buf_put(&sse->line, run);
	TRY(buf_check(&sse->line));
	if (!ends)
		return OK;
	struct err err = end_line(sse);
	buf_clear(&sse->line);
	return err;
}

fallible sse_feed(struct sse *sse, struct span bytes)
{
	while (bytes.len > 0) {
		if (sse->after_return && bytes.at[0] == '\n')
			bytes = span_from(bytes, 1);
		sse->after_return = false;
		size_t len = 0;
		while (len < bytes.len && bytes.at[len] != '\n' && bytes.at[len] != '\r')
			len++;
		bool ends = len < bytes.len;
		sse->after_return = ends && bytes.at[len] == '\r';
		TRY(take_run(sse, span_first(bytes, len), ends));
		bytes = span_from(bytes, len + ends);
	}
	return OK;
}

void sse_restart(struct sse *sse)
{
	buf_clear(&sse->line);
	buf_clear(&sse->name);
	buf_clear(&sse->data);
	memcpy(sse->next_id, sse->id, sizeof sse->next_id);
	sse->has_data = sse->began = sse->after_return = false;
}

void sse_done(struct sse *sse)
{
	buf_done(&sse->line);
	buf_done(&sse->name);
	buf_done(&sse->data);
}
