/* SPDX-License-Identifier: Apache-2.0 */
/* tzif - two halves of the same shape, each behind a head that says how much of what it holds. */
#include "base/tzif.h"

#include "base/reader.h"

enum { MAGIC = 4, RESERVED = 15, TIME_OLD = 4, TIME = 8, OFFSET = 6, LEAP_OLD = 8, LEAP = 12 };

struct head {
	uint8_t version;
	uint32_t uts, standards, leaps, times, offsets, letters;
};

static struct head take_head(struct reader *reader)
{
	struct head head = {0};
	reader->failed = !span_is(reader_run(reader, MAGIC), "TZif") || reader->failed;
	head.version = reader_u8(reader);
	reader_run(reader, RESERVED);
	head.uts = reader_u32(reader);
	head.standards = reader_u32(reader);
	head.leaps = reader_u32(reader);
	head.times = reader_u32(reader);
	head.offsets = reader_u32(reader);
	head.letters = reader_u32(reader);
	return head;
}

/* The first half is for readers that know no 64 bits. */
static void pass_old_half(struct reader *reader)
{
	struct head head = take_head(reader);
	reader->failed = head.version < '2' || reader->failed;
	reader_run(reader, (size_t)head.times * (TIME_OLD + 1));
	reader_run(reader, (size_t)head.offsets * OFFSET);
	reader_run(reader, (size_t)head.letters + (size_t)head.leaps * LEAP_OLD);
	reader_run(reader, (size_t)head.standards + head.uts);
}

/* A line between two line feeds. */
static struct span take_rule(struct reader *reader)
{
	struct span line = reader->rest;
	bool whole = line.len >= 2 && line.at[0] == '\n' && line.at[line.len - 1] == '\n';
	reader->failed = !whole || reader->failed;
	return whole ? span_of(line.at + 1, line.len - 2) : SPAN_NONE;
}

static bool is_in_order(const struct tzif *tzif)
{
	for (size_t i = 0; i < tzif->count; i++) {
		if (tzif->kinds.at[i] >= tzif->offsets.len / OFFSET)
			return false;
		if (i > 0 && tzif_turn(tzif, i - 1).at_s >= tzif_turn(tzif, i).at_s)
			return false;
	}
	return true;
}

fallible tzif_read(struct span file, struct tzif *tzif)
{
	struct reader reader = READER(file);
	struct tzif read;
	pass_old_half(&reader);
	struct head head = take_head(&reader);
	read.count = head.times;
	read.times = reader_run(&reader, (size_t)head.times * TIME);
	read.kinds = reader_run(&reader, head.times);
	read.offsets = reader_run(&reader, (size_t)head.offsets * OFFSET);
	reader_run(&reader, (size_t)head.letters + (size_t)head.leaps * LEAP);
	reader_run(&reader, (size_t)head.standards + head.uts);
	read.rule = take_rule(&reader);
	if (reader.failed || !is_in_order(&read))
		return FAIL(INVALID, "a time zone's file is damaged, or of another kind");
	*tzif = read;
	return OK;
}

struct tzif_turn tzif_turn(const struct tzif *tzif, size_t i)
{
	struct reader time = READER(span_of(tzif->times.at + i * TIME, TIME));
	struct reader offset = READER(span_of(tzif->offsets.at + (size_t)tzif->kinds.at[i] * OFFSET, OFFSET));
	return (struct tzif_turn){reader_i64(&time), (int32_t)reader_u32(&offset)};
}
