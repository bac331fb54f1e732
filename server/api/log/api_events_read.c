/* SPDX-License-Identifier: Apache-2.0 */
/* api_events_read - GET /v1/events, POST /v1/events:search, GET /v1/events:facets, GET /v1/events/{id} and its leaf. */
#include "base/text.h"
#include "base/timestamp.h"
#include "server/api/ask.h"
#include "server/api/cursor.h"
#include "server/api/log/event_out.h"
#include "server/api/log/log_ask.h"
#include "server/api/log/log_declared.h"
#include "server/api/log/ocsf_out.h"
#include "server/core/log/log_facets.h"
#include "server/core/log/log_leaf.h"
#include "server/core/log/log_view.h"
#include "store/nouns/tenant.h"

enum { LIMIT_MAX = 500 };

/* What a list or a single event needs on its way. */
struct events_read {
	struct log_reader reader;
	struct log_filters filters;
	struct span canon; /* of reader and filters: what a cursor is bound to */
	struct page_ask page;
	struct log_view view;
	uint64_t sequence;  /* of a single event */
	bool wants_ocsf;    /* a single event: also in that form */
	struct span origin; /* of the log, then */
	uint8_t position[CURSOR_INDEX];
};

static void forbid_keeping(struct call *call)
{
	call_header(call, "Cache-Control", SPAN_LIT("no-store"));
}

static fallible make_ask(struct call *call, struct events_read **ask)
{
	struct events_read *made;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &made));
	TRY(stage_open(call, &stage));
	TRY(log_read_reader(&stage.view, &call->caller, call->arena, &made->reader));
	*ask = made;
	return OK;
}

/* ---- log.viewed ---- */

/* While the log contradicts its checkpoints nothing is written, yet it can be read: it is what has to be
 * looked into. */
static bool is_unwritable(const struct call *call)
{
	return call->server->volume.read_only;
}

static fallible prepare_view(
	struct call *call, struct events_read *ask, const struct log_filters *filters, struct id event)
{
	struct event viewed = call_event(call, ACTION_LOG_VIEWED);
	if (!filters) {
		viewed.has_object_kind = true;
		viewed.object_kind = ID_EVENT;
		viewed.ids[LEAF_ID_OBJECT] = event;
	}
	TRY(log_view_name(call->server, &call->caller, filters ? ask->canon : id_span(&event), &ask->view));
	TRY(log_ask_detail(
		call, &ask->reader, filters, SPAN_BYTES(ask->view.key), &viewed.texts[LEAF_TEXT_DETAIL]));
	return log_view_seal(call->server, &call->caller, &viewed, call->now, call->arena, &ask->view);
}

static fallible write_view(struct act *act, struct call *call)
{
	struct events_read *ask = call->ask;
	return log_view_write(act, call->caller.tenant, &ask->view);
}

/* ---- lists ---- */

static fallible set_canon(struct call *call, struct events_read *ask)
{
	scoped(buf) canon = BUF(LOG_READ_CANON_MAX);
	log_read_canon(&ask->reader, &ask->filters, &canon);
	return buf_keep(&canon, call->arena, &ask->canon);
}

/* Only the first page is an event: the later ones belong to it. It shows the log as it stood before that event. */
static fallible prepare_act(struct call *call, struct events_read *ask)
{
	if (ask->page.resumes || is_unwritable(call)) {
		call->act = CALL_NO_ACT;
		return OK;
	}
	ask->filters.until = tail_size_of(call->server->volume.tail, call->caller.tenant);
	return prepare_view(call, ask, &ask->filters, (struct id){0});
}

static fallible prepare_list(struct call *call)
{
	struct events_read *ask;
	TRY(make_ask(call, &ask));
	TRY(log_ask_query(call, &ask->filters));
	TRY(log_declared_check(call, &ask->filters, ""));
	TRY(set_canon(call, ask));
	TRY(call_page(call, ask->canon, &ask->page));
	return prepare_act(call, ask);
}

static fallible prepare_search(struct call *call)
{
	struct events_read *ask;
	struct json_object top;
	TRY(make_ask(call, &ask));
	TRY(log_ask_no_query(call));
	TRY(call_body(call, &top));
	log_ask_body(call, &top, &ask->filters);
	size_t limit = (size_t)json_in_number(&top, "limit", JSON_OPTIONAL, 1, LIMIT_MAX, 0);
	struct span cursor = json_in_text(&top, "cursor", JSON_OPTIONAL, CURSOR_TEXT_MAX);
	json_in_end(&top);
	TRY(call_check(call));
	TRY(log_declared_check(call, &ask->filters, ""));
	TRY(set_canon(call, ask));
	TRY(call_page_of(call, limit, cursor, ask->canon, &ask->page));
	return prepare_act(call, ask);
}

