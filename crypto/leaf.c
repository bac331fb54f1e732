/* SPDX-License-Identifier: Apache-2.0 */
/* leaf - encode and decode the envelope of an event. */
#include "crypto/leaf.h"

#include "base/reader.h"

/* In the order of their kinds, whatever the caller's order is: the same content gives the same bytes. */
static fallible put_parts(const struct leaf *leaf, struct buf *out)
{
	size_t put = 0;
	if (leaf->part_count > LEAF_PARTS_MAX)
		return FAIL(BUG, "an event has too many parts");
	buf_put_u8(out, (uint8_t)leaf->part_count);
	for (unsigned kind = PART_ACTOR; kind <= PART_TENANT; kind++) {
		for (size_t i = 0; i < leaf->part_count; i++) {
			if (leaf->parts[i].kind != kind)
				continue;
			buf_put_u8(out, (uint8_t)kind);
			buf_put_sized(out, leaf->parts[i].record);
			put++;
			break;
		}
	}
	if (put != leaf->part_count)
		return FAIL(BUG, "an event has two parts of one kind, or one of an unknown kind");
	return OK;
}

static bool is_known(const struct leaf *leaf)
{
	return leaf->source <= LEAF_IMPORT && leaf->outcome <= LEAF_FAILED && leaf->severity <= 3 &&
		leaf->flags < LEAF_PROVEN << 1 && leaf->actor <= LEAF_OPERATOR &&
		leaf->object_kind <= ID_KIND_COUNT;
}

/* The milliseconds in its id: nearly the times, so that what is written of those is a byte each. */
static int64_t drawn_at(const struct leaf *leaf)
{
	struct reader reader = READER(SPAN_BYTES(leaf->event.bytes));
	return (int64_t)(reader_u64(&reader) >> 16);
}

fallible leaf_encode(const struct leaf *leaf, struct buf *out)
{
	if (!is_known(leaf))
		return FAIL(BUG, "an event has a field that no version knows");
	size_t start = out->len;
	uint8_t present = 0;
	for (unsigned i = 0; i < LEAF_ID_COUNT; i++)
		present = (uint8_t)(present | (unsigned)!ids_is_none(leaf->ids[i]) << i);
	buf_put_u8(out, ids_is_none(leaf->ids[LEAF_ID_BRANCH]) ? LEAF_VERSION : LEAF_VERSION_BRANCH);
	buf_put(out, SPAN_BYTES(leaf->event.bytes));
	buf_put_delta(out, drawn_at(leaf), leaf->received.ms);
	buf_put_delta(out, leaf->received.ms, leaf->time.ms);
	buf_put_u16(out, leaf->action);
	buf_put_u16(out, leaf->reason);
	buf_put_u8(out, (uint8_t)leaf->source);
	buf_put_u8(out, (uint8_t)leaf->outcome);
	buf_put_u8(out, leaf->severity);
	buf_put_u8(out, leaf->flags);
	buf_put_u8(out, (uint8_t)leaf->actor);
	buf_put_u8(out, leaf->object_kind);
	if (leaf->flags & LEAF_COUNTED)
		buf_put_u64(out, leaf->count);
	buf_put_u8(out, present);
	for (unsigned i = 0; i < LEAF_ID_COUNT; i++)
		if (present & 1u << i)
			buf_put(out, SPAN_BYTES(leaf->ids[i].bytes));
	TRY(put_parts(leaf, out));
	TRY(buf_check(out));
	if (out->len - start > LEAF_MAX)
		return FAIL(TOO_LARGE, "an event is over 65,535 bytes");
	return OK;
}

