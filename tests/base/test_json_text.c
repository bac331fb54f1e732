/* SPDX-License-Identifier: Apache-2.0 */
/* What the strict reader promises: it takes what jansson takes, refuses what jansson refuses, and finds the same. */
#include "base/json_text.h"

#include "base/buf.h"
#include "tests/support/dice.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

enum { ROUNDS = 60000, TEXT_MAX = 256 };

static struct err parse(struct arena *memory, struct span text, struct json_node **root)
{
	struct json_node *twice = NULL;
	struct err err = json_text_parse(memory, text, root, &twice);
	cr_assert(!twice || err.kind == ERR_INVALID);
	return err;
}

static bool is_same(json_t *value, struct json_node *node);

static bool are_same_elements(json_t *value, struct json_node *node)
{
	struct json_node *element = node + 1;
	if (json_array_size(value) != node->len)
		return false;
	for (size_t i = 0; i < node->len; i++, element = json_text_next(element))
		if (!is_same(json_array_get(value, i), element))
			return false;
	return json_text_next(node) == element;
}

static bool are_same_members(json_t *value, struct json_node *node)
{
	struct json_node *key = node + 1;
	if (json_object_size(value) != node->len)
		return false;
	for (size_t i = 0; i < node->len; i++, key = json_text_next(key + 1)) {
		json_t *member = json_object_getn(value, (const char *)key->at, key->len);
		if (!member || !is_same(member, key + 1))
			return false;
	}
	return json_text_next(node) == key;
}

/* Recurses as deep as the text nests: JSON_TEXT_DEPTH. */
static bool is_same(json_t *value, struct json_node *node)
{
	char digits[TEXT_MAX + 1] = "";
	struct span text = json_text_span(node);
	switch (json_typeof(value)) {
	case JSON_NULL:
		return node->kind == JSON_TEXT_NULL;
	case JSON_TRUE:
		return node->kind == JSON_TEXT_TRUE;
	case JSON_FALSE:
		return node->kind == JSON_TEXT_FALSE;
	case JSON_INTEGER:
		return node->kind == JSON_TEXT_INTEGER && node->integer == json_integer_value(value);
	case JSON_REAL:
		memcpy(digits, text.at, text.len);
		return node->kind == JSON_TEXT_REAL && strtod(digits, NULL) == json_real_value(value);
	case JSON_STRING:
		return node->kind == JSON_TEXT_STRING &&
			span_equal(text, span_of(json_string_value(value), json_string_length(value)));
	case JSON_ARRAY:
		return node->kind == JSON_TEXT_ARRAY && are_same_elements(value, node);
	case JSON_OBJECT:
		return node->kind == JSON_TEXT_OBJECT && are_same_members(value, node);
	}
	return false;
}

/* jansson's verdict and ours. */
static void assert_same(struct span text)
{
	scoped(arena) memory = ARENA(1 << 20);
	json_error_t error;
	struct json_node *root = NULL;
	json_t *value = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &error);
	struct err err = parse(&memory, text, &root);
	cr_assert(err_failed(err) == (value == NULL), "%s: %.*s", err_failed(err) ? err.why : error.text,
		SPAN_FMT(text));
	cr_assert(!value || is_same(value, root), "%.*s", SPAN_FMT(text));
	json_decref(value);
}

static const char *const SEEDS[] = {"{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"x\"}}",
	"[0,-0,1,-1,9223372036854775807,-9223372036854775808,9223372036854775808]",
	"[1.5,-2e10,3E-4,0.1,1e308,1e309,-1e400,5e-324]",
	"[\"\\\"\\\\\\/"
	"\\b\\f\\n\\r\\t\",\"\\u00e4\\u20ac\\ud83d\\ude00\",\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"]",
	" \t\r\n{ \"a\" : [ ] , \"b\" : { } } ", "{\"a\":{\"a\":{\"a\":{}}},\"\":[[[[]]]]}",
	"{\"action\":\"export.completed\",\"actor\":{\"person\":\"p-1\"},\"count\":12,\"detail\":{\"rows\":3}"
	"}",
	"{\"k0\":0,\"k1\":0,\"k2\":0,\"k3\":0,\"k4\":0,\"k5\":0,\"k6\":0,\"k7\":0,\"k8\":0,\"k9\":0,\"ka\":0,"
	"\"kb\":0,\"kc\":0,\"kd\":0,\"ke\":0,\"kf\":0,\"kg\":0,\"kh\":0}"};

