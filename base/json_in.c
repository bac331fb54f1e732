/* SPDX-License-Identifier: Apache-2.0 */
/* json_in - jansson, kept behind a reader that asks for each member by name. */
#include "base/json_in.h"

#include "base/timestamp.h"

#include <assert.h>
#include <jansson.h>

#include <malloc.h>
#include <stdlib.h>

/* Where a scan of the text stands: one frame for each bracket that is open. */
struct frame {
	bool is_array;
	bool wants_key;  /* in an object, in front of a colon */
	size_t index;    /* of an array's element */
	struct span key; /* the last one, with its quotes */
};

struct scan {
	struct frame frames[JSON_DEPTH_MAX];
	size_t depth;
};

/* Bytes of the string at the front, with its quotes; everything when it does not end. */
static size_t string_bytes(struct span text)
{
	for (size_t i = 1; i < text.len; i++) {
		if (text.at[i] == '\\')
			i++;
		else if (text.at[i] == '"')
			return i + 1;
	}
	return text.len;
}

static bool push_frame(struct scan *scan, bool is_array)
{
	if (scan->depth == JSON_DEPTH_MAX)
		return false;
	scan->frames[scan->depth++] = (struct frame){.is_array = is_array, .wants_key = !is_array};
	return true;
}

/* One mark of the grammar; false when it opens a bracket too many. */
static bool scan_mark(struct scan *scan, uint8_t mark)
{
	if (mark == '{' || mark == '[')
		return push_frame(scan, mark == '[');
	if (scan->depth == 0)
		return true;
	struct frame *top = &scan->frames[scan->depth - 1];
	if (mark == '}' || mark == ']')
		scan->depth--;
	if (mark == ',') {
		top->index++;
		top->wants_key = !top->is_array;
	}
	return true;
}

/* Follow the brackets of a text, which need not be JSON; false when they nest deeper than JSON_DEPTH_MAX. It
 * goes before the parser, whose recursion it bounds. */
static bool scan_text(struct scan *scan, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] != '"') {
			if (!scan_mark(scan, text.at[i]))
				return false;
			continue;
		}
		size_t bytes = string_bytes(span_from(text, i));
		struct frame *top = scan->depth ? &scan->frames[scan->depth - 1] : NULL;
		if (top && top->wants_key) {
			top->key = span_of(text.at + i, bytes);
			top->wants_key = false;
		}
		i += bytes - 1;
	}
	return true;
}

/* RFC 6901 §3: ~ and / inside a name would be read as structure. */
static void put_step(struct buf *buf, struct span name)
{
	buf_put_u8(buf, '/');
	for (size_t i = 0; i < name.len; i++) {
		if (name.at[i] == '~' || name.at[i] == '/')
			buf_put_text(buf, name.at[i] == '~' ? "~0" : "~1");
		else
			buf_put_u8(buf, name.at[i]);
	}
}

/* Into the arena; "" stands for the whole body when the arena is full, so that a problem is never lost. */
static const char *keep_pointer(struct arena *arena, const struct buf *buf)
{
	const char *kept = err_failed(buf_check(buf)) ? NULL : arena_text(arena, buf_span(buf));
	return kept ? kept : "";
}

static const char *pointer_to(struct arena *arena, const char *base, struct span name)
{
	scoped(buf) buf = BUF(arena->max);
	buf_put_text(&buf, base);
	put_step(&buf, name);
	return keep_pointer(arena, &buf);
}

static const char *pointer_to_element(struct arena *arena, const char *base, size_t index)
{
	scoped(buf) buf = BUF(arena->max);
	buf_put_text(&buf, base);
	buf_printf(&buf, "/%zu", index);
	return keep_pointer(arena, &buf);
}

static void note(struct json_doc *doc, const char *pointer, const char *code)
{
	struct json_problems *problems = doc->problems;
	if (problems->count < JSON_PROBLEMS_MAX)
		problems->rows[problems->count++] = (struct json_problem){pointer, code};
}

void json_in_note(struct json_object *object, const char *name, const char *code)
{
	json_in_note_span(object, span_text(name), code);
}

void json_in_note_span(const struct json_object *object, struct span name, const char *code)
{
	note(object->doc, pointer_to(object->doc->arena, object->pointer, name), code);
}

