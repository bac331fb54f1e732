/* SPDX-License-Identifier: Apache-2.0 */
/* index - what is derived from the log and can be made anew: immutable segments of postings, tiles, where
 * each tenant stands.
 *
 * A segment covers a run of sequences. What it has of a tenant lies in one array a field, keyed (segment,
 * tenant, field) and appended in key order: columns over the tenant's rows in it, and packed postings
 * (store/posting.h), whose rows are counted from the tenant's first in the segment.
 * Source: docs/formats.md "index". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/ids.h"
#include "crypto/merkle.h"
#include "store/kv.h"
#include "store/posting.h"
#include "store/tail.h"

enum index_map {
	INDEX_META,
	INDEX_SEGMENT,
	INDEX_POSTING,
	INDEX_TENANT,
	INDEX_PLACE,
	INDEX_TILE,
	INDEX_MAP_COUNT
};

extern const char *const INDEX_NAMES[INDEX_MAP_COUNT];

/* Stored numbers: never renumber. From ACTION on packed postings. */
enum index_field {
	INDEX_ALL = 0,     /* first index 8, then per row its offset from the segment's first sequence, 4 */
	INDEX_TIME = 1,    /* per row the caller's time, 8 */
	INDEX_ID = 2,      /* per row last 8 bytes of the event id, offset 4; sorted */
	INDEX_ACTION = 3,  /* value 2 bytes */
	INDEX_CLASS = 4,   /* value 1 byte; edit and delete select across classes */
	INDEX_OUTCOME = 5, /* value 1 byte */
	INDEX_ACTOR = 6,   /* value 16 bytes */
	INDEX_CLIENT = 7,  /* value 16 bytes */
	INDEX_IN_PLACE_OF = 8, /* value 16 bytes */
	INDEX_OBJECT = 9,      /* value: the last 8 bytes of an id of ours */
	INDEX_DEVICE = 10,     /* value 16 bytes */
	INDEX_SEVERITY = 11,   /* value 1 byte */
	INDEX_CRITICAL = 12,   /* value 1 byte: 0 or 1 */
	INDEX_FIELD_COUNT
};

enum { INDEX_VALUE_MAX = POSTING_VALUE_MAX, INDEX_VALUES_A_ROW = 3, INDEX_KEY = 4 + 16 + 1 };

/* How far the folding has come. */
struct index_mark {
	uint64_t sequence;       /* folded up to and with this one; 0 = nothing */
	uint32_t segments;       /* made so far, numbered from 0 */
	struct merkle_hash leaf; /* of that sequence: an index of another log shows by it */
};

/* One segment as a whole. */
struct index_segment {
	uint32_t number;
	uint64_t first, last;    /* sequences */
	struct instant from, to; /* least and greatest time */
};

/* index_read_mark - a fresh index has the zero mark. index_write_mark - inside a fold. Fails: CORRUPT · IO.
 */
fallible index_read_mark(struct kv_txn *txn, struct index_mark *mark);
fallible index_write_mark(struct kv_txn *txn, const struct index_mark *mark);

/* index_read_segment - one that a place or the mark names. Fails: CORRUPT also when it is missing · IO. */
fallible index_read_segment(struct kv_txn *txn, uint32_t number, struct index_segment *segment);
fallible index_write_segment(struct kv_txn *txn, const struct index_segment *segment);

/* index_key - the key of an array. */
void index_key(uint32_t segment, struct id tenant, enum index_field field, uint8_t key[static INDEX_KEY]);

/* index_array - an array of a segment, empty when the tenant has none. Borrowed from the transaction. Fails:
 * IO · CORRUPT. */
fallible index_array(
	struct kv_txn *txn, uint32_t segment, struct id tenant, enum index_field field, struct span *array);

/* index_postings - the packed postings of a field. Fails as index_array.
 *
 *   rows  that the tenant has in the segment */
fallible index_postings(struct kv_txn *txn, uint32_t segment, struct id tenant, enum index_field field,
	size_t rows, struct posting_array *postings);

/* index_row_values - the values of one row in one field, at most INDEX_VALUES_A_ROW; returns how many.
 * Columns (ALL, TIME, ID) and rows that were pruned have none. index_value_width - the bytes of a value in
 * use. */
size_t index_row_values(const struct tail_row *row, enum index_field field,
	uint8_t values[static INDEX_VALUES_A_ROW][INDEX_VALUE_MAX]);
size_t index_value_width(enum index_field field);

/* index_u32, index_i64 - element i of an array; little-endian, any alignment. */
uint32_t index_u32(struct span array, size_t i, size_t stride);
int64_t index_i64(struct span array, size_t i, size_t stride);

/* A tenant's rows in one segment. */
struct index_place {
	uint64_t first; /* index of the first row */
	uint32_t segment;
	uint32_t count;
};

/* index_put_place - inside a fold. index_decode_place - a row of INDEX_PLACE, whose key is tenant and first
 * index. Fails: CORRUPT. */
fallible index_put_place(struct kv_txn *txn, struct id tenant, const struct index_place *place);
fallible index_decode_place(struct span key, struct span value, struct index_place *place);

/* index_place_key - where places of a tenant from an index on begin: for kv_seek and kv_seek_back. */
enum { INDEX_PLACE_KEY = 16 + 8 };
void index_place_key(struct id tenant, uint64_t index, uint8_t key[static INDEX_PLACE_KEY]);

/* index_find_sequence - the sequence of a tenant's folded leaf by its index. Fails: NOT_FOUND · CORRUPT · IO.
 */
fallible index_find_sequence(struct kv_txn *txn, struct id tenant, uint64_t index, uint64_t *sequence);

/* index_find_event - the sequence of a tenant's folded event by its id, newest segment first. Fails as above.
 * The id is only compared by its last 8 bytes: the caller checks the row. */
fallible index_find_event(struct kv_txn *txn, struct id tenant, struct id event, uint64_t *sequence);

/* index_read_frontier - where a tenant's tree stood at its last fold; the empty tree when it never was.
 * index_decode_frontier and
 * index_put_frontier - its bytes. Fail: CORRUPT. */
fallible index_read_frontier(struct kv_txn *txn, struct id tenant, struct merkle_frontier *frontier);
fallible index_decode_frontier(struct span value, struct merkle_frontier *frontier);
void index_put_frontier(const struct merkle_frontier *frontier, struct buf *out);
