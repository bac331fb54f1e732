/* SPDX-License-Identifier: Apache-2.0 */
/* table - widths first, then lines. */
#include "cli/table.h"

#include "base/text_show.h"

enum { GAP = 2 };

static const char ELLIPSIS[] = "…";
static const char RESET[] = "\x1b[0m";
/* ECMA-48 SGR. */
static const char *const LOOKS[] = {[TABLE_PLAIN] = "",
	[TABLE_WARNING] = "\x1b[33m",
	[TABLE_ALERT] = "\x1b[1;31m",
	[TABLE_HEAD] = "\x1b[1m"};

struct table_row {
	struct table_row *next;
	enum table_look look;
	struct span cells[TABLE_COLUMNS_MAX];
};

fallible table_add(struct table *table, const struct span *cells, enum table_look look)
{
	struct table_row *row = arena_alloc(table->arena, sizeof *row);
	if (!row)
		return FAIL(NO_MEMORY, "there is no room for a row");
	row->look = look;
	memcpy(row->cells, cells, table->count * sizeof *cells);
	if (table->last)
		table->last->next = row;
	else
		table->first = row;
	table->last = row;
	return OK;
}

static size_t max(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Wide enough for every cell that was ever seen. */
static void grow(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!table->begun)
			table->widths[i] = max(table->columns[i].usual,
				text_show_columns(span_text(table->columns[i].title)));
		for (const struct table_row *row = table->first; row; row = row->next)
			table->widths[i] = max(table->widths[i], text_show_columns(row->cells[i]));
	}
}

/* Columns that are left out have no width. */
static size_t sum_of(const struct table *table, const size_t *widths)
{
	size_t sum = 0;
	for (size_t i = 0; i < table->count; i++)
		if (widths[i] > 0)
			sum += widths[i] + (sum > 0 ? GAP : 0);
	return sum;
}

/* The column with the most to give; count when none has any. */
static size_t find_widest(const struct table *table, const size_t *widths)
{
	size_t found = table->count;
	for (size_t i = 0; i < table->count; i++) {
		bool gives = widths[i] > table->columns[i].least;
		if (gives && (found == table->count || widths[i] > widths[found]))
			found = i;
	}
	return found;
}

/* False when every column that is there has to stay. The others get back what they gave. */
static bool leave_out_last(const struct table *table, size_t *widths)
{
	size_t last = table->count;
	while (last > 0 && (widths[last - 1] == 0 || table->columns[last - 1].kept))
		last--;
	if (last == 0)
		return false;
	widths[last - 1] = 0;
	for (size_t i = 0; i < table->count; i++)
		widths[i] = widths[i] > 0 ? table->widths[i] : 0;
	return true;
}

/* Into the terminal: the widest gives a column at a time; when none can, the last one goes. */
static void shrink(const struct table *table, size_t *widths)
{
	while (table->terminal > 0 && sum_of(table, widths) > table->terminal) {
		size_t widest = find_widest(table, widths);
		if (widest < table->count)
			widths[widest]--;
		else if (!leave_out_last(table, widths))
			return;
	}
}

static void put_spaces(struct buf *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_put_u8(out, ' ');
}

static void put_cell(struct buf *out, struct span cell, size_t width, bool last)
{
	size_t columns = text_show_columns(cell);
	if (columns > width) {
		struct span fit = text_show_fit(cell, width - 1);
		buf_put(out, fit);
		buf_put_text(out, ELLIPSIS);
		columns = text_show_columns(fit) + 1;
	} else {
		buf_put(out, cell);
	}
	if (!last)
		put_spaces(out, width - columns + GAP);
}

static void put_row(const struct table *table, const size_t *widths, const struct span *cells,
	enum table_look look, struct buf *out)
{
	const char *colour = table->colours ? LOOKS[look] : "";
	size_t last = table->count;
	/* No blanks at the end of a line. */
	while (last > 1 && (widths[last - 1] == 0 || cells[last - 1].len == 0))
		last--;
	buf_put_text(out, colour);
	for (size_t i = 0; i < last; i++)
		if (widths[i] > 0)
			put_cell(out, cells[i], widths[i], i + 1 == last);
	buf_put_text(out, colour[0] ? RESET : "");
	buf_put_u8(out, '\n');
}

static void put_head(struct table *table, const size_t *widths, struct buf *out)
{
	struct span titles[TABLE_COLUMNS_MAX];
	for (size_t i = 0; i < table->count; i++)
		titles[i] = span_text(table->columns[i].title);
	put_row(table, widths, titles, TABLE_HEAD, out);
	table->begun = true;
}

void table_put(struct table *table, struct buf *out)
{
	size_t widths[TABLE_COLUMNS_MAX];
	if (!table->first)
		return;
	grow(table);
	memcpy(widths, table->widths, sizeof widths);
	shrink(table, widths);
	if (!table->begun)
		put_head(table, widths, out);
	for (const struct table_row *row = table->first; row; row = row->next)
		put_row(table, widths, row->cells, row->look, out);
	table->first = table->last = NULL;
}
