/* SPDX-License-Identifier: Apache-2.0 */
/* api_exposure - what a person has seen, and who can use or knows what is a client's. */
#include "server/api/call.h"
#include "server/core/grants.h"
#include "store/exposure.h"
#include "store/person.h"

/* A walk over the ledger, to be answered. */
struct walk {
	struct id of; /* person or client */
	struct page_ask page;
};

static fallible new_walk(struct call *call, struct walk **walk)
{
	*walk = call_new(call, struct walk);
	call->ask = *walk;
	return *walk ? OK : FAIL(NO_MEMORY, "a call has no memory for a walk");
}

/* What was seen is still worth something while it has not been changed since. */
static void put_exposure(
	struct json_out *out, const struct exposure *exposure, const struct credential *credential)
{
	bool current = credential->known == exposure->number && credential->state == CREDENTIAL_ACTIVE;
	json_out_id(out, "person", ID_PERSON, exposure->person);
	json_out_id(out, "credential", ID_CREDENTIAL, exposure->credential);
	json_out_id(out, "client", ID_CLIENT, exposure->client);
	json_out_number(out, "version", (int64_t)exposure->number);
	json_out_time(out, "first", exposure->first);
	json_out_time(out, "last", exposure->last);
	json_out_number(out, "count", exposure->count);
	json_out_number(out, "class", exposure->class);
	json_out_id(out, "grant", ID_GRANT, exposure->grant);
	json_out_bool(out, "current", current);
}

/* ---- GET /v1/people/{person}/exposure ---- */

static fallible prepare_person(struct call *call)
{
	struct walk *walk;
	struct sight sight;
	scoped(reading) reading = {0};
	TRY(new_walk(call, &walk));
	TRY(call_page(call, call->parts[0], &walk->page));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(person_find(&view, call->caller.tenant, call->parts[0], &walk->of));
	TRY(grants_sight(&view, &call->caller, call->arena, &sight));
	/* A client's contact sees of anybody what touches that client. */
	if (!sight.all && ids_is_none(sight.client) && !ids_equal(sight.person, walk->of))
		return FAIL(NOT_FOUND, "the person is outside what the caller sees");
	return OK;
}

static void take_position(const struct walk *walk, struct exposure_place *at)
{
	if (walk->page.position.len > sizeof at->bytes)
		return;
	at->len = walk->page.position.len;
	if (at->len)
		memcpy(at->bytes, walk->page.position.at, at->len);
}

static fallible answer_person(struct call *call, struct json_out *out)
{
	const struct walk *walk = call->ask;
	struct exposure_place at = {.len = 0}, last = {.len = 0};
	struct exposure exposure;
	struct credential credential;
	struct sight sight;
	struct err err = OK;
	size_t count = 0;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(grants_sight(&view, &call->caller, call->arena, &sight));
	take_position(walk, &at);
	json_out_open_array(out, "items");
	while (exposure_of_person(&view, call->caller.tenant, walk->of, &at, &exposure, &err)) {
		if (!sight_has(&sight, exposure.client, exposure.person))
			continue;
		if (count++ == walk->page.limit)
			break;
		TRY(credential_get(
			&view, call->caller.tenant, exposure.credential, call->arena, &credential));
		json_out_open(out, NULL);
		put_exposure(out, &exposure, &credential);
		json_out_close(out);
		last = at;
	}
	TRY(err);
	json_out_close_array(out);
	struct span position = count > walk->page.limit ? span_of(last.bytes, last.len) : SPAN_NONE;
	return call_put_cursor(call, out, call->parts[0], position);
}

const struct handler api_exposure_person = {prepare_person, NULL, answer_person};

/* ---- GET /v1/clients/{client}/access ---- */

static fallible prepare_client(struct call *call)
{
	struct walk *walk;
	struct sight sight;
	scoped(reading) reading = {0};
	TRY(new_walk(call, &walk));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(client_find(&view, call->caller.tenant, call->parts[0], &walk->of));
	TRY(grants_sight(&view, &call->caller, call->arena, &sight));
	return sight_has_client(&sight, walk->of)
		       ? OK
		       : FAIL(NOT_FOUND, "the client is outside what the caller sees");
}

static void put_user(struct json_out *out, const struct grant *grant)
{
	json_out_open(out, NULL);
	json_out_id(out, "grant", ID_GRANT, grant->id);
	json_out_id(out, "person", ID_PERSON, grant->person);
	json_out_open_array(out, "modes");
	for (unsigned mode = 0; mode < MODE_COUNT; mode++)
		if (grant->modes & modes_bit((enum mode)mode))
			json_out_text(out, NULL, modes_name((enum mode)mode));
	json_out_close_array(out);
	json_out_time(out, "until", grant->until);
	json_out_close(out);
}

/* Who can use a credential now: grants that are open, for people who are there. */
static fallible put_users(
	struct call *call, const struct view *view, const struct credential *credential, struct json_out *out)
{
	struct id after = {0};
	struct grant grant;
	struct person person;
	struct err err = OK;
	json_out_open_array(out, "can_use");
	while (grant_next(view, credential->tenant, credential->client, &after, call->arena, &grant, &err)) {
		if (!ids_equal(grant.credential, credential->id) ||
			grant_shown(&grant, call->now) != GRANT_SHOWN_ACTIVE)
			continue;
		if (credential->state != CREDENTIAL_ACTIVE || grant.from.ms > call->now.ms)
			continue;
		TRY(person_get(view, credential->tenant, grant.person, call->arena, &person));
		if (person.state == PERSON_ACTIVE)
			put_user(out, &grant);
	}
	json_out_close_array(out);
	return err;
}

static fallible put_knowers(
	const struct view *view, const struct credential *credential, struct json_out *out)
{
	struct exposure_place at = {.len = 0};
	struct exposure exposure;
	struct err err = OK;
	json_out_open_array(out, "knows");
	while (exposure_of_client(view, credential->tenant, credential->client, &at, &exposure, &err)) {
		if (!ids_equal(exposure.credential, credential->id))
			continue;
		json_out_open(out, NULL);
		put_exposure(out, &exposure, credential);
		json_out_close(out);
	}
	json_out_close_array(out);
	return err;
}

static fallible put_credential(
	struct call *call, const struct view *view, const struct credential *credential, struct json_out *out)
{
	json_out_open(out, NULL);
	json_out_id(out, "credential", ID_CREDENTIAL, credential->id);
	json_out_span(out, "title", credential->title);
	json_out_text(out, "kind", credential_kind_name(credential->kind));
	json_out_number(out, "version", (int64_t)credential->current);
	json_out_text(out, "state", credential->state == CREDENTIAL_ACTIVE ? "active" : "archived");
	TRY(put_users(call, view, credential, out));
	TRY(put_knowers(view, credential, out));
	json_out_close(out);
	return OK;
}

static fallible answer_client(struct call *call, struct json_out *out)
{
	const struct walk *walk = call->ask;
	struct id after = {0};
	struct client client;
	struct credential credential;
	struct err err = OK;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(client_get(&view, call->caller.tenant, walk->of, call->arena, &client));
	json_out_id(out, "client", ID_CLIENT, client.id);
	json_out_bool(out, "frozen", client.frozen);
	json_out_open_array(out, "items");
	while (credential_next(&view, call->caller.tenant, walk->of, &after, call->arena, &credential, &err))
		TRY(put_credential(call, &view, &credential, out));
	json_out_close_array(out);
	return err;
}

const struct handler api_exposure_client = {prepare_client, NULL, answer_client};
