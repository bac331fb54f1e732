/* SPDX-License-Identifier: Apache-2.0 */
/* settings - the table, and what each type takes. */
#include "server/env/settings.h"

#include "base/text.h"

#include <assert.h>
#include <stdio.h>

/* The words of settings.def. */
enum {
	INIT = 1u << CONF_INIT,
	SERVE = 1u << CONF_SERVE,
	VERIFY = 1u << CONF_VERIFY,
	REINDEX = 1u << CONF_REINDEX,
	KEYS = 1u << CONF_KEYS,
	UNSEAL = 1u << CONF_UNSEAL,
	SEAL = 1u << CONF_SEAL,
	CONFIG = 1u << CONF_CONFIG,
	ALL = INIT | SERVE | VERIFY | REINDEX | KEYS | UNSEAL | SEAL | CONFIG,
};

enum { SHOWN, MASKED };

static const struct settings_row ROWS[CONF_SETTING_COUNT] = {
#define ROW(field, key, type, initial, least, most, unit, commands, masked, help, flag)            \
	{(key), SETTINGS_##type, offsetof(struct conf, field), (initial), (least), (most), (unit), \
		(commands), (masked) == MASKED, (flag), (help)},
#define SETTING(...) ROW(__VA_ARGS__, false)
#define OPTION(...) ROW(__VA_ARGS__, true)
#include "server/env/settings.def"
#undef OPTION
#undef SETTING
#undef ROW
};

const struct settings_row *settings_row(enum conf_setting setting)
{
	assert(setting < CONF_SETTING_COUNT);
	return &ROWS[setting];
}

struct settings_name settings_environment(const struct settings_row *row)
{
	struct settings_name name;
	snprintf(name.text, sizeof name.text, "MUNIMENT_%s", row->key);
	for (char *at = name.text; *at; at++)
		*at = *at == '.' ? '_' : (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
	return name;
}

struct settings_name settings_flag(const struct settings_row *row)
{
	struct settings_name name;
	snprintf(name.text, sizeof name.text, "--%s", row->key);
	for (char *at = name.text; *at; at++)
		*at = *at == '.' || *at == '_' ? '-' : *at;
	return name;
}

/* ---- reading ---- */

static bool is_plain_text(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < ' ' || text.at[i] == 0x7f)
			return false;
	return text.len <= CONF_TEXT_MAX && text_is_utf8(text);
}

fallible settings_put_text(struct span text, struct arena *arena, const char **field)
{
	if (!is_plain_text(text))
		return FAIL(INPUT, "is no text of one line, or too long");
	const char *copy = arena_text(arena, text);
	if (!copy)
		return FAIL(NO_MEMORY, "there is no memory for the settings");
	*field = copy;
	return OK;
}

static fallible read_number(const struct settings_row *row, struct span text, int64_t *value)
{
	uint64_t read;
	if (!span_number(text, (uint64_t)row->most, &read) || (int64_t)read < row->least)
		return FAIL(INPUT, "is no number within its bounds");
	*value = (int64_t)read;
	return OK;
}

/* 512, 64KiB, 2 GiB: how far the unit shifts, or -1. */
static int shift_of(struct span unit)
{
	static const char *const UNITS[] = {"", "KiB", "MiB", "GiB", "TiB"};
	if (unit.len > 1 && unit.at[0] == ' ')
		unit = span_from(unit, 1);
	for (int i = 0; i < (int)(sizeof UNITS / sizeof UNITS[0]); i++)
		if (span_is(unit, UNITS[i]))
			return 10 * i;
	return -1;
}

static fallible read_bytes(const struct settings_row *row, struct span text, uint64_t *value)
{
	size_t digits = 0;
	uint64_t read;
	while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
		digits++;
	int shift = shift_of(span_from(text, digits));
	if (shift < 0)
		return FAIL(INPUT, "is no size: bytes, or with KiB, MiB, GiB or TiB");
	if (!span_number(span_first(text, digits), (uint64_t)row->most >> shift, &read) ||
		read << shift < (uint64_t)row->least)
		return FAIL(INPUT, "is no size within its bounds");
	*value = read << shift;
	return OK;
}

static fallible read_switch(struct span text, bool *value)
{
	bool on = span_is(text, "true");
	if (!on && !span_is(text, "false"))
		return FAIL(INPUT, "is neither true nor false");
	*value = on;
	return OK;
}

