/* SPDX-License-Identifier: Apache-2.0 */
/* table - rows in columns that line up, as wide as the terminal at the most. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum { TABLE_COLUMNS_MAX = 9 };

/* How a row looks, where colours are wanted. */
enum table_look { TABLE_PLAIN, TABLE_WARNING, TABLE_ALERT, TABLE_HEAD };

struct table_column {
	const char *title;
	size_t least; /* columns of the terminal: never narrower, rather left out */
	size_t usual; /* its width before anything longer was seen */
	bool kept;    /* never left out */
};

struct table_row;

struct table {
	const struct table_column *columns;
	size_t count;    /* of columns */
	size_t terminal; /* how wide it is; 0 = nothing is cut or left out */
	bool colours;
	struct arena *arena;
	size_t widths[TABLE_COLUMNS_MAX]; /* what has been printed lined up with; only grows */
	bool begun;                       /* the head is printed */
	struct table_row *first, *last;   /* waiting */
};

/* table_add - a row that table_put prints.
 *
 *   cells  one a column, fit to be shown (base/text_show); borrowed until table_put
 * Fails: NO_MEMORY. */
fallible table_add(struct table *table, const struct span *cells, enum table_look look);

/* table_put - the rows that wait, under the titles the first time; then none waits. Without rows nothing. Cells that do not fit end
 * with an ellipsis. */
void table_put(struct table *table, struct buf *out);
