/* SPDX-License-Identifier: Apache-2.0 */
/* exports - places for those that run, records, and the two events of each. */
#include "server/core/log/exports.h"

#include "base/text.h"
#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/log/log_tiles.h"
#include "store/nouns/application.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"

#include <stdio.h>

enum slot_state { SLOT_FREE, SLOT_TAKEN, SLOT_RUNNING, SLOT_BROKEN };
enum { SWEEP_MAX = 64, SWEEP_ARENA = 256 * 1024, NUMBER_TEXT = 24 };
/* Between its act and its place in the desk an export seems to run nowhere. */
enum { YOUNG_MS = 60 * 1000 };

/* ---- places ---- */

static size_t count_of(struct exports_desk *desk, struct id tenant, size_t *all)
{
	size_t count = 0;
	*all = 0;
	for (size_t i = 0; i < EXPORTS_RUNNING_MAX; i++) {
		bool runs = desk->slots[i].state == SLOT_RUNNING;
		*all += runs;
		count += runs && ids_equal(desk->slots[i].tenant, tenant);
	}
	return count;
}

static fallible check_room(const struct server *server, struct id tenant)
{
	size_t all;
	if (count_of(server->exports, tenant, &all) >= EXPORTS_TENANT_MAX)
		return FAIL(SLOW_DOWN, "the tenant has as many exports running as it may");
	return all < EXPORTS_RUNNING_MAX
		? OK
		: FAIL(SLOW_DOWN, "the server has as many exports running as it may");
}

fallible exports_begin(const struct server *server, struct exports_ask *ask)
{
	struct exports_desk *desk = server->exports;
	for (size_t i = 0; i < EXPORTS_RUNNING_MAX; i++) {
		struct exports_slot *slot = &desk->slots[i];
		int expected = SLOT_FREE;
		if (!atomic_compare_exchange_strong(&slot->state, &expected, SLOT_TAKEN))
			continue;
		slot->tenant = ask->record.tenant;
		slot->export = ask->record.id;
		slot->rows = slot->bytes = 0;
		slot->held = HOLDINGS;
		slot->state = SLOT_RUNNING;
		ask->slot = slot;
		return OK;
	}
	desk->looked_back = false;
	return FAIL(SLOW_DOWN, "the server has as many exports running as it may");
}

static void free_slot(struct exports_slot *slot)
{
	holdings_done(&slot->held);
	slot->state = SLOT_FREE;
}

void exports_leave(struct exports_ask *ask, enum exports_left left)
{
	struct exports_slot *slot = ask->slot;
	ask->slot = NULL;
	if (slot && left == EXPORTS_ENDED)
		free_slot(slot);
	else if (slot)
		slot->state = SLOT_BROKEN;
}

/* ---- beginning ---- */

static fallible check_complete(const struct exports_ask *ask)
{
	if (!ask->complete || (ask->reader.scope == CAPABILITY_LOG_TENANT && ask->reader.admin))
		return OK;
	return FAIL(
		DENIED, "a complete evidence file shows every entry: that is for who may read all of them");
}

/* Before the answer has begun: a file that has to stop in the middle says nothing. */
static fallible check_whole(const struct server *server, const struct exports_ask *ask)
{
	if (!ask->complete)
		return OK;
	return log_tiles_whole(server, ask->reader.tenant, ask->from, ask->has_to ? ask->to : UINT64_MAX);
}

/* What a session that somebody left open may read, it may not carry away. */
static fallible check_stepup(const struct caller *caller)
{
	bool confirmed = caller->proven && caller->proof.given && caller->proof.is_action;
	if (caller->kind == TOKEN_PERSON || ids_is_none(caller->person) || confirmed)
		return OK;
	return FAIL_CODE(STEPUP_REQUIRED, "the person has to confirm this export first");
}

static fallible seal(const struct server *server, const struct caller *caller, struct event *event,
	struct instant now, struct arena *arena, struct exports_ask *ask)
{
	struct export *record = &ask->record;
	record->tenant = caller->tenant;
	record->actor = ids_is_none(caller->person) ? LEAF_BY_APPLICATION : LEAF_PERSON;
	record->by = ids_is_none(caller->person) ? caller->application : caller->person;
	record->application = caller->application;
	record->started = now;
	event->has_object_kind = true;
	event->object_kind = ID_EXPORT;
	event->ids[LEAF_ID_OBJECT] = record->id;
	TRY(export_seal(server->volume.keys, record, arena));
	TRY(event_seal(server->volume.keys, caller->tenant, event, now, arena, &ask->draft));
	record->requested = ask->draft.leaf.event;
	return OK;
}

