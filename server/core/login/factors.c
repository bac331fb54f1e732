/* SPDX-License-Identifier: Apache-2.0 */
/* factors - rights first, then what is drawn, then the act. */
#include "server/core/login/factors.h"

#include "base/text.h"
#include "crypto/random.h"
#include "server/core/login/attempts.h"
#include "server/core/login/enrolments.h"
#include "server/core/login/factors_seen.h"
#include "server/core/login/forgetting.h"
#include "server/core/login/lanes.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"
#include "store/nouns/storm.h"
#include "store/nouns/tenant.h"

enum { SEALED_MAX = 1024, URI_MAX = 2048, HINT_MAX = FACTOR_ADDRESS_MAX + 8 };

/* ---- rights ---- */

fallible factors_count(const struct view *view, struct id tenant, struct id person, struct factors_held *held)
{
	struct factor factor;
	struct id after = {0};
	struct err err;
	struct factors_held counted = {0};
	while (factor_next(view, tenant, person, &after, &factor, &err)) {
		counted.count++;
		counted.active += factor.state == FACTOR_ACTIVE;
		counted.proven += factor.state == FACTOR_ACTIVE && factor.proven;
	}
	TRY(err);
	*held = counted;
	return OK;
}

bool factors_shows_clock(const struct caller *caller, struct id person)
{
	return !ids_is_none(caller->person) && !err_failed(factors_check_reader(caller, person));
}

fallible factors_weigh(const struct caller *caller, struct id person, const struct factors_held *held,
	enum factor_vouch *vouch)
{
	bool self = ids_equal(caller->person, person);
	TRY(factors_check_reader(caller, person));
	*vouch = FACTOR_FIRST;
	if (held->active == 0)
		return OK;
	if (self && caller->proven)
		*vouch = FACTOR_BY_PROVEN;
	else if (self && held->proven == 0 && caller->proof.given)
		*vouch = FACTOR_BY_WEAK; /* all that there is is weak: a weak proof adds to it, and no more */
	else
		return FAIL_CODE(
			PERSON_UNPROVEN, "who has a factor changes factors by proving who they are with one");
	return OK;
}

/* ---- reading ---- */

fallible factors_hint(
	const struct server *server, const struct factor *factor, struct arena *arena, struct span *hint)
{
	struct factor_texts texts;
	scoped(buf) masked = BUF(HINT_MAX);
	TRY(factor_open_texts(server->volume.keys, factor, arena, &texts));
	if (factor_shows_codes(factor->type)) {
		*hint = texts.label;
		return OK;
	}
	text_mask_email(texts.address, &masked);
	return buf_keep(&masked, arena, hint);
}

/* ---- starting ---- */

static fallible keep(struct arena *arena, struct buf *text, struct span *kept)
{
	struct err err = buf_keep(text, arena, kept);
	secret_wipe(text->data, text->len);
	return err;
}

static fallible put_account(
	const struct view *view, struct span seed, struct arena *arena, struct factors_start *start)
{
	char id[ID_TEXT + 1];
	struct tenant tenant;
	const struct person *who = &start->who;
	scoped(buf) secret = BUF(URI_MAX);
	scoped(buf) uri = BUF(URI_MAX);
	ids_print(ID_PERSON, who->id, id);
	struct span account = who->name.len ? who->name : who->ref.len ? who->ref : span_text(id);
	TRY(tenant_get(view, who->tenant, arena, &tenant));
	text_put_base32(&secret, seed);
	totp_put_uri(&uri, &start->shape, seed, tenant.name, account);
	TRY(keep(arena, &secret, &start->secret));
	return keep(arena, &uri, &start->uri);
}

