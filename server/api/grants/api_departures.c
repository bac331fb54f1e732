/* SPDX-License-Identifier: Apache-2.0 */
/* api_departures - /v1/people/{person}/departure and /v1/people/{person}/reinstatement. */
#include "server/api/ask.h"
#include "server/core/grants/departures.h"
#include "server/core/vault/exposures.h"

#include "base/timestamp.h"

enum { DATE_TEXT = 10, NAME_BYTES = 128, TIME_BYTES = 40 };

/* ---- what a departure looks like ---- */

static void put_departure(struct json_out *out, const struct departure *departure)
{
	json_out_id(out, "person", ID_PERSON, departure->person);
	json_out_text(out, "state", departure_state_name(departure->state));
	json_out_time(out, "at", departure->at);
	json_out_time(out, "asked", departure->asked);
	json_out_id(out, "by", departure->by_person ? ID_PERSON : ID_APPLICATION, departure->by);
	ask_put_id(out, "returner", ID_PERSON, departure->returner);
	ask_put_id(out, "successor", ID_PERSON, departure->successor);
	ask_put_id(out, "handover", ID_HANDOVER, departure->handover);
	json_out_number(out, "grants_ended", departure->grants);
	json_out_number(out, "sessions_ended", departure->sessions);
}

static void put_owed(struct json_out *out, const struct exposures_item *item)
{
	json_out_open(out, NULL);
	json_out_id(out, "credential", ID_CREDENTIAL, item->seen.credential);
	json_out_id(out, "client", ID_CLIENT, item->seen.client);
	json_out_number(out, "version", (int64_t)item->seen.number);
	json_out_text(out, "state", rotation_rules_word(item->state));
	json_out_number(out, "class", item->seen.class);
	json_out_time(out, "last", item->seen.last);
	json_out_close(out);
}

/* What the person knows and may use no more; of one who is still there, what that will be. */
static fallible put_all(struct call *call, const struct departure *departure, struct json_out *out)
{
	struct exposures_list due;
	const struct exposures_ask ask = {.tenant = departure->tenant,
		.person = departure->person,
		.now = call->now,
		.as_if_gone = departure->state != DEPARTURE_BACK && departure->state != DEPARTURE_CANCELLED};
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(exposures_due(&stage.view, &ask, call->arena, &due));
	put_departure(out, departure);
	json_out_open_array(out, "rotation_due");
	for (const struct exposures_item *item = due.first; item; item = item->next)
		put_owed(out, item);
	json_out_close_array(out);
	return OK;
}

/* ---- POST /v1/people/{person}/departure ---- */

/* A day of the calendar, "2026-12-31". */
static struct instant read_day(struct json_object *top, const char *name)
{
	struct instant day = {0};
	char text[TIME_BYTES];
	struct span date = json_in_text(top, name, JSON_NEEDED, TIME_BYTES);
	if (date.len == 0)
		return day;
	if (date.len == DATE_TEXT) {
		memcpy(text, date.at, DATE_TEXT);
		memcpy(text + DATE_TEXT, "T00:00:00Z", 10);
		if (!err_failed(timestamp_parse(span_of(text, DATE_TEXT + 10), &day)))
			return day;
	}
	json_in_note(top, name, "malformed");
	return day;
}

static fallible read_add(struct call *call, struct departures_add *add)
{
	struct json_object top;
	TRY(call_body(call, &top));
	add->day = read_day(&top, "last_day");
	add->successor = json_in_text(&top, "successor", JSON_OPTIONAL, NAME_BYTES);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct departures_add *add;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	TRY(read_add(call, add));
	add->person = call->parts[0];
	TRY(stage_open(call, &stage));
	return call_blame(call, departures_add_prepare(&stage.scene, add), CODE_UNKNOWN_PERSON, "/successor");
}

static fallible write_add(struct act *act, struct call *call)
{
	return departures_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct departures_add *add = call->ask;
	return put_all(call, &add->after, out);
}

const struct handler api_departures_add = {prepare_add, write_add, answer_add};

/* ---- the one that stands ---- */

typedef fallible (*change_fn)(const struct scene *scene, struct departures_change *change);

static fallible prepare_change(struct call *call, change_fn prepare, bool approve)
{
	struct departures_change *change;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &change));
	change->person = call->parts[0];
	change->approve = approve;
	TRY(stage_open(call, &stage));
	TRY(departures_find(&stage.scene, change));
	return prepare ? prepare(&stage.scene, change) : OK;
}

static fallible answer_change(struct call *call, struct json_out *out)
{
	const struct departures_change *change = call->ask;
	return put_all(call, &change->departure, out);
}

static fallible prepare_get(struct call *call)
{
	return prepare_change(call, NULL, false);
}

const struct handler api_departures_get = {prepare_get, NULL, answer_change};

static fallible prepare_cancel(struct call *call)
{
	return prepare_change(call, departures_cancel_prepare, false);
}

static fallible write_cancel(struct act *act, struct call *call)
{
	return departures_cancel_write(act, call->ask);
}

const struct handler api_departures_cancel = {prepare_cancel, write_cancel, answer_change};

/* ---- POST /v1/people/{person}/reinstatement, …/reinstatement/decision ---- */

static fallible prepare_return(struct call *call)
{
	TRY(ask_nothing(call));
	call->status = 202;
	return prepare_change(call, departures_return_prepare, false);
}

static fallible write_return(struct act *act, struct call *call)
{
	return departures_return_write(act, call->ask);
}

const struct handler api_departures_return = {prepare_return, write_return, answer_change};

static fallible prepare_decide(struct call *call)
{
	bool approve;
	TRY(ask_decision(call, &approve));
	return prepare_change(call, departures_decide_prepare, approve);
}

static fallible write_decide(struct act *act, struct call *call)
{
	return departures_decide_write(act, call->ask);
}

const struct handler api_departures_decide = {prepare_decide, write_decide, answer_change};
