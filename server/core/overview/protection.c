/* SPDX-License-Identifier: Apache-2.0 */
/* protection - a walk over people's clear rows, the newest events of some kinds, and counts from the index. */
#include "server/core/overview/protection.h"

#include "base/local_day.h"
#include "server/core/log/checkpoints.h"
#include "server/core/overview/weekly.h"
#include "store/nouns/person.h"

enum { SOURCES_LOOKED_AT = 16 };

/* ---- who signs in with what ---- */

/* Whoever was counted a while ago may be gone by now: nobody has that name any more. */
static fallible name_all(
	const struct protection_ask *ask, struct arena *arena, struct protection_people *people)
{
	size_t kept = 0;
	struct headcount_sum *sum = &people->sum;
	for (size_t i = 0; i < sum->weak_count; i++) {
		struct person person;
		struct err err = person_get(ask->view, ask->reader->tenant, sum->weak[i], arena, &person);
		if (err.kind == ERR_NOT_FOUND)
			continue;
		TRY(err);
		sum->weak[kept] = sum->weak[i];
		people->names[kept++] = person.name;
	}
	sum->weak_count = kept;
	return OK;
}

fallible protection_people(
	const struct protection_ask *ask, struct arena *arena, struct protection_people *people)
{
	struct protection_people made = {.after = ask->after, .complete = true, .sum.as_of = ask->now};
	struct headcount *known = ask->server->headcount;
	const struct headcount_of of = {.tenant = ask->reader->tenant,
		.by_branch = ask->reader->scope == CAPABILITY_LOG_BRANCH,
		.branch = ask->reader->branch};
	bool begins = ids_is_none(ask->after);
	if (!begins || !headcount_find(known, &of, ask->now, &made.sum))
		TRY(headcount_walk(
			ask->view, &of, &made.after, headcount_live(known), &made.sum, &made.complete));
	TRY(name_all(ask, arena, &made));
	*people = made;
	return OK;
}

/* ---- the newest event of a kind ---- */

static fallible add_actions(struct query *query, const enum action *actions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint16_t code = action_row(actions[i])->code;
		const uint8_t value[] = {(uint8_t)(code >> 8), (uint8_t)code};
		TRY(query_add(query, INDEX_ACTION, SPAN_BYTES(value)));
	}
	return OK;
}

/* What was loaded from elsewhere tells of this server only while it has said nothing itself. */
static fallible take_newest(
	const struct server *server, const struct query_page *page, struct protection_last *last)
{
	scoped(reading) reading = {0};
	struct log_row row;
	struct leaf leaf;
	TRY(reading_open(&server->volume, &reading));
	for (size_t i = 0; i < page->count; i++) {
		TRY(log_get(&reading.txn, page->sequences[i], &row));
		if (row.leaf.len == 0)
			continue;
		TRY(leaf_decode(row.leaf, &leaf));
		if (last->known && leaf.source != LEAF_SERVER)
			continue;
		*last = (struct protection_last){.known = true,
			.event = leaf.event,
			.at = leaf.time,
			.source = leaf.source,
			.ok = leaf.outcome == LEAF_SUCCESS && leaf.severity < ACTION_SEVERITY_ALERT};
		if (leaf.source == LEAF_SERVER)
			return OK;
	}
	return OK;
}

static fallible find_newest(const struct server *server, struct id tenant, const enum action *actions,
	size_t count, struct protection_last *last)
{
	struct query query;
	struct query_page page;
	query_begin(&query, tenant);
	query.limit = SOURCES_LOOKED_AT;
	TRY(add_actions(&query, actions, count));
	TRY(query_run(&server->volume, &query, &page));
	return take_newest(server, &page, last);
}

/* ---- how the log stands ---- */

static fallible find_checkpoint(
	const struct server *server, const struct log_reader *reader, struct protection_log *log)
{
	struct keyring_mark mark;
	struct err err = keeper_mark(server->keeper, reader->tenant, &mark);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	log->is_signed = true;
	log->signed_size = mark.size;
	log->signed_at = mark.time;
	return OK;
}

