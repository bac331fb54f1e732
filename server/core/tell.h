/* SPDX-License-Identifier: Apache-2.0 */
/* tell - the use-cases' one way to have a mail sent: sealed in prepare, queued by the act, sent by the
 * courier.
 *
 * prepare: tell_prepare · act: notice_add(act, &notice) · after the commit: courier_wake. */
#pragma once

#include "base/arena.h"
#include "policies/messages.h"
#include "store/nouns/notice.h"

struct keeper; /* server/keeper/keeper.h */

/* The values that a mail may use:
 *
 *	name app login code minutes time device ip change actor label assistant task reason contact agency count left to
 *	absent since until url week year hours uses reveals exports handovers alerts denied purchases seq hash helpers adjusted
 *	deposit grants changes approver
 *
 * The courier fills in what is not given: name (of the person), login (the same), contact and agency (of the
 * tenant), app (a setting), time (when the notice was made). A label.* line is left out when its value is not
 * given; any other text whose value nobody gives is a BUG and never sent. "to" is an address that gets the
 * mail instead of the person's own. A control character in a value is shown as '?'. */
struct tell_ask {
	struct id person; /* who gets it */
	enum notice_kind kind;
	struct id about;                    /* the verification, factor, grant or event; none */
	const struct message_value *values; /* at most NOTICE_VALUES_MAX */
	size_t count;
	struct instant now; /* call->now: the queue's order, and whose day key seals */
};

/* tell_prepare - draw the notice's id and seal its values under the tenant's key of the day (FOUNDATIONS 23).
 *
 *   arena   holds notice->sealed; the notice lives as long
 *   notice  ready for notice_add, due at once
 * Fails: TOO_LARGE the record is over NOTICE_SEALED_MAX · BUG too many values, or one with a name that is not
 * above · BUSY sealed · NO_MEMORY. */
fallible tell_prepare(struct keeper *keeper, struct id tenant, const struct tell_ask *ask,
	struct arena *arena, struct notice *notice);

/* tell_time - an instant as the value "time"; the courier prints it in the language of the reader.
 *
 *   out  the value's text: lives as long as the value */
enum { TELL_TIME = 24 };
struct message_value tell_time(struct instant at, char out[static TELL_TIME + 1]);
