/* SPDX-License-Identifier: Apache-2.0 */
/* standing - a walk over some factors; the newest event of some kinds. */
#include "server/core/standing.h"

#include "policies/actions.h"
#include "store/index/query.h"
#include "store/nouns/factor.h"

enum { OBJECT_FROM = 8 /* of an id's bytes stand those behind in the index */ };

fallible standing_factor(
	const struct view *view, struct id tenant, struct id person, enum standing_factor *factor)
{
	struct id after = {0};
	struct factor next;
	struct err err = OK;
	enum standing_factor best = STANDING_NONE;
	while (best != STANDING_STRONG && factor_next(view, tenant, person, &after, &next, &err)) {
		if (next.state != FACTOR_ACTIVE)
			continue;
		best = factor_shows_codes(next.type) ? STANDING_STRONG : STANDING_EMAIL;
	}
	TRY(err);
	*factor = best;
	return OK;
}

const char *standing_factor_name(enum standing_factor factor)
{
	static const char *const NAMES[STANDING_COUNT] = {"none", "email", "strong"};
	return NAMES[factor];
}

static fallible add_action(struct query *query, enum action action)
{
	const uint16_t code = action_row(action)->code;
	const uint8_t value[] = {(uint8_t)(code >> 8), (uint8_t)code};
	return query_add(query, INDEX_ACTION, SPAN_BYTES(value));
}

/* By the time that the caller gave, as lists show it. */
static fallible find_time(const struct server *server, const struct query *query, struct instant *at)
{
	struct query_page page;
	struct log_row row;
	struct leaf leaf;
	scoped(reading) reading = {0};
	at->ms = 0;
	TRY(query_run(&server->volume, query, &page));
	if (page.count == 0)
		return OK;
	TRY(reading_open(&server->volume, &reading));
	TRY(log_get(&reading.txn, page.sequences[0], &row));
	if (row.leaf.len == 0)
		return OK;
	TRY(leaf_decode(row.leaf, &leaf));
	*at = leaf.time;
	return OK;
}

fallible standing_signed_in(
	const struct server *server, struct id tenant, struct id person, struct instant *at)
{
	struct query query;
	query_begin(&query, tenant);
	query.limit = 1;
	TRY(query_add(&query, INDEX_ACTOR, id_span(&person)));
	TRY(add_action(&query, ACTION_LOGIN_SUCCEEDED));
	return find_time(server, &query, at);
}

fallible standing_used(
	const struct server *server, struct id tenant, struct id credential, struct instant *at)
{
	static const enum action USES[] = {ACTION_CREDENTIAL_CODE_ISSUED, ACTION_CREDENTIAL_INJECTED,
		ACTION_CREDENTIAL_REVEALED, ACTION_CREDENTIAL_CHECKED_OUT};
	struct query query;
	query_begin(&query, tenant);
	query.limit = 1;
	TRY(query_add(&query, INDEX_OBJECT, span_from(id_span(&credential), OBJECT_FROM)));
	for (size_t i = 0; i < sizeof USES / sizeof USES[0]; i++)
		TRY(add_action(&query, USES[i]));
	return find_time(server, &query, at);
}
