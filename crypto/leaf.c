/* SPDX-License-Identifier: Apache-2.0 */
/* leaf - encode and decode the envelope of an event. */
#include "crypto/leaf.h"

#include "base/reader.h"

fallible leaf_encode(const struct leaf *leaf, struct buf *out)
{
	size_t start = out->len;
	uint8_t present = 0;
	for (unsigned i = 0; i < LEAF_ID_COUNT; i++)
		present = (uint8_t)(present | (unsigned)!ids_is_none(leaf->ids[i]) << i);
	buf_put_u8(out, LEAF_VERSION);
	buf_put(out, SPAN_BYTES(leaf->event.bytes));
	buf_put_i64(out, leaf->time.ms);
	buf_put_i64(out, leaf->received.ms);
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
	buf_put_u8(out, (uint8_t)leaf->part_count);
	for (size_t i = 0; i < leaf->part_count; i++) {
		buf_put_u8(out, (uint8_t)leaf->parts[i].kind);
		buf_put_sized(out, leaf->parts[i].record);
	}
	TRY(buf_check(out));
	if (out->len - start > LEAF_MAX)
		return FAIL(TOO_LARGE, "an event is over 65,535 bytes");
	return OK;
}

static bool is_known(const struct leaf *leaf, unsigned present)
{
	return leaf->source <= LEAF_IMPORT && leaf->outcome <= LEAF_FAILED && leaf->severity <= 3 &&
		leaf->flags < LEAF_PROVEN << 1 && leaf->actor <= LEAF_OPERATOR && leaf->object_kind <= ID_KIND_COUNT &&
		present < 1u << LEAF_ID_COUNT && leaf->part_count <= LEAF_PARTS_MAX;
}

static void read_envelope(struct reader *reader, struct leaf *leaf)
{
	reader_copy(reader, leaf->event.bytes, sizeof leaf->event.bytes);
	leaf->time.ms = reader_i64(reader);
	leaf->received.ms = reader_i64(reader);
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

fallible leaf_decode(struct span bytes, struct leaf *leaf)
{
	struct reader reader = READER(bytes);
	struct leaf read = {0};
	if (reader_u8(&reader) != LEAF_VERSION)
		return FAIL(CORRUPT, "a leaf has an unknown version");
	read_envelope(&reader, &read);
	unsigned present = reader_u8(&reader);
	for (unsigned i = 0; i < LEAF_ID_COUNT; i++)
		if (present & 1u << i)
			reader_copy(&reader, read.ids[i].bytes, sizeof read.ids[i].bytes);
	read.part_count = reader_u8(&reader);
	if (reader.failed || !is_known(&read, present))
		return FAIL(CORRUPT, "a leaf has a field that no version knows");
	for (size_t i = 0; i < read.part_count; i++) {
		read.parts[i].kind = reader_u8(&reader);
		read.parts[i].record = reader_sized(&reader);
		if (read.parts[i].kind < PART_ACTOR || read.parts[i].kind > PART_TENANT)
			return FAIL(CORRUPT, "a leaf has a part of an unknown kind");
	}
	TRY(reader_check(&reader));
	*leaf = read;
	return OK;
}

void leaf_put_texts(struct buf *out, const struct span texts[static LEAF_TEXT_COUNT], unsigned first, unsigned end)
{
	for (unsigned tag = first; tag < end; tag++) {
		if (texts[tag].len == 0)
			continue;
		buf_put_u8(out, (uint8_t)tag);
		buf_put_sized(out, texts[tag]);
	}
}

fallible leaf_read_texts(struct span plain, struct span texts[static LEAF_TEXT_COUNT])
{
	struct reader reader = READER(plain);
	unsigned last = 0;
	while (reader.rest.len > 0) {
		unsigned tag = reader_u8(&reader);
		struct span text = reader_sized(&reader);
		if (reader.failed || tag <= last || tag >= LEAF_TEXT_COUNT)
			return FAIL(CORRUPT, "a part has a text that is cut, unknown or out of order");
		texts[tag] = text;
		last = tag;
	}
	return OK;
}
