/* SPDX-License-Identifier: Apache-2.0 */
/* calendar - a day's hours come from the days that are named, else from the week. */
#include "policies/calendar.h"

#include "base/timestamp.h"
#include "base/yaml.h"
#include "base/zone_rule.h"

#include <stdio.h>

enum { TIME_TEXT = 5, DAY_S = 24 * 3600, EPOCH_WEEKDAY = 3 /* 1 January 1970 was a Thursday */ };

static const int64_t DAY_MS = (int64_t)DAY_S * 1000;

static const struct {
	const char *name;
	const char *text;
} BUILTIN[] = {
#define CALENDAR(name, text) {name, text},
#include "policies/calendars.inc"
#undef CALENDAR
};

static const char *const WEEKDAYS[CALENDAR_WEEKDAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* ---- texts ---- */

const char *calendar_weekday(unsigned weekday)
{
	return WEEKDAYS[weekday];
}

bool calendar_weekday_find(struct span name, unsigned *weekday)
{
	for (unsigned i = 0; i < CALENDAR_WEEKDAYS; i++)
		if (span_is(name, WEEKDAYS[i])) {
			*weekday = i;
			return true;
		}
	return false;
}

bool calendar_parse_day(struct span text, int32_t *day)
{
	char full[CALENDAR_DAY_TEXT + sizeof "T00:00:00Z"];
	struct instant at;
	if (text.len != CALENDAR_DAY_TEXT)
		return false;
	snprintf(full, sizeof full, "%.*sT00:00:00Z", SPAN_FMT(text));
	if (err_failed(timestamp_parse(span_text(full), &at)))
		return false;
	*day = (int32_t)(at.ms / DAY_MS);
	return true;
}

void calendar_print_day(int32_t day, char out[static CALENDAR_DAY_TEXT + 1])
{
	char full[TIMESTAMP_TEXT + 1];
	timestamp_print((struct instant){day * DAY_MS}, full);
	memcpy(out, full, CALENDAR_DAY_TEXT);
	out[CALENDAR_DAY_TEXT] = '\0';
}

static bool parse_two(struct span text, uint64_t max, uint64_t *value)
{
	return span_number(text.at[0] == '0' ? span_from(text, 1) : text, max, value);
}

static bool parse_minute(struct span text, uint16_t *minute)
{
	uint64_t hours, minutes;
	if (text.len != TIME_TEXT || text.at[2] != ':' || !parse_two(span_first(text, 2), 24, &hours) ||
		!parse_two(span_from(text, 3), 59, &minutes))
		return false;
	*minute = (uint16_t)(hours * 60 + minutes);
	return *minute <= CALENDAR_MINUTES;
}

bool calendar_parse_hours(struct span text, struct calendar_hours *hours)
{
	struct calendar_hours read;
	if (text.len != CALENDAR_HOURS_TEXT || text.at[TIME_TEXT] != '-' ||
		!parse_minute(span_first(text, TIME_TEXT), &read.from) ||
		!parse_minute(span_from(text, TIME_TEXT + 1), &read.to) || read.from >= read.to)
		return false;
	*hours = read;
	return true;
}

void calendar_print_hours(struct calendar_hours hours, char out[static CALENDAR_HOURS_TEXT + 1])
{
	snprintf(out, CALENDAR_HOURS_TEXT + 1, "%02u:%02u-%02u:%02u", hours.from / 60u % 100,
		hours.from % 60u, hours.to / 60u % 100, hours.to % 60u);
}

/* ---- days ---- */

/* Where a day stands, or would stand. */
static size_t place_of(const struct calendar_days *days, int32_t day)
{
	size_t low = 0, high = days->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (days->at[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_day(const struct calendar_days *days, int32_t day)
{
	size_t at = place_of(days, day);
	return at < days->count && days->at[at] == day;
}

bool calendar_add_day(struct calendar_days *days, int32_t day)
{
	size_t at = place_of(days, day);
	bool stands = at < days->count && days->at[at] == day;
	if (stands || days->count == CALENDAR_DAYS_MAX)
		return false;
	memmove(days->at + at + 1, days->at + at, (days->count - at) * sizeof days->at[0]);
	days->at[at] = day;
	days->count++;
	return true;
}

/* ---- a calendar's file ---- */

static fallible refuse(const struct yaml_node *node, unsigned *line)
{
	*line = node->line;
	return FAIL(INVALID, "a calendar says something that no calendar says");
}

static fallible parse_week(const struct yaml_node *week, struct calendar *calendar, unsigned *line)
{
	unsigned weekday;
	if (week->kind != YAML_MAP)
		return refuse(week, line);
	for (const struct yaml_node *day = week->first; day; day = day->next)
		if (day->kind != YAML_TEXT || !calendar_weekday_find(day->key, &weekday) ||
			!calendar_parse_hours(day->text, &calendar->week[weekday]))
			return refuse(day, line);
	calendar->has_week = true;
	return OK;
}

static fallible parse_days(const struct yaml_node *list, struct calendar_days *days, unsigned *line)
{
	int32_t day;
	if (list->kind != YAML_LIST)
		return refuse(list, line);
	for (const struct yaml_node *item = list->first; item; item = item->next)
		if (item->kind != YAML_TEXT || days->count == CALENDAR_OWN_DAYS_MAX ||
			!calendar_parse_day(item->text, &day) || !calendar_add_day(days, day))
			return refuse(item, line);
	return OK;
}

static fallible parse_member(
	const struct yaml_node *node, struct arena *arena, struct calendar *calendar, unsigned *line)
{
	if (span_is(node->key, "week"))
		return parse_week(node, calendar, line);
	if (span_is(node->key, "off"))
		return parse_days(node, &calendar->off, line);
	if (span_is(node->key, "work"))
		return parse_days(node, &calendar->work, line);
	bool zone = span_is(node->key, "zone") && node->kind == YAML_TEXT;
	if (!zone || node->text.len == 0 || node->text.len > CALENDAR_ZONE_MAX)
		return refuse(node, line);
	return arena_keep(arena, node->text, &calendar->zone);
}

fallible calendar_parse(struct span text, struct arena *arena, struct calendar *calendar, unsigned *line)
{
	struct yaml_node *root;
	struct calendar read = {.has_week = false};
	*line = 0;
	TRY(yaml_parse(text, arena, &root, line));
	if (root->kind != YAML_MAP)
		return refuse(root, line);
	for (const struct yaml_node *node = root->first; node; node = node->next)
		TRY(parse_member(node, arena, &read, line));
	*calendar = read;
	return OK;
}

bool calendar_builtin(size_t at, const char **name, struct span *text)
{
	if (at >= sizeof BUILTIN / sizeof BUILTIN[0])
		return false;
	*name = BUILTIN[at].name;
	*text = span_text(BUILTIN[at].text);
	return true;
}

bool calendar_builtin_find(struct span name, struct span *text)
{
	const char *found;
	for (size_t at = 0; calendar_builtin(at, &found, text); at++)
		if (span_is(name, found))
			return true;
	return false;
}

/* ---- layers ---- */

/* What one layer says, and the other layer below has not said otherwise. */
static fallible lay_days(const struct calendar_days *under, const struct calendar_days *over,
	const struct calendar_days *against, struct calendar_days *days)
{
	struct calendar_days laid = *over;
	for (size_t i = 0; i < under->count; i++) {
		bool stands = has_day(&laid, under->at[i]) || has_day(against, under->at[i]);
		if (!stands && !calendar_add_day(&laid, under->at[i]))
			return FAIL(TOO_LARGE, "a calendar has more days than it may have");
	}
	*days = laid;
	return OK;
}

fallible calendar_lay(const struct calendar *under, const struct calendar *over, struct calendar *calendar)
{
	struct calendar laid = over->has_week ? *over : *under;
	const struct calendar *zone = over->zone.len ? over : under;
	laid.has_week = over->has_week || under->has_week;
	laid.zone = zone->zone;
	laid.rule = zone->rule;
	TRY(lay_days(&under->off, &over->off, &over->work, &laid.off));
	TRY(lay_days(&under->work, &over->work, &over->off, &laid.work));
	*calendar = laid;
	return OK;
}

/* ---- open or closed ---- */

static bool is_closed(struct calendar_hours hours)
{
	return hours.from == hours.to;
}

/* A day that is worked although its weekday is not has the hours of the first weekday that has some. */
static struct calendar_hours worked_hours(const struct calendar *calendar, unsigned weekday)
{
	struct calendar_hours hours = calendar->week[weekday];
	for (unsigned i = 0; i < CALENDAR_WEEKDAYS && is_closed(hours); i++)
		hours = calendar->week[i];
	return hours;
}

bool calendar_is_day_open(const struct calendar *calendar, int32_t day, struct calendar_hours *hours)
{
	unsigned weekday = (unsigned)(((int64_t)day % CALENDAR_WEEKDAYS + CALENDAR_WEEKDAYS + EPOCH_WEEKDAY) %
		CALENDAR_WEEKDAYS);
	struct calendar_hours found = calendar->week[weekday];
	if (has_day(&calendar->off, day))
		return false;
	if (has_day(&calendar->work, day))
		found = worked_hours(calendar, weekday);
	if (is_closed(found))
		return false;
	*hours = found;
	return true;
}

static fallible read_clock(
	const struct calendar *calendar, struct instant at, struct zone_time *time, bool *open)
{
	struct calendar_hours hours;
	TRY(zone_rule_read(calendar->rule, at, time));
	*open = calendar_is_day_open(calendar, (int32_t)time->day, &hours) && time->minute >= hours.from &&
		time->minute < hours.to;
	return OK;
}

/* The first opening of a day of the wall clock behind a moment. */
struct opening {
	const struct calendar *calendar;
	int64_t day; /* since 1970 */
	struct instant after;
	struct instant at; /* ms 0 = none yet */
};

static fallible consider(struct opening *opening, int64_t ms)
{
	struct zone_time time;
	bool open;
	if (ms <= opening->after.ms || (opening->at.ms && ms >= opening->at.ms))
		return OK;
	TRY(read_clock(opening->calendar, (struct instant){ms}, &time, &open));
	if (open && time.day == opening->day)
		opening->at.ms = ms;
	return OK;
}

/* The moment between two at which the clock is turned from what it is ahead by at the first: in whole seconds. */
static fallible find_turn(struct span rule, int64_t from_s, int64_t until_s, int64_t *turn_s)
{
	int64_t before_s, east_s;
	TRY(zone_rule_east(rule, (struct instant){from_s * 1000}, &before_s));
	while (until_s - from_s > 1) {
		int64_t middle_s = from_s + (until_s - from_s) / 2;
		TRY(zone_rule_east(rule, (struct instant){middle_s * 1000}, &east_s));
		if (east_s == before_s)
			from_s = middle_s;
		else
			until_s = middle_s;
	}
	*turn_s = until_s;
	return OK;
}

/* It opens when the clock shows the first minute; and on a day on which the clock is turned, which may show that minute never, or
 * twice, also at the turn. */
static fallible find_on_day(struct opening *opening, struct calendar_hours hours)
{
	int64_t before_s, behind_s, turn_s;
	struct span rule = opening->calendar->rule;
	int64_t shown_s = opening->day * DAY_S + hours.from * 60;
	int64_t from_s = (opening->day > 0 ? opening->day - 1 : 0) * DAY_S;
	int64_t until_s = (opening->day + 2) * DAY_S;
	TRY(zone_rule_east(rule, (struct instant){from_s * 1000}, &before_s));
	TRY(zone_rule_east(rule, (struct instant){until_s * 1000}, &behind_s));
	TRY(consider(opening, (shown_s - before_s) * 1000));
	if (before_s == behind_s)
		return OK;
	TRY(consider(opening, (shown_s - behind_s) * 1000));
	TRY(find_turn(rule, from_s, until_s, &turn_s));
	return consider(opening, turn_s * 1000);
}

static fallible find_opening(
	const struct calendar *calendar, struct instant at, int64_t today, struct instant *opens)
{
	struct opening opening = {.calendar = calendar, .day = today, .after = at};
	struct calendar_hours hours;
	for (; opening.at.ms == 0 && opening.day < today + CALENDAR_AHEAD; opening.day++)
		if (calendar_is_day_open(calendar, (int32_t)opening.day, &hours))
			TRY(find_on_day(&opening, hours));
	*opens = opening.at;
	return OK;
}

fallible calendar_is_open(
	const struct calendar *calendar, struct instant at, bool *open, struct instant *opens)
{
	struct zone_time time;
	TRY(read_clock(calendar, at, &time, open));
	*opens = at;
	return *open ? OK : find_opening(calendar, at, time.day, opens);
}
