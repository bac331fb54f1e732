/* SPDX-License-Identifier: Apache-2.0 */
/* log_read - find and read events of one tenant's log, as far as the reader may see them (FOUNDATIONS 12 to
 * 14). */
#pragma once

#include "server/core/caller.h"
#include "server/core/log/log_agent.h"
#include "server/core/log/log_filter.h"
#include "server/core/log/log_names.h"
#include "server/core/places.h"
#include "store/index/query.h"

enum {
	LOG_READ_PAGE_BYTES = 1024 * 1024, /* of leaves: a page of longer ones ends early */
	LOG_READ_ROUNDS = 16, /* queries for one page, when much of what they find is not the reader's */
	LOG_READ_CANON_MAX = 128 * 1024,
};

/* Who reads, and how far. */
struct log_reader {
	struct id tenant;
	enum capability_log_scope scope; /* SELF, CLIENT, BRANCH or TENANT */
	struct id self;                  /* the person; of an application as itself its own id */
	struct id client;                /* with CLIENT */
	struct id branch;                /* with BRANCH */
	bool admin;                      /* sees what administrators do as such */
};

/* log_read_reader - from who calls. The branch is that to which the reader belongs now; who
 * belongs to none reads as self, and so does the client's scope of staff until it is known whom they serve. Fails: DENIED no right to read at all. */
fallible log_read_reader(
	const struct view *view, const struct caller *caller, struct arena *arena, struct log_reader *reader);

/* log_read_canon - sort the filters and write them with the reader's scope: the same bytes for the same list.
 */
void log_read_canon(const struct log_reader *reader, struct log_filters *filters, struct buf *canon);

/* An event with the names that the reader may know. */
struct log_event {
	struct event_read read; /* without the leaf's bytes */
	struct log_name actor, in_place_of, client, reporter, branch;
	struct log_agent agent;
	char country[PLACES_COUNTRY + 1]; /* of the address; "" = not known */
};

/* log_read_query - what the reader's filters look for in the log, oldest first, without a page's limit: names become
 * ids, as of now. What it finds may have to be compared (query_needs_comparison): log_read_page does. Fails: as log_filter_query; the query is of no use then. */
fallible log_read_query(const struct server *server, const struct log_reader *reader,
	const struct log_filters *filters, struct query *query);

/* What decides who may know of an event. */
struct log_concerns {
	struct id actor, client, branch;
	uint16_t action;
};

/* log_read_may_see - whether the reader may know of such an event. */
bool log_read_may_see(const struct log_reader *reader, const struct log_concerns *concerns);

/* log_read_is_hidden - whether events of a class are read only by who has log.read_admin. */
bool log_read_is_hidden(enum action_class class);

/* log_read_sight - enum event_parts: which parts of an event that the reader may see are opened to them. */
unsigned log_read_sight(const struct log_reader *reader, const struct leaf *leaf);

/* log_read_visible - one row of the reader's tenant; row and leaf borrow from the reading. Fails: NOT_FOUND
 * there is none, or the reader may not see it · PRUNED · CORRUPT · IO. */
fallible log_read_visible(struct reading *reading, const struct log_reader *reader, uint64_t sequence,
	struct log_row *row, struct leaf *leaf);

/* What reading rows one by one needs. */
struct log_rows {
	const struct server *server;
	const struct view *view;
	struct log_names *names; /* of the reader's tenant; its arena holds what is read */
	int64_t agents_until_ms; /* clock_monotonic_ms; later, user agents that nobody has looked at yet stay unread */
};

/* log_read_row - one row of the reader's tenant, as far as the reader may see it. Fails: NOT_FOUND pruned · as
 * event_read: *event is half made then. */
fallible log_read_row(const struct log_rows *rows, const struct log_reader *reader, uint64_t sequence,
	struct log_event *event);

struct log_page_ask {
	const struct log_filters *filters;
	size_t limit; /* 1 to QUERY_LIMIT_MAX */
	bool resumes;
	uint64_t after; /* index */
	bool hashes;    /* the events' leaf hashes are wanted, read.row.leaf_hash */
};

struct log_page {
	struct log_event *events; /* in the arena; NULL when the index found nothing */
	size_t count;
	bool more;
	uint64_t last;                     /* `after` of the next page, when more */
	uint64_t scanned_from, scanned_to; /* indexes, inclusive; from > to: nothing was there */
	bool complete;                     /* false: the page ended because it was too much work */
};

/* log_read_page - events that match the filters in what the reader may open of them (FOUNDATIONS 12). Fails:
 * as query_run, event_read, log_filter_query · NO_MEMORY. */
fallible log_read_page(const struct server *server, const struct log_reader *reader,
	const struct log_page_ask *ask, struct arena *arena, struct log_page *page);

/* log_read_find - the sequence and index of one event. Fails: NOT_FOUND there is none, or the reader may not
 * see it. */
fallible log_read_find(const struct server *server, const struct log_reader *reader, struct id event,
	uint64_t *sequence, uint64_t *index);

/* log_read_event - what log_read_find found. Fails as log_read_row. */
fallible log_read_event(const struct server *server, const struct log_reader *reader, uint64_t sequence,
	struct arena *arena, struct log_event *event);