static void put_scanned(struct json_out *out, uint64_t from, uint64_t to, bool complete)
{
	json_out_open(out, "scanned");
	if (from > to) {
		json_out_null(out, "from");
		json_out_null(out, "to");
	} else {
		json_out_number(out, "from", (int64_t)from);
		json_out_number(out, "to", (int64_t)to);
	}
	json_out_bool(out, "complete", complete);
	json_out_close(out);
}

static fallible find_page(struct call *call, const struct events_read *ask, struct log_page *page)
{
	struct log_page_ask want = {
		.filters = &ask->filters, .limit = ask->page.limit, .resumes = ask->page.resumes};
	if (want.resumes)
		TRY(cursor_read_index(ask->page.position, &want.after));
	return log_read_page(call->server, &ask->reader, &want, call->arena, page);
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	struct events_read *ask = call->ask;
	struct log_page page;
	/* What a repeated request would be given is not kept: the log itself is there. */
	if (json_out_redacted(out, "items"))
		return OK;
	TRY(find_page(call, ask, &page));
	buf_expect(out->buf, page.count * EVENT_OUT_USUAL);
	json_out_open_array(out, "items");
	for (size_t i = 0; i < page.count; i++) {
		json_out_open(out, NULL);
		event_out_members(out, &page.events[i]);
		json_out_close(out);
	}
	json_out_close_array(out);
	cursor_put_index(page.last, ask->position);
	TRY(call_put_cursor(call, out, ask->canon, page.more ? SPAN_BYTES(ask->position) : SPAN_NONE));
	put_scanned(out, page.scanned_from, page.scanned_to, page.complete);
	forbid_keeping(call);
	return OK;
}

const struct handler api_events_list = {prepare_list, write_view, answer_list, .ahead = true};
const struct handler api_events_search = {prepare_search, write_view, answer_list, .ahead = true};

/* ---- facets ---- */

/* Another look than the list by the same filters. */
static fallible set_facets_canon(struct call *call, struct events_read *ask)
{
	scoped(buf) canon = BUF(LOG_READ_CANON_MAX);
	buf_put_text(&canon, "facets");
	log_read_canon(&ask->reader, &ask->filters, &canon);
	return buf_keep(&canon, call->arena, &ask->canon);
}

static fallible prepare_facets(struct call *call)
{
	struct events_read *ask;
	TRY(make_ask(call, &ask));
	TRY(log_ask_facets(call, &ask->filters));
	TRY(log_declared_check(call, &ask->filters, ""));
	TRY(set_facets_canon(call, ask));
	return prepare_act(call, ask);
}

static void put_count(struct json_out *out, const char *name, uint64_t count)
{
	if (count)
		json_out_number(out, name, (int64_t)count);
}

static void put_kinds(struct json_out *out, const struct log_facets *facets)
{
	json_out_open(out, "class");
	for (unsigned i = 0; i < ACTION_CLASS_COUNT; i++)
		put_count(out, action_class_name((enum action_class)i), facets->classes[i]);
	json_out_close(out);
	json_out_open(out, "outcome");
	for (unsigned i = 0; i < FACETS_OUTCOMES; i++)
		put_count(out, log_ask_outcome((enum leaf_outcome)i), facets->outcomes[i]);
	json_out_close(out);
	json_out_open(out, "device_kind");
	for (unsigned i = 0; i < AGENT_KIND_COUNT; i++)
		put_count(out, agent_kind_name((enum agent_kind)i), facets->kinds[i]);
	put_count(out, "unknown", facets->unknown_kind);
	json_out_close(out);
}

static void put_people(struct json_out *out, const struct log_facets *facets)
{
	json_out_open_array(out, "person");
	for (size_t i = 0; i < facets->people_count; i++) {
		const struct log_facets_person *person = &facets->people[i];
		json_out_open(out, NULL);
		json_out_id(out, "id", ID_PERSON, person->id);
		if (person->name.len)
			json_out_span(out, "name", person->name);
		json_out_number(out, "count", (int64_t)person->count);
		json_out_close(out);
	}
	json_out_close_array(out);
}

static void put_days(struct json_out *out, const struct log_facets *facets)
{
	enum { DATE = 10, MS_PER_DAY = 86400000 };
	json_out_open(out, "day");
	for (size_t i = 0; i < facets->day_count; i++) {
		char text[TIMESTAMP_TEXT + 1];
		timestamp_print((struct instant){facets->days[i].day * MS_PER_DAY}, text);
		text[DATE] = '\0';
		json_out_number(out, text, (int64_t)facets->days[i].count);
	}
	json_out_close(out);
}