fallible protection_log(
	const struct server *server, const struct log_reader *reader, struct protection_log *log)
{
	static const enum action VERIFIED[] = {ACTION_LOG_VERIFIED, ACTION_LOG_VERIFICATION_FAILED};
	static const enum action BACKUP[] = {ACTION_BACKUP_COMPLETED, ACTION_BACKUP_FAILED};
	struct protection_log made = {.size = tail_size_of(server->volume.tail, reader->tenant),
		.holds = health_is_whole(server->health)};
	TRY(find_checkpoint(server, reader, &made));
	TRY(find_newest(server, reader->tenant, VERIFIED, 2, &made.verified));
	TRY(find_newest(server, reader->tenant, BACKUP, 2, &made.backup));
	*log = made;
	return OK;
}

/* ---- what happened today ---- */

struct count {
	const struct server *server;
	const struct log_reader *reader;
	struct protection_today *today;
	uint64_t rows;
};

static fallible count_row(void *context, const struct tail_row *row)
{
	struct count *count = context;
	(void)row;
	count->rows++;
	return OK;
}

static fallible count_run(void *context, struct query_found *found)
{
	struct count *count = context;
	for (size_t i = 0; i < found->words; i++)
		count->rows += (uint64_t)__builtin_popcountll(found->rows[i]);
	return OK;
}

static fallible begin(const struct count *count, struct query *query)
{
	static const struct log_filters NONE;
	TRY(log_read_query(count->server, count->reader, &NONE, query));
	query->from = count->today->from;
	return OK;
}

static fallible run(struct count *count, const struct query *query, uint64_t *rows)
{
	const struct query_visitor visitor = {count, count_row, count_run};
	struct query_page page;
	count->rows = 0;
	TRY(query_visit(&count->server->volume, query, &visitor, &page));
	count->today->complete = count->today->complete && page.complete;
	*rows = count->rows;
	return OK;
}

static fallible count_actions(
	struct count *count, const enum action *actions, size_t action_count, uint64_t *rows)
{
	struct query query;
	TRY(begin(count, &query));
	TRY(add_actions(&query, actions, action_count));
	return run(count, &query, rows);
}

/* Edit and delete are classes of an action beside its own, by which it is hidden or not. */
static bool is_open_class(enum action_class class)
{
	return class != ACTION_CLASS_EDIT && class != ACTION_CLASS_DELETE && !log_read_is_hidden(class);
}

/* Of what administrators do as such nobody counts the refusals who may not read it. */
static fallible count_denied(struct count *count, uint64_t *rows)
{
	static const uint8_t DENIED[] = {LEAF_DENIED};
	struct query query;
	TRY(begin(count, &query));
	TRY(query_add(&query, INDEX_OUTCOME, SPAN_BYTES(DENIED)));
	for (uint8_t class = 0; class < ACTION_CLASS_COUNT; class ++)
		if (!count->reader->admin && is_open_class(class))
			TRY(query_add(&query, INDEX_CLASS, span_of(&class, 1)));
	return run(count, &query, rows);
}

static fallible find_midnight(const struct server *server, struct id tenant, struct instant now,
	struct arena *arena, struct instant *midnight)
{
	scoped(reading) reading = {0};
	const struct client nobody = {.tenant = tenant};
	struct span name, rule;
	int64_t day;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(weekly_zone(&view, &nobody, arena, &name, &rule));
	TRY(local_day_at(rule, now, &day));
	return local_day_begins(rule, day, midnight);
}

fallible protection_today(const struct server *server, const struct log_reader *reader, struct instant now,
	struct arena *arena, struct protection_today *today)
{
	static const enum action LOGINS[] = {ACTION_LOGIN_FAILED, ACTION_LOGIN_BLOCKED};
	static const enum action DEVICES[] = {ACTION_DEVICE_FIRST_SEEN};
	static const enum action EXPORTS[] = {ACTION_EXPORT_COMPLETED, ACTION_LOG_EXPORTED};
	struct protection_today made = {.complete = true};
	struct count count = {.server = server, .reader = reader, .today = &made};
	TRY(find_midnight(server, reader->tenant, now, arena, &made.from));
	TRY(count_actions(&count, LOGINS, 2, &made.failed_logins));
	TRY(count_actions(&count, DEVICES, 1, &made.new_devices));
	TRY(count_actions(&count, EXPORTS, reader->admin ? 2 : 1, &made.exports));
	TRY(count_denied(&count, &made.denied));
	*today = made;
	return OK;
}
