/* SPDX-License-Identifier: Apache-2.0 */
/* gates - what a grant asks of the moment besides its own bounds: its hours, and who holds it. Gathered for
 * policies/grant_rules.h, which judges. But for check-outs nothing is read unless the grant asks for it. */
#pragma once

#include "policies/grant_rules.h"
#include "server/core/calendars.h"
#include "store/grant.h"

struct gates {
	bool outside; /* the grantee is from outside: the client has to consent */
	bool has_hours;
	struct calendars_one hours; /* of a grant with hours */
};

/* gates_consent - of a grantee from outside: whether the client consents to this grant now. */
fallible gates_consent(const struct view *view, const struct grant *grant, struct instant now,
	struct arena *arena, bool *missing);

/* gates_read - in prepare: what the gates of a grant rest on, and what they say now; gates->outside is set. Fails: CORRUPT the grant keeps the
 * hours of a calendar that is not there · as calendars_find. */
fallible gates_read(const struct view *view, const struct grant *grant, struct instant now,
	struct arena *arena, struct gates *gates, struct grant_facts *facts);

/* gates_judge - in the act: the same with its clock. Fails: STALE what prepare read was changed, or what it saw would
 * be said otherwise now. */
fallible gates_judge(
	struct act *act, const struct grant *grant, const struct gates *gates, struct grant_facts *facts);
