/* SPDX-License-Identifier: Apache-2.0 */
/* api_handovers - /v1/handovers. */
#include "server/api/ask.h"
#include "server/api/grants/handover_out.h"
#include "server/api/name_out.h"
#include "server/core/grants/handovers.h"
#include "server/core/vault/exposures.h"
#include "store/nouns/client.h"
#include "store/nouns/credential.h"

enum { NAME_BYTES = 128, FILTERS_MAX = 256, ROW_MEMORY = 256 * 1024 };

/* A client's contact is told of no other client. */
static void keep_seen(const struct sight *sight, struct handover *handover)
{
	if (ids_is_none(sight->client))
		return;
	handover->client_count = handover_covers(handover, sight->client) ? 1 : 0;
	handover->clients[0] = sight->client;
}

/* No contact of a client sees what is asked for, before it is decided. */
static fallible put_waiting(const struct sight *sight, const struct view *view, struct name_out *names,
	const struct handover *handover, struct json_out *out)
{
	return ids_is_none(sight->client) ? handover_out_waiting(view, names, handover, out)
					  : handover_out_extension(names, NULL, out);
}

static fallible put_scope(struct name_out *names, const struct handover_scope *scope, struct json_out *out)
{
	json_out_number(out, "moves", scope->moves);
	json_out_open_array(out, "blocked");
	for (size_t i = 0; i < scope->count; i++) {
		const struct handover_scope_client *entry = &scope->clients[i];
		if (entry->why == HANDOVER_MOVES)
			continue;
		json_out_open(out, NULL);
		json_out_id(out, "client", ID_CLIENT, entry->client);
		TRY(name_out_client(names, out, "client_name", entry->client));
		json_out_number(out, "grants", entry->moves);
		json_out_text(out, "why", handover_rules_block(entry->why));
		json_out_close(out);
	}
	json_out_close_array(out);
	return OK;
}

/* What of one that waits would move now: what counts is its start. No contact of a client sees one that waits. */
static fallible put_outlook(const struct call *call, const struct view *view, struct name_out *names,
	const struct handover *handover, struct json_out *out)
{
	struct handover_scope scope;
	if (handover->state != HANDOVER_REQUESTED)
		return OK;
	struct err err = handover_scope_read(view, handover, call->now, &scope);
	if (err.kind == ERR_TOO_LARGE || err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return put_scope(names, &scope, out);
}

static void put_owed(struct json_out *out, const struct exposures_item *item)
{
	const struct exposure *owed = &item->seen;
	json_out_open(out, NULL);
	json_out_id(out, "credential", ID_CREDENTIAL, owed->credential);
	json_out_id(out, "client", ID_CLIENT, owed->client);
	json_out_number(out, "version", (int64_t)owed->number);
	json_out_text(out, "state", rotation_rules_word(item->state));
	json_out_number(out, "class", owed->class);
	json_out_time(out, "last", owed->last);
	json_out_close(out);
}

/* ---- POST /v1/handovers ---- */

static void read_clients(struct json_object *top, struct handovers_add *add)
{
	struct json_array array;
	struct span text;
	if (!json_in_array(top, "clients", JSON_OPTIONAL, HANDOVER_CLIENTS_MAX, &array))
		return;
	if (array.count == 0)
		json_in_note(top, "clients", "missing");
	while (json_in_next_text(&array, NAME_BYTES, &text))
		add->clients[add->client_count++] = text;
}

static fallible read_add(struct call *call, struct json_object *top, struct handovers_add *add)
{
	struct handover_plan *plan = &add->plan;
	TRY(call_body(call, top));
	add->from = json_in_text(top, "from", JSON_NEEDED, NAME_BYTES);
	add->to = json_in_text(top, "to", JSON_NEEDED, NAME_BYTES);
	plan->kind = (enum handover_kind)(json_in_word(top, "kind", JSON_NEEDED, HANDOVER_RULES_KINDS) + 1);
	plan->reason =
		(enum handover_reason)(json_in_word(top, "reason", JSON_NEEDED, HANDOVER_RULES_REASONS) + 1);
	plan->override = (enum handover_override)(
		json_in_word(top, "override", JSON_OPTIONAL, HANDOVER_RULES_OVERRIDES) + 1);
	plan->start = json_in_time(top, "start", JSON_NEEDED);
	plan->until = json_in_time(top, "until", JSON_OPTIONAL);
	read_clients(top, add);
	json_in_end(top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct handovers_add *add;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	call->status = 201;
	TRY(read_add(call, &top, add));
	TRY(stage_open(call, &stage));
	struct err err = handovers_add_prepare(&stage.scene, add);
	if (err_failed(err) && add->fault.member)
		json_in_note(&top, add->fault.member, add->fault.code);
	return err;
}

static fallible write_add(struct act *act, struct call *call)
{
	return handovers_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct handovers_add *add = call->ask;
	struct name_out nameless = {0};
	handover_out(out, &add->handover);
	return put_scope(&nameless, &add->scope, out);
}

const struct handler api_handovers_add = {prepare_add, write_add, answer_add};

/* ---- GET /v1/handovers ---- */

struct list {
	struct id person; /* none = anybody's */
	int state;        /* -1 = any */
	struct span filters;
	struct page_ask page;
};

static fallible read_list(struct call *call, struct list *list, struct span *person)
{
	static const char *const STATES[] = {"requested", "approved", "active", "returned", "completed",
		"cancelled", "refused", "lapsed", NULL};
	struct span state;
	scoped(buf) text = BUF(FILTERS_MAX);
	TRY(call_query(call, "person", person));
	TRY(call_query(call, "state", &state));
	TRY(ask_word_query(call, "state", STATES, &list->state));
	buf_put_sized(&text, *person);
	buf_put_sized(&text, state);
	TRY(buf_keep(&text, call->arena, &list->filters));
	return call_page(call, list->filters, &list->page);
}

static fallible prepare_list(struct call *call)
{
	struct list *list;
	struct span person;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &list));
	TRY(read_list(call, list, &person));
	TRY(stage_open(call, &stage));
	return person.len ? person_find(&stage.view, call->caller.tenant, person, &list->person) : OK;
}

