/* SPDX-License-Identifier: Apache-2.0 */
/* lookup_check - a tenant after the other, a table after the other. */
#include "store/lookup_check.h"

#include "store/client.h"
#include "store/credential.h"
#include "store/exposure.h"
#include "store/grant.h"
#include "store/person.h"
#include "store/tenant.h"

enum { ROW_MEMORY = 128 * 1024 };

struct pass {
	const struct view *view;
	struct id tenant;
	struct check_report *report;
};

static bool is_sound(const struct pass *pass)
{
	return pass->report->fault == CHECK_SOUND;
}

static void accuse(struct pass *pass, enum table table, struct span key)
{
	pass->report->fault = CHECK_LOOKUP;
	pass->report->table = table;
	pass->report->key_len = key.len < KV_KEY_MAX ? key.len : KV_KEY_MAX;
	memcpy(pass->report->key, key.at, pass->report->key_len);
}

static fallible check_listed(struct pass *pass, enum table lists, const struct noun_key *key)
{
	struct span value;
	struct err err = kv_get(pass->view->txn, (int)lists, noun_key_span(key), &value);
	if (err.kind == ERR_NOT_FOUND)
		accuse(pass, lists, noun_key_span(key));
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible check_exposures(struct pass *pass)
{
	struct err err = OK;
	struct exposure seen;
	struct exposure_place at = {.len = 0};
	const struct id nobody = {0};
	while (is_sound(pass) && exposure_of_tenant(pass->view, pass->tenant, nobody, &at, &seen, &err)) {
		struct noun_key key = exposure_listed_at(&seen);
		TRY(check_listed(pass, TABLE_EXPOSURE_INDEX, &key));
	}
	return err;
}

static fallible check_grants(struct pass *pass)
{
	struct err err = OK;
	struct grant grant;
	struct id after = {0};
	const struct id anybody = {0};
	scoped(arena) row = ARENA(ROW_MEMORY);
	while (is_sound(pass) && grant_next(pass->view, pass->tenant, anybody, &after, &row, &grant, &err)) {
		const struct id of[] = {grant.person, grant.client};
		for (size_t i = 0; is_sound(pass) && i < sizeof of / sizeof of[0]; i++) {
			struct noun_key key = noun_key(pass->tenant, id_span(&of[i]), id_span(&grant.id));
			TRY(check_listed(pass, TABLE_GRANT_INDEX, &key));
		}
		arena_clear(&row);
	}
	return err;
}

static fallible check_credentials(struct pass *pass)
{
	struct err err = OK;
	struct credential one;
	struct id after = {0};
	const struct id anybody = {0};
	scoped(arena) row = ARENA(ROW_MEMORY);
	while (is_sound(pass) &&
		credential_next(pass->view, pass->tenant, anybody, &after, &row, &one, &err)) {
		struct noun_key key = noun_key(pass->tenant, id_span(&one.client), id_span(&one.id));
		TRY(check_listed(pass, TABLE_CREDENTIAL_INDEX, &key));
		arena_clear(&row);
	}
	return err;
}

/* A ref that leads to nobody is one that was given up. */
static fallible judge_ref(struct pass *pass, struct err err, enum table refs, struct id whose)
{
	if (err.kind == ERR_CORRUPT)
		accuse(pass, refs, id_span(&whose));
	return err.kind == ERR_CORRUPT || err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible check_clients(struct pass *pass)
{
	struct err err = OK;
	struct client client;
	struct id after = {0}, found;
	scoped(arena) row = ARENA(ROW_MEMORY);
	while (is_sound(pass) && client_next(pass->view, pass->tenant, &after, &row, &client, &err)) {
		if (client.ref.len)
			TRY(judge_ref(pass, client_find(pass->view, pass->tenant, client.ref, &found),
				TABLE_CLIENT_TERM, client.id));
		arena_clear(&row);
	}
	return err;
}

static fallible check_people(struct pass *pass)
{
	struct err err = OK;
	struct person person;
	struct id after = {0}, found;
	scoped(arena) row = ARENA(ROW_MEMORY);
	while (is_sound(pass) && person_next(pass->view, pass->tenant, &after, &row, &person, &err)) {
		if (person.ref.len)
			TRY(judge_ref(pass, person_by_ref(pass->view, pass->tenant, person.ref, &found),
				TABLE_PERSON_TERM, person.id));
		arena_clear(&row);
	}
	return err;
}

typedef fallible check_fn(struct pass *pass);

static fallible check_tenant(struct pass *pass)
{
	static check_fn *const CHECKS[] = {
		check_exposures, check_grants, check_credentials, check_clients, check_people};
	for (size_t i = 0; is_sound(pass) && i < sizeof CHECKS / sizeof CHECKS[0]; i++)
		TRY(CHECKS[i](pass));
	return OK;
}

static fallible check_tenants(struct pass *pass)
{
	struct err err = OK;
	while (is_sound(pass) && tenant_next(pass->view, &pass->tenant, &err))
		TRY(check_tenant(pass));
	return err;
}

fallible lookup_check_all(const struct view *view, struct check_report *report)
{
	struct pass pass = {.view = view, .report = report};
	struct err err = check_tenants(&pass);
	/* Rows are genuine by now: a text that does not open in its place is the fault of its key. */
	return err.kind == ERR_FORGED ? OK : err;
}
