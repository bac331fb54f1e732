/* SPDX-License-Identifier: Apache-2.0 */
/* calendars - lay the tenant's days over those of its country, and say what changed. */
#include "server/core/grants/calendars.h"

#include "server/core/detail.h"
#include "server/core/zones.h"
#include "store/nouns/event_add.h"

enum { FIELD_MAX = 2048 };

/* ---- what stands ---- */

/* A builtin calendar, with the rule of its zone. The program's own text is always in order. */
static fallible read_builtin(struct span name, struct arena *arena, struct calendar *calendar)
{
	struct span text;
	unsigned line;
	if (!calendar_builtin_find(name, &text))
		return FAIL(NOT_FOUND, "there is no such calendar");
	TRY(calendar_parse(text, arena, calendar, &line));
	return zones_rule(calendar->zone, arena, &calendar->rule);
}

static fallible lay(const struct calendar_row *row, struct arena *arena, struct calendars_one *one)
{
	struct calendars_one laid = {.name = row->name, .under = row->under, .version = row->version};
	laid.calendar = row->calendar;
	if (row->under.len) {
		struct calendar under;
		TRY(read_builtin(row->under, arena, &under));
		TRY(calendar_lay(&under, &row->calendar, &laid.calendar));
	}
	*one = laid;
	return OK;
}

fallible calendars_find(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct calendars_one *one)
{
	struct calendar_row row;
	if (name.len == 0 || name.len > CALENDAR_NAME_MAX)
		return FAIL(NOT_FOUND, "no calendar has such a name");
	TRY(calendar_row_get(view, tenant, name, arena, &row));
	if (row.version)
		return lay(&row, arena, one);
	struct calendars_one found = {.name = name, .under = name};
	TRY(read_builtin(name, arena, &found.calendar));
	*one = found;
	return OK;
}

fallible calendars_still(struct act *act, struct id tenant, const struct calendars_one *one)
{
	struct row row = {.version = 0};
	struct noun_key key = noun_key(tenant, one->name, SPAN_NONE);
	struct err err = act_get(act, TABLE_CALENDAR, noun_key_span(&key), &row);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	return row.version == one->version ? OK : FAIL_CODE(STALE, "the calendar changed meanwhile");
}

bool calendars_next(const struct view *view, struct id tenant, size_t *at, struct span *after,
	struct arena *arena, struct calendars_one *one, struct err *err)
{
	const char *name;
	struct span text;
	struct calendar_row row;
	if (calendar_builtin(*at, &name, &text)) {
		++*at;
		*err = calendars_find(view, tenant, span_text(name), arena, one);
		return !err_failed(*err);
	}
	do
		if (!calendar_row_next(view, tenant, after, arena, &row, err))
			return false;
	while (calendar_builtin_find(row.name, &text));
	*err = lay(&row, arena, one);
	return !err_failed(*err);
}

/* ---- fields as texts, for the event ---- */

static void print_zone(const struct calendar_row *row, struct buf *text)
{
	buf_put(text, row->calendar.zone);
}

static void print_under(const struct calendar_row *row, struct buf *text)
{
	buf_put(text, row->under);
}

static void print_week(const struct calendar_row *row, struct buf *text)
{
	char hours[CALENDAR_HOURS_TEXT + 1];
	for (unsigned day = 0; day < CALENDAR_WEEKDAYS; day++) {
		struct calendar_hours of = row->calendar.week[day];
		if (of.from == of.to)
			continue;
		calendar_print_hours(of, hours);
		buf_printf(text, "%s%s %s", text->len ? ", " : "", calendar_weekday(day), hours);
	}
}

static void print_days(const struct calendar_days *days, struct buf *text)
{
	char day[CALENDAR_DAY_TEXT + 1];
	for (size_t i = 0; i < days->count; i++) {
		calendar_print_day(days->at[i], day);
		buf_printf(text, "%s%s", i ? " " : "", day);
	}
}

static void print_off(const struct calendar_row *row, struct buf *text)
{
	print_days(&row->calendar.off, text);
}

static void print_work(const struct calendar_row *row, struct buf *text)
{
	print_days(&row->calendar.work, text);
}

