/* SPDX-License-Identifier: Apache-2.0 */
/* person_tokens - draw one, revoke one. */
#include "server/core/people/person_tokens.h"

#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/giving.h"
#include "store/nouns/application.h"
#include "store/nouns/event_add.h"
#include "store/nouns/tenant.h"

enum { TOKEN_SEALED_MAX = 1024, ONE_TOKEN = 16 * 1024 };

/* The log has no word of its own for it: the person's tokens are what changed. */
static fallible seal_event(const struct scene *scene, const struct person *person, struct span before,
	struct span after, struct event_draft *draft)
{
	struct detail_changes changes = {.count = 0};
	struct event event = people_event(scene, ACTION_PERSON_CHANGED, person);
	detail_note(&changes, "tokens", before, after);
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	return scene_seal(scene, &event, draft);
}

static fallible seal_name(const struct scene *scene, const struct personal_token *token, struct span *sealed)
{
	scoped(buf) record = BUF(TOKEN_SEALED_MAX);
	TRY(personal_token_seal(scene->server->volume.keys, token, &record));
	TRY(buf_check(&record));
	return scene_copy(scene, buf_span(&record), sealed);
}

/* On a tenant's first day nobody is proven: then the application that sets it up gets the first tokens
 * (docs/decisions/0004-first-factor.md). */
static bool is_setting_up(const struct caller *caller, const struct tenant *tenant)
{
	return ids_is_none(caller->person) && !tenant->vouched &&
		scopes_allow(caller->scopes, SCOPE_BIT(ADMIN));
}

static fallible check_owner(const struct scene *scene, const struct person *person, bool first)
{
	const struct caller *caller = scene->caller;
	if (first)
		return OK;
	if (ids_is_none(caller->person) || !caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "a personal token is for a person who proved who they are");
	if (!ids_equal(caller->person, person->id))
		return FAIL(DENIED, "a person gets a token only for himself");
	return OK;
}

fallible person_tokens_add_prepare(const struct scene *scene, struct person_tokens_add *add)
{
	struct personal_token *token = &add->token;
	const struct span text = span_of(add->text, TOKEN_TEXT);
	struct tenant tenant;
	uint64_t capabilities;
	TRY(tenant_get_clear(scene->view, scene->caller->tenant, scene->arena, &tenant));
	add->first = is_setting_up(scene->caller, &tenant);
	TRY(check_owner(scene, &add->person, add->first));
	TRY(person_capabilities(scene->view, &add->person, &capabilities));
	TRY(giving_check_bearer(scene->caller, capabilities));
	*token = (struct personal_token){.tenant = add->person.tenant,
		.id = random_id(scene->now),
		.person = add->person.id,
		.created = scene->now,
		.expires = add->expires,
		.name = add->name};
	tokens_make(TOKEN_PERSON, add->text);
	keeper_hash(scene->server->keeper, KEEPER_TOKEN, &text, 1, token->hash);
	TRY(seal_name(scene, token, &add->sealed));
	return seal_event(scene, &add->person, SPAN_NONE, token->name, &add->changed);
}

static fallible put_bearer(struct act *act, const struct personal_token *token)
{
	const struct token bearer = {.kind = TOKEN_PERSON,
		.tenant = token->tenant,
		.owner = token->person,
		.id = token->id,
		.expires = token->expires,
		.revoked = token->revoked};
	return token_put(act, token->hash, &bearer);
}

fallible person_tokens_add_write(struct act *act, struct person_tokens_add *add)
{
	struct tenant tenant;
	struct view view = view_act(act);
	TRY(tenant_get_clear(&view, add->token.tenant, act->arena, &tenant));
	if (add->first && tenant.vouched)
		return FAIL_CODE(STALE, "somebody was vouched for meanwhile");
	TRY(personal_token_put(act, &add->token, add->sealed));
	TRY(put_bearer(act, &add->token));
	return event_add(act, add->token.tenant, &add->changed.leaf, NULL);
}

static fallible find_token(const struct scene *scene, struct id id, struct personal_token *token)
{
	const struct caller *caller = scene->caller;
	struct err err = personal_token_get(scene->view, caller->tenant, id, scene->arena, token);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	bool may = !err_failed(err) &&
		(ids_equal(caller->person, token->person) ||
			caller->capabilities & CAPABILITY_BIT(PEOPLE_WRITE));
	/* One answer, whether there is none or only none for this caller (FOUNDATIONS 13). */
	if (!may || token->revoked)
		return FAIL(NOT_FOUND, "there is no such token here");
	return OK;
}

fallible person_tokens_revoke_prepare(
	const struct scene *scene, struct id id, struct person_tokens_revoke *revoke)
{
	TRY(find_token(scene, id, &revoke->token));
	TRY(person_get(
		scene->view, scene->caller->tenant, revoke->token.person, scene->arena, &revoke->person));
	revoke->token.revoked = true;
	TRY(seal_name(scene, &revoke->token, &revoke->sealed));
	return seal_event(scene, &revoke->person, revoke->token.name, SPAN_NONE, &revoke->changed);
}

fallible person_tokens_revoke_write(struct act *act, struct person_tokens_revoke *revoke)
{
	const struct personal_token *token = &revoke->token;
	struct noun_key key = noun_key(token->tenant, id_span(&token->id), SPAN_NONE);
	struct row row;
	TRY(act_get(act, TABLE_PERSONAL_TOKEN, noun_key_span(&key), &row));
	if (row.version != token->version)
		return FAIL_CODE(STALE, "the token changed meanwhile");
	TRY(personal_token_put(act, token, revoke->sealed));
	TRY(put_bearer(act, token));
	return event_add(act, token->tenant, &revoke->changed.leaf, NULL);
}

/* ---- all of them ---- */

static fallible end_one(struct act *act, struct personal_token *token, uint32_t *ended)
{
	scoped(buf) sealed = BUF(TOKEN_SEALED_MAX);
	*ended += token->expires.ms > act->now.ms;
	token->revoked = true;
	TRY(personal_token_seal(act->volume->keys, token, &sealed));
	TRY(personal_token_put(act, token, buf_span(&sealed)));
	return put_bearer(act, token);
}

fallible person_tokens_end(struct act *act, struct id tenant, struct id person, uint32_t *ended)
{
	struct id after = {0};
	struct view view = view_act(act);
	for (;;) {
		struct personal_token token;
		scoped(arena) arena = ARENA(ONE_TOKEN);
		struct err err = noun_next_id(&view, TABLE_PERSONAL_TOKEN, tenant, SPAN_NONE, &after, NULL);
		if (noun_ends(&err))
			return err;
		TRY(personal_token_get(&view, tenant, after, &arena, &token));
		if (ids_equal(token.person, person) && !token.revoked)
			TRY(end_one(act, &token, ended));
	}
}
