/* SPDX-License-Identifier: Apache-2.0 */
/* extensions - asked by one, decided by another; then the new end, wherever the old one stands. */
#include "server/core/grants/extensions.h"

#include "base/json_out.h"
#include "server/core/change_news.h"
#include "server/core/grants/handover_turns.h"
#include "server/core/second.h"
#include "store/nouns/event_add.h"

enum { DETAIL_BYTES = 8 * 1024 };

static fallible check_still(struct act *act, const struct handover *handover)
{
	struct noun_key key = noun_key(handover->tenant, id_span(&handover->id), SPAN_NONE);
	return noun_still(act, TABLE_HANDOVER, noun_key_span(&key), handover->version);
}

/* ---- whether it can last longer ---- */

static fallible check_open(const struct handover *handover, struct instant now)
{
	const struct handover_facts facts = handover_facts(handover);
	bool is_open = handover_rules_is_extendable(&facts, now);
	return is_open
		? OK
		: FAIL(CONFLICT, "only a stand-in that is approved or active, and has an end, lasts longer");
}

static bool is_in_the_way(enum handover_block why)
{
	return why == HANDOVER_OVERLAPS || why == HANDOVER_OTHER_ASSISTANT || why == HANDOVER_NOT_ABLE;
}

/* A client moves whole or not at all, and so do all of them stay: nobody else may have one of them by the new end. */
static fallible check_free(
	const struct view *view, const struct handover *handover, struct instant until, struct instant now)
{
	struct handover longer = *handover;
	struct handover_scope scope;
	longer.until = until;
	longer.takes_all = false;
	TRY(handover_scope_read(view, &longer, now, &scope));
	for (size_t i = 0; i < scope.count; i++)
		if (is_in_the_way(scope.clients[i].why))
			return FAIL(CONFLICT,
				"a client has another assistant by then, or the stand-in may serve no more");
	return OK;
}

/* ---- events ---- */

struct saying {
	enum action action;
	const char *reason; /* a word of ours; NULL = none */
	bool is_decided;    /* the caller is who approved it */
};

static void put_clients(struct json_out *out, const struct handover *handover)
{
	json_out_open_array(out, "client_ids");
	for (size_t i = 0; i < handover->client_count; i++)
		json_out_id(out, NULL, ID_CLIENT, handover->clients[i]);
	json_out_close_array(out);
}

static fallible print_detail(const struct scene *scene, const struct saying *saying,
	const struct handover *handover, const struct extension *extension, struct buf *detail)
{
	struct json_out out = JSON_OUT(detail);
	json_out_open(&out, NULL);
	json_out_id(&out, "from", ID_PERSON, handover->from);
	json_out_id(&out, "to", ID_PERSON, handover->to);
	json_out_time(&out, "from_end", handover->until);
	json_out_time(&out, "end", extension->until);
	if (saying->is_decided) {
		json_out_id(&out, "requester", ID_PERSON, extension->asker);
		json_out_id(&out, "approver", ID_PERSON, scene->caller->person);
	}
	put_clients(&out, handover);
	json_out_close(&out);
	return buf_check(detail);
}

static fallible say(const struct scene *scene, const struct saying *saying, const struct handover *handover,
	const struct extension *extension, struct event_draft *draft)
{
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct event event = scene_event(scene, saying->action);
	TRY(print_detail(scene, saying, handover, extension, &detail));
	event.has_object_kind = true;
	event.object_kind = ID_HANDOVER;
	event.ids[LEAF_ID_OBJECT] = handover->id;
	event.texts[LEAF_TEXT_REASON] = span_text(saying->reason);
	event.texts[LEAF_TEXT_DETAIL] = buf_span(&detail);
	return scene_seal(scene, &event, draft);
}

/* ---- asking ---- */

static fallible check_end(const struct scene *scene, struct extensions_ask *ask)
{
	const struct handover_facts facts = handover_facts(&ask->handover);
	ask->fault = handover_rules_check_extension(&facts, ask->until, scene->now);
	return ask->fault.member ? FAIL(INVALID, "an extension ends behind the end that the stand-in has")
				 : OK;
}

/* Whoever decides has one end before them: another one is asked for when this one was decided. */
static fallible check_first(const struct view *view, const struct handover *handover)
{
	struct extension other;
	struct err err = extension_find(view, handover->tenant, handover->id, &other);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return FAIL(CONFLICT, "the handover is asked to last longer already");
}

static fallible tell_asked(const struct scene *scene, struct extensions_ask *ask)
{
	const struct handover *handover = &ask->handover;
	const struct letters_desk desk = {scene->server, scene->view, scene->caller->tenant, scene->arena};
	struct change_news news = {.action = ACTION_HANDOVER_EXTENSION_REQUESTED, .about = handover->id};
	ask->told.count = 0;
	TRY(handover_news_label(&desk, handover->from, handover->to, &news.label));
	return change_news_tell_owners(scene, &news, CAPABILITY_BIT(HANDOVER_APPROVE), &ask->told);
}

