/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of a spreadsheet that nobody can make a formula of. */
#include "server/api/log/csv_out.h"

#include <criterion/criterion.h>

static bool is_cell(const char *text, const char *expected)
{
	scoped(buf) out = BUF(1024);
	csv_out_cell(&out, span_text(text));
	return span_is(buf_span(&out), expected);
}

Test(csv_out, quotes_every_cell_and_doubles_quotes)
{
	cr_assert(is_cell("", "\"\"") && is_cell("plain", "\"plain\""));
	cr_assert(is_cell("say \"no\"", "\"say \"\"no\"\"\"") && is_cell("a,b\r\nc", "\"a,b\r\nc\""));
	cr_assert(is_cell("Привет, Réka", "\"Привет, Réka\""), "UTF-8 stays");
}

Test(csv_out, defuses_what_begins_a_formula)
{
	cr_assert(is_cell("=1+1", "\"'=1+1\"") && is_cell("+1", "\"'+1\""));
	cr_assert(is_cell("-1", "\"'-1\"") && is_cell("@SUM(A1)", "\"'@SUM(A1)\""));
	cr_assert(is_cell("\uff1d1", "\"'\uff1d1\"") && is_cell("\uff0b1", "\"'\uff0b1\""), "full width");
	cr_assert(is_cell("\uff0d1", "\"'\uff0d1\"") && is_cell("\uff201", "\"'\uff201\""), "full width");
	cr_assert(is_cell("\u22121", "\"'\u22121\""), "the minus sign");
	cr_assert(is_cell(" =1", "\" '=1\"") && is_cell("\"=1", "\"\"\"'=1\""), "behind what is passed over");
	cr_assert(is_cell("\t=1", "\"'\t'=1\"") && is_cell("\r=1", "\"'\r'=1\""), "behind a tab or line end");
}

Test(csv_out, defuses_behind_every_place_where_a_line_could_be_split)
{
	cr_assert(
		is_cell("a;=1", "\"a;'=1\"") && is_cell("a,=1", "\"a,'=1\"") && is_cell("a|=1", "\"a|'=1\""));
	cr_assert(is_cell("a\t=1", "\"a\t'=1\"") && is_cell("a\n=1", "\"a\n'=1\""));
	cr_assert(is_cell("a; \"=1", "\"a; \"\"'=1\""));
}

Test(csv_out, leaves_signs_inside_a_text_alone)
{
	cr_assert(is_cell("1+1=2", "\"1+1=2\"") && is_cell("a@b.example", "\"a@b.example\""));
	cr_assert(is_cell("2026-11-21", "\"2026-11-21\"") && is_cell("a - b", "\"a - b\""));
}

Test(csv_out, replaces_what_is_no_text)
{
	cr_assert(is_cell("a\xff=b", "\"a\uFFFD=b\""));
	cr_assert(is_cell("\xc3", "\"\uFFFD\"") && is_cell("\xe2\x82x", "\"\uFFFD\uFFFDx\""));
	cr_assert(is_cell("ok \xc3\xa9\x80", "\"ok é\uFFFD\""));
}

Test(csv_out, has_a_mark_only_when_asked_for_and_as_many_cells_as_names)
{
	scoped(buf) plain = BUF(4096), marked = BUF(4096), row = BUF(64 * 1024);
	struct log_event event = {0};
	size_t names = 1, cells = 1;
	csv_out_head(&plain, CSV_OUT_PLAIN);
	csv_out_head(&marked, CSV_OUT_MARKED);
	csv_out_row(&row, &event);
	cr_assert(marked.len == plain.len + 3 && memcmp(marked.data, "\xEF\xBB\xBF", 3) == 0);
	for (size_t i = 0; i < plain.len; i++)
		names += plain.data[i] == ',';
	for (size_t i = 0; i < row.len; i++)
		cells += row.data[i] == ',';
	cr_assert(names == cells, "%zu names, %zu cells", names, cells);
}
