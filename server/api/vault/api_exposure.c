/* SPDX-License-Identifier: Apache-2.0 */
/* api_exposure - what a person has seen, and who can use or knows what is a client's. */
#include "server/api/ask.h"
#include "server/api/vault/exposure_out.h"
#include "server/core/grants_seen.h"
#include "server/core/standing.h"
#include "server/core/vault/rotations.h"
#include "store/nouns/client.h"
#include "store/nouns/credential.h"
#include "store/nouns/person.h"

enum { ROW_MEMORY = 64 * 1024 };

static fallible no_memory(void)
{
	return FAIL(NO_MEMORY, "a call has no memory for what it walks over");
}

/* A walk over the ledger, to be answered. */
struct walk {
	struct id of; /* person or client */
	struct page_ask page;
	struct sight sight;
};

/* ---- GET /v1/people/{person}/exposure ---- */

/* A client's contact sees of anybody what touches that client, and of who knows nothing of it not even that they
 * exist. */
static fallible check_person(const struct call *call, const struct view *view, const struct walk *walk)
{
	const struct sight *sight = &walk->sight;
	bool seen = sight->all || ids_equal(sight->person, walk->of);
	if (!seen && !ids_is_none(sight->client))
		TRY(rotations_knows(view, call->caller.tenant, walk->of, sight->client, &seen));
	return seen ? OK : FAIL(NOT_FOUND, "the person is outside what the caller sees");
}

static fallible prepare_person(struct call *call)
{
	struct walk *walk;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &walk));
	TRY(call_page(call, call->parts[0], &walk->page));
	TRY(stage_open(call, &stage));
	TRY(person_find(&stage.view, call->caller.tenant, call->parts[0], &walk->of));
	TRY(grants_sight(&stage.view, &call->caller, call->arena, &walk->sight));
	return check_person(call, &stage.view, walk);
}

static void take_position(const struct walk *walk, struct exposure_place *at)
{
	if (walk->page.position.len > sizeof at->bytes)
		return;
	at->len = walk->page.position.len;
	if (at->len)
		memcpy(at->bytes, walk->page.position.at, at->len);
}

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct walk *walk = call->ask;
	const struct exposures_ask ask = {
		.tenant = call->caller.tenant, .person = walk->of, .now = call->now};
	struct exposures exposures;
	struct exposures_item item;
	struct exposure_place last = {.len = 0};
	struct name_out names;
	struct err err = OK;
	size_t count = 0;
	TRY(name_out_open(call, view, &names));
	TRY(exposures_open(view, &ask, call->arena, &exposures));
	take_position(walk, &exposures.at);
	while (exposures_next(&exposures, &item, &err)) {
		if (!sight_has(&walk->sight, item.seen.client, item.seen.person))
			continue;
		if (count++ == walk->page.limit)
			return arena_keep(call->arena, span_of(last.bytes, last.len), position);
		json_out_open(out, NULL);
		exposure_out_put(out, &walk->sight, &item);
		TRY(exposure_out_put_names(out, &names, &walk->sight, &item));
		json_out_close(out);
		last = exposures.at;
	}
	return err;
}

static fallible answer_person(struct call *call, struct json_out *out)
{
	return call_put_list(call, out, call->parts[0], put_items);
}

const struct handler api_exposure_person = {prepare_person, NULL, answer_person};

/* ---- GET /v1/clients/{client}/access ---- */

static fallible prepare_client(struct call *call)
{
	struct walk *walk;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &walk));
	TRY(stage_open(call, &stage));
	TRY(client_find(&stage.view, call->caller.tenant, call->parts[0], &walk->of));
	TRY(grants_sight(&stage.view, &call->caller, call->arena, &walk->sight));
	return sight_has_client(&walk->sight, walk->of)
		? OK
		: FAIL(NOT_FOUND, "the client is outside what the caller sees");
}

/* What is open for use, and what is known: each read once, then sorted to its credential. */
struct access_grant {
	struct grant grant;
	struct access_grant *next;
};
struct access {
	struct call *call;
	const struct view *view;
	const struct sight *sight;
	struct access_grant *grants;
	struct exposures_item *exposures;
};

/* Grants that are open now, for people who are there. */
static fallible read_grants(struct access *access, struct id client)
{
	struct call *call = access->call;
	const struct view *view = access->view;
	struct id after = {0};
	struct grant grant;
	struct person person;
	struct err err = OK;
	struct access_grant **end = &access->grants;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (; grant_next(view, call->caller.tenant, client, &after, &row, &grant, &err); arena_clear(&row)) {
		if (grant_shown(&grant, call->now) != GRANT_SHOWN_ACTIVE || grant.from.ms > call->now.ms)
			continue;
		TRY(person_get(view, call->caller.tenant, grant.person, &row, &person));
		if (person.state != PERSON_ACTIVE)
			continue;
		*end = call_new(call, struct access_grant);
		if (!*end)
			return no_memory();
		/* The texts die with the row, and are not shown here. */
		grant.task = grant.mandate = SPAN_NONE;
		(*end)->grant = grant;
		end = &(*end)->next;
	}
	return err;
}

