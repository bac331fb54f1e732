/* SPDX-License-Identifier: Apache-2.0 */
/* api_weekly - GET /v1/clients/{client}/reports/{week} and …/text: what was done for a client in a week. */
#include "server/api/ask.h"
#include "server/core/log/log_view.h"
#include "server/core/overview/weekly_text.h"
#include "server/core/overview/weekly_turn.h"
#include "server/core/sight.h"

enum { CANON_MAX = 128, DETAIL_BYTES = 256, TEXT_BYTES = 32 * 1024 };

struct report {
	struct id client;
	struct iso_week week;
	struct weekly_made made;
	struct log_view view;
};

/* ---- who may see it ---- */

/* The client's own contacts; of the staff who reads the whole log, or the log of the client's branch. */
static fallible check_sight(struct call *call, const struct view *view, struct id id)
{
	struct sight sight;
	struct client client;
	TRY(sight_of(view, &call->caller, CAPABILITY_BIT(LOG_READ_TENANT), call->arena, &sight));
	if (sight_has_client(&sight, id))
		return OK;
	TRY(client_get(view, call->caller.tenant, id, call->arena, &client));
	bool of_branch = ids_is_none(sight.client) && !ids_is_none(client.branch) &&
		ids_equal(client.branch, call->caller.branch) &&
		(call->caller.capabilities & CAPABILITY_BIT(LOG_READ_BRANCH)) != 0;
	return of_branch ? OK : FAIL(NOT_FOUND, "the client is outside what the caller sees");
}

/* ---- that it was read ---- */

static fallible put_detail(struct call *call, const struct report *report, struct span *detail)
{
	char week[LOCAL_DAY_WEEK_TEXT + 1];
	scoped(buf) text = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&text);
	local_day_print_week(report->week, week);
	json_out_open(&out, NULL);
	json_out_hex(&out, "filter_hash", SPAN_BYTES(report->view.key));
	json_out_text(&out, "scope", "client");
	json_out_text(&out, "report", week);
	json_out_close(&out);
	return buf_keep(&text, call->arena, detail);
}

/* The same report of the same reader, in the same form, within a minute is counted on the first. */
static fallible prepare_view(struct call *call, struct report *report)
{
	struct event viewed = call_event(call, ACTION_LOG_VIEWED);
	scoped(buf) canon = BUF(CANON_MAX);
	buf_put_text(&canon, call->route->needs & ROUTE_RAW ? "text" : "json");
	buf_put(&canon, id_span(&report->client));
	buf_put_u16(&canon, (uint16_t)report->week.year);
	buf_put_u8(&canon, (uint8_t)report->week.number);
	TRY(buf_check(&canon));
	TRY(log_view_name(call->server, &call->caller, buf_span(&canon), &report->view));
	viewed.ids[LEAF_ID_CLIENT] = report->client;
	TRY(put_detail(call, report, &viewed.texts[LEAF_TEXT_DETAIL]));
	return log_view_seal(call->server, &call->caller, &viewed, call->now, call->arena, &report->view);
}

static fallible prepare(struct call *call)
{
	struct report *report;
	const struct event by = call_event(call, ACTION_REPORT_GENERATED);
	scoped(stage) stage = {0};
	TRY(call_ask(call, &report));
	TRY(stage_open(call, &stage));
	TRY(client_find(&stage.view, call->caller.tenant, call->parts[0], &report->client));
	TRY(check_sight(call, &stage.view, report->client));
	if (!local_day_read_week(call->parts[1], &report->week))
		return FAIL(NOT_FOUND, "there is no such week");
	TRY(weekly_turn_prepare(&stage.scene, report->client, report->week, &by, &report->made));
	/* While nothing is written, what was pinned can be read all the same. */
	call->act = call->server->volume.read_only ? CALL_NO_ACT : CALL_EVENT;
	return prepare_view(call, report);
}

static fallible write(struct act *act, struct call *call)
{
	struct report *report = call->ask;
	TRY(weekly_turn_write(act, &report->made));
	return log_view_write(act, call->caller.tenant, &report->view);
}

/* ---- as JSON ---- */

static void put_work(struct json_out *out, const struct weekly_sums *sums)
{
	int64_t seconds = sums->seconds > 0 ? sums->seconds : 0;
	json_out_open(out, "work");
	json_out_number(out, "seconds", sums->seconds);
	json_out_number(out, "hours", seconds / 3600);
	json_out_number(out, "minutes", seconds % 3600 / 60);
	json_out_close(out);
}

