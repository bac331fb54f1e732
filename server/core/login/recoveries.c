/* SPDX-License-Identifier: Apache-2.0 */
/* recoveries - made, and spent. */
#include "server/core/login/recoveries.h"

#include "base/json_out.h"
#include "crypto/random.h"
#include "server/core/from_where.h"
#include "server/core/login/attempts.h"
#include "server/core/login/factors_seen.h"
#include "server/core/login/lanes.h"
#include "server/core/login/new_device.h"
#include "server/core/login/risk.h"
#include "server/core/tell.h"
#include "store/nouns/event_add.h"

enum { DETAIL_MAX = 256, NUMBER_MAX = 8 };

static const char KIND[] = "recovery";

fallible recoveries_find(
	const struct view *view, struct id tenant, struct id person, struct recovery *recovery)
{
	struct recovery found;
	TRY(recovery_get(view, tenant, person, &found));
	if (recovery_is_ended(&found))
		return FAIL(NOT_FOUND, "the person's recovery codes were taken away");
	*recovery = found;
	return OK;
}

/* ---- made ---- */

/* The year's count outlives the set. */
static fallible take_before(const struct scene *scene, struct recoveries_make *make)
{
	struct recovery before;
	struct recovery *made = &make->recovery;
	struct err err = recovery_get(scene->view, made->tenant, made->person, &before);
	make->before = 0;
	make->replaces = false;
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	make->before = before.version;
	make->replaces = !recovery_is_ended(&before);
	made->year = before.year;
	made->uses = before.uses;
	return OK;
}

static fallible say_made(const struct scene *scene, struct recoveries_make *make)
{
	const struct factor_news_ask about = {&make->who, make->recovery.id, KIND, 0};
	enum action action = make->replaces ? ACTION_FACTOR_RECOVERY_REGENERATED : ACTION_FACTOR_ENROLLED;
	TRY(factor_news_seal(scene, &about, action, &make->event));
	return factor_news_tell(scene, &about, action, &make->news);
}

fallible recoveries_make_prepare(const struct scene *scene, struct recoveries_make *make)
{
	struct id person;
	enum factor_vouch vouch;
	const struct caller *caller = scene->caller;
	TRY(factors_find_person(scene->view, caller, make->person, &person));
	TRY(person_get(scene->view, caller->tenant, person, scene->arena, &make->who));
	if (make->who.state != PERSON_ACTIVE)
		return FAIL(NOT_FOUND, "the person is not active");
	TRY(factors_count(scene->view, caller->tenant, person, &make->held));
	TRY(factors_weigh(caller, person, &make->held, &vouch));
	if (make->held.active == 0)
		return FAIL(CONFLICT, "recovery codes stand in for a factor: confirm one first");
	make->recovery = (struct recovery){.tenant = caller->tenant,
		.person = person,
		.id = random_id(scene->now),
		.made = scene->now,
		.proven = vouch == FACTOR_BY_PROVEN};
	TRY(take_before(scene, make));
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		recovery_codes_draw(scene->server->keeper, caller->tenant, person, make->codes[i],
			make->recovery.codes[i].hash);
	return say_made(scene, make);
}

fallible recoveries_make_write(struct act *act, struct recoveries_make *make)
{
	struct recovery now = {.version = 0};
	struct view view = view_act(act);
	const struct recovery *made = &make->recovery;
	TRY(factors_check_unchanged(act, &make->who, &make->held));
	struct err err = recovery_get(&view, made->tenant, made->person, &now);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (now.version != make->before)
		return FAIL_CODE(STALE, "another set was made or used meanwhile");
	TRY(recovery_put(act, made));
	TRY(factor_news_add(act, &make->news));
	return event_add(act, made->tenant, &make->event.leaf, NULL);
}

/* ---- ended ---- */

