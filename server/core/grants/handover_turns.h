/* SPDX-License-Identifier: Apache-2.0 */
/* handover_turns - what a handover comes to at its times: all of it in one act, whoever comes first. A sweep does it within
 * seconds; a use by either of the two people does it before it is judged, so that each millisecond is on one side.
 *
 *	approved   the stand-in has copies that stand by: known, and closed
 *	start      the copies open, what was copied is suspended (or ended, when it is for good)
 *	return     the copies end, and exactly what this handover suspended is given back; what ended meanwhile stays ended */
#pragma once

#include "server/core/grants/handover_scope.h"
#include "store/act.h"

/* handover_turns_stand_by - after the approval: a copy that stands by for each grant of the scope. */
fallible handover_turns_stand_by(
	struct act *act, const struct handover *handover, const struct handover_scope *scope);

/* handover_turns_run - the step that is due at act->now, if one is; the handover becomes what it is then, and is put.
 *
 *   done  whether there was one */
fallible handover_turns_run(struct act *act, struct handover *handover, bool *done);

/* handover_turns_catch_up - the same for all in which a person gives or takes, in the order of their times, and for what
 * they wait for. handover_turns_is_due - whether there would be one. Cost: one seek when the person has none. */
fallible handover_turns_catch_up(struct act *act, struct id tenant, struct id person);
fallible handover_turns_is_due(
	const struct view *view, struct id tenant, struct id person, struct instant now, bool *due);

/* handover_turns_end - end one that is open, before its time: what moved returns.
 *
 *   handover  ended_by and is_end_told are set by whoever ends it; who ends it before its start adds the event that says so
 *   state     of what ends so: HANDOVER_CANCELLED or REFUSED before the start, HANDOVER_RETURNED behind it */
fallible handover_turns_end(struct act *act, struct handover *handover, enum handover_state state);

/* handover_turns_extend - a stand-in gets another end, later than its own, and so does every copy of it that has time left.
 *
 *   handover  until is the new end */
fallible handover_turns_extend(struct act *act, const struct handover *handover);

/* handover_turns_end_copy - of a grant that was ended while somebody stands in for its holder, so that nobody holds more than
 * was handed on. One that no stand-in suspends has none. */
fallible handover_turns_end_copy(struct act *act, const struct grant *grant);

/* handover_turns_put - the row, and when it has to be looked at next. */
fallible handover_turns_put(struct act *act, const struct handover *handover);
