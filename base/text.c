/* SPDX-License-Identifier: Apache-2.0 */
/* text - libunistring behind our own memory, and strict codecs of RFC 4648. */
#include "base/text.h"

#include "base/ids.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

enum { TEXT_EMAIL_MIN = 3, TEXT_EMAIL_MAX = 254, TEXT_REF_MAX = 128 };

static const char HEX[] = "0123456789abcdef";
static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char BASE64URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char BASE32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool text_is_utf8(struct span text)
{
	return text.len == 0 || u8_check(text.at, text.len) == NULL;
}

static bool is_ascii(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] >= 0x80)
			return false;
	return true;
}

/* Copy what the library allocated into the arena; the library's copy may hold personal data, so it is wiped.
 */
static fallible move_to_arena(uint8_t *made, size_t len, struct arena *arena, struct span *out)
{
	if (!made)
		return FAIL(NO_MEMORY, "a text cannot be normalised for want of memory");
	struct span copy = arena_copy(arena, span_of(made, len));
	explicit_bzero(made, len);
	free(made);
	if (!copy.at)
		return FAIL(NO_MEMORY, "the arena is full");
	*out = copy;
	return OK;
}

static fallible normalise(struct span text, uninorm_t form, struct arena *arena, struct span *out)
{
	if (is_ascii(text)) {
		struct span copy = arena_copy(arena, text);
		if (!copy.at)
			return FAIL(NO_MEMORY, "the arena is full");
		*out = copy;
		return OK;
	}
	size_t len = 0;
	uint8_t *made = u8_normalize(form, text.at, text.len, NULL, &len);
	return move_to_arena(made, len, arena, out);
}

fallible text_normalise(struct span text, struct arena *arena, struct span *nfc)
{
	if (!text_is_utf8(text))
		return FAIL(INVALID, "a text is not UTF-8");
	return normalise(text, UNINORM_NFC, arena, nfc);
}

/* What folding and normalising come to for ASCII, without asking the library. */
static fallible lower(struct span text, struct arena *arena, struct span *out)
{
	uint8_t *made = arena_alloc(arena, text.len + 1);
	if (!made)
		return FAIL(NO_MEMORY, "the arena is full");
	for (size_t i = 0; i < text.len; i++)
		made[i] = text.at[i] >= 'A' && text.at[i] <= 'Z' ? text.at[i] | 0x20 : text.at[i];
	*out = span_of(made, text.len);
	return OK;
}

fallible text_fold(struct span text, struct arena *arena, struct span *folded)
{
	if (is_ascii(text))
		return lower(text, arena, folded);
	if (!text_is_utf8(text))
		return FAIL(INVALID, "a text is not UTF-8");
	/* Decomposed first, so that texts that look the same fold to the same bytes (Unicode §3.13, D145). */
	struct span apart;
	TRY(normalise(text, UNINORM_NFD, arena, &apart));
	if (apart.len == 0) {
		*folded = apart;
		return OK;
	}
	size_t len = 0;
	uint8_t *made = u8_casefold(apart.at, apart.len, NULL, UNINORM_NFC, NULL, &len);
	return move_to_arena(made, len, arena, folded);
}

/* Digits as ASCII, and what is not seen left out: never longer than before. */
static struct span plain(struct span text, uint8_t *made)
{
	size_t len = 0;
	ucs4_t c;
	for (int size; text.len; text = span_from(text, (size_t)size)) {
		size = u8_mbtouc(&c, text.at, text.len);
		int digit = uc_digit_value(c);
		if (digit >= 0)
			made[len++] = (uint8_t)('0' + digit);
		else if (!uc_is_property_default_ignorable_code_point(c)) {
			memcpy(made + len, text.at, (size_t)size);
			len += (size_t)size;
		}
	}
	return span_of(made, len);
}

