/* SPDX-License-Identifier: Apache-2.0 */
/* hints - the part of RFC 8941 that these headers are made of: strings, booleans, lists with parameters. */
#include "server/http/hints.h"

#include "base/buf.h"

#include <strings.h>

struct text {
	char bytes[HINTS_HEADER_MAX + 1];
	size_t len;
};

static bool take_byte(struct span *rest, char byte)
{
	if (rest->len == 0 || rest->at[0] != (uint8_t)byte)
		return false;
	*rest = span_from(*rest, 1);
	return true;
}

static void skip_spaces(struct span *rest)
{
	while (take_byte(rest, ' ') || take_byte(rest, '\t'))
		;
}

/* sf-string: printable ASCII, a backslash before quote and backslash only. */
static bool take_string(struct span *rest, struct text *text)
{
	text->len = 0;
	if (!take_byte(rest, '"'))
		return false;
	while (rest->len && rest->at[0] != '"') {
		if (take_byte(rest, '\\') && (rest->len == 0 || (rest->at[0] != '"' && rest->at[0] != '\\')))
			return false;
		uint8_t c = rest->at[0];
		if (c < 0x20 || c > 0x7e || text->len == HINTS_HEADER_MAX)
			return false;
		text->bytes[text->len++] = (char)c;
		*rest = span_from(*rest, 1);
	}
	text->bytes[text->len] = '\0';
	return take_byte(rest, '"');
}

static bool is_bare(uint8_t c)
{
	return c > 0x20 && c < 0x7f && !memchr("\",;=()", c, 6);
}

/* A token, number or boolean: what no hint needs is passed over. */
static bool skip_bare(struct span *rest)
{
	size_t len = 0;
	while (len < rest->len && is_bare(rest->at[len]))
		len++;
	*rest = span_from(*rest, len);
	return len > 0;
}

/* ;key=value …; the string under `v` is kept. */
static bool take_parameters(struct span *rest, struct text *version)
{
	struct text other;
	version->len = 0;
	version->bytes[0] = '\0';
	while (take_byte(rest, ';')) {
		skip_spaces(rest);
		struct span key = *rest;
		if (!skip_bare(rest))
			return false;
		key.len -= rest->len;
		if (!take_byte(rest, '='))
			continue;
		bool quoted = rest->len && rest->at[0] == '"';
		if (!(quoted ? take_string(rest, span_is(key, "v") ? version : &other) : skip_bare(rest)))
			return false;
	}
	return true;
}

static bool take_item(struct span header, struct text *text)
{
	struct text unused;
	if (header.len > HINTS_HEADER_MAX)
		return false;
	skip_spaces(&header);
	if (!take_string(&header, text) || !take_parameters(&header, &unused))
		return false;
	skip_spaces(&header);
	return header.len == 0;
}

static void show(const struct buf *text, char out[static HINTS_TEXT_MAX + 1])
{
	if (err_failed(buf_check(text)) || text->len == 0)
		return;
	memcpy(out, text->data, text->len);
	out[text->len] = '\0';
}

/* ---- brands ---- */

/* "Not;A=Brand" stands in the list so that nobody relies on its order. */
static bool is_grease(const struct text *brand)
{
	return strstr(brand->bytes, "Not") && strstr(brand->bytes, "Brand");
}

/* The browser's own name, before that of the engine that it shares with others. */
static int rank(const struct text *brand)
{
	if (brand->len == 0 || is_grease(brand))
		return 0;
	return strcasecmp(brand->bytes, "Chromium") == 0 ? 1 : 2;
}

static void read_brands(struct span header, char name[static HINTS_TEXT_MAX + 1])
{
	struct text brand, version;
	scoped(buf) best = BUF(HINTS_TEXT_MAX);
	int best_rank = 0;
	if (header.len == 0 || header.len > HINTS_HEADER_MAX)
		return;
	do {
		skip_spaces(&header);
		if (!take_string(&header, &brand) || !take_parameters(&header, &version))
			return;
		if (rank(&brand) > best_rank) {
			best_rank = rank(&brand);
			buf_clear(&best);
			buf_put(&best, span_of(brand.bytes, brand.len));
			if (version.len)
				buf_printf(&best, " %s", version.bytes);
		}
		skip_spaces(&header);
	} while (take_byte(&header, ','));
	if (header.len == 0)
		show(&best, name);
}

/* ---- platform ---- */

static uint64_t leading_number(const char *text)
{
	uint64_t number = 0;
	for (size_t i = 0; i < 6 && text[i] >= '0' && text[i] <= '9'; i++)
		number = number * 10 + (uint64_t)(text[i] - '0');
	return number;
}

/* The number that Windows gives is that of its API contract:
 * https://learn.microsoft.com/en-us/microsoft-edge/web-platform/how-to-detect-win11. */
static const char *windows_name(const char *version)
{
	uint64_t major = leading_number(version);
	if (major >= 13)
		return "Windows 11";
	return major > 0 ? "Windows 10" : "Windows";
}

/* How many numbers of a version people know a system by. */
static size_t known_numbers(const char *platform)
{
	static const struct {
		const char *platform;
		size_t numbers;
	} ROWS[] = {{"Android", 1}, {"iOS", 1}, {"macOS", 2}};
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
		if (strcmp(ROWS[i].platform, platform) == 0)
			return ROWS[i].numbers;
	return 0;
}

static void put_version(struct buf *out, const char *version, size_t numbers)
{
	struct span rest = span_text(version), number;
	for (size_t i = 0; i < numbers && span_cut(&rest, '.', &number) && number.len; i++) {
		uint64_t unused;
		if (!span_number(number, 999999, &unused) || (i > 0 && unused == 0))
			return;
		buf_put_text(out, i == 0 ? " " : ".");
		buf_put(out, number);
	}
}

static void read_platform(const struct hints_ask *ask, char out[static HINTS_TEXT_MAX + 1])
{
	struct text platform, version;
	scoped(buf) text = BUF(HINTS_TEXT_MAX);
	if (!take_item(ask->platform, &platform) || strcmp(platform.bytes, "Unknown") == 0)
		return;
	bool has_version = take_item(ask->version, &version) && version.len;
	if (has_version && strcmp(platform.bytes, "Windows") == 0) {
		buf_put_text(&text, windows_name(version.bytes));
	} else {
		buf_put(&text, span_of(platform.bytes, platform.len));
		if (has_version)
			put_version(&text, version.bytes, known_numbers(platform.bytes));
	}
	show(&text, out);
}

/* ---- all of them ---- */

static enum hints_mobile read_mobile(struct span header)
{
	skip_spaces(&header);
	if (span_is(header, "?1"))
		return HINTS_MOBILE_YES;
	return span_is(header, "?0") ? HINTS_MOBILE_NO : HINTS_MOBILE_UNKNOWN;
}

void hints_read(const struct hints_ask *ask, struct hints *hints)
{
	struct text model;
	scoped(buf) text = BUF(HINTS_TEXT_MAX);
	*hints = (struct hints){.mobile = read_mobile(ask->mobile)};
	read_brands(ask->brands, hints->name);
	read_platform(ask, hints->platform);
	if (!take_item(ask->model, &model))
		return;
	buf_put(&text, span_of(model.bytes, model.len));
	show(&text, hints->model);
}
