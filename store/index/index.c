/* SPDX-License-Identifier: Apache-2.0 */
/* index - keys, marks and look-ups of the derived environment. */
#include "store/index/index.h"

#include "base/buf.h"
#include "base/reader.h"
#include "policies/actions.h"

#include <endian.h>

enum { MARK_VERSION = 4, PLACE_VERSION = 1 };

const char *const INDEX_NAMES[INDEX_MAP_COUNT] = {
	"meta", "posting", "merged", "tenant", "place", "tile", "tile_end"};

fallible index_read_mark(struct kv_txn *txn, struct index_mark *mark)
{
	struct span value;
	struct err err = kv_get(txn, INDEX_META, SPAN_LIT("mark"), &value);
	if (err.kind == ERR_NOT_FOUND) {
		*mark = (struct index_mark){0};
		return OK;
	}
	TRY(err);
	struct reader reader = READER(value);
	if (reader_u8(&reader) != MARK_VERSION)
		return FAIL(CORRUPT, "the index has a mark of an unknown version");
	struct index_mark read = {.sequence = reader_u64(&reader), .segments = reader_u32(&reader)};
	reader_copy(&reader, read.leaf.bytes, sizeof read.leaf.bytes);
	TRY(reader_check(&reader));
	*mark = read;
	return OK;
}

fallible index_write_mark(struct kv_txn *txn, const struct index_mark *mark)
{
	scoped(buf) value = BUF(64);
	buf_put_u8(&value, MARK_VERSION);
	buf_put_u64(&value, mark->sequence);
	buf_put_u32(&value, mark->segments);
	buf_put(&value, SPAN_BYTES(mark->leaf.bytes));
	TRY(buf_check(&value));
	return kv_put(txn, INDEX_META, SPAN_LIT("mark"), buf_span(&value));
}

void index_key(uint32_t segment, struct id tenant, enum index_field field, uint8_t key[static INDEX_KEY])
{
	for (size_t i = 4; i > 0; i--, segment >>= 8)
		key[i - 1] = (uint8_t)segment;
	memcpy(key + 4, tenant.bytes, sizeof tenant.bytes);
	key[20] = (uint8_t)field;
}

/* Folds and rounds of merging go on side by side, and each appends to the end of its map. */
enum index_map index_map_of(const struct index_place *place)
{
	return place->tier == 0 ? INDEX_POSTING : INDEX_MERGED;
}

fallible index_array(struct kv_txn *txn, struct id tenant, const struct index_place *place,
	enum index_field field, struct span *array)
{
	uint8_t key[INDEX_KEY];
	index_key(place->segment, tenant, field, key);
	struct err err = kv_get(txn, (int)index_map_of(place), SPAN_BYTES(key), array);
	if (err.kind == ERR_NOT_FOUND) {
		*array = SPAN_NONE;
		return OK;
	}
	return err;
}

fallible index_postings(struct kv_txn *txn, struct id tenant, const struct index_place *place,
	enum index_field field, struct posting_array *postings)
{
	struct span array;
	TRY(index_array(txn, tenant, place, field, &array));
	return posting_open(array, index_value_width(field), place->count, postings);
}

/* ---- columns ---- */

/* The number at element i, little-endian, of so many bytes. */
static uint64_t number_at(struct span array, size_t i, size_t stride, size_t width)
{
	uint64_t v = 0;
	memcpy(&v, array.at + i * stride, width);
	return le64toh(v);
}

static void put_number(struct buf *array, uint64_t v, size_t width)
{
	uint64_t little = htole64(v);
	buf_put(array, span_of(&little, width));
}

static bool has_every_sequence(const struct index_place *place)
{
	return place->last - place->sequence + 1 == place->count;
}

static size_t time_width(const struct index_place *place)
{
	return (uint64_t)place->to.ms - (uint64_t)place->from.ms <= UINT32_MAX ? 4 : 8;
}

fallible index_read_columns(
	struct kv_txn *txn, struct id tenant, const struct index_place *place, struct index_columns *columns)
{
	struct index_columns read = {.place = place};
	size_t all = has_every_sequence(place) ? 0 : (size_t)place->count * 4;
	TRY(index_array(txn, tenant, place, INDEX_ALL, &read.all));
	TRY(index_array(txn, tenant, place, INDEX_TIME, &read.times));
	if (read.all.len != all || read.times.len != place->count * time_width(place))
		return FAIL(CORRUPT, "a run's columns have another length than its place says");
	*columns = read;
	return OK;
}

