/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_sse - any stream in any pieces: what comes out does not depend on how it was cut. */
#include "cli/sse.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 4 << 20 };

/* Everything that was given, so that two ways can be compared. */
struct record {
	struct sse sse;
	struct buf seen;
};

static fallible note(void *context, const struct sse_event *event)
{
	struct record *record = context;
	assert(event->name.len <= SSE_LINE_MAX && event->data.len <= SSE_LINE_MAX);
	assert(!memchr(record->sse.id, '\n', strlen(record->sse.id)));
	buf_put_u32(&record->seen, (uint32_t)event->name.len);
	buf_put(&record->seen, event->name);
	buf_put_u32(&record->seen, (uint32_t)event->data.len);
	buf_put(&record->seen, event->data);
	buf_put_text(&record->seen, record->sse.id);
	return OK;
}

static void record_init(struct record *record)
{
	*record = (struct record){.seen = BUF(ROOM)};
	record->sse = SSE(note, record);
}

static void record_done(struct record *record)
{
	sse_done(&record->sse);
	buf_done(&record->seen);
}

static struct err feed(struct record *record, struct span stream, size_t piece)
{
	struct err err = OK;
	while (stream.len > 0 && !err_failed(err)) {
		err = sse_feed(&record->sse, span_first(stream, piece));
		stream = span_from(stream, piece);
	}
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(record) whole = {0};
	scoped(record) pieces = {0};
	if (size < 2)
		return 0;
	struct span stream = span_of(data + 1, size - 1);
	record_init(&whole);
	record_init(&pieces);
	struct err one = feed(&whole, stream, stream.len);
	struct err many = feed(&pieces, stream, 1 + data[0] % 16);
	assert(one.kind == many.kind);
	assert(span_equal(buf_span(&whole.seen), buf_span(&pieces.seen)));
	assert(strcmp(whole.sse.id, pieces.sse.id) == 0 && whole.sse.retry_ms == pieces.sse.retry_ms);
	/* A new connection begins with nothing of the old one but the id. */
	sse_restart(&pieces.sse);
	buf_clear(&pieces.seen);
	assert(!err_failed(sse_feed(&pieces.sse, SPAN_LIT("\n\n"))) && pieces.seen.len == 0);
	return 0;
}
