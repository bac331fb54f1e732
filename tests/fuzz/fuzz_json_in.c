/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON: taken or refused as jansson does, every way of asking, and what is taken out raw is JSON again. */
#include "base/json_in.h"
#include "base/json_out.h"

#include <assert.h>
#include <jansson.h>

enum { ROOM = 1 << 22, RAW_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The raw text of a member, put into an object again, gives the same raw text. */
static void check_raw(struct json_object *object, struct arena *arena)
{
	struct span raw = json_in_raw(object, "r", JSON_OPTIONAL, RAW_MAX);
	if (!raw.at)
		return;
	scoped(buf) text = BUF(ROOM);
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	struct json_out out = JSON_OUT(&text);
	json_out_open(&out, NULL);
	json_out_raw(&out, "r", raw);
	json_out_close(&out);
	assert(!err_failed(json_in_parse(&doc, buf_span(&text), arena, &problems)));
	assert(!err_failed(json_in_top(&doc, &top)));
	assert(span_equal(json_in_raw(&top, "r", JSON_NEEDED, RAW_MAX), raw));
}

/* A text that we took out and write again is read as the same text. */
static void check_text(struct span text, struct arena *arena)
{
	scoped(buf) written = BUF(ROOM);
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	struct json_out out = JSON_OUT(&written);
	json_out_open(&out, NULL);
	json_out_span(&out, "t", text);
	json_out_close(&out);
	assert(!err_failed(json_in_parse(&doc, buf_span(&written), arena, &problems)));
	assert(!err_failed(json_in_top(&doc, &top)));
	assert(span_equal(json_in_text(&top, "t", JSON_NEEDED, text.len), text));
}

static void ask_everything(struct json_object *object, struct arena *arena)
{
	static const char *const words[] = {"read", "write", NULL};
	struct json_object inner;
	struct json_array array;
	struct span text = json_in_text(object, "t", JSON_OPTIONAL, 100);
	if (text.at)
		check_text(text, arena);
	assert(json_in_word(object, "w", JSON_OPTIONAL, words) < 2);
	int64_t number = json_in_number(object, "n", JSON_NEEDED, -5, 5, 0);
	assert(number >= -5 && number <= 5);
	json_in_bool(object, "b", JSON_OPTIONAL, false);
	json_in_time(object, "at", JSON_OPTIONAL);
	json_in_id(object, "id", JSON_OPTIONAL, ID_PERSON);
	check_raw(object, arena);
	if (json_in_array(object, "a", JSON_OPTIONAL, 10, &array))
		while (json_in_next_text(&array, 10, &text))
			assert(text.len >= 1 && text.len <= 10);
	if (json_in_array(object, "l", JSON_OPTIONAL, 10, &array))
		while (json_in_next_object(&array, &inner))
			json_in_end(&inner);
	if (json_in_object(object, "o", JSON_OPTIONAL, &inner))
		json_in_end(&inner);
	json_in_end(object);
}

static void check_problems(const struct json_problems *problems)
{
	assert(problems->count <= JSON_PROBLEMS_MAX);
	for (size_t i = 0; i < problems->count; i++) {
		const char *pointer = problems->rows[i].pointer;
		assert(problems->rows[i].code && (pointer[0] == '\0' || pointer[0] == '/'));
	}
}

/* It nests deeper than we do, and takes a NUL behind a number. */
static void check_verdict(struct span text, struct err err)
{
	if (text.len == 0 || memchr(text.at, 0, text.len) || err.kind == ERR_TOO_LARGE)
		return;
	json_t *value = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
	assert(err_failed(err) || value);
	assert(!value || !err_failed(err) || strstr(err.why, "too deep"));
	json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(arena) arena = ARENA(ROOM);
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	struct err err = json_in_parse(&doc, span_of(data, size), &arena, &problems);
	assert(err_failed(err) == (doc.root == NULL));
	check_verdict(span_of(data, size), err);
	assert((err.kind == ERR_INVALID) == (problems.count == 1));
	if (!err_failed(err) && !err_failed(json_in_top(&doc, &top)))
		ask_everything(&top, &arena);
	check_problems(&problems);
	return 0;
}
