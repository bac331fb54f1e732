/* SPDX-License-Identifier: Apache-2.0 */
/* alerts - the index tells which events are alerts, a row of each what was said of it. */
#include "server/core/log/alerts.h"

#include "server/core/detail.h"
#include "store/nouns/event_add.h"

enum { SEALED_MAX = 2048, NOTE_MEMORY = 64 * 1024 };

const char *alerts_verdict_name(enum alert_verdict verdict)
{
	static const char *const NAMES[ALERT_VERDICT_COUNT] = {NULL, "true", "false", "benign"};
	return NAMES[verdict];
}

/* ---- walking over the alerts that a reader may see ---- */

struct walk {
	const struct server *server;
	const struct log_reader *reader;
	struct query query;
	bool settled;
	size_t looked;
	uint64_t last; /* index that was looked at last */
	/* Told of each that is wanted; false ends the walk before it. */
	fallible (*found)(struct walk *walk, const struct view *view, uint64_t sequence, bool *goes_on);
	void *context;
};

static fallible is_wanted(
	const struct walk *walk, const struct view *view, const struct log_row *row, bool *wanted)
{
	const struct log_reader *reader = walk->reader;
	struct leaf leaf;
	bool open;
	*wanted = false;
	if (row->leaf.len == 0)
		return OK;
	TRY(leaf_decode(row->leaf, &leaf));
	const struct log_concerns concerns = {
		leaf.ids[LEAF_ID_ACTOR], leaf.ids[LEAF_ID_CLIENT], leaf.ids[LEAF_ID_BRANCH], leaf.action};
	if (!log_read_may_see(reader, &concerns))
		return OK;
	TRY(alert_is_open(view, reader->tenant, leaf.event, &open));
	*wanted = open != walk->settled;
	return OK;
}

static fallible look_at(struct walk *walk, const struct view *view, uint64_t sequence, bool *goes_on)
{
	struct log_row row;
	bool wanted;
	*goes_on = true;
	TRY(log_get(view->txn, sequence, &row));
	TRY(is_wanted(walk, view, &row, &wanted));
	if (wanted)
		TRY(walk->found(walk, view, sequence, goes_on));
	if (*goes_on)
		walk->last = row.index;
	return OK;
}

static fallible look_at_page(struct walk *walk, const struct query_page *page, bool *goes_on)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&walk->server->volume, &reading));
	struct view view = view_reading(&reading);
	for (size_t i = 0; i < page->count && *goes_on; i++)
		TRY(look_at(walk, &view, page->sequences[i], goes_on));
	walk->looked += page->count;
	return OK;
}

/* *ended: nothing is left behind the last one that was looked at. */
static fallible run(struct walk *walk, bool *ended)
{
	struct query_page page = {.more = true};
	bool goes_on = true;
	while (goes_on && page.more && walk->looked < ALERTS_LOOK_MAX) {
		TRY(query_run(&walk->server->volume, &walk->query, &page));
		TRY(look_at_page(walk, &page, &goes_on));
		walk->query.resumes = true;
		walk->query.after = page.last;
	}
	if (goes_on && page.more)
		walk->last = page.last;
	*ended = goes_on && !page.more;
	return OK;
}

static fallible begin(struct walk *walk)
{
	static const uint8_t ALERT[] = {ACTION_SEVERITY_ALERT};
	static const struct log_filters NONE;
	TRY(log_read_query(walk->server, walk->reader, &NONE, &walk->query));
	walk->query.order = QUERY_NEWEST_FIRST;
	walk->query.limit = QUERY_LIMIT_MAX;
	return query_add(&walk->query, INDEX_SEVERITY, SPAN_BYTES(ALERT));
}

/* ---- a page ---- */

struct paging {
	struct alerts_page *page;
	size_t limit;
	struct log_rows rows;
	struct log_names names;
};

static fallible read_settled(struct paging *paging, const struct view *view, struct alerts_item *item)
{
	const struct log_name *name;
	struct alert *alert = &item->alert;
	*alert = (struct alert){.tenant = paging->names.tenant, .event = item->event.read.leaf.event};
	TRY(alert_get(view, paging->names.arena, alert));
	TRY(alert->by_person ? log_names_person(&paging->names, view, alert->by, &name)
			     : log_names_application(&paging->names, view, alert->by, &name));
	item->by = *name;
	return OK;
}

static fallible put_on_page(struct walk *walk, const struct view *view, uint64_t sequence, bool *goes_on)
{
	struct paging *paging = walk->context;
	struct alerts_page *page = paging->page;
	*goes_on = page->count < paging->limit;
	if (!*goes_on)
		return OK;
	struct alerts_item *item = &page->items[page->count];
	paging->rows.view = view;
	TRY(log_read_row(&paging->rows, walk->reader, sequence, &item->event));
	if (walk->settled)
		TRY(read_settled(paging, view, item));
	page->count++;
	return OK;
}

fallible alerts_read(const struct server *server, const struct log_reader *reader,
	const struct alerts_ask *ask, struct arena *arena, struct alerts_page *page)
{
	bool ended;
	struct alerts_page made = {.items = arena_alloc(arena, ask->limit * sizeof *made.items)};
	struct paging paging = {.page = &made,
		.limit = ask->limit,
		.rows = {.server = server,
			.names = &paging.names,
			.agents_until_ms = clock_monotonic_ms() + LOG_AGENT_PAGE_MS}};
	struct walk walk = {.server = server,
		.reader = reader,
		.settled = ask->settled,
		.found = put_on_page,
		.context = &paging};
	if (!made.items)
		return FAIL(NO_MEMORY, "a call has no memory for a page of alerts");
	TRY(log_names_init(&paging.names, reader->tenant, arena));
	TRY(begin(&walk));
	walk.query.resumes = ask->resumes;
	walk.query.after = walk.last = ask->after;
	TRY(run(&walk, &ended));
	made.more = !ended;
	made.last = walk.last;
	*page = made;
	return OK;
}

