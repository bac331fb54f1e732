/* SPDX-License-Identifier: Apache-2.0 */
/* log_show - the event, then its proof: what a key signs is asked of the proof, never of the server. */
#include "cli/log_show.h"

#include "base/text.h"
#include "cli/log_event.h"
#include "cli/new_file.h"
#include "cli/print.h"
#include "cli/session.h"
#include "crypto/checkpoint.h"

#include <stdio.h>

enum {
	ANSWER_MAX = 1024 * 1024,
	ARENA_BYTES = 8 * 1024 * 1024,
	PROOF_MAX = 64 * 1024,
	PATH_MAX_BYTES = 128,
	VERIFIER_MEMORY = 4096,
};

/* One event on its way. */
struct showing {
	struct commands_call *call;
	struct session session;
	struct merkle_hash leaf;
	bool has_leaf;
};

static void showing_done(struct showing *showing)
{
	session_done(&showing->session);
}

static fallible check_id(struct commands_call *call)
{
	struct id event;
	if (!err_failed(ids_parse(ID_EVENT, span_text(call->operand), &event)))
		return OK;
	commands_say_where(call, call->operand);
	return FAIL(INPUT, "an event's id is evt_ and 26 characters");
}

static fallible read_event(struct showing *showing, struct span answer)
{
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(json_doc) doc = {0};
	scoped(buf) lines = BUF(ARENA_BYTES);
	struct json_problems problems = {0};
	struct json_object event;
	if (err_failed(json_in_parse(&doc, answer, &arena, &problems)) ||
		err_failed(json_in_top(&doc, &event)))
		return FAIL(REMOTE, "the server's answer is not JSON");
	struct span leaf = json_in_free_text(&event, "leaf", JSON_OPTIONAL, 2 * MERKLE_HASH);
	showing->has_leaf =
		!err_failed(text_parse_hex(leaf, showing->leaf.bytes, sizeof showing->leaf.bytes));
	if (showing->call->option[COMMANDS_JSON])
		TRY(log_event_put_json(&event, &lines));
	else
		log_event_put_all(&event, log_event_colours(showing->call), &lines);
	TRY(buf_check(&lines));
	print_bytes(buf_span(&lines));
	return OK;
}

static fallible check_proof(struct showing *showing, const char *vkey, struct span proof)
{
	scoped(arena) arena = ARENA(VERIFIER_MEMORY);
	struct note_verifier verifier;
	struct checkpoint checkpoint;
	uint64_t index;
	TRY(note_parse_vkey(span_text(vkey), &arena, &verifier));
	if (!showing->has_leaf)
		return FAIL(FORGED, "the server names no leaf that could be proven");
	commands_say_where(showing->call, showing->call->operand);
	struct err err = checkpoint_check_proof(proof, &verifier, &showing->leaf, &checkpoint, &index);
	if (err.kind == ERR_INPUT)
		return FAIL(FORGED, err.why);
	TRY(err);
	showing->call->where[0] = '\0';
	if (!showing->call->option[COMMANDS_JSON])
		print_result("proof         holds: entry %llu of %.*s, checkpoint of size %llu",
			(unsigned long long)index, SPAN_FMT(checkpoint.origin),
			(unsigned long long)checkpoint.size);
	return OK;
}

static fallible show_proof(struct showing *showing)
{
	struct commands_call *call = showing->call;
	const char *vkey = showing->session.config.vkey, *file = call->option[COMMANDS_PROOF];
	char path[PATH_MAX_BYTES];
	scoped(buf) proof = BUF(PROOF_MAX);
	if (!file && !call->option[COMMANDS_VKEY])
		return OK;
	snprintf(path, sizeof path, "v1/events/%.*s/proof", ID_TEXT, call->operand);
	TRY(session_fetch(&showing->session, call, path, SPAN_NONE, &proof));
	if (vkey)
		TRY(check_proof(showing, vkey, buf_span(&proof)));
	if (!file)
		return OK;
	commands_say_where(call, file);
	TRY(new_file_write(file, buf_span(&proof)));
	call->where[0] = '\0';
	return OK;
}

fallible log_show_run(struct commands_call *call)
{
	scoped(showing) showing = {.call = call};
	scoped(buf) answer = BUF(ANSWER_MAX);
	char path[PATH_MAX_BYTES];
	TRY(check_id(call));
	TRY(session_open(call, &showing.session));
	snprintf(path, sizeof path, "v1/events/%.*s", ID_TEXT, call->operand);
	TRY(session_fetch(&showing.session, call, path, SPAN_NONE, &answer));
	TRY(read_event(&showing, buf_span(&answer)));
	return show_proof(&showing);
}
