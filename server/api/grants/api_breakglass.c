/* SPDX-License-Identifier: Apache-2.0 */
/* api_breakglass - /v1/breakglass: asking for emergency access, confirming it, ending it, reviewing it. */
#include "server/api/ask.h"
#include "server/api/name_out.h"
#include "server/core/grants/emergency_ends.h"

enum { NAME_MAX_BYTES = 128, NOTE_MAX = 500, ROW_MEMORY = 64 * 1024 };

static void put_person(struct json_out *out, const char *name, struct id person)
{
	if (!ids_is_none(person))
		json_out_id(out, name, ID_PERSON, person);
}

static void put_breakglass(struct json_out *out, const struct breakglass *breakglass)
{
	json_out_id(out, "id", ID_BREAKGLASS, breakglass->id);
	json_out_text(out, "state", breakglass_state_name(breakglass->state));
	json_out_id(out, "credential", ID_CREDENTIAL, breakglass->credential);
	json_out_id(out, "client", ID_CLIENT, breakglass->client);
	ask_put_text(out, "reason", breakglass->reason);
	put_person(out, "requested_by", breakglass->requester);
	put_person(out, "decided_by", breakglass->custodian);
	put_person(out, "reviewed_by", breakglass->reviewer);
	if (!ids_is_none(breakglass->grant))
		json_out_id(out, "grant", ID_GRANT, breakglass->grant);
	json_out_time(out, "created", breakglass->created);
	json_out_time(out, "until", breakglass->until);
	if (breakglass->closed.ms != 0)
		json_out_time(out, "closed", breakglass->closed);
	json_out_number(out, "uses", breakglass->uses);
	json_out_bool(out, "overdue", breakglass->overdue);
	if (breakglass->verdict != BREAKGLASS_NONE)
		json_out_text(out, "verdict", breakglass_verdict_name(breakglass->verdict));
}

/* What the ids of an emergency are called. */
static fallible put_names(struct name_out *names, const struct sight *sight,
	const struct breakglass *breakglass, struct json_out *out)
{
	TRY(name_out_title(names, out, sight, breakglass->credential, true));
	TRY(name_out_client(names, out, "client_name", breakglass->client));
	TRY(name_out_person(names, out, "requested_by_name", breakglass->requester));
	TRY(name_out_person(names, out, "decided_by_name", breakglass->custodian));
	return name_out_person(names, out, "reviewed_by_name", breakglass->reviewer);
}

/* ---- POST /v1/breakglass ---- */

static size_t characters(struct span text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += (text.at[i] & 0xc0) != 0x80;
	return count;
}

static fallible read_add(struct call *call, struct emergencies_add *add)
{
	struct json_object top;
	TRY(call_body(call, &top));
	add->credential = json_in_text(&top, "credential", JSON_NEEDED, NAME_MAX_BYTES);
	add->reason = span_trim(ask_reason(call, &top, "reason", BREAKGLASS_REASON_MAX));
	if (add->reason.len && characters(add->reason) < BREAKGLASS_REASON_MIN)
		json_in_note(&top, "reason", "not_allowed");
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct emergencies_add *add;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	TRY(read_add(call, add));
	TRY(stage_open(call, &stage));
	call->status = 202;
	return emergencies_add_prepare(&stage.scene, add);
}

static fallible write_add(struct act *act, struct call *call)
{
	return emergencies_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct emergencies_add *add = call->ask;
	put_breakglass(out, &add->breakglass);
	return OK;
}

const struct handler api_breakglass_add = {prepare_add, write_add, answer_add};

/* ---- GET ---- */

static fallible find(struct call *call, const struct scene *scene, struct emergencies_decide **found)
{
	TRY(call_ask(call, found));
	return emergencies_find(scene, call->parts[0], &(*found)->breakglass);
}

static fallible prepare_one(struct call *call)
{
	struct emergencies_decide *found;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	return find(call, &stage.scene, &found);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct emergencies_decide *decide = call->ask;
	put_breakglass(out, &decide->breakglass);
	return OK;
}

const struct handler api_breakglass_one = {prepare_one, NULL, answer_one};

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct page_ask *page = call->ask;
	struct scene scene = stage_scene(call, view);
	struct id after, last = {0};
	struct breakglass breakglass;
	struct name_out names;
	struct sight sight;
	struct err err = OK;
	size_t count = 0;
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(name_out_open(call, view, &names));
	TRY(sight_of(view, &call->caller, 0, call->arena, &sight));
	TRY(ask_after(page, &after));
	for (; breakglass_next(view, call->caller.tenant, &after, &row, &breakglass, &err);
		arena_clear(&row)) {
		bool sees;
		TRY(emergencies_sees(&scene, &breakglass, &sees));
		if (!sees)
			continue;
		if (count++ == page->limit)
			return arena_keep(call->arena, id_span(&last), position);
		json_out_open(out, NULL);
		put_breakglass(out, &breakglass);
		TRY(put_names(&names, &sight, &breakglass, out));
		json_out_close(out);
		last = after;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	return call_put_list(call, out, SPAN_NONE, put_items);
}

const struct handler api_breakglass_list = {ask_page, NULL, answer_list};

/* ---- POST …/decision, DELETE ---- */

static fallible prepare_decide(struct call *call)
{
	struct emergencies_decide *decide;
	bool approve;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.scene, &decide));
	TRY(ask_decision(call, &approve));
	decide->approve = approve;
	return emergencies_decide_prepare(&stage.scene, decide);
}

static fallible write_decide(struct act *act, struct call *call)
{
	return emergencies_decide_write(act, call->ask);
}

const struct handler api_breakglass_decide = {prepare_decide, write_decide, answer_one};

static fallible prepare_close(struct call *call)
{
	struct emergencies_decide *closing;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.scene, &closing));
	return emergency_ends_close_prepare(&stage.scene, closing);
}

static fallible write_close(struct act *act, struct call *call)
{
	return emergency_ends_close_write(act, call->ask);
}

const struct handler api_breakglass_close = {prepare_close, write_close, answer_one};

/* ---- POST …/review ---- */

static fallible read_review(struct call *call, struct emergency_ends_review *review)
{
	static const char *const WORDS[] = {"justified", "unjustified", NULL};
	struct json_object top;
	TRY(call_body(call, &top));
	int word = json_in_word(&top, "verdict", JSON_NEEDED, WORDS);
	review->verdict = (enum breakglass_verdict)(BREAKGLASS_JUSTIFIED + (word > 0 ? word : 0));
	review->note = ask_line(call, &top, "note", JSON_OPTIONAL, NOTE_MAX);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_review(struct call *call)
{
	struct emergency_ends_review *review;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &review));
	TRY(stage_open(call, &stage));
	TRY(emergencies_find(&stage.scene, call->parts[0], &review->breakglass));
	TRY(read_review(call, review));
	return emergency_ends_review_prepare(&stage.scene, review);
}

static fallible write_review(struct act *act, struct call *call)
{
	return emergency_ends_review_write(act, call->ask);
}

static fallible answer_review(struct call *call, struct json_out *out)
{
	const struct emergency_ends_review *review = call->ask;
	put_breakglass(out, &review->breakglass);
	return OK;
}

const struct handler api_breakglass_review = {prepare_review, write_review, answer_review};
