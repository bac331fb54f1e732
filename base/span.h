/* SPDX-License-Identifier: Apache-2.0 */
/* span - a borrowed run of bytes; never freed, never NUL-ended by promise. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *at; /* may be NULL when len is 0 */
	size_t len;        /* bytes */
};

#define SPAN_NONE ((struct span){NULL, 0})
#define SPAN_LIT(literal) ((struct span){(const uint8_t *)(literal), sizeof(literal) - 1})
#define SPAN_BYTES(array) ((struct span){(array), sizeof(array)})

/* For printf: "%.*s", SPAN_FMT(s). The length is cut to what an int holds. */
#define SPAN_FMT(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), (const char *)(s).at

static inline struct span span_of(const void *at, size_t len)
{
	return (struct span){(const uint8_t *)at, len};
}

/* span_text - the bytes of a NUL-ended text, without the NUL; NULL gives the empty span. */
static inline struct span span_text(const char *text)
{
	return text ? span_of(text, strlen(text)) : SPAN_NONE;
}

/* span_equal - same length and bytes. Not for secrets: secret_equal. */
static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
	return span_equal(a, span_text(text));
}

static inline bool span_starts(struct span a, struct span with)
{
	return a.len >= with.len && (with.len == 0 || memcmp(a.at, with.at, with.len) == 0);
}

/* span_from - what follows the first n bytes; empty when there are fewer. */
static inline struct span span_from(struct span a, size_t n)
{
	return n >= a.len ? SPAN_NONE : span_of(a.at + n, a.len - n);
}

/* span_first - at most the first n bytes. */
static inline struct span span_first(struct span a, size_t n)
{
	return span_of(a.at, n < a.len ? n : a.len);
}

/* span_compare - order by bytes, a shorter prefix first: the order of kv keys. */
int span_compare(struct span a, struct span b);

/* span_cut - the part of *rest before the first separator; *rest becomes what follows it. False when *rest is
 * spent: at == NULL. An empty text yields one empty part. */
bool span_cut(struct span *rest, char separator, struct span *part);

/* span_trim - without the spaces and tabs at both ends. */
struct span span_trim(struct span text);

/* span_number - decimal digits only, no sign, no leading zeros but "0" itself, at most max. */
bool span_number(struct span text, uint64_t max, uint64_t *value);
