/* SPDX-License-Identifier: Apache-2.0 */
/* weekly - three questions to the index, and each event that answers opened once. */
#include "server/core/overview/weekly.h"

#include "base/json_in.h"
#include "server/core/zones.h"
#include "store/event.h"
#include "store/index/query.h"
#include "store/nouns/person.h"
#include "store/nouns/tenant.h"

#include <stdlib.h>

enum { SCRATCH = 8 * 1024 * 1024, DETAIL_MEMORY = 256 * 1024, CURRENCY_MAX = 8, REF_BYTES = 160 };

/* What is said beyond these is not believed: sums stay far from what a number can hold. */
static const int64_t AMOUNT_MOST = INT64_C(1000000000000), SECONDS_MOST = INT64_C(31) * 86400;

/* Counting one week. */
struct counting {
	const struct weekly_ask *ask;
	struct weekly *weekly;
	struct weekly_sums *sums; /* one a basis */
	struct arena scratch;     /* of one event */
	struct json_doc detail;   /* of one event */
	struct json_problems problems;
	const struct event_read *event;
	struct weekly_sums *into; /* where this event counts */
};

static void counting_done(struct counting *counting)
{
	arena_done(&counting->scratch);
}

/* ---- time ---- */

fallible weekly_zone(const struct view *view, const struct client *client, struct arena *arena,
	struct span *name, struct span *rule)
{
	struct tenant tenant;
	*name = client->time_zone;
	if (name->len == 0) {
		TRY(tenant_get(view, client->tenant, arena, &tenant));
		*name = tenant.time_zone;
	}
	struct err err = name->len ? zones_rule(*name, arena, rule) : FAIL(INVALID, "there is no zone");
	if (err.kind != ERR_INVALID)
		return err;
	*name = SPAN_LIT("UTC");
	*rule = SPAN_LIT("UTC0");
	return OK;
}

fallible weekly_bounds(const struct view *view, const struct client *client, struct iso_week week,
	struct arena *arena, struct weekly *weekly)
{
	struct span rule;
	int64_t monday = local_day_monday(week);
	TRY(weekly_zone(view, client, arena, &weekly->zone, &rule));
	TRY(local_day_begins(rule, monday, &weekly->from));
	return local_day_begins(rule, monday + 7, &weekly->until);
}

/* ---- what an event says in its detail ---- */

static void drop_detail(struct counting *counting)
{
	json_doc_done(&counting->detail);
	counting->detail = (struct json_doc){.root = NULL};
	counting->problems.count = 0;
}

static bool read_detail(struct counting *counting, struct json_object *top)
{
	struct span detail = counting->event->texts[LEAF_TEXT_DETAIL];
	drop_detail(counting);
	if (detail.len == 0)
		return false;
	struct err err = json_in_parse(&counting->detail, detail, &counting->scratch, &counting->problems);
	return !err_failed(err) && !err_failed(json_in_top(&counting->detail, top));
}

/* ---- helpers ---- */

static struct weekly_helper *helper_of(struct counting *counting)
{
	struct weekly_sums *into = counting->into;
	struct id person = counting->event->leaf.ids[LEAF_ID_ACTOR];
	if (counting->event->leaf.actor != LEAF_PERSON)
		return NULL;
	for (size_t i = 0; i < into->helper_count; i++)
		if (ids_equal(into->helpers[i].person, person))
			return &into->helpers[i];
	into->more_helpers |= into->helper_count == WEEKLY_HELPERS_MAX;
	if (into->helper_count == WEEKLY_HELPERS_MAX)
		return NULL;
	into->helpers[into->helper_count] = (struct weekly_helper){.person = person};
	return &into->helpers[into->helper_count++];
}

static void add_seconds(struct counting *counting, int64_t seconds)
{
	struct weekly_helper *helper = helper_of(counting);
	counting->into->seconds += seconds;
	if (helper)
		helper->seconds += seconds;
}

/* ---- one kind of event each ---- */

static fallible count_use(struct counting *counting)
{
	struct weekly_helper *helper = helper_of(counting);
	counting->into->uses++;
	counting->into->revealed += counting->event->action->action == ACTION_CREDENTIAL_REVEALED;
	if (helper)
		helper->uses++;
	return OK;
}

static fallible count_denied(struct counting *counting)
{
	counting->into->denied++;
	return OK;
}

static fallible count_export(struct counting *counting)
{
	counting->into->exports++;
	return OK;
}

static fallible count_work(struct counting *counting)
{
	struct json_object top;
	if (read_detail(counting, &top))
		add_seconds(counting, json_in_number(&top, "seconds", JSON_OPTIONAL, 0, SECONDS_MOST, 0));
	return OK;
}

