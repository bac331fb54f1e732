/* SPDX-License-Identifier: Apache-2.0 */
/* digests - who is due, what there is to say, and that it was said. */
#include "server/core/overview/digests.h"

#include "base/json_out.h"
#include "server/core/client_turns.h"
#include "server/core/letters.h"
#include "server/core/overview/digest_count.h"
#include "server/core/overview/weekly.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"

#include <stdio.h>

enum { DETAIL_BYTES = 256, CLIENT_MEMORY = 64 * 1024, NUMBER_TEXT = 16 };

static const int64_t HOUR_MS = 3600000;

/* One contact who is due. */
struct due {
	struct wish wish;
	int64_t first; /* day that is told of */
};

/* One client's digests on their way into the outbox. */
struct mailing {
	struct id tenant, client;
	int64_t today; /* of the client; told is what lies before */
	struct span rule;
	struct due due[CLIENT_CONTACTS_MAX];
	size_t due_count;
	struct letters letters;
	struct event_draft sent; /* with letters */
};

/* ---- who is due ---- */

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Only who ever said something, or got a use that is told together, has a row. */
static fallible add_due(
	const struct scene *scene, const struct client *client, struct id contact, struct mailing *mailing)
{
	struct wish wish = {.tenant = client->tenant, .person = contact};
	TRY(wish_get(scene->view, scene->arena, &wish));
	if (wish.row == 0 || wish.digested >= mailing->today - 1)
		return OK;
	/* Who was never told anything is told of the day before, not of all that ever was. */
	int64_t first = wish.digested ? wish.digested + 1 : mailing->today - 1;
	mailing->due[mailing->due_count++] =
		(struct due){wish, larger(first, mailing->today - DIGESTS_DAYS_MAX)};
	return OK;
}

/* Nobody before seven o'clock of the client's day. */
static fallible find_due(const struct scene *scene, const struct client *client, struct mailing *mailing)
{
	struct span name;
	struct instant begins;
	bool serves = client->state == CLIENT_ACTIVE || client->state == CLIENT_PAUSED;
	mailing->due_count = 0;
	mailing->tenant = client->tenant;
	mailing->client = client->id;
	TRY(weekly_zone(scene->view, client, scene->arena, &name, &mailing->rule));
	TRY(local_day_at(mailing->rule, scene->now, &mailing->today));
	TRY(local_day_begins(mailing->rule, mailing->today, &begins));
	if (!serves || scene->now.ms < begins.ms + DIGESTS_HOUR * HOUR_MS)
		return OK;
	for (size_t i = 0; i < client->contact_count; i++)
		TRY(add_due(scene, client, client->contacts[i], mailing));
	return OK;
}

/* ---- what there is to say ---- */

/* Something of what is to be told together; of uses also those whose grant says so. */
static bool is_worth_a_mail(const struct wish *wish, const struct digest_counts *counts)
{
	bool worth = wish->ways[WISH_USES] == WISH_EACH && counts->together > 0;
	for (unsigned class = 0; class < WISH_CLASS_COUNT; class ++)
		worth = worth || (wish->ways[class] == WISH_DIGEST && counts->of[class] > 0);
	return worth;
}

static fallible seal_letter(const struct scene *scene, const struct due *due, struct instant from,
	const struct digest_counts *counts, struct letters *letters)
{
	const struct letters_desk desk = {scene->server, scene->view, scene->caller->tenant, scene->arena};
	static const char *const NAMES[WISH_CLASS_COUNT] = {"uses", "purchases", "grants", "changes"};
	char numbers[WISH_CLASS_COUNT][NUMBER_TEXT], since[TELL_TIME + 1];
	struct message_value values[WISH_CLASS_COUNT + 1];
	for (unsigned class = 0; class < WISH_CLASS_COUNT; class ++) {
		snprintf(numbers[class], NUMBER_TEXT, "%u", (unsigned)counts->of[class]);
		values[class] = (struct message_value){NAMES[class], span_text(numbers[class])};
	}
	values[WISH_CLASS_COUNT] = (struct message_value){"since", tell_time(from, since).value};
	const struct tell_ask ask = {.person = due->wish.person,
		.kind = NOTICE_DIGEST,
		.values = values,
		.count = WISH_CLASS_COUNT + 1,
		.now = scene->now};
	return letters_add(&desk, &ask, letters);
}

