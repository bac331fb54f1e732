/* SPDX-License-Identifier: Apache-2.0 */
/* lookup_check - whether what is looked up by is whole. Lists and refs have no MAC of their own and stand in no sum: a grant, a
 * session or a line of the ledger that is listed nowhere would be seen by nobody. Which are held, and which are not:
 * store/nouns/lookup_places.h. */
#pragma once

#include "store/check.h"
#include "store/nouns/noun.h"

enum { LOOKUP_CHECK_ROWS = 64 /* that one step looks at: under a millisecond */ };

/* How far a check has come; zeroed, it is before the first row. */
struct lookup_check {
	bool is_over;
	/* where it stands */
	bool in_tenant;
	struct id tenant;
	unsigned kind;             /* of row, in the order of lookup_places.c */
	uint8_t after[KV_KEY_MAX]; /* the key, without the tenant, of the row that was looked at last */
	size_t after_len;
};

/* lookup_check_some - the next rows: that each is listed where it has to be, and that what leads to it leads there. Over with the
 * last row, and with the first fault, which is said in the report: CHECK_LOOKUP, the tenant, the table, and the key that is
 * missing there or leads elsewhere. Else the report is left as it is. What is listed too much leads nowhere, and is no fault.
 *
 *   view    with keys; it may be another one in each step, since no step leans on the one before
 *   report  of a check that found everything sound
 * Texts that do not open under their key end it: that is for the check of the keys to find.
 * Fails: as the reading of the rows. Cost: texts are opened of which a look-up is made. */
fallible lookup_check_some(const struct view *view, struct lookup_check *check, struct check_report *report);
