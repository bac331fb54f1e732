/* SPDX-License-Identifier: Apache-2.0 */
/* gates - what a grant asks of the moment besides its own bounds: its hours, and who holds it. Gathered for
 * policies/grant_rules.h, which judges. But for check-outs nothing is read unless the grant asks for it. */
#pragma once

#include "policies/grant_rules.h"
#include "server/core/grants/calendars.h"
#include "store/nouns/grant.h"
#include "store/nouns/person.h"
#include "store/nouns/vault_rules_row.h"

struct gates {
	enum person_kind kind; /* of the grantee: from outside, the client has to consent */
	struct vault_rules_row rules;
	struct calendars_one *hours; /* that the grant keeps, in the call's arena; NULL = any hour */
};

/* gates_consent - of a grantee from outside: whether the client consents to this grant now. */
fallible gates_consent(const struct view *view, const struct grant *grant, struct instant now,
	struct arena *arena, bool *missing);

/* gates_nda - whether the rules ask for an agreement that somebody of this kind has not signed for the grant's client. */
fallible gates_nda(const struct view *view, const struct vault_rules *rules, enum person_kind kind,
	const struct grant *grant, struct instant now, bool *missing);

/* gates_contract_end - of a grantee from outside: when the terms they work under end; ms 0 = no such bound. */
fallible gates_contract_end(
	const struct view *view, enum person_kind kind, const struct grant *grant, struct instant *end);

/* What a grant says of its gates. */
enum gates_word { GATES_NONE, GATES_MISSING, GATES_GIVEN };
struct gates_shown {
	enum gates_word nda, consent;
};

/* gates_show - as of now: none where nothing is asked for. Fails: as person_get_clear, agreement_find, consent_find. */
fallible gates_show(const struct view *view, const struct vault_rules *rules, const struct grant *grant,
	struct instant now, struct gates_shown *shown);

/* gates_look - the same of one grant, by its tenant's rules. */
fallible gates_look(
	const struct view *view, const struct grant *grant, struct instant now, struct gates_shown *shown);

/* gates_read - in prepare: what the gates of a grant rest on, and what they say now; gates->kind is set, and
 * facts->until becomes earlier where the terms of somebody from outside end before. Fails: CORRUPT the grant keeps the
 * hours of a calendar that is not there · as calendars_find. */
fallible gates_read(const struct view *view, const struct grant *grant, struct instant now,
	struct arena *arena, struct gates *gates, struct grant_facts *facts);

/* gates_judge - in the act: the same with its clock. Fails: STALE what prepare read was changed, or what it saw would
 * be said otherwise now. */
fallible gates_judge(
	struct act *act, const struct grant *grant, const struct gates *gates, struct grant_facts *facts);
