/* SPDX-License-Identifier: Apache-2.0 */
/* log_read - names to ids, ids to a query, sequences to events; what the reader may not see is left out. */
#include "server/core/log/log_read.h"

#include "store/nouns/person.h"

enum { LOG_READ_SCRATCH = 1024 * 1024 };

/* ---- who reads ---- */

static fallible set_person(
	const struct view *view, const struct caller *caller, struct arena *arena, struct log_reader *reader)
{
	struct person person;
	enum capability_log_scope scope = capabilities_log_scope(caller->capabilities);
	if (scope == CAPABILITY_LOG_NONE)
		return FAIL(DENIED, "the person's roles do not allow reading the log");
	reader->self = caller->person;
	reader->admin = (caller->capabilities & CAPABILITY_BIT(LOG_READ_ADMIN)) != 0;
	reader->scope = scope == CAPABILITY_LOG_TENANT ? CAPABILITY_LOG_TENANT : CAPABILITY_LOG_SELF;
	if (scope == CAPABILITY_LOG_BRANCH && !ids_is_none(caller->branch)) {
		reader->scope = CAPABILITY_LOG_BRANCH;
		reader->branch = caller->branch;
	}
	if (scope != CAPABILITY_LOG_CLIENT)
		return OK;
	TRY(person_get(view, caller->tenant, caller->person, arena, &person));
	if (person.kind == PERSON_OF_CLIENT && !ids_is_none(person.client)) {
		reader->scope = CAPABILITY_LOG_CLIENT;
		reader->client = person.client;
	}
	return OK;
}

fallible log_read_reader(
	const struct view *view, const struct caller *caller, struct arena *arena, struct log_reader *reader)
{
	struct log_reader made = {.tenant = caller->tenant,
		.scope = CAPABILITY_LOG_TENANT,
		.self = caller->application,
		.admin = true};
	if (!ids_is_none(caller->person))
		TRY(set_person(view, caller, arena, &made));
	*reader = made;
	return OK;
}

/* What administrators do as such is read with a right of its own. */
static const uint32_t ADMINISTRATIVE = UINT32_C(1) << ACTION_CLASS_POLICY |
	UINT32_C(1) << ACTION_CLASS_STAFF | UINT32_C(1) << ACTION_CLASS_LOG |
	UINT32_C(1) << ACTION_CLASS_PRIVACY;

static bool is_administrative(uint16_t action)
{
	return (action_code_classes(action) & ADMINISTRATIVE) != 0;
}

bool log_read_is_hidden(enum action_class class)
{
	return (ADMINISTRATIVE & UINT32_C(1) << class) != 0;
}

static bool is_own(const struct log_reader *reader, struct id actor)
{
	return ids_equal(actor, reader->self);
}

/* Whether it lies in what the reader's scope spans, as the index finds it. */
static bool is_in_scope(const struct log_reader *reader, const struct log_concerns *concerns)
{
	switch (reader->scope) {
	case CAPABILITY_LOG_NONE:
		return false;
	case CAPABILITY_LOG_SELF:
		return is_own(reader, concerns->actor);
	case CAPABILITY_LOG_CLIENT:
		return ids_equal(concerns->client, reader->client);
	case CAPABILITY_LOG_BRANCH:
		return ids_equal(concerns->branch, reader->branch);
	case CAPABILITY_LOG_TENANT:
		break;
	}
	return true;
}

bool log_read_may_see(const struct log_reader *reader, const struct log_concerns *concerns)
{
	bool open = reader->admin || is_own(reader, concerns->actor) || !is_administrative(concerns->action);
	return open && is_in_scope(reader, concerns);
}

static bool may_see(const struct log_reader *reader, const struct leaf *leaf)
{
	const struct log_concerns concerns = {
		leaf->ids[LEAF_ID_ACTOR], leaf->ids[LEAF_ID_CLIENT], leaf->ids[LEAF_ID_BRANCH], leaf->action};
	return log_read_may_see(reader, &concerns);
}

