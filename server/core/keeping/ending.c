/* SPDX-License-Identifier: Apache-2.0 */
/* ending - rows that end, each with its event. */
#include "server/core/keeping/ending.h"

#include "server/core/detail.h"
#include "server/core/login/forgetting.h"
#include "store/event.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/factor.h"
#include "store/nouns/grant.h"
#include "store/nouns/recovery.h"
#include "store/nouns/rescue.h"
#include "store/nouns/saved_view.h"
#include "store/nouns/whereabouts.h"

enum { ONE_NOUN = 64 * 1024 };

static struct event begin(enum action action, enum id_kind kind, struct id object)
{
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = kind};
	event.ids[LEAF_ID_OBJECT] = object;
	return event;
}

fallible ending_begun(struct act *act, struct id tenant, const struct subject *subject)
{
	bool is_client = subject->kind == SUBJECT_CLIENT;
	struct detail_changes changes = {.count = 0};
	struct event event = begin(is_client ? ACTION_CLIENT_CHANGED : ACTION_PERSON_CHANGED,
		is_client ? ID_CLIENT : ID_PERSON, subject->id);
	detail_note(&changes, "state", SPAN_NONE, SPAN_LIT("erasing"));
	TRY(detail_print_changes(&changes, act->arena, &event.texts[LEAF_TEXT_CHANGES]));
	return event_say(act, tenant, &event);
}

/* ---- factors ---- */

static fallible end_factor(struct act *act, struct factor *factor)
{
	const struct detail_field fields[] = {
		{"kind", span_text(factor_type_name(factor->type)), DETAIL_TEXT},
		{"removed_by", SPAN_LIT("erasure"), DETAIL_TEXT}};
	struct event event = begin(ACTION_FACTOR_REMOVED, ID_FACTOR, factor->id);
	TRY(detail_print(fields, 2, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	factor->state = FACTOR_ENDED;
	factor->texts = factor->seed = SPAN_NONE;
	TRY(factor_put(act, factor));
	return event_say(act, factor->tenant, &event);
}

static fallible drop_recovery(struct act *act, struct id tenant, struct id person)
{
	struct recovery recovery;
	struct view view = view_act(act);
	struct err err = recovery_get(&view, tenant, person, &recovery);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return recovery_drop(act, &recovery);
}

fallible ending_factors(struct act *act, struct id tenant, const struct subject *subject)
{
	struct factor factor;
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	if (subject->kind != SUBJECT_PERSON)
		return OK;
	while (factor_next(&view, tenant, subject->id, &at, &factor, &err))
		if (factor.state != FACTOR_ENDED)
			TRY(end_factor(act, &factor));
	TRY(err);
	TRY(forgetting_erase(act, tenant, subject->id));
	TRY(whereabouts_drop(act, tenant, subject->id));
	TRY(saved_view_drop_all(act, tenant, subject->id));
	TRY(rescue_drop(act, tenant, subject->id));
	return drop_recovery(act, tenant, subject->id);
}

/* ---- grants ---- */

static fallible end_grant(struct act *act, struct grant *grant, const char *cause)
{
	char grantee[ID_TEXT + 1];
	const struct detail_field fields[] = {{"cause", span_text(cause), DETAIL_TEXT},
		{"grantee", span_of(grantee, ID_TEXT), DETAIL_TEXT}};
	struct event event = begin(ACTION_GRANT_REVOKED, ID_GRANT, grant->id);
	event.ids[LEAF_ID_GRANT] = grant->id;
	event.ids[LEAF_ID_CLIENT] = grant->client;
	ids_print(ID_PERSON, grant->person, grantee);
	TRY(detail_print(fields, 2, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	grant->state = GRANT_REVOKED;
	grant->ended = act->now;
	TRY(grant_change(act, grant));
	return event_say(act, grant->tenant, &event);
}

static bool has_ended(const struct grant *grant)
{
	return grant->state == GRANT_REVOKED || grant->state == GRANT_EXPIRED;
}

fallible ending_grants(
	struct act *act, struct id tenant, const struct subject *subject, size_t max, size_t *ended)
{
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	for (bool more = true; more && *ended < max;) {
		scoped(arena) arena = ARENA(ONE_NOUN);
		struct grant grant;
		more = grant_next(&view, tenant, subject->id, &at, &arena, &grant, &err);
		if (!more || has_ended(&grant))
			continue;
		TRY(end_grant(act, &grant, "erasure"));
		++*ended;
	}
	return err;
}

fallible ending_grants_of(struct act *act, const struct credential *credential, size_t max, size_t *ended)
{
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	for (bool more = true; more && *ended < max;) {
		scoped(arena) arena = ARENA(ONE_NOUN);
		struct grant grant;
		more = grant_next(&view, credential->tenant, credential->client, &at, &arena, &grant, &err);
		if (!more || has_ended(&grant) || !ids_equal(grant.credential, credential->id))
			continue;
		TRY(end_grant(act, &grant, "destroyed"));
		++*ended;
	}
	return err;
}
