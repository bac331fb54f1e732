/* SPDX-License-Identifier: Apache-2.0 */
/* json_in - a reader that asks for each member by name, over the nodes of json_text. */
#include "base/json_in.h"

#include "base/json_out.h"
#include "base/timestamp.h"

#include <assert.h>
#include <stdlib.h>

/* ---- pointers: made only when there is a problem to point at ---- */

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

/* One that is not closed goes on to the end. */
static bool contains(const struct json_node *node, const struct json_node *what)
{
	return what >= node && (node->nodes == 0 || what < node + node->nodes);
}

/* One step down, to the element or the member's value that contains a node. */
static struct json_node *step_down(struct json_node *node, const struct json_node *to, struct buf *buf)
{
	bool is_array = node->kind == JSON_TEXT_ARRAY;
	struct json_node *key = node + 1, *value = is_array ? key : key + 1;
	size_t i = 0;
	for (; !contains(value, to); i++) {
		assert(i < node->len);
		key = json_text_next(value);
		value = is_array ? key : key + 1;
	}
	if (is_array)
		buf_printf(buf, "/%zu", i);
	else
		put_step(buf, json_text_span(key));
	return value;
}

/* Into the arena; "" stands for the whole body when the arena is full, so that a problem is never lost. */
static const char *pointer_to(
	const struct json_doc *doc, const struct json_node *to, const char *absent, struct span member)
{
	scoped(buf) buf = BUF(doc->arena->max);
	for (struct json_node *node = doc->root; node != to;)
		node = step_down(node, to, &buf);
	if (absent)
		put_step(&buf, span_text(absent));
	if (member.at)
		put_step(&buf, member);
	const char *kept = err_failed(buf_check(&buf)) ? NULL : arena_text(doc->arena, buf_span(&buf));
	return kept ? kept : "";
}

/* At a member of an object, or at the node itself. */
static void note_at(const struct json_object *object, struct span member, const char *code)
{
	struct json_problems *problems = object->doc->problems;
	if (problems->count == JSON_PROBLEMS_MAX)
		return;
	const char *pointer = pointer_to(object->doc, object->node, object->absent, member);
	problems->rows[problems->count++] = (struct json_problem){pointer, code};
}

static void note(struct json_doc *doc, struct json_node *node, const char *code)
{
	const struct json_object object = {.doc = doc, .node = node};
	note_at(&object, SPAN_NONE, code);
}

void json_in_note(struct json_object *object, const char *name, const char *code)
{
	json_in_note_span(object, span_text(name), code);
}

void json_in_note_span(const struct json_object *object, struct span name, const char *code)
{
	note_at(object, name, code);
}

/* ---- the document ---- */

fallible json_in_parse(
	struct json_doc *doc, struct span text, struct arena *arena, struct json_problems *problems)
{
	scoped(json_doc) parsed = {.memory = ARENA(JSON_TEXT_MEMORY), .arena = arena, .problems = problems};
	struct json_node *twice = NULL;
	struct err err = json_text_parse(&parsed.memory, text, &parsed.root, &twice);
	if (twice)
		note(&parsed, twice, "not_allowed");
	else if (err.kind == ERR_INVALID)
		note(&parsed, parsed.root, "malformed");
	TRY(err);
	*doc = take(&parsed);
	return OK;
}

void json_doc_done(struct json_doc *doc)
{
	arena_done(&doc->memory);
	*doc = (struct json_doc){0};
}

fallible json_in_top(struct json_doc *doc, struct json_object *object)
{
	if (doc->root->kind != JSON_TEXT_OBJECT) {
		note(doc, doc->root, "wrong_type");
		return FAIL(INVALID, "a JSON text is no object");
	}
	*object = (struct json_object){.doc = doc, .node = doc->root};
	return OK;
}

/* ---- members ---- */

/* The key of a member, or NULL. */
static struct json_node *find_key(const struct json_object *object, struct span name)
{
	struct json_node *key = object->node + 1;
	for (size_t i = 0; i < object->node->len && !object->absent; i++, key = json_text_next(key + 1))
		if (span_equal(json_text_span(key), name))
			return key;
	return NULL;
}

bool json_in_has(const struct json_object *object, const char *name)
{
	const struct json_node *key = find_key(object, span_text(name));
	return key && key[1].kind != JSON_TEXT_NULL;
}

bool json_in_is_text(const struct json_object *object, const char *name)
{
	const struct json_node *key = find_key(object, span_text(name));
	return key && key[1].kind == JSON_TEXT_STRING;
}

static enum json_kind kind_of(const struct json_node *value)
{
	switch ((enum json_text_kind)value->kind) {
	case JSON_TEXT_STRING:
		return value->len ? JSON_KIND_TEXT : JSON_KIND_NONE;
	case JSON_TEXT_INTEGER:
	case JSON_TEXT_REAL:
		return JSON_KIND_NUMBER;
	case JSON_TEXT_TRUE:
	case JSON_TEXT_FALSE:
		return JSON_KIND_BOOL;
	case JSON_TEXT_ARRAY:
		return JSON_KIND_LIST;
	case JSON_TEXT_OBJECT:
		return JSON_KIND_OBJECT;
	case JSON_TEXT_NULL:
		break;
	}
	return JSON_KIND_NONE;
}

