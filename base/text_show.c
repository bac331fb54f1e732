/* SPDX-License-Identifier: Apache-2.0 */
/* text_show - libunistring's tables decide what has a picture and how wide it is. */
#include "base/text_show.h"

#include <unictype.h>
#include <unistr.h>
#include <uniwidth.h>

/* More marks on one letter than any language puts there would grow over the lines above and below. */
enum { MARKS_MAX = 4 };

static const char ENCODING[] = "UTF-8";

static bool is_mark(ucs4_t character)
{
	return uc_is_general_category_withtable(character, UC_CATEGORY_MASK_Mn | UC_CATEGORY_MASK_Me);
}

/* Text and emoji presentation belong to the picture before them. */
static bool is_variation(ucs4_t character)
{
	return character == 0xfe0e || character == 0xfe0f;
}

static bool has_picture(ucs4_t character)
{
	const uint32_t hidden = UC_CATEGORY_MASK_C | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp;
	if (is_variation(character))
		return true;
	return !uc_is_general_category_withtable(character, hidden) &&
		!uc_is_property_default_ignorable_code_point(character);
}

/* The next character of a text. */
struct step {
	ucs4_t character;
	size_t bytes;
	bool broken; /* a byte that is not UTF-8 */
};

static struct step next(struct span rest)
{
	struct step step = {.bytes = 1};
	int bytes = u8_mbtoucr(&step.character, rest.at, rest.len);
	step.broken = bytes <= 0;
	if (!step.broken)
		step.bytes = (size_t)bytes;
	return step;
}

static void put_named(struct buf *out, ucs4_t character)
{
	switch (character) {
	case '\n':
		buf_put_text(out, "\\n");
		break;
	case '\r':
		buf_put_text(out, "\\r");
		break;
	case '\t':
		buf_put_text(out, "\\t");
		break;
	default:
		buf_printf(out, "\\u{%x}", (unsigned)character);
	}
}

void text_show_put(struct buf *out, struct span text)
{
	size_t marks = MARKS_MAX; /* a mark in front has no letter */
	while (text.len > 0) {
		struct step step = next(text);
		bool mark = !step.broken && (is_mark(step.character) || is_variation(step.character));
		marks = mark ? marks + 1 : 0;
		if (step.broken)
			buf_printf(out, "\\x%02x", text.at[0]);
		else if (step.character == '\\')
			buf_put_text(out, "\\\\");
		else if (has_picture(step.character) && marks <= MARKS_MAX)
			buf_put(out, span_first(text, step.bytes));
		else
			put_named(out, step.character);
		text = span_from(text, step.bytes);
	}
}

/* RFC 8259 §7: beyond U+FFFF as a pair of surrogates. */
static void put_json_escape(struct buf *out, ucs4_t character)
{
	if (character < 0x10000) {
		buf_printf(out, "\\u%04x", (unsigned)character);
		return;
	}
	unsigned over = (unsigned)character - 0x10000;
	buf_printf(out, "\\u%04x\\u%04x", 0xd800 + (over >> 10), 0xdc00 + (over & 0x3ff));
}

/* Between its strings JSON has no other blanks than these, and inside them they are escaped already. */
static bool is_json_blank(ucs4_t character)
{
	return character == '\n' || character == '\r' || character == '\t';
}

void text_show_put_json(struct buf *out, struct span json)
{
	while (json.len > 0) {
		struct step step = next(json);
		if (step.broken)
			buf_put_text(out, "\xef\xbf\xbd");
		else if (has_picture(step.character) || is_json_blank(step.character))
			buf_put(out, span_first(json, step.bytes));
		else
			put_json_escape(out, step.character);
		json = span_from(json, step.bytes);
	}
}

static size_t columns_of(struct step step)
{
	int columns = step.broken ? 1 : uc_width(step.character, ENCODING);
	return columns > 0 ? (size_t)columns : 0;
}

size_t text_show_columns(struct span shown)
{
	size_t columns = 0;
	while (shown.len > 0) {
		struct step step = next(shown);
		columns += columns_of(step);
		shown = span_from(shown, step.bytes);
	}
	return columns;
}

struct span text_show_fit(struct span shown, size_t columns)
{
	struct span rest = shown;
	size_t used = 0;
	while (rest.len > 0) {
		struct step step = next(rest);
		used += columns_of(step);
		if (used > columns)
			break;
		rest = span_from(rest, step.bytes);
	}
	return span_first(shown, shown.len - rest.len);
}
