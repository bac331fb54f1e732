/* SPDX-License-Identifier: Apache-2.0 */
/* inspect - `munimentd verify` and `munimentd reindex`: a store at rest, or a copy of one. */
#pragma once

#include "server/env/conf.h"
#include "server/env/journal.h"

/* inspect_verify - rehash everything; prints what was checked, or names the first bad entry. The key file is
 * used where it is: then the MACs of state rows and the sum of the head are checked as well.
 * Fails: FORGED or CORRUPT (exit code 3) something does not hold · NOT_FOUND no store. */
fallible inspect_verify(const struct conf *conf, struct journal *journal);

/* inspect_reindex - throw index/ away and make it anew from the log; while a server has the store open, let that make
 * another one beside it. Fails: as reindexing_watch, start_open. */
fallible inspect_reindex(const struct conf *conf, struct journal *journal);