static fallible read_exposures(struct access *access, struct id client)
{
	struct call *call = access->call;
	const struct exposures_ask ask = {.tenant = call->caller.tenant, .client = client, .now = call->now};
	struct exposures exposures;
	struct exposures_item item;
	struct err err = OK;
	struct exposures_item **end = &access->exposures;
	TRY(exposures_open(access->view, &ask, call->arena, &exposures));
	while (exposures_next(&exposures, &item, &err)) {
		*end = call_new(call, struct exposures_item);
		if (!*end)
			return no_memory();
		**end = item;
		end = &(*end)->next;
	}
	return err;
}

static fallible put_user(const struct access *access, const struct grant *grant, struct json_out *out)
{
	json_out_open(out, NULL);
	json_out_id(out, "grant", ID_GRANT, grant->id);
	json_out_id(out, "person", ID_PERSON, grant->person);
	TRY(exposure_out_put_name(out, access->view, grant->tenant, grant->person));
	modes_put(out, "modes", grant->modes);
	json_out_time(out, "until", grant->until);
	json_out_close(out);
	return OK;
}

static fallible put_users(
	const struct access *access, const struct credential *credential, struct json_out *out)
{
	bool open = credential->state == CREDENTIAL_ACTIVE;
	json_out_open_array(out, "can_use");
	for (const struct access_grant *at = access->grants; open && at; at = at->next)
		if (ids_equal(at->grant.credential, credential->id))
			TRY(put_user(access, &at->grant, out));
	json_out_close_array(out);
	return OK;
}

static fallible put_knower(
	const struct access *access, const struct exposures_item *item, struct json_out *out)
{
	json_out_open(out, NULL);
	exposure_out_put(out, access->sight, item);
	TRY(exposure_out_put_name(out, access->view, item->seen.tenant, item->seen.person));
	json_out_close(out);
	return OK;
}

static fallible put_knowers(
	const struct access *access, const struct credential *credential, struct json_out *out)
{
	json_out_open_array(out, "knows");
	for (const struct exposures_item *at = access->exposures; at; at = at->next)
		if (ids_equal(at->seen.credential, credential->id))
			TRY(put_knower(access, at, out));
	json_out_close_array(out);
	return OK;
}

static fallible put_last_used(
	const struct access *access, const struct credential *credential, struct json_out *out)
{
	struct instant at;
	TRY(standing_used(access->call->server, credential->tenant, credential->id, &at));
	ask_put_time(out, "last_used", at);
	return OK;
}

static fallible put_credential(
	const struct access *access, const struct credential *credential, struct json_out *out)
{
	json_out_open(out, NULL);
	json_out_id(out, "credential", ID_CREDENTIAL, credential->id);
	json_out_span(out, "title", credential->title);
	json_out_text(out, "kind", credential_kind_name(credential->kind));
	json_out_number(out, "version", (int64_t)credential->current);
	json_out_text(out, "state", credential_state_name(credential->state));
	TRY(put_last_used(access, credential, out));
	TRY(put_users(access, credential, out));
	TRY(put_knowers(access, credential, out));
	json_out_close(out);
	return OK;
}

static fallible put_credentials(const struct access *access, struct id client, struct json_out *out)
{
	struct id after = {0};
	struct credential credential;
	struct err err = OK;
	scoped(arena) row = ARENA(ROW_MEMORY);
	json_out_open_array(out, "items");
	for (; credential_next(
		     access->view, access->call->caller.tenant, client, &after, &row, &credential, &err);
		arena_clear(&row))
		TRY(put_credential(access, &credential, out));
	json_out_close_array(out);
	return err;
}

static fallible answer_client(struct call *call, struct json_out *out)
{
	const struct walk *walk = call->ask;
	struct client client;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	struct access access = {.call = call, .view = &stage.view, .sight = &walk->sight};
	TRY(client_get(&stage.view, call->caller.tenant, walk->of, call->arena, &client));
	TRY(read_grants(&access, walk->of));
	TRY(read_exposures(&access, walk->of));
	json_out_id(out, "client", ID_CLIENT, client.id);
	json_out_bool(out, "frozen", client.frozen);
	return put_credentials(&access, walk->of, out);
}

const struct handler api_exposure_client = {prepare_client, NULL, answer_client};
