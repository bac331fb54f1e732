/* SPDX-License-Identifier: Apache-2.0 */
/* api_log - GET /v1/log/checkpoint, /v1/log/tile/…, and GET /v1/events/{id}/proof: the log as others verify
 * it. */
#include "crypto/checkpoint.h"
#include "server/api/stage.h"
#include "server/core/log/checkpoints.h"
#include "server/core/log/log_read.h"
#include "server/core/log/log_tiles.h"
#include "store/index/tree.h"

enum { PROOF_MAX = 16 * 1024 };

static const char TEXT[] = "text/plain; charset=utf-8";
static const char BYTES[] = "application/octet-stream";

/* ---- checkpoints, and proofs that rest on one ---- */

struct log_signed {
	struct checkpoints_ask checkpoint;
	uint64_t index; /* of the leaf to prove */
};

/* At least the first `size` leaves: stored already, or signed now and stored by a plain act. */
static fallible prepare_checkpoint_over(struct call *call, struct log_signed *ask, uint64_t size)
{
	TRY(checkpoints_prepare(call->server, call->caller.tenant, size, call->arena, &ask->checkpoint));
	call->act = ask->checkpoint.fresh ? CALL_HOUSEKEEPING : CALL_NO_ACT;
	return OK;
}

/* Nothing is signed while the log contradicts what was signed, nor where the keyring or the store has no room for it
 * (FOUNDATIONS 13): then the last one that was is served. */
static fallible prepare_checkpoint(struct call *call)
{
	struct log_signed *ask;
	const struct server *server = call->server;
	TRY(call_ask(call, &ask));
	call->goes_without = true;
	if (server->volume.read_only || call->is_full)
		return prepare_checkpoint_over(call, ask, 0);
	struct err err =
		prepare_checkpoint_over(call, ask, tail_size_of(server->volume.tail, call->caller.tenant));
	return err.kind == ERR_FULL ? prepare_checkpoint_over(call, ask, 0) : err;
}

static fallible write_checkpoint(struct act *act, struct call *call)
{
	struct log_signed *ask = call->ask;
	return checkpoints_write(act, call->caller.tenant, call->arena, &ask->checkpoint);
}

static void begin_reply(struct call *call, const char *content_type, size_t max)
{
	call->reply->status = 200;
	call->reply->content_type = content_type;
	call->reply->body = BUF(max);
}

static fallible answer_checkpoint(struct call *call, struct json_out *unused)
{
	const struct log_signed *ask = call->ask;
	(void)unused;
	begin_reply(call, TEXT, CHECKPOINT_ROW_NOTE_MAX);
	call_header(call, "Cache-Control", SPAN_LIT("private, no-cache"));
	buf_put(&call->reply->body, ask->checkpoint.row.note);
	return buf_check(&call->reply->body);
}

const struct handler api_log_checkpoint = {prepare_checkpoint, write_checkpoint, answer_checkpoint};

/* ---- proofs ---- */

static fallible find_leaf(struct call *call, uint64_t *index)
{
	scoped(stage) stage = {0};
	struct log_reader reader;
	struct id event;
	uint64_t sequence;
	TRY(stage_open(call, &stage));
	TRY(log_read_reader(&stage.view, &call->caller, call->arena, &reader));
	TRY(ids_parse(ID_EVENT, call->parts[0], &event));
	return log_read_find(call->server, &reader, event, &sequence, index);
}

static fallible prepare_proof(struct call *call)
{
	struct log_signed *ask;
	TRY(call_ask(call, &ask));
	TRY(find_leaf(call, &ask->index));
	return prepare_checkpoint_over(call, ask, ask->index + 1);
}

static fallible answer_proof(struct call *call, struct json_out *unused)
{
	const struct log_signed *ask = call->ask;
	const struct checkpoint_row *row = &ask->checkpoint.row;
	scoped(tree) tree = {0};
	struct merkle_proof proof;
	(void)unused;
	TRY(tree_open(&call->server->volume, call->caller.tenant, &tree));
	struct merkle_source source = tree_source(&tree);
	TRY(merkle_prove_inclusion(&source, ask->index, row->size, &proof));
	begin_reply(call, TEXT, PROOF_MAX);
	call_header(call, "Cache-Control", SPAN_LIT("private, no-cache"));
	checkpoint_put_proof(&call->reply->body, ask->index, &proof, row->note);
	return buf_check(&call->reply->body);
}

const struct handler api_events_proof = {prepare_proof, write_checkpoint, answer_proof};

/* ---- tiles ---- */

/* Entries hold every leaf of the tenant; hashes say nothing. */
static fallible check_entries(struct call *call)
{
	scoped(stage) stage = {0};
	struct log_reader reader;
	TRY(stage_open(call, &stage));
	TRY(log_read_reader(&stage.view, &call->caller, call->arena, &reader));
	return reader.scope == CAPABILITY_LOG_TENANT
		? OK
		: FAIL(DENIED, "entries are for readers of the tenant's whole log");
}

static fallible prepare_tile(struct call *call)
{
	static const struct span PREFIX = {(const uint8_t *)"/v1/log/", 8};
	struct tile *tile;
	TRY(call_ask(call, &tile));
	TRY(tile_parse(span_from(call->request->path, PREFIX.len), tile));
	if (tile->entries)
		TRY(check_entries(call));
	return OK;
}

/* A tile of one width never changes; a partial one is of use only until the next checkpoint. */
static fallible answer_tile(struct call *call, struct json_out *unused)
{
	const struct tile *tile = call->ask;
	(void)unused;
	begin_reply(call, BYTES, HTTP_REPLY_MAX);
	TRY(log_tiles_read(call->server, call->caller.tenant, tile, &call->reply->body));
	call_header(call, "Cache-Control",
		tile->width == TILE_WIDTH ? SPAN_LIT("private, max-age=31536000, immutable")
					  : SPAN_LIT("private, max-age=60"));
	return OK;
}

const struct handler api_log_tile = {prepare_tile, NULL, answer_tile};
