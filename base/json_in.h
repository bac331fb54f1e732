/* SPDX-License-Identifier: Apache-2.0 */
/* json_in - strict reading of JSON from outside: every member is asked for by name and type, and what is left
 * over is refused. Each fault is noted with its JSON pointer (RFC 6901); the reader goes on, so that one
 * answer names them all.
 *
 *	struct json_doc doc = {0};                    json_doc_done frees it
 *	struct json_object top;
 *	TRY(json_in_parse(&doc, body, arena, &problems));
 *	TRY(json_in_top(&doc, &top));
 *	ask.name = json_in_text(&top, "name", JSON_NEEDED, 200);
 *	json_in_end(&top);                            unknown members become problems
 *	TRY(json_in_check(&doc));                     INVALID if there was any problem
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/ids.h"
#include "base/json_text.h"
#include "base/span.h"

enum { JSON_PROBLEMS_MAX = 8 }; /* noted at the most */

enum json_need { JSON_OPTIONAL, JSON_NEEDED };

struct json_problem {
	const char *pointer; /* in the arena; "" is the whole body */
	/* static: missing, unknown_field, wrong_type, too_long, not_allowed, malformed, too_many */
	const char *code;
};

struct json_problems {
	struct json_problem rows[JSON_PROBLEMS_MAX];
	size_t count;
	struct json_problem
		*more; /* behind the rows, of a body of many texts: the reader's business; NULL = none */
	size_t more_count;
};

struct json_doc {
	struct json_node *root;
	struct arena memory; /* of the text and its nodes: wiped as a whole, since it may hold a password */
	struct arena *arena;
	struct json_problems *problems;
};

struct json_object {
	struct json_doc *doc;
	struct json_node *node;
	const char *absent; /* json_in_absent: the member of node that this would be; NULL = node itself */
};

struct json_array {
	struct json_doc *doc;
	struct json_node *next;
	size_t taken;
	size_t count; /* elements */
};

/* json_in_parse - one JSON text, whole.
 *
 *   text      UTF-8; borrowed only during the call
 *   problems  zeroed; lives as long as doc
 * Fails: NOT_JSON not JSON, invalid UTF-8, deeper than JSON_TEXT_DEPTH, U+0000, neither object
 *        nor array · INVALID a key twice in one object (noted at the key), trailing bytes (at "") · TOO_LARGE. */
fallible json_in_parse(
	struct json_doc *doc, struct span text, struct arena *arena, struct json_problems *problems);

/* json_doc_done - free. Spans that were read from the document die with it. */
void json_doc_done(struct json_doc *doc);

/* json_in_top - the body as an object. Fails: INVALID it is another type. */
fallible json_in_top(struct json_doc *doc, struct json_object *object);

/* json_in_has - whether a member stands there with another value than null; does not count as asking for
 * it. */
bool json_in_has(const struct json_object *object, const char *name);

/* json_in_is_text - whether a member stands there and is a text; does not count as asking for it. */
bool json_in_is_text(const struct json_object *object, const char *name);

/* What a value is. A text without a byte is none. */
enum json_kind {
	JSON_KIND_NONE,
	JSON_KIND_TEXT,
	JSON_KIND_NUMBER,
	JSON_KIND_BOOL,
	JSON_KIND_LIST,
	JSON_KIND_OBJECT,
};

/* json_in_peek - the kind of a member, for what is read as it is (json_in_raw) but must have some shape; does
 * not count as asking for it.
 *
 *   text  set when it is one; else SPAN_NONE */
enum json_kind json_in_peek(const struct json_object *object, struct span name, struct span *text);

/* json_in_text - a text of 1 to max bytes, NFC-normalised is the caller's business; absent or faulty gives
 * SPAN_NONE. Control characters (below U+0020 but tab and line feed, and U+007F) are refused: malformed. */
struct span json_in_text(struct json_object *object, const char *name, enum json_need need, size_t max);

/* json_in_free_text - a text of 0 to max bytes with any character but U+0000: what others sent and we only
 * keep. */
struct span json_in_free_text(struct json_object *object, const char *name, enum json_need need, size_t max);

/* json_in_word - one of a NULL-ended list of words; its position, or -1. */
int json_in_word(struct json_object *object, const char *name, enum json_need need, const char *const *words);

/* json_in_number - a whole number from min to max; absent or faulty gives fallback. */
int64_t json_in_number(struct json_object *object, const char *name, enum json_need need, int64_t min,
	int64_t max, int64_t fallback);

bool json_in_bool(struct json_object *object, const char *name, enum json_need need, bool fallback);

/* json_in_time - an RFC 3339 time; absent gives ms = 0. */
struct instant json_in_time(struct json_object *object, const char *name, enum json_need need);

/* json_in_id - a TypeID of one kind; absent gives the zero id. A faulty one is noted as malformed. */
struct id json_in_id(struct json_object *object, const char *name, enum json_need need, enum id_kind kind);

/* json_in_object - a member object; false when absent or faulty. End it with json_in_end as well. */
bool json_in_object(
	struct json_object *object, const char *name, enum json_need need, struct json_object *inner);

/* json_in_absent - in place of a member object that is not there: it has no members, and what is noted at it points
 * to where they would be. Not for json_in_end. */
struct json_object json_in_absent(const struct json_object *object, const char *name);

/* json_in_array - a member array of at most max elements; false when absent or faulty. */
bool json_in_array(struct json_object *object, const char *name, enum json_need need, size_t max,
	struct json_array *array);

/* json_in_next_* - the next element; false at the end. A faulty element is noted and skipped. */
bool json_in_next_text(struct json_array *array, size_t max, struct span *text);
bool json_in_next_object(struct json_array *array, struct json_object *inner);

/* json_in_raw - a member of any type as compact JSON text with sorted keys, copied into the arena: for
 * free-form detail. At most max bytes. Absent gives SPAN_NONE. */
struct span json_in_raw(struct json_object *object, const char *name, enum json_need need, size_t max);

/* json_in_whole - an object itself, in the same form. SPAN_NONE when it is over max bytes, which is noted. */
struct span json_in_whole(struct json_object *object, size_t max);

/* json_in_unread - the name of a member with a value that nobody asked for yet, or NULL: for showing what this
 * program does not know. Lives as long as the document. */
const char *json_in_unread(const struct json_object *object);

/* json_in_note - note a problem at a member: what only the caller can judge. json_in_note_span - the same for
 * a name that ends without a NUL. */
void json_in_note(struct json_object *object, const char *name, const char *code);
void json_in_note_span(const struct json_object *object, struct span name, const char *code);

/* json_in_end - note every member that nobody asked for as unknown_field. */
void json_in_end(struct json_object *object);

/* json_in_check - OK, or INVALID when anything was noted. */
fallible json_in_check(const struct json_doc *doc);