fallible recoveries_end_prepare(const struct scene *scene, struct recoveries_end *end)
{
	enum factor_vouch vouch;
	const struct caller *caller = scene->caller;
	struct recovery *recovery = &end->recovery;
	TRY(recovery_find(scene->view, caller->tenant, end->id, recovery));
	/* Whose it is stays unsaid to those who may not know: as if there were none. */
	if (err_failed(factors_check_reader(caller, recovery->person)))
		return FAIL(NOT_FOUND, "the recovery codes are outside what the caller sees");
	TRY(person_get(scene->view, caller->tenant, recovery->person, scene->arena, &end->who));
	TRY(factors_count(scene->view, caller->tenant, recovery->person, &end->held));
	TRY(factors_weigh(caller, recovery->person, &end->held, &vouch));
	const struct factor_news_ask about = {&end->who, recovery->id, KIND, 0};
	TRY(factor_news_seal(scene, &about, ACTION_FACTOR_REMOVED, &end->event));
	return factor_news_tell(scene, &about, ACTION_FACTOR_REMOVED, &end->news);
}

fallible recoveries_end_write(struct act *act, struct recoveries_end *end)
{
	struct recovery now;
	struct view view = view_act(act);
	const struct recovery *recovery = &end->recovery;
	TRY(factors_check_unchanged(act, &end->who, &end->held));
	TRY(recovery_find(&view, recovery->tenant, recovery->id, &now));
	TRY(recovery_end(act, &now));
	TRY(factor_news_add(act, &end->news));
	return event_add(act, recovery->tenant, &end->event.leaf, NULL);
}

/* ---- spent: prepare ---- */

/* What was used, and what is left afterwards. */
struct use {
	struct id code;  /* the set's, or that of the helpdesk's code */
	struct id given; /* who handed it over; none: it is of the set */
	unsigned left, uses;
};

static fallible seal_used(const struct scene *scene, const struct verifications_ask *ask,
	const struct use *use, struct event_draft *draft)
{
	scoped(buf) detail = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&detail);
	struct event event = {.action = ACTION_FACTOR_RECOVERY_USED,
		.source = LEAF_SERVER,
		.actor = LEAF_PERSON,
		.has_object_kind = true,
		.object_kind = ID_FACTOR};
	json_out_open(&out, NULL);
	json_out_number(&out, "left", use->left);
	json_out_number(&out, "uses_this_year", use->uses);
	if (!ids_is_none(use->given))
		json_out_id(&out, "helpdesk", ID_PERSON, use->given);
	json_out_close(&out);
	TRY(buf_check(&detail));
	event.ids[LEAF_ID_ACTOR] = ask->verification.person;
	event.ids[LEAF_ID_REPORTER] = ask->verification.application;
	event.ids[LEAF_ID_DEVICE] = ask->verification.device;
	event.ids[LEAF_ID_OBJECT] = use->code;
	device_put_texts(&ask->device, &event);
	event.texts[LEAF_TEXT_TRACE] = scene->trace;
	event.texts[LEAF_TEXT_DETAIL] = buf_span(&detail);
	return scene_seal(scene, &event, draft);
}

static fallible tell_one(const struct scene *scene, const struct verifications_ask *ask,
	enum notice_kind kind, const struct message_value *left, struct span address, struct notice *notice)
{
	char time[TELL_TIME + 1];
	struct from_where kept;
	struct message_value values[3 + FROM_WHERE_VALUES] = {
		*left, {"to", address}, tell_time(scene->now, time)};
	size_t count = 3 + from_where_put(scene->server, &ask->device, &kept, values + 3);
	const struct tell_ask letter = {.person = ask->verification.person,
		.kind = kind,
		.about = ask->verification.id,
		.values = values,
		.count = count,
		.now = scene->now};
	return tell_prepare(scene->server->keeper, ask->verification.tenant, &letter, scene->arena, notice);
}

static fallible tell_all(const struct scene *scene, const struct verifications_ask *ask,
	enum notice_kind kind, unsigned codes_left, struct factor_news *news)
{
	struct person who;
	struct addresses to;
	scoped(buf) left = BUF(NUMBER_MAX);
	const struct verification *verification = &ask->verification;
	buf_printf(&left, "%u", codes_left);
	TRY(buf_check(&left));
	TRY(person_get(scene->view, verification->tenant, verification->person, scene->arena, &who));
	TRY(addresses_list(scene->server, scene->view, &who, (struct id){0}, scene->arena, &to));
	for (size_t i = 0; i < to.count; i++)
		TRY(tell_one(scene, ask, kind, &(struct message_value){"left", buf_span(&left)}, to.items[i],
			&news->items[i]));
	news->count = to.count;
	return OK;
}

