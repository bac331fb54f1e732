/* SPDX-License-Identifier: Apache-2.0 */
/* event_out - an event as read, as JSON: the shape of docs/api.md "An event as read". */
#pragma once

#include "base/json_out.h"
#include "server/core/log/log_read.h"

enum { EVENT_OUT_USUAL = 1200 }; /* bytes that most events stay below */

/* event_out_members - the members of the object that is open. */
void event_out_members(struct json_out *out, const struct log_event *event);

/* What an event is about. */
struct event_out_object {
	struct span type; /* empty: about nothing */
	struct span id;   /* may lie in id_text */
	struct span label;
	char id_text[ID_TEXT + 1];
};

/* event_out_object - for other forms than JSON. The words of the API: event_out_source, event_out_outcome. */
void event_out_object(const struct log_event *event, struct event_out_object *object);
const char *event_out_source(const struct leaf *leaf);
const char *event_out_outcome(const struct leaf *leaf);

/* event_out_reason - the word, or what the application said. */
struct span event_out_reason(const struct event_read *read);