/* Of the tenant's events, or of the branch's, all is seen (FOUNDATIONS 14). */
static bool sees_whole(const struct log_reader *reader)
{
	return reader->scope == CAPABILITY_LOG_TENANT || reader->scope == CAPABILITY_LOG_BRANCH;
}

unsigned log_read_sight(const struct log_reader *reader, const struct leaf *leaf)
{
	unsigned sees = 0;
	if (sees_whole(reader))
		return EVENT_SEES_ALL;
	if (is_own(reader, leaf->ids[LEAF_ID_ACTOR]))
		sees |= EVENT_SEES_ACTOR;
	if (ids_equal(leaf->ids[LEAF_ID_OBJECT], reader->self))
		sees |= EVENT_SEES_OBJECT;
	if (reader->scope == CAPABILITY_LOG_CLIENT)
		sees |= EVENT_SEES_CLIENT;
	return sees;
}

/* ---- filters ---- */

void log_read_canon(const struct log_reader *reader, struct log_filters *filters, struct buf *canon)
{
	buf_put_u8(canon, (uint8_t)reader->scope);
	buf_put_u8(canon, reader->admin);
	buf_put(canon, id_span(&reader->client));
	if (reader->scope == CAPABILITY_LOG_BRANCH)
		buf_put(canon, id_span(&reader->branch));
	log_filter_canon(filters, canon);
}

static bool has_id(const struct query_field *field, struct id id)
{
	for (size_t i = 0; i < field->count; i++)
		if (memcmp(field->values[i], id.bytes, sizeof id.bytes) == 0)
			return true;
	return false;
}

/* Of what was asked only this id is left, or nothing. */
static fallible intersect(struct query *query, enum index_field field, struct id id)
{
	for (size_t i = 0; i < query->field_count; i++) {
		struct query_field *asked = &query->fields[i];
		if (asked->about != (int)field || asked->sense != QUERY_HAS)
			continue;
		bool was_asked = has_id(asked, id);
		asked->count = 0;
		return was_asked ? query_add(query, field, id_span(&id)) : OK;
	}
	return query_add(query, field, id_span(&id));
}

static fallible add_scope(const struct log_reader *reader, struct query *query)
{
	if (reader->scope == CAPABILITY_LOG_SELF)
		return intersect(query, INDEX_ACTOR, reader->self);
	if (reader->scope == CAPABILITY_LOG_CLIENT)
		return intersect(query, INDEX_CLIENT, reader->client);
	if (reader->scope == CAPABILITY_LOG_BRANCH)
		return intersect(query, INDEX_BRANCH, reader->branch);
	return OK;
}

fallible log_read_query(const struct server *server, const struct log_reader *reader,
	const struct log_filters *filters, struct query *query)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(LOG_READ_SCRATCH);
	query_begin(query, reader->tenant);
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(log_filter_query(&view, filters, &arena, query));
	TRY(add_scope(reader, query));
	query->order = QUERY_OLDEST_FIRST;
	query->until = filters->until;
	return OK;
}

static fallible make_query(const struct server *server, const struct log_reader *reader,
	const struct log_page_ask *ask, struct query *query)
{
	TRY(log_read_query(server, reader, ask->filters, query));
	query->order = ask->filters->order;
	query->limit = ask->limit;
	query->resumes = ask->resumes;
	query->after = ask->after;
	return OK;
}

/* ---- from a row to an event ---- */

static fallible name_person(struct log_names *names, const struct view *view, const struct log_reader *reader,
	struct id id, struct log_name *name)
{
	const struct log_name *found;
	if (ids_is_none(id) || (reader->scope == CAPABILITY_LOG_SELF && !ids_equal(id, reader->self)))
		return OK;
	TRY(log_names_person(names, view, id, &found));
	*name = *found;
	/* To a client people of the agency have a name, not the agency's own word for them. */
	if (reader->scope == CAPABILITY_LOG_CLIENT && !ids_equal(id, reader->self))
		name->ref = SPAN_NONE;
	return OK;
}