fallible exports_prepare(const struct server *server, const struct caller *caller, struct event *event,
	struct instant now, struct arena *arena, struct exports_ask *ask)
{
	TRY(check_stepup(caller));
	TRY(check_complete(ask));
	TRY(check_whole(server, ask));
	TRY(check_room(server, caller->tenant));
	return seal(server, caller, event, now, arena, ask);
}

fallible exports_write(struct act *act, struct exports_ask *ask)
{
	ask->record.state = EXPORT_RUNNING;
	ask->record.started = act->now;
	TRY(export_put(act, &ask->record));
	return event_add(act, ask->record.tenant, &ask->draft.leaf, &ask->receipt);
}

/* ---- rows ---- */

void exports_walk_init(const struct server *server, const struct caller *caller, struct exports_ask *ask,
	struct exports_walk *walk)
{
	uint64_t own = ask->receipt.index;
	uint64_t end = ask->has_to && ask->to < own ? ask->to + 1 : own;
	bool backward = ask->filters.order == QUERY_NEWEST_FIRST;
	*walk = (struct exports_walk){.server = server,
		.caller = caller,
		.ask = ask,
		.end = end,
		.over = end <= ask->from,
		.resumes = backward || ask->from > 0,
		.after = backward ? end : ask->from - 1};
}

/* A token that was revoked, a person who was removed: not one page more. */
static fallible check_caller(const struct exports_walk *walk, struct arena *arena)
{
	const struct caller *caller = walk->caller;
	struct application application;
	struct person person;
	scoped(reading) reading = {0};
	TRY(reading_open(&walk->server->volume, &reading));
	struct view view = view_reading(&reading);
	if (!ids_is_none(caller->application)) {
		TRY(application_get_clear(&view, caller->tenant, caller->application, &application));
		if (application.state != APPLICATION_ACTIVE)
			return FAIL(DENIED, "the application was revoked while its export ran");
	}
	if (!ids_is_none(caller->person)) {
		TRY(person_get_clear(&view, caller->tenant, caller->person, arena, &person));
		if (person.state != PERSON_ACTIVE)
			return FAIL(DENIED, "the person was removed while the export ran");
	}
	if (volume_now(&walk->server->volume).ms - walk->ask->record.started.ms > EXPORTS_LIFE_MS)
		return FAIL(EXPIRED, "an export ran longer than any may");
	return OK;
}

/* Only rows of the range are left; behind it the walk is over. */
static void keep_range(struct exports_walk *walk, struct log_page *page)
{
	size_t kept = 0;
	for (size_t i = 0; i < page->count; i++) {
		uint64_t index = page->events[i].read.row.index;
		if (index >= walk->ask->from && index < walk->end)
			page->events[kept++] = page->events[i];
		else
			walk->over = true;
	}
	page->count = kept;
}

fallible exports_next_page(struct exports_walk *walk, struct arena *arena, struct log_page *page)
{
	struct exports_slot *slot = walk->ask->slot;
	TRY(check_caller(walk, arena));
	struct log_page_ask want = {.filters = &walk->ask->filters,
		.limit = EXPORTS_PAGE,
		.resumes = walk->resumes,
		.after = walk->after,
		.hashes = walk->ask->record.format == EXPORT_OCSF};
	TRY(log_read_page(walk->server, &walk->ask->reader, &want, arena, page));
	keep_range(walk, page);
	walk->over = walk->over || !page->more;
	walk->resumes = true;
	walk->after = page->last;
	for (size_t i = 0; i < page->count; i++)
		holdings_add_leaf(&slot->held, &page->events[i].read.leaf);
	slot->rows += page->count;
	return OK;
}

/* ---- the end ---- */

static struct span number_text(uint64_t number, char text[static NUMBER_TEXT])
{
	int len = snprintf(text, NUMBER_TEXT, "%llu", (unsigned long long)number);
	return span_of(text, (size_t)len);
}

