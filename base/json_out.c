/* SPDX-License-Identifier: Apache-2.0 */
/* json_out - runs of plain bytes are copied whole; only what JSON reserves is looked at byte by byte. */
#include "base/json_out.h"

#include "base/text.h"
#include "base/timestamp.h"

static const char HEX[] = "0123456789abcdef";

/* Bytes that are looked at together; the wide ones are signed. */
typedef int8_t wide __attribute__((vector_size(16)));
typedef uint64_t wide_halves __attribute__((vector_size(16)));

static const uint64_t ONES = 0x0101010101010101;

/* Not 0 where one of eight bytes is not ASCII, a control character, quote or backslash. A subtraction borrows into
 * the top bit of a byte only where the byte is too small, or behind such a byte: the answer is exact. */
static uint64_t reserved_of(uint64_t word)
{
	uint64_t quote = word ^ ONES * '"';
	uint64_t backslash = word ^ ONES * '\\';
	return (word | (word - ONES * ' ') | (quote - ONES) | (backslash - ONES)) & ONES * 0x80;
}

static uint64_t word_at(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return word;
}

/* Every byte of a text of one to seven, in any order and some of them twice; blanks where nothing is. */
static uint64_t word_of_short(struct span text)
{
	uint32_t front, back;
	if (text.len < sizeof front)
		return ONES * ' ' << 24 | (uint64_t)text.at[text.len - 1] << 16 |
			(uint64_t)text.at[text.len / 2] << 8 | text.at[0];
	memcpy(&front, text.at, sizeof front);
	memcpy(&back, text.at + text.len - sizeof back, sizeof back);
	return (uint64_t)back << 32 | front;
}

/* The same of sixteen bytes: what is not ASCII is below zero. */
static wide reserved_at(const uint8_t *at)
{
	wide bytes;
	memcpy(&bytes, at, sizeof bytes);
	return (bytes < ' ') | (bytes == '"') | (bytes == '\\');
}

static bool is_plain_long(struct span text)
{
	wide_halves found = (wide_halves)reserved_at(text.at + text.len - sizeof(wide));
	for (size_t n = 0; n + sizeof(wide) < text.len; n += sizeof(wide))
		found |= (wide_halves)reserved_at(text.at + n);
	return (found[0] | found[1]) == 0;
}

/* Whether a text is ASCII and may stand in a JSON string as it is: nearly all are and may. The last bytes of a
 * long one are looked at first, together with some of those before them. */
static bool is_plain(struct span text)
{
	if (text.len >= sizeof(wide))
		return is_plain_long(text);
	if (text.len >= sizeof(uint64_t))
		return (reserved_of(word_at(text.at)) |
			       reserved_of(word_at(text.at + text.len - sizeof(uint64_t)))) == 0;
	return text.len == 0 || reserved_of(word_of_short(text)) == 0;
}

/* Bytes of the character at the front that is not ASCII; 0 when it is not UTF-8. */
static size_t character_bytes(struct span text)
{
	size_t bytes = text.at[0] >= 0xf0 ? 4 : text.at[0] >= 0xe0 ? 3 : 2;
	return bytes <= text.len && text_is_utf8(span_first(text, bytes)) ? bytes : 0;
}

/* Length of the run at the front that may stand in a JSON string as it is. */
static size_t plain_bytes(struct span text)
{
	size_t n = 0;
	while (n < text.len) {
		uint8_t c = text.at[n];
		size_t step = c >= ' ' && c != '"' && c != '\\';
		if (text.len - n >= sizeof(uint64_t) && !reserved_of(word_at(text.at + n)))
			step = sizeof(uint64_t);
		else if (c >= 0x80)
			step = character_bytes(span_from(text, n));
		if (step == 0)
			break;
		n += step;
	}
	return n;
}

/* What stands for one byte that may not stand in a string itself. */
static void put_escape(struct buf *buf, uint8_t c)
{
	static const char SHORT[0x80] = {['"'] = '"',
		['\\'] = '\\',
		['\b'] = 'b',
		['\f'] = 'f',
		['\n'] = 'n',
		['\r'] = 'r',
		['\t'] = 't'};
	if (c >= 0x80) {
		buf_put_text(buf, "\xef\xbf\xbd"); /* U+FFFD */
	} else if (SHORT[c]) {
		const char pair[] = {'\\', SHORT[c]};
		buf_put(buf, span_of(pair, sizeof pair));
	} else {
		const char code[] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15]};
		buf_put(buf, span_of(code, sizeof code));
	}
}

/* A string that holds something reserved, or more than ASCII. */
static void put_escaped(struct buf *buf, struct span text)
{
	size_t plain;
	buf_put_u8(buf, '"');
	while ((plain = plain_bytes(text)) < text.len) {
		buf_put(buf, span_first(text, plain));
		put_escape(buf, text.at[plain]);
		text = span_from(text, plain + 1);
	}
	buf_put(buf, text);
	buf_put_u8(buf, '"');
}

static void put_quoted(uint8_t *room, struct span text)
{
	*room++ = '"';
	if (text.len > 0)
		memcpy(room, text.at, text.len);
	room[text.len] = '"';
}