fallible extensions_ask_prepare(const struct scene *scene, struct extensions_ask *ask)
{
	const struct handover *handover = &ask->handover;
	const enum handover_reason reason = ask->has_reason ? ask->reason : handover->reason;
	const struct saying saying = {
		ACTION_HANDOVER_EXTENSION_REQUESTED, handover_rules_reason(reason), false};
	TRY(second_check_person(scene->caller));
	TRY(check_open(handover, scene->now));
	TRY(check_end(scene, ask));
	TRY(check_first(scene->view, handover));
	TRY(check_free(scene->view, handover, ask->until, scene->now));
	ask->extension = (struct extension){.tenant = handover->tenant,
		.handover = handover->id,
		.reason = reason,
		.until = ask->until,
		.asked = scene->now,
		.asker = scene->caller->person};
	TRY(tell_asked(scene, ask));
	return say(scene, &saying, handover, &ask->extension, &ask->draft);
}

fallible extensions_ask_write(struct act *act, struct extensions_ask *ask)
{
	struct view view = view_act(act);
	TRY(check_still(act, &ask->handover));
	TRY(check_first(&view, &ask->handover));
	TRY(extension_put(act, &ask->extension));
	TRY(letters_write(act, &ask->told));
	return event_add(act, ask->handover.tenant, &ask->draft.leaf, NULL);
}

/* ---- deciding ---- */

static fallible find_waiting(const struct scene *scene, struct extensions_decide *decide)
{
	const struct handover *handover = &decide->handover;
	struct err err = extension_find(scene->view, handover->tenant, handover->id, &decide->extension);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(CONFLICT, "nobody asks that the handover lasts longer");
	return err;
}

static fallible prepare_approval(const struct scene *scene, struct extensions_decide *decide)
{
	struct handover *handover = &decide->handover;
	const struct extension *extension = &decide->extension;
	const struct letters_desk desk = {scene->server, scene->view, scene->caller->tenant, scene->arena};
	const struct saying saying = {
		ACTION_HANDOVER_EXTENDED, handover_rules_reason(extension->reason), true};
	TRY(check_open(handover, scene->now));
	TRY(check_free(scene->view, handover, extension->until, scene->now));
	TRY(say(scene, &saying, handover, extension, &decide->draft));
	handover->until = extension->until;
	return handover_news_extended(&desk, handover, scene->now, &decide->news);
}

static fallible prepare_refusal(const struct scene *scene, struct extensions_decide *decide)
{
	static const struct saying SAYING = {ACTION_HANDOVER_EXTENSION_REFUSED, "by_a_person", false};
	return say(scene, &SAYING, &decide->handover, &decide->extension, &decide->draft);
}

fallible extensions_decide_prepare(const struct scene *scene, struct extensions_decide *decide)
{
	const struct handover *handover = &decide->handover;
	TRY(second_check_person(scene->caller));
	TRY(find_waiting(scene, decide));
	const struct id part[] = {decide->extension.asker, handover->from, handover->to};
	TRY(second_check_other(scene, part, sizeof part / sizeof part[0]));
	return decide->approve ? prepare_approval(scene, decide) : prepare_refusal(scene, decide);
}

fallible extensions_withdraw_prepare(const struct scene *scene, struct extensions_decide *withdraw)
{
	const struct caller *caller = scene->caller;
	TRY(second_check_person(caller));
	TRY(find_waiting(scene, withdraw));
	bool is_own = ids_equal(caller->person, withdraw->extension.asker);
	if (!is_own && !(caller->capabilities & CAPABILITY_BIT(HANDOVER_APPROVE)))
		return FAIL(
			DENIED, "what was asked is taken back by who asked, or by who may approve handovers");
	return prepare_refusal(scene, withdraw);
}

/* What was decided is what still waits. */
static fallible check_waits(struct act *act, const struct extension *extension)
{
	struct noun_key key = noun_key(extension->tenant, id_span(&extension->handover), SPAN_NONE);
	return noun_still(act, TABLE_EXTENSION, noun_key_span(&key), extension->row);
}

static fallible apply(struct act *act, struct extensions_decide *decide)
{
	struct view view = view_act(act);
	struct handover before;
	TRY(handover_get(&view, decide->after.tenant, decide->after.id, &before));
	TRY(check_open(&before, act->now));
	TRY(check_free(&view, &before, decide->after.until, act->now));
	TRY(handover_news_write(act, &decide->news));
	return handover_turns_extend(act, &decide->after);
}

fallible extensions_decide_write(struct act *act, struct extensions_decide *decide)
{
	const struct extension *extension = &decide->extension;
	decide->after = decide->handover;
	TRY(check_still(act, &decide->after));
	TRY(check_waits(act, extension));
	TRY(extension_drop(act, extension->tenant, extension->handover));
	TRY(event_add(act, extension->tenant, &decide->draft.leaf, NULL));
	return decide->approve ? apply(act, decide) : OK;
}
