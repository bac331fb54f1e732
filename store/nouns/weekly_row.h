/* SPDX-License-Identifier: Apache-2.0 */
/* weekly_row - up to which entry of the log a client's report of a week was made, and what the log's checkpoint was
 * then: so that the same report can be made again, and is the same. Source: docs/formats.md "weekly row". */
#pragma once

#include "base/local_day.h"
#include "store/nouns/checkpoint_row.h"

struct weekly_row {
	struct id tenant;
	struct id client;
	struct iso_week week;
	bool mailed; /* the client was told */
	struct instant made;
	struct checkpoint_row checkpoint; /* the report counts what lies before checkpoint.size */
};

/* weekly_row_get - by tenant, client and week of *row; the note lies in the arena. Fails: NOT_FOUND · CORRUPT ·
 * FORGED. */
fallible weekly_row_get(const struct view *view, struct arena *arena, struct weekly_row *row);

/* weekly_row_put - inside an act. */
fallible weekly_row_put(struct act *act, const struct weekly_row *row);
