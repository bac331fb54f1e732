/* SPDX-License-Identifier: Apache-2.0 */
/* detail - what an event says as JSON inside its sealed parts: the fields that changed, and what has no place
 * of its own. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { DETAIL_CHANGES_MAX = 16, DETAIL_MAX = 8 * 1024 };

/* One field that changed; the side that is absent is empty. Texts are borrowed. */
struct detail_change {
	const char *field;
	struct span before, after;
};

struct detail_changes {
	struct detail_change rows[DETAIL_CHANGES_MAX];
	size_t count;
};

/* detail_note - remember a field if its two sides differ; true when they do. More than DETAIL_CHANGES_MAX are
 * a BUG of the caller and left out. */
bool detail_note(struct detail_changes *changes, const char *field, struct span before, struct span after);

/* detail_print_changes - [{"field","before","after"}], absent sides left out. Fails: TOO_LARGE · NO_MEMORY.
 */
fallible detail_print_changes(const struct detail_changes *changes, struct arena *arena, struct span *text);

/* What a member's text stands for. */
enum detail_form {
	DETAIL_TEXT,
	DETAIL_LIST,   /* of the words in it, separated by spaces */
	DETAIL_NUMBER, /* a whole number, written out */
};

/* One member of an event's detail. */
struct detail_field {
	const char *name;
	struct span value;
	enum detail_form form;
};

/* detail_print - an object of these members. Fails: TOO_LARGE · NO_MEMORY. */
fallible detail_print(
	const struct detail_field *fields, size_t count, struct arena *arena, struct span *text);
