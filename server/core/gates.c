/* SPDX-License-Identifier: Apache-2.0 */
/* gates - read in prepare, judged again in the act. */
#include "server/core/gates.h"

#include "server/core/checkouts.h"
#include "store/consent.h"

/* ---- hours ---- */

static fallible look_at_clock(const struct gates *gates, struct instant now, struct grant_facts *facts)
{
	bool open;
	if (!gates->has_hours)
		return OK;
	TRY(calendar_is_open(&gates->hours.calendar, now, &open, &facts->opens));
	facts->outside_hours = !open;
	return OK;
}

static fallible read_hours(
	const struct view *view, const struct grant *grant, struct arena *arena, struct gates *gates)
{
	gates->has_hours = grant->calendar.len > 0;
	if (!gates->has_hours)
		return OK;
	struct err err = calendars_find(view, grant->tenant, grant->calendar, arena, &gates->hours);
	if (err.kind == ERR_NOT_FOUND || err.kind == ERR_INVALID)
		return FAIL(CORRUPT, "a grant keeps the hours of a calendar that is not there");
	return err;
}

/* ---- who holds it ---- */

static fallible look_at_checkouts(
	const struct view *view, const struct grant *grant, struct instant now, struct grant_facts *facts)
{
	TRY(checkouts_find_other(view, grant, now, &facts->checked_in));
	facts->checked_out = facts->checked_in.ms != 0;
	return OK;
}

/* ---- consent ---- */

fallible gates_consent(const struct view *view, const struct grant *grant, struct instant now,
	struct arena *arena, bool *missing)
{
	struct consent consent;
	const struct consent_ask ask = {grant->tenant, grant->client, grant->person, grant->credential, now};
	struct err err = consent_find(view, &ask, arena, &consent);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	*missing = err_failed(err);
	return OK;
}

static fallible look_at_consent(const struct view *view, const struct grant *grant, const struct gates *gates,
	struct instant now, struct arena *arena, struct grant_facts *facts)
{
	facts->consent_missing = false;
	return gates->outside ? gates_consent(view, grant, now, arena, &facts->consent_missing) : OK;
}

/* ---- all of them ---- */

fallible gates_read(const struct view *view, const struct grant *grant, struct instant now,
	struct arena *arena, struct gates *gates, struct grant_facts *facts)
{
	facts->outside_hours = false;
	facts->outside = grant->outside;
	TRY(read_hours(view, grant, arena, gates));
	TRY(look_at_consent(view, grant, gates, now, arena, facts));
	TRY(look_at_checkouts(view, grant, now, facts));
	return look_at_clock(gates, now, facts);
}

fallible gates_judge(
	struct act *act, const struct grant *grant, const struct gates *gates, struct grant_facts *facts)
{
	bool was_outside = facts->outside_hours;
	facts->outside = grant->outside;
	if (gates->has_hours)
		TRY(calendars_still(act, grant->tenant, &gates->hours));
	struct view view = view_act(act);
	TRY(look_at_consent(&view, grant, gates, act->now, act->arena, facts));
	TRY(look_at_checkouts(&view, grant, act->now, facts));
	TRY(look_at_clock(gates, act->now, facts));
	/* The event that says so is sealed already. */
	return facts->outside_hours == was_outside ? OK : FAIL_CODE(STALE, "the hour struck meanwhile");
}