static fallible put_detail(const struct export *record, struct arena *arena, struct span *detail)
{
	char rows[NUMBER_TEXT], bytes[NUMBER_TEXT], requested[ID_TEXT + 1];
	scoped(buf) filters = BUF(2 * KEYS_TERM);
	scoped(buf) file = BUF(2 * HASH_SHA256);
	text_put_hex(&filters, SPAN_BYTES(record->filter_hash));
	if (record->state == EXPORT_COMPLETE)
		text_put_hex(&file, SPAN_BYTES(record->sha256));
	TRY(buf_check(&filters));
	TRY(buf_check(&file));
	ids_print(ID_EVENT, record->requested, requested);
	const struct detail_field fields[] = {
		{"filter_hash", buf_span(&filters), DETAIL_TEXT},
		{"rows", number_text(record->rows, rows), DETAIL_NUMBER},
		{"bytes", number_text(record->bytes, bytes), DETAIL_NUMBER},
		{"format", span_text(export_format_name(record->format)), DETAIL_TEXT},
		{"file_hash", buf_span(&file), DETAIL_TEXT},
		{"state", span_text(export_state_name(record->state)), DETAIL_TEXT},
		{"export_event", span_text(requested), DETAIL_TEXT},
	};
	return detail_print(fields, sizeof fields / sizeof fields[0], arena, detail);
}

static fallible seal_end(
	const struct server *server, struct instant now, struct arena *arena, struct exports_end *end)
{
	const struct export *record = &end->record;
	struct event event = {.action = ACTION_LOG_EXPORTED,
		.source = LEAF_SERVER,
		.outcome = record->state == EXPORT_COMPLETE ? LEAF_SUCCESS : LEAF_FAILED,
		.actor = record->actor,
		.has_object_kind = true,
		.object_kind = ID_EXPORT,
		.counted = true,
		.count = record->rows};
	event.ids[LEAF_ID_ACTOR] = record->by;
	event.ids[LEAF_ID_OBJECT] = record->id;
	event.ids[LEAF_ID_REPORTER] = record->application;
	event.texts[LEAF_TEXT_PURPOSE] = record->purpose;
	TRY(put_detail(record, arena, &event.texts[LEAF_TEXT_DETAIL]));
	const struct keys *keys = server->volume.keys;
	struct err err = event_seal(keys, record->tenant, &event, now, arena, &end->draft);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	/* Whoever exported was erased meanwhile: what they wrote goes with them, the numbers stay. */
	event.actor = LEAF_SYSTEM;
	event.ids[LEAF_ID_ACTOR] = (struct id){0};
	event.texts[LEAF_TEXT_PURPOSE] = SPAN_NONE;
	return event_seal(keys, record->tenant, &event, now, arena, &end->draft);
}

fallible exports_end_prepare(
	const struct server *server, struct instant now, struct arena *arena, struct exports_end *end)
{
	TRY(seal_end(server, now, arena, end));
	return export_notices_prepare(server, &end->record, now, arena, &end->told);
}

fallible exports_end_write(struct act *act, struct exports_end *end)
{
	struct export *record = &end->record;
	struct export stored;
	struct view view = view_act(act);
	TRY(export_get(&view, record->tenant, record->id, act->arena, &stored));
	if (stored.state != EXPORT_RUNNING)
		return FAIL(NOT_FOUND, "the export has ended already");
	record->ended = act->now;
	record->event = end->draft.leaf.event;
	TRY(export_put(act, record));
	TRY(letters_write(act, &end->told));
	return event_add(act, record->tenant, &end->draft.leaf, NULL);
}

/* ---- what broke off ---- */

static fallible write_end(struct act *act, void *context)
{
	return exports_end_write(act, context);
}

