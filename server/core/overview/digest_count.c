/* SPDX-License-Identifier: Apache-2.0 */
/* digest_count - one question to the index, and one look at each event that answers. */
#include "server/core/overview/digest_count.h"

#include "store/event.h"
#include "store/index/query.h"
#include "store/nouns/grant.h"

enum { SCRATCH = 1024 * 1024 };

static const struct rule {
	enum action action;
	enum wish_class class;
	bool reported; /* applications say it, and count */
} RULES[] = {
	{ACTION_CREDENTIAL_CODE_ISSUED, WISH_USES, false},
	{ACTION_CREDENTIAL_INJECTED, WISH_USES, false},
	{ACTION_CREDENTIAL_REVEALED, WISH_USES, false},
	{ACTION_PURCHASE_MADE, WISH_PURCHASES, true},
	{ACTION_GRANT_ACTIVATED, WISH_GRANTS, false},
	{ACTION_GRANT_SUSPENDED, WISH_GRANTS, false},
	{ACTION_GRANT_RESUMED, WISH_GRANTS, false},
	{ACTION_GRANT_REVOKED, WISH_GRANTS, false},
	{ACTION_GRANT_EXPIRED, WISH_GRANTS, false},
	{ACTION_CREDENTIAL_DEPOSITED, WISH_CHANGES, false},
	{ACTION_CREDENTIAL_UPDATED, WISH_CHANGES, false},
	{ACTION_CREDENTIAL_ROTATED, WISH_CHANGES, false},
	{ACTION_CREDENTIAL_ARCHIVED, WISH_CHANGES, false},
	{ACTION_CREDENTIAL_RESTORED, WISH_CHANGES, false},
	{ACTION_CREDENTIAL_DESTROYED, WISH_CHANGES, false},
};

enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

_Static_assert((int)RULE_COUNT <= (int)QUERY_VALUES_MAX, "all actions are one condition");

static const struct rule *rule_of(const struct event_read *event)
{
	for (size_t i = 0; event->action && i < RULE_COUNT; i++)
		if (RULES[i].action == event->action->action)
			return &RULES[i];
	return NULL;
}

static bool counts_here(const struct rule *rule, const struct leaf *leaf)
{
	bool said = leaf->source == LEAF_SERVER || (rule->reported && leaf->source == LEAF_APPLICATION);
	return said && leaf->outcome == LEAF_SUCCESS;
}

/* Whether a use is told in a digest and nowhere else. A grant that is gone tells nothing. */
static fallible is_told_together(
	const struct digest_count_ask *ask, struct id id, struct arena *arena, bool *together)
{
	struct grant grant;
	*together = false;
	if (ids_is_none(id))
		return OK;
	struct err err = grant_get(ask->view, ask->tenant, id, arena, &grant);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*together = grant.notify == GRANT_NOTIFY_DIGEST;
	return OK;
}

static fallible take_event(const struct digest_count_ask *ask, const struct event_read *event,
	struct arena *arena, struct digest_counts *counts)
{
	const struct rule *rule = rule_of(event);
	bool together = false;
	if (!rule || !counts_here(rule, &event->leaf))
		return OK;
	counts->of[rule->class]++;
	if (rule->class == WISH_USES)
		TRY(is_told_together(ask, event->leaf.ids[LEAF_ID_GRANT], arena, &together));
	counts->together += together;
	return OK;
}

static fallible take_page(const struct digest_count_ask *ask, const struct query_page *page,
	struct arena *scratch, struct digest_counts *counts)
{
	scoped(reading) reading = {0};
	/* After the query, so that every row it names is in this snapshot. */
	TRY(reading_open(&ask->server->volume, &reading));
	struct view view = view_reading(&reading);
	for (size_t i = 0; i < page->count; i++) {
		struct log_row row;
		struct event_read event;
		arena_clear(scratch);
		TRY(log_get(view.txn, page->sequences[i], &row));
		if (row.leaf.len == 0)
			continue; /* pruned */
		TRY(event_read(view_keys(&view), &row, 0, scratch, &event));
		TRY(take_event(ask, &event, scratch, counts));
	}
	return OK;
}

static fallible begin(const struct digest_count_ask *ask, struct query *query)
{
	query_begin(query, ask->tenant);
	TRY(query_add(query, INDEX_CLIENT, id_span(&ask->client)));
	for (size_t i = 0; i < RULE_COUNT; i++) {
		uint16_t code = action_row(RULES[i].action)->code;
		const uint8_t value[2] = {(uint8_t)(code >> 8), (uint8_t)code};
		TRY(query_add(query, INDEX_ACTION, SPAN_BYTES(value)));
	}
	query->from = ask->from;
	query->to = ask->until;
	query->order = QUERY_OLDEST_FIRST;
	query->limit = QUERY_LIMIT_MAX;
	return OK;
}

fallible digest_count(const struct digest_count_ask *ask, struct digest_counts *counts)
{
	struct query query;
	struct query_page page = {.more = true};
	struct digest_counts counted = {.together = 0};
	scoped(arena) scratch = ARENA(SCRATCH);
	TRY(begin(ask, &query));
	while (page.more) {
		TRY(query_run(&ask->server->volume, &query, &page));
		TRY(take_page(ask, &page, &scratch, &counted));
		query.resumes = true;
		query.after = page.last;
	}
	*counts = counted;
	return OK;
}