static fallible answer_facets(struct call *call, struct json_out *out)
{
	const struct events_read *ask = call->ask;
	struct log_facets *facets = call_new(call, struct log_facets);
	if (!facets)
		return FAIL(NO_MEMORY, "a call has no memory for facets");
	TRY(log_facets_count(call->server, &ask->reader, &ask->filters, call->arena, facets));
	put_kinds(out, facets);
	put_people(out, facets);
	put_days(out, facets);
	json_out_number(out, "total", (int64_t)facets->total);
	put_scanned(out, facets->scanned_from, facets->scanned_to, facets->complete);
	forbid_keeping(call);
	return OK;
}

const struct handler api_events_facets = {prepare_facets, write_view, answer_facets, .ahead = true};

/* ---- one event ---- */

static fallible prepare_one(struct call *call)
{
	struct events_read *ask;
	struct id event;
	uint64_t index;
	TRY(make_ask(call, &ask));
	TRY(ids_parse(ID_EVENT, call->parts[0], &event));
	TRY(log_read_find(call->server, &ask->reader, event, &ask->sequence, &index));
	if (is_unwritable(call)) {
		call->act = CALL_NO_ACT;
		return OK;
	}
	return prepare_view(call, ask, NULL, event);
}

/* ?with=ocsf, which also says whose log it is. */
static fallible prepare_with(struct call *call)
{
	static const char *const FORMS[] = {"ocsf", NULL};
	int form;
	TRY(ask_word_query(call, "with", FORMS, &form));
	TRY(prepare_one(call));
	struct events_read *ask = call->ask;
	ask->wants_ocsf = form >= 0;
	if (!ask->wants_ocsf)
		return OK;
	scoped(stage) stage = {0};
	struct tenant tenant;
	TRY(stage_open(call, &stage));
	TRY(tenant_get(&stage.view, call->caller.tenant, call->arena, &tenant));
	return arena_keep(call->arena, tenant.origin, &ask->origin);
}

static fallible put_ocsf(struct call *call, struct json_out *out, const struct log_event *event)
{
	const struct events_read *ask = call->ask;
	scoped(buf) row = BUF(HTTP_REPLY_MAX);
	struct span rest, line;
	char tenant[ID_TEXT + 1];
	ids_print(ID_TENANT, call->caller.tenant, tenant);
	ocsf_out_row(&row, event, &(struct ocsf_out_log){tenant, ask->origin});
	TRY(buf_check(&row));
	rest = buf_span(&row);
	if (span_cut(&rest, '\n', &line))
		json_out_raw(out, "ocsf", line);
	return OK;
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct events_read *ask = call->ask;
	struct log_event event;
	TRY(log_read_event(call->server, &ask->reader, ask->sequence, call->arena, &event));
	event_out_members(out, &event);
	json_out_hex(out, "leaf", SPAN_BYTES(event.read.row.leaf_hash.bytes));
	json_out_hex(out, "chain", SPAN_BYTES(event.read.row.chain));
	forbid_keeping(call);
	return ask->wants_ocsf ? put_ocsf(call, out, &event) : OK;
}

const struct handler api_events_get = {prepare_with, write_view, answer_one, .ahead = true};

/* ---- one leaf: looking at it is looking at the event ---- */

static fallible put_base64(struct json_out *out, const char *name, struct span bytes)
{
	scoped(buf) text = BUF(2 * LEAF_MAX);
	text_put_base64(&text, bytes);
	TRY(buf_check(&text));
	json_out_span(out, name, buf_span(&text));
	return OK;
}

static fallible put_part(struct json_out *out, const struct evidence_part *part)
{
	json_out_open(out, NULL);
	json_out_number(out, "kind", part->kind);
	switch (part->state) {
	case EVIDENCE_OPEN:
		TRY(put_base64(out, "key", SPAN_BYTES(part->key.bytes)));
		break;
	case EVIDENCE_WITHHELD:
		json_out_bool(out, "withheld", true);
		break;
	case EVIDENCE_ERASED:
		json_out_bool(out, "erased", true);
		break;
	}
	json_out_close(out);
	return OK;
}

static fallible answer_leaf(struct call *call, struct json_out *out)
{
	const struct events_read *ask = call->ask;
	scoped(log_leaf) leaf = {0};
	TRY(log_leaf_read(call->server, &ask->reader, ask->sequence, call->arena, &leaf));
	json_out_number(out, "index", (int64_t)leaf.row.index);
	TRY(put_base64(out, "leaf", leaf.row.leaf));
	json_out_hex(out, "leaf_hash", SPAN_BYTES(leaf.row.leaf_hash.bytes));
	json_out_hex(out, "chain", SPAN_BYTES(leaf.row.chain));
	json_out_open_array(out, "parts");
	for (size_t i = 0; i < leaf.part_count; i++)
		TRY(put_part(out, &leaf.parts[i]));
	json_out_close_array(out);
	forbid_keeping(call);
	return OK;
}

const struct handler api_events_leaf = {prepare_one, write_view, answer_leaf, .ahead = true};
