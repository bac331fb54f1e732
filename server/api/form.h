/* SPDX-License-Identifier: Apache-2.0 */
/* form - the body of an HTML form (application/x-www-form-urlencoded), as programs send it that were made for other servers. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum { FORM_MAX = 32 };

struct form_pair {
	struct span name, value;
};

struct form {
	struct form_pair pairs[FORM_MAX]; /* in the order of their names, each once */
	size_t count;
};

/* form_parse - percent-decoded into the arena.
 * Fails: INPUT a bad escape, an escaped NUL, invalid UTF-8, more than FORM_MAX pairs, a name that stands twice, for of two
 * values one program takes the first and another the last · NO_MEMORY. */
fallible form_parse(struct span body, struct arena *arena, struct form *form);

/* form_is_json - a body that is JSON in place of a form: not every client says what it sends, and no form begins with a brace. */
static inline bool form_is_json(struct span body)
{
	return span_starts(body, SPAN_LIT("{"));
}

/* form_value - SPAN_NONE when there is none. */
struct span form_value(const struct form *form, const char *name);

/* form_put_canonical - name=value of all, with & between them, everything but unreserved characters percent-encoded in upper
 * case: the form that signatures are made over. */
void form_put_canonical(const struct form *form, struct buf *out);
