/* SPDX-License-Identifier: Apache-2.0 */
/* cef_out - events in ArcSight's Common Event Format, one a line. Source: CEF implementation standard, version 25:
 * header fields escape '\' and '|', values escape '\', '=' and line ends; UTF-8. */
#pragma once

#include "server/core/log/log_read.h"

/* cef_out_row - one event.
 *
 *   tenant  ten_… */
void cef_out_row(struct buf *out, const struct log_event *event, const char *tenant);
