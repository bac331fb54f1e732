/* SPDX-License-Identifier: Apache-2.0 */
/* pruning - look at what is old, say what goes, let it go. */
#include "server/core/keeping/pruning.h"

#include "base/json_out.h"
#include "store/event.h"
#include "store/nouns/checkpoint_row.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/retention.h"

enum {
	PASS_MEMORY = 64 * 1024 * 1024, /* bytes; a tenant takes about 300 */
	ACT_MEMORY = 4 * 1024 * 1024,
	SLOTS = 4096,
	DETAIL_MAX = 1024,
};

/* One tenant's part of a turn. */
struct plan {
	struct plan *next; /* of the same slot */
	struct id tenant;
	struct instant before[ACTION_RETENTION_COUNT]; /* received earlier: over its time */
	const struct hold_clearance *clearance;        /* of the act `made_in`, or of the first look */
	uint64_t made_in;
	bool held;            /* nothing of it goes */
	bool ready;           /* the event is written: its leaves may go */
	bool whole;           /* every leaf below `reach` is a stub, or goes now */
	uint64_t first, last; /* indexes of what goes */
	uint64_t count;
	uint64_t reach;
};

struct pass {
	const struct server *server;
	struct instant now;
	struct arena arena;
	struct plan *slots[SLOTS];
	uint64_t from;  /* every row of the volume up to here is a stub */
	uint64_t end;   /* the last sequence that is old enough to be looked at */
	uint64_t floor; /* as it will be */
	uint64_t acts;
	struct pruning_report *report;
};

static void pass_done(struct pass *pass)
{
	arena_done(&pass->arena);
}

/* ---- tenants ---- */

static fallible read_months(struct pass *pass, const struct view *view, struct plan *plan)
{
	for (enum action_retention class = 0; class < ACTION_RETENTION_COUNT; class ++) {
		struct retention retention;
		TRY(retention_get(view, plan->tenant, class, &pass->arena, &retention));
		plan->before[class] = retention_before(pass->now, retention.months);
	}
	return OK;
}

static fallible clear(const struct view *view, struct instant now, struct arena *arena, struct plan *plan)
{
	const struct hold_ask ask = {.tenant = plan->tenant, .act = HOLD_PRUNE, .now = now};
	struct err err = hold_clear(view, &ask, arena, &plan->clearance);
	plan->held = err.code == CODE_HELD;
	return plan->held ? OK : err;
}

