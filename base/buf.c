/* SPDX-License-Identifier: Apache-2.0 */
/* buf - growth by doubling up to the maximum, and big-endian numbers. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Most are written once and done: this is enough for nearly all of them, and still as cheap to the allocator as a few bytes. */
enum { BUF_FIRST = 1000 };

void buf_done(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){.max = buf->max};
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->err = OK;
}

fallible buf_check(const struct buf *buf)
{
	return buf->err;
}

fallible buf_keep(const struct buf *buf, struct arena *arena, struct span *kept)
{
	TRY(buf_check(buf));
	return arena_keep(arena, buf_span(buf), kept);
}

static void grow(struct buf *buf, size_t need)
{
	size_t cap = buf->cap ? buf->cap : BUF_FIRST;
	while (cap < need)
		cap *= 2;
	if (cap > buf->max)
		cap = buf->max;
	/* One byte more than is counted, for the NUL that vsnprintf insists on. */
	uint8_t *data = realloc(buf->data, cap + 1);
	if (!data) {
		buf->err = FAIL(NO_MEMORY, "a buffer cannot grow");
		return;
	}
	buf->data = data;
	buf->cap = cap;
}

void buf_expect(struct buf *buf, size_t n)
{
	size_t left = buf->max - buf->len;
	size_t need = buf->len + (n < left ? n : left);
	if (need > buf->cap && !err_failed(buf->err))
		grow(buf, need);
}

uint8_t *buf_more(struct buf *buf, size_t n)
{
	if (err_failed(buf->err))
		return NULL;
	if (n > buf->max - buf->len) {
		buf->err = FAIL(TOO_LARGE, "a buffer is at its maximum");
		return NULL;
	}
	if (buf->len + n > buf->cap || !buf->data)
		grow(buf, buf->len + n);
	if (err_failed(buf->err))
		return NULL;
	uint8_t *room = buf->data + buf->len;
	buf->len += n;
	return room;
}

void buf_put(struct buf *buf, struct span bytes)
{
	uint8_t *room = bytes.len ? buf_room(buf, bytes.len) : NULL;
	if (room)
		memcpy(room, bytes.at, bytes.len);
}

void buf_put_text(struct buf *buf, const char *text)
{
	buf_put(buf, span_text(text));
}

static void put_number(struct buf *buf, uint64_t v, size_t width)
{
	uint8_t *room = buf_room(buf, width);
	for (size_t i = width; room && i > 0; i--, v >>= 8)
		room[i - 1] = (uint8_t)v;
}

void buf_put_u16(struct buf *buf, uint16_t v)
{
	put_number(buf, v, 2);
}

void buf_put_u32(struct buf *buf, uint32_t v)
{
	put_number(buf, v, 4);
}

void buf_put_u64(struct buf *buf, uint64_t v)
{
	put_number(buf, v, 8);
}

void buf_put_i64(struct buf *buf, int64_t v)
{
	put_number(buf, (uint64_t)v, 8);
}

void buf_put_varint(struct buf *buf, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_put_u8(buf, (uint8_t)(v | 0x80));
	buf_put_u8(buf, (uint8_t)v);
}

void buf_put_delta(struct buf *buf, int64_t from, int64_t v)
{
	uint64_t distance = (uint64_t)v - (uint64_t)from;
	uint64_t sign = distance >> 63 ? UINT64_MAX : 0;
	buf_put_varint(buf, distance << 1 ^ sign);
}

void buf_put_sized(struct buf *buf, struct span bytes)
{
	if (bytes.len > UINT16_MAX && !err_failed(buf->err))
		buf->err = FAIL(TOO_LARGE, "a sized field is over 65,535 bytes");
	buf_put_u16(buf, (uint16_t)bytes.len);
	buf_put(buf, bytes);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return;
	uint8_t *room = buf_room(buf, (size_t)n);
	if (!room)
		return;
	va_start(args, format);
	vsnprintf((char *)room, (size_t)n + 1, format, args);
	va_end(args);
}