static void read_envelope(struct reader *reader, struct leaf *leaf)
{
	reader_copy(reader, leaf->event.bytes, sizeof leaf->event.bytes);
	leaf->received.ms = reader_delta(reader, drawn_at(leaf));
	leaf->time.ms = reader_delta(reader, leaf->received.ms);
	leaf->action = reader_u16(reader);
	leaf->reason = reader_u16(reader);
	leaf->source = reader_u8(reader);
	leaf->outcome = reader_u8(reader);
	leaf->severity = reader_u8(reader);
	leaf->flags = reader_u8(reader);
	leaf->actor = reader_u8(reader);
	leaf->object_kind = reader_u8(reader);
	if (leaf->flags & LEAF_COUNTED)
		leaf->count = reader_u64(reader);
}

/* An id of zeroes is none, and none is left out: else two different leaves would mean the same. */
static fallible read_ids(struct reader *reader, unsigned version, struct leaf *leaf)
{
	unsigned present = reader_u8(reader);
	bool has_branch = present & 1u << LEAF_ID_BRANCH;
	if (has_branch != (version == LEAF_VERSION_BRANCH))
		return FAIL(CORRUPT, "a leaf has a branch where its version has none");
	for (unsigned i = 0; i < LEAF_ID_COUNT; i++) {
		if (!(present & 1u << i))
			continue;
		reader_copy(reader, leaf->ids[i].bytes, sizeof leaf->ids[i].bytes);
		if (ids_is_none(leaf->ids[i]))
			return FAIL(CORRUPT, "a leaf has an id that is none");
	}
	return OK;
}

static fallible read_parts(struct reader *reader, struct leaf *leaf)
{
	unsigned last = 0;
	leaf->part_count = reader_u8(reader);
	if (reader->failed || leaf->part_count > LEAF_PARTS_MAX)
		return FAIL(CORRUPT, "a leaf has too many parts");
	for (size_t i = 0; i < leaf->part_count; i++) {
		unsigned kind = reader_u8(reader);
		leaf->parts[i] = (struct leaf_part){kind, reader_sized(reader)};
		if (kind <= last || kind > PART_TENANT)
			return FAIL(CORRUPT, "a leaf has a part of an unknown kind, or out of order");
		last = kind;
	}
	return OK;
}

fallible leaf_decode(struct span bytes, struct leaf *leaf)
{
	if (bytes.len > LEAF_MAX)
		return FAIL(CORRUPT, "a leaf is longer than any can be");
	struct reader reader = READER(bytes);
	struct leaf read = {0};
	unsigned version = reader_u8(&reader);
	if (version != LEAF_VERSION && version != LEAF_VERSION_BRANCH)
		return FAIL(CORRUPT, "a leaf has an unknown version");
	read_envelope(&reader, &read);
	if (!is_known(&read))
		return FAIL(CORRUPT, "a leaf has a field that no version knows");
	TRY(read_ids(&reader, version, &read));
	TRY(read_parts(&reader, &read));
	TRY(reader_check(&reader));
	*leaf = read;
	return OK;
}

void leaf_put_texts(
	struct buf *out, const struct span texts[static LEAF_TEXT_COUNT], unsigned first, unsigned end)
{
	for (unsigned tag = first; tag < end; tag++) {
		if (texts[tag].len == 0)
			continue;
		buf_put_u8(out, (uint8_t)tag);
		buf_put_varint(out, texts[tag].len);
		buf_put(out, texts[tag]);
	}
}

fallible leaf_read_texts(struct span plain, struct span texts[static LEAF_TEXT_COUNT])
{
	struct reader reader = READER(plain);
	struct span read[LEAF_TEXT_COUNT] = {0};
	unsigned last = 0;
	while (reader.rest.len > 0) {
		unsigned tag = reader_u8(&reader);
		struct span text = reader_run(&reader, reader_varint(&reader));
		if (reader.failed || text.len == 0 || tag <= last || tag >= LEAF_TEXT_COUNT)
			return FAIL(CORRUPT, "a part has a text that is cut, empty, unknown or out of order");
		read[tag] = text;
		last = tag;
	}
	for (unsigned tag = 1; tag < LEAF_TEXT_COUNT; tag++)
		if (read[tag].len)
			texts[tag] = read[tag];
	return OK;
}
