/* SPDX-License-Identifier: Apache-2.0 */
/* api_protection - GET /v1/protection: whether anything is wrong, on one screen. */
#include "server/api/ask.h"
#include "server/api/log/event_out.h"
#include "server/api/log/log_look.h"
#include "server/core/log/alerts.h"
#include "server/core/overview/protection.h"

enum { ITEMS_MAX = 20 };

struct protection {
	struct log_look look;
	struct page_ask page;
	struct id after; /* people who were counted by the call before */
};

/* ---- what is asked for ---- */

static fallible prepare(struct call *call)
{
	struct protection *ask;
	TRY(call_ask(call, &ask));
	TRY(log_look_prepare(call, SPAN_LIT("protection"), &ask->look));
	TRY(call_page(call, ask->look.canon, &ask->page));
	TRY(ask_after(&ask->page, &ask->after));
	return log_look_seal(call, !ask->page.resumes, &ask->look);
}

static fallible write(struct act *act, struct call *call)
{
	struct protection *ask = call->ask;
	return log_look_write(act, call, &ask->look);
}

/* ---- the parts of the answer ---- */

static void put_weak(const struct protection_people *people, struct json_out *out)
{
	json_out_open_array(out, "export_weak_people");
	for (size_t i = 0; i < people->sum.weak_count; i++) {
		json_out_open(out, NULL);
		json_out_id(out, "id", ID_PERSON, people->sum.weak[i]);
		json_out_span(out, "name", people->names[i]);
		json_out_close(out);
	}
	json_out_close_array(out);
}

static fallible put_people(struct call *call, struct json_out *out)
{
	const struct protection *ask = call->ask;
	struct protection_people people;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	const struct protection_ask whom = {call->server, &view, &ask->look.reader, ask->after, call->now};
	TRY(protection_people(&whom, call->arena, &people));
	json_out_open(out, "people");
	json_out_number(out, "staff", (int64_t)people.sum.staff);
	for (enum standing_factor factor = STANDING_NONE; factor < STANDING_COUNT; factor++)
		json_out_number(out, standing_factor_name(factor), (int64_t)people.sum.factors[factor]);
	json_out_number(out, "export_weak", (int64_t)people.sum.export_weak);
	put_weak(&people, out);
	json_out_bool(out, "complete", people.complete);
	json_out_time(out, "as_of", people.sum.as_of);
	json_out_close(out);
	return call_put_cursor(
		call, out, ask->look.canon, people.complete ? SPAN_NONE : id_span(&people.after));
}

static void put_last(struct json_out *out, const char *name, const struct protection_last *last)
{
	if (!last->known) {
		json_out_null(out, name);
		return;
	}
	const struct leaf leaf = {.source = last->source};
	json_out_open(out, name);
	json_out_time(out, "at", last->at);
	json_out_bool(out, "ok", last->ok);
	json_out_text(out, "source", event_out_source(&leaf));
	json_out_id(out, "event", ID_EVENT, last->event);
	json_out_close(out);
}

static fallible put_log(const struct call *call, struct json_out *out)
{
	const struct protection *ask = call->ask;
	struct protection_log log;
	TRY(protection_log(call->server, &ask->look.reader, &log));
	json_out_open(out, "log");
	json_out_number(out, "size", (int64_t)log.size);
	json_out_bool(out, "holds", log.holds);
	if (log.is_signed) {
		json_out_open(out, "checkpoint");
		json_out_time(out, "time", log.signed_at);
		json_out_number(out, "size", (int64_t)log.signed_size);
		json_out_close(out);
	} else {
		json_out_null(out, "checkpoint");
	}
	put_last(out, "verified", &log.verified);
	json_out_open_array(out, "witnesses");
	json_out_close_array(out);
	json_out_close(out);
	put_last(out, "backup", &log.backup);
	return OK;
}

static fallible put_today(struct call *call, struct json_out *out)
{
	const struct protection *ask = call->ask;
	struct protection_today today;
	TRY(protection_today(call->server, &ask->look.reader, call->now, call->arena, &today));
	json_out_open(out, "today");
	json_out_time(out, "from", today.from);
	json_out_number(out, "failed_logins", (int64_t)today.failed_logins);
	json_out_number(out, "new_devices", (int64_t)today.new_devices);
	json_out_number(out, "exports", (int64_t)today.exports);
	json_out_number(out, "denied", (int64_t)today.denied);
	json_out_bool(out, "complete", today.complete);
	json_out_close(out);
	return OK;
}

static void put_about(struct json_out *out, const struct log_event *event)
{
	struct event_out_object object;
	event_out_object(event, &object);
	json_out_open(out, "about");
	ask_put_text(out, "type", object.type);
	ask_put_text(out, "id", object.id);
	ask_put_text(out, "label", object.label);
	json_out_close(out);
}

static void put_alert(struct json_out *out, const struct log_event *event)
{
	const struct event_read *read = &event->read;
	json_out_open(out, NULL);
	json_out_id(out, "event", ID_EVENT, read->leaf.event);
	json_out_time(out, "time", read->leaf.time);
	json_out_text(out, "action", read->action ? read->action->name : NULL);
	json_out_text(out, "severity", action_severity_name((enum action_severity)read->leaf.severity));
	json_out_text(out, "source", event_out_source(&read->leaf));
	ask_put_text(out, "who", event->actor.name);
	ask_put_text(out, "client", event->client.name);
	put_about(out, event);
	json_out_close(out);
}

static fallible put_alerts(struct call *call, struct json_out *out)
{
	const struct protection *ask = call->ask;
	const struct alerts_ask want = {.limit = ITEMS_MAX};
	struct alerts_page page;
	uint64_t open;
	bool all;
	TRY(alerts_count(call->server, &ask->look.reader, &open, &all));
	TRY(alerts_read(call->server, &ask->look.reader, &want, call->arena, &page));
	json_out_open(out, "alerts");
	json_out_number(out, "open", (int64_t)open);
	json_out_bool(out, "complete", all);
	json_out_open_array(out, "items");
	for (size_t i = 0; i < page.count; i++)
		put_alert(out, &page.items[i].event);
	json_out_close_array(out);
	json_out_close(out);
	return OK;
}

/* A later call only goes on counting people. */
static fallible answer(struct call *call, struct json_out *out)
{
	const struct protection *ask = call->ask;
	TRY(put_people(call, out));
	if (ask->page.resumes)
		return OK;
	TRY(put_log(call, out));
	TRY(put_today(call, out));
	return put_alerts(call, out);
}

const struct handler api_protection_get = {prepare, write, answer};
