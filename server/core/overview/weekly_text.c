/* SPDX-License-Identifier: Apache-2.0 */
/* weekly_text - numbers as words of a language, one message a paragraph. */
#include "server/core/overview/weekly_text.h"

#include <inttypes.h>

enum { LINE_MAX = 1000, MINUTE_S = 60, HOUR_S = 3600 };

enum notice_kind weekly_text_kind(const struct weekly *weekly)
{
	return weekly->basis == WEEKLY_IMPORT ? NOTICE_WEEKLY_LOADED : NOTICE_WEEKLY;
}

/* ---- values ---- */

static fallible add(struct weekly_values *values, const char *name, struct buf *text, struct arena *arena)
{
	struct message_value *row = &values->rows[values->count];
	if (values->count == WEEKLY_TEXT_VALUES)
		return FAIL(BUG, "a weekly report has too many values");
	TRY(buf_keep(text, arena, &row->value));
	row->name = name;
	values->count++;
	return OK;
}

static fallible add_number(
	struct weekly_values *values, const char *name, uint64_t number, struct arena *arena)
{
	scoped(buf) text = BUF(LINE_MAX);
	buf_printf(&text, "%" PRIu64, number);
	return add(values, name, &text, arena);
}

/* What does not fit into a line of a mail is left to the report itself. */
static bool has_room(const struct buf *line, size_t more)
{
	return line->len + more + 8 < LINE_MAX;
}

static fallible add_helpers(struct weekly_values *values, const struct weekly_sums *sums, struct arena *arena)
{
	scoped(buf) line = BUF(LINE_MAX);
	bool more = sums->more_helpers;
	for (size_t i = 0; i < sums->helper_count; i++) {
		struct span name = sums->helpers[i].name.len ? sums->helpers[i].name : SPAN_LIT("-");
		more |= !has_room(&line, name.len);
		if (!has_room(&line, name.len))
			break;
		buf_put_text(&line, line.len ? ", " : "");
		buf_put(&line, name);
	}
	if (more)
		buf_put_text(&line, ", …");
	return line.len ? add(values, "helpers", &line, arena) : OK;
}

/* "+120 s, -60 s": the lines themselves, with their reasons, stand in the report. */
static fallible add_adjusted(
	struct weekly_values *values, const struct weekly_sums *sums, struct arena *arena)
{
	scoped(buf) line = BUF(LINE_MAX);
	for (size_t i = 0; i < sums->adjusted_count && has_room(&line, 32); i++)
		buf_printf(&line, "%s%+" PRId64 " s", line.len ? ", " : "", sums->adjusted[i].seconds);
	return line.len ? add(values, "adjusted", &line, arena) : OK;
}

static fallible add_deposit(struct weekly_values *values, const struct weekly_sums *sums, struct arena *arena)
{
	scoped(buf) line = BUF(LINE_MAX);
	for (size_t i = 0; i < sums->money_count; i++) {
		const struct weekly_money *money = &sums->money[i];
		if (!money->balance && !money->received && !money->spent && !money->returned)
			continue;
		buf_printf(&line, "%s%" PRId64 " %.*s", line.len ? ", " : "", money->balance,
			SPAN_FMT(money->currency));
	}
	return line.len ? add(values, "deposit", &line, arena) : OK;
}

static fallible add_root(
	struct weekly_values *values, const struct checkpoint_row *checkpoint, struct arena *arena)
{
	scoped(buf) text = BUF(LINE_MAX);
	for (size_t i = 0; i < sizeof checkpoint->root.bytes; i++)
		buf_printf(&text, "%02x", checkpoint->root.bytes[i]);
	return add(values, "hash", &text, arena);
}

static fallible add_counts(struct weekly_values *values, const struct weekly *weekly,
	const struct checkpoint_row *checkpoint, struct arena *arena)
{
	const struct weekly_sums *sums = &weekly->sums;
	uint64_t seconds = sums->seconds > 0 ? (uint64_t)sums->seconds : 0;
	const struct {
		const char *name;
		uint64_t number;
	} counts[] = {{"week", weekly->week.number}, {"year", weekly->week.year}, {"hours", seconds / HOUR_S},
		{"minutes", seconds % HOUR_S / MINUTE_S}, {"uses", sums->uses}, {"reveals", sums->revealed},
		{"exports", sums->exports}, {"handovers", sums->changes}, {"alerts", sums->unusual},
		{"denied", sums->denied}, {"purchases", sums->purchases},
		{"seq", checkpoint->size ? checkpoint->size - 1 : 0}};
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		TRY(add_number(values, counts[i].name, counts[i].number, arena));
	return OK;
}

fallible weekly_text_values(const struct weekly *weekly, const struct checkpoint_row *checkpoint,
	struct arena *arena, struct weekly_values *values)
{
	struct weekly_values made = {.count = 0};
	TRY(add_counts(&made, weekly, checkpoint, arena));
	TRY(add_root(&made, checkpoint, arena));
	TRY(add_helpers(&made, &weekly->sums, arena));
	TRY(add_adjusted(&made, &weekly->sums, arena));
	TRY(add_deposit(&made, &weekly->sums, arena));
	if (weekly->left_out)
		TRY(add_number(&made, "left_out", weekly->left_out, arena));
	if (weekly->pruned)
		TRY(add_number(&made, "pruned", weekly->pruned, arena));
	*values = made;
	return OK;
}

/* ---- text ---- */

static const struct message_value *value_of(const struct weekly_values *values, const char *name)
{
	for (size_t i = 0; name && i < values->count; i++)
		if (strcmp(values->rows[i].name, name) == 0)
			return &values->rows[i];
	return NULL;
}

/* Whom it greets and how it ends is the mail's own. */
static bool is_frame(enum message message)
{
	return message == MESSAGE_COMMON_GREETING || message == MESSAGE_COMMON_AUTO;
}

static fallible put_line(
	struct buf *out, enum language language, enum message message, const struct weekly_values *values)
{
	const char *label = notices_label(message);
	const struct message_value *value = value_of(values, label);
	if (label && value) {
		buf_printf(out, "%s: %.*s\n", messages_text(language, message), SPAN_FMT(value->value));
		return OK;
	}
	if (label || is_frame(message))
		return OK;
	const struct messages_ask ask = {language, message, values->rows, values->count};
	TRY(messages_render(out, &ask));
	buf_put_u8(out, '\n');
	return OK;
}

fallible weekly_text_put(struct buf *out, const struct weekly *weekly,
	const struct checkpoint_row *checkpoint, struct arena *arena)
{
	struct weekly_values values;
	const struct notice_row *row = notices_row(weekly_text_kind(weekly));
	TRY(weekly_text_values(weekly, checkpoint, arena, &values));
	for (size_t i = 0; i < row->body_count; i++)
		TRY(put_line(out, weekly->client.language, (enum message)row->body[i], &values));
	return buf_check(out);
}
