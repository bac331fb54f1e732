/* SPDX-License-Identifier: Apache-2.0 */
/* reader - take numbers and runs from the front of stored bytes; never reads past the end.
 *
 * The first failure sticks: later takes give zero and empty spans. The reader's owner asks once, with
 * reader_check. */
#pragma once

#include "base/err.h"
#include "base/span.h"

#include <endian.h>

struct reader {
	struct span rest;
	bool failed;
};

#define READER(bytes) ((struct reader){.rest = (bytes)})

static inline uint8_t reader_u8(struct reader *reader);
uint16_t reader_u16(struct reader *reader); /* big-endian, as all numbers here */
uint32_t reader_u32(struct reader *reader);
uint64_t reader_u64(struct reader *reader);
int64_t reader_i64(struct reader *reader);

/* reader_varint, reader_delta - what buf_put_varint and buf_put_delta wrote; a longer way to write the same
 * number is a failure. */
uint64_t reader_varint(struct reader *reader);
int64_t reader_delta(struct reader *reader, int64_t from);

/* reader_run - the next n bytes, borrowed. reader_sized - two bytes of length, then that many. */
static inline struct span reader_run(struct reader *reader, size_t n);
struct span reader_sized(struct reader *reader);

/* reader_copy - the next n bytes into out; zeroes after a failure. */
void reader_copy(struct reader *reader, uint8_t *out, size_t n);

/* reader_u64_at - eight bytes that are there; such numbers are in the order of their bytes. */
static inline uint64_t reader_u64_at(const uint8_t *at);

/* reader_check - OK when every take was inside and nothing is left over. Fails: CORRUPT. */
fallible reader_check(const struct reader *reader);

/* ---- what is done so often that it is not called ---- */

static inline struct span reader_run(struct reader *reader, size_t n)
{
	if (reader->failed || n > reader->rest.len) {
		reader->failed = true;
		return SPAN_NONE;
	}
	struct span run = span_of(reader->rest.at, n);
	reader->rest = span_of(reader->rest.at + n, reader->rest.len - n);
	return run;
}

static inline uint64_t reader_u64_at(const uint8_t *at)
{
	uint64_t big;
	memcpy(&big, at, sizeof big);
	return be64toh(big);
}

static inline uint8_t reader_u8(struct reader *reader)
{
	struct span run = reader_run(reader, 1);
	return run.len ? run.at[0] : 0;
}
