/* SPDX-License-Identifier: Apache-2.0 */
/* json_out - JSON written straight into a buffer; commas and nesting are kept by the writer, failures stick
 * in the buf.
 *
 * The name argument is the member's name inside an object and NULL inside an array or at the top. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/ids.h"

enum { JSON_OUT_DEPTH = 31, JSON_OUT_WITHHELD = 8 };

struct json_out {
	struct buf *buf;
	bool redact;    /* leave secret members out and note them: the answer that idempotency keeps */
	uint32_t comma; /* bit d: something was written at depth d */
	unsigned depth;
	const char *withheld[JSON_OUT_WITHHELD]; /* names of top-level members left out */
	size_t withheld_count;
};

#define JSON_OUT(buffer) ((struct json_out){.buf = (buffer)})

void json_out_open(struct json_out *out, const char *name); /* { */
void json_out_close(struct json_out *out);                  /* } */
void json_out_open_array(struct json_out *out, const char *name);
void json_out_close_array(struct json_out *out);

/* json_out_span - a text; invalid UTF-8 is replaced by U+FFFD, so the output is always JSON. */
void json_out_span(struct json_out *out, const char *name, struct span text);
void json_out_text(struct json_out *out, const char *name, const char *text); /* NULL writes null */
void json_out_number(struct json_out *out, const char *name, int64_t v);
void json_out_bool(struct json_out *out, const char *name, bool v);
void json_out_null(struct json_out *out, const char *name);
void json_out_time(struct json_out *out, const char *name, struct instant at);             /* RFC 3339 */
void json_out_id(struct json_out *out, const char *name, enum id_kind kind, struct id id); /* none: null */
void json_out_hex(struct json_out *out, const char *name, struct span bytes);

/* json_out_raw - text that is JSON already. */
void json_out_raw(struct json_out *out, const char *name, struct span json);

/* json_out_secret - like json_out_span for a top-level member that is shown once: with redact it is left out
 * and noted. */
void json_out_secret(struct json_out *out, const char *name, struct span text);

/* json_out_redacted - true (and the name noted) when a secret member of any shape has to be left out now. */
bool json_out_redacted(struct json_out *out, const char *name);