/* Few calls need the mails: they are sealed when prepare runs again. */
static fallible prepare_set(
	const struct scene *scene, struct verifications_ask *ask, struct recovery *recovery)
{
	struct recoveries_spend *spend = ask->spend;
	const struct verification *verification = &ask->verification;
	struct err err = recovery_get(scene->view, verification->tenant, verification->person, recovery);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	if (!ask->may_lock || recovery_left(recovery) == 0)
		return OK;
	const struct use use = {.code = recovery->id,
		.left = recovery_left(recovery) - 1,
		.uses = recovery_uses(recovery, scene->now) + 1};
	spend->version = recovery->version;
	TRY(seal_used(scene, ask, &use, &spend->used));
	return tell_all(scene, ask, NOTICE_RECOVERY_USED, use.left, &spend->news);
}

/* Who has no set has no code left. */
static unsigned left_of(const struct recovery *recovery)
{
	return recovery->version ? recovery_left(recovery) : 0;
}

static fallible prepare_help(
	const struct scene *scene, struct verifications_ask *ask, const struct recovery *recovery)
{
	struct rescue rescue;
	struct recoveries_spend *spend = ask->spend;
	const struct verification *verification = &ask->verification;
	if (!ask->may_lock)
		return OK;
	TRY(rescue_read(scene->view, verification->tenant, verification->person, &rescue));
	if (ids_is_none(rescue.code.id))
		return OK;
	const struct use use = {.code = rescue.code.id,
		.given = rescue.code.by,
		.left = left_of(recovery),
		.uses = recovery_uses(recovery, scene->now)};
	spend->rescue_version = rescue.version;
	TRY(seal_used(scene, ask, &use, &spend->helped));
	return tell_all(scene, ask, NOTICE_HELPDESK_USED, use.left, &spend->help_news);
}

fallible recoveries_spend_prepare(const struct scene *scene, struct verifications_ask *ask)
{
	struct recovery recovery = {.version = 0};
	const struct verification *verification = &ask->verification;
	struct recoveries_spend *spend = arena_alloc(scene->arena, sizeof *spend);
	if (!spend)
		return FAIL(NO_MEMORY, "a call has no memory for a recovery code");
	*spend = (struct recoveries_spend){.version = 0};
	ask->spend = spend;
	TRY(recovery_codes_hash(scene->server->keeper, verification->tenant, verification->person,
		ask->recovery, spend->hash));
	TRY(prepare_set(scene, ask, &recovery));
	return prepare_help(scene, ask, &recovery);
}

/* ---- spent: the act ---- */

/* A lane that is closed is what recovery is for; a verification that had its five tries is closed for it as well. */
static enum reason closed_for(const struct verifications_ask *ask, struct instant now)
{
	const struct verification *verification = &ask->verification;
	enum reason closed = attempts_closed(ask, now);
	bool by_lane = verification->state == VERIFICATION_REFUSED && closed == REASON_LOCKED;
	if (by_lane && verification->tries < VERIFICATION_TRIES && ask->methods.count)
		closed = verification_is_expired(verification, now) ? REASON_EXPIRED : REASON_NONE;
	if (closed == REASON_NONE && verification->is_action)
		return REASON_WEAK_METHOD;
	return closed;
}

static void allow(struct verifications_ask *ask, struct id code, bool proven, struct instant now)
{
	struct verification *verification = &ask->verification;
	verification->state = VERIFICATION_ALLOWED;
	verification->decided = now;
	verification->event = ask->drafts[0].leaf.event;
	verification->factor = code;
	verification->weak = !proven;
	verification->aal = 1;
	verification->tries--;        /* only a wrong one costs a try */
	verification->code_count = 0; /* whatever was mailed is worth nothing any more */
	memcpy(verification->used_code, ask->spend->hash, sizeof verification->used_code);
	ask->decision = VERIFICATIONS_ALLOW;
	ask->reason = REASON_NONE;
}

static fallible let_in(struct act *act, struct verifications_ask *ask, const struct factor_news *news,
	struct event_draft *used)
{
	const struct verification *verification = &ask->verification;
	struct event_draft *login = &ask->drafts[0];
	TRY(verification_put(act, verification));
	TRY(lanes_forgive(act, verification->tenant, verification->person, verification->device));
	TRY(factor_news_add(act, news));
	event_decide(login, ACTION_LOGIN_SUCCEEDED, LEAF_SUCCESS, REASON_NONE);
	login->leaf.flags |= verification->weak ? 0 : LEAF_PROVEN;
	TRY(event_add(act, verification->tenant, &login->leaf, &ask->receipt));
	TRY(event_add(act, verification->tenant, &used->leaf, NULL));
	TRY(new_device_write(act, ask));
	return risk_write(act, ask);
}

