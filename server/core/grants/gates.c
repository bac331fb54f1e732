/* SPDX-License-Identifier: Apache-2.0 */
/* gates - read in prepare, judged again in the act. */
#include "server/core/grants/gates.h"

#include "server/core/grants/checkouts.h"
#include "store/nouns/agreement.h"
#include "store/nouns/consent.h"

enum { ONE_NOUN = 64 * 1024 };

/* ---- hours ---- */

static fallible look_at_clock(const struct gates *gates, struct instant now, struct grant_facts *facts)
{
	bool open;
	if (!gates->hours)
		return OK;
	TRY(calendar_is_open(&gates->hours->calendar, now, &open, &facts->opens));
	facts->outside_hours = !open;
	return OK;
}

static fallible read_hours(
	const struct view *view, const struct grant *grant, struct arena *arena, struct gates *gates)
{
	gates->hours = NULL;
	if (grant->calendar.len == 0)
		return OK;
	struct calendars_one *hours = arena_alloc(arena, sizeof *hours);
	if (!hours)
		return FAIL(NO_MEMORY, "a call has no memory for the hours of a grant");
	struct err err = calendars_find(view, grant->tenant, grant->calendar, arena, hours);
	if (err.kind == ERR_NOT_FOUND || err.kind == ERR_INVALID)
		return FAIL(CORRUPT, "a grant keeps the hours of a calendar that is not there");
	TRY(err);
	gates->hours = hours;
	return OK;
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

/* ---- agreements ---- */

fallible gates_nda(const struct view *view, const struct vault_rules *rules, enum person_kind kind,
	const struct grant *grant, struct instant now, bool *missing)
{
	struct agreement agreement;
	const struct agreement_ask ask = {.tenant = grant->tenant,
		.person = grant->person,
		.kind = AGREEMENT_NDA,
		.client = grant->client,
		.least = rules->nda_version,
		.now = now};
	*missing = false;
	/* A client's own people keep their own secrets. */
	if (!rules->nda_required || kind == PERSON_OF_CLIENT)
		return OK;
	struct err err = agreement_find(view, &ask, &agreement);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	*missing = err_failed(err);
	return OK;
}

fallible gates_contract_end(
	const struct view *view, enum person_kind kind, const struct grant *grant, struct instant *end)
{
	*end = (struct instant){0};
	return kind == PERSON_EXTERNAL
		? agreement_contract_end(view, grant->tenant, grant->person, grant->client, end)
		: OK;
}

static fallible look_at_agreements(const struct view *view, const struct grant *grant,
	const struct gates *gates, struct instant now, struct grant_facts *facts)
{
	struct instant end;
	TRY(gates_nda(view, &gates->rules.rules, gates->kind, grant, now, &facts->nda_missing));
	TRY(gates_contract_end(view, gates->kind, grant, &end));
	if (end.ms && end.ms < facts->until.ms)
		facts->until = end;
	return OK;
}

/* ---- what is shown ---- */

static enum gates_word word_of(bool asked, bool missing)
{
	if (!asked)
		return GATES_NONE;
	return missing ? GATES_MISSING : GATES_GIVEN;
}

fallible gates_show(const struct view *view, const struct vault_rules *rules, const struct grant *grant,
	struct instant now, struct gates_shown *shown)
{
	struct person person;
	bool no_nda, no_consent = false;
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(person_get_clear(view, grant->tenant, grant->person, &arena, &person));
	TRY(gates_nda(view, rules, person.kind, grant, now, &no_nda));
	if (person.kind == PERSON_EXTERNAL)
		TRY(gates_consent(view, grant, now, &arena, &no_consent));
	shown->nda = word_of(rules->nda_required && person.kind != PERSON_OF_CLIENT, no_nda);
	shown->consent = word_of(person.kind == PERSON_EXTERNAL, no_consent);
	return OK;
}

fallible gates_look(
	const struct view *view, const struct grant *grant, struct instant now, struct gates_shown *shown)
{
	struct vault_rules_row rules;
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(vault_rules_row_get(view, grant->tenant, &arena, &rules));
	return gates_show(view, &rules.rules, grant, now, shown);
}

static fallible look_at_consent(const struct view *view, const struct grant *grant, const struct gates *gates,
	struct instant now, struct arena *arena, struct grant_facts *facts)
{
	facts->consent_missing = false;
	if (gates->kind != PERSON_EXTERNAL)
		return OK;
	return gates_consent(view, grant, now, arena, &facts->consent_missing);
}

/* ---- all of them ---- */

fallible gates_read(const struct view *view, const struct grant *grant, struct instant now,
	struct arena *arena, struct gates *gates, struct grant_facts *facts)
{
	facts->outside_hours = false;
	facts->outside = grant->outside;
	TRY(read_hours(view, grant, arena, gates));
	TRY(vault_rules_row_get(view, grant->tenant, arena, &gates->rules));
	TRY(look_at_agreements(view, grant, gates, now, facts));
	TRY(look_at_consent(view, grant, gates, now, arena, facts));
	TRY(look_at_checkouts(view, grant, now, facts));
	return look_at_clock(gates, now, facts);
}

fallible gates_judge(
	struct act *act, const struct grant *grant, const struct gates *gates, struct grant_facts *facts)
{
	bool was_outside = facts->outside_hours;
	facts->outside = grant->outside;
	if (gates->hours)
		TRY(calendars_still(act, grant->tenant, gates->hours));
	TRY(vault_rules_row_still(act, &gates->rules));
	struct view view = view_act(act);
	TRY(look_at_agreements(&view, grant, gates, act->now, facts));
	TRY(look_at_consent(&view, grant, gates, act->now, act->arena, facts));
	TRY(look_at_checkouts(&view, grant, act->now, facts));
	TRY(look_at_clock(gates, act->now, facts));
	/* The event that says so is sealed already. */
	return facts->outside_hours == was_outside ? OK : FAIL_CODE(STALE, "the hour struck meanwhile");
}
