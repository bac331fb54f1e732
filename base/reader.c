/* SPDX-License-Identifier: Apache-2.0 */
/* reader - bounded takes from a span. */
#include "base/reader.h"

static uint64_t number(struct reader *reader, size_t width)
{
	struct span run = reader_run(reader, width);
	uint64_t v = 0;
	for (size_t i = 0; i < run.len; i++)
		v = v << 8 | run.at[i];
	return v;
}

uint16_t reader_u16(struct reader *reader)
{
	return (uint16_t)number(reader, 2);
}

uint32_t reader_u32(struct reader *reader)
{
	return (uint32_t)number(reader, 4);
}

uint64_t reader_u64(struct reader *reader)
{
	struct span run = reader_run(reader, sizeof(uint64_t));
	return run.len ? reader_u64_at(run.at) : 0;
}

int64_t reader_i64(struct reader *reader)
{
	return (int64_t)reader_u64(reader);
}

uint64_t reader_varint(struct reader *reader)
{
	enum { LAST_SHIFT = 63 };
	uint64_t v = 0;
	for (unsigned shift = 0; shift <= LAST_SHIFT; shift += 7) {
		uint8_t byte = reader_u8(reader);
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte & 0x80 && shift < LAST_SHIFT)
			continue;
		/* No number ends in seven empty bits, and of the tenth byte one bit is left. */
		if ((byte == 0 && shift > 0) || (shift == LAST_SHIFT && byte > 1))
			reader->failed = true;
		break;
	}
	return reader->failed ? 0 : v;
}

int64_t reader_delta(struct reader *reader, int64_t from)
{
	uint64_t v = reader_varint(reader);
	uint64_t distance = v >> 1 ^ (v & 1 ? UINT64_MAX : 0);
	return reader->failed ? 0 : (int64_t)((uint64_t)from + distance);
}

struct span reader_sized(struct reader *reader)
{
	return reader_run(reader, reader_u16(reader));
}

void reader_copy(struct reader *reader, uint8_t *out, size_t n)
{
	struct span run = reader_run(reader, n);
	if (run.len == n)
		memcpy(out, run.at, n);
	else
		memset(out, 0, n);
}

fallible reader_check(const struct reader *reader)
{
	if (reader->failed || reader->rest.len != 0)
		return FAIL(CORRUPT, "stored bytes end too early or too late");
	return OK;
}
