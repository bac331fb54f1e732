/* SPDX-License-Identifier: Apache-2.0 */
/* whole_event - the fields that an action requires of a posted event, with some right value each. */
#pragma once

#include "base/buf.h"
#include "policies/needs.h"

enum { WHOLE_EVENT_ALL = 0 };

/* whole_event_put - append them as members, each with a comma before it: behind a first member.
 *
 *   left_out  the name of one field that is not put; SPAN_NONE: all are
 *   skipped   bits 1 << enum needs_place: the caller puts these itself */
void whole_event_put(struct buf *body, const struct action_row *row, struct span left_out, unsigned skipped);

/* whole_event_first - of "a|b" the first. */
struct span whole_event_first(struct span names);