enum json_kind json_in_peek(const struct json_object *object, struct span name, struct span *text)
{
	const struct json_node *key = find_key(object, name);
	enum json_kind kind = key ? kind_of(key + 1) : JSON_KIND_NONE;
	*text = kind == JSON_KIND_TEXT ? json_text_span(key + 1) : SPAN_NONE;
	return kind;
}

/* Ask for a member: it is known from now on, and noted when it is needed and does not stand there. */
static struct json_node *ask(struct json_object *object, const char *name, enum json_need need)
{
	struct json_node *key = find_key(object, span_text(name));
	if (key)
		key->asked = true;
	if (key && key[1].kind != JSON_TEXT_NULL)
		return key + 1;
	if (need == JSON_NEEDED)
		json_in_note(object, name, "missing");
	return NULL;
}

/* The same for a member of one kind. */
static struct json_node *ask_kind(
	struct json_object *object, const char *name, enum json_need need, enum json_text_kind kind)
{
	struct json_node *value = ask(object, name, need);
	if (!value || value->kind == kind)
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

struct span json_in_text(struct json_object *object, const char *name, enum json_need need, size_t max)
{
	const struct json_node *value = ask_kind(object, name, need, JSON_TEXT_STRING);
	if (!value)
		return SPAN_NONE;
	const char *fault = text_fault(json_text_span(value), max);
	if (fault) {
		json_in_note(object, name, fault);
		return SPAN_NONE;
	}
	return json_text_span(value);
}

struct span json_in_free_text(struct json_object *object, const char *name, enum json_need need, size_t max)
{
	const struct json_node *value = ask_kind(object, name, need, JSON_TEXT_STRING);
	if (!value)
		return SPAN_NONE;
	if (value->len <= max)
		return json_text_span(value);
	json_in_note(object, name, "too_long");
	return SPAN_NONE;
}

int json_in_word(struct json_object *object, const char *name, enum json_need need, const char *const *words)
{
	const struct json_node *value = ask_kind(object, name, need, JSON_TEXT_STRING);
	if (!value)
		return -1;
	for (int i = 0; words[i]; i++)
		if (span_is(json_text_span(value), words[i]))
			return i;
	json_in_note(object, name, "not_allowed");
	return -1;
}

int64_t json_in_number(struct json_object *object, const char *name, enum json_need need, int64_t min,
	int64_t max, int64_t fallback)
{
	const struct json_node *value = ask_kind(object, name, need, JSON_TEXT_INTEGER);
	if (!value)
		return fallback;
	int64_t number = value->integer;
	if (number >= min && number <= max)
		return number;
	json_in_note(object, name, "not_allowed");
	return fallback;
}

bool json_in_bool(struct json_object *object, const char *name, enum json_need need, bool fallback)
{
	const struct json_node *value = ask(object, name, need);
	if (!value)
		return fallback;
	if (value->kind == JSON_TEXT_TRUE || value->kind == JSON_TEXT_FALSE)
		return value->kind == JSON_TEXT_TRUE;
	json_in_note(object, name, "wrong_type");
	return fallback;
}

struct instant json_in_time(struct json_object *object, const char *name, enum json_need need)
{
	struct instant at = {0};
	const struct json_node *value = ask_kind(object, name, need, JSON_TEXT_STRING);
	if (value && err_failed(timestamp_parse(json_text_span(value), &at)))
		json_in_note(object, name, "malformed");
	return at;
}

struct id json_in_id(struct json_object *object, const char *name, enum json_need need, enum id_kind kind)
{
	struct id id = {0};
	const struct json_node *value = ask_kind(object, name, need, JSON_TEXT_STRING);
	if (value && err_failed(ids_parse(kind, json_text_span(value), &id)))
		json_in_note(object, name, "malformed");
	return id;
}

bool json_in_object(
	struct json_object *object, const char *name, enum json_need need, struct json_object *inner)
{
	struct json_node *value = ask_kind(object, name, need, JSON_TEXT_OBJECT);
	if (!value)
		return false;
	*inner = (struct json_object){.doc = object->doc, .node = value};
	return true;
}

struct json_object json_in_absent(const struct json_object *object, const char *name)
{
	return (struct json_object){.doc = object->doc, .node = object->node, .absent = name};
}

bool json_in_array(struct json_object *object, const char *name, enum json_need need, size_t max,
	struct json_array *array)
{
	struct json_node *value = ask_kind(object, name, need, JSON_TEXT_ARRAY);
	if (!value)
		return false;
	if (value->len > max) {
		json_in_note(object, name, "too_many");
		return false;
	}
	*array = (struct json_array){.doc = object->doc, .next = value + 1, .count = value->len};
	return true;
}

/* The next element of one kind; elements of other kinds are noted and skipped. NULL at the end. */
static struct json_node *next_of_kind(struct json_array *array, enum json_text_kind kind)
{
	while (array->taken < array->count) {
		struct json_node *value = array->next;
		array->next = json_text_next(value);
		array->taken++;
		if (value->kind == kind)
			return value;
		note(array->doc, value, "wrong_type");
	}
	return NULL;
}

bool json_in_next_text(struct json_array *array, size_t max, struct span *text)
{
	struct json_node *value;
	while ((value = next_of_kind(array, JSON_TEXT_STRING))) {
		const char *fault = text_fault(json_text_span(value), max);
		if (!fault) {
			*text = json_text_span(value);
			return true;
		}
		note(array->doc, value, fault);
	}
	return false;
}

bool json_in_next_object(struct json_array *array, struct json_object *inner)
{
	struct json_node *value = next_of_kind(array, JSON_TEXT_OBJECT);
	if (!value)
		return false;
	*inner = (struct json_object){.doc = array->doc, .node = value};
	return true;
}

/* ---- raw ---- */

static int compare_names(const void *a, const void *b)
{
	const struct json_node *left = *(const struct json_node *const *)a;
	const struct json_node *right = *(const struct json_node *const *)b;
	size_t least = left->len < right->len ? left->len : right->len;
	int order = least ? memcmp(left->at, right->at, least) : 0;
	return order ? order : (left->len > right->len) - (left->len < right->len);
}

static void put_raw(struct json_out *out, const char *name, struct json_node *node, struct arena *memory);

/* The members in the order of their names. */
static void put_members(struct json_out *out, struct json_node *object, struct arena *memory)
{
	struct json_node *key = object + 1;
	struct json_node **keys = arena_alloc(memory, object->len * sizeof *keys);
	if (!keys && object->len) {
		out->buf->err = FAIL(NO_MEMORY, "a JSON text has more members than there is room for");
		return;
	}
	for (size_t i = 0; i < object->len; i++, key = json_text_next(key + 1))
		keys[i] = key;
	if (object->len > 1)
		qsort(keys, object->len, sizeof *keys, compare_names);
	for (size_t i = 0; i < object->len; i++)
		put_raw(out, (const char *)keys[i]->at, keys[i] + 1, memory);
}

/* Recurses no deeper than JSON_TEXT_DEPTH. */
static void put_raw(struct json_out *out, const char *name, struct json_node *node, struct arena *memory)
{
	struct json_node *element = node + 1;
	switch ((enum json_text_kind)node->kind) {
	case JSON_TEXT_NULL:
		json_out_null(out, name);
		break;
	case JSON_TEXT_FALSE:
	case JSON_TEXT_TRUE:
		json_out_bool(out, name, node->kind == JSON_TEXT_TRUE);
		break;
	case JSON_TEXT_INTEGER:
	case JSON_TEXT_REAL:
		json_out_raw(out, name, json_text_span(node));
		break;
	case JSON_TEXT_STRING:
		json_out_span(out, name, json_text_span(node));
		break;
	case JSON_TEXT_ARRAY:
		json_out_open_array(out, name);
		for (size_t i = 0; i < node->len; i++, element = json_text_next(element))
			put_raw(out, NULL, element, memory);
		json_out_close_array(out);
		break;
	case JSON_TEXT_OBJECT:
		json_out_open(out, name);
		put_members(out, node, memory);
		json_out_close(out);
		break;
	}
}

/* Into the call's arena; SPAN_NONE when it is over max bytes or there is no room: noted, for it must not pass as
 * absent. */
static struct span keep_raw(
	struct json_object *object, struct json_node *node, struct span member, size_t max)
{
	struct span kept = SPAN_NONE;
	scoped(buf) text = BUF(max);
	struct json_out out = JSON_OUT(&text);
	put_raw(&out, NULL, node, &object->doc->memory);
	if (err_failed(buf_keep(&text, object->doc->arena, &kept)))
		json_in_note_span(object, member, "too_long");
	return kept;
}

struct span json_in_raw(struct json_object *object, const char *name, enum json_need need, size_t max)
{
	struct json_node *value = ask(object, name, need);
	return value ? keep_raw(object, value, span_text(name), max) : SPAN_NONE;
}

struct span json_in_whole(struct json_object *object, size_t max)
{
	return keep_raw(object, object->node, SPAN_NONE, max);
}

const char *json_in_unread(const struct json_object *object)
{
	struct json_node *key = object->node + 1;
	for (size_t i = 0; i < object->node->len; i++, key = json_text_next(key + 1))
		if (!key->asked && key[1].kind != JSON_TEXT_NULL)
			return (const char *)key->at;
	return NULL;
}

void json_in_end(struct json_object *object)
{
	struct json_node *key = object->node + 1;
	for (size_t i = 0; i < object->node->len; i++, key = json_text_next(key + 1))
		if (!key->asked)
			note(object->doc, key + 1, "unknown_field");
}

fallible json_in_check(const struct json_doc *doc)
{
	if (doc->problems->count > 0)
		return FAIL(INVALID, "a JSON text has fields that are not allowed");
	return OK;
}