/* A change's side as a number of seconds: written as one, or as a text. */
static bool side_number(struct json_object *change, const char *name, int64_t *number)
{
	struct span text;
	char digits[24] = "", *end = digits;
	if (json_in_peek(change, span_text(name), &text) == JSON_KIND_TEXT && text.len < sizeof digits) {
		memcpy(digits, text.at, text.len);
		*number = strtoll(digits, &end, 10);
		return *end == '\0' && *number >= 0 && *number <= SECONDS_MOST;
	}
	*number = json_in_number(change, name, JSON_OPTIONAL, 0, SECONDS_MOST, -1);
	return *number >= 0;
}

/* What the changes add to the seconds; other fields may change beside them. */
static int64_t adjusted_seconds(struct counting *counting)
{
	struct json_problems problems = {.count = 0};
	struct json_object top, change;
	struct json_array changes;
	int64_t before, after, sum = 0;
	scoped(buf) whole = BUF(DETAIL_MEMORY);
	scoped(json_doc) doc = {.root = NULL};
	buf_put_text(&whole, "{\"changes\":");
	buf_put(&whole, counting->event->texts[LEAF_TEXT_CHANGES]);
	buf_put_text(&whole, "}");
	if (err_failed(buf_check(&whole)) ||
		err_failed(json_in_parse(&doc, buf_span(&whole), &counting->scratch, &problems)) ||
		err_failed(json_in_top(&doc, &top)))
		return 0;
	if (!json_in_array(&top, "changes", JSON_OPTIONAL, JSON_PROBLEMS_MAX, &changes))
		return 0;
	while (json_in_next_object(&changes, &change))
		if (span_is(json_in_text(&change, "field", JSON_OPTIONAL, CURRENCY_MAX * 4), "seconds") &&
			side_number(&change, "before", &before) && side_number(&change, "after", &after))
			sum += after - before;
	return sum;
}

static fallible count_adjusted(struct counting *counting)
{
	struct weekly_sums *into = counting->into;
	const struct event_read *event = counting->event;
	int64_t seconds = adjusted_seconds(counting);
	add_seconds(counting, seconds);
	if (into->adjusted_count == WEEKLY_ADJUSTED_MAX)
		return OK;
	struct weekly_adjusted *line = &into->adjusted[into->adjusted_count];
	*line = (struct weekly_adjusted){
		.time = event->leaf.time, .person = event->leaf.ids[LEAF_ID_ACTOR], .seconds = seconds};
	TRY(arena_keep(counting->ask->arena, event->texts[LEAF_TEXT_REASON], &line->reason));
	into->adjusted_count++;
	return OK;
}

/* ---- money ---- */

static fallible money_of(struct counting *counting, struct span currency, struct weekly_money **money)
{
	struct weekly_sums *into = counting->into;
	*money = NULL;
	for (size_t i = 0; i < into->money_count && !*money; i++)
		if (span_equal(into->money[i].currency, currency))
			*money = &into->money[i];
	if (*money || into->money_count == WEEKLY_CURRENCIES_MAX)
		return OK;
	struct weekly_money *made = &into->money[into->money_count];
	*made = (struct weekly_money){.balance = 0};
	TRY(arena_keep(counting->ask->arena, currency, &made->currency));
	into->money_count++;
	*money = made;
	return OK;
}

/* The amount and where it belongs; *money NULL when the event does not say a whole number and a currency. */
static fallible read_money(struct counting *counting, int64_t *amount, struct weekly_money **money)
{
	struct json_object top;
	*money = NULL;
	if (!read_detail(counting, &top))
		return OK;
	*amount = json_in_number(&top, "amount", JSON_OPTIONAL, 0, AMOUNT_MOST, -1);
	struct span currency = json_in_text(&top, "currency", JSON_OPTIONAL, CURRENCY_MAX);
	return *amount < 0 || currency.len == 0 ? OK : money_of(counting, currency, money);
}

static fallible count_purchase(struct counting *counting)
{
	int64_t amount;
	struct weekly_money *money;
	counting->into->purchases++;
	TRY(read_money(counting, &amount, &money));
	if (money)
		money->purchased += amount;
	return OK;
}

/* Deposits are asked for from the beginning on: those of the week count in it, all of them in the balance. */
static fallible count_deposit(struct counting *counting)
{
	int64_t amount;
	struct weekly_money *money;
	enum action action = counting->event->action->action;
	bool in_week = counting->event->leaf.time.ms >= counting->weekly->from.ms;
	TRY(read_money(counting, &amount, &money));
	if (!money)
		return OK;
	money->balance += action == ACTION_DEPOSIT_RECEIVED ? amount : -amount;
	if (!in_week)
		return OK;
	money->received += action == ACTION_DEPOSIT_RECEIVED ? amount : 0;
	money->spent += action == ACTION_DEPOSIT_SPENT ? amount : 0;
	money->returned += action == ACTION_DEPOSIT_RETURNED ? amount : 0;
	return OK;
}

