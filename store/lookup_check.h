/* SPDX-License-Identifier: Apache-2.0 */
/* lookup_check - whether what is looked up by is whole. Lists and refs have no MAC of their own and stand in no sum: a grant, a
 * credential or a line of the ledger that is listed nowhere would be seen by nobody. */
#pragma once

#include "store/check.h"
#include "store/noun.h"

/* lookup_check_all - that each grant, credential and exposure is listed where it has to be, and each ref of a person or client
 * leads to who has it. Said in the report, which is left as it is where all is sound: CHECK_LOOKUP, the table, and the key
 * of the row that is not found. What is listed too much leads nowhere, and is no fault.
 *
 *   view    with keys
 *   report  of a check that found everything sound
 * Texts that do not open under their key end it: that is for the check of the keys to find.
 * Fails: as the reading of the rows. Cost: each row's texts are opened. */
fallible lookup_check_all(const struct view *view, struct check_report *report);