fallible text_fold_alike(struct span text, struct arena *arena, struct span *folded)
{
	struct span apart;
	if (is_ascii(text))
		return lower(text, arena, folded);
	if (!text_is_utf8(text))
		return FAIL(INVALID, "a text is not UTF-8");
	/* Taken apart first: a capital of mathematics is a letter only then, and what is not seen may stand before a mark. */
	TRY(normalise(text, UNINORM_NFKD, arena, &apart));
	uint8_t *made = arena_alloc(arena, apart.len + 1);
	if (!made)
		return FAIL(NO_MEMORY, "the arena is full");
	struct span seen = plain(apart, made);
	if (seen.len == 0) {
		*folded = seen;
		return OK;
	}
	size_t len = 0;
	uint8_t *compatible = u8_casefold(seen.at, seen.len, NULL, UNINORM_NFKC, NULL, &len);
	return move_to_arena(compatible, len, arena, folded);
}

static bool is_dash(ucs4_t c)
{
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Pd) || c == 0x2212;
}

/* Never longer than before. */
static struct span one_gap(struct span text, uint8_t *made)
{
	size_t len = 0;
	ucs4_t c;
	for (int size; text.len; text = span_from(text, (size_t)size)) {
		size = u8_mbtouc(&c, text.at, text.len);
		if (uc_is_property_white_space(c)) {
			if (len == 0 || made[len - 1] != ' ')
				made[len++] = ' ';
		} else if (is_dash(c)) {
			made[len++] = '-';
		} else {
			memcpy(made + len, text.at, (size_t)size);
			len += (size_t)size;
		}
	}
	return span_of(made, len);
}

fallible text_fold_phrase(struct span text, struct arena *arena, struct span *folded)
{
	struct span alike;
	TRY(text_fold_alike(text, arena, &alike));
	uint8_t *made = arena_alloc(arena, alike.len + 1);
	if (!made)
		return FAIL(NO_MEMORY, "the arena is full");
	*folded = one_gap(alike, made);
	return OK;
}

bool text_has_digit(struct span text)
{
	ucs4_t c;
	for (int size; text.len; text = span_from(text, (size_t)size)) {
		size = u8_mbtouc(&c, text.at, text.len);
		if (uc_digit_value(c) >= 0)
			return true;
	}
	return false;
}

fallible text_has(struct span text, struct span part, struct arena *arena, bool *has)
{
	struct span folded;
	TRY(text_fold(text, arena, &folded));
	*has = folded.len >= part.len && memmem(folded.at, folded.len, part.at, part.len);
	return OK;
}

static bool continues(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

struct span text_cut(struct span text, size_t max)
{
	if (text.len <= max)
		return text;
	size_t len = max;
	while (len > 0 && continues(text.at[len]))
		len--;
	return span_first(text, len);
}

static bool is_letter_or_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* How many bytes of a word stand at the front: 0 when none does. */
static size_t word_character(struct span text)
{
	ucs4_t c;
	if (text.at[0] < 0x80)
		return is_letter_or_digit(text.at[0]);
	int len = u8_mbtoucr(&c, text.at, text.len);
	if (len <= 0 ||
		!uc_is_general_category_withtable(
			c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N))
		return 0;
	return (size_t)len;
}

bool text_next_word(struct span *rest, struct span *word)
{
	struct span left = *rest;
	size_t len = 0;
	while (left.len && word_character(left) == 0)
		left = span_from(left, 1);
	for (size_t next; len < left.len && (next = word_character(span_from(left, len))) > 0;)
		len += next;
	*word = span_first(left, len);
	*rest = span_from(left, len);
	return len > 0;
}

/* Dot-string of RFC 5321 §4.1.2, with UTF-8 as in RFC 6531: parts of letters, digits and the marks given. */
static bool is_dotted(struct span text, const char *marks)
{
	struct span part;
	if (text.len == 0)
		return false;
	while (span_cut(&text, '.', &part)) {
		if (part.len == 0)
			return false;
		for (size_t i = 0; i < part.len; i++) {
			uint8_t c = part.at[i];
			if (c == 0 || (c < 0x80 && !is_letter_or_digit(c) && !strchr(marks, c)))
				return false;
		}
	}
	return true;
}

/* No control, format, space or separator character: those break lines or make an address look like another.
 */
static bool is_visible(struct span text)
{
	const uint32_t hidden = UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Z;
	ucs4_t character;
	for (size_t i = 0; i < text.len;) {
		int bytes = u8_mbtouc(&character, text.at + i, text.len - i);
		if (uc_is_general_category_withtable(character, hidden))
			return false;
		i += (size_t)bytes;
	}
	return true;
}

bool text_is_email(struct span text)
{
	struct span domain = text;
	struct span local;
	if (text.len < TEXT_EMAIL_MIN || text.len > TEXT_EMAIL_MAX || !text_is_utf8(text))
		return false;
	return span_cut(&domain, '@', &local) && is_dotted(local, "!#$%&'*+-/=?^_`{|}~") &&
		is_dotted(domain, "-") && is_visible(text);
}

void text_mask_email(struct span email, struct buf *out)
{
	/* The last @ counts: of a text that is no address nothing but its end is shown. */
	const uint8_t *at = email.len ? memrchr(email.at, '@', email.len) : NULL;
	if (!at) {
		buf_put_text(out, "***");
		return;
	}
	size_t local = (size_t)(at - email.at);
	size_t first = local > 0;
	while (first > 0 && first < local && continues(email.at[first]))
		first++;
	buf_put(out, span_first(email, first));
	buf_put_text(out, "***");
	buf_put(out, span_from(email, local));
}

bool text_is_ref(struct span text)
{
	if (text.len < 1 || text.len > TEXT_REF_MAX || ids_has_prefix(text))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == 0 || (!is_letter_or_digit(text.at[i]) && !strchr("._:@+-", text.at[i])))
			return false;
	return true;
}

