/* SPDX-License-Identifier: Apache-2.0 */
/* timestamp - instants as RFC 3339 text in UTC with milliseconds. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"

enum { TIMESTAMP_TEXT = 24 }; /* bytes of 2026-11-21T18:25:32.123Z */

/* timestamp_print - exactly TIMESTAMP_TEXT bytes and a NUL. Years 1970 to 9999; outside, the nearest end. */
void timestamp_print(struct instant at, char out[static TIMESTAMP_TEXT + 1]);

/* timestamp_year - of an instant, in UTC. timestamp_of_month - midnight UTC of its first day; month is 1 to 12. */
unsigned timestamp_year(struct instant at);
struct instant timestamp_of_month(unsigned year, unsigned month);

/* timestamp_parse - RFC 3339 with any number of fraction digits and any offset, or Z; 1970 to 9999.
 *
 * Fails: INVALID not such a text, or no such day.
 * Source: RFC 3339 §5.6. A leap second (60) counts as the following second. */
fallible timestamp_parse(struct span text, struct instant *at);