/* A key as it stands in the text, quotes and escapes undone. */
static void put_key_step(struct buf *buf, struct span key)
{
	json_t *value = json_loadb((const char *)key.at, key.len, JSON_DECODE_ANY, NULL);
	put_step(buf, span_of(json_string_value(value), json_string_length(value)));
	json_decref(value);
}

/* The innermost object that is open at a byte of the text holds the key twice: that object is noted. */
static void note_duplicate(struct json_doc *doc, struct span until)
{
	struct scan scan = {0};
	scoped(buf) buf = BUF(doc->arena->max);
	scan_text(&scan, until);
	for (size_t i = 0; i + 1 < scan.depth; i++) {
		const struct frame *frame = &scan.frames[i];
		if (frame->is_array)
			buf_printf(&buf, "/%zu", frame->index);
		else
			put_key_step(&buf, frame->key);
	}
	note(doc, keep_pointer(doc->arena, &buf), "not_allowed");
}

static fallible refuse(struct json_doc *doc, struct span text, const json_error_t *error)
{
	enum json_error_code code = json_error_code(error);
	if (code == json_error_out_of_memory)
		return FAIL(NO_MEMORY, "a JSON text needs more memory than there is");
	if (code == json_error_duplicate_key) {
		note_duplicate(doc, span_first(text, (size_t)error->position));
		return FAIL(INVALID, "a JSON object has a key twice");
	}
	return FAIL_CODE(NOT_JSON, "a text is not JSON");
}

fallible json_in_parse(
	struct json_doc *doc, struct span text, struct arena *arena, struct json_problems *problems)
{
	struct scan scan = {0};
	if (text.len == 0 || text.len > INT32_MAX)
		return FAIL_CODE(NOT_JSON, "a JSON text is empty or beyond measure");
	if (!scan_text(&scan, text))
		return FAIL_CODE(NOT_JSON, "a JSON text nests too deep");
	json_error_t error;
	struct json_doc parsed = {.arena = arena, .problems = problems};
	parsed.root = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &error);
	if (!parsed.root)
		return refuse(&parsed, text, &error);
	*doc = parsed;
	return OK;
}

void json_doc_done(struct json_doc *doc)
{
	json_decref(doc->root);
	*doc = (struct json_doc){0};
}

fallible json_in_top(struct json_doc *doc, struct json_object *object)
{
	if (!json_is_object((const json_t *)doc->root)) {
		note(doc, "", "wrong_type");
		return FAIL(INVALID, "a JSON text is no object");
	}
	*object = (struct json_object){.doc = doc, .value = doc->root, .pointer = ""};
	return OK;
}

/* The member, or NULL when it is absent or null. */
static json_t *find(const struct json_object *object, const char *name)
{
	json_t *value = json_object_get(object->value, name);
	return json_is_null(value) ? NULL : value;
}

bool json_in_has(const struct json_object *object, const char *name)
{
	return find(object, name) != NULL;
}

bool json_in_is_text(const struct json_object *object, const char *name)
{
	return json_is_string(json_object_get(object->value, name));
}

static bool was_asked(const struct json_object *object, const char *name)
{
	for (size_t i = 0; i < object->seen_count; i++)
		if (strcmp(object->seen[i], name) == 0)
			return true;
	return false;
}

/* Ask for a member: it is known from now on, and noted when it is needed and does not stand there. */
static json_t *ask(struct json_object *object, const char *name, enum json_need need)
{
	if (!was_asked(object, name)) {
		assert(object->seen_count < JSON_MEMBERS_MAX);
		object->seen[object->seen_count++] = name;
	}
	json_t *value = find(object, name);
	if (!value && need == JSON_NEEDED)
		json_in_note(object, name, "missing");
	return value;
}

/* The same for a member of one type. */
static json_t *ask_type(struct json_object *object, const char *name, enum json_need need, json_type type)
{
	json_t *value = ask(object, name, need);
	if (!value || json_typeof(value) == type)
		return value;
	json_in_note(object, name, "wrong_type");
	return NULL;
}