uint64_t index_row_sequence(const struct index_columns *columns, size_t row)
{
	return columns->place->sequence + (columns->all.len ? number_at(columns->all, row, 4, 4) : row);
}

struct instant index_row_time(const struct index_columns *columns, size_t row)
{
	size_t width = time_width(columns->place);
	uint64_t since = number_at(columns->times, row, width, width);
	return (struct instant){(int64_t)((uint64_t)columns->place->from.ms + since)};
}

void index_put_sequence(const struct index_place *place, uint64_t sequence, struct buf *all)
{
	if (!has_every_sequence(place))
		put_number(all, sequence - place->sequence, 4);
}

void index_put_time(const struct index_place *place, struct instant time, struct buf *times)
{
	put_number(times, (uint64_t)time.ms - (uint64_t)place->from.ms, time_width(place));
}

void index_put_id(const uint8_t back[static 8], size_t row, struct buf *ids)
{
	buf_put(ids, span_of(back, 8));
	put_number(ids, row, 2);
}

size_t index_id_row(struct span ids, size_t i)
{
	return (size_t)number_at(span_from(ids, 8), i, INDEX_ID_ENTRY, 2);
}

static fallible words_array(struct kv_txn *txn, struct id tenant, const struct index_place *place,
	uint32_t *epoch, struct span *tokens)
{
	struct span array;
	TRY(index_array(txn, tenant, place, INDEX_WORDS, &array));
	if (array.len > 0 && array.len < INDEX_EPOCH)
		return FAIL(CORRUPT, "a run's words have no epoch");
	*epoch = array.len ? (uint32_t)number_at(array, 0, INDEX_EPOCH, INDEX_EPOCH) : 0;
	*tokens = span_from(array, INDEX_EPOCH);
	return OK;
}

fallible index_words(struct kv_txn *txn, struct id tenant, const struct index_place *place, uint32_t *epoch,
	struct posting_array *postings)
{
	struct span tokens;
	TRY(words_array(txn, tenant, place, epoch, &tokens));
	return posting_open(tokens, INDEX_TOKEN, place->count, postings);
}

void index_put_epoch(uint32_t epoch, struct buf *words)
{
	put_number(words, epoch, INDEX_EPOCH);
}

void index_token(uint32_t token, uint8_t value[static INDEX_TOKEN])
{
	for (size_t i = INDEX_TOKEN; i > 0; i--, token >>= 8)
		value[i - 1] = (uint8_t)token;
}

/* ---- the values of rows ---- */

static size_t class_values(uint16_t code, uint8_t values[static INDEX_VALUES_A_ROW][INDEX_VALUE_MAX])
{
	size_t count = 0;
	for (uint32_t classes = action_code_classes(code); classes && count < INDEX_VALUES_A_ROW;
		classes &= classes - 1)
		values[count++][0] = (uint8_t)__builtin_ctz(classes);
	return count;
}

static size_t byte_value(uint8_t byte, uint8_t values[static INDEX_VALUES_A_ROW][INDEX_VALUE_MAX])
{
	values[0][0] = byte;
	return 1;
}

static size_t id_value(struct id id, uint8_t values[static INDEX_VALUES_A_ROW][INDEX_VALUE_MAX])
{
	memcpy(values[0], id.bytes, sizeof id.bytes);
	return !ids_is_none(id);
}

/* The random half of it: objects are many, and seldom met twice. */
static size_t object_value(struct id id, uint8_t values[static INDEX_VALUES_A_ROW][INDEX_VALUE_MAX])
{
	memcpy(values[0], id.bytes + 8, 8);
	return !ids_is_none(id);
}

