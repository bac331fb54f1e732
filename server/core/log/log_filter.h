/* SPDX-License-Identifier: Apache-2.0 */
/* log_filter - what somebody looks for in the log: as a query of the index, and as the comparison that decides
 * where the index has only hashes. */
#pragma once

#include "server/core/log/log_agent.h"
#include "store/event.h"
#include "store/index/query.h"
#include "store/nouns/noun.h"

/* Values of one filter. */
struct log_texts {
	struct span values[QUERY_VALUES_MAX];
	size_t count;
};

/* The bit of devices of which nobody knows what they are. */
enum { LOG_KIND_UNKNOWN = AGENT_KIND_COUNT };

/* Values of every filter. */
struct log_values {
	uint32_t classes;                   /* bit of enum action_class; 0 = any */
	uint32_t outcomes;                  /* bit of enum leaf_outcome; 0 = any */
	uint32_t severities;                /* bit of enum action_severity; 0 = any */
	uint32_t critical;                  /* bit 0: those that are not, bit 1: those that are; 0 = any */
	uint16_t actions[QUERY_VALUES_MAX]; /* codes */
	size_t action_count;
	struct span
		declared[QUERY_VALUES_MAX]; /* names of actions that the tenant declared, standing or not */
	size_t declared_count;
	struct span actors[QUERY_VALUES_MAX]; /* person: id or ref; application: id. One that nobody has
						 matches nothing */
	size_t actor_count;
	bool by_system; /* the server itself; without other actors */
	struct span clients[QUERY_VALUES_MAX];
	size_t client_count;
	struct log_texts in_place_of; /* persons */
	struct log_texts branches;    /* names */
	struct log_texts objects;     /* an id of ours; the caller's own, alone or as type/id */
	struct log_texts devices;     /* our id, or the application's own */
	struct log_texts addresses;
	struct log_texts texts;     /* words, all of which must stand in the event */
	struct log_texts countries; /* of addresses: two capital letters */
	uint32_t kinds;             /* bit of enum agent_kind, or LOG_KIND_UNKNOWN; 0 = any */
};

/* Different filters must all hold; of one filter's values any will do. */
struct log_filters {
	struct log_values has;
	struct log_values lacks; /* of these none may hold in what the reader may see */
	struct instant from, to; /* by the caller's time; from inclusive, to exclusive; ms 0 = open */
	enum query_order order;
	bool ordered;   /* the order was asked for */
	uint64_t until; /* an index: events from there on are not looked at; 0 = all are. In no canon */
};

/* log_filter_is_id - an object or device is looked for by an id of ours, which the index has; not by the caller's own. */
bool log_filter_is_id(struct span text);

/* log_filter_canon - sort the filters and write them: the same bytes for the same filters. */
void log_filter_canon(struct log_filters *filters, struct buf *canon);

/* log_filter_query - add what the filters ask to a query of one tenant. What nobody has matches nothing.
 *
 *   arena  what the query does not copy; for as long as the call
 * Fails: BUSY sealed · INVALID · TOO_LARGE a text has more than WORDS_ASKED_MAX words · CORRUPT · NO_MEMORY.
 */
fallible log_filter_query(
	const struct view *view, const struct log_filters *filters, struct arena *arena, struct query *query);

/* The comparison of what the index only hints at. */
struct log_match {
	struct log_way *ways; /* in the arena */
	size_t count;
	bool asks_country, asks_kind; /* what an event says only to who looks it up */
};

/* An event with the parts that the reader may open, and what was looked up of it as the reader may see it. */
struct log_opened {
	const struct event_read *event;
	unsigned sees;                 /* enum event_parts */
	const char *country;           /* with asks_country; "" = not known */
	const struct log_agent *agent; /* with asks_kind */
};

/* log_filter_match - made once a list. log_filter_needs_match - false: what the query finds needs no
 * comparison. Fails as log_filter_query. */
fallible log_filter_match(const struct log_filters *filters, struct arena *arena, struct log_match *match);
bool log_filter_needs_match(const struct log_match *match);

/* log_filter_fits - whether an event is what was looked for.
 *
 *   arena  may be cleared afterwards
 * Fails: NO_MEMORY. */
fallible log_filter_fits(
	const struct log_match *match, const struct log_opened *opened, struct arena *arena, bool *fits);