static fallible is_wanted(
	const struct scene *scene, const struct list *list, const struct handover *handover, bool *wanted)
{
	bool is_persons = ids_is_none(list->person) || ids_equal(list->person, handover->from) ||
		ids_equal(list->person, handover->to);
	*wanted = is_persons && (list->state < 0 || handover->state == (unsigned)list->state);
	return *wanted ? handovers_sees(scene, handover, wanted) : OK;
}

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct list *list = call->ask;
	const struct scene scene = stage_scene(call, view);
	struct id after, last = {0};
	struct handover handover;
	struct name_out names;
	struct sight sight;
	struct err err = OK;
	size_t count = 0;
	TRY(name_out_open(call, view, &names));
	TRY(sight_of(view, &call->caller, 0, call->arena, &sight));
	TRY(ask_after(&list->page, &after));
	while (handover_next(view, call->caller.tenant, &after, &handover, &err)) {
		bool wanted;
		TRY(is_wanted(&scene, list, &handover, &wanted));
		if (!wanted)
			continue;
		if (count++ == list->page.limit)
			return arena_keep(call->arena, id_span(&last), position);
		json_out_open(out, NULL);
		keep_seen(&sight, &handover);
		handover_out(out, &handover);
		TRY(handover_out_names(&names, &handover, out));
		TRY(put_waiting(&sight, view, &names, &handover, out));
		json_out_close(out);
		last = after;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct list *list = call->ask;
	return call_put_list(call, out, list->filters, put_items);
}

const struct handler api_handovers_list = {prepare_list, NULL, answer_list};

/* ---- GET /v1/handovers/{handover} ---- */

static fallible prepare_one(struct call *call)
{
	struct handover *found;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &found));
	TRY(stage_open(call, &stage));
	return handovers_find(&stage.scene, call->parts[0], found);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	struct name_out names;
	struct sight sight;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(name_out_open(call, &stage.view, &names));
	TRY(sight_of(&stage.view, &call->caller, 0, call->arena, &sight));
	keep_seen(&sight, call->ask);
	handover_out(out, call->ask);
	TRY(handover_out_names(&names, call->ask, out));
	TRY(put_waiting(&sight, &stage.view, &names, call->ask, out));
	return put_outlook(call, &stage.view, &names, call->ask, out);
}

const struct handler api_handovers_one = {prepare_one, NULL, answer_one};

/* ---- GET /v1/handovers/{handover}/briefing ---- */

static fallible prepare_briefing(struct call *call)
{
	TRY(prepare_one(call));
	return handovers_check_briefing(&call->caller, call->ask);
}

