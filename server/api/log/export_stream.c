/* SPDX-License-Identifier: Apache-2.0 */
/* export_stream - a few steps, two of which wait for an act: the checkpoint of an evidence file, and the end. */
#include "server/api/log/export_stream.h"

#include "crypto/digest.h"
#include "server/api/log/cef_out.h"
#include "server/api/log/csv_out.h"
#include "server/api/log/event_out.h"
#include "server/api/log/ocsf_out.h"
#include "server/core/log/checkpoints.h"
#include "server/core/log/evidence_out.h"
#include "server/core/log/pseudonyms.h"

enum {
	MADE_MAX = 16 * 1024 * 1024, /* a page of rows in its longest form */
	ACT_ARENA = 256 * 1024,
};

enum step {
	STEP_CHECKPOINT, /* of an evidence file: over the export's own event */
	STEP_HEAD,
	STEP_ROWS,
	STEP_END,
	STEP_OVER,
};

struct export_stream {
	struct call *call;
	struct export_stream_ask ask;
	enum step step;
	struct exports_walk walk;
	struct evidence_out evidence;
	struct pseudonyms pseudonyms;
	struct arena page; /* of one page */
	struct buf made;   /* rows that wait to be sent */
	size_t sent;       /* bytes of them that were */
	struct digest digest;
	bool waits; /* an act is under way */
	bool ended; /* the end is on record */
	struct act_job job;
	struct err result; /* of the act */
	struct arena acts; /* what the two acts rest on */
	struct checkpoints_ask checkpoint;
	struct exports_end end;
	char tenant[ID_TEXT + 1];
};

/* ---- acts, waited for without holding the thread ---- */

static void end_act(void *context, struct err result)
{
	struct export_stream *stream = context;
	stream->result = result;
	http_resume(stream->call->exchange);
}

static fallible wait_for(
	struct export_stream *stream, enum act_kind kind, fallible (*run)(struct act *act, void *context))
{
	struct committer *committer = stream->call->server->committer;
	TRY(committer_reserve(committer));
	stream->waits = true;
	stream->job = (struct act_job){.kind = kind, .run = run, .done = end_act, .context = stream};
	http_suspend(stream->call->exchange);
	committer_submit(committer, &stream->job);
	return OK;
}

static fallible write_checkpoint(struct act *act, void *context)
{
	struct export_stream *stream = context;
	return checkpoints_write(act, stream->call->caller.tenant, &stream->acts, &stream->checkpoint);
}

static fallible write_end(struct act *act, void *context)
{
	struct export_stream *stream = context;
	return exports_end_write(act, &stream->end);
}

/* ---- steps ---- */

static fallible sign(struct export_stream *stream)
{
	stream->step = STEP_HEAD;
	if (stream->ask.export->record.format != EXPORT_EVIDENCE)
		return OK;
	TRY(checkpoints_prepare(stream->call->server, stream->call->caller.tenant,
		stream->ask.export->receipt.index + 1, &stream->acts, &stream->checkpoint));
	return stream->checkpoint.fresh ? wait_for(stream, ACT_HOUSEKEEPING, write_checkpoint) : OK;
}

static fallible put_head(struct export_stream *stream)
{
	enum export_format format = stream->ask.export->record.format;
	stream->step = STEP_ROWS;
	if (format == EXPORT_CSV)
		csv_out_head(&stream->made, stream->ask.marked ? CSV_OUT_MARKED : CSV_OUT_PLAIN);
	if (format == EXPORT_EVIDENCE) {
		evidence_put_head(&stream->made, stream->ask.manifest, stream->checkpoint.row.note);
		evidence_out_init(&stream->walk, stream->checkpoint.row.size, &stream->evidence);
	}
	return buf_check(&stream->made);
}

static void put_json(struct buf *out, const struct log_event *event)
{
	struct json_out json = JSON_OUT(out);
	json_out_open(&json, NULL);
	event_out_members(&json, event);
	json_out_close(&json);
	buf_put_text(out, "\n");
}

static void put_row(struct export_stream *stream, const struct log_event *event)
{
	struct buf *out = &stream->made;
	switch (stream->ask.export->record.format) {
	case EXPORT_CSV:
		csv_out_row(out, event);
		return;
	case EXPORT_JSONL:
		put_json(out, event);
		return;
	case EXPORT_OCSF:
		ocsf_out_row(out, event, &(struct ocsf_out_log){stream->tenant, stream->ask.origin});
		return;
	case EXPORT_CEF:
		cef_out_row(out, event, stream->tenant);
		return;
	case EXPORT_EVIDENCE:
		break;
	}
}

