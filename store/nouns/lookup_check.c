/* SPDX-License-Identifier: Apache-2.0 */
/* lookup_check - a tenant after the other, a kind of row after the other. */
#include "store/nouns/lookup_check.h"

#include "store/nouns/expiry.h"
#include "store/nouns/lookup_places.h"
#include "store/nouns/tenant.h"

enum { ROW_MEMORY = 128 * 1024 };

/* One step's. */
struct step {
	const struct view *view;
	struct lookup_check *at;
	struct check_report *report;
};

/* ---- one place ---- */

static void accuse(struct step *step, const struct lookup_place *place)
{
	struct check_report *report = step->report;
	const struct noun_key *key = &place->key;
	report->fault = CHECK_LOOKUP;
	report->tenant = step->at->tenant;
	report->table = place->table;
	report->key_len = key->len < sizeof report->key ? key->len : sizeof report->key;
	memcpy(report->key, key->bytes, report->key_len);
}

static bool stands(const struct lookup_place *place, struct span found)
{
	struct span value = span_of(place->value, place->value_len);
	return value.len == 0 || span_equal(found, value);
}

/* Something is to be done at a time, which can be put off. */
static fallible check_queue(struct step *step, const struct lookup_place *place)
{
	bool waits;
	TRY(expiry_waits(step->view, &place->key, &waits));
	if (!waits)
		accuse(step, place);
	return OK;
}

static fallible check_place(struct step *step, const struct lookup_place *place)
{
	struct span found;
	if (place->in_queue)
		return check_queue(step, place);
	struct err err = kv_get(step->view->txn, (int)place->table, noun_key_span(&place->key), &found);
	if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && !stands(place, found)))
		accuse(step, place);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* ---- one row ---- */

static fallible check_row(struct step *step, struct span name)
{
	struct lookup_places places;
	scoped(arena) texts = ARENA(ROW_MEMORY);
	TRY(lookup_places_of(step->view, step->at->kind, step->at->tenant, name, &texts, &places));
	for (size_t i = 0; i < places.count && step->report->fault == CHECK_SOUND; i++)
		TRY(check_place(step, &places.items[i]));
	return OK;
}

/* The next row of the kind, if there is one. */
static fallible check_next(struct step *step, bool *more)
{
	struct row row;
	struct span name;
	struct lookup_check *at = step->at;
	struct err err = noun_next(step->view, lookup_places_rows(at->kind), at->tenant,
		span_of(at->after, at->after_len), &name, &row);
	*more = !noun_ends(&err);
	TRY(err);
	if (!*more)
		return OK;
	if (name.len > sizeof at->after)
		return FAIL(CORRUPT, "a key of a row is longer than there are");
	memcpy(at->after, name.at, name.len);
	at->after_len = name.len;
	return check_row(step, name);
}

/* ---- all ---- */

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
	*at = (struct lookup_check){
		.tenant = at->tenant, .kind = kind, .in_tenant = kind < lookup_places_kinds()};
}

static fallible go_on(struct step *step)
{
	bool more;
	if (!step->at->in_tenant)
		return enter_tenant(step);
	TRY(check_next(step, &more));
	if (!more)
		enter_kind(step->at, step->at->kind + 1);
	return OK;
}

fallible lookup_check_some(const struct view *view, struct lookup_check *check, struct check_report *report)
{
	struct err err = OK;
	struct step step = {view, check, report};
	for (size_t i = 0; i < LOOKUP_CHECK_ROWS && !check->is_over && !err_failed(err); i++) {
		err = go_on(&step);
		check->is_over = check->is_over || report->fault != CHECK_SOUND || err.kind == ERR_FORGED;
	}
	/* Rows are genuine by now: a text that does not open in its place is the fault of its key. */
	return err.kind == ERR_FORGED ? OK : err;
}
