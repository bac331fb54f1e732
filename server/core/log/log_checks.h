/* SPDX-License-Identifier: Apache-2.0 */
/* log_checks - the server looks through its own store, and what it finds stands in the logs: log.verified, or
 * log.verification_failed. What does not hold stays in server->health until the next start: nothing is released from
 * then on (FOUNDATIONS 9). */
#pragma once

#include "server/core/server.h"
#include "store/check.h"

struct log_checks_ask {
	struct server *server; /* with a health */
	bool (*rest)(
		void *context); /* between two steps, while no reading is open; false calls the check off */
	void *context;
};

/* log_checks_state - the protected rows against the head row. One reading. A fault is told in the log of the business
 * whose row it is, where that can be known, else in every log.
 *
 * Fails: as check_rows, and as committer_run when nothing could be told; the health is set all the same. */
fallible log_checks_state(const struct log_checks_ask *ask, struct check_report *report);

/* log_checks_lookups - the lists and refs that rows are found by, slice by slice: store/nouns/lookup_check.h. Of rows that hold.
 *
 * Fails: BUSY it was called off · as lookup_check_some · as log_checks_state. */
fallible log_checks_lookups(const struct log_checks_ask *ask, struct check_report *report);

/* log_checks_log - every entry against its hashes, the chain and the last checkpoints, slice by slice. When all of it
 * holds, each log says so; a fault is told in the log that the bad entry belongs to, where that is known.
 *
 * Fails: BUSY it was called off · as check_live · as log_checks_state. Thread: not one of the pool of http. */
fallible log_checks_log(const struct log_checks_ask *ask, struct check_report *report);

/* log_checks_keys - every wrapped key of the keyring in its own place, slice by slice. A fault is told in the log of the
 * business whose key it is.
 *
 * Fails: BUSY it was called off · IO · as log_checks_state. */
fallible log_checks_keys(const struct log_checks_ask *ask, struct check_report *report);
