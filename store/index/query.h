/* SPDX-License-Identifier: Apache-2.0 */
/* query - find events of one tenant: walk the tail, then its runs newest (or oldest) first, intersecting
 * postings. Never a scan of the log behind a filter. */
#pragma once

#include "base/err.h"
#include "store/index/index.h"
#include "store/volume.h"
#include "store/words.h"

enum {
	QUERY_VALUES_MAX = 24,  /* of one field */
	QUERY_PHRASES_MAX = 64, /* of all fields together */
	QUERY_FIELDS_MAX = 24,
	QUERY_LIMIT_MAX = 500,
	QUERY_WORK_MAX = 2000000, /* postings looked at for one page; then the page ends early and says so */
};

/* What a condition is about: a field of the index from ACTION on (enum index_field), or sealed texts. */
enum { QUERY_ADDRESS = INDEX_FIELD_COUNT, QUERY_TEXT, QUERY_COUNTRY, QUERY_KIND, QUERY_ABOUT_END };

/* Tokens of sealed texts (store/words.h), all of which a row must have. */
struct query_phrase {
	int about;
	size_t count;
	uint32_t tokens[WORDS_ASKED_MAX];
};

/* Whether a row must have one of a condition's values, or none of them. */
enum query_sense { QUERY_HAS, QUERY_LACKS, QUERY_SENSES };

/* Values and phrases, any of which will do. Tokens are a hint: a row that a phrase finds has to be opened and
 * compared, and so has one whose tokens are not known. What has to be lacking has no phrases: a hint cannot say
 * that a word is not there. */
struct query_field {
	int about;
	enum query_sense sense;
	size_t count;
	size_t phrase_count; /* of query->phrases; with count 0: nothing matches */
	uint8_t values[QUERY_VALUES_MAX][INDEX_VALUE_MAX];
};

enum query_order { QUERY_NEWEST_FIRST, QUERY_OLDEST_FIRST };

struct query {
	struct id tenant;
	struct query_field fields[QUERY_FIELDS_MAX]; /* all of which must hold */
	size_t field_count;
	struct query_phrase phrases[QUERY_PHRASES_MAX];
	size_t phrase_count;
	bool compared;           /* what it finds has to be opened and compared, also without phrases */
	uint32_t epoch;          /* of the key that tokens were made with */
	struct instant from, to; /* of the caller's time; from inclusive, to exclusive; ms 0 = open */
	enum query_order order;
	size_t limit;    /* 1 to QUERY_LIMIT_MAX */
	size_t work_max; /* 0 = QUERY_WORK_MAX */
	bool resumes;    /* go on behind `after` */
	uint64_t after;  /* an index: of the last row of the page before */
	uint64_t until;  /* an index: rows from there on are not looked at; 0 = all are */
};

struct query_page {
	uint64_t sequences[QUERY_LIMIT_MAX];
	uint64_t indexes[QUERY_LIMIT_MAX];
	size_t count;
	bool more;                         /* there may be rows behind the last one */
	uint64_t last;                     /* where the next page goes on: `after` of it, when more */
	uint64_t scanned_from, scanned_to; /* indexes, inclusive; from > to: nothing was there to scan */
	bool complete;                     /* false: the page ended because of QUERY_WORK_MAX */
};

/* query_run - one page. Fails: CORRUPT the index has to be made anew · IO · BUSY · NO_MEMORY · BUG the limit.
 */
fallible query_run(const struct volume *volume, const struct query *query, struct query_page *page);

/* What a query finds in one run: bit r % 64 of rows[r / 64] stands for row r. */
struct query_found {
	struct kv_txn *index;
	struct id tenant;
	struct index_columns columns;
	uint64_t *rows; /* at least one; the visitor may change them */
	size_t words;
	size_t work; /* postings looked at: the visitor adds its own */
};

/* Who is shown all that a query finds, newest first, instead of a page of it. A failure ends the query. */
struct query_visitor {
	void *context;
	fallible (*row)(void *context, const struct tail_row *row); /* under tail_lock */
	fallible (*run)(void *context, struct query_found *found);
};

/* query_visit - the page says only what was looked at. The query's limit and order do not count; one that does
 * not resume begins with the newest. Fails as query_run. */
fallible query_visit(const struct volume *volume, const struct query *query,
	const struct query_visitor *visitor, struct query_page *page);

/* query_begin - a query for all of a tenant's events, newest first, without a limit. Its tables of values are not
 * wiped: they count as far as they are filled. */
void query_begin(struct query *query, struct id tenant);

/* query_add - add a value to a condition on a field of the index; its width is index_value_width's.
 * query_add_phrase - add a phrase; every phrase of a query under the same epoch. Either makes the condition if
 * needed. Fail: TOO_LARGE more than the maxima · BUG another width, or nothing that conditions can be about.
 */
fallible query_add(struct query *query, enum index_field field, struct span value);
fallible query_add_phrase(struct query *query, const struct query_phrase *phrase);

/* query_exclude - no row with this value is found. Fails: as query_add. */
fallible query_exclude(struct query *query, enum index_field field, struct span value);

/* query_needs_comparison - whether what the query finds may be more than what was asked for. */
bool query_needs_comparison(const struct query *query);

/* query_require - make the condition present even without values: then nothing matches (a name that nobody
 * has). */
fallible query_require(struct query *query, int about);
