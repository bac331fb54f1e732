/* SPDX-License-Identifier: Apache-2.0 */
/* api_inbox - GET /v1/approvals: what waits for the caller's word, and what the caller waits for. */
#include "base/reader.h"
#include "policies/actions.h"
#include "server/api/ask.h"
#include "server/api/name_out.h"
#include "server/core/overview/inbox.h"

enum { PLACE = 1 + sizeof(struct id) };

struct inbox {
	struct page_ask page;
	struct inbox_place from;
};

/* ---- where a page begins ---- */

static fallible read_place(struct inbox *inbox)
{
	struct reader reader = READER(inbox->page.position);
	if (!inbox->page.resumes)
		return OK;
	unsigned kind = reader_u8(&reader);
	inbox->from.after = noun_take_id(&reader);
	if (err_failed(reader_check(&reader)) || kind >= INBOX_KIND_COUNT)
		return FAIL_CODE(CURSOR_INVALID, "a cursor names no place of an inbox");
	inbox->from.kind = (enum inbox_kind)kind;
	return OK;
}

static fallible keep_place(struct call *call, const struct inbox_place *at, struct span *position)
{
	scoped(buf) place = BUF(PLACE);
	*position = SPAN_NONE;
	if (at->kind == INBOX_KIND_COUNT)
		return OK;
	buf_put_u8(&place, (uint8_t)at->kind);
	buf_put(&place, id_span(&at->after));
	return buf_keep(&place, call->arena, position);
}

static fallible prepare(struct call *call)
{
	struct inbox *inbox;
	TRY(call_ask(call, &inbox));
	if (ids_is_none(call->caller.person))
		return FAIL(DENIED, "an application as itself decides nothing, and has no inbox");
	TRY(call_page(call, SPAN_NONE, &inbox->page));
	return read_place(inbox);
}

/* ---- what stands in it ---- */

static void put_kind(struct json_out *out, const struct inbox_item *item)
{
	static const struct {
		const char *word;
		enum id_kind id;
	} KINDS[INBOX_KIND_COUNT] = {
		[INBOX_GRANT] = {"grant", ID_GRANT},
		[INBOX_HANDOVER] = {"handover", ID_HANDOVER},
		[INBOX_DEPOSIT] = {"deposit", ID_DEPOSIT},
		[INBOX_BREAKGLASS] = {"breakglass", ID_BREAKGLASS},
		[INBOX_ERASURE] = {"erasure", ID_ERASURE},
		[INBOX_FACTOR_RESET] = {"factor_reset", ID_FACTOR_RESET},
		[INBOX_REINSTATEMENT] = {"reinstatement", ID_PERSON},
		[INBOX_RETENTION] = {"retention", ID_PERSON},
		[INBOX_EXTENSION] = {"extension", ID_HANDOVER},
		[INBOX_TAKEOUT] = {"takeout", ID_TAKEOUT},
	};
	static const char *const STEPS[] = {"decide", "accept", "review"};
	json_out_text(out, "kind", KINDS[item->kind].word);
	if (item->kind == INBOX_RETENTION) {
		json_out_text(out, "id", action_retention_name((enum action_retention)item->which));
		json_out_number(out, "months", item->months);
	} else {
		json_out_id(out, "id", KINDS[item->kind].id, item->id);
	}
	if (item->kind == INBOX_EXTENSION)
		json_out_time(out, "until", item->until);
	json_out_text(out, "step", STEPS[item->step]);
	json_out_text(out, "mine", item->asked ? "asked" : "decide");
}

static fallible put_about(struct name_out *names, struct json_out *out, const struct inbox_item *item)
{
	static const struct sight WHOLE = {.all = true};
	if (!ids_is_none(item->client)) {
		json_out_id(out, "client", ID_CLIENT, item->client);
		TRY(name_out_client(names, out, "client_name", item->client));
	}
	if (!ids_is_none(item->person)) {
		json_out_id(out, "person", ID_PERSON, item->person);
		TRY(name_out_person(names, out, "person_name", item->person));
	}
	if (!ids_is_none(item->credential)) {
		json_out_id(out, "credential", ID_CREDENTIAL, item->credential);
		/* Who decides on it, or asked for it, knows which one it is. */
		TRY(name_out_title(names, out, &WHOLE, item->credential, true));
	}
	ask_put_text(out, "text", item->text);
	return OK;
}

static fallible put_item(struct name_out *names, struct json_out *out, const struct inbox_item *item)
{
	json_out_open(out, NULL);
	put_kind(out, item);
	TRY(put_about(names, out, item));
	json_out_id(out, "asked_by", item->by_software ? ID_APPLICATION : ID_PERSON, item->by);
	TRY(name_out_by(names, out, "asked_by_name", !item->by_software, item->by));
	json_out_time(out, "since", item->since);
	ask_put_time(out, "due", item->due);
	json_out_close(out);
	return OK;
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct inbox *inbox = call->ask;
	struct inbox_page page;
	struct name_out names;
	struct span position;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(inbox_read(&stage.scene, &inbox->from, inbox->page.limit, &page));
	TRY(name_out_open_always(call, &stage.view, &names));
	json_out_open_array(out, "items");
	for (size_t i = 0; i < page.count; i++)
		TRY(put_item(&names, out, &page.items[i]));
	json_out_close_array(out);
	TRY(keep_place(call, &page.at, &position));
	return call_put_cursor(call, out, SPAN_NONE, position);
}

const struct handler api_inbox_list = {prepare, NULL, answer};