static const struct {
	const char *name;
	void (*print)(const struct calendar_row *row, struct buf *text);
} FIELDS[] = {
	{"country", print_under},
	{"zone", print_zone},
	{"week", print_week},
	{"off", print_off},
	{"work", print_work},
};

static fallible print_field(
	const struct scene *scene, size_t field, const struct calendar_row *row, struct span *text)
{
	scoped(buf) out = BUF(FIELD_MAX);
	FIELDS[field].print(row, &out);
	TRY(buf_check(&out));
	return scene_copy(scene, buf_span(&out), text);
}

static fallible seal_event(const struct scene *scene, struct calendars_set *set)
{
	struct detail_changes changes = {0};
	struct event event = scene_event(scene, ACTION_CALENDAR_CHANGED);
	for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
		struct span before, after;
		TRY(print_field(scene, i, &set->before, &before));
		TRY(print_field(scene, i, &set->row, &after));
		detail_note(&changes, FIELDS[i].name, before, after);
	}
	event.texts[LEAF_TEXT_OBJECT_TYPE] = SPAN_LIT("calendar");
	event.texts[LEAF_TEXT_OBJECT] = set->row.name;
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	const struct detail_field fields[] = {{"calendar", set->row.name, DETAIL_TEXT}};
	TRY(detail_print(fields, 1, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &set->changed);
}

/* ---- the use-case ---- */

static bool is_name(struct span name)
{
	bool fits = name.len > 0 && name.len <= CALENDAR_NAME_MAX;
	for (size_t i = 0; fits && i < name.len; i++) {
		uint8_t c = name.at[i];
		fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
	}
	return fits;
}

static fallible refuse(struct calendars_set *set, const char *fault)
{
	set->fault = fault;
	return FAIL(INVALID, "a calendar can't be said so");
}

static fallible check_row(const struct scene *scene, struct calendars_set *set)
{
	struct span text;
	struct calendar_row *row = &set->row;
	if (!is_name(row->name))
		return refuse(set, "");
	if (calendar_builtin_find(row->name, &text)) {
		if (row->under.len && !span_equal(row->under, row->name))
			return refuse(set, "country");
		row->under = row->name;
	}
	if (row->under.len && !calendar_builtin_find(row->under, &text))
		return refuse(set, "country");
	if (row->under.len == 0 && row->calendar.zone.len == 0)
		return refuse(set, "zone");
	if (row->under.len == 0 && !row->calendar.has_week)
		return refuse(set, "week");
	if (row->calendar.zone.len &&
		err_failed(zones_rule(row->calendar.zone, scene->arena, &row->calendar.rule)))
		return refuse(set, "zone");
	return OK;
}

static fallible check_room(const struct scene *scene, const struct calendars_set *set)
{
	struct calendar_row row;
	struct span after = SPAN_NONE;
	struct err err = OK;
	size_t count = 0;
	if (set->before.version)
		return OK;
	while (calendar_row_next(scene->view, set->tenant, &after, scene->arena, &row, &err))
		count++;
	TRY(err);
	return count < CALENDARS_OWN_MAX ? OK : FAIL(CONFLICT, "the tenant has as many calendars as it may");
}

fallible calendars_set_prepare(const struct scene *scene, struct calendars_set *set)
{
	const struct caller *caller = scene->caller;
	if (!ids_is_none(caller->person) && !caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "who changes working hours has to prove who they are");
	set->tenant = caller->tenant;
	TRY(check_row(scene, set));
	TRY(calendar_row_get(scene->view, set->tenant, set->row.name, scene->arena, &set->before));
	TRY(check_room(scene, set));
	TRY(lay(&set->row, scene->arena, &set->stands));
	return seal_event(scene, set);
}

fallible calendars_set_write(struct act *act, struct calendars_set *set)
{
	const struct calendars_one before = {.name = set->row.name, .version = set->before.version};
	TRY(calendars_still(act, set->tenant, &before));
	TRY(calendar_row_put(act, set->tenant, &set->row));
	return event_add(act, set->tenant, &set->changed.leaf, NULL);
}