static fallible make_plan(
	struct pass *pass, const struct view *view, const struct log_row *row, struct plan **plan)
{
	struct plan *made = arena_alloc(&pass->arena, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for so many tenants");
	*made = (struct plan){.tenant = row->tenant, .whole = true, .reach = row->index, .first = UINT64_MAX};
	TRY(read_months(pass, view, made));
	TRY(clear(view, pass->now, &pass->arena, made));
	pass->report->held += made->held;
	*plan = made;
	return OK;
}

static struct plan **slot_of(struct pass *pass, struct id tenant)
{
	uint32_t back;
	memcpy(&back, tenant.bytes + 12, sizeof back);
	struct plan **slot = &pass->slots[back % SLOTS];
	while (*slot && !ids_equal((*slot)->tenant, tenant))
		slot = &(*slot)->next;
	return slot;
}

static fallible plan_of(
	struct pass *pass, const struct view *view, const struct log_row *row, struct plan **plan)
{
	struct plan **slot = slot_of(pass, row->tenant);
	if (!*slot)
		TRY(make_plan(pass, view, row, slot));
	*plan = *slot;
	return OK;
}

/* ---- first walk: what goes ---- */

/* Of a client whose contract has ended nothing was changed later than this; nothing is known of it when that event itself has
 * gone: then it is old enough. */
static fallible last_change(const struct view *view, const struct client *client, struct instant *at)
{
	struct log_row row;
	struct leaf leaf = {0};
	TRY(log_get(view->txn, client->sequence, &row));
	if (row.leaf.len)
		TRY(leaf_decode(row.leaf, &leaf));
	*at = leaf.received;
	return OK;
}

static fallible is_contract_over(
	const struct view *view, const struct plan *plan, const struct client *client, bool *is_over)
{
	struct instant ended = {0};
	if (client->state == CLIENT_ENDED)
		TRY(last_change(view, client, &ended));
	*is_over = client->state >= CLIENT_ENDED && ended.ms < plan->before[ACTION_RETENTION_CONTRACT].ms;
	return OK;
}

/* What belongs to a client's contract is kept as long as it runs, and its time from then on; so is what says when it ended. */
static fallible look_if_over(const struct view *view, const struct plan *plan, uint64_t sequence,
	const struct leaf *leaf, bool *is_over)
{
	enum action_retention class;
	struct client client;
	struct id named = leaf->ids[LEAF_ID_CLIENT];
	*is_over = retention_of_code(leaf->action, &class) && leaf->received.ms < plan->before[class].ms &&
		!plan->held && hold_lets_prune(plan->clearance, plan->tenant, leaf);
	if (!*is_over || ids_is_none(named))
		return OK;
	struct err err = client_get_clear(view, plan->tenant, named, &client);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	if (class == ACTION_RETENTION_CONTRACT || sequence == client.sequence)
		TRY(is_contract_over(view, plan, &client, is_over));
	return OK;
}

static void note(struct plan *plan, const struct log_row *row, bool goes)
{
	if (goes) {
		plan->first = row->index < plan->first ? row->index : plan->first;
		plan->last = row->index;
		plan->count++;
	}
	plan->whole = plan->whole && (goes || row->leaf.len == 0);
	if (plan->whole)
		plan->reach = row->index + 1;
}

/* False: from here on everything is too young, whatever its class. */
static fallible look_at(struct pass *pass, const struct view *view, const struct log_row *row, bool *old)
{
	struct leaf leaf;
	struct plan *plan;
	bool goes = false;
	*old = true;
	TRY(plan_of(pass, view, row, &plan));
	if (row->leaf.len) {
		TRY(leaf_decode(row->leaf, &leaf));
		*old = leaf.received.ms < retention_before(pass->now, RETENTION_LEAST).ms;
		if (*old)
			TRY(look_if_over(view, plan, row->sequence, &leaf, &goes));
	}
	if (!*old)
		return OK;
	note(plan, row, goes);
	pass->end = row->sequence;
	pass->report->looked_at++;
	return OK;
}

static fallible scan_some(struct pass *pass, bool *more)
{
	uint8_t key[8];
	scoped(reading) reading = {0};
	scoped(kv_cursor) rows = {0};
	TRY(reading_open(&pass->server->volume, &reading));
	struct view view = view_reading(&reading);
	log_key(pass->end + 1, key);
	TRY(kv_seek(&reading.txn, TABLE_LOG, SPAN_BYTES(key), &rows));
	size_t looked = 0;
	*more = true;
	while (*more && looked++ < PRUNING_SCAN && kv_next(&rows)) {
		struct log_row row;
		TRY(log_decode(rows.key, rows.value, &row));
		TRY(look_at(pass, &view, &row, more));
	}
	TRY(rows.err);
	*more = *more && looked > PRUNING_SCAN;
	return OK;
}

static fallible scan(struct pass *pass)
{
	bool more = true;
	scoped(reading) reading = {0};
	TRY(reading_open(&pass->server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(pruned_floor(&view, &pass->from));
	reading_done(&reading);
	pass->end = pass->floor = pass->from;
	while (more)
		TRY(scan_some(pass, &more));
	return OK;
}

/* ---- the event ---- */

struct saying {
	struct pass *pass;
	struct plan *plan;
	struct event_draft draft;
	struct arena arena;
};

static void saying_done(struct saying *saying)
{
	arena_done(&saying->arena);
}

static void put_policy(const struct pass *pass, const struct plan *plan, struct buf *policy)
{
	for (enum action_retention class = 0; class < ACTION_RETENTION_COUNT; class ++)
		buf_printf(policy, "%s%s %lld", class ? ", " : "", action_retention_name(class),
			(long long)((pass->now.ms - plan->before[class].ms) / 86400000));
	buf_put_text(policy, " days");
}

static fallible print_detail(
	struct saying *saying, const struct checkpoint_row *checkpoint, struct span *detail)
{
	const struct plan *plan = saying->plan;
	scoped(buf) segment = BUF(64);
	scoped(buf) policy = BUF(256);
	scoped(buf) text = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&text);
	buf_printf(&segment, "%llu-%llu", (unsigned long long)plan->first, (unsigned long long)plan->last);
	put_policy(saying->pass, plan, &policy);
	TRY(buf_check(&segment));
	TRY(buf_check(&policy));
	json_out_open(&out, NULL);
	json_out_span(&out, "segment", buf_span(&segment));
	json_out_number(&out, "last_seq", (int64_t)plan->last);
	json_out_number(&out, "rows", (int64_t)plan->count);
	json_out_span(&out, "policy", buf_span(&policy));
	json_out_hex(&out, "root_hash", SPAN_BYTES(checkpoint->root.bytes));
	json_out_number(&out, "size", (int64_t)checkpoint->size);
	json_out_number(&out, "minimum_index", (int64_t)plan->reach);
	json_out_close(&out);
	return buf_keep(&text, &saying->arena, detail);
}

static fallible seal_event(struct saying *saying, const struct checkpoint_row *checkpoint)
{
	const struct pass *pass = saying->pass;
	struct event event = {.action = ACTION_LOG_SEGMENT_PURGED,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.counted = true,
		.count = saying->plan->count};
	TRY(print_detail(saying, checkpoint, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(pass->server->volume.keys, saying->plan->tenant, &event, pass->now, &saying->arena,
		&saying->draft);
}

static fallible write_event(struct act *act, void *context)
{
	struct saying *saying = context;
	struct plan *plan = saying->plan;
	struct pruned pruned;
	struct view view = view_act(act);
	TRY(clear(&view, act->now, act->arena, plan));
	if (plan->held)
		return FAIL_CODE(HELD, "a hold came before the pruning");
	TRY(pruned_get(&view, plan->tenant, &pruned));
	pruned.minimum = plan->reach > pruned.minimum ? plan->reach : pruned.minimum;
	pruned.count += plan->count;
	pruned.last = act->now;
	TRY(pruned_put(act, plan->tenant, &pruned));
	return event_add(act, plan->tenant, &saying->draft.leaf, NULL);
}

/* A checkpoint that covers all that goes has to stand somewhere before it goes. */
static fallible find_checkpoint(struct saying *saying, struct checkpoint_row *checkpoint)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&saying->pass->server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(checkpoint_row_get(&view, saying->plan->tenant, &saying->arena, checkpoint));
	return checkpoint->size > saying->plan->last ? OK : FAIL(NOT_FOUND, "no checkpoint covers what goes");
}

static fallible say(struct pass *pass, struct plan *plan)
{
	struct checkpoint_row checkpoint;
	scoped(saying) saying = {.pass = pass, .plan = plan, .arena = ARENA(ACT_MEMORY)};
	if (plan->count == 0 || plan->held)
		return OK;
	struct err err = find_checkpoint(&saying, &checkpoint);
	if (!err_failed(err))
		err = seal_event(&saying, &checkpoint);
	if (!err_failed(err))
		err = committer_run(pass->server->committer,
			(struct act_job){.kind = ACT_EVENT, .run = write_event, .context = &saying});
	if (err.code == CODE_HELD || err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	plan->ready = true;
	pass->report->tenants++;
	return OK;
}

static fallible say_all(struct pass *pass)
{
	for (size_t i = 0; i < SLOTS; i++)
		for (struct plan *plan = pass->slots[i]; plan; plan = plan->next)
			TRY(say(pass, plan));
	return OK;
}

/* ---- second walk: it goes ---- */

struct dropping {
	struct pass *pass;
	uint64_t from; /* the last sequence that acts before this one looked at */
	/* By this act, however often it runs. */
	uint64_t at;
	uint64_t floor;
	uint64_t dropped;
};

/* The clearance is made anew in each act: a hold that was placed meanwhile is seen. */
static fallible clear_again(struct act *act, const struct pass *pass, struct plan *plan)
{
	struct view view = view_act(act);
	if (plan->made_in == pass->acts)
		return OK;
	plan->made_in = pass->acts;
	return clear(&view, act->now, act->arena, plan);
}

static fallible drop_row(struct act *act, struct dropping *dropping, uint64_t sequence)
{
	struct log_row row;
	struct leaf leaf;
	bool goes, dropped = false;
	struct pass *pass = dropping->pass;
	struct view view = view_act(act);
	TRY(log_get(act->txn, sequence, &row));
	struct plan *plan = *slot_of(pass, row.tenant);
	bool stub = row.leaf.len == 0;
	if (!stub && plan && plan->ready) {
		TRY(leaf_decode(row.leaf, &leaf));
		TRY(clear_again(act, pass, plan));
		TRY(look_if_over(&view, plan, sequence, &leaf, &goes));
		if (goes)
			TRY(pruned_drop_leaf(act, plan->clearance, sequence, &dropped));
	}
	dropping->dropped += dropped;
	if ((stub || dropped) && dropping->floor + 1 == sequence)
		dropping->floor = sequence;
	return OK;
}

static fallible write_drops(struct act *act, void *context)
{
	struct dropping *dropping = context;
	struct pass *pass = dropping->pass;
	uint64_t end =
		dropping->from + PRUNING_AT_ONCE < pass->end ? dropping->from + PRUNING_AT_ONCE : pass->end;
	pass->acts++;
	dropping->floor = pass->floor;
	dropping->dropped = 0;
	for (uint64_t at = dropping->from + 1; at <= end; at++)
		TRY(drop_row(act, dropping, at));
	dropping->at = end;
	return dropping->floor > pass->floor ? pruned_put_floor(act, dropping->floor) : OK;
}

static fallible drop_all(struct pass *pass)
{
	uint64_t at = pass->from;
	while (at < pass->end) {
		struct dropping dropping = {.pass = pass, .from = at};
		TRY(committer_run(pass->server->committer,
			(struct act_job){
				.kind = ACT_HOUSEKEEPING, .run = write_drops, .context = &dropping}));
		at = dropping.at;
		pass->floor = dropping.floor;
		pass->report->dropped += dropping.dropped;
	}
	return OK;
}

fallible pruning_turn(const struct server *server, struct instant now, struct pruning_report *report)
{
	scoped(pass) pass = {.server = server, .now = now, .arena = ARENA(PASS_MEMORY), .report = report};
	*report = (struct pruning_report){.looked_at = 0};
	TRY(scan(&pass));
	TRY(say_all(&pass));
	return report->tenants ? drop_all(&pass) : OK;
}
