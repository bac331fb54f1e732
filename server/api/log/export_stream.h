/* SPDX-License-Identifier: Apache-2.0 */
/* export_stream - the body of an export: pages of the log made into rows while they are sent, hashed on the way;
 * its end is on record before the last chunk leaves. */
#pragma once

#include "server/api/call.h"
#include "server/core/log/exports.h"

struct export_stream_ask {
	struct exports_ask *export;
	struct span manifest; /* of EXPORT_EVIDENCE */
	struct span origin;   /* of the log */
	bool marked;          /* of EXPORT_CSV: with a byte order mark */
	bool hides_staff;     /* of EXPORT_CSV, EXPORT_JSONL: server/core/log/pseudonyms.h */
};

/* export_stream_begin - after the act: fill the call's reply. Both asks live as long as the call.
 * Fails: SLOW_DOWN as exports_begin · NO_MEMORY. */
fallible export_stream_begin(struct call *call, const struct export_stream_ask *ask);
