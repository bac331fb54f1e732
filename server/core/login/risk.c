/* SPDX-License-Identifier: Apache-2.0 */
/* risk - facts, weighed. */
#include "server/core/login/risk.h"

#include "base/json_out.h"
#include "server/core/addresses.h"
#include "server/core/from_where.h"
#include "server/core/letters.h"
#include "server/core/login/attempts.h"
#include "server/core/login/lanes.h"
#include "server/core/login/remembering.h"
#include "server/core/places.h"
#include "store/nouns/event_add.h"
#include "store/nouns/whereabouts.h"

enum { SHARED_MAX = 16 /* people of one device that are looked at */, DETAIL_MAX = 256, REASONS_MAX = 512 };

_Static_assert((int)PLACES_COUNTRY == (int)WHEREABOUTS_COUNTRY, "both are the two letters of ISO 3166-1");

/* What the act that allows has to write. */
struct risk_note {
	struct whereabouts whereabouts;
	struct span sealed;            /* empty: nothing to write */
	struct event_draft suspicious; /* and its mails, when the risk is high */
	struct letters letters;
};

/* Few logins need one. */
static fallible make_note(const struct scene *scene, struct risk *risk)
{
	risk->note = arena_alloc(scene->arena, sizeof *risk->note);
	if (!risk->note)
		return FAIL(NO_MEMORY, "a call has no memory for what is unusual of it");
	*risk->note = (struct risk_note){.sealed = SPAN_NONE};
	return OK;
}

static void note(struct risk *risk, enum risk_reason reason, bool holds)
{
	risk->reasons |= holds ? 1u << reason : 0;
}

bool risk_is_high(const struct verifications_ask *ask)
{
	return ask->risk.score >= ask->signin.step_up_at;
}

/* ---- the device ---- */

/* Whether somebody else lost it, or found a stranger on it. */
static fallible is_blocked_elsewhere(
	const struct view *view, const struct device_note *device, bool *is_blocked)
{
	struct id at = {0};
	struct err err = OK;
	const struct span under = span_of(device->term, sizeof device->term);
	*is_blocked = false;
	for (size_t i = 0; i < SHARED_MAX && !*is_blocked &&
		device_record_next(view, device->record.tenant, under, &at, &err);
		i++)
		TRY(device_record_is_lost(view, device->record.tenant, at, is_blocked));
	return err;
}

static fallible weigh_device(const struct scene *scene, struct verifications_ask *ask)
{
	struct budget lane;
	bool blocked = false;
	const struct device_note *device = ask->device_note;
	bool is_new = device && device->is_person && device->sealed.len > 0;
	note(&ask->risk, RISK_NEW_DEVICE, is_new);
	note(&ask->risk, RISK_MANY_FAILURES, ask->verification.tries >= RISK_FAILURES);
	if (is_new)
		TRY(is_blocked_elsewhere(scene->view, device, &blocked));
	note(&ask->risk, RISK_BLOCKED_DEVICE, blocked);
	if (!device && !ask->remembering)
		return OK;
	TRY(lanes_read(scene->view, &ask->verification, &lane));
	note(&ask->risk, RISK_MANY_FAILURES, lane.row >= RISK_FAILURES);
	return OK;
}

/* ---- the place ---- */

static void compare_places(
	const struct whereabouts *whereabouts, const char *country, struct instant now, struct risk *risk)
{
	const struct whereabouts_item *latest = whereabouts_latest(whereabouts);
	if (!latest)
		return; /* there is nothing that it could be unlike */
	bool moved = memcmp(latest->country, country, WHEREABOUTS_COUNTRY) != 0;
	note(risk, RISK_NEW_COUNTRY, !whereabouts_find(whereabouts, country));
	note(risk, RISK_DISTANT_PLACES, moved && now.ms - latest->last.ms < RISK_TRAVEL_MS);
}

static fallible weigh_place(const struct scene *scene, struct verifications_ask *ask)
{
	char country[PLACES_COUNTRY + 1];
	struct whereabouts whereabouts;
	const struct verification *verification = &ask->verification;
	scoped(buf) sealed = BUF(WHEREABOUTS_SEALED_MAX);
	if (!places_find(scene->server->places, ask->device.ip, country))
		return OK;
	TRY(whereabouts_read(
		scene->view, verification->tenant, verification->person, scene->arena, &whereabouts));
	compare_places(&whereabouts, country, scene->now, &ask->risk);
	const struct whereabouts_item *known = whereabouts_find(&whereabouts, country);
	if (known && scene->now.ms - known->last.ms < RISK_NOTED_MS)
		return OK;
	whereabouts_note(&whereabouts, country, scene->now);
	TRY(whereabouts_seal(scene->server->volume.keys, &whereabouts, &sealed));
	TRY(make_note(scene, &ask->risk));
	ask->risk.note->whereabouts = whereabouts;
	return buf_keep(&sealed, scene->arena, &ask->risk.note->sealed);
}

/* ---- told ---- */

