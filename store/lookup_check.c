/* SPDX-License-Identifier: Apache-2.0 */
/* lookup_check - a tenant after the other, a kind of row after the other. */
#include "store/lookup_check.h"

#include "store/client.h"
#include "store/credential.h"
#include "store/grant.h"
#include "store/person.h"
#include "store/tenant.h"

enum { ROW_MEMORY = 128 * 1024 };

/* One step's. */
struct step {
	const struct view *view;
	struct lookup_check *at;
	struct check_report *report;
};

static void accuse(struct step *step, enum table table, struct span key)
{
	step->report->fault = CHECK_LOOKUP;
	step->report->tenant = step->at->tenant;
	step->report->table = table;
	step->report->key_len = key.len < KV_KEY_MAX ? key.len : KV_KEY_MAX;
	memcpy(step->report->key, key.at, step->report->key_len);
}

static fallible check_listed(struct step *step, enum table lists, const struct noun_key *key)
{
	struct span value;
	struct err err = kv_get(step->view->txn, (int)lists, noun_key_span(key), &value);
	if (err.kind == ERR_NOT_FOUND)
		accuse(step, lists, noun_key_span(key));
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* A ref that leads to nobody is one that was given up. */
static fallible judge_ref(struct step *step, struct err err, enum table refs, struct id whose)
{
	if (err.kind == ERR_CORRUPT)
		accuse(step, refs, id_span(&whose));
	return err.kind == ERR_CORRUPT || err.kind == ERR_NOT_FOUND ? OK : err;
}

/* ---- one row of a kind; *more is false behind the last ---- */

static const struct id ANYBODY;

static fallible check_exposure(struct step *step, bool *more)
{
	struct err err = OK;
	struct exposure seen;
	*more = exposure_of_tenant(
		step->view, step->at->tenant, ANYBODY, &step->at->after_exposure, &seen, &err);
	TRY(err);
	if (!*more)
		return OK;
	struct noun_key key = exposure_listed_at(&seen);
	return check_listed(step, TABLE_EXPOSURE_INDEX, &key);
}

static fallible check_grant(struct step *step, bool *more)
{
	struct err err = OK;
	struct grant grant;
	scoped(arena) row = ARENA(ROW_MEMORY);
	*more = grant_next(step->view, step->at->tenant, ANYBODY, &step->at->after, &row, &grant, &err);
	TRY(err);
	if (!*more)
		return OK;
	struct noun_key of_person = noun_key(grant.tenant, id_span(&grant.person), id_span(&grant.id));
	struct noun_key of_client = noun_key(grant.tenant, id_span(&grant.client), id_span(&grant.id));
	TRY(check_listed(step, TABLE_GRANT_INDEX, &of_person));
	return check_listed(step, TABLE_GRANT_INDEX, &of_client);
}

static fallible check_credential(struct step *step, bool *more)
{
	struct err err = OK;
	struct credential one;
	scoped(arena) row = ARENA(ROW_MEMORY);
	*more = credential_next(step->view, step->at->tenant, ANYBODY, &step->at->after, &row, &one, &err);
	TRY(err);
	if (!*more)
		return OK;
	struct noun_key key = noun_key(one.tenant, id_span(&one.client), id_span(&one.id));
	return check_listed(step, TABLE_CREDENTIAL_INDEX, &key);
}

static fallible check_client(struct step *step, bool *more)
{
	struct err err = OK;
	struct client client;
	struct id found;
	scoped(arena) row = ARENA(ROW_MEMORY);
	*more = client_next(step->view, step->at->tenant, &step->at->after, &row, &client, &err);
	TRY(err);
	if (!*more || client.ref.len == 0)
		return OK;
	err = client_find(step->view, step->at->tenant, client.ref, &found);
	return judge_ref(step, err, TABLE_CLIENT_TERM, client.id);
}

static fallible check_person(struct step *step, bool *more)
{
	struct err err = OK;
	struct person person;
	struct id found;
	scoped(arena) row = ARENA(ROW_MEMORY);
	*more = person_next(step->view, step->at->tenant, &step->at->after, &row, &person, &err);
	TRY(err);
	if (!*more || person.ref.len == 0)
		return OK;
	err = person_by_ref(step->view, step->at->tenant, person.ref, &found);
	return judge_ref(step, err, TABLE_PERSON_TERM, person.id);
}

/* ---- all ---- */

typedef fallible check_fn(struct step *step, bool *more);

static check_fn *const CHECKS[] = {check_exposure, check_grant, check_credential, check_client, check_person};
enum { KINDS = sizeof CHECKS / sizeof CHECKS[0] };

static fallible enter_tenant(struct step *step)
{
	struct err err = OK;
	struct lookup_check *at = step->at;
	*at = (struct lookup_check){.tenant = at->tenant, .in_tenant = true};
	at->is_over = !tenant_next(step->view, &at->tenant, &err);
	return err;
}

static void enter_kind(struct lookup_check *at, unsigned kind)
{
	*at = (struct lookup_check){.tenant = at->tenant, .kind = kind, .in_tenant = kind < KINDS};
}

static fallible check_row(struct step *step)
{
	bool more;
	if (!step->at->in_tenant)
		return enter_tenant(step);
	TRY(CHECKS[step->at->kind](step, &more));
	if (!more)
		enter_kind(step->at, step->at->kind + 1);
	return OK;
}

fallible lookup_check_some(const struct view *view, struct lookup_check *check, struct check_report *report)
{
	struct err err = OK;
	struct step step = {view, check, report};
	for (size_t i = 0; i < LOOKUP_CHECK_ROWS && !check->is_over && !err_failed(err); i++) {
		err = check_row(&step);
		check->is_over = check->is_over || report->fault != CHECK_SOUND || err.kind == ERR_FORGED;
	}
	/* Rows are genuine by now: a text that does not open in its place is the fault of its key. */
	return err.kind == ERR_FORGED ? OK : err;
}
