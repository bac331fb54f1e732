/* SPDX-License-Identifier: Apache-2.0 */
/* methods - a person's factors, weighed against roles and mailbox. */
#include "server/core/login/methods.h"

#include "base/text.h"
#include "store/nouns/client.h"
#include "store/nouns/mailbox.h"

enum { HINT_MAX = FACTOR_ADDRESS_MAX + 8 };

/* What may count for this person. */
struct bounds {
	bool email;
	bool email_beside_totp; /* every policy is content with one, even where there is something stronger */
	bool weak;              /* factors that nobody vouched for */
	struct span mailed;     /* no other address counts; empty: any does */
};

fallible methods_compute(struct method *method, struct span seed, struct instant now)
{
	method->centre_step = factor_step(&method->shape, method->drift, method->last_step, now);
	return totp_compute(&method->shape, seed, method->centre_step, &method->candidates);
}

/* An assistant who runs the mailbox would read the code. */
fallible methods_mailbox_is_delegated(
	const struct view *view, const struct person *person, struct arena *arena, bool *delegated)
{
	struct client client;
	*delegated = false;
	if (person->kind != PERSON_OF_CLIENT || ids_is_none(person->client))
		return OK;
	struct err err = client_get(view, person->tenant, person->client, arena, &client);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*delegated = client.mailbox_delegated;
	return OK;
}

bool methods_email_beside_totp(const struct signin *signin)
{
	return signin->least == ROLES_FACTOR_EMAIL && !signin->step_up;
}

static fallible weigh(
	const struct view *view, const struct methods_ask *ask, struct arena *arena, struct bounds *bounds)
{
	bool delegated;
	const struct signin *signin = ask->signin;
	TRY(methods_mailbox_is_delegated(view, ask->person, arena, &delegated));
	bool arrives = ask->mailed.len > 0;
	*bounds = (struct bounds){.email = !delegated && (arrives || signin_lets_weaker(signin, ask->now)),
		.mailed = ask->mailed,
		.email_beside_totp = methods_email_beside_totp(signin),
		.weak = !ask->is_action};
	return OK;
}

static fallible add_email(const struct factor_texts *texts, struct arena *arena, struct method *method)
{
	scoped(buf) hint = BUF(HINT_MAX);
	text_mask_email(texts->address, &hint);
	TRY(buf_check(&hint));
	method->address = texts->address;
	return buf_keep(&hint, arena, &method->hint);
}

static fallible add_device(const struct server *server, const struct factor *factor,
	const struct factor_texts *texts, struct instant now, struct method *method)
{
	scoped(secret) seed = {0};
	method->shape = factor->shape;
	method->drift = factor->drift;
	method->last_step = factor->last_step;
	method->hint = texts->label;
	TRY(keeper_open_seed(server->keeper, factor_seed_place(factor), factor->seed, &seed));
	return methods_compute(method, secret_span(&seed), volume_wall(&server->volume, now));
}

static fallible add(const struct server *server, const struct factor *factor, struct instant now,
	struct span mailed, struct arena *arena, struct methods *methods)
{
	struct factor_texts texts;
	struct method method = {.type = factor->type, .factor = factor->id, .proven = factor->proven};
	TRY(factor_open_texts(server->volume.keys, factor, arena, &texts));
	TRY(factor->type == FACTOR_EMAIL ? add_email(&texts, arena, &method)
					 : add_device(server, factor, &texts, now, &method));
	if (factor->type == FACTOR_EMAIL && mailed.len && !mailbox_is_same(texts.address, mailed))
		return OK;
	methods->items[methods->count++] = method;
	return OK;
}

/* Its label is nobody's business here. */
static fallible add_aside(
	const struct server *server, const struct factor *factor, struct instant now, struct methods *methods)
{
	const struct factor_texts none = {.label = SPAN_NONE};
	struct method method = {.type = factor->type, .factor = factor->id, .proven = factor->proven};
	if (!factor_shows_codes(factor->type) || methods->aside_count == FACTOR_MAX)
		return OK;
	TRY(add_device(server, factor, &none, now, &method));
	methods->aside[methods->aside_count++] = method;
	return OK;
}

static void add_own(struct methods *methods, struct span address)
{
	methods->items[methods->count++] = (struct method){.type = FACTOR_EMAIL, .address = address};
}

/* Where an authenticator is asked for, an address counts only until the person has one: nobody is locked out on
 * the first day, and nobody can go back to the weaker way afterwards. */
static void drop(struct methods *methods, enum factor_type type)
{
	size_t kept = 0;
	for (size_t i = 0; i < methods->count; i++)
		if (methods->items[i].type != type)
			methods->items[kept++] = methods->items[i];
	methods->count = kept;
}

static bool counts(const struct bounds *bounds, const struct factor *factor)
{
	return (bounds->email || factor->type != FACTOR_EMAIL) && (bounds->weak || factor->proven);
}

fallible methods_list(const struct server *server, const struct view *view, const struct methods_ask *ask,
	struct arena *arena, struct methods *methods)
{
	struct bounds bounds;
	struct factor factor;
	struct id after = {0};
	struct err err;
	bool has_app = false;
	const struct person *person = ask->person;
	*methods = (struct methods){.none = REASON_NO_FACTOR, .changed = person->email_changed};
	TRY(weigh(view, ask, arena, &bounds));
	while (factor_next(view, person->tenant, person->id, &after, &factor, &err)) {
		if (factor.state != FACTOR_ACTIVE)
			continue;
		methods->none = REASON_WEAK_METHOD;
		if (factor.confirmed.ms > methods->changed.ms)
			methods->changed = factor.confirmed;
		has_app = has_app || factor_shows_codes(factor.type);
		if (counts(&bounds, &factor) && methods->count < FACTOR_MAX)
			TRY(add(server, &factor, ask->now, bounds.mailed, arena, methods));
		else
			TRY(add_aside(server, &factor, ask->now, methods));
	}
	TRY(err);
	if (methods->none == REASON_NO_FACTOR && bounds.mailed.len && bounds.email)
		add_own(methods, bounds.mailed);
	methods->to_enroll = !has_app && ask->signin->least == ROLES_FACTOR_TOTP;
	if (!bounds.email_beside_totp && methods_find_device(methods))
		drop(methods, FACTOR_EMAIL);
	return OK;
}

void methods_hide_labels(struct methods *methods)
{
	for (size_t i = 0; i < methods->count; i++)
		if (factor_shows_codes(methods->items[i].type))
			methods->items[i].hint = SPAN_NONE;
}

void methods_drop_timed(struct methods *methods)
{
	size_t before = methods->count;
	drop(methods, FACTOR_TOTP);
	if (before > 0 && methods->count == 0)
		methods->none = REASON_CLOCK_UNSYNCED;
}

const struct method *methods_find(const struct methods *methods, enum factor_type type, struct id factor)
{
	for (size_t i = 0; i < methods->count; i++) {
		const struct method *method = &methods->items[i];
		if (method->type == type && (ids_is_none(factor) || ids_equal(factor, method->factor)))
			return method;
	}
	return NULL;
}

const struct method *methods_of_factor(const struct methods *methods, struct id factor)
{
	for (size_t i = 0; i < methods->count; i++)
		if (ids_equal(methods->items[i].factor, factor))
			return &methods->items[i];
	return NULL;
}

const struct method *methods_find_device(const struct methods *methods)
{
	for (size_t i = 0; i < methods->count; i++)
		if (factor_shows_codes(methods->items[i].type))
			return &methods->items[i];
	return NULL;
}
