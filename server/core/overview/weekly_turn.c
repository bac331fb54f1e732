/* SPDX-License-Identifier: Apache-2.0 */
/* weekly_turn - pin, count, tell. */
#include "server/core/overview/weekly_turn.h"

#include "base/json_out.h"
#include "server/core/client_turns.h"
#include "server/core/overview/weekly_text.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"

enum { DETAIL_BYTES = 1024, CLIENT_MEMORY = 64 * 1024, DAYS = 7 };

static const int64_t HOUR_MS = 3600000;

/* ---- the event ---- */

static fallible put_detail(const struct weekly_made *made, struct arena *arena, struct span *detail)
{
	char week[LOCAL_DAY_WEEK_TEXT + 1];
	scoped(buf) text = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&text);
	local_day_print_week(made->row.week, week);
	json_out_open(&out, NULL);
	json_out_text(&out, "report", "weekly");
	json_out_text(&out, "period", week);
	json_out_number(&out, "upto_seq", (int64_t)made->row.checkpoint.size - 1);
	json_out_hex(&out, "head_hash", SPAN_BYTES(made->row.checkpoint.root.bytes));
	json_out_text(&out, "basis", made->weekly->basis == WEEKLY_IMPORT ? "import" : "server");
	json_out_close(&out);
	return buf_keep(&text, arena, detail);
}

