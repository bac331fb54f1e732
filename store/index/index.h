/* SPDX-License-Identifier: Apache-2.0 */
/* index - what is derived from the log and can be made anew: runs of each tenant's rows with their postings,
 * tiles, where each tenant stands.
 *
 * A tenant's folded rows lie in runs that follow each other without gaps. A fold makes a run of each tenant
 * that it meets (tier 0), a merge makes one run of several of a tenant (store/index/merge.h). A run lies in one
 * array a field, keyed (segment, tenant, field): columns over its rows, and packed postings
 * (store/index/posting.h), whose rows are counted from the run's first. A segment is all that one fold or one round
 * of merging wrote, appended in key order. Source: docs/formats.md "index". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/ids.h"
#include "crypto/merkle.h"
#include "store/index/posting.h"
#include "store/kv.h"
#include "store/tail.h"

enum index_map {
	INDEX_META,
	INDEX_POSTING, /* arrays of runs that folds made */
	INDEX_MERGED,  /* arrays of runs that merges made */
	INDEX_TENANT,
	INDEX_PLACE,
	INDEX_TILE,
	INDEX_TILE_END,
	INDEX_MAP_COUNT
};

extern const char *const INDEX_NAMES[INDEX_MAP_COUNT];

/* Stored numbers: never renumber. From ACTION on packed postings. */
enum index_field {
	INDEX_ALL =
		0, /* per row its sequence less the run's first one, 4; none when that is the row's number */
	INDEX_TIME = 1,        /* per row the caller's time less the run's least one, 4 or 8 */
	INDEX_ID = 2,          /* per row last 8 bytes of the event id, row 2; sorted */
	INDEX_ACTION = 3,      /* value 2 bytes */
	INDEX_CLASS = 4,       /* value 1 byte; edit and delete select across classes */
	INDEX_OUTCOME = 5,     /* value 1 byte */
	INDEX_ACTOR = 6,       /* value 16 bytes */
	INDEX_CLIENT = 7,      /* value 16 bytes */
	INDEX_IN_PLACE_OF = 8, /* value 16 bytes */
	INDEX_OBJECT = 9,      /* value: the last 8 bytes of an id of ours */
	INDEX_DEVICE = 10,     /* value 16 bytes */
	INDEX_SEVERITY = 11,   /* value 1 byte */
	INDEX_CRITICAL = 12,   /* value 1 byte: 0 or 1 */
	INDEX_WORDS =
		13, /* epoch of the tenant's search key 4, LE; then packed, value: a token, 4 bytes, BE */
	INDEX_BRANCH = 14, /* value 16 bytes */
	INDEX_FIELD_COUNT
};

enum {
	INDEX_VALUE_MAX = POSTING_VALUE_MAX,
	INDEX_VALUES_A_ROW = 3,
	INDEX_RUN_MAX = 65536, /* rows: the number of one has 2 bytes */
	INDEX_KEY = 4 + 16 + 1,
};

/* How far the folding has come. */
struct index_mark {
	uint64_t sequence;       /* folded up to and with this one; 0 = nothing */
	uint32_t segments;       /* numbers given so far, from 0 */
	struct merkle_hash leaf; /* of that sequence: an index of another log shows by it */
};

/* index_read_mark - a fresh index has the zero mark. index_write_mark - inside a fold. Fails: CORRUPT · IO.
 */
fallible index_read_mark(struct kv_txn *txn, struct index_mark *mark);
fallible index_write_mark(struct kv_txn *txn, const struct index_mark *mark);

/* A run of a tenant's rows. */
struct index_place {
	uint64_t first;          /* index of its first row */
	uint32_t segment;        /* under which its arrays lie */
	uint32_t count;          /* rows, 1 to INDEX_RUN_MAX */
	uint8_t tier;            /* 0: a fold made it; else how many times its oldest rows were merged */
	uint64_t sequence, last; /* sequences of its first and its last row */
	struct instant from, to; /* least and greatest time */
};

/* index_key - where an array of a run lies, in the map of index_map_of. */
void index_key(uint32_t segment, struct id tenant, enum index_field field, uint8_t key[static INDEX_KEY]);
enum index_map index_map_of(const struct index_place *place);

/* index_array - an array of a run, empty when there is none. Borrowed from the transaction. Fails: IO ·
 * CORRUPT. */
fallible index_array(struct kv_txn *txn, struct id tenant, const struct index_place *place,
	enum index_field field, struct span *array);

