/* SPDX-License-Identifier: Apache-2.0 */
/* csv_in - tables as spreadsheets save them (RFC 4180): a comma, semicolon or tab between fields, quotes
 * where needed. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { CSV_IN_FIELDS_MAX = 64 };

struct csv_in {
	struct span rest;
	size_t line; /* of the row that was read last, from 1; 0 = none yet */
	size_t next_line;
	char separator;
	struct err err;
};

struct csv_in_row {
	struct span fields[CSV_IN_FIELDS_MAX]; /* borrowed from the text, or in the arena */
	size_t count;
};

/* csv_in_open - a text; a byte order mark in front is passed over. The separator is the one that stands first in the first
 * line. */
struct csv_in csv_in_open(struct span text);

/* csv_in_next - the next row that is not empty; false at the end: check csv->err.
 * Fails: INVALID a quote that does not close, or stands inside a field, too many fields, a text in UTF-16 · NO_MEMORY. */
bool csv_in_next(struct csv_in *csv, struct arena *arena, struct csv_in_row *row);