/* What is to be known of a grant before it opens: everything but what opens it. */
static fallible put_brief(
	const struct view *view, const struct handover_move *move, struct id tenant, struct json_out *out)
{
	struct grant grant;
	struct client client;
	struct credential credential;
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(grant_get(view, tenant, move->copy, &row, &grant));
	TRY(client_get(view, tenant, grant.client, &row, &client));
	TRY(credential_get(view, tenant, grant.credential, &row, &credential));
	json_out_open(out, NULL);
	json_out_id(out, "grant", ID_GRANT, grant.id);
	json_out_id(out, "client", ID_CLIENT, client.id);
	ask_put_text(out, "client_name", client.name);
	json_out_id(out, "credential", ID_CREDENTIAL, credential.id);
	ask_put_text(out, "title", credential.title);
	json_out_text(out, "kind", credential_kind_name(credential.kind));
	modes_put(out, "modes", grant.modes);
	json_out_time(out, "from", grant.from);
	json_out_time(out, "until", grant.until);
	ask_put_text(out, "task", grant.task);
	ask_put_text(out, "mandate", grant.mandate);
	json_out_close(out);
	return OK;
}

static fallible answer_briefing(struct call *call, struct json_out *out)
{
	const struct handover *handover = call->ask;
	struct handover_move move = {.copy = {{0}}};
	struct err err = OK;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	json_out_id(out, "id", ID_HANDOVER, handover->id);
	json_out_id(out, "from", ID_PERSON, handover->from);
	json_out_time(out, "start", handover->start);
	ask_put_time(out, "until", handover->until);
	json_out_open_array(out, "items");
	while (handover_move_next(&stage.view, handover->tenant, handover->id, &move, &err))
		if (!ids_is_none(move.copy))
			TRY(put_brief(&stage.view, &move, handover->tenant, out));
	json_out_close_array(out);
	return err;
}

const struct handler api_handovers_briefing = {prepare_briefing, NULL, answer_briefing};

/* ---- POST /v1/handovers/{handover}/decision ---- */

static fallible prepare_decide(struct call *call)
{
	struct handovers_decide *decide;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &decide));
	TRY(ask_decision(call, &decide->approve));
	TRY(stage_open(call, &stage));
	TRY(handovers_find(&stage.scene, call->parts[0], &decide->handover));
	return handovers_decide_prepare(&stage.scene, decide);
}

static fallible write_decide(struct act *act, struct call *call)
{
	return handovers_decide_write(act, call->ask);
}

static fallible answer_decide(struct call *call, struct json_out *out)
{
	const struct handovers_decide *decide = call->ask;
	struct name_out nameless = {0};
	handover_out(out, &decide->after);
	return decide->approve ? put_scope(&nameless, &decide->scope, out) : OK;
}

const struct handler api_handovers_decide = {prepare_decide, write_decide, answer_decide};

/* ---- DELETE /v1/handovers/{handover}, POST /v1/handovers/{handover}/acceptance ---- */

typedef fallible (*change_fn)(const struct scene *scene, struct handovers_change *change);

static fallible prepare_change(struct call *call, change_fn prepare)
{
	struct handovers_change *change;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &change));
	TRY(stage_open(call, &stage));
	TRY(handovers_find(&stage.scene, call->parts[0], &change->handover));
	return prepare(&stage.scene, change);
}

static fallible prepare_end(struct call *call)
{
	return prepare_change(call, handovers_end_prepare);
}

static fallible write_end(struct act *act, struct call *call)
{
	return handovers_end_write(act, call->ask);
}

static fallible answer_end(struct call *call, struct json_out *out)
{
	const struct handovers_change *end = call->ask;
	const struct handover *after = &end->after;
	const struct exposures_ask ask = {.tenant = after->tenant, .person = after->to, .now = call->now};
	struct exposures_list due;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(exposures_due(&stage.view, &ask, call->arena, &due));
	handover_out(out, after);
	json_out_open_array(out, "rotation_due");
	for (const struct exposures_item *item = due.first; item; item = item->next)
		if (handover_covers(after, item->seen.client))
			put_owed(out, item);
	json_out_close_array(out);
	return OK;
}

const struct handler api_handovers_end = {prepare_end, write_end, answer_end};

static fallible prepare_accept(struct call *call)
{
	TRY(ask_nothing(call));
	return prepare_change(call, handovers_accept_prepare);
}

static fallible write_accept(struct act *act, struct call *call)
{
	return handovers_accept_write(act, call->ask);
}

static fallible answer_accept(struct call *call, struct json_out *out)
{
	const struct handovers_change *accept = call->ask;
	handover_out(out, &accept->after);
	return OK;
}

const struct handler api_handovers_accept = {prepare_accept, write_accept, answer_accept};
