/* SPDX-License-Identifier: Apache-2.0 */
/* checkouts - a row for each thing that is held. */
#include "server/core/grants/checkouts.h"

#include "base/timestamp.h"
#include "server/core/detail.h"
#include "server/core/grants_seen.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/storm.h"

#include <stdio.h>

enum { NUMBER_TEXT = 24 };

static const int64_t MINUTE_MS = 60 * 1000;

/* ---- what is held ---- */

static bool is_held(const struct checkout *checkout, struct instant now)
{
	return checkout->until.ms > now.ms;
}

/* What a grant holds: its credential, or all of its client's. */
static struct id held_by(const struct grant *grant)
{
	return grant->exclusive == GRANT_EXCLUSIVE_CLIENT ? grant->client : grant->credential;
}

/* NOT_FOUND also when the time is over. */
static fallible find(const struct view *view, const struct grant *grant, struct id credential,
	struct instant now, struct checkout *checkout)
{
	TRY(checkout_get(view, grant->tenant, grant->client, credential, checkout));
	return is_held(checkout, now) ? OK : FAIL(NOT_FOUND, "the time of a check-out is over");
}

static void heed(
	const struct checkout *checkout, const struct grant *grant, struct instant now, struct instant *until)
{
	bool other = is_held(checkout, now) && !ids_equal(checkout->person, grant->person);
	if (other && checkout->until.ms > until->ms)
		*until = checkout->until;
}

/* Whoever wants all of a client's waits for everybody who holds one of them. */
static fallible heed_all(
	const struct view *view, const struct grant *grant, struct instant now, struct instant *until)
{
	struct checkout checkout;
	struct id after = {0};
	struct err err = OK;
	while (checkout_next(view, grant->tenant, grant->client, &after, &checkout, &err))
		heed(&checkout, grant, now, until);
	return err;
}

fallible checkouts_find_other(
	const struct view *view, const struct grant *grant, struct instant now, struct instant *until)
{
	const struct id held[] = {grant->client, grant->credential};
	struct instant found = {0};
	for (size_t i = 0; i < sizeof held / sizeof held[0]; i++) {
		struct checkout checkout;
		struct err err = find(view, grant, held[i], now, &checkout);
		if (err.kind == ERR_NOT_FOUND)
			continue;
		TRY(err);
		heed(&checkout, grant, now, &found);
	}
	if (grant->exclusive == GRANT_EXCLUSIVE_CLIENT)
		TRY(heed_all(view, grant, now, &found));
	*until = found;
	return OK;
}

/* ---- events ---- */

static struct event begin(enum action action, const struct grant *grant)
{
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_PERSON,
		.has_object_kind = true,
		.object_kind = ID_CREDENTIAL};
	event.ids[LEAF_ID_ACTOR] = grant->person;
	event.ids[LEAF_ID_OBJECT] = grant->credential;
	event.ids[LEAF_ID_CLIENT] = grant->client;
	event.ids[LEAF_ID_GRANT] = grant->id;
	event.texts[LEAF_TEXT_TASK] = grant->task;
	return event;
}

