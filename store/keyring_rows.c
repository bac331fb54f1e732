/* SPDX-License-Identifier: Apache-2.0 */
/* keyring_rows - the two wraps of a key, the outer one here. */
#include "store/keyring_rows.h"

#include "base/reader.h"

enum {
	ROW_VERSION = 1, /* of a bucket that was never turned */
	ROW_TURNED = 2,
	OUTER_BYTES = SEAL_OVERHEAD + SEAL_WRAPPED,
};

/* ---- names ---- */

void keyring_rows_name(const struct keyring_name *name, uint8_t bytes[static KEYRING_ROWS_NAME])
{
	bytes[0] = (uint8_t)name->kind;
	memcpy(bytes + 1, name->tenant.bytes, 16);
	memcpy(bytes + 17, name->id.bytes, 16);
}

void keyring_rows_take_name(struct span bytes, struct keyring_name *name)
{
	name->kind = (enum keyring_kind)bytes.at[0];
	memcpy(name->tenant.bytes, bytes.at + 1, 16);
	memcpy(name->id.bytes, bytes.at + 17, 16);
}

/* ---- values ---- */

static struct seal_context outer_context(const struct keyring_name *name, const struct keyring_place *place)
{
	return (struct seal_context){.tenant = name->tenant,
		.object = name->id,
		.version = place->bucket,
		.object_type = SEAL_SHRED,
		.field_type = (uint8_t)name->kind,
		.key_epoch = place->generation};
}

static fallible read_value(struct span value, struct keyring_place *place, struct span *outer)
{
	struct reader reader = READER(value);
	uint8_t version = reader_u8(&reader);
	if (version != ROW_VERSION && version != ROW_TURNED)
		return FAIL(CORRUPT, "a wrapped key has an unknown version");
	*place = (struct keyring_place){.epoch = reader_u32(&reader)};
	place->bucket = reader_u32(&reader);
	if (version == ROW_TURNED)
		place->generation = reader_u32(&reader);
	*outer = reader_run(&reader, OUTER_BYTES);
	return reader_check(&reader);
}

fallible keyring_rows_place(struct span value, struct keyring_place *place)
{
	struct span outer;
	return read_value(value, place, &outer);
}

fallible keyring_rows_open(const struct shred *shred, struct span value, struct keyring_row *row)
{
	struct keyring_place place;
	struct span outer;
	scoped(buf) wrapped = BUF(SEAL_WRAPPED);
	scoped(seal_key) key = {0};
	TRY(read_value(value, &place, &outer));
	TRY(shred_key(shred, place.bucket, place.generation, &key));
	struct seal_context context = outer_context(&row->name, &place);
	TRY(seal_open(&key, &context, outer, &wrapped));
	if (wrapped.len != SEAL_WRAPPED)
		return FAIL(CORRUPT, "a wrapped key has a strange length");
	row->epoch = place.epoch;
	memcpy(row->wrapped, wrapped.data, SEAL_WRAPPED);
	return OK;
}

/* A bucket's shred key is durable before the first key lies under it. */
static fallible make_bucket(struct shred *shred, uint32_t bucket)
{
	size_t buckets = shred_count(shred);
	if (bucket < buckets)
		return OK;
	if (bucket > buckets)
		return FAIL(CORRUPT, "the shred file lacks a bucket");
	return shred_grow(shred);
}

fallible keyring_rows_seal(
	struct shred *shred, const struct keyring_row *row, uint32_t bucket, struct buf *value)
{
	scoped(seal_key) key = {0};
	TRY(make_bucket(shred, bucket));
	const struct keyring_place place = {row->epoch, bucket, shred_generation(shred, bucket)};
	struct seal_context context = outer_context(&row->name, &place);
	TRY(shred_key(shred, bucket, place.generation, &key));
	buf_put_u8(value, place.generation ? ROW_TURNED : ROW_VERSION);
	buf_put_u32(value, place.epoch);
	buf_put_u32(value, place.bucket);
	if (place.generation)
		buf_put_u32(value, place.generation);
	return seal_box(&key, &context, SPAN_BYTES(row->wrapped), value);
}
