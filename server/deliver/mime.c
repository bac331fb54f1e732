/* SPDX-License-Identifier: Apache-2.0 */
/* mime - encoded-words, quoted-printable, dates. */
#include "server/deliver/mime.h"

#include "base/text.h"
#include "base/timestamp.h"

enum {
	WORD_BYTES = 36, /* of text in one encoded-word: 60 bytes of it, so that a line keeps under 76 */
	PLAIN_MAX = 60,  /* a longer header is folded, and only encoded-words can be folded anywhere */
	LINE_MAX_BYTES = 76,
	DAY_MS = 86400000,
};

/* How many bytes of a character that ends a line stand at the front. */
static size_t line_end(struct span text)
{
	if (text.at[0] < 0x20 || text.at[0] == 0x7f)
		return 1;
	if (text.len > 1 && text.at[0] == 0xc2 && text.at[1] < 0xa0)
		return 2;
	return span_starts(text, SPAN_LIT("\xe2\x80\xa8")) || span_starts(text, SPAN_LIT("\xe2\x80\xa9")) ? 3
													  : 0;
}

void mime_make_line(uint8_t *text, size_t len)
{
	bool is_utf8 = text_is_utf8(span_of(text, len));
	for (size_t i = 0; i < len; i++) {
		size_t bad = is_utf8 || text[i] < 0x80 ? line_end(span_of(text + i, len - i)) : 1;
		memset(text + i, '?', bad);
	}
}

/* Whether a text can stand in a header as it is. "=?" would begin an encoded-word. */
static bool is_plain(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < 0x20 || text.at[i] >= 0x7f ||
			(text.at[i] == '=' && i + 1 < text.len && text.at[i + 1] == '?'))
			return false;
	return text.len <= PLAIN_MAX;
}

/* A character never lies in two words (RFC 2047 §5). */
static void put_words(struct buf *out, struct span text)
{
	while (text.len > 0) {
		struct span piece = text_cut(text, WORD_BYTES);
		buf_put_text(out, "=?UTF-8?B?");
		text_put_base64(out, piece);
		buf_put_text(out, "?=");
		text = span_from(text, piece.len);
		buf_put_text(out, text.len > 0 ? "\r\n " : "");
	}
}

void mime_put_header(struct buf *out, const char *name, struct span text)
{
	buf_printf(out, "%s: ", name);
	if (is_plain(text))
		buf_put(out, text);
	else
		put_words(out, text);
	buf_put_text(out, "\r\n");
}

void mime_put_mailbox(struct buf *out, const char *name, struct span display, struct span address)
{
	buf_printf(out, "%s: ", name);
	if (display.len > 0) {
		/* Always encoded: an ASCII name would need the quoting of a phrase, which readers get wrong.
		 */
		put_words(out, display);
		buf_put_text(out, "\r\n <");
	}
	buf_put(out, address);
	buf_put_text(out, display.len > 0 ? ">\r\n" : "\r\n");
}

void mime_put_date(struct buf *out, struct instant at)
{
	static const char DAYS[] = "ThuFriSatSunMonTueWed"; /* 1970 began on a Thursday */
	static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char text[TIMESTAMP_TEXT + 1];
	timestamp_print(at, text);
	size_t month = (size_t)(text[5] - '0') * 10 + (size_t)(text[6] - '0');
	size_t day = at.ms > 0 ? (size_t)(at.ms / DAY_MS % 7) : 0;
	buf_printf(out, "Date: %.3s, %.2s %.3s %.4s %.8s +0000\r\n", DAYS + 3 * day, text + 8,
		MONTHS + 3 * (month - 1), text, text + 11);
}

/* One byte of a line, encoded or not; `last` in its line, where a space would be lost. */
static size_t put_byte(char piece[static 4], uint8_t c, bool last)
{
	static const char HEX[] = "0123456789ABCDEF";
	bool plain = (c > 0x20 && c < 0x7f && c != '=') || (c == ' ' && !last);
	if (plain) {
		piece[0] = (char)c;
		return 1;
	}
	piece[0] = '=';
	piece[1] = HEX[c >> 4];
	piece[2] = HEX[c & 15];
	return 3;
}

static void put_line(struct buf *out, struct span line)
{
	size_t column = 0;
	for (size_t i = 0; i < line.len; i++) {
		char piece[4];
		bool last = i + 1 == line.len;
		size_t n = put_byte(piece, line.at[i], last);
		/* A soft break takes one column itself. */
		if (column + n > (last ? LINE_MAX_BYTES : LINE_MAX_BYTES - 1)) {
			buf_put_text(out, "=\r\n");
			column = 0;
		}
		buf_put(out, span_of(piece, n));
		column += n;
	}
	buf_put_text(out, "\r\n");
}

void mime_put_quoted(struct buf *out, struct span text)
{
	struct span line;
	if (text.len > 0 && text.at[text.len - 1] == '\n')
		text.len--;
	while (span_cut(&text, '\n', &line))
		put_line(out, line);
}