static fallible seal_event(const struct scene *scene, struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	scoped(buf) detail = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&detail);
	struct event event = {.action = ACTION_LOGIN_SUSPICIOUS,
		.source = LEAF_SERVER,
		.actor = LEAF_PERSON,
		.has_object_kind = true,
		.object_kind = ID_VERIFICATION};
	json_out_open(&out, NULL);
	json_out_number(&out, "risk", ask->risk.score);
	risk_put_reasons(&out, &ask->risk);
	json_out_bool(&out, "step_up", ask->remembering && ask->remembering->typed.len);
	json_out_close(&out);
	TRY(buf_check(&detail));
	event.ids[LEAF_ID_ACTOR] = verification->person;
	event.ids[LEAF_ID_REPORTER] = verification_application(verification);
	event.ids[LEAF_ID_DEVICE] = verification->device;
	event.ids[LEAF_ID_BRANCH] = ask->branch;
	event.ids[LEAF_ID_OBJECT] = verification->id;
	device_put_texts(&ask->device, &event);
	event.texts[LEAF_TEXT_ROLES] = ask->roles;
	event.texts[LEAF_TEXT_TRACE] = scene->trace;
	event.texts[LEAF_TEXT_DETAIL] = buf_span(&detail);
	return scene_seal(scene, &event, &ask->risk.note->suspicious);
}

/* In the language of who reads it. */
static fallible print_reasons(
	const struct risk *risk, enum language language, struct arena *arena, struct span *text)
{
	scoped(buf) out = BUF(REASONS_MAX);
	for (unsigned at = 0; at < RISK_COUNT; at++)
		if (risk->reasons & 1u << at)
			buf_printf(
				&out, "%s%s", out.len ? ", " : "", messages_text(language, risks_text(at)));
	TRY(buf_check(&out));
	return buf_keep(&out, arena, text);
}

static fallible tell(const struct scene *scene, const struct verifications_ask *ask, struct letters *letters)
{
	char time[TELL_TIME + 1];
	struct person who;
	struct addresses to;
	struct from_where kept;
	struct message_value values[3 + FROM_WHERE_VALUES] = {
		{"to", SPAN_NONE}, {"reason", SPAN_NONE}, tell_time(scene->now, time)};
	size_t count = 3;
	const struct letters_desk desk = {scene->server, scene->view, ask->verification.tenant, scene->arena};
	TRY(person_get(scene->view, ask->verification.tenant, ask->verification.person, scene->arena, &who));
	TRY(addresses_list(scene->server, scene->view, &who, (struct id){0}, scene->arena, &to));
	TRY(print_reasons(&ask->risk, who.language, scene->arena, &values[1].value));
	count += from_where_put(scene->server, &ask->device, &kept, values + count);
	const struct tell_ask letter = {.person = who.id,
		.kind = NOTICE_SUSPICIOUS,
		.about = ask->verification.id,
		.values = values,
		.count = count,
		.now = scene->now};
	for (size_t i = 0; i < to.count; i++) {
		values[0].value = to.items[i];
		TRY(letters_add(&desk, &letter, letters));
	}
	return OK;
}

/* ---- prepare ---- */

static bool is_weighed(const struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	bool tries = ask->has_code || ask->spend || (ask->remembering && ask->remembering->typed.len);
	return tries && !verification->is_action && !verification_is_decoy(verification);
}

/* So high that nobody gets in, whatever they type. */
static void refuse(struct verifications_ask *ask)
{
	ask->methods = (struct methods){.none = REASON_DISABLED};
	if (!ask->is_new)
		return;
	ask->verification.state = VERIFICATION_REFUSED;
	ask->verification.reason = REASON_DISABLED;
}

fallible risk_prepare(const struct scene *scene, struct verifications_ask *ask)
{
	struct risk *risk = &ask->risk;
	*risk = (struct risk){.is_weighed = is_weighed(ask)};
	if (!risk->is_weighed)
		return OK;
	TRY(weigh_device(scene, ask));
	TRY(weigh_place(scene, ask));
	note(risk, RISK_OUTSIDE_HOURS, ask->signin.flags & SIGNIN_OUTSIDE_HOURS);
	risk->score = risks_score(risk->reasons);
	if (ask->signin.deny_at && risk->score >= ask->signin.deny_at)
		refuse(ask);
	if (!ask->may_lock || !risk_is_high(ask))
		return OK;
	if (!risk->note)
		TRY(make_note(scene, risk));
	TRY(seal_event(scene, ask));
	return tell(scene, ask, &risk->note->letters);
}

/* ---- the act ---- */

/* Another login may have written it meanwhile: then this one is the older news. */
static fallible put_place(struct act *act, const struct risk_note *noted)
{
	struct row row = {.version = 0};
	if (!noted || noted->sealed.len == 0)
		return OK;
	const struct whereabouts *whereabouts = &noted->whereabouts;
	struct noun_key key = noun_key(whereabouts->tenant, id_span(&whereabouts->person), SPAN_NONE);
	struct err err = act_get(act, TABLE_WHEREABOUTS, noun_key_span(&key), &row);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	return row.version == whereabouts->version ? whereabouts_put(act, whereabouts, noted->sealed) : OK;
}

fallible risk_write(struct act *act, const struct verifications_ask *ask)
{
	const struct risk_note *noted = ask->risk.note;
	TRY(put_place(act, noted));
	if (!ask->risk.is_weighed || !risk_is_high(ask))
		return OK;
	if (!ask->may_lock)
		return FAIL_CODE(STALE, "what is told of an unusual login is not sealed yet");
	struct leaf suspicious = noted->suspicious.leaf;
	TRY(letters_write(act, &noted->letters));
	return event_add(act, ask->verification.tenant, &suspicious, NULL);
}

void risk_put_reasons(struct json_out *out, const struct risk *risk)
{
	if (risk->reasons == 0)
		return;
	json_out_open_array(out, "reasons");
	for (unsigned at = 0; at < RISK_COUNT; at++)
		if (risk->reasons & 1u << at)
			json_out_text(out, NULL, risks_word(at));
	json_out_close_array(out);
}
