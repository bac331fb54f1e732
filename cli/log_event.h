/* SPDX-License-Identifier: Apache-2.0 */
/* log_event - an event as the API tells it, for people: a line of a table, or all its fields. What others
 * wrote in it is made harmless. */
#pragma once

#include "base/json_in.h"
#include "cli/commands_call.h"
#include "cli/table.h"

enum { LOG_EVENT_JSON_MAX = 512 * 1024 };

/* The columns of a list: narrow, and with ids and addresses. */
enum { LOG_EVENT_COLUMNS = 7, LOG_EVENT_WIDE = 9 };

/* log_event_table - an empty table as the call's options and the terminal want it. The arena gets its rows. */
struct table log_event_table(const struct commands_call *call, struct arena *arena);

/* log_event_add - one event as a row. Fails: NO_MEMORY. */
fallible log_event_add(struct table *table, struct json_object *event);

/* log_event_put_json - one event as a line of JSON. Fails: TOO_LARGE · NO_MEMORY. */
fallible log_event_put_json(struct json_object *event, struct buf *out);

/* log_event_put_all - every field in a line of its own, also those that this program does not know. */
void log_event_put_all(struct json_object *event, bool colours, struct buf *out);

/* log_event_colours - whether the call wants colours where it prints. */
bool log_event_colours(const struct commands_call *call);