size_t index_row_values(const struct tail_row *row, enum index_field field,
	uint8_t values[static INDEX_VALUES_A_ROW][INDEX_VALUE_MAX])
{
	if (ids_is_none(row->event))
		return 0;
	switch (field) {
	case INDEX_ACTION:
		values[0][1] = (uint8_t)row->action;
		return byte_value((uint8_t)(row->action >> 8), values);
	case INDEX_CLASS:
		return class_values(row->action, values);
	case INDEX_OUTCOME:
		return byte_value(row->outcome, values);
	case INDEX_SEVERITY:
		return byte_value(row->severity, values);
	case INDEX_CRITICAL:
		return byte_value(row->critical, values);
	case INDEX_ACTOR:
		return id_value(row->actor, values);
	case INDEX_CLIENT:
		return id_value(row->client, values);
	case INDEX_IN_PLACE_OF:
		return id_value(row->in_place_of, values);
	case INDEX_DEVICE:
		return id_value(row->device, values);
	case INDEX_BRANCH:
		return id_value(row->branch, values);
	case INDEX_OBJECT:
		return object_value(row->object, values);
	case INDEX_ALL:
	case INDEX_TIME:
	case INDEX_ID:
	case INDEX_WORDS:
	case INDEX_FIELD_COUNT:
		break;
	}
	return 0;
}

static bool is_value(struct id id, const uint8_t *value)
{
	return memcmp(id.bytes, value, sizeof id.bytes) == 0 && !ids_is_none(id);
}

bool index_row_has(
	const struct tail_row *row, enum index_field field, const uint8_t value[static INDEX_VALUE_MAX])
{
	if (ids_is_none(row->event))
		return false;
	switch (field) {
	case INDEX_ACTION:
		return row->action == (value[0] << 8 | value[1]);
	case INDEX_CLASS:
		return value[0] < 32 && action_code_classes(row->action) >> value[0] & 1;
	case INDEX_OUTCOME:
		return row->outcome == value[0];
	case INDEX_SEVERITY:
		return row->severity == value[0];
	case INDEX_CRITICAL:
		return row->critical == value[0];
	case INDEX_ACTOR:
		return is_value(row->actor, value);
	case INDEX_CLIENT:
		return is_value(row->client, value);
	case INDEX_IN_PLACE_OF:
		return is_value(row->in_place_of, value);
	case INDEX_DEVICE:
		return is_value(row->device, value);
	case INDEX_BRANCH:
		return is_value(row->branch, value);
	case INDEX_OBJECT:
		return memcmp(row->object.bytes + 8, value, 8) == 0 && !ids_is_none(row->object);
	case INDEX_ALL:
	case INDEX_TIME:
	case INDEX_ID:
	case INDEX_WORDS:
	case INDEX_FIELD_COUNT:
		break;
	}
	return false;
}

size_t index_value_width(enum index_field field)
{
	switch (field) {
	case INDEX_ACTION:
		return 2;
	case INDEX_WORDS:
		return INDEX_TOKEN;
	case INDEX_OBJECT:
		return 8;
	case INDEX_ACTOR:
	case INDEX_CLIENT:
	case INDEX_IN_PLACE_OF:
	case INDEX_DEVICE:
	case INDEX_BRANCH:
		return 16;
	case INDEX_CLASS:
	case INDEX_OUTCOME:
	case INDEX_SEVERITY:
	case INDEX_CRITICAL:
	case INDEX_ALL:
	case INDEX_TIME:
	case INDEX_ID:
	case INDEX_FIELD_COUNT:
		break;
	}
	return 1;
}

/* ---- places ---- */

void index_place_key(struct id tenant, uint64_t index, uint8_t key[static INDEX_PLACE_KEY])
{
	memcpy(key, tenant.bytes, sizeof tenant.bytes);
	for (size_t i = INDEX_PLACE_KEY; i > sizeof tenant.bytes; i--, index >>= 8)
		key[i - 1] = (uint8_t)index;
}

fallible index_put_place(struct kv_txn *txn, struct id tenant, const struct index_place *place)
{
	uint8_t key[INDEX_PLACE_KEY];
	scoped(buf) value = BUF(64);
	index_place_key(tenant, place->first, key);
	buf_put_u8(&value, PLACE_VERSION);
	buf_put_u8(&value, place->tier);
	buf_put_u32(&value, place->segment);
	buf_put_u32(&value, place->count);
	buf_put_u64(&value, place->sequence);
	buf_put_u64(&value, place->last);
	buf_put_i64(&value, place->from.ms);
	buf_put_i64(&value, place->to.ms);
	TRY(buf_check(&value));
	return kv_put(txn, INDEX_PLACE, SPAN_BYTES(key), buf_span(&value));
}

