/* SPDX-License-Identifier: Apache-2.0 */
/* csv_in - field by field. */
#include "base/csv_in.h"

/* By its mark, or by the half of a letter that is nothing in all letters of a head. */
static bool is_utf16(struct span text)
{
	return span_starts(text, SPAN_LIT("\xff\xfe")) || span_starts(text, SPAN_LIT("\xfe\xff")) ||
		(text.len >= 2 && (text.at[0] == 0) != (text.at[1] == 0));
}

struct csv_in csv_in_open(struct span text)
{
	struct csv_in csv = {.rest = text, .next_line = 1, .separator = ',', .err = OK};
	if (is_utf16(text))
		csv.err = FAIL(INVALID, "the table is in UTF-16: save it as CSV in UTF-8");
	if (span_starts(csv.rest, SPAN_LIT("\xef\xbb\xbf")))
		csv.rest = span_from(csv.rest, 3);
	for (size_t i = 0; i < csv.rest.len && csv.rest.at[i] != '\n'; i++) {
		if (csv.rest.at[i] == ',' || csv.rest.at[i] == ';' || csv.rest.at[i] == '\t') {
			csv.separator = (char)csv.rest.at[i];
			break;
		}
	}
	return csv;
}

/* Where the quote that closes stands; two in a row are one of the text. The text's length when there is none. */
static size_t find_close(struct span text)
{
	size_t at = 0;
	while (at < text.len && (text.at[at] != '"' || (at + 1 < text.len && text.at[at + 1] == '"')))
		at += text.at[at] == '"' ? 2 : 1;
	return at < text.len ? at : text.len;
}

static fallible read_quoted(struct csv_in *csv, struct arena *arena, struct span *field)
{
	size_t len = 0, end = find_close(csv->rest);
	if (end == csv->rest.len)
		return FAIL(INVALID, "a quote does not close");
	uint8_t *text = arena_alloc(arena, end + 1);
	if (!text)
		return FAIL(NO_MEMORY, "a table is too large");
	for (size_t at = 0; at < end; at++) {
		uint8_t c = csv->rest.at[at];
		at += c == '"';
		csv->next_line += c == '\n';
		text[len++] = c;
	}
	csv->rest = span_from(csv->rest, end + 1);
	*field = span_of(text, len);
	return OK;
}

static bool ends_field(const struct csv_in *csv, uint8_t c)
{
	return c == (uint8_t)csv->separator || c == '\n' || c == '\r';
}

static fallible read_field(struct csv_in *csv, struct arena *arena, struct span *field)
{
	size_t len = 0;
	if (span_starts(csv->rest, SPAN_LIT("\""))) {
		csv->rest = span_from(csv->rest, 1);
		TRY(read_quoted(csv, arena, field));
		return csv->rest.len == 0 || ends_field(csv, csv->rest.at[0])
			? OK
			: FAIL(INVALID, "something stands behind a quoted field");
	}
	while (len < csv->rest.len && !ends_field(csv, csv->rest.at[len])) {
		if (csv->rest.at[len] == '"')
			return FAIL(INVALID, "a quote stands inside a field");
		len++;
	}
	*field = span_first(csv->rest, len);
	csv->rest = span_from(csv->rest, len);
	return OK;
}

/* True when another field of the row follows. */
static bool pass_end(struct csv_in *csv)
{
	bool more = csv->rest.len > 0 && csv->rest.at[0] == (uint8_t)csv->separator;
	if (more) {
		csv->rest = span_from(csv->rest, 1);
		return true;
	}
	if (span_starts(csv->rest, SPAN_LIT("\r")))
		csv->rest = span_from(csv->rest, 1);
	if (span_starts(csv->rest, SPAN_LIT("\n"))) {
		csv->rest = span_from(csv->rest, 1);
		csv->next_line++;
	}
	return false;
}

static fallible read_row(struct csv_in *csv, struct arena *arena, struct csv_in_row *row)
{
	row->count = 0;
	do {
		if (row->count == CSV_IN_FIELDS_MAX)
			return FAIL(INVALID, "a row has too many fields");
		TRY(read_field(csv, arena, &row->fields[row->count]));
		row->count++;
	} while (pass_end(csv));
	return OK;
}

bool csv_in_next(struct csv_in *csv, struct arena *arena, struct csv_in_row *row)
{
	bool is_empty = true;
	while (is_empty) {
		if (err_failed(csv->err) || csv->rest.len == 0)
			return false;
		csv->line = csv->next_line;
		csv->err = read_row(csv, arena, row);
		is_empty = row->count == 1 && row->fields[0].len == 0;
	}
	return !err_failed(csv->err);
}
