/* SPDX-License-Identifier: Apache-2.0 */
/* import_file - the files in which other servers and apps hand on their devices: otpauth URIs, Google's export, CSV, PSKC. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "cli/moving.h"

struct import_file_ask {
	struct span content;       /* of the file */
	const char *person_column; /* of a table: which column names the person; NULL = person */
	struct instant now;        /* of a key container: which keys are still good */
};

/* import_file_read - what it is shows its first character: < is PSKC, a line with otpauth a list of URIs, else a table whose first
 * row names the columns (person, secret; type, algorithm, digits, period, counter, label).
 *
 *   arena  for what has to be unfolded; wiped by its owner
 * Fails: INVALID the file as a whole is none of these; one device that is broken goes to the sink · as the sink. */
fallible import_file_read(
	const struct import_file_ask *ask, struct arena *arena, const struct moving_sink *sink);