static fallible draw_seed(const struct server *server, const struct view *view, struct arena *arena,
	struct factors_start *start)
{
	scoped(secret) seed = {0};
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(secret_take(server->secrets, start->seed.len ? start->seed.len : TOTP_SEED_OURS, &seed));
	if (start->seed.len)
		memcpy(seed.bytes, start->seed.at, seed.len);
	else
		random_fill(seed.bytes, seed.len);
	TRY(keeper_seal_seed(server->keeper, factor_seed_place(&start->factor), secret_span(&seed), &sealed));
	TRY(keep(arena, &sealed, &start->factor.seed));
	return put_account(view, secret_span(&seed), arena, start);
}

/* Nothing is mailed to where an assistant would read it, nor more often than any other code. */
static fallible check_mail(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct factors_start *start)
{
	bool delegated;
	struct braking *braking = &start->braking;
	if (start->type != FACTOR_EMAIL)
		return OK;
	if (start->address.len == 0)
		start->address = start->who.email;
	if (start->address.len == 0)
		return FAIL(INVALID, "neither the request nor the person has an address");
	TRY(methods_mailbox_is_delegated(view, &start->who, arena, &delegated));
	if (delegated)
		return FAIL(
			CONFLICT, "an assistant runs the mailbox of this client: no code is mailed there");
	braking_set_up(server, caller, start->who.id, start->address, braking);
	TRY(braking_wait_ms(view, braking, now, &start->wait_ms));
	return start->wait_ms > 0 ? FAIL(SLOW_DOWN, "as many codes were mailed as there may be for now") : OK;
}

static fallible draw_code(const struct server *server, const struct caller *caller, struct instant now,
	struct arena *arena, struct factors_start *start)
{
	const struct mailcodes_ask letter = {.tenant = start->who.tenant,
		.about = start->factor.id,
		.person = start->who.id,
		.to = start->address,
		.device = caller->device.given ? &caller->device : NULL,
		.now = now};
	scoped(buf) hint = BUF(HINT_MAX);
	TRY(mailcodes_draw(server, &letter, arena, &start->mail));
	memcpy(start->factor.code, start->mail.hash, sizeof start->factor.code);
	text_mask_email(start->address, &hint);
	return keep(arena, &hint, &start->hint);
}

static fallible seal_texts(const struct server *server, struct arena *arena, struct factors_start *start)
{
	scoped(buf) sealed = BUF(SEALED_MAX);
	const struct factor_texts texts = {
		.label = start->label, .address = start->type == FACTOR_EMAIL ? start->address : SPAN_NONE};
	TRY(factor_seal_texts(server->volume.keys, &start->factor, &texts, &sealed));
	return keep(arena, &sealed, &start->factor.texts);
}

static fallible find_person(const struct caller *caller, const struct view *view, struct arena *arena,
	struct factors_start *start)
{
	struct id person;
	TRY(factors_find_person(view, caller, start->person, &person));
	TRY(person_get(view, caller->tenant, person, arena, &start->who));
	if (start->who.state != PERSON_ACTIVE)
		return FAIL(NOT_FOUND, "the person is not active");
	return OK;
}

fallible factors_start_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct factors_start *start)
{
	enum factor_vouch vouch;
	TRY(find_person(caller, view, arena, start));
	TRY(factors_count(view, caller->tenant, start->who.id, &start->held));
	TRY(factors_weigh(caller, start->who.id, &start->held, &vouch));
	if (start->held.count >= FACTOR_MAX)
		return FAIL(CONFLICT, "the person has as many factors as there can be");
	TRY(check_mail(server, caller, view, now, arena, start));
	start->factor = (struct factor){.tenant = caller->tenant,
		.id = random_id(now),
		.person = start->who.id,
		.type = start->type,
		.vouch = vouch,
		.created = now,
		.shape = start->shape};
	TRY(seal_texts(server, arena, start));
	TRY(start->type == FACTOR_TOTP ? draw_seed(server, view, arena, start)
				       : draw_code(server, caller, now, arena, start));
	const struct scene scene = {server, caller, view, now, arena, start->trace};
	const struct factor_news_ask about = {
		&start->who, start->factor.id, factor_type_name(start->type), 0};
	return factor_news_seal(&scene, &about, ACTION_FACTOR_STARTED, &start->event);
}

