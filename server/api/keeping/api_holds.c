/* SPDX-License-Identifier: Apache-2.0 */
/* api_holds - /v1/holds and /v1/holds/{hold}. */
#include "server/api/ask.h"
#include "server/core/keeping/holds.h"

enum { REF_MAX = 128 /* of an id or ref */ };

static void put_subject(struct json_out *out, const struct subject *subject)
{
	switch (subject->kind) {
	case SUBJECT_PERSON:
		json_out_id(out, "person", ID_PERSON, subject->id);
		break;
	case SUBJECT_CLIENT:
		json_out_id(out, "client", ID_CLIENT, subject->id);
		break;
	case SUBJECT_TENANT:
		json_out_bool(out, "tenant", true);
		break;
	}
}

static void put_hold(const struct call *call, struct json_out *out, const struct hold *hold)
{
	json_out_id(out, "id", ID_HOLD, hold->id);
	json_out_text(out, "state", holds_state_name(hold, call->now));
	json_out_open(out, "subject");
	put_subject(out, &hold->subject);
	json_out_close(out);
	ask_put_text(out, "ground", hold->ground);
	json_out_time(out, "placed", hold->placed);
	json_out_id(out, "placed_by", ID_PERSON, hold->placed_by);
	if (hold->until.ms)
		json_out_time(out, "until", hold->until);
	if (!ids_is_none(hold->first))
		json_out_id(out, "lift_asked_by", ID_PERSON, hold->first);
	if (!ids_is_none(hold->second))
		json_out_id(out, "lifted_by", ID_PERSON, hold->second);
	if (hold->ended.ms)
		json_out_time(out, "lifted", hold->ended);
}

/* ---- POST /v1/holds ---- */

static void read_subject(struct json_object *top, struct holds_place *place)
{
	struct json_object subject;
	if (!json_in_object(top, "subject", JSON_NEEDED, &subject))
		return;
	bool tenant = json_in_bool(&subject, "tenant", JSON_OPTIONAL, false);
	place->person = json_in_text(&subject, "person", JSON_OPTIONAL, REF_MAX);
	place->client = json_in_text(&subject, "client", JSON_OPTIONAL, REF_MAX);
	int named = (place->person.len > 0) + (place->client.len > 0) + tenant;
	if (named == 0)
		json_in_note(&subject, "person", "missing");
	if (named > 1)
		json_in_note(&subject, "tenant", "not_allowed");
	json_in_end(&subject);
}

static fallible read_place(struct call *call, struct holds_place *place)
{
	struct json_object top;
	TRY(call_body(call, &top));
	read_subject(&top, place);
	place->ground = ask_line(call, &top, "ground", JSON_NEEDED, HOLD_GROUND_MAX);
	place->until = json_in_time(&top, "until", JSON_OPTIONAL);
	if (place->until.ms && place->until.ms <= call->now.ms)
		json_in_note(&top, "until", "not_allowed");
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_place(struct call *call)
{
	struct holds_place *place;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &place));
	TRY(stage_open(call, &stage));
	TRY(read_place(call, place));
	call->status = 201;
	struct err err = holds_place_prepare(&stage.scene, place);
	err = call_blame(call, err, CODE_UNKNOWN_PERSON, "/subject/person");
	return call_blame(call, err, CODE_UNKNOWN_CLIENT, "/subject/client");
}

static fallible write_place(struct act *act, struct call *call)
{
	return holds_place_write(act, call->ask);
}

static fallible answer_place(struct call *call, struct json_out *out)
{
	const struct holds_place *place = call->ask;
	put_hold(call, out, &place->hold);
	return OK;
}

const struct handler api_holds_add = {prepare_place, write_place, answer_place};

/* ---- GET and DELETE /v1/holds/{hold} ---- */

static fallible find(struct call *call, const struct view *view, struct holds_lift **found)
{
	struct holds_lift *lift;
	struct scene scene = stage_scene(call, view);
	TRY(call_ask(call, &lift));
	TRY(holds_find(&scene, call->parts[0], &lift->hold));
	*found = lift;
	return OK;
}

static fallible prepare_get(struct call *call)
{
	struct holds_lift *found;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	return find(call, &stage.view, &found);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct holds_lift *lift = call->ask;
	put_hold(call, out, &lift->hold);
	return OK;
}

const struct handler api_holds_get = {prepare_get, NULL, answer_one};

static fallible prepare_lift(struct call *call)
{
	struct holds_lift *lift;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.view, &lift));
	TRY(holds_lift_prepare(&stage.scene, lift));
	call->status = lift->hold.state == HOLD_LIFTED ? 200 : 202;
	return OK;
}

static fallible write_lift(struct act *act, struct call *call)
{
	return holds_lift_write(act, call->ask);
}

const struct handler api_holds_lift = {prepare_lift, write_lift, answer_one};

/* ---- GET /v1/holds ---- */

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct page_ask *page = call->ask;
	struct id at = {0}, last = {0};
	struct hold hold;
	struct err err = OK;
	size_t count = 0;
	TRY(ask_after(page, &at));
	while (hold_next(view, call->caller.tenant, &at, call->arena, &hold, &err)) {
		if (count++ == page->limit)
			return arena_keep(call->arena, id_span(&last), position);
		json_out_open(out, NULL);
		put_hold(call, out, &hold);
		json_out_close(out);
		last = at;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	return call_put_list(call, out, SPAN_NONE, put_items);
}

const struct handler api_holds_list = {ask_page, NULL, answer_list};
