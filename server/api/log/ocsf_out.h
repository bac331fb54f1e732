/* SPDX-License-Identifier: Apache-2.0 */
/* ocsf_out - events in the Open Cybersecurity Schema Framework 1.8.0, one JSON object a line. Source:
 * https://schema.ocsf.io; policies/ocsf.def. */
#pragma once

#include "server/core/log/log_read.h"

struct ocsf_out_log {
	const char *tenant; /* ten_… */
	struct span origin; /* of the log */
};

/* ocsf_out_row - one event. */
void ocsf_out_row(struct buf *out, const struct log_event *event, const struct ocsf_out_log *log);