fallible factors_check_unchanged(struct act *act, const struct person *who, const struct factors_held *held)
{
	struct row row;
	struct factors_held now;
	struct view view = view_act(act);
	struct noun_key key = noun_key(who->tenant, id_span(&who->id), SPAN_NONE);
	TRY(view_get(&view, TABLE_PERSON, noun_key_span(&key), &row));
	TRY(factors_count(&view, who->tenant, who->id, &now));
	if (row.version != who->version || memcmp(&now, held, sizeof now) != 0)
		return FAIL_CODE(STALE, "the person or a factor changed meanwhile");
	return OK;
}

fallible factors_start_write(struct act *act, struct factors_start *start)
{
	const struct factor *factor = &start->factor;
	const struct expiry expiry = {EXPIRY_FACTOR, factor_pending_ends(factor), factor->tenant, factor->id};
	TRY(factors_check_unchanged(act, &start->who, &start->held));
	TRY(factor_put(act, factor));
	TRY(expiry_put(act, &expiry));
	if (factor->type == FACTOR_EMAIL) {
		TRY(braking_charge(act, &start->braking));
		TRY(notice_add(act, &start->mail.notice));
	}
	return event_add(act, factor->tenant, &start->event.leaf, NULL);
}

/* ---- changing: may it be, and what has to be there ---- */

static fallible check_confirm(const struct factors_change *change)
{
	const struct factor *factor = &change->factor;
	/* What was begun when there was no factor is no way past the one there is now. */
	if (change->held.active > 0 && factor->vouch == FACTOR_FIRST)
		return FAIL_CODE(PERSON_UNPROVEN, "the person has a factor by now: begin again, proven");
	return OK;
}

static fallible check_remove(const struct caller *caller, const struct factors_change *change)
{
	const struct factor *factor = &change->factor;
	enum factor_vouch vouch;
	bool manages = caller->proven && (caller->capabilities & CAPABILITY_BIT(FACTORS_MANAGE)) &&
		!ids_is_none(caller->person);
	if (factor->state != FACTOR_ACTIVE || (!factor->proven && manages))
		return OK;
	return factors_weigh(caller, factor->person, &change->held, &vouch);
}

static fallible check_state(const struct factor *factor, enum factors_change_kind kind, struct instant now)
{
	bool late = now.ms >= factor_pending_ends(factor).ms ||
		(factor->type == FACTOR_EMAIL && now.ms >= factor->created.ms + FACTOR_CODE_MS);
	switch (kind) {
	case FACTORS_CONFIRM:
		if (factor->state == FACTOR_ACTIVE)
			return FAIL(CONFLICT, "the factor is confirmed already");
		if (factor->state == FACTOR_ENDED || late)
			return FAIL(
				EXPIRED, "the factor was not confirmed in time, or by too many wrong codes");
		return OK;
	case FACTORS_PROVE:
		if (factor->state != FACTOR_ACTIVE || factor->proven)
			return FAIL(CONFLICT, "only an active factor that is not proven yet can be proven");
		return OK;
	case FACTORS_REMOVE:
		return factor->state == FACTOR_ENDED ? FAIL(NOT_FOUND, "the factor has ended") : OK;
	}
	return OK;
}

static fallible check_rights(const struct caller *caller, const struct factors_change *change)
{
	switch (change->kind) {
	case FACTORS_CONFIRM:
		return check_confirm(change);
	case FACTORS_REMOVE:
		return check_remove(caller, change);
	case FACTORS_PROVE:
		return OK;
	}
	return OK;
}

