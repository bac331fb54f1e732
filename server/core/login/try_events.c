/* SPDX-License-Identifier: Apache-2.0 */
/* try_events - a draft for each way that the act may decide. */
#include "server/core/login/try_events.h"

#include "base/json_out.h"
#include "server/core/login/remembering.h"
#include "server/core/login/risk.h"
#include "server/core/signins.h"

enum { DETAIL_MAX = 512 };

static const char *purpose_name(const struct verifications_ask *ask)
{
	return ask->verification.is_action ? "action" : "login";
}

/* What a code that is tried now may come to: a login, a refusal, a lock. Tries are those known before the act. */
static void put_try(const struct verifications_ask *ask, const char *way, struct json_out *out)
{
	int64_t tries = ask->verification.tries + 1;
	json_out_number(out, "attempts", tries);
	if (!way) {
		json_out_number(out, "fails", tries);
		return;
	}
	json_out_open_array(out, "factors");
	json_out_text(out, NULL, way);
	json_out_close_array(out);
	json_out_number(out, "risk", ask->risk.score);
	risk_put_reasons(out, &ask->risk);
	signins_put_flags(out, ask->signin.flags);
}

static void put_detail(const struct verifications_ask *ask, const char *way, struct buf *detail)
{
	struct json_out out = JSON_OUT(detail);
	json_out_open(&out, NULL);
	json_out_text(&out, "channel", way ? way : "none");
	if (way)
		json_out_text(&out, "method", way);
	json_out_text(&out, "purpose", purpose_name(ask));
	if (ask->has_code || ask->spend || remembering_is_tried(ask))
		put_try(ask, way, &out);
	else if (!ask->verification.by_session && !verification_is_by_person(&ask->verification))
		json_out_id(&out, "app_id", ID_APPLICATION, ask->verification.application);
	if (ask->action_type.len)
		json_out_span(&out, "for_action", ask->action_type);
	json_out_close(&out);
}

static const char *way_name(const struct verifications_ask *ask, enum factor_type type)
{
	if (ask->spend)
		return "recovery";
	if (remembering_is_tried(ask))
		return "remembered";
	return type ? factor_type_name(type) : NULL;
}

static fallible seal_event(const struct server *server, struct arena *arena, struct verifications_ask *ask,
	enum factor_type type, struct event_draft *draft)
{
	const struct verification *verification = &ask->verification;
	bool decoy = verification_is_decoy(verification);
	scoped(buf) detail = BUF(DETAIL_MAX);
	struct event event = {.action = ACTION_CHALLENGE_FAILED,
		.outcome = LEAF_DENIED,
		.source = LEAF_SERVER,
		.actor = decoy ? LEAF_UNKNOWN : LEAF_PERSON,
		.has_object_kind = true,
		.object_kind = ID_VERIFICATION};
	event.ids[LEAF_ID_ACTOR] = verification->person;
	event.ids[LEAF_ID_REPORTER] = verification_application(verification);
	event.ids[LEAF_ID_DEVICE] = verification->device;
	event.ids[LEAF_ID_BRANCH] = ask->branch;
	event.ids[LEAF_ID_OBJECT] = verification->id;
	const char *way = way_name(ask, type);
	put_detail(ask, draft == &ask->locked ? NULL : way, &detail);
	TRY(buf_check(&detail));
	device_put_texts(&ask->device, &event);
	event.texts[LEAF_TEXT_ROLES] = ask->roles;
	event.texts[LEAF_TEXT_TRACE] = ask->trace;
	event.texts[LEAF_TEXT_DETAIL] = buf_span(&detail);
	/* A code that goes out says what for; a login is its own purpose, and saves a search word. */
	if (!ask->has_code)
		event.texts[LEAF_TEXT_PURPOSE] = span_text(purpose_name(ask));
	return event_seal(server->volume.keys, verification->tenant, &event, ask->now, arena, draft);
}

/* Which factor it will have been is known only in the act: one draft for each type that may be. */
static fallible seal_attempt(const struct server *server, struct arena *arena, struct verifications_ask *ask)
{
	for (enum factor_type type = FACTOR_TOTP; type <= FACTOR_HOTP; type++)
		if (methods_find(&ask->methods, type, (struct id){0}))
			TRY(seal_event(server, arena, ask, type, &ask->drafts[type]));
	if (ask->methods.count == 0)
		TRY(seal_event(server, arena, ask, 0, &ask->drafts[0]));
	return ask->may_lock ? seal_event(server, arena, ask, 0, &ask->locked) : OK;
}

fallible try_events_seal(const struct server *server, struct arena *arena, struct verifications_ask *ask)
{
	if (ask->has_code)
		return seal_attempt(server, arena, ask);
	if (ask->mail.notice.sealed.at)
		TRY(seal_event(server, arena, ask, FACTOR_EMAIL, &ask->drafts[FACTOR_EMAIL]));
	TRY(seal_event(server, arena, ask, 0, &ask->drafts[0]));
	return ask->spend && ask->may_lock ? seal_event(server, arena, ask, 0, &ask->locked) : OK;
}
