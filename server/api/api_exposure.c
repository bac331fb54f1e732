/* SPDX-License-Identifier: Apache-2.0 */
/* api_exposure - what a person has seen, and who can use or knows what is a client's. */
#include "server/api/call.h"
#include "server/core/grants.h"
#include "store/exposure.h"
#include "store/person.h"

enum { ROW_MEMORY = 64 * 1024 };

static fallible no_memory(void)
{
	return FAIL(NO_MEMORY, "a call has no memory for what it walks over");
}

/* A walk over the ledger, to be answered. */
struct walk {
	struct id of; /* person or client */
	struct page_ask page;
};

static fallible new_walk(struct call *call, struct walk **walk)
{
	*walk = call_new(call, struct walk);
	call->ask = *walk;
	return *walk ? OK : no_memory();
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

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct walk *walk = call->ask;
	struct exposure_place at = {.len = 0}, last = {.len = 0};
	struct exposure exposure;
	struct credential credential;
	struct sight sight;
	struct err err = OK;
	size_t count = 0;
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(grants_sight(view, &call->caller, call->arena, &sight));
	take_position(walk, &at);
	for (; exposure_of_person(view, call->caller.tenant, walk->of, &at, &exposure, &err);
		arena_clear(&row)) {
		if (!sight_has(&sight, exposure.client, exposure.person))
			continue;
		if (count++ == walk->page.limit) {
			return arena_keep(call->arena, span_of(last.bytes, last.len), position);
		}
		TRY(credential_get(view, call->caller.tenant, exposure.credential, &row, &credential));
		json_out_open(out, NULL);
		put_exposure(out, &exposure, &credential);
		json_out_close(out);
		last = at;
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

/* What is open for use, and what is known: each read once, then sorted to its credential. */
struct access_grant {
	struct grant grant;
	struct access_grant *next;
};
struct access_exposure {
	struct exposure exposure;
	struct access_exposure *next;
};
struct access {
	struct access_grant *grants;
	struct access_exposure *exposures;
};

/* Grants that are open now, for people who are there. */
static fallible read_grants(
	struct call *call, const struct view *view, struct id client, struct access *access)
{
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

static fallible read_exposures(
	struct call *call, const struct view *view, struct id client, struct access *access)
{
	struct exposure_place at = {.len = 0};
	struct exposure exposure;
	struct err err = OK;
	struct access_exposure **end = &access->exposures;
	while (exposure_of_client(view, call->caller.tenant, client, &at, &exposure, &err)) {
		*end = call_new(call, struct access_exposure);
		if (!*end)
			return no_memory();
		(*end)->exposure = exposure;
		end = &(*end)->next;
	}
	return err;
}

static void put_user(struct json_out *out, const struct grant *grant)
{
	json_out_open(out, NULL);
	json_out_id(out, "grant", ID_GRANT, grant->id);
	json_out_id(out, "person", ID_PERSON, grant->person);
	modes_put(out, "modes", grant->modes);
	json_out_time(out, "until", grant->until);
	json_out_close(out);
}

static void put_users(const struct access *access, const struct credential *credential, struct json_out *out)
{
	bool open = credential->state == CREDENTIAL_ACTIVE;
	json_out_open_array(out, "can_use");
	for (const struct access_grant *at = access->grants; open && at; at = at->next)
		if (ids_equal(at->grant.credential, credential->id))
			put_user(out, &at->grant);
	json_out_close_array(out);
}

static void put_knowers(
	const struct access *access, const struct credential *credential, struct json_out *out)
{
	json_out_open_array(out, "knows");
	for (const struct access_exposure *at = access->exposures; at; at = at->next) {
		if (!ids_equal(at->exposure.credential, credential->id))
			continue;
		json_out_open(out, NULL);
		put_exposure(out, &at->exposure, credential);
		json_out_close(out);
	}
	json_out_close_array(out);
}

static void put_credential(
	const struct access *access, const struct credential *credential, struct json_out *out)
{
	json_out_open(out, NULL);
	json_out_id(out, "credential", ID_CREDENTIAL, credential->id);
	json_out_span(out, "title", credential->title);
	json_out_text(out, "kind", credential_kind_name(credential->kind));
	json_out_number(out, "version", (int64_t)credential->current);
	json_out_text(out, "state", credential->state == CREDENTIAL_ACTIVE ? "active" : "archived");
	put_users(access, credential, out);
	put_knowers(access, credential, out);
	json_out_close(out);
}

static fallible answer_client(struct call *call, struct json_out *out)
{
	const struct walk *walk = call->ask;
	struct access access = {0};
	struct id after = {0};
	struct client client;
	struct credential credential;
	struct err err = OK;
	scoped(reading) reading = {0};
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(client_get(&view, call->caller.tenant, walk->of, call->arena, &client));
	TRY(read_grants(call, &view, walk->of, &access));
	TRY(read_exposures(call, &view, walk->of, &access));
	json_out_id(out, "client", ID_CLIENT, client.id);
	json_out_bool(out, "frozen", client.frozen);
	json_out_open_array(out, "items");
	for (; credential_next(&view, call->caller.tenant, walk->of, &after, &row, &credential, &err);
		arena_clear(&row))
		put_credential(&access, &credential, out);
	json_out_close_array(out);
	return err;
}

const struct handler api_exposure_client = {prepare_client, NULL, answer_client};