static fallible compute_codes(const struct server *server, const struct view *view, struct instant now,
	struct factors_change *change)
{
	scoped(secret) seed = {0};
	const struct factor *factor = &change->factor;
	mailcodes_hash(server->keeper, factor->tenant, factor->id, factor->person, span_text(change->code),
		change->code_hash);
	if (!factor_shows_codes(factor->type))
		return OK;
	change->method = (struct method){.type = factor->type,
		.factor = factor->id,
		.shape = factor->shape,
		.drift = factor->drift,
		.last_step = factor->last_step};
	TRY(keeper_open_seed(server->keeper, factor_seed_place(factor), factor->seed, &seed));
	TRY(twins_find(server, view, factor, secret_span(&seed), &change->twins));
	return methods_compute(&change->method, secret_span(&seed), volume_wall(&server->volume, now));
}

static fallible seal_change(const struct scene *scene, struct factors_change *change)
{
	bool removes = change->kind == FACTORS_REMOVE;
	enum action action = removes ? ACTION_FACTOR_REMOVED : ACTION_FACTOR_ENROLLED;
	const struct factor *factor = &change->factor;
	const struct factor_news_ask about = {&change->who, factor->id, factor_type_name(factor->type),
		factor->tries, change->kind == FACTORS_PROVE};
	TRY(factor_news_seal(scene, &about, action, &change->changed));
	TRY(factor_news_tell(scene, &about, action, &change->news));
	if (removes)
		return OK;
	TRY(factor_news_seal(scene, &about, ACTION_CHALLENGE_FAILED, &change->failed));
	return factor_news_seal(scene, &about, ACTION_FACTOR_SUSPENDED, &change->ended);
}

fallible factors_change_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct factors_change *change)
{
	TRY(factor_find(view, caller->tenant, change->id, &change->factor));
	TRY(person_get(view, caller->tenant, change->factor.person, arena, &change->who));
	TRY(factors_count(view, caller->tenant, change->factor.person, &change->held));
	/* Whose it is stays unsaid to those who may not know: as if there were none. */
	if (err_failed(factors_check_reader(caller, change->factor.person)))
		return FAIL(NOT_FOUND, "the factor is outside what the caller sees");
	TRY(check_state(&change->factor, change->kind, now));
	TRY(check_rights(caller, change));
	if (change->enrolment.len)
		TRY(enrolments_hash(server->keeper, caller->tenant, change->factor.person, change->enrolment,
			change->enrolment_hash));
	if (change->kind == FACTORS_CONFIRM)
		TRY(compute_codes(server, view, now, change));
	const struct scene scene = {server, caller, view, now, arena, change->trace};
	TRY(seal_change(&scene, change));
	/* They die with the reading; the act reads the row again. */
	change->factor.texts = change->factor.seed = SPAN_NONE;
	return OK;
}

/* ---- changing: the act ---- */

/* What its code would open is gone; the row goes within the hour, and counts so long: starting is a mail. */
static fallible end_pending(struct act *act, struct factor *factor)
{
	factor->state = FACTOR_ENDED;
	factor->seed = SPAN_NONE;
	memset(factor->code, 0, sizeof factor->code);
	return factor_put(act, factor);
}

/* Wrong: the try is charged, the refusal is on the log, and the fifth ends a pending factor and its seed. */
static fallible refuse(struct act *act, struct factors_change *change)
{
	struct factor *factor = &change->factor;
	change->refusal = FAIL_CODE(WRONG_CODE, "the code is not right");
	event_decide(&change->failed, ACTION_CHALLENGE_FAILED, LEAF_DENIED, REASON_WRONG_CODE);
	TRY(storm_refuse(act, factor->tenant, &change->failed, NULL));
	if (change->kind != FACTORS_CONFIRM || factor->tries < FACTOR_TRIES)
		return factor_put(act, factor);
	event_decide(&change->ended, ACTION_FACTOR_SUSPENDED, LEAF_DENIED, REASON_LOCKED);
	TRY(end_pending(act, factor));
	return event_add(act, factor->tenant, &change->ended.leaf, NULL);
}

