/* SPDX-License-Identifier: Apache-2.0 */
/* buf - owned bytes that grow, with a maximum from birth.
 *
 * Writing is straight-line: the first failure sticks in buf->err, later writes do nothing, and the writer
 * asks once at the end with buf_check. After a failure the content is unusable. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/scoped.h"
#include "base/span.h"

struct buf {
	uint8_t *data; /* owned */
	size_t len;    /* bytes in use */
	size_t cap;    /* bytes allocated */
	size_t max;    /* bytes; never more */
	struct err err;
};

#define BUF(max_bytes) ((struct buf){.max = (max_bytes)})

/* buf_done - free; takes a zeroed buf. */
void buf_done(struct buf *buf);

/* buf_clear - forget the content and a sticky failure, keep the memory. */
void buf_clear(struct buf *buf);

/* buf_check - OK, or the first failure: TOO_LARGE over max · NO_MEMORY. */
fallible buf_check(const struct buf *buf);

/* buf_keep - the content of a whole buf, copied into an arena. Fails: as buf_check · NO_MEMORY. */
fallible buf_keep(const struct buf *buf, struct arena *arena, struct span *kept);

/* buf_room - n more bytes at the end, uninitialised, counted in len. NULL after a failure. The pointer dies
 * with the next write. */
static inline uint8_t *buf_room(struct buf *buf, size_t n);

/* buf_expect - that about so many more bytes will be written: the memory is taken at once, within the maximum. */
void buf_expect(struct buf *buf, size_t n);

void buf_put(struct buf *buf, struct span bytes);
void buf_put_text(struct buf *buf, const char *text);
static inline void buf_put_u8(struct buf *buf, uint8_t v);
void buf_put_u16(struct buf *buf, uint16_t v); /* big-endian, as all numbers here */
void buf_put_u32(struct buf *buf, uint32_t v);
void buf_put_u64(struct buf *buf, uint64_t v);
void buf_put_i64(struct buf *buf, int64_t v);

/* buf_put_varint - seven bits a byte, the lowest first, the top bit set in all but the last (LEB128); 1 to 10
 * bytes. buf_put_delta - the distance from `from` to v, small ones in few bytes: 0, -1, 1, -2 … as 0, 1, 2, 3
 * … of a varint; modulo 2^64. */
void buf_put_varint(struct buf *buf, uint64_t v);
void buf_put_delta(struct buf *buf, int64_t from, int64_t v);

/* buf_put_sized - two bytes of length, then the bytes; TOO_LARGE over 65,535. */
void buf_put_sized(struct buf *buf, struct span bytes);

void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* buf_span - the content, borrowed until the next write. */
static inline struct span buf_span(const struct buf *buf)
{
	return span_of(buf->data, buf->len);
}

/* ---- what is done so often that it is not called ---- */

/* buf_more - buf_room where there may be no room yet. */
uint8_t *buf_more(struct buf *buf, size_t n);

static inline uint8_t *buf_room(struct buf *buf, size_t n)
{
	if (n > buf->cap - buf->len || !buf->data || err_failed(buf->err))
		return buf_more(buf, n);
	buf->len += n;
	return buf->data + buf->len - n;
}

static inline void buf_put_u8(struct buf *buf, uint8_t v)
{
	uint8_t *room = buf_room(buf, 1);
	if (room)
		*room = v;
}
