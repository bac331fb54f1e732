/* SPDX-License-Identifier: Apache-2.0 */
/* json_text - one JSON text (RFC 8259) as a flat array of nodes, read strictly: well-formed UTF-8, no U+0000, no key
 * twice in an object, no number that int64 or double cannot hold, nothing behind the value.
 *
 * A node is followed by what is inside it: an object by a key and a value for each member, in their order, an array by
 * its elements. So one walks with json_text_next, and nothing recurses. Why this is not a library's:
 * docs/decisions/0007-reading-json.md. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum {
	JSON_TEXT_DEPTH = 32,                /* brackets that may be open at once */
	JSON_TEXT_MAX = 8 * 1024 * 1024,     /* bytes of a text */
	JSON_TEXT_MEMORY = 32 * 1024 * 1024, /* bytes that one may take */
};

enum json_text_kind {
	JSON_TEXT_NULL,
	JSON_TEXT_FALSE,
	JSON_TEXT_TRUE,
	JSON_TEXT_INTEGER,
	JSON_TEXT_REAL,
	JSON_TEXT_STRING,
	JSON_TEXT_ARRAY,
	JSON_TEXT_OBJECT
};

struct json_node {
	const uint8_t *
		at; /* of a string its characters, escapes undone, and a NUL; of a number its digits as they came */
	uint32_t len;    /* bytes there; of an array its elements, of an object its members */
	uint32_t nodes;  /* this one and all inside it; 0 = not closed yet */
	int64_t integer; /* of JSON_TEXT_INTEGER */
	uint8_t kind;    /* enum json_text_kind */
	bool asked;      /* json_in: somebody asked for this key */
};

/* json_text_parse - the nodes of a text whose top is an object or an array.
 *
 *   memory  takes a copy of the text, and the nodes: what is borrowed from them lives as long
 *   root    set on success, and on INVALID
 *   twice   on INVALID the value of a key that its object has twice, within a tree that may not be complete; else NULL
 * Fails: NOT_JSON · INVALID a key twice, or more behind the value · TOO_LARGE · NO_MEMORY. Cost: O(n), and O(m log m) for an object's m keys. */
fallible json_text_parse(
	struct arena *memory, struct span text, struct json_node **root, struct json_node **twice);

/* json_text_next - the node behind this one and all inside it. */
static inline struct json_node *json_text_next(struct json_node *node)
{
	return node + node->nodes;
}

/* json_text_span - characters or digits. */
static inline struct span json_text_span(const struct json_node *node)
{
	return span_of(node->at, node->len);
}