static fallible name_application(struct log_names *names, const struct view *view,
	const struct log_reader *reader, struct id id, struct log_name *name)
{
	const struct log_name *found;
	if (ids_is_none(id) || !sees_whole(reader))
		return OK;
	TRY(log_names_application(names, view, id, &found));
	*name = *found;
	return OK;
}

static fallible name_client(struct log_names *names, const struct view *view, const struct log_reader *reader,
	struct id id, struct log_name *name)
{
	const struct log_name *found;
	if (ids_is_none(id) || reader->scope == CAPABILITY_LOG_SELF)
		return OK;
	TRY(log_names_client(names, view, id, &found));
	*name = *found;
	return OK;
}

static fallible name_branch(struct log_names *names, const struct view *view, const struct log_reader *reader,
	struct id id, struct log_name *name)
{
	const struct log_name *found;
	if (ids_is_none(id) || !sees_whole(reader))
		return OK;
	TRY(log_names_branch(names, view, id, &found));
	*name = *found;
	return OK;
}

static fallible name_all(struct log_names *names, const struct view *view, const struct log_reader *reader,
	struct log_event *event)
{
	const struct leaf *leaf = &event->read.leaf;
	if (leaf->actor == LEAF_PERSON)
		TRY(name_person(names, view, reader, leaf->ids[LEAF_ID_ACTOR], &event->actor));
	if (leaf->actor == LEAF_BY_APPLICATION)
		TRY(name_application(names, view, reader, leaf->ids[LEAF_ID_ACTOR], &event->actor));
	TRY(name_person(names, view, reader, leaf->ids[LEAF_ID_IN_PLACE_OF], &event->in_place_of));
	TRY(name_client(names, view, reader, leaf->ids[LEAF_ID_CLIENT], &event->client));
	TRY(name_branch(names, view, reader, leaf->ids[LEAF_ID_BRANCH], &event->branch));
	return name_application(names, view, reader, leaf->ids[LEAF_ID_REPORTER], &event->reporter);
}

/* Into *event, which is half made after a failure. Its texts lie in the arena. */
static fallible open_row(const struct view *view, const struct log_reader *reader, const struct log_row *row,
	const struct leaf *leaf, struct arena *arena, struct log_event *event)
{
	*event = (struct log_event){.read = {.row = *row, .leaf = *leaf}};
	struct err err = event_read_parts(view_keys(view), log_read_sight(reader, leaf), arena, &event->read);
	/* Whoever asks has proved who they are: it is our bytes that do not hold. */
	if (err.kind == ERR_FORGED)
		return FAIL(CORRUPT, "a sealed part of an event does not open");
	return err;
}

static fallible name_row(const struct view *view, const struct log_reader *reader, struct log_names *names,
	struct log_event *event)
{
	struct event_read *read = &event->read;
	/* These borrow from a transaction that ends before the event is shown. */
	read->row.leaf = SPAN_NONE;
	for (size_t i = 0; i < read->leaf.part_count; i++)
		read->leaf.parts[i].record = SPAN_NONE;
	if (!read->action)
		TRY(log_names_action(names, view, read->leaf.action, &read->action));
	return name_all(names, view, reader, event);
}

static fallible read_row(const struct view *view, const struct log_reader *reader, const struct log_row *row,
	const struct leaf *leaf, struct log_names *names, struct log_event *event)
{
	TRY(open_row(view, reader, row, leaf, names->arena, event));
	return name_row(view, reader, names, event);
}

