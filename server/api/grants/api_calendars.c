/* SPDX-License-Identifier: Apache-2.0 */
/* api_calendars - GET /v1/calendars and PUT /v1/calendars/{calendar}: working hours and holidays. */
#include "server/api/ask.h"
#include "server/core/grants/calendars.h"
#include "server/core/people/tenant_roles.h"

enum { ONE_MEMORY = 256 * 1024 };

/* ---- answering ---- */

static void put_days(struct json_out *out, const char *name, const struct calendar_days *days)
{
	char day[CALENDAR_DAY_TEXT + 1];
	json_out_open_array(out, name);
	for (size_t i = 0; i < days->count; i++) {
		calendar_print_day(days->at[i], day);
		json_out_text(out, NULL, day);
	}
	json_out_close_array(out);
}

static void put_week(struct json_out *out, const struct calendar *calendar)
{
	char hours[CALENDAR_HOURS_TEXT + 1];
	json_out_open(out, "week");
	for (unsigned day = 0; day < CALENDAR_WEEKDAYS; day++) {
		if (calendar->week[day].from == calendar->week[day].to)
			continue;
		calendar_print_hours(calendar->week[day], hours);
		json_out_text(out, calendar_weekday(day), hours);
	}
	json_out_close(out);
}

static void put_calendar(struct json_out *out, const struct calendars_one *one)
{
	json_out_span(out, "name", one->name);
	ask_put_text(out, "country", one->under);
	json_out_bool(out, "changed", one->version != 0);
	json_out_span(out, "zone", one->calendar.zone);
	put_week(out, &one->calendar);
	put_days(out, "off", &one->calendar.off);
	put_days(out, "work", &one->calendar.work);
}

/* ---- GET /v1/calendars ---- */

static fallible prepare_list(struct call *call)
{
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	return tenant_roles_check_reader(&stage.scene);
}

static fallible put_items(struct call *call, const struct view *view, struct json_out *out)
{
	struct calendars_one one;
	struct span after = SPAN_NONE;
	struct err err = OK;
	size_t at = 0;
	scoped(arena) names = ARENA(ONE_MEMORY);
	while (calendars_next(view, call->caller.tenant, &at, &after, &names, &one, &err)) {
		json_out_open(out, NULL);
		put_calendar(out, &one);
		json_out_close(out);
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	json_out_open_array(out, "items");
	TRY(put_items(call, &stage.view, out));
	json_out_close_array(out);
	json_out_null(out, "next");
	return OK;
}

const struct handler api_calendars_list = {prepare_list, NULL, answer_list};

/* ---- PUT /v1/calendars/{calendar} ---- */

static void read_week(struct json_object *top, struct calendar *calendar)
{
	struct json_object week;
	if (!json_in_object(top, "week", JSON_OPTIONAL, &week))
		return;
	calendar->has_week = true;
	for (unsigned day = 0; day < CALENDAR_WEEKDAYS; day++) {
		const char *name = calendar_weekday(day);
		struct span text = json_in_text(&week, name, JSON_OPTIONAL, CALENDAR_HOURS_TEXT);
		if (text.len && !calendar_parse_hours(text, &calendar->week[day]))
			json_in_note(&week, name, "malformed");
	}
	json_in_end(&week);
}

static void read_days(struct json_object *top, const char *name, struct calendar_days *days)
{
	struct json_array array;
	struct span text;
	int32_t day;
	if (!json_in_array(top, name, JSON_OPTIONAL, CALENDAR_OWN_DAYS_MAX, &array))
		return;
	while (json_in_next_text(&array, CALENDAR_DAY_TEXT, &text))
		if (!calendar_parse_day(text, &day) || !calendar_add_day(days, day))
			json_in_note(top, name, "malformed");
}

static fallible read_set(struct call *call, struct json_object *top, struct calendars_set *set)
{
	struct calendar *calendar = &set->row.calendar;
	TRY(call_body(call, top));
	set->row.name = call->parts[0];
	set->row.under = json_in_text(top, "country", JSON_OPTIONAL, CALENDAR_NAME_MAX);
	calendar->zone = json_in_text(top, "zone", JSON_OPTIONAL, CALENDAR_ZONE_MAX);
	read_week(top, calendar);
	read_days(top, "off", &calendar->off);
	read_days(top, "work", &calendar->work);
	for (size_t i = 0; i < calendar->off.count; i++)
		for (size_t k = 0; k < calendar->work.count; k++)
			if (calendar->off.at[i] == calendar->work.at[k])
				json_in_note(top, "work", "not_allowed");
	json_in_end(top);
	return call_check(call);
}

static fallible prepare_set(struct call *call)
{
	struct calendars_set *set;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &set));
	TRY(read_set(call, &top, set));
	TRY(stage_open(call, &stage));
	struct err err = calendars_set_prepare(&stage.scene, set);
	if (err_failed(err) && set->fault)
		json_in_note(&top, set->fault, "not_allowed");
	return err;
}

static fallible write_set(struct act *act, struct call *call)
{
	return calendars_set_write(act, call->ask);
}

static fallible answer_set(struct call *call, struct json_out *out)
{
	const struct calendars_set *set = call->ask;
	struct calendars_one one = set->stands;
	one.version = set->before.version + 1;
	put_calendar(out, &one);
	return OK;
}

const struct handler api_calendars_set = {prepare_set, write_set, answer_set};