static fallible tell_taken(struct act *act, const struct grant *grant, const struct checkouts_ask *ask,
	const struct checkout *checkout)
{
	char until[TIMESTAMP_TEXT + 1];
	struct event event = begin(ACTION_CREDENTIAL_CHECKED_OUT, grant);
	timestamp_print(checkout->until, until);
	bool client = grant->exclusive == GRANT_EXCLUSIVE_CLIENT;
	const struct detail_field fields[] = {{"until", span_text(until), DETAIL_TEXT},
		{"exclusive", client ? SPAN_LIT("client") : SPAN_LIT("credential"), DETAIL_TEXT}};
	TRY(detail_print(fields, 2, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	event.ids[LEAF_ID_DEVICE] = ask->device;
	event.ids[LEAF_ID_REPORTER] = ask->reporter;
	event.texts[LEAF_TEXT_PURPOSE] = ask->purpose;
	return event_say(act, grant->tenant, &event);
}

static fallible tell_freed(struct act *act, const struct grant *grant, const struct checkout *checkout)
{
	char held[NUMBER_TEXT];
	struct event event = begin(ACTION_CREDENTIAL_CHECKED_IN, grant);
	snprintf(held, sizeof held, "%lld", (long long)(act->now.ms - checkout->since.ms) / 1000);
	const struct detail_field fields[] = {{"held_s", span_text(held), DETAIL_NUMBER}};
	TRY(detail_print(fields, 1, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_say(act, grant->tenant, &event);
}

/* ---- taking and giving back, inside an act ---- */

fallible checkouts_take(
	struct act *act, const struct grant *grant, const struct checkouts_ask *ask, struct instant *until)
{
	struct view view = view_act(act);
	struct checkout checkout = {.tenant = grant->tenant,
		.client = grant->client,
		.credential = held_by(grant),
		.since = act->now};
	struct err err = find(&view, grant, checkout.credential, act->now, &checkout);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (!err_failed(err) && !ask->renew) {
		*until = checkout.until;
		return OK;
	}
	checkout.grant = grant->id;
	checkout.person = grant->person;
	checkout.until.ms = act->now.ms + ask->minutes * MINUTE_MS;
	if (checkout.until.ms > grant->until.ms)
		checkout.until = grant->until;
	TRY(checkout_put(act, &checkout));
	TRY(tell_taken(act, grant, ask, &checkout));
	*until = checkout.until;
	return OK;
}

fallible checkouts_is_held(
	const struct view *view, const struct grant *grant, struct instant now, bool *is_it)
{
	struct checkout checkout;
	*is_it = false;
	if (grant->exclusive == GRANT_EXCLUSIVE_NONE)
		return OK;
	struct err err = find(view, grant, held_by(grant), now, &checkout);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*is_it = ids_equal(checkout.grant, grant->id);
	return OK;
}

static fallible set_free(struct act *act, const struct grant *grant)
{
	struct view view = view_act(act);
	struct checkout checkout;
	TRY(find(&view, grant, held_by(grant), act->now, &checkout));
	if (!ids_equal(checkout.grant, grant->id))
		return FAIL(NOT_FOUND, "another grant holds it");
	TRY(checkout_drop(act, &checkout));
	return tell_freed(act, grant, &checkout);
}

fallible checkouts_let_go(struct act *act, const struct grant *grant)
{
	if (grant->exclusive == GRANT_EXCLUSIVE_NONE)
		return OK;
	struct err err = set_free(act, grant);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* ---- the use-cases ---- */

/* What holds it must be able to open it. */
static fallible check_open(const struct scene *scene, const struct grant *grant)
{
	struct client client;
	TRY(client_get(scene->view, grant->tenant, grant->client, scene->arena, &client));
	if (client.frozen)
		return FAIL_CODE(FROZEN, "the client has stopped all use");
	if (client.state != CLIENT_ACTIVE)
		return FAIL(CONFLICT, "the client is not active");
	if (grant_shown(grant, scene->now) != GRANT_SHOWN_ACTIVE || grant->from.ms > scene->now.ms)
		return FAIL(CONFLICT, "the grant is not open now");
	if (grant->exclusive == GRANT_EXCLUSIVE_NONE)
		return FAIL(CONFLICT, "the grant is not exclusive");
	return OK;
}

fallible checkouts_out_prepare(const struct scene *scene, struct checkouts_out *out)
{
	const struct caller *caller = scene->caller;
	TRY(grants_find(scene->view, caller, out->grant_id, scene->arena, &out->grant));
	if (!ids_equal(caller->person, out->grant.person))
		return FAIL(NOT_FOUND, "a grant is checked out by its grantee alone");
	TRY(check_open(scene, &out->grant));
	out->ask.renew = true;
	out->ask.device = caller->device_id;
	out->ask.reporter = caller->application;
	struct event event = scene_event(scene, ACTION_CREDENTIAL_DENIED);
	event.has_object_kind = true;
	event.object_kind = ID_CREDENTIAL;
	event.ids[LEAF_ID_OBJECT] = out->grant.credential;
	event.ids[LEAF_ID_CLIENT] = out->grant.client;
	event.ids[LEAF_ID_GRANT] = out->grant.id;
	event.texts[LEAF_TEXT_PURPOSE] = out->ask.purpose;
	return scene_seal(scene, &event, &out->denied);
}

fallible checkouts_out_write(struct act *act, struct checkouts_out *out)
{
	struct view view = view_act(act);
	struct grant grant;
	struct instant other;
	out->refusal = OK;
	TRY(grant_get(&view, out->grant.tenant, out->grant.id, act->arena, &grant));
	if (grant.row != out->grant.row)
		return FAIL_CODE(STALE, "the grant changed meanwhile");
	TRY(checkouts_find_other(&view, &grant, act->now, &other));
	if (other.ms == 0)
		return checkouts_take(act, &grant, &out->ask, &out->until);
	out->until = other;
	out->refusal = FAIL_CODE(CHECKED_OUT, "somebody else holds it");
	event_decide(&out->denied, ACTION_CREDENTIAL_DENIED, LEAF_DENIED, REASON_CHECKED_OUT);
	return storm_refuse(act, grant.tenant, &out->denied, NULL);
}

fallible checkouts_in_write(struct act *act, const struct grant *grant)
{
	struct err err = set_free(act, grant);
	return err.kind == ERR_NOT_FOUND ? FAIL(CONFLICT, "the grant holds nothing") : err;
}