/* What the user agent says. A client is shown it of nobody, but for the kind of the device. */
static fallible read_agent(const struct server *server, const struct view *view,
	const struct log_reader *reader, const struct log_row *row, int64_t until_ms, struct log_event *event,
	struct arena *arena)
{
	if (reader->scope != CAPABILITY_LOG_CLIENT || !(event->read.withheld & EVENT_SEES_ACTOR)) {
		log_agent_read(server, &event->read, until_ms, &event->agent);
		return OK;
	}
	struct err err = log_agent_kind(server, view, row, until_ms, arena, &event->agent);
	return err.kind == ERR_FORGED ? FAIL(CORRUPT, "a sealed part of an event does not open") : err;
}

/* Where its address is, for who may see the address. */
static void see_place(const struct server *server, struct log_event *event)
{
	places_find(server->places, event->read.texts[LEAF_TEXT_IP], event->country);
}

/* ---- pages ---- */

struct paging {
	const struct log_reader *reader;
	struct log_page *page;
	struct log_names names;
	size_t limit;
	const struct server *server;
	int64_t agents_until_ms;
	struct log_match match;
	struct arena scratch; /* of an event that is only compared */
	bool hashes;
	size_t bytes; /* of leaves read so far */
	bool full;
};

static void paging_done(struct paging *paging)
{
	arena_done(&paging->scratch);
}

/* Out of the scratch: the event is shown. */
static fallible keep_texts(struct event_read *event, struct arena *arena)
{
	for (unsigned tag = 1; tag < LEAF_TEXT_COUNT; tag++)
		if (event->texts[tag].len)
			TRY(arena_keep(arena, event->texts[tag], &event->texts[tag]));
	return OK;
}

/* What the index found by hashes is opened and compared, as far as the reader may open it. */
static fallible open_match(struct paging *paging, const struct view *view, const struct log_row *row,
	const struct leaf *leaf, struct log_event *event, bool *fits)
{
	const struct log_opened opened = {
		&event->read, log_read_sight(paging->reader, leaf), event->country, &event->agent};
	arena_clear(&paging->scratch);
	TRY(open_row(view, paging->reader, row, leaf, &paging->scratch, event));
	if (paging->match.asks_country)
		see_place(paging->server, event);
	if (paging->match.asks_kind)
		TRY(read_agent(
			paging->server, view, paging->reader, row, INT64_MAX, event, &paging->scratch));
	TRY(log_filter_fits(&paging->match, &opened, &paging->scratch, fits));
	return *fits ? keep_texts(&event->read, paging->names.arena) : OK;
}

static fallible open_found(struct paging *paging, const struct view *view, const struct log_row *row,
	const struct leaf *leaf, struct log_event *event, bool *fits)
{
	*fits = true;
	return log_filter_needs_match(&paging->match)
		? open_match(paging, view, row, leaf, event, fits)
		: open_row(view, paging->reader, row, leaf, paging->names.arena, event);
}

/* Who acts, acts again from the same device: mostly the row before has said what its user agent says. */
static fallible read_agent_again(
	struct paging *paging, const struct view *view, const struct log_row *row, struct log_event *event)
{
	const struct log_event *before = paging->page->count ? event - 1 : event;
	struct span text = event->read.texts[LEAF_TEXT_USER_AGENT];
	if (text.len && before->agent.known && span_equal(text, before->read.texts[LEAF_TEXT_USER_AGENT])) {
		event->agent = before->agent;
		return OK;
	}
	return read_agent(paging->server, view, paging->reader, row, paging->agents_until_ms, event,
		paging->names.arena);
}

