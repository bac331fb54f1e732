/* SPDX-License-Identifier: Apache-2.0 */
/* json_text - a machine with a stack of open brackets; strings are undone in place, in a copy of the text. */
#include "base/json_text.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>

enum {
	FEW_KEYS = 16,    /* of an object: up to here every pair is compared */
	REAL_BYTES = 512, /* digits of a number that is not whole */
};

struct parse {
	uint8_t *at; /* what is left; a NUL stands at the end */
	const uint8_t *end;
	struct arena *memory;
	struct json_node *nodes;
	size_t count;
	struct json_node *open[JSON_TEXT_DEPTH]; /* outermost first */
	size_t depth;
	struct json_node *twice;
};

static struct err refuse(void)
{
	return FAIL_CODE(NOT_JSON, "a text is not JSON");
}

static void skip_space(struct parse *parse)
{
	while (*parse->at == ' ' || *parse->at == '\n' || *parse->at == '\r' || *parse->at == '\t')
		parse->at++;
}

static struct json_node *add(struct parse *parse, enum json_text_kind kind)
{
	struct json_node *node = &parse->nodes[parse->count++];
	node->kind = (uint8_t)kind;
	node->nodes = 1;
	return node;
}

/* ---- strings ---- */

/* The value of four hexadecimal digits, or -1; the NUL at the end of the text is none. */
static int32_t hex4(const uint8_t *at)
{
	int32_t value = 0;
	for (size_t i = 0; i < 4; i++) {
		uint8_t c = at[i];
		uint8_t small = c | 0x20;
		if (c >= '0' && c <= '9')
			value = value << 4 | (c - '0');
		else if (small >= 'a' && small <= 'f')
			value = value << 4 | (small - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* UTF-8 of a code point: never longer than the escape that stood for it. Returns the bytes. */
static size_t put_character(uint8_t *to, int32_t point)
{
	size_t bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const uint8_t LEAD[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = bytes - 1; i > 0; i--, point >>= 6)
		to[i] = (uint8_t)(0x80 | (point & 0x3f));
	to[0] = (uint8_t)(LEAD[bytes] | point);
	return bytes;
}

/* \uXXXX, or the two of a surrogate pair, at a `u`; returns what was written, 0 when it is none or U+0000. */
static size_t undo_unicode(const uint8_t **from, uint8_t *to)
{
	const uint8_t *at = *from;
	int32_t point = hex4(at + 1);
	at += 5;
	if (point >= 0xd800 && point < 0xdc00) {
		int32_t low = at[0] == '\\' && at[1] == 'u' ? hex4(at + 2) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return 0;
		point = 0x10000 + ((point - 0xd800) << 10 | (low - 0xdc00));
		at += 6;
	}
	if (point <= 0 || (point >= 0xdc00 && point <= 0xdfff))
		return 0;
	*from = at;
	return put_character(to, point);
}

/* What stands behind a backslash, at `from`; returns what was written, 0 when it is no escape. */
static size_t undo_escape(const uint8_t **from, uint8_t *to)
{
	static const uint8_t SHORT[0x80] = {['"'] = '"',
		['\\'] = '\\',
		['/'] = '/',
		['b'] = '\b',
		['f'] = '\f',
		['n'] = '\n',
		['r'] = '\r',
		['t'] = '\t'};
	uint8_t c = **from;
	if (c == 'u')
		return undo_unicode(from, to);
	if (c >= 0x80 || !SHORT[c])
		return 0;
	*to = SHORT[c];
	++*from;
	return 1;
}

/* Bytes at the front that a string may hold as they are; ends at a quote, a backslash or a control character. */
static size_t plain_bytes(const uint8_t *at)
{
	size_t n = 0;
	while (at[n] >= ' ' && at[n] != '"' && at[n] != '\\')
		n++;
	return n;
}

/* At a quote. */
static fallible read_string(struct parse *parse)
{
	uint8_t *begin = parse->at + 1, *to = begin;
	const uint8_t *from = begin;
	for (;;) {
		size_t plain = plain_bytes(from);
		if (to != from)
			memmove(to, from, plain);
		to += plain;
		from += plain;
		if (*from != '\\')
			break;
		from++;
		size_t written = undo_escape(&from, to);
		if (written == 0)
			return refuse();
		to += written;
	}
	struct span text = span_of(begin, (size_t)(to - begin));
	if (*from != '"' || !text_is_utf8(text))
		return refuse();
	parse->at += from + 1 - parse->at;
	*to = '\0'; /* over the closing quote, or what stood in front of it */
	struct json_node *node = add(parse, JSON_TEXT_STRING);
	node->at = text.at;
	node->len = (uint32_t)text.len;
	return OK;
}

/* ---- numbers and words ---- */

static size_t digits(const uint8_t *at)
{
	size_t n = 0;
	while (at[n] >= '0' && at[n] <= '9')
		n++;
	return n;
}

/* Bytes of a number's fraction and exponent, 0 when there are none; `faulty` when one is begun and not ended. */
static size_t fraction_bytes(const uint8_t *at, bool *faulty)
{
	size_t n = 0;
	if (at[n] == '.') {
		size_t more = digits(at + n + 1);
		*faulty |= more == 0;
		n += 1 + more;
	}
	if (at[n] == 'e' || at[n] == 'E') {
		size_t sign = at[n + 1] == '+' || at[n + 1] == '-';
		size_t more = digits(at + n + 1 + sign);
		*faulty |= more == 0;
		n += 1 + sign + more;
	}
	return n;
}

/* Digits with or without a minus, as an integer; false when int64 cannot hold it. */
static bool to_integer(struct span text, int64_t *integer)
{
	bool minus = text.at[0] == '-';
	int64_t value = 0;
	for (size_t i = minus; i < text.len; i++) {
		int64_t digit = text.at[i] - '0';
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, minus ? -digit : digit, &value))
			return false;
	}
	*integer = value;
	return true;
}

/* Whether a double can hold it. */
static bool is_finite(struct span text)
{
	char copy[REAL_BYTES + 1];
	if (text.len > REAL_BYTES)
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	return isfinite(strtod(copy, NULL));
}

static fallible read_number(struct parse *parse)
{
	const uint8_t *at = parse->at;
	bool faulty = false;
	size_t minus = *at == '-', whole = digits(at + minus);
	size_t fraction = fraction_bytes(at + minus + whole, &faulty);
	struct span text = span_of(at, minus + whole + fraction);
	if (faulty || whole == 0 || (whole > 1 && at[minus] == '0'))
		return refuse();
	struct json_node *node = add(parse, fraction ? JSON_TEXT_REAL : JSON_TEXT_INTEGER);
	node->at = text.at;
	node->len = (uint32_t)text.len;
	if (fraction ? !is_finite(text) : !to_integer(text, &node->integer))
		return refuse();
	parse->at += text.len;
	return OK;
}

static fallible read_word(struct parse *parse)
{
	static const struct {
		struct span text;
		enum json_text_kind kind;
	} WORDS[] = {{{(const uint8_t *)"true", 4}, JSON_TEXT_TRUE},
		{{(const uint8_t *)"false", 5}, JSON_TEXT_FALSE},
		{{(const uint8_t *)"null", 4}, JSON_TEXT_NULL}};
	struct span left = span_of(parse->at, (size_t)(parse->end - parse->at));
	for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
		if (span_starts(left, WORDS[i].text)) {
			add(parse, WORDS[i].kind);
			parse->at += WORDS[i].text.len;
			return OK;
		}
	}
	return refuse();
}

