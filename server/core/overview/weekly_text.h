/* SPDX-License-Identifier: Apache-2.0 */
/* weekly_text - a week's report in words: the values of the mail, and the text that the mail has. */
#pragma once

#include "policies/notices.h"
#include "server/core/overview/weekly.h"
#include "store/nouns/checkpoint_row.h"

enum { WEEKLY_TEXT_VALUES = 18 };

struct weekly_values {
	struct message_value rows[WEEKLY_TEXT_VALUES];
	size_t count;
};

/* weekly_text_kind - the notice that tells of it: one made from loaded history says so. */
enum notice_kind weekly_text_kind(const struct weekly *weekly);

/* weekly_text_values - what the notice's messages need, in the arena. Minutes are cut once, from the sum of the seconds.
 * Fails: NO_MEMORY · TOO_LARGE. */
fallible weekly_text_values(const struct weekly *weekly, const struct checkpoint_row *checkpoint,
	struct arena *arena, struct weekly_values *values);

/* weekly_text_put - the report as it is mailed, without greeting and closing line, in the client's language. Fails: as
 * messages_render · NO_MEMORY. */
fallible weekly_text_put(struct buf *out, const struct weekly *weekly,
	const struct checkpoint_row *checkpoint, struct arena *arena);