/* What the reader may not see is passed over, and so is what was pruned. */
static fallible take_row(struct paging *paging, const struct view *view, uint64_t sequence)
{
	struct log_page *page = paging->page;
	struct log_row row;
	struct leaf leaf;
	bool fits;
	TRY(log_get(view->txn, sequence, &row));
	if (row.leaf.len == 0)
		return OK;
	TRY(leaf_decode(row.leaf, &leaf));
	if (!may_see(paging->reader, &leaf))
		return OK;
	struct log_event *event = &page->events[page->count];
	TRY(open_found(paging, view, &row, &leaf, event, &fits));
	if (!fits)
		return OK;
	if (paging->hashes)
		log_hash(&event->read.row);
	TRY(name_row(view, paging->reader, &paging->names, event));
	see_place(paging->server, event);
	TRY(read_agent_again(paging, view, &row, event));
	page->count++;
	paging->bytes += row.leaf.len;
	paging->full = page->count == paging->limit || paging->bytes >= LOG_READ_PAGE_BYTES;
	return OK;
}

static void set_end(struct paging *paging, const struct query *query, uint64_t last, bool more)
{
	struct log_page *page = paging->page;
	page->last = last;
	page->more = more;
	if (!more)
		return;
	if (query->order == QUERY_NEWEST_FIRST)
		page->scanned_from = last;
	else
		page->scanned_to = last;
}

/* The range grows in the direction of the query. */
static void join_range(struct log_page *page, const struct query *query, const struct query_page *found)
{
	if (found->scanned_from > found->scanned_to)
		return;
	if (page->scanned_from > page->scanned_to) {
		page->scanned_from = found->scanned_from;
		page->scanned_to = found->scanned_to;
	} else if (query->order == QUERY_NEWEST_FIRST) {
		page->scanned_from = found->scanned_from;
	} else {
		page->scanned_to = found->scanned_to;
	}
}

/* A page that compares kinds of devices parses each user agent that nobody has seen yet: it ends when that took long. */
static bool is_late(const struct paging *paging)
{
	return paging->match.asks_kind && clock_monotonic_ms() >= paging->agents_until_ms;
}

/* Once there is something for it. Each event is written whole before it counts. */
static fallible make_room(struct paging *paging)
{
	struct log_page *page = paging->page;
	if (!page->events)
		page->events = arena_room(paging->names.arena, paging->limit * sizeof(struct log_event));
	return page->events ? OK : FAIL(NO_MEMORY, "a call has no memory for a page of events");
}

/* One query, and as many of its rows as there is room for. */
static fallible run_round(const struct server *server, struct paging *paging, struct query *query)
{
	struct query_page found;
	scoped(reading) reading = {0};
	size_t i = 0;
	TRY(query_run(&server->volume, query, &found));
	/* After the query, so that every row it names is in this snapshot. */
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	if (found.count)
		TRY(make_room(paging));
	while (i < found.count && !paging->full && !(i && is_late(paging)))
		TRY(take_row(paging, &view, found.sequences[i++]));
	join_range(paging->page, query, &found);
	paging->page->complete = found.complete && !is_late(paging);
	if (i < found.count)
		set_end(paging, query, found.indexes[i - 1], true);
	else
		set_end(paging, query, found.last, found.more);
	query->resumes = true;
	query->after = paging->page->last;
	return OK;
}

fallible log_read_page(const struct server *server, const struct log_reader *reader,
	const struct log_page_ask *ask, struct arena *arena, struct log_page *page)
{
	struct query query;
	struct log_page made = {.scanned_from = 1, .complete = true, .more = true};
	scoped(paging) paging = {.reader = reader,
		.scratch = ARENA(LOG_READ_SCRATCH),
		.page = &made,
		.limit = ask->limit,
		.hashes = ask->hashes,
		.server = server,
		.agents_until_ms = clock_monotonic_ms() + LOG_AGENT_PAGE_MS};
	TRY(log_names_init(&paging.names, reader->tenant, arena));
	TRY(log_filter_match(ask->filters, arena, &paging.match));
	TRY(make_query(server, reader, ask, &query));
	/* Where rows are passed over, a round looks at more of them than a page has room for. */
	if (!reader->admin || log_filter_needs_match(&paging.match))
		query.limit = QUERY_LIMIT_MAX;
	for (unsigned round = 0; round < LOG_READ_ROUNDS && made.more && !paging.full && made.complete;
		round++)
		TRY(run_round(server, &paging, &query));
	made.complete = paging.full || (made.complete && !made.more);
	*page = made;
	return OK;
}