/* ---- changes of assistant ---- */

/* The event of a handover names all its clients: by our ids, or in loaded history by the caller's own. */
static fallible count_handover(struct counting *counting)
{
	const struct client *client = &counting->weekly->client;
	struct json_object top;
	struct json_array clients;
	struct span named;
	char id[ID_TEXT + 1];
	ids_print(ID_CLIENT, client->id, id);
	if (!read_detail(counting, &top) ||
		!json_in_array(&top, "client_ids", JSON_OPTIONAL, CLIENT_CONTACTS_MAX * 64, &clients))
		return OK;
	while (json_in_next_text(&clients, REF_BYTES, &named))
		if (span_is(named, id) || (client->ref.len && span_equal(named, client->ref))) {
			counting->into->changes++;
			return OK;
		}
	return OK;
}

/* ---- which event counts how ---- */

struct rule {
	enum action action;
	bool reported; /* applications say it, and count */
	fallible (*count)(struct counting *counting);
};

static const struct rule RULES[] = {
	{ACTION_CREDENTIAL_CODE_ISSUED, false, count_use},
	{ACTION_CREDENTIAL_INJECTED, false, count_use},
	{ACTION_CREDENTIAL_REVEALED, false, count_use},
	{ACTION_CREDENTIAL_CHECKED_OUT, false, count_use},
	{ACTION_CREDENTIAL_DENIED, false, count_denied},
	{ACTION_CREDENTIAL_BULK_EXPORTED, false, count_export},
	{ACTION_EXPORT_COMPLETED, true, count_export},
	{ACTION_LOG_EXPORTED, false, count_export},
	{ACTION_WORK_STOPPED, true, count_work},
	{ACTION_WORK_ADJUSTED, true, count_adjusted},
	{ACTION_PURCHASE_MADE, true, count_purchase},
};
static const struct rule DEPOSITS[] = {
	{ACTION_DEPOSIT_RECEIVED, true, count_deposit},
	{ACTION_DEPOSIT_SPENT, true, count_deposit},
	{ACTION_DEPOSIT_RETURNED, true, count_deposit},
};
static const struct rule HANDOVERS[] = {{ACTION_HANDOVER_STARTED, false, count_handover}};

enum {
	RULE_COUNT = sizeof RULES / sizeof RULES[0],
	DEPOSIT_COUNT = sizeof DEPOSITS / sizeof DEPOSITS[0],
};

/* One question to the index, and how its answers count. */
struct question {
	struct query query;
	const struct rule *rules;
	size_t rule_count;
	bool unusual; /* alerts count as such */
};

static const struct rule *rule_of(const struct question *question, const struct event_read *event)
{
	for (size_t i = 0; event->action && i < question->rule_count; i++)
		if (question->rules[i].action == event->action->action)
			return &question->rules[i];
	return NULL;
}

static bool is_counted(const struct event_read *event, bool reported)
{
	return event->leaf.source != LEAF_APPLICATION || reported;
}

static fallible take_event(struct counting *counting, const struct question *question)
{
	const struct event_read *event = counting->event;
	const struct rule *rule = rule_of(question, event);
	bool alert = question->unusual && event->leaf.severity == ACTION_SEVERITY_ALERT &&
		is_counted(event, false);
	bool counts = rule && is_counted(event, rule->reported) &&
		(event->leaf.outcome == LEAF_SUCCESS || rule->count == count_denied);
	if (!alert && !counts)
		return OK;
	counting->into = &counting->sums[event->leaf.source == LEAF_IMPORT ? WEEKLY_IMPORT : WEEKLY_SERVER];
	counting->into->events += event->leaf.time.ms >= counting->weekly->from.ms;
	counting->into->unusual += alert;
	return counts ? rule->count(counting) : OK;
}

/* ---- asking ---- */

static fallible open_event(struct counting *counting, const struct question *question,
	const struct view *view, uint64_t sequence)
{
	struct log_row row;
	struct event_read event;
	arena_clear(&counting->scratch);
	TRY(log_get(view->txn, sequence, &row));
	if (row.leaf.len == 0) {
		counting->weekly->pruned++;
		return OK;
	}
	TRY(event_read(view_keys(view), &row, EVENT_SEES_ALL, &counting->scratch, &event));
	counting->event = &event;
	struct err err = take_event(counting, question);
	drop_detail(counting);
	return err;
}

static fallible take_page(
	struct counting *counting, const struct question *question, const struct query_page *page)
{
	scoped(reading) reading = {0};
	/* After the query, so that every row it names is in this snapshot. */
	TRY(reading_open(&counting->ask->server->volume, &reading));
	struct view view = view_reading(&reading);
	for (size_t i = 0; i < page->count && page->indexes[i] < counting->ask->size; i++)
		TRY(open_event(counting, question, &view, page->sequences[i]));
	return OK;
}