/* The bytes of the space or dash at the front; 0 if none stands there. Phones and word processors put in the
 * long ones. */
static size_t separator_bytes(struct span text)
{
	static const char *const SEPARATORS[] = {" ", "-", "\u00a0", "\u202f", "\u2010", "\u2011", "\u2012",
		"\u2013", "\u2014", "\u2015", "\u2212"};
	for (size_t i = 0; i < sizeof SEPARATORS / sizeof *SEPARATORS; i++)
		if (span_starts(text, span_text(SEPARATORS[i])))
			return strlen(SEPARATORS[i]);
	return 0;
}

fallible text_code(struct span typed, size_t min, size_t max, char *digits)
{
	size_t count = 0;
	for (size_t i = 0; i < typed.len;) {
		size_t skip = separator_bytes(span_from(typed, i));
		if (skip == 0 && (typed.at[i] < '0' || typed.at[i] > '9'))
			return FAIL_CODE(MALFORMED_CODE, "a code holds something else than digits");
		count += skip == 0;
		i += skip ? skip : 1;
	}
	if (count == 0 || count < min || count > max)
		return FAIL_CODE(MALFORMED_CODE, "a code has too few digits or too many");
	for (size_t i = 0; i < typed.len; i++)
		if (typed.at[i] >= '0' && typed.at[i] <= '9')
			*digits++ = (char)typed.at[i];
	*digits = '\0';
	return OK;
}