/* ---- one event ---- */

static bool find_in_tail(struct tail *tail, struct id tenant, struct id event, uint64_t *sequence)
{
	tail_lock(tail);
	struct tail_tenant *state = tail_tenant(tail, tenant);
	const struct tail_row *row = state ? tail_newest(tail, state) : NULL;
	while (row && !ids_equal(row->event, event))
		row = tail_before(tail, row);
	if (row)
		*sequence = row->sequence;
	tail_unlock(tail);
	return row != NULL;
}

static fallible find_sequence(
	const struct volume *volume, struct id tenant, struct id event, uint64_t *sequence)
{
	scoped(kv_txn) index = {0};
	if (find_in_tail(volume->tail, tenant, event, sequence))
		return OK;
	/* After the tail was looked through: what was folded meanwhile is in this snapshot. */
	TRY(kv_read(volume->index, &index));
	return index_find_event(&index, tenant, event, sequence);
}

fallible log_read_visible(struct reading *reading, const struct log_reader *reader, uint64_t sequence,
	struct log_row *row, struct leaf *leaf)
{
	TRY(log_get(&reading->txn, sequence, row));
	if (!ids_equal(row->tenant, reader->tenant))
		return FAIL(NOT_FOUND, "there is no such event");
	/* Whether a stub was one that the reader might see, nobody knows any more. */
	if (row->leaf.len == 0)
		return reader->scope == CAPABILITY_LOG_TENANT ? FAIL_CODE(PRUNED, "the event was pruned")
							      : FAIL(NOT_FOUND, "there is no such event");
	TRY(leaf_decode(row->leaf, leaf));
	return may_see(reader, leaf) ? OK : FAIL(NOT_FOUND, "the reader may not see the event");
}

fallible log_read_find(const struct server *server, const struct log_reader *reader, struct id event,
	uint64_t *sequence, uint64_t *index)
{
	scoped(reading) reading = {0};
	struct log_row row;
	struct leaf leaf;
	uint64_t found;
	if (ids_is_none(event))
		return FAIL(NOT_FOUND, "there is no such event");
	TRY(find_sequence(&server->volume, reader->tenant, event, &found));
	TRY(reading_open(&server->volume, &reading));
	TRY(log_read_visible(&reading, reader, found, &row, &leaf));
	if (!ids_equal(leaf.event, event))
		return FAIL(NOT_FOUND, "there is no such event");
	*sequence = found;
	*index = row.index;
	return OK;
}

fallible log_read_event(const struct server *server, const struct log_reader *reader, uint64_t sequence,
	struct arena *arena, struct log_event *event)
{
	scoped(reading) reading = {0};
	struct log_names names;
	struct log_row row;
	struct leaf leaf;
	TRY(log_names_init(&names, reader->tenant, arena));
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(log_read_visible(&reading, reader, sequence, &row, &leaf));
	log_hash(&row);
	TRY(read_row(&view, reader, &row, &leaf, &names, event));
	see_place(server, event);
	return read_agent(server, &view, reader, &row, INT64_MAX, event, arena);
}

fallible log_read_row(const struct log_rows *rows, const struct log_reader *reader, uint64_t sequence,
	struct log_event *event)
{
	struct log_row row;
	struct leaf leaf;
	TRY(log_get(rows->view->txn, sequence, &row));
	if (row.leaf.len == 0)
		return FAIL(NOT_FOUND, "the event was pruned");
	TRY(leaf_decode(row.leaf, &leaf));
	TRY(read_row(rows->view, reader, &row, &leaf, rows->names, event));
	see_place(rows->server, event);
	return read_agent(
		rows->server, rows->view, reader, &row, rows->agents_until_ms, event, rows->names->arena);
}
