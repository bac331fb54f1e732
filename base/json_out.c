/* SPDX-License-Identifier: Apache-2.0 */
/* json_out - runs of plain bytes are copied whole; only what JSON reserves is looked at byte by byte. */
#include "base/json_out.h"

#include "base/text.h"
#include "base/timestamp.h"

static const char HEX[] = "0123456789abcdef";

/* Eight ASCII bytes at once, none of them a control character, quote or backslash. A subtraction borrows into
 * the top bit of a byte only where the byte is too small, or behind such a byte: the answer is exact. */
static bool are_plain(const uint8_t *at)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t word;
	memcpy(&word, at, sizeof word);
	uint64_t quote = word ^ ones * '"';
	uint64_t backslash = word ^ ones * '\\';
	return ((word | (word - ones * ' ') | (quote - ones) | (backslash - ones)) & ones * 0x80) == 0;
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
		if (text.len - n >= 8 && are_plain(text.at + n))
			step = 8;
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

/* The rest of a string that holds something reserved, up to its closing quote. */
static void put_escaped(struct buf *buf, struct span text, size_t plain)
{
	while (plain < text.len) {
		buf_put(buf, span_first(text, plain));
		put_escape(buf, text.at[plain]);
		text = span_from(text, plain + 1);
		plain = plain_bytes(text);
	}
	buf_put(buf, text);
	buf_put_u8(buf, '"');
}

/* Most strings hold nothing reserved and are written in one piece. */
static void put_string(struct buf *buf, struct span text)
{
	size_t plain = plain_bytes(text);
	if (plain < text.len) {
		buf_put_u8(buf, '"');
		put_escaped(buf, text, plain);
		return;
	}
	uint8_t *room = buf_room(buf, text.len + 2);
	if (!room)
		return;
	*room++ = '"';
	if (text.len > 0)
		memcpy(room, text.at, text.len);
	room[text.len] = '"';
}

/* The comma and the name that go before a value. */
static void begin(struct json_out *out, const char *name)
{
	uint32_t bit = 1u << out->depth;
	if (out->comma & bit)
		buf_put_u8(out->buf, ',');
	out->comma |= bit;
	if (name) {
		put_string(out->buf, span_text(name));
		buf_put_u8(out->buf, ':');
	}
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

void json_out_time(struct json_out *out, const char *name, struct instant at)
{
	char text[TIMESTAMP_TEXT + 1];
	timestamp_print(at, text);
	json_out_span(out, name, span_of(text, TIMESTAMP_TEXT));
}

void json_out_id(struct json_out *out, const char *name, enum id_kind kind, struct id id)
{
	char text[ID_TEXT + 1];
	if (ids_is_none(id)) {
		json_out_null(out, name);
		return;
	}
	ids_print(kind, id, text);
	json_out_span(out, name, span_of(text, ID_TEXT));
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
