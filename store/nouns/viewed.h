/* SPDX-License-Identifier: Apache-2.0 */
/* viewed - reading the log is an event; the same reader with the same filter within a minute is counted on
 * it, durably, and the count becomes an event when the minute is over, also after a crash (FOUNDATIONS 13).
 *
 * Row: version 1 ‖ count 8 ‖ the first event's clear half. Source: docs/formats.md "viewed row". */
#pragma once

#include "store/act.h"
#include "store/event.h"
#include "store/nouns/swept.h"

enum { VIEWED_WINDOW_MS = 60000, VIEWED_KEY = KEYS_TERM };

/* viewed_key - in prepare: a keyed hash of who reads what.
 *
 *   reader   whatever tells one reader from another
 *   filters  in one order, whatever order they were asked in
 * Fails: BUSY sealed · NOT_FOUND the tenant has no keys. */
fallible viewed_key(const struct keys *keys, struct id tenant, struct span reader, struct span filters,
	uint8_t key[static VIEWED_KEY]);

/* viewed_add - inside the act: add the event, or count it on the one that stands. Fails as act_add, act_put.
 */
fallible viewed_add(
	struct act *act, struct id tenant, const uint8_t key[static VIEWED_KEY], struct event_draft *draft);

/* viewed_close - turn the counts of minutes that are over into events, at most `max` rows; one that is
 * damaged is stepped over and stays. To be run as an ACT_HOUSEKEEPING job every few seconds, and at start. */
fallible viewed_close(struct act *act, size_t max, struct swept *swept);