/* What is wrong with a text, or NULL. */
static const char *text_fault(struct span text, size_t max)
{
	if (text.len == 0)
		return "malformed";
	if (text.len > max)
		return "too_long";
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if ((c < ' ' && c != '\t' && c != '\n') || c == 0x7f)
			return "malformed";
	}
	return NULL;
}

static struct span string_span(const json_t *value)
{
	return span_of(json_string_value(value), json_string_length(value));
}

static enum json_kind kind_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_length(value) ? JSON_KIND_TEXT : JSON_KIND_NONE;
	case JSON_INTEGER:
	case JSON_REAL:
		return JSON_KIND_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_KIND_BOOL;
	case JSON_ARRAY:
		return JSON_KIND_LIST;
	case JSON_OBJECT:
		return JSON_KIND_OBJECT;
	case JSON_NULL:
		break;
	}
	return JSON_KIND_NONE;
}

enum json_kind json_in_peek(const struct json_object *object, struct span name, struct span *text)
{
	const json_t *value = json_object_getn(object->value, (const char *)name.at, name.len);
	enum json_kind kind = value ? kind_of(value) : JSON_KIND_NONE;
	*text = kind == JSON_KIND_TEXT ? string_span(value) : SPAN_NONE;
	return kind;
}

struct span json_in_text(struct json_object *object, const char *name, enum json_need need, size_t max)
{
	const json_t *value = ask_type(object, name, need, JSON_STRING);
	if (!value)
		return SPAN_NONE;
	const char *fault = text_fault(string_span(value), max);
	if (fault) {
		json_in_note(object, name, fault);
		return SPAN_NONE;
	}
	return string_span(value);
}

struct span json_in_free_text(struct json_object *object, const char *name, enum json_need need, size_t max)
{
	const json_t *value = ask_type(object, name, need, JSON_STRING);
	if (!value)
		return SPAN_NONE;
	if (json_string_length(value) <= max)
		return string_span(value);
	json_in_note(object, name, "too_long");
	return SPAN_NONE;
}

int json_in_word(struct json_object *object, const char *name, enum json_need need, const char *const *words)
{
	const json_t *value = ask_type(object, name, need, JSON_STRING);
	if (!value)
		return -1;
	for (int i = 0; words[i]; i++)
		if (span_is(string_span(value), words[i]))
			return i;
	json_in_note(object, name, "not_allowed");
	return -1;
}

int64_t json_in_number(struct json_object *object, const char *name, enum json_need need, int64_t min,
	int64_t max, int64_t fallback)
{
	const json_t *value = ask_type(object, name, need, JSON_INTEGER);
	if (!value)
		return fallback;
	int64_t number = json_integer_value(value);
	if (number >= min && number <= max)
		return number;
	json_in_note(object, name, "not_allowed");
	return fallback;
}

bool json_in_bool(struct json_object *object, const char *name, enum json_need need, bool fallback)
{
	const json_t *value = ask(object, name, need);
	if (!value)
		return fallback;
	if (json_is_boolean(value))
		return json_is_true(value);
	json_in_note(object, name, "wrong_type");
	return fallback;
}

struct instant json_in_time(struct json_object *object, const char *name, enum json_need need)
{
	struct instant at = {0};
	const json_t *value = ask_type(object, name, need, JSON_STRING);
	if (value && err_failed(timestamp_parse(string_span(value), &at)))
		json_in_note(object, name, "malformed");
	return at;
}

struct id json_in_id(struct json_object *object, const char *name, enum json_need need, enum id_kind kind)
{
	struct id id = {0};
	const json_t *value = ask_type(object, name, need, JSON_STRING);
	if (value && err_failed(ids_parse(kind, string_span(value), &id)))
		json_in_note(object, name, "malformed");
	return id;
}

bool json_in_object(
	struct json_object *object, const char *name, enum json_need need, struct json_object *inner)
{
	const json_t *value = ask_type(object, name, need, JSON_OBJECT);
	if (!value)
		return false;
	const char *pointer = pointer_to(object->doc->arena, object->pointer, span_text(name));
	*inner = (struct json_object){.doc = object->doc, .value = value, .pointer = pointer};
	return true;
}

