/* SPDX-License-Identifier: Apache-2.0 */
/* calendar_row - what a tenant says of a calendar: one of its own, or changes to one that the program brings along.
 * Source: docs/formats.md "calendar". */
#pragma once

#include "policies/calendar.h"
#include "store/nouns/noun.h"

struct calendar_row {
	struct span name;
	struct span under; /* name of the calendar that it is laid over; empty: it stands alone */
	struct calendar calendar;
	uint64_t version; /* 0: nobody has changed it, there is no row */
};

/* calendar_row_get - version 0 and nothing said when there is no row. Fails: FORGED · CORRUPT · NO_MEMORY.
 *
 *   arena  holds the texts
 * Cost: of a row that is not there, one look-up and no MAC. */
fallible calendar_row_get(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct calendar_row *row);

/* calendar_row_put - inside an act. Fails as act_put. */
fallible calendar_row_put(struct act *act, struct id tenant, const struct calendar_row *row);

/* calendar_row_next - those of a tenant in the order of names; `after` empty = from the first. False at the end:
 * check *err. */
bool calendar_row_next(const struct view *view, struct id tenant, struct span *after, struct arena *arena,
	struct calendar_row *row, struct err *err);