static fallible compare(struct act *act, struct factors_change *change, bool *right)
{
	struct factor *factor = &change->factor;
	uint64_t step = 0;
	change->compared = true;
	if (factor->type == FACTOR_EMAIL) {
		*right = secret_equal(SPAN_BYTES(change->code_hash), SPAN_BYTES(factor->code));
		return OK;
	}
	if (factor_step(&factor->shape, factor->drift, factor->last_step,
		    volume_wall(act->volume, act->now)) != change->method.centre_step)
		return FAIL_CODE(STALE, "the codes belong to another time step");
	*right = totp_match(&change->method.candidates, change->code, &step) && step > factor->last_step;
	/* The code of the confirmation must not be the first login as well. */
	if (*right)
		factor_learn(factor, step, volume_wall(act->volume, act->now));
	return OK;
}

static fallible finish(struct act *act, struct factors_change *change)
{
	struct factor *factor = &change->factor;
	TRY(factor_put(act, factor));
	TRY(factor_news_add(act, &change->news));
	return event_add(act, factor->tenant, &change->changed.leaf, NULL);
}

static fallible write_confirm(struct act *act, struct factors_change *change)
{
	struct factor *factor = &change->factor;
	bool right = false, redeemed = false;
	const struct factor before = *factor;
	factor->tries++; /* charged before anything is compared */
	TRY(compare(act, change, &right));
	if (!right)
		return refuse(act, change);
	if (change->enrolment.len)
		TRY(enrolments_redeem(
			act, factor->tenant, factor->person, change->enrolment_hash, &redeemed));
	if (change->enrolment.len && !redeemed) {
		factor->last_step = before.last_step;
		factor->drift = before.drift;
		return refuse(act, change);
	}
	factor->state = FACTOR_ACTIVE;
	factor->confirmed = act->now;
	factor->proven = redeemed || factor->vouch == FACTOR_BY_PROVEN;
	TRY(twins_use_up(act, factor, &change->twins, factor->last_step));
	memset(factor->code, 0, sizeof factor->code);
	if (factor->proven)
		TRY(lanes_forgive(act, factor->tenant, factor->person, (struct id){0}));
	return finish(act, change);
}

static fallible write_prove(struct act *act, struct factors_change *change)
{
	bool redeemed;
	const struct factor *factor = &change->factor;
	TRY(enrolments_redeem(act, factor->tenant, factor->person, change->enrolment_hash, &redeemed));
	if (!redeemed)
		return refuse(act, change);
	change->factor.proven = true;
	return finish(act, change);
}

static fallible write_remove(struct act *act, struct factors_change *change)
{
	struct factor *factor = &change->factor;
	bool was_active = factor->state == FACTOR_ACTIVE;
	TRY(factor->state == FACTOR_PENDING ? end_pending(act, factor) : factor_drop(act, factor));
	TRY(factor_news_add(act, &change->news));
	TRY(event_add(act, change->factor.tenant, &change->changed.leaf, NULL));
	/* What was remembered by a way that is gone is proven anew. */
	return was_active ? forgetting_person(act, factor->tenant, factor->person, FORGETTING_FACTOR) : OK;
}

/* The row as it is now. Its spans hold until the first write of the act, so they are put first. */
static fallible read_again(struct act *act, struct factors_change *change)
{
	struct view view = view_act(act);
	struct factor now;
	TRY(factor_get(&view, change->factor.tenant, change->factor.person, change->factor.id, &now));
	TRY(arena_keep(act->arena, now.texts, &now.texts));
	TRY(arena_keep(act->arena, now.seed, &now.seed));
	change->factor = now;
	return OK;
}

fallible factors_change_write(struct act *act, struct factors_change *change)
{
	change->refusal = OK;
	TRY(factors_check_unchanged(act, &change->who, &change->held));
	TRY(read_again(act, change));
	TRY(check_state(&change->factor, change->kind, act->now));
	switch (change->kind) {
	case FACTORS_CONFIRM:
		return write_confirm(act, change);
	case FACTORS_PROVE:
		return write_prove(act, change);
	case FACTORS_REMOVE:
		return write_remove(act, change);
	}
	return OK;
}