/* cut - record it; slot NULL: nothing is known of it any more, so it counts as holding everybody. */
static fallible cut(const struct server *server, struct id tenant, struct id id,
	const struct exports_slot *slot, struct instant now)
{
	struct arena arena = ARENA(SWEEP_ARENA);
	struct exports_end end = {0};
	scoped(reading) reading = {0};
	struct err err = reading_open(&server->volume, &reading);
	struct view view = view_reading(&reading);
	if (!err_failed(err))
		err = export_get(&view, tenant, id, &arena, &end.record);
	reading_done(&reading);
	end.record.state = EXPORT_CUT;
	end.record.held_all = !slot || slot->held.all;
	end.record.held = slot ? buf_span(&slot->held.ids) : SPAN_NONE;
	end.record.rows = slot ? slot->rows : 0;
	end.record.bytes = slot ? slot->bytes : 0;
	if (!err_failed(err))
		err = exports_end_prepare(server, now, &arena, &end);
	if (!err_failed(err))
		err = committer_run(server->committer,
			(struct act_job){.kind = ACT_EVENT, .run = write_end, .context = &end});
	arena_done(&arena);
	/* Its beginning was never committed, or somebody else has ended it. */
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static bool is_running_here(const struct server *server, struct id tenant, struct id id)
{
	for (size_t i = 0; i < EXPORTS_RUNNING_MAX; i++) {
		const struct exports_slot *slot = &server->exports->slots[i];
		int state = slot->state;
		if ((state == SLOT_RUNNING || state == SLOT_BROKEN) && ids_equal(slot->tenant, tenant) &&
			ids_equal(slot->export, id))
			return true;
	}
	return false;
}

struct left_over {
	struct id tenant, id;
};

/* Those that are recorded as running and run nowhere, at most SWEEP_MAX of them. *young: there are some that may
 * be about to begin. */
static fallible find_left_over(
	const struct server *server, struct instant now, struct left_over *rows, size_t *count, bool *young)
{
	scoped(reading) reading = {0};
	scoped(kv_cursor) exports = {0};
	*count = 0;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(kv_seek(&reading.txn, TABLE_EXPORT, SPAN_NONE, &exports));
	while (*count < SWEEP_MAX && kv_next(&exports)) {
		struct arena arena = ARENA(SWEEP_ARENA);
		struct export export;
		struct left_over row;
		memcpy(row.tenant.bytes, exports.key.at, sizeof row.tenant.bytes);
		memcpy(row.id.bytes, exports.key.at + sizeof row.tenant.bytes, sizeof row.id.bytes);
		struct err err = export_get(&view, row.tenant, row.id, &arena, &export);
		bool left = !err_failed(err) && export.state == EXPORT_RUNNING &&
			!is_running_here(server, row.tenant, row.id);
		bool is_young = left && now.ms - export.started.ms < YOUNG_MS;
		arena_done(&arena);
		TRY(err);
		*young = *young || is_young;
		if (left && !is_young)
			rows[(*count)++] = row;
	}
	return exports.err;
}

static fallible look_back(const struct server *server, struct instant now, size_t *swept)
{
	struct left_over rows[SWEEP_MAX];
	size_t count = SWEEP_MAX;
	bool young = false;
	while (count == SWEEP_MAX) {
		TRY(find_left_over(server, now, rows, &count, &young));
		for (size_t i = 0; i < count; i++)
			TRY(cut(server, rows[i].tenant, rows[i].id, NULL, now));
		*swept += count;
	}
	if (young)
		server->exports->looked_back = false;
	return OK;
}

fallible exports_sweep(const struct server *server, struct instant now, size_t *swept)
{
	struct exports_desk *desk = server->exports;
	*swept = 0;
	if (!atomic_exchange(&desk->looked_back, true))
		TRY(look_back(server, now, swept));
	for (size_t i = 0; i < EXPORTS_RUNNING_MAX; i++) {
		struct exports_slot *slot = &desk->slots[i];
		if (slot->state != SLOT_BROKEN)
			continue;
		TRY(cut(server, slot->tenant, slot->export, slot, now));
		free_slot(slot);
		++*swept;
	}
	return OK;
}

/* ---- looking ---- */

static bool may_see(const struct caller *caller, const struct export *export)
{
	bool own = ids_equal(export->by, ids_is_none(caller->person) ? caller->application : caller->person);
	bool all = ids_is_none(caller->person) || caller->capabilities & CAPABILITY_BIT(LOG_READ_ADMIN);
	return own || all;
}

fallible exports_get(const struct server *server, const struct view *view, const struct caller *caller,
	struct id id, struct arena *arena, struct export *export)
{
	struct export read;
	TRY(export_get(view, caller->tenant, id, arena, &read));
	if (!may_see(caller, &read))
		return FAIL(NOT_FOUND, "the caller may not see the export");
	if (read.state == EXPORT_RUNNING) {
		read.state = EXPORT_CUT;
		for (size_t i = 0; i < EXPORTS_RUNNING_MAX; i++) {
			const struct exports_slot *slot = &server->exports->slots[i];
			if (!ids_equal(slot->export, id) || slot->state == SLOT_FREE)
				continue;
			read.state = slot->state == SLOT_RUNNING ? EXPORT_RUNNING : EXPORT_CUT;
			read.rows = slot->rows;
			read.bytes = slot->bytes;
		}
	}
	*export = read;
	return OK;
}
