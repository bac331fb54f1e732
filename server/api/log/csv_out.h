/* SPDX-License-Identifier: Apache-2.0 */
/* csv_out - events as rows of a spreadsheet (RFC 4180), none of whose cells can become a formula. */
#pragma once

#include "server/core/log/log_read.h"

/* csv_out_head - the row of names; with a byte order mark in front if asked for, which some spreadsheets want. */
enum csv_out_mark { CSV_OUT_PLAIN, CSV_OUT_MARKED };
void csv_out_head(struct buf *out, enum csv_out_mark mark);

/* csv_out_row - one event. */
void csv_out_row(struct buf *out, const struct log_event *event);

/* csv_out_cell - one cell, always quoted. Before whatever a spreadsheet could read as the beginning of a formula
 * stands an apostrophe: at the cell's beginning, and behind each character at which a spreadsheet of another
 * language could split the line (docs/api.md "Exports"). What is not UTF-8 becomes U+FFFD. */
void csv_out_cell(struct buf *out, struct span text);