/* ---- how many ---- */

static fallible count_one(struct walk *walk, const struct view *view, uint64_t sequence, bool *goes_on)
{
	uint64_t *count = walk->context;
	(void)view;
	(void)sequence;
	*goes_on = *count < ALERTS_COUNT_MAX;
	*count += *goes_on;
	return OK;
}

fallible alerts_count(
	const struct server *server, const struct log_reader *reader, uint64_t *count, bool *all)
{
	uint64_t open = 0;
	struct walk walk = {.server = server, .reader = reader, .found = count_one, .context = &open};
	TRY(begin(&walk));
	TRY(run(&walk, all));
	*count = open;
	return OK;
}

/* ---- saying what one was ---- */

static fallible find_before(
	const struct scene *scene, const struct log_event *event, struct alerts_settle *settle)
{
	struct alert before = {.tenant = scene->caller->tenant, .event = event->read.leaf.event};
	struct err err = alert_get(scene->view, scene->arena, &before);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	settle->before = before;
	if (before.row && (before.verdict != ALERT_SEEN || settle->verdict == ALERT_SEEN))
		return FAIL(CONFLICT, "the alert was settled already");
	return OK;
}

static fallible check(
	const struct scene *scene, const struct log_event *event, const struct alerts_settle *settle)
{
	const struct leaf *leaf = &event->read.leaf;
	const struct caller *caller = scene->caller;
	bool own = !ids_is_none(caller->person) && ids_equal(leaf->ids[LEAF_ID_ACTOR], caller->person);
	if (leaf->severity != ACTION_SEVERITY_ALERT)
		return FAIL(CONFLICT, "the event is no alert");
	if (own && settle->verdict != ALERT_SEEN)
		return FAIL(DENIED, "nobody says what an alert about their own doing was");
	return OK;
}

static fallible seal_draft(
	const struct scene *scene, const struct log_event *alert, struct alerts_settle *settle)
{
	bool seen = settle->verdict == ALERT_SEEN;
	struct event event = scene_event(scene, seen ? ACTION_ALERT_ACKNOWLEDGED : ACTION_ALERT_CLOSED);
	char id[ID_TEXT + 1], by[ID_TEXT + 1];
	ids_print(ID_EVENT, settle->after.event, id);
	ids_print(settle->after.by_person ? ID_PERSON : ID_APPLICATION, settle->after.by, by);
	const char *verdict = alerts_verdict_name(settle->verdict);
	const struct detail_field fields[] = {{"alert_id", span_text(id), DETAIL_TEXT},
		{seen ? "by" : "verdict", span_text(seen ? by : verdict), DETAIL_TEXT},
		{"note", settle->note.len ? settle->note : SPAN_LIT("-"), DETAIL_TEXT}};
	event.has_object_kind = true;
	event.object_kind = ID_EVENT;
	event.ids[LEAF_ID_OBJECT] = settle->after.event;
	event.texts[LEAF_TEXT_LABEL] = span_text(alert->read.action ? alert->read.action->name : "");
	TRY(detail_print(
		fields, seen && !settle->note.len ? 2 : 3, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &settle->draft);
}

fallible alerts_settle_prepare(
	const struct scene *scene, const struct log_reader *reader, struct alerts_settle *settle)
{
	const struct caller *caller = scene->caller;
	uint64_t sequence, index;
	struct id id;
	struct log_event event;
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(ids_parse(ID_EVENT, settle->event, &id));
	TRY(log_read_find(scene->server, reader, id, &sequence, &index));
	TRY(log_read_event(scene->server, reader, sequence, scene->arena, &event));
	TRY(check(scene, &event, settle));
	TRY(find_before(scene, &event, settle));
	bool by_person = !ids_is_none(caller->person);
	settle->after = (struct alert){.tenant = caller->tenant,
		.event = id,
		.verdict = settle->verdict,
		.by_person = by_person,
		.by = by_person ? caller->person : caller->application,
		.note = settle->note};
	TRY(alert_seal(scene->server->volume.keys, &settle->after, &sealed));
	TRY(buf_keep(&sealed, scene->arena, &settle->sealed));
	return seal_draft(scene, &event, settle);
}

/* Two who settle the same alert at once: the second finds that it was. */
static fallible still(struct act *act, const struct alerts_settle *settle)
{
	scoped(arena) arena = ARENA(NOTE_MEMORY);
	struct view view = view_act(act);
	struct alert now = {.tenant = settle->after.tenant, .event = settle->after.event};
	struct err err = alert_get(&view, &arena, &now);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	return now.row == settle->before.row ? OK : FAIL_CODE(STALE, "the alert was settled meanwhile");
}

fallible alerts_settle_write(struct act *act, struct alerts_settle *settle)
{
	TRY(still(act, settle));
	settle->after.at = act->now;
	TRY(alert_put(act, &settle->after, settle->sealed));
	return event_add(act, settle->after.tenant, &settle->draft.leaf, NULL);
}