static void put_helpers(struct json_out *out, const struct weekly_sums *sums)
{
	json_out_open_array(out, "helpers");
	for (size_t i = 0; i < sums->helper_count; i++) {
		const struct weekly_helper *helper = &sums->helpers[i];
		json_out_open(out, NULL);
		json_out_id(out, "person", ID_PERSON, helper->person);
		json_out_span(out, "name", helper->name);
		json_out_number(out, "seconds", helper->seconds);
		json_out_number(out, "uses", helper->uses);
		json_out_close(out);
	}
	json_out_close_array(out);
	json_out_bool(out, "more_helpers", sums->more_helpers);
}

static void put_adjusted(struct json_out *out, const struct weekly_sums *sums)
{
	json_out_open_array(out, "adjusted");
	for (size_t i = 0; i < sums->adjusted_count; i++) {
		const struct weekly_adjusted *line = &sums->adjusted[i];
		json_out_open(out, NULL);
		json_out_time(out, "time", line->time);
		json_out_id(out, "person", ID_PERSON, line->person);
		json_out_number(out, "seconds", line->seconds);
		ask_put_text(out, "reason", line->reason);
		json_out_close(out);
	}
	json_out_close_array(out);
}

static void put_money(struct json_out *out, const struct weekly_sums *sums)
{
	json_out_open_array(out, "money");
	for (size_t i = 0; i < sums->money_count; i++) {
		const struct weekly_money *money = &sums->money[i];
		json_out_open(out, NULL);
		json_out_span(out, "currency", money->currency);
		json_out_number(out, "purchased", money->purchased);
		json_out_number(out, "received", money->received);
		json_out_number(out, "spent", money->spent);
		json_out_number(out, "returned", money->returned);
		json_out_number(out, "balance", money->balance);
		json_out_close(out);
	}
	json_out_close_array(out);
}

static void put_sums(struct json_out *out, const struct weekly_sums *sums)
{
	put_work(out, sums);
	json_out_number(out, "uses", sums->uses);
	json_out_number(out, "revealed", sums->revealed);
	json_out_number(out, "denied", sums->denied);
	json_out_number(out, "purchases", sums->purchases);
	json_out_number(out, "exports", sums->exports);
	json_out_number(out, "changes_of_assistant", sums->changes);
	json_out_number(out, "unusual", sums->unusual);
	put_helpers(out, sums);
	put_adjusted(out, sums);
	put_money(out, sums);
}

/* How far the log had come, and what it was then. */
static void put_log(struct json_out *out, const struct weekly_row *row)
{
	const struct checkpoint_row *checkpoint = &row->checkpoint;
	json_out_open(out, "log");
	json_out_number(out, "index", (int64_t)checkpoint->size - 1);
	json_out_number(out, "size", (int64_t)checkpoint->size);
	json_out_hex(out, "root", SPAN_BYTES(checkpoint->root.bytes));
	json_out_span(out, "checkpoint", checkpoint->note);
	json_out_close(out);
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct report *report = call->ask;
	const struct weekly *weekly = report->made.weekly;
	char week[LOCAL_DAY_WEEK_TEXT + 1];
	local_day_print_week(report->week, week);
	call_header(call, "Cache-Control", SPAN_LIT("no-store"));
	json_out_id(out, "client", ID_CLIENT, report->client);
	json_out_text(out, "week", week);
	json_out_span(out, "time_zone", weekly->zone);
	json_out_time(out, "from", weekly->from);
	json_out_time(out, "until", weekly->until);
	json_out_text(out, "basis", weekly->basis == WEEKLY_IMPORT ? "import" : "server");
	json_out_number(out, "left_out", (int64_t)weekly->left_out);
	json_out_number(out, "pruned", (int64_t)weekly->pruned);
	put_sums(out, &weekly->sums);
	put_log(out, &report->made.row);
	return OK;
}

const struct handler api_weekly_get = {prepare, write, answer};

/* ---- as it is mailed ---- */

static fallible answer_text(struct call *call, struct json_out *unused)
{
	const struct report *report = call->ask;
	(void)unused;
	call->reply->status = 200;
	call->reply->content_type = "text/plain; charset=utf-8";
	call->reply->body = BUF(TEXT_BYTES);
	call_header(call, "Cache-Control", SPAN_LIT("no-store"));
	return weekly_text_put(
		&call->reply->body, report->made.weekly, &report->made.row.checkpoint, call->arena);
}

const struct handler api_weekly_text = {prepare, write, answer_text};