static fallible ask_index(struct counting *counting, struct question *question)
{
	struct query_page page = {.more = true};
	struct query *query = &question->query;
	query->limit = QUERY_LIMIT_MAX;
	query->order = QUERY_OLDEST_FIRST;
	while (page.more && (!query->resumes || query->after < counting->ask->size)) {
		TRY(query_run(&counting->ask->server->volume, query, &page));
		TRY(take_page(counting, question, &page));
		query->resumes = true;
		query->after = page.last;
	}
	return OK;
}

static fallible add_actions(struct question *question)
{
	for (size_t i = 0; i < question->rule_count; i++) {
		uint16_t code = action_row(question->rules[i].action)->code;
		const uint8_t value[2] = {(uint8_t)(code >> 8), (uint8_t)code};
		TRY(query_add(&question->query, INDEX_ACTION, SPAN_BYTES(value)));
	}
	return OK;
}

/* All of the client's week; alerts may be of any action. */
static fallible ask_week(struct counting *counting)
{
	struct question question = {.rules = RULES, .rule_count = RULE_COUNT, .unusual = true};
	query_begin(&question.query, counting->ask->tenant);
	TRY(query_add(&question.query, INDEX_CLIENT, id_span(&counting->ask->client)));
	question.query.from = counting->weekly->from;
	question.query.to = counting->weekly->until;
	return ask_index(counting, &question);
}

static fallible ask_deposits(struct counting *counting)
{
	struct question question = {.rules = DEPOSITS, .rule_count = DEPOSIT_COUNT};
	query_begin(&question.query, counting->ask->tenant);
	TRY(query_add(&question.query, INDEX_CLIENT, id_span(&counting->ask->client)));
	question.query.to = counting->weekly->until;
	TRY(add_actions(&question));
	return ask_index(counting, &question);
}

/* A handover is no single client's: there are few of them. */
static fallible ask_handovers(struct counting *counting)
{
	struct question question = {.rules = HANDOVERS, .rule_count = 1};
	query_begin(&question.query, counting->ask->tenant);
	question.query.from = counting->weekly->from;
	question.query.to = counting->weekly->until;
	TRY(add_actions(&question));
	return ask_index(counting, &question);
}

/* ---- the report ---- */

static int by_person(const void *a, const void *b)
{
	const struct weekly_helper *left = a, *right = b;
	return memcmp(left->person.bytes, right->person.bytes, sizeof left->person.bytes);
}

static fallible name_helpers(const struct weekly_ask *ask, struct weekly_sums *sums)
{
	struct person person;
	qsort(sums->helpers, sums->helper_count, sizeof sums->helpers[0], by_person);
	for (size_t i = 0; i < sums->helper_count; i++) {
		struct err err =
			person_get(ask->view, ask->tenant, sums->helpers[i].person, ask->arena, &person);
		if (err.kind == ERR_NOT_FOUND)
			continue;
		TRY(err);
		sums->helpers[i].name = person.name;
	}
	return OK;
}

/* What the server saw counts; a week of which it saw nothing is told from what was loaded. */
static fallible choose_basis(struct counting *counting)
{
	struct weekly *weekly = counting->weekly;
	const struct weekly_sums *sums = counting->sums;
	bool loaded = sums[WEEKLY_SERVER].events == 0 && sums[WEEKLY_IMPORT].events > 0;
	weekly->basis = loaded ? WEEKLY_IMPORT : WEEKLY_SERVER;
	weekly->left_out = sums[loaded ? WEEKLY_SERVER : WEEKLY_IMPORT].events;
	weekly->sums = sums[weekly->basis];
	return name_helpers(counting->ask, &weekly->sums);
}

fallible weekly_count(const struct weekly_ask *ask, const struct weekly **weekly)
{
	struct weekly *made = arena_alloc(ask->arena, sizeof *made);
	struct weekly_sums *sums = arena_alloc(ask->arena, WEEKLY_BASIS_COUNT * sizeof *sums);
	if (!made || !sums)
		return FAIL(NO_MEMORY, "there is no memory for a weekly report");
	*made = (struct weekly){.week = ask->week};
	memset(sums, 0, WEEKLY_BASIS_COUNT * sizeof *sums);
	scoped(counting) counting = {.ask = ask, .weekly = made, .sums = sums, .scratch = ARENA(SCRATCH)};
	TRY(client_get(ask->view, ask->tenant, ask->client, ask->arena, &made->client));
	TRY(weekly_bounds(ask->view, &made->client, ask->week, ask->arena, made));
	TRY(ask_week(&counting));
	TRY(ask_deposits(&counting));
	TRY(ask_handovers(&counting));
	TRY(choose_basis(&counting));
	*weekly = made;
	return OK;
}
