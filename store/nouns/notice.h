/* SPDX-License-Identifier: Apache-2.0 */
/* notice - a mail that somebody has to get: queued in the outbox by the same act as what it tells of, sent
 * later by the courier.
 *
 * What stands in it is sealed under the tenant's key of the day (FOUNDATIONS 23); a mail is rendered only in
 * the courier's memory. Source: docs/formats.md "outbox". */
#pragma once

#include "base/arena.h"
#include "policies/notices.h"
#include "store/nouns/noun.h"

enum { NOTICE_SEALED_MAX = 8 * 1024, NOTICE_VALUES_MAX = 20 };

struct notice {
	struct id id; /* time-ordered: the outbox is a queue */
	struct id tenant;
	struct id person;      /* who gets it; address and language are read when it is sent */
	enum notice_kind kind; /* policies/notices.def */
	struct id about;       /* the verification, factor, grant or event it tells of; none */
	uint32_t day;          /* whose key seals the values: days since 1970 */
	uint32_t tries;        /* so far */
	struct instant next;   /* not before */
	struct span sealed;    /* record of the values; NULL when read for counting */
};

/* notice_add - queue it, inside the act. Fails: FULL · IO. */
fallible notice_add(struct act *act, const struct notice *notice);

/* notice_put, notice_drop - the courier's housekeeping: another try later; done with. */
fallible notice_put(struct act *act, const struct notice *notice);
fallible notice_drop(struct act *act, struct id id);

/* notice_next - the first one behind `after` (none = the oldest) that is due; spans lie in the arena. False:
 * none, or *err. */
bool notice_next(const struct view *view, struct id after, struct instant now, struct arena *arena,
	struct notice *notice, struct err *err);

/* notice_put_values, notice_read_values - the plaintext: names and texts. A value named "to" overrides the
 * person's address. */
struct message_value;
void notice_put_values(struct buf *plain, const struct message_value *values, size_t count);
fallible notice_read_values(
	struct span plain, struct arena *arena, struct message_value *values, size_t max, size_t *count);
