/* SPDX-License-Identifier: Apache-2.0 */
/* log_export - a stream into a file, hashed on its way, and the server's record beside it. */
#include "cli/log_export.h"

#include "base/json_in.h"
#include "base/text.h"
#include "cli/log_query.h"
#include "cli/new_file.h"
#include "cli/print.h"
#include "cli/session.h"
#include "crypto/digest.h"

#include <stdio.h>

enum {
	OPTIONS_BYTES = 64 * 1024,
	RECORD_MAX = 64 * 1024,
	PATH_MAX_BYTES = HTTP_CLIENT_HEADER_MAX + 32,
	WORD_MAX = 128,
	TRIES = 20, /* until the record of an export is there */
	TRY_MS = 250,
	PROGRESS_MS = 200,
	SILENCE_MS = 120 * 1000, /* a filter may look at much before its first row */
};

/* An export on its way. */
struct outgoing {
	struct commands_call *call;
	struct session session;
	struct new_file file;
	struct digest digest;
	uint64_t bytes;
	int64_t said_ms; /* by the steady clock: the last line of progress */
};

static void outgoing_done(struct outgoing *outgoing)
{
	new_file_done(&outgoing->file);
	session_done(&outgoing->session);
}

/* What the server has on record. */
struct record {
	uint64_t rows, bytes;
	uint8_t sha256[HASH_SHA256];
	bool running;
};

static fallible keep_piece(void *context, struct span piece)
{
	struct outgoing *outgoing = context;
	int64_t now = clock_monotonic_ms();
	TRY(new_file_put(&outgoing->file, piece));
	digest_add(&outgoing->digest, piece);
	outgoing->bytes += piece.len;
	if (now - outgoing->said_ms >= PROGRESS_MS) {
		print_meanwhile("%llu KiB", (unsigned long long)(outgoing->bytes / 1024));
		outgoing->said_ms = now;
	}
	return OK;
}

static fallible write_ask(struct commands_call *call, struct buf *json)
{
	scoped(arena) arena = ARENA(OPTIONS_BYTES);
	struct log_query query;
	struct json_out out = JSON_OUT(json);
	TRY(log_query_read(call, &arena, &query));
	json_out_open(&out, NULL);
	json_out_open(&out, "filters");
	log_query_put_json(&query, &out);
	json_out_close(&out);
	json_out_text(&out, "format", call->option[COMMANDS_FORMAT]);
	json_out_text(&out, "purpose", call->option[COMMANDS_PURPOSE]);
	if (call->option[COMMANDS_BOM])
		json_out_bool(&out, "bom", true);
	if (call->option[COMMANDS_PSEUDONYMS])
		json_out_bool(&out, "pseudonyms", true);
	if (call->option[COMMANDS_COMPLETE])
		json_out_bool(&out, "complete", true);
	json_out_close(&out);
	return buf_check(json);
}

static fallible parse_record(struct span answer, struct record *record)
{
	scoped(arena) arena = ARENA(RECORD_MAX);
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	if (err_failed(json_in_parse(&doc, answer, &arena, &problems)) || err_failed(json_in_top(&doc, &top)))
		return FAIL(REMOTE, "the server's answer is not JSON");
	*record = (struct record){0};
	struct span state = json_in_free_text(&top, "state", JSON_OPTIONAL, WORD_MAX);
	record->running = span_is(state, "running");
	if (record->running)
		return OK;
	if (!span_is(state, "complete"))
		return FAIL(REMOTE, "the server has the export on record as cut off");
	struct span sha256 = json_in_free_text(&top, "sha256", JSON_NEEDED, WORD_MAX);
	record->rows = (uint64_t)json_in_number(&top, "rows", JSON_NEEDED, 0, INT64_MAX, 0);
	record->bytes = (uint64_t)json_in_number(&top, "bytes", JSON_NEEDED, 0, INT64_MAX, 0);
	if (problems.count || err_failed(text_parse_hex(sha256, record->sha256, sizeof record->sha256)))
		return FAIL(REMOTE, "the server's record of the export is not one");
	return OK;
}

/* The record is durable a moment after the last byte. */
static fallible fetch_record(struct outgoing *outgoing, const char *id, struct record *record)
{
	char path[PATH_MAX_BYTES];
	scoped(buf) answer = BUF(RECORD_MAX);
	snprintf(path, sizeof path, "v1/exports/%s", id);
	for (int i = 0; i < TRIES; i++) {
		TRY(session_fetch(&outgoing->session, outgoing->call, path, SPAN_NONE, &answer));
		TRY(parse_record(buf_span(&answer), record));
		if (!record->running)
			return OK;
		clock_sleep_ms(TRY_MS);
	}
	return FAIL(REMOTE, "the server has no record of the export's end");
}

static fallible compare(struct outgoing *outgoing, const struct record *record)
{
	uint8_t sha256[HASH_SHA256];
	digest_end(&outgoing->digest, sha256);
	if (record->bytes == outgoing->bytes && memcmp(record->sha256, sha256, sizeof sha256) == 0)
		return OK;
	commands_say_where(outgoing->call, outgoing->file.aside);
	return FAIL(FORGED, "what arrived is not what the server has on record");
}

static fallible is_id(const char *text)
{
	struct id id;
	if (err_failed(ids_parse(ID_EXPORT, span_text(text), &id)))
		return FAIL(REMOTE, "the server does not name its export");
	return OK;
}

static fallible transfer(struct outgoing *outgoing, struct http_client_reply *reply)
{
	scoped(buf) json = BUF(OPTIONS_BYTES);
	TRY(write_ask(outgoing->call, &json));
	struct http_client_ask ask = {
		.path = "v1/exports",
		.json = buf_span(&json),
		.header = "Export-Id",
		.silence_ms = SILENCE_MS,
		.on_piece = keep_piece,
		.context = outgoing,
	};
	digest_init(&outgoing->digest);
	TRY(session_call(&outgoing->session, outgoing->call, &ask, reply));
	return is_id(reply->header);
}

static void print_record(const struct outgoing *outgoing, const char *id, const struct record *record)
{
	char hex[2 * HASH_SHA256 + 1];
	for (size_t i = 0; i < HASH_SHA256; i++)
		snprintf(hex + 2 * i, 3, "%02x", record->sha256[i]);
	print_result("%llu rows, %llu bytes, sha256 %s, export %s: %s", (unsigned long long)record->rows,
		(unsigned long long)record->bytes, hex, id, outgoing->call->option[COMMANDS_OUTPUT]);
}

fallible log_export_run(struct commands_call *call)
{
	const char *path = call->option[COMMANDS_OUTPUT];
	scoped(outgoing) outgoing = {.call = call, .file = NEW_FILE};
	scoped(http_client_reply) reply = {0};
	struct record record;
	TRY(session_open(call, &outgoing.session));
	commands_say_where(call, path);
	TRY(new_file_open(path, &outgoing.file));
	call->where[0] = '\0';
	struct err err = transfer(&outgoing, &reply);
	print_meanwhile("%s", "");
	TRY(err);
	TRY(fetch_record(&outgoing, reply.header, &record));
	TRY(compare(&outgoing, &record));
	commands_say_where(call, path);
	TRY(new_file_keep(&outgoing.file));
	call->where[0] = '\0';
	print_record(&outgoing, reply.header, &record);
	return OK;
}