static fallible read_choice(const struct settings_row *row, struct span text, unsigned *value)
{
	struct span rest = span_text(row->unit);
	struct span word;
	for (unsigned at = 0; span_cut(&rest, '|', &word); at++)
		if (span_equal(word, text)) {
			*value = at;
			return OK;
		}
	return FAIL(INPUT, "is none of the words that it may be");
}

static struct span without_spaces(struct span text)
{
	while (text.len && text.at[0] == ' ')
		text = span_from(text, 1);
	while (text.len && text.at[text.len - 1] == ' ')
		text = span_first(text, text.len - 1);
	return text;
}

fallible settings_add(struct conf_list *list, struct span text, struct arena *arena)
{
	text = without_spaces(text);
	if (text.len == 0)
		return FAIL(INPUT, "has an empty item");
	if (list->count == CONF_LIST_MAX)
		return FAIL(INPUT, "has too many items");
	TRY(settings_put_text(text, arena, &list->items[list->count]));
	list->count++;
	return OK;
}

static fallible read_list(struct span text, struct arena *arena, struct conf_list *list)
{
	struct conf_list read = {.count = 0};
	struct span item;
	while (text.len > 0 && span_cut(&text, ',', &item))
		TRY(settings_add(&read, item, arena));
	*list = read;
	return OK;
}

fallible settings_read(
	const struct settings_row *row, struct span text, struct arena *arena, struct conf *conf)
{
	void *field = (char *)conf + row->offset;
	switch (row->type) {
	case SETTINGS_TEXT:
	case SETTINGS_PATH:
		return settings_put_text(text, arena, field);
	case SETTINGS_NUMBER:
		return read_number(row, text, field);
	case SETTINGS_BYTES:
		return read_bytes(row, text, field);
	case SETTINGS_SWITCH:
		return read_switch(text, field);
	case SETTINGS_CHOICE:
		return read_choice(row, text, field);
	case SETTINGS_LIST:
		return read_list(text, arena, field);
	}
	return FAIL(BUG, "a setting has an unknown type");
}

/* ---- printing ---- */

/* Quoted where YAML could read something else: a quote inside is written twice. */
static void print_text(const char *text, struct buf *out)
{
	static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._";
	if (*text && strspn(text, PLAIN) == strlen(text)) {
		buf_put_text(out, text);
		return;
	}
	buf_put_u8(out, '\'');
	for (; *text; text++) {
		buf_put_u8(out, (uint8_t)*text);
		if (*text == '\'')
			buf_put_u8(out, '\'');
	}
	buf_put_u8(out, '\'');
}

static void print_list(const struct conf_list *list, struct buf *out)
{
	buf_put_u8(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		buf_put_text(out, i ? ", " : "");
		print_text(list->items[i], out);
	}
	buf_put_u8(out, ']');
}

static void print_choice(const struct settings_row *row, unsigned value, struct buf *out)
{
	struct span rest = span_text(row->unit);
	struct span word = SPAN_NONE;
	for (unsigned at = 0; at <= value && span_cut(&rest, '|', &word); at++)
		continue;
	buf_put(out, word);
}

static void print_value(const struct settings_row *row, const void *field, struct buf *out)
{
	switch (row->type) {
	case SETTINGS_TEXT:
	case SETTINGS_PATH:
		print_text(*(const char *const *)field, out);
		return;
	case SETTINGS_NUMBER:
		buf_printf(out, "%lld", (long long)*(const int64_t *)field);
		return;
	case SETTINGS_BYTES:
		buf_printf(out, "%llu", (unsigned long long)*(const uint64_t *)field);
		return;
	case SETTINGS_SWITCH:
		buf_put_text(out, *(const bool *)field ? "true" : "false");
		return;
	case SETTINGS_CHOICE:
		print_choice(row, *(const unsigned *)field, out);
		return;
	case SETTINGS_LIST:
		print_list(field, out);
		return;
	}
}

void settings_print(const struct settings_row *row, const struct conf *conf, struct buf *out)
{
	if (row->masked && conf->origins[row - ROWS] != CONF_BY_DEFAULT)
		buf_put_text(out, "'***'");
	else
		print_value(row, (const char *)conf + row->offset, out);
}