static fallible write_right(
	struct act *act, struct verifications_ask *ask, struct recovery *recovery, struct recovery_code *code)
{
	struct recoveries_spend *spend = ask->spend;
	if (!ask->may_lock || spend->version != recovery->version)
		return FAIL_CODE(STALE, "the mails of this use are not sealed yet");
	recovery_use(recovery, code, act->now);
	spend->left = recovery_left(recovery);
	spend->uses = recovery_uses(recovery, act->now);
	allow(ask, recovery->id, recovery->proven, act->now);
	TRY(recovery_put(act, recovery));
	return let_in(act, ask, &spend->news, &spend->used);
}

/* Somebody else knew this code as well: it lets in, and proves nobody. */
static fallible write_helped(struct act *act, struct verifications_ask *ask, const struct recovery *recovery,
	struct rescue *rescue)
{
	struct recoveries_spend *spend = ask->spend;
	if (!ask->may_lock || spend->rescue_version != rescue->version)
		return FAIL_CODE(STALE, "the mails of this use are not sealed yet");
	spend->left = left_of(recovery);
	spend->uses = recovery_uses(recovery, act->now);
	allow(ask, rescue->code.id, false, act->now);
	rescue_spend_code(rescue);
	TRY(rescue_put(act, rescue));
	return let_in(act, ask, &spend->help_news, &spend->helped);
}

static fallible write_wrong(struct act *act, struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	bool last = verification->tries >= VERIFICATION_TRIES;
	ask->decision = last ? VERIFICATIONS_DENY : VERIFICATIONS_CHALLENGE;
	ask->reason = last ? REASON_LOCKED : REASON_WRONG_CODE;
	if (last)
		verification->state = VERIFICATION_LOCKED;
	TRY(verification_put(act, verification));
	if (last)
		return attempts_add_lock(act, ask);
	return attempts_refuse(act, ask, ACTION_CHALLENGE_FAILED, REASON_WRONG_CODE);
}

static fallible write_refused(
	struct act *act, struct verifications_ask *ask, enum action action, enum reason reason)
{
	ask->decision = VERIFICATIONS_DENY;
	ask->reason = reason;
	TRY(verification_put(act, &ask->verification));
	return attempts_refuse(act, ask, action, reason);
}

/* The very code that allowed it, however long ago. */
static bool is_repeated(const struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	return verification->state == VERIFICATION_ALLOWED &&
		secret_equal(SPAN_BYTES(ask->spend->hash), SPAN_BYTES(verification->used_code));
}

fallible recoveries_spend_write(struct act *act, struct verifications_ask *ask)
{
	struct recovery recovery = {.version = 0};
	struct rescue rescue;
	struct view view = view_act(act);
	struct verification *verification = &ask->verification;
	enum reason closed = closed_for(ask, act->now);
	TRY(arena_keep(act->arena, verification->sealed, &verification->sealed));
	if (is_repeated(ask))
		return write_refused(act, ask, ACTION_CHALLENGE_REPLAYED, REASON_REPLAYED);
	if (closed != REASON_NONE)
		return write_refused(act, ask, ACTION_CHALLENGE_FAILED, closed);
	verification->tries++; /* charged before anything is compared */
	ask->compared = true;
	/* Nobody has a set, and is compared with an empty one like a person who has none. */
	struct err err = recovery_get(&view, verification->tenant, verification->person, &recovery);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	struct recovery_code *code = recovery_match(&recovery, ask->spend->hash);
	TRY(rescue_read(&view, verification->tenant, verification->person, &rescue));
	if (rescue_has_code(&rescue, ask->spend->hash, act->now))
		return write_helped(act, ask, &recovery, &rescue);
	if (!code || recovery.version == 0)
		return write_wrong(act, ask);
	if (code->used.ms == 0)
		return write_right(act, ask, &recovery, code);
	verification->tries--; /* a used one is no guess */
	return write_refused(act, ask, ACTION_CHALLENGE_REPLAYED, REASON_REPLAYED);
}