bool json_in_array(struct json_object *object, const char *name, enum json_need need, size_t max,
	struct json_array *array)
{
	const json_t *value = ask_type(object, name, need, JSON_ARRAY);
	if (!value)
		return false;
	if (json_array_size(value) > max) {
		json_in_note(object, name, "too_many");
		return false;
	}
	*array = (struct json_array){
		.doc = object->doc, .value = value, .name = name, .count = json_array_size(value)};
	array->pointer = pointer_to(object->doc->arena, object->pointer, span_text(name));
	return true;
}

/* Note a problem at the element that was just taken. */
static void note_element(struct json_array *array, const char *code)
{
	note(array->doc, pointer_to_element(array->doc->arena, array->pointer, array->next - 1), code);
}

/* The next element of one type; elements of other types are noted and skipped. NULL at the end. */
static const json_t *next_of_type(struct json_array *array, json_type type)
{
	while (array->next < array->count) {
		const json_t *value = json_array_get(array->value, array->next++);
		if (json_typeof(value) == type)
			return value;
		note_element(array, "wrong_type");
	}
	return NULL;
}

bool json_in_next_text(struct json_array *array, size_t max, struct span *text)
{
	const json_t *value;
	while ((value = next_of_type(array, JSON_STRING))) {
		const char *fault = text_fault(string_span(value), max);
		if (!fault) {
			*text = string_span(value);
			return true;
		}
		note_element(array, fault);
	}
	return false;
}

bool json_in_next_object(struct json_array *array, struct json_object *inner)
{
	const json_t *value = next_of_type(array, JSON_OBJECT);
	if (!value)
		return false;
	const char *pointer = pointer_to_element(array->doc->arena, array->pointer, array->next - 1);
	*inner = (struct json_object){.doc = array->doc, .value = value, .pointer = pointer};
	return true;
}

/* Compact text with sorted keys, in the arena; none when it is over max bytes. */
static struct span print_value(struct arena *arena, const json_t *value, size_t max)
{
	const size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY;
	size_t bytes = json_dumpb(value, NULL, 0, flags);
	char *copy = bytes > 0 && bytes <= max ? arena_alloc(arena, bytes + 1) : NULL;
	if (!copy || json_dumpb(value, copy, bytes, flags) != bytes)
		return SPAN_NONE;
	return span_of(copy, bytes);
}

struct span json_in_raw(struct json_object *object, const char *name, enum json_need need, size_t max)
{
	const json_t *value = ask(object, name, need);
	if (!value)
		return SPAN_NONE;
	struct span text = print_value(object->doc->arena, value, max);
	/* A text that the arena has no room for is refused, for it must not pass as absent. */
	if (!text.at)
		json_in_note(object, name, "too_long");
	return text;
}

struct span json_in_whole(struct json_object *object, size_t max)
{
	struct span text = print_value(object->doc->arena, object->value, max);
	if (!text.at)
		note(object->doc, object->pointer, "too_long");
	return text;
}

/* The library's iterator wants a value that it might change; nothing here changes one. */
static json_t *iterable(const struct json_object *object)
{
	return (json_t *)(uintptr_t)object->value;
}

const char *json_in_unread(const struct json_object *object)
{
	json_t *value = iterable(object);
	/* Asking for one more would be one too many. */
	if (object->seen_count == JSON_MEMBERS_MAX)
		return NULL;
	for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at)) {
		const char *name = json_object_iter_key(at);
		if (!was_asked(object, name) && !json_is_null(json_object_iter_value(at)))
			return name;
	}
	return NULL;
}

void json_in_end(struct json_object *object)
{
	json_t *value = iterable(object);
	void *at = json_object_iter(value);
	for (; at && object->doc->problems->count < JSON_PROBLEMS_MAX;
		at = json_object_iter_next(value, at)) {
		const char *name = json_object_iter_key(at);
		if (!was_asked(object, name))
			json_in_note(object, name, "unknown_field");
	}
}

fallible json_in_check(const struct json_doc *doc)
{
	if (doc->problems->count > 0)
		return FAIL(INVALID, "a JSON text has fields that are not allowed");
	return OK;
}

/* What was read may be a password: nothing of it stays in freed memory. */
static void free_wiped(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

void json_in_setup(void)
{
	json_set_alloc_funcs(malloc, free_wiped);
	json_object_seed(0);
}