/* index_postings - the packed postings of a field of a run. Fails as index_array. */
fallible index_postings(struct kv_txn *txn, struct id tenant, const struct index_place *place,
	enum index_field field, struct posting_array *postings);

/* What a run says of each of its rows; borrowed from the transaction. */
struct index_columns {
	const struct index_place *place;
	struct span all;   /* empty: the run has every sequence from its first to its last */
	struct span times; /* 4 or 8 bytes each */
};

/* index_read_columns - Fails: CORRUPT a column has another length than the place says · IO. */
fallible index_read_columns(
	struct kv_txn *txn, struct id tenant, const struct index_place *place, struct index_columns *columns);

/* index_row_sequence, index_row_time - of the row of a run, 0 to its count - 1. */
uint64_t index_row_sequence(const struct index_columns *columns, size_t row);
struct instant index_row_time(const struct index_columns *columns, size_t row);

/* index_put_sequence, index_put_time - the next row of a column. How wide it is, and whether it is there at
 * all, follows from the place. */
void index_put_sequence(const struct index_place *place, uint64_t sequence, struct buf *all);
void index_put_time(const struct index_place *place, struct instant time, struct buf *times);

/* index_put_id - the next entry of INDEX_ID; index_id_row - the row that entry i names. */
enum { INDEX_ID_ENTRY = 8 + 2 };
void index_put_id(const uint8_t back[static 8], size_t row, struct buf *ids);
size_t index_id_row(struct span ids, size_t i);

/* index_words - the packed tokens of sealed texts in a run.
 *
 *   epoch  of the search key that they were made with; 0 when there are none: any row may have any word
 * Fails as index_array. */
fallible index_words(struct kv_txn *txn, struct id tenant, const struct index_place *place, uint32_t *epoch,
	struct posting_array *postings);

/* index_put_epoch - what an array of words begins with. */
enum { INDEX_EPOCH = 4 };
void index_put_epoch(uint32_t epoch, struct buf *words);

/* index_token - a token as the value of a posting. */
enum { INDEX_TOKEN = 4 };
void index_token(uint32_t token, uint8_t value[static INDEX_TOKEN]);

/* index_row_has - whether a value is one of index_row_values.
 *
 *   value  zeros behind its width */
bool index_row_has(
	const struct tail_row *row, enum index_field field, const uint8_t value[static INDEX_VALUE_MAX]);

/* index_row_values - the values of one row in one field, at most INDEX_VALUES_A_ROW; returns how many.
 * Columns (ALL, TIME, ID), words, and rows that were pruned have none. index_value_width - the bytes of a value in
 * use. */
size_t index_row_values(const struct tail_row *row, enum index_field field,
	uint8_t values[static INDEX_VALUES_A_ROW][INDEX_VALUE_MAX]);
size_t index_value_width(enum index_field field);

/* index_put_place - inside a fold or a merge. index_decode_place - a row of INDEX_PLACE, whose key is tenant and first
 * index. Fails: CORRUPT. */
fallible index_put_place(struct kv_txn *txn, struct id tenant, const struct index_place *place);
fallible index_decode_place(struct span key, struct span value, struct index_place *place);

/* index_place_key - where places of a tenant from an index on begin: for kv_seek and kv_seek_back. */
enum { INDEX_PLACE_KEY = 16 + 8 };
void index_place_key(struct id tenant, uint64_t index, uint8_t key[static INDEX_PLACE_KEY]);

/* index_find_sequence - the sequence of a tenant's folded leaf by its index. Fails: NOT_FOUND · CORRUPT · IO.
 */
fallible index_find_sequence(struct kv_txn *txn, struct id tenant, uint64_t index, uint64_t *sequence);

/* index_find_event - the sequence of a tenant's folded event by its id, newest run first. Fails as above.
 * The id is only compared by its last 8 bytes: the caller checks the row. */
fallible index_find_event(struct kv_txn *txn, struct id tenant, struct id event, uint64_t *sequence);

/* index_read_frontier - where a tenant's tree stood at its last fold; the empty tree when it never was.
 * index_decode_frontier and
 * index_put_frontier - its bytes. Fail: CORRUPT. */
fallible index_read_frontier(struct kv_txn *txn, struct id tenant, struct merkle_frontier *frontier);
fallible index_decode_frontier(struct span value, struct merkle_frontier *frontier);
void index_put_frontier(const struct merkle_frontier *frontier, struct buf *out);