enum { SEED_COUNT = sizeof SEEDS / sizeof *SEEDS };

Test(json_text, what_jansson_finds_is_found)
{
	for (size_t i = 0; i < SEED_COUNT; i++)
		assert_same(span_text(SEEDS[i]));
}

/* One byte put in, taken out or changed, or a piece said twice. Never a NUL: jansson takes one behind a number. */
static size_t mutate(struct dice *dice, uint8_t *text, size_t len)
{
	static const char MARKS[] = "{}[]:,\"\\u0dDc8e.-+ \n\t\x01\x7f\x80\xc3\xed\xf4tfn1a/";
	size_t at = dice_below(dice, len + 1);
	size_t piece = 1 + dice_below(dice, 8);
	uint8_t mark = (uint8_t)MARKS[dice_below(dice, sizeof MARKS - 1)];
	switch (dice_below(dice, 4)) {
	case 0:
		memmove(text + at + 1, text + at, len - at);
		text[at] = mark;
		return len + 1;
	case 1:
		if (at < len)
			memmove(text + at, text + at + 1, len - at - 1);
		return at < len ? len - 1 : len;
	case 2:
		if (at < len)
			text[at] = mark;
		return len;
	default:
		piece = piece < len - at ? piece : len - at;
		memmove(text + at + piece, text + at, len - at);
		return len + piece;
	}
}

Test(json_text, what_jansson_refuses_is_refused)
{
	struct dice dice = {20261121};
	for (size_t i = 0; i < ROUNDS; i++) {
		uint8_t text[2 * TEXT_MAX];
		const char *seed = SEEDS[dice_below(&dice, SEED_COUNT)];
		size_t len = strlen(seed);
		memcpy(text, seed, len);
		for (size_t n = dice_below(&dice, 5); n > 0 && len < TEXT_MAX - 8; n--)
			len = mutate(&dice, text, len);
		assert_same(span_of(text, len));
	}
}

Test(json_text, a_key_twice_is_found_among_many)
{
	scoped(arena) memory = ARENA(1 << 22);
	scoped(buf) text = BUF(1 << 20);
	struct json_node *root = NULL;
	buf_put_text(&text, "{");
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "\"m%d\":%d,", i, i);
	size_t len = text.len;
	buf_put_text(&text, "\"last\":0}");
	cr_assert(!err_failed(parse(&memory, buf_span(&text), &root)));
	cr_assert(root->len == 5001);
	text.len = len;
	buf_put_text(&text, "\"m2500\":0}");
	struct json_node *twice = NULL;
	cr_assert(json_text_parse(&memory, buf_span(&text), &root, &twice).kind == ERR_INVALID);
	cr_assert(twice && twice->kind == JSON_TEXT_INTEGER);
}

Test(json_text, more_parts_than_there_is_room_for_are_refused)
{
	scoped(arena) memory = ARENA(4096);
	scoped(buf) text = BUF(1 << 20);
	struct json_node *root = NULL;
	buf_put_text(&text, "[0");
	for (int i = 0; i < 1000; i++)
		buf_put_text(&text, ",0");
	buf_put_text(&text, "]");
	cr_assert(parse(&memory, buf_span(&text), &root).kind == ERR_TOO_LARGE);
}

Test(json_text, the_text_may_go_while_the_nodes_stay)
{
	scoped(arena) memory = ARENA(4096);
	char text[] = "{\"a\\u0062\":\"c\\nd\"}";
	struct json_node *root = NULL;
	cr_assert(!err_failed(parse(&memory, span_text(text), &root)));
	memset(text, 'x', sizeof text);
	cr_assert(span_is(json_text_span(root + 1), "ab"));
	cr_assert(span_is(json_text_span(root + 2), "c\nd"));
}
