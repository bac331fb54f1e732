/* SPDX-License-Identifier: Apache-2.0 */
/* event_out - an event as read, as JSON: the shape of docs/api.md "An event as read". */
#pragma once

#include "base/json_out.h"
#include "server/core/log_read.h"

/* event_out_members - the members of the object that is open. */
void event_out_members(struct json_out *out, const struct log_event *event);