static fallible add_letter(const struct scene *scene, const struct due *due, struct mailing *mailing)
{
	struct digest_counts counts;
	struct digest_count_ask ask = {.server = scene->server,
		.view = scene->view,
		.tenant = mailing->tenant,
		.client = mailing->client};
	TRY(local_day_begins(mailing->rule, due->first, &ask.from));
	TRY(local_day_begins(mailing->rule, mailing->today, &ask.until));
	TRY(digest_count(&ask, &counts));
	return is_worth_a_mail(&due->wish, &counts)
		? seal_letter(scene, due, ask.from, &counts, &mailing->letters)
		: OK;
}

static fallible seal_sent(const struct scene *scene, struct mailing *mailing)
{
	scoped(buf) text = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&text);
	struct event event = {.action = ACTION_REPORT_SENT,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_CLIENT};
	event.ids[LEAF_ID_OBJECT] = event.ids[LEAF_ID_CLIENT] = mailing->client;
	json_out_open(&out, NULL);
	json_out_text(&out, "report", "digest");
	json_out_text(&out, "channel", "email");
	json_out_number(&out, "mails", (int64_t)mailing->letters.count);
	json_out_close(&out);
	TRY(buf_keep(&text, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(scene->server->volume.keys, mailing->tenant, &event, scene->now, scene->arena,
		&mailing->sent);
}

/* ---- that it was said ---- */

static fallible write_mailing(struct act *act, void *context)
{
	struct mailing *mailing = context;
	for (size_t i = 0; i < mailing->due_count; i++) {
		const struct wish *wish = &mailing->due[i].wish;
		struct noun_key key = noun_key(wish->tenant, id_span(&wish->person), SPAN_NONE);
		/* Whoever wished something else meanwhile, or was told by a turn that was quicker, waits for the
		 * next one. */
		TRY(noun_still(act, TABLE_WISH, noun_key_span(&key), wish->row));
		TRY(wish_put_digested(act, wish->tenant, wish->person, mailing->today - 1));
	}
	TRY(letters_write(act, &mailing->letters));
	return mailing->letters.count ? event_add(act, mailing->tenant, &mailing->sent.leaf, NULL) : OK;
}

static fallible mail(const struct scene *scene, struct mailing *mailing)
{
	mailing->letters.count = 0;
	for (size_t i = 0; i < mailing->due_count; i++)
		TRY(add_letter(scene, &mailing->due[i], mailing));
	if (mailing->letters.count)
		TRY(seal_sent(scene, mailing));
	return committer_run(scene->server->committer,
		(struct act_job){.kind = mailing->letters.count ? ACT_EVENT : ACT_HOUSEKEEPING,
			.run = write_mailing,
			.context = mailing});
}

/* ---- the turn ---- */

/* The next client of whom somebody is due, behind `after`; due_count 0 at the end. */
static fallible next_due(struct scene *scene, struct id *after, struct mailing *mailing)
{
	struct client client;
	struct err err = OK;
	scoped(arena) row = ARENA(CLIENT_MEMORY);
	mailing->due_count = 0;
	while (mailing->due_count == 0 &&
		client_next(scene->view, scene->caller->tenant, after, &row, &client, &err)) {
		arena_clear(scene->arena);
		TRY(find_due(scene, &client, mailing));
		arena_clear(&row);
	}
	return err;
}

static fallible turn_client(struct scene *scene, struct id *after, size_t *mailed)
{
	struct mailing mailing;
	TRY(next_due(scene, after, &mailing));
	if (mailing.due_count == 0) {
		*after = (struct id){0};
		return OK;
	}
	struct err err = mail(scene, &mailing);
	if (err.code == CODE_STALE || err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*mailed += mailing.letters.count;
	return OK;
}

fallible digests_run(const struct server *server, struct instant now, size_t *mailed)
{
	return client_turns_run(server, turn_client, now, mailed);
}