void text_put_hex(struct buf *out, struct span bytes)
{
	uint8_t *room = buf_room(out, bytes.len * 2);
	for (size_t i = 0; room && i < bytes.len; i++) {
		*room++ = (uint8_t)HEX[bytes.at[i] >> 4];
		*room++ = (uint8_t)HEX[bytes.at[i] & 15];
	}
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

fallible text_parse_hex(struct span text, uint8_t *out, size_t bytes)
{
	if (text.len / 2 != bytes || text.len % 2 != 0)
		return FAIL(INPUT, "a hex text has another length");
	for (size_t i = 0; i < text.len; i++)
		if (hex_value(text.at[i]) < 0)
			return FAIL(INPUT, "a hex text has another character");
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(hex_value(text.at[i * 2]) << 4 | hex_value(text.at[i * 2 + 1]));
	return OK;
}

/* Digits of width bits from bytes, the last one filled up with zero bits. */
static void put_digits(struct buf *out, struct span bytes, const char *alphabet, unsigned width)
{
	size_t count = (bytes.len * 8 + width - 1) / width;
	uint8_t *room = buf_room(out, count);
	unsigned bits = 0;
	unsigned held = 0;
	const unsigned mask = (1u << width) - 1;
	for (size_t i = 0; room && i < bytes.len; i++) {
		bits = bits << 8 |
			bytes.at[i]; /* what is older than the digit in hand is shifted out at the top */
		for (held += 8; held >= width; held -= width)
			*room++ = (uint8_t)alphabet[bits >> (held - width) & mask];
	}
	if (room && held > 0)
		*room = (uint8_t)alphabet[bits << (width - held) & mask];
}

/* A reader of digits of width bits that gives out whole bytes. */
struct digits {
	const char *alphabet;
	unsigned width;
	bool typed; /* by a person: spaces and lower case are welcome */
	unsigned bits;
	unsigned held;
};

/* One character more; false when the alphabet lacks it. */
static bool take_digit(struct digits *digits, uint8_t c)
{
	if (digits->typed && c == ' ')
		return true;
	if (digits->typed && c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 0x20);
	const char *found = c ? strchr(digits->alphabet, c) : NULL;
	if (!found)
		return false;
	digits->bits = (digits->bits & 0xff) << digits->width | (unsigned)(found - digits->alphabet);
	digits->held += digits->width;
	return true;
}

/* The whole text, or nothing: out keeps its length when the text is faulty. */
static fallible parse_digits(struct span text, struct digits digits, struct buf *out)
{
	size_t before = out->len;
	for (size_t i = 0; i < text.len; i++) {
		if (!take_digit(&digits, text.at[i])) {
			out->len = before;
			return FAIL(INPUT, "a text has a character outside its alphabet");
		}
		if (digits.held >= 8) {
			digits.held -= 8;
			buf_put_u8(out, (uint8_t)(digits.bits >> digits.held));
		}
	}
	/* A whole digit too many, or set bits behind the last byte, would give one value a second spelling.
	 */
	if (digits.held >= digits.width || (digits.bits & ((1u << digits.held) - 1)) != 0) {
		out->len = before;
		return FAIL(INPUT, "a text ends in the middle of a byte");
	}
	return buf_check(out);
}

/* Three bytes are four digits; what is left over has fewer. */
static void put_base64(struct buf *out, struct span bytes, const char *alphabet)
{
	size_t whole = bytes.len / 3 * 3;
	uint8_t *room = buf_room(out, whole / 3 * 4);
	for (size_t i = 0; room && i < whole; i += 3, room += 4) {
		const uint8_t *at = bytes.at + i;
		uint32_t bits = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
		room[0] = (uint8_t)alphabet[bits >> 18];
		room[1] = (uint8_t)alphabet[bits >> 12 & 63];
		room[2] = (uint8_t)alphabet[bits >> 6 & 63];
		room[3] = (uint8_t)alphabet[bits & 63];
	}
	put_digits(out, span_from(bytes, whole), alphabet, 6);
}

void text_put_base64(struct buf *out, struct span bytes)
{
	static const char PADDING[] = "==";
	put_base64(out, bytes, BASE64);
	buf_put(out, span_of(PADDING, (3 - bytes.len % 3) % 3));
}

void text_put_base64url(struct buf *out, struct span bytes)
{
	put_base64(out, bytes, BASE64URL);
}

fallible text_parse_base64(struct span text, struct buf *out)
{
	if (text.len % 4 != 0)
		return FAIL(INPUT, "a base64 text lacks its padding");
	for (size_t i = 0; i < 2 && text.len > 0 && text.at[text.len - 1] == '='; i++)
		text.len--;
	return parse_digits(text, (struct digits){.alphabet = BASE64, .width = 6}, out);
}

fallible text_parse_base64url(struct span text, struct buf *out)
{
	return parse_digits(text, (struct digits){.alphabet = BASE64URL, .width = 6}, out);
}

void text_put_base32(struct buf *out, struct span bytes)
{
	put_digits(out, bytes, BASE32, 5);
}

fallible text_parse_base32(struct span text, struct buf *out)
{
	while (text.len > 0 && (text.at[text.len - 1] == '=' || text.at[text.len - 1] == ' '))
		text.len--;
	return parse_digits(text, (struct digits){.alphabet = BASE32, .width = 5, .typed = true}, out);
}

static bool is_unreserved(uint8_t c)
{
	bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
	return letter || (c >= '0' && c <= '9') || (c != 0 && strchr("-._~", c));
}

void text_put_percent(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (is_unreserved(text.at[i]))
			buf_put_u8(out, text.at[i]);
		else
			buf_printf(out, "%%%02X", text.at[i]);
	}
}