fallible index_decode_place(struct span key, struct span value, struct index_place *place)
{
	struct reader name = READER(span_from(key, 16)), reader = READER(value);
	struct index_place read = {.first = reader_u64(&name)};
	uint8_t version = reader_u8(&reader);
	read.tier = reader_u8(&reader);
	read.segment = reader_u32(&reader);
	read.count = reader_u32(&reader);
	read.sequence = reader_u64(&reader);
	read.last = reader_u64(&reader);
	read.from.ms = reader_i64(&reader);
	read.to.ms = reader_i64(&reader);
	TRY(reader_check(&name));
	TRY(reader_check(&reader));
	bool fits = read.count > 0 && read.count <= INDEX_RUN_MAX && read.last >= read.sequence &&
		read.last - read.sequence >= read.count - 1 && read.from.ms <= read.to.ms;
	if (version != PLACE_VERSION || !fits)
		return FAIL(CORRUPT, "a place of a tenant's rows is not in a known form");
	*place = read;
	return OK;
}

fallible index_find_sequence(struct kv_txn *txn, struct id tenant, uint64_t index, uint64_t *sequence)
{
	uint8_t key[INDEX_PLACE_KEY];
	scoped(kv_cursor) places = {0};
	index_place_key(tenant, index, key);
	TRY(kv_seek_back(txn, INDEX_PLACE, SPAN_BYTES(key), &places));
	if (!kv_next(&places) || !span_starts(places.key, SPAN_BYTES(tenant.bytes))) {
		TRY(places.err);
		return FAIL(NOT_FOUND, "the leaf is not in the index");
	}
	struct index_place place;
	struct index_columns columns;
	TRY(index_decode_place(places.key, places.value, &place));
	if (index - place.first >= place.count)
		return FAIL(NOT_FOUND, "the leaf is not in the index");
	TRY(index_read_columns(txn, tenant, &place, &columns));
	*sequence = index_row_sequence(&columns, (size_t)(index - place.first));
	return OK;
}

/* The row that an array of INDEX_ID has for an id; false when it has none. */
static bool find_id(struct span ids, struct id event, size_t *row)
{
	size_t low = 0, high = ids.len / INDEX_ID_ENTRY;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(ids.at + middle * INDEX_ID_ENTRY, event.bytes + 8, 8);
		if (order == 0) {
			*row = index_id_row(ids, middle);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

fallible index_find_event(struct kv_txn *txn, struct id tenant, struct id event, uint64_t *sequence)
{
	uint8_t key[INDEX_PLACE_KEY];
	scoped(kv_cursor) places = {0};
	index_place_key(tenant, UINT64_MAX, key);
	TRY(kv_seek_back(txn, INDEX_PLACE, SPAN_BYTES(key), &places));
	while (kv_next(&places) && span_starts(places.key, SPAN_BYTES(tenant.bytes))) {
		struct index_place place;
		struct index_columns columns;
		struct span ids;
		size_t row;
		TRY(index_decode_place(places.key, places.value, &place));
		TRY(index_array(txn, tenant, &place, INDEX_ID, &ids));
		if (!find_id(ids, event, &row))
			continue;
		TRY(index_read_columns(txn, tenant, &place, &columns));
		if (row >= place.count)
			return FAIL(CORRUPT, "a run names a row that it does not have");
		*sequence = index_row_sequence(&columns, row);
		return OK;
	}
	TRY(places.err);
	return FAIL(NOT_FOUND, "no such event");
}

/* ---- where each tenant's tree stands ---- */

void index_put_frontier(const struct merkle_frontier *frontier, struct buf *out)
{
	buf_put_u64(out, frontier->size);
	for (int i = 0; i < __builtin_popcountll(frontier->size); i++)
		buf_put(out, SPAN_BYTES(frontier->edge[i].bytes));
}

fallible index_decode_frontier(struct span value, struct merkle_frontier *frontier)
{
	struct reader reader = READER(value);
	struct merkle_frontier read = {.size = reader_u64(&reader)};
	for (int i = 0; i < __builtin_popcountll(read.size); i++)
		reader_copy(&reader, read.edge[i].bytes, MERKLE_HASH);
	TRY(reader_check(&reader));
	*frontier = read;
	return OK;
}

fallible index_read_frontier(struct kv_txn *txn, struct id tenant, struct merkle_frontier *frontier)
{
	struct span value;
	struct err err = kv_get(txn, INDEX_TENANT, SPAN_BYTES(tenant.bytes), &value);
	if (err.kind == ERR_NOT_FOUND) {
		*frontier = (struct merkle_frontier){0};
		return OK;
	}
	TRY(err);
	return index_decode_frontier(value, frontier);
}
