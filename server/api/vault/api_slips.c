/* SPDX-License-Identifier: Apache-2.0 */
/* api_slips - POST /v1/slips and POST /v1/slips/{slip}/read. */
#include "server/api/ask.h"
#include "server/core/vault/slips.h"

enum { NAME_MAX_BYTES = 128 };

/* ---- POST /v1/slips ---- */

static fallible read_add(struct call *call, struct slips_add *add)
{
	struct json_object top;
	TRY(call_body(call, &top));
	add->to = json_in_text(&top, "to", JSON_NEEDED, NAME_MAX_BYTES);
	add->text = json_in_free_text(&top, "text", JSON_NEEDED, SLIP_TEXT_MAX);
	if (json_in_has(&top, "text") && add->text.len == 0)
		json_in_note(&top, "text", "missing");
	add->ttl_s = json_in_number(&top, "ttl_s", JSON_NEEDED, SLIP_TTL_MIN_S, SLIP_TTL_MAX_S, 0);
	add->client = json_in_text(&top, "client", JSON_OPTIONAL, NAME_MAX_BYTES);
	add->task = ask_line(call, &top, "task", JSON_OPTIONAL, SLIP_TASK_MAX);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct slips_add *add;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	TRY(read_add(call, add));
	TRY(stage_open(call, &stage));
	call->status = 201;
	struct err err = slips_add_prepare(&stage.scene, add);
	err = call_blame(call, err, CODE_UNKNOWN_PERSON, "/to");
	return call_blame(call, err, CODE_UNKNOWN_CLIENT, "/client");
}

static fallible write_add(struct act *act, struct call *call)
{
	return slips_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct slips_add *add = call->ask;
	json_out_id(out, "id", ID_SLIP, add->slip.id);
	json_out_id(out, "to", ID_PERSON, add->slip.to);
	json_out_time(out, "expires", add->slip.ends);
	return OK;
}

const struct handler api_slips_add = {prepare_add, write_add, answer_add};

/* ---- POST /v1/slips/{slip}/read ---- */

static fallible prepare_read(struct call *call)
{
	struct slips_read *read;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &read));
	TRY(ask_nothing(call));
	TRY(stage_open(call, &stage));
	return slips_read_prepare(&stage.scene, call->parts[0], read);
}

static fallible write_read(struct act *act, struct call *call)
{
	struct slips_read *read = call->ask;
	TRY(slips_read_write(act, read));
	call->refusal = read->refusal;
	return OK;
}

/* Opened only where nothing has to be left out, and so only after the commit. Room from the beginning: a buffer that
 * grows leaves its content behind in memory that is not wiped. */
static fallible answer_read(struct call *call, struct json_out *out)
{
	const struct slips_read *read = call->ask;
	scoped(buf) text = BUF(SLIP_TEXT_MAX);
	json_out_id(out, "id", ID_SLIP, read->slip.id);
	if (json_out_redacted(out, "text"))
		return OK;
	call_header(call, "Cache-Control", SPAN_LIT("no-store"));
	buf_room(&text, SLIP_TEXT_MAX);
	TRY(buf_check(&text));
	text.len = 0;
	struct err err = slips_open(call->server, read, &text);
	if (!err_failed(err))
		json_out_span(out, "text", buf_span(&text));
	secret_wipe(text.data, text.len);
	if (err.kind == ERR_NOT_FOUND || err.kind == ERR_FORGED)
		return FAIL(CORRUPT, "a slip can't be opened");
	return err;
}

const struct handler api_slips_read = {prepare_read, write_read, answer_read};