/* Most strings hold nothing reserved and are written in one piece. */
static void put_string(struct buf *buf, struct span text)
{
	if (!is_plain(text)) {
		put_escaped(buf, text);
		return;
	}
	uint8_t *room = buf_room(buf, text.len + 2);
	if (room)
		put_quoted(room, text);
}

static void put_comma(struct buf *buf, bool comma)
{
	if (comma)
		buf_put_u8(buf, ',');
}

/* Comma, name and colon in one piece. */
static void put_name(struct buf *buf, bool comma, struct span name)
{
	if (!is_plain(name)) {
		put_comma(buf, comma);
		put_escaped(buf, name);
		buf_put_u8(buf, ':');
		return;
	}
	uint8_t *room = buf_room(buf, comma + name.len + 3);
	if (!room)
		return;
	*room = ',';
	room += comma;
	put_quoted(room, name);
	room[name.len + 2] = ':';
}

/* The comma and the name that go before a value. */
static void begin(struct json_out *out, const char *name)
{
	uint32_t bit = 1u << out->depth;
	bool comma = out->comma & bit;
	out->comma |= bit;
	if (name)
		put_name(out->buf, comma, span_text(name));
	else
		put_comma(out->buf, comma);
}

/* Our own mistake; it sticks, as a full buffer does. */
static void fail(struct json_out *out, struct err err)
{
	if (!err_failed(out->buf->err))
		out->buf->err = err;
}

static void open_any(struct json_out *out, const char *name, char mark)
{
	begin(out, name);
	buf_put_u8(out->buf, (uint8_t)mark);
	if (out->depth == JSON_OUT_DEPTH) {
		fail(out, FAIL(BUG, "JSON is written too deep"));
		return;
	}
	out->depth++;
	out->comma &= ~(1u << out->depth);
}

static void close_any(struct json_out *out, char mark)
{
	buf_put_u8(out->buf, (uint8_t)mark);
	if (out->depth == 0) {
		fail(out, FAIL(BUG, "JSON is closed more often than opened"));
		return;
	}
	out->depth--;
}

void json_out_open(struct json_out *out, const char *name)
{
	open_any(out, name, '{');
}

void json_out_close(struct json_out *out)
{
	close_any(out, '}');
}

void json_out_open_array(struct json_out *out, const char *name)
{
	open_any(out, name, '[');
}

void json_out_close_array(struct json_out *out)
{
	close_any(out, ']');
}

void json_out_span(struct json_out *out, const char *name, struct span text)
{
	begin(out, name);
	put_string(out->buf, text);
}

void json_out_text(struct json_out *out, const char *name, const char *text)
{
	if (text)
		json_out_span(out, name, span_text(text));
	else
		json_out_null(out, name);
}

void json_out_number(struct json_out *out, const char *name, int64_t v)
{
	char digits[20]; /* of -9223372036854775808 */
	size_t at = sizeof digits;
	uint64_t rest = v < 0 ? -(uint64_t)v : (uint64_t)v;
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (v < 0)
		digits[--at] = '-';
	json_out_raw(out, name, span_of(digits + at, sizeof digits - at));
}

void json_out_bool(struct json_out *out, const char *name, bool v)
{
	json_out_raw(out, name, v ? SPAN_LIT("true") : SPAN_LIT("false"));
}

void json_out_null(struct json_out *out, const char *name)
{
	json_out_raw(out, name, SPAN_LIT("null"));
}

/* A text of our own making: nothing in it is reserved. */
static void put_known(struct json_out *out, const char *name, struct span text)
{
	begin(out, name);
	uint8_t *room = buf_room(out->buf, text.len + 2);
	if (room)
		put_quoted(room, text);
}

void json_out_time(struct json_out *out, const char *name, struct instant at)
{
	char text[TIMESTAMP_TEXT + 1];
	timestamp_print(at, text);
	put_known(out, name, span_of(text, TIMESTAMP_TEXT));
}

void json_out_id(struct json_out *out, const char *name, enum id_kind kind, struct id id)
{
	char text[ID_TEXT + 1];
	if (ids_is_none(id)) {
		json_out_null(out, name);
		return;
	}
	ids_print(kind, id, text);
	put_known(out, name, span_of(text, ID_TEXT));
}

void json_out_hex(struct json_out *out, const char *name, struct span bytes)
{
	begin(out, name);
	buf_put_u8(out->buf, '"');
	text_put_hex(out->buf, bytes);
	buf_put_u8(out->buf, '"');
}

void json_out_raw(struct json_out *out, const char *name, struct span json)
{
	begin(out, name);
	buf_put(out->buf, json);
}

void json_out_secret(struct json_out *out, const char *name, struct span text)
{
	if (!json_out_redacted(out, name))
		json_out_span(out, name, text);
}

bool json_out_redacted(struct json_out *out, const char *name)
{
	if (!out->redact)
		return false;
	if (out->withheld_count < JSON_OUT_WITHHELD)
		out->withheld[out->withheld_count++] = name;
	else
		fail(out, FAIL(BUG, "more secret members than can be noted"));
	return true;
}
