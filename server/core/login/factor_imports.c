/* SPDX-License-Identifier: Apache-2.0 */
/* factor_imports - what is there already, what may come, and the act. */
#include "server/core/login/factor_imports.h"

#include "crypto/random.h"
#include "crypto/secret.h"
#include "server/core/login/factors_seen.h"
#include "store/nouns/event_add.h"

enum { SEALED_MAX = 1024 };

static fallible find_person(const struct scene *scene, struct factor_imports_ask *ask)
{
	struct id person;
	TRY(factors_find_person(scene->view, scene->caller, ask->person, &person));
	TRY(person_get(scene->view, scene->caller->tenant, person, scene->arena, &ask->who));
	if (ask->who.state != PERSON_ACTIVE)
		return FAIL(NOT_FOUND, "the person is not active");
	return factors_count(scene->view, scene->caller->tenant, person, &ask->held);
}

/* ---- what the person has ---- */

/* An ended factor has no seed left to compare with. */
static fallible compare_with(
	const struct scene *scene, const struct factor *factor, struct factor_imports_ask *ask)
{
	scoped(secret) seed = {0};
	if (!factor_shows_codes(factor->type) || factor->seed.len == 0)
		return OK;
	TRY(keeper_open_seed(scene->server->keeper, factor_seed_place(factor), factor->seed, &seed));
	for (size_t i = 0; i < ask->count; i++) {
		struct factor_imports_item *item = &ask->items[i];
		if (!secret_equal(secret_span(&seed), item->seed))
			continue;
		item->result = FACTOR_IMPORTS_THERE;
		item->factor = (struct factor){.id = factor->id};
	}
	return OK;
}

static fallible compare_all(const struct scene *scene, struct factor_imports_ask *ask)
{
	struct factor factor;
	struct id after = {0};
	struct err err;
	while (factor_next(scene->view, ask->who.tenant, ask->who.id, &after, &factor, &err))
		TRY(compare_with(scene, &factor, ask));
	return err;
}

/* ---- what is taken ---- */

static bool stands_before(const struct factor_imports_ask *ask, size_t at, struct id *same)
{
	for (size_t i = 0; i < at; i++) {
		bool is_taken = ask->items[i].result == FACTOR_IMPORTS_TAKEN;
		if (!is_taken || !secret_equal(ask->items[i].seed, ask->items[at].seed))
			continue;
		*same = ask->items[i].factor.id;
		return true;
	}
	return false;
}

static fallible seal_item(
	const struct scene *scene, const struct factor_imports_ask *ask, struct factor_imports_item *item)
{
	scoped(buf) texts = BUF(SEALED_MAX);
	scoped(buf) seed = BUF(SEALED_MAX);
	struct factor *factor = &item->factor;
	const struct factor_texts plain = {.label = item->label};
	const struct factor_news_ask about = {&ask->who, factor->id, factor_type_name(factor->type), 0};
	TRY(factor_seal_texts(scene->server->volume.keys, factor, &plain, &texts));
	TRY(keeper_seal_seed(scene->server->keeper, factor_seed_place(factor), item->seed, &seed));
	TRY(buf_keep(&texts, scene->arena, &factor->texts));
	TRY(buf_keep(&seed, scene->arena, &factor->seed));
	return factor_news_seal(scene, &about, ACTION_FACTOR_ENROLLED, &item->event);
}

/* A code that the app shows this very moment may have been used where the person comes from. */
static uint64_t used_up(const struct factor_imports_item *item, struct instant now)
{
	return item->type == FACTOR_HOTP ? item->counter : totp_step(&item->shape, now);
}

static fallible decide(const struct scene *scene, struct factor_imports_ask *ask, size_t at)
{
	struct factor_imports_item *item = &ask->items[at];
	struct id same = {0};
	if (item->result == FACTOR_IMPORTS_THERE)
		return OK;
	if (stands_before(ask, at, &same))
		item->result = FACTOR_IMPORTS_THERE;
	else if (ask->held.active > 0)
		item->result = FACTOR_IMPORTS_HOLDS;
	else if (ask->held.count + ask->taken >= FACTOR_MAX)
		item->result = FACTOR_IMPORTS_TOO_MANY;
	item->factor = (struct factor){.id = same};
	if (item->result != FACTOR_IMPORTS_TAKEN)
		return OK;
	ask->taken++;
	item->factor = (struct factor){.tenant = ask->who.tenant,
		.id = random_id(scene->now),
		.person = ask->who.id,
		.type = item->type,
		.state = FACTOR_ACTIVE,
		.vouch = FACTOR_FIRST,
		.created = scene->now,
		.confirmed = scene->now,
		.shape = item->shape,
		.last_step = used_up(item, volume_wall(&scene->server->volume, scene->now))};
	return seal_item(scene, ask, item);
}

static fallible tell(const struct scene *scene, struct factor_imports_ask *ask)
{
	ask->news = (struct factor_news){0};
	for (size_t i = 0; i < ask->count; i++) {
		const struct factor *factor = &ask->items[i].factor;
		if (ask->items[i].result != FACTOR_IMPORTS_TAKEN)
			continue;
		const struct factor_news_ask about = {
			&ask->who, factor->id, factor_type_name(factor->type), 0};
		return factor_news_tell(scene, &about, ACTION_FACTOR_ENROLLED, &ask->news);
	}
	return OK;
}

fallible factor_imports_prepare(const struct scene *scene, struct factor_imports_ask *ask)
{
	if (!ids_is_none(scene->caller->person) && !scene->caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "a person who brings factors in has to prove who they are");
	TRY(find_person(scene, ask));
	ask->taken = 0;
	for (size_t i = 0; i < ask->count; i++)
		ask->items[i].result = FACTOR_IMPORTS_TAKEN;
	TRY(compare_all(scene, ask));
	for (size_t i = 0; i < ask->count; i++)
		TRY(decide(scene, ask, i));
	return tell(scene, ask);
}

fallible factor_imports_write(struct act *act, struct factor_imports_ask *ask)
{
	TRY(factors_check_unchanged(act, &ask->who, &ask->held));
	for (size_t i = 0; i < ask->count; i++) {
		struct factor_imports_item *item = &ask->items[i];
		if (item->result != FACTOR_IMPORTS_TAKEN)
			continue;
		TRY(factor_put(act, &item->factor));
		TRY(event_add(act, item->factor.tenant, &item->event.leaf, NULL));
	}
	return factor_news_add(act, &ask->news);
}
