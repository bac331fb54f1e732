/* SPDX-License-Identifier: Apache-2.0 */
/* api_alerts - GET /v1/alerts and POST /v1/alerts/{event}/acknowledge. */
#include "server/api/ask.h"
#include "server/api/cursor.h"
#include "server/api/log/event_out.h"
#include "server/api/log/log_look.h"
#include "server/core/log/alerts.h"

/* ---- GET /v1/alerts ---- */

struct list {
	struct log_look look;
	struct alerts_ask ask;
	struct page_ask page;
	uint8_t position[CURSOR_INDEX];
};

static fallible prepare_list(struct call *call)
{
	static const char *const STATES[] = {"open", "closed", NULL};
	struct list *list;
	int state;
	TRY(call_ask(call, &list));
	TRY(ask_word_query(call, "state", STATES, &state));
	list->ask.settled = state == 1;
	TRY(log_look_prepare(
		call, list->ask.settled ? SPAN_LIT("alerts closed") : SPAN_LIT("alerts open"), &list->look));
	TRY(call_page(call, list->look.canon, &list->page));
	list->ask.limit = list->page.limit;
	list->ask.resumes = list->page.resumes;
	if (list->page.resumes)
		TRY(cursor_read_index(list->page.position, &list->ask.after));
	return log_look_seal(call, !list->page.resumes, &list->look);
}

static fallible write_list(struct act *act, struct call *call)
{
	struct list *list = call->ask;
	return log_look_write(act, call, &list->look);
}

/* open, then acknowledged, then closed with a verdict. */
static const char *state_of(const struct alert *alert, bool settled)
{
	if (!settled)
		return "open";
	return alert->verdict == ALERT_SEEN ? "acknowledged" : "closed";
}

static void put_settled(struct json_out *out, const struct alert *alert, struct span name)
{
	json_out_open(out, "settled");
	json_out_time(out, "at", alert->at);
	json_out_id(out, "by", alert->by_person ? ID_PERSON : ID_APPLICATION, alert->by);
	ask_put_text(out, "by_name", name);
	json_out_text(out, "verdict", alerts_verdict_name(alert->verdict));
	ask_put_text(out, "note", alert->note);
	json_out_close(out);
}

static void put_item(struct json_out *out, const struct alerts_item *item, bool settled)
{
	json_out_open(out, NULL);
	event_out_members(out, &item->event);
	json_out_text(out, "state", state_of(&item->alert, settled));
	if (settled)
		put_settled(out, &item->alert, item->by.name);
	json_out_close(out);
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	struct list *list = call->ask;
	struct alerts_page page;
	TRY(alerts_read(call->server, &list->look.reader, &list->ask, call->arena, &page));
	json_out_open_array(out, "items");
	for (size_t i = 0; i < page.count; i++)
		put_item(out, &page.items[i], list->ask.settled);
	json_out_close_array(out);
	cursor_put_index(page.last, list->position);
	return call_put_cursor(
		call, out, list->look.canon, page.more ? SPAN_BYTES(list->position) : SPAN_NONE);
}

const struct handler api_alerts_list = {prepare_list, write_list, answer_list};

/* ---- POST /v1/alerts/{event}/acknowledge ---- */

static fallible read_settle(struct call *call, struct alerts_settle *settle)
{
	static const char *const VERDICTS[] = {"true", "false", "benign", NULL};
	struct json_object top;
	TRY(call_body(call, &top));
	settle->verdict = (enum alert_verdict)(json_in_word(&top, "verdict", JSON_OPTIONAL, VERDICTS) + 1);
	settle->note = json_in_text(&top, "note", JSON_OPTIONAL, ALERT_NOTE_MAX);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_settle(struct call *call)
{
	struct alerts_settle *settle;
	struct log_reader reader;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &settle));
	settle->event = call->parts[0];
	TRY(read_settle(call, settle));
	TRY(stage_open(call, &stage));
	TRY(log_read_reader(&stage.view, &call->caller, call->arena, &reader));
	return alerts_settle_prepare(&stage.scene, &reader, settle);
}

static fallible write_settle(struct act *act, struct call *call)
{
	return alerts_settle_write(act, call->ask);
}

static fallible answer_settle(struct call *call, struct json_out *out)
{
	const struct alerts_settle *settle = call->ask;
	json_out_id(out, "id", ID_EVENT, settle->after.event);
	json_out_text(out, "state", state_of(&settle->after, true));
	put_settled(out, &settle->after, SPAN_NONE);
	return OK;
}

const struct handler api_alerts_settle = {prepare_settle, write_settle, answer_settle};