static fallible seal_event(const struct scene *scene, const struct weekly_made *made, const struct event *by,
	struct event_draft *draft)
{
	struct event event = *by;
	event.has_object_kind = true;
	event.object_kind = ID_CLIENT;
	event.ids[LEAF_ID_OBJECT] = event.ids[LEAF_ID_CLIENT] = made->row.client;
	TRY(put_detail(made, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(
		scene->server->volume.keys, made->row.tenant, &event, scene->now, scene->arena, draft);
}

/* ---- making ---- */

/* What was pinned before, or a checkpoint over all that the log has now. */
static fallible pin(const struct scene *scene, struct weekly_made *made)
{
	const struct server *server = scene->server;
	struct id tenant = made->row.tenant;
	struct err err = weekly_row_get(scene->view, scene->arena, &made->row);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	if (server->volume.read_only)
		return FAIL(BUSY, "the log is not written, and this report was never made");
	TRY(checkpoints_prepare(
		server, tenant, tail_size_of(server->volume.tail, tenant), scene->arena, &made->checkpoint));
	made->fresh = true;
	made->row.made = scene->now;
	made->row.checkpoint = made->checkpoint.row;
	return OK;
}

static fallible check_over(const struct scene *scene, struct id client, struct iso_week week)
{
	struct client found;
	struct weekly bounds;
	TRY(client_get(scene->view, scene->caller->tenant, client, scene->arena, &found));
	if (found.state >= CLIENT_ERASING)
		return FAIL(NOT_FOUND, "the client was erased");
	TRY(weekly_bounds(scene->view, &found, week, scene->arena, &bounds));
	return bounds.until.ms <= scene->now.ms ? OK : FAIL(CONFLICT, "the week is not over yet");
}

fallible weekly_turn_prepare(const struct scene *scene, struct id client, struct iso_week week,
	const struct event *by, struct weekly_made *made)
{
	*made = (struct weekly_made){
		.row = {.tenant = scene->caller->tenant, .client = client, .week = week}};
	TRY(check_over(scene, client, week));
	TRY(pin(scene, made));
	const struct weekly_ask ask = {.server = scene->server,
		.view = scene->view,
		.tenant = made->row.tenant,
		.client = client,
		.week = week,
		.size = made->row.checkpoint.size,
		.arena = scene->arena};
	TRY(weekly_count(&ask, &made->weekly));
	return made->fresh ? seal_event(scene, made, by, &made->generated) : OK;
}

fallible weekly_turn_write(struct act *act, struct weekly_made *made)
{
	struct view view = view_act(act);
	struct weekly_row there = made->row;
	if (!made->fresh)
		return OK;
	struct err err = weekly_row_get(&view, act->arena, &there);
	if (!err_failed(err))
		return FAIL_CODE(STALE, "the report was made meanwhile");
	if (err.kind != ERR_NOT_FOUND)
		return err;
	/* A larger checkpoint may have been stored since; the one that was counted up to is signed as well. */
	struct checkpoints_ask checkpoint = made->checkpoint;
	if (checkpoint.fresh)
		TRY(checkpoints_write(act, made->row.tenant, act->arena, &checkpoint));
	TRY(weekly_row_put(act, &made->row));
	return event_add(act, made->row.tenant, &made->generated.leaf, NULL);
}

/* ---- mailing ---- */

/* One client's report on its way into the outbox. */
struct mailing {
	struct weekly_made made;
	struct event_draft sent;
	struct letters letters;
};

static fallible seal_letters(const struct scene *scene, struct mailing *mailing)
{
	const struct weekly *weekly = mailing->made.weekly;
	const struct letters_desk desk = {scene->server, scene->view, scene->caller->tenant, scene->arena};
	struct weekly_values values;
	TRY(weekly_text_values(weekly, &mailing->made.row.checkpoint, scene->arena, &values));
	struct tell_ask ask = {.kind = weekly_text_kind(weekly),
		.about = weekly->client.id,
		.values = values.rows,
		.count = values.count,
		.now = scene->now};
	return letters_add_contacts(&desk, &ask, &weekly->client, (struct id){0}, &mailing->letters);
}

static fallible write_mailing(struct act *act, void *context)
{
	struct mailing *mailing = context;
	struct view view = view_act(act);
	struct weekly_row row = mailing->made.row;
	TRY(weekly_turn_write(act, &mailing->made));
	TRY(weekly_row_get(&view, act->arena, &row));
	/* Another turn was quicker: nobody is told twice. */
	if (row.mailed)
		return FAIL(NOT_FOUND, "the report was mailed already");
	row.mailed = true;
	TRY(weekly_row_put(act, &row));
	TRY(letters_write(act, &mailing->letters));
	return event_add(act, row.tenant, &mailing->sent.leaf, NULL);
}

static fallible mail(const struct scene *scene, struct id client, struct iso_week week)
{
	const struct event by = {
		.action = ACTION_REPORT_GENERATED, .source = LEAF_SERVER, .actor = LEAF_SYSTEM};
	struct event sent = by;
	struct mailing *mailing = arena_alloc(scene->arena, sizeof *mailing);
	if (!mailing)
		return FAIL(NO_MEMORY, "there is no memory for a weekly report");
	mailing->letters.count = 0;
	sent.action = ACTION_REPORT_SENT;
	TRY(weekly_turn_prepare(scene, client, week, &by, &mailing->made));
	TRY(seal_event(scene, &mailing->made, &sent, &mailing->sent));
	TRY(seal_letters(scene, mailing));
	return committer_run(scene->server->committer,
		(struct act_job){.kind = ACT_EVENT, .run = write_mailing, .context = mailing});
}

/* ---- the turn ---- */

/* The week that has to be told now; false when there is none: it is not six o'clock yet, or the client came later. */
static fallible find_due(
	const struct scene *scene, const struct client *client, struct iso_week *week, bool *due)
{
	struct span name, rule;
	struct instant begins;
	int64_t day;
	*due = false;
	TRY(weekly_zone(scene->view, client, scene->arena, &name, &rule));
	TRY(local_day_at(rule, scene->now, &day));
	int64_t monday = local_day_monday(local_day_week(day));
	TRY(local_day_begins(rule, monday, &begins));
	*week = local_day_week(monday - DAYS);
	bool serves = client->state == CLIENT_ACTIVE || client->state == CLIENT_PAUSED;
	if (!serves || client->created.ms >= begins.ms ||
		scene->now.ms < begins.ms + WEEKLY_TURN_HOUR * HOUR_MS)
		return OK;
	struct weekly_row row = {.tenant = client->tenant, .client = client->id, .week = *week};
	struct err err = weekly_row_get(scene->view, scene->arena, &row);
	*due = err.kind == ERR_NOT_FOUND || (!err_failed(err) && !row.mailed);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* The next client whose report is due, behind `after`; none in *found at the end. */
static fallible next_due(struct scene *scene, struct id *after, struct iso_week *week, struct id *found)
{
	struct client client;
	struct err err = OK;
	bool due = false;
	scoped(arena) row = ARENA(CLIENT_MEMORY);
	*found = (struct id){0};
	while (!due && client_next(scene->view, scene->caller->tenant, after, &row, &client, &err)) {
		TRY(find_due(scene, &client, week, &due));
		if (due)
			*found = client.id;
		arena_clear(&row);
		arena_clear(scene->arena);
	}
	return err;
}

static fallible turn_client(struct scene *scene, struct id *after, size_t *mailed)
{
	struct id client;
	struct iso_week week;
	TRY(next_due(scene, after, &week, &client));
	if (ids_is_none(client)) {
		*after = (struct id){0};
		return OK;
	}
	struct err err = mail(scene, client, week);
	*mailed += !err_failed(err);
	/* Mailed by a turn that was quicker, or erased since: there is nothing left to do. */
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

fallible weekly_turn_run(const struct server *server, struct instant now, size_t *mailed)
{
	return client_turns_run(server, turn_client, now, mailed);
}