/* ---- keys ---- */

static int compare_keys(const void *a, const void *b)
{
	const struct json_node *left = *(const struct json_node *const *)a;
	const struct json_node *right = *(const struct json_node *const *)b;
	if (left->len != right->len)
		return left->len < right->len ? -1 : 1;
	return left->len ? memcmp(left->at, right->at, left->len) : 0;
}

/* The second of two keys that are the same; NULL = there are none. */
static struct json_node *find_in_few(struct json_node *object)
{
	const struct json_node *keys[FEW_KEYS];
	struct json_node *key = object + 1;
	for (size_t n = 0; n < object->len; n++, key = json_text_next(key + 1)) {
		keys[n] = key;
		for (size_t i = 0; i < n; i++)
			if (compare_keys(&keys[i], &keys[n]) == 0)
				return key;
	}
	return NULL;
}

static fallible check_keys(struct parse *parse, struct json_node *object)
{
	struct json_node *twice = NULL;
	if (object->len <= FEW_KEYS) {
		twice = find_in_few(object);
	} else {
		struct json_node *key = object + 1;
		struct json_node **keys = arena_alloc(parse->memory, object->len * sizeof(void *));
		if (!keys)
			return FAIL(TOO_LARGE, "a JSON text has more parts than there is room for");
		for (size_t i = 0; i < object->len; i++, key = json_text_next(key + 1))
			keys[i] = key;
		qsort(keys, object->len, sizeof(void *), compare_keys);
		for (size_t i = 1; i < object->len; i++)
			if (compare_keys(&keys[i - 1], &keys[i]) == 0)
				twice = keys[i];
	}
	if (!twice)
		return OK;
	parse->twice = twice + 1;
	return FAIL(INVALID, "a JSON object has a key twice");
}