static fallible put_rows(struct export_stream *stream)
{
	struct log_page page;
	if (stream->ask.export->record.format == EXPORT_EVIDENCE) {
		TRY(evidence_out_next(&stream->evidence, &stream->page, &stream->made));
		stream->step = stream->evidence.over ? STEP_END : STEP_ROWS;
		return OK;
	}
	if (stream->walk.over) {
		stream->step = STEP_END;
		return OK;
	}
	arena_clear(&stream->page);
	TRY(exports_next_page(&stream->walk, &stream->page, &page));
	for (size_t i = 0; i < page.count; i++) {
		if (stream->ask.hides_staff)
			TRY(pseudonyms_hide(&stream->pseudonyms, &stream->page, &page.events[i]));
		put_row(stream, &page.events[i]);
	}
	return buf_check(&stream->made);
}

/* The record is read again for its act: prepare's may be as old as the export is long. */
static fallible put_end(struct export_stream *stream)
{
	const struct exports_slot *slot = stream->ask.export->slot;
	struct export *record = &stream->end.record;
	stream->step = STEP_OVER;
	*record = stream->ask.export->record;
	record->state = EXPORT_COMPLETE;
	record->rows = slot->rows;
	record->bytes = slot->bytes;
	record->held_all = slot->held.all;
	record->held = buf_span(&slot->held.ids);
	digest_end(&stream->digest, record->sha256);
	TRY(exports_end_prepare(stream->call->server, volume_now(&stream->call->server->volume),
		&stream->acts, &stream->end));
	return wait_for(stream, ACT_EVENT, write_end);
}

static fallible take_step(struct export_stream *stream)
{
	buf_clear(&stream->made);
	stream->sent = 0;
	switch (stream->step) {
	case STEP_CHECKPOINT:
		return sign(stream);
	case STEP_HEAD:
		return put_head(stream);
	case STEP_ROWS:
		return put_rows(stream);
	case STEP_END:
		return put_end(stream);
	case STEP_OVER:
		break;
	}
	return OK;
}

/* ---- the stream ---- */

static void hand_over(struct export_stream *stream, struct buf *piece)
{
	struct span left = span_from(buf_span(&stream->made), stream->sent);
	struct span next = span_first(left, HTTP_PIECE_MAX);
	buf_put(piece, next);
	digest_add(&stream->digest, next);
	stream->sent += next.len;
	stream->ask.export->slot->bytes += next.len;
}

static fallible next(void *state, struct buf *piece)
{
	struct export_stream *stream = state;
	if (stream->waits) {
		stream->waits = false;
		TRY(stream->result);
		stream->ended = stream->step == STEP_OVER;
	}
	while (stream->sent == stream->made.len && stream->step != STEP_OVER) {
		TRY(take_step(stream));
		/* From here on the exchange may be the committer's. */
		if (stream->waits)
			return OK;
	}
	hand_over(stream, piece);
	return OK;
}

static void done(void *state)
{
	struct export_stream *stream = state;
	exports_leave(stream->ask.export, stream->ended ? EXPORTS_ENDED : EXPORTS_BROKEN);
	pseudonyms_done(&stream->pseudonyms);
	arena_done(&stream->page);
	arena_done(&stream->acts);
	buf_done(&stream->made);
}

fallible export_stream_begin(struct call *call, const struct export_stream_ask *ask)
{
	struct export_stream *stream = call_new(call, struct export_stream);
	if (!stream)
		return FAIL(NO_MEMORY, "a call has no memory for an export");
	TRY(exports_begin(call->server, ask->export));
	*stream = (struct export_stream){.call = call,
		.ask = *ask,
		.pseudonyms = PSEUDONYMS,
		.page = ARENA(EXPORTS_PAGE_ARENA),
		.made = BUF(MADE_MAX),
		.acts = ARENA(ACT_ARENA)};
	digest_init(&stream->digest);
	ids_print(ID_TENANT, call->caller.tenant, stream->tenant);
	exports_walk_init(call->server, &call->caller, ask->export, &stream->walk);
	call->reply->stream = (struct http_stream){stream, next, done};
	return OK;
}