/* ---- brackets ---- */

static fallible open_bracket(struct parse *parse, enum json_text_kind kind)
{
	if (parse->depth == JSON_TEXT_DEPTH)
		return FAIL_CODE(NOT_JSON, "a JSON text nests too deep");
	struct json_node *node = add(parse, kind);
	node->nodes = 0;
	parse->open[parse->depth++] = node;
	parse->at++;
	return OK;
}

static fallible close_bracket(struct parse *parse)
{
	struct json_node *node = parse->open[--parse->depth];
	node->nodes = (uint32_t)(parse->nodes + parse->count - node);
	parse->at++;
	return node->kind == JSON_TEXT_OBJECT ? check_keys(parse, node) : OK;
}

/* A value, or the opening bracket of one. */
static fallible read_value(struct parse *parse)
{
	switch (*parse->at) {
	case '"':
		return read_string(parse);
	case '{':
		return open_bracket(parse, JSON_TEXT_OBJECT);
	case '[':
		return open_bracket(parse, JSON_TEXT_ARRAY);
	case 't':
	case 'f':
	case 'n':
		return read_word(parse);
	default:
		return read_number(parse);
	}
}

/* What goes before the next value of the innermost bracket: a comma unless it is the first, and in an object a key. */
static fallible read_lead(struct parse *parse, struct json_node *inside)
{
	if (inside->len > 0) {
		if (*parse->at != ',')
			return refuse();
		parse->at++;
		skip_space(parse);
	}
	inside->len++;
	if (inside->kind == JSON_TEXT_ARRAY)
		return OK;
	if (*parse->at != '"')
		return refuse();
	TRY(read_string(parse));
	skip_space(parse);
	if (*parse->at != ':')
		return refuse();
	parse->at++;
	skip_space(parse);
	return OK;
}

static fallible read_all(struct parse *parse)
{
	skip_space(parse);
	if (*parse->at != '{' && *parse->at != '[')
		return refuse();
	TRY(read_value(parse));
	while (parse->depth > 0) {
		struct json_node *inside = parse->open[parse->depth - 1];
		skip_space(parse);
		if (*parse->at == (inside->kind == JSON_TEXT_OBJECT ? '}' : ']')) {
			TRY(close_bracket(parse));
		} else {
			TRY(read_lead(parse, inside));
			TRY(read_value(parse));
		}
	}
	skip_space(parse);
	if (parse->at == parse->end)
		return OK;
	return *parse->at ? FAIL(INVALID, "something stands behind a JSON text") : refuse();
}

/* No more nodes than this: each value but the first stands behind one of these marks, and so does each key. */
static size_t count_marks(struct span text)
{
	size_t count = 1;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		count += c == ',' || c == ':' || c == '[' || c == '{';
	}
	return count;
}

fallible json_text_parse(
	struct arena *memory, struct span text, struct json_node **root, struct json_node **twice)
{
	if (text.len == 0)
		return refuse();
	if (text.len > JSON_TEXT_MAX)
		return FAIL(TOO_LARGE, "a JSON text is too long");
	struct parse parse = {.memory = memory};
	struct span copy = arena_copy(memory, text);
	if (copy.at)
		parse.nodes = arena_alloc(memory, count_marks(text) * sizeof *parse.nodes);
	if (!parse.nodes)
		return FAIL(TOO_LARGE, "a JSON text has more parts than there is room for");
	parse.at = (uint8_t *)(uintptr_t)copy.at; /* our own copy */
	parse.end = copy.at + copy.len;
	struct err err = read_all(&parse);
	if (err_failed(err) && err.kind != ERR_INVALID)
		return err;
	*root = parse.nodes;
	*twice = parse.twice;
	return err;
}
