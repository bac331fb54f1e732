/* SPDX-License-Identifier: Apache-2.0 */
/* approvals - who may say it is looked up in prepare; the act counts. */
#include "server/core/grants/approvals.h"

#include "base/timestamp.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/core/grants/handover_scope.h"
#include "server/core/grants_seen.h"
#include "server/core/second.h"
#include "store/nouns/client.h"
#include "store/nouns/credential.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"

enum { ONE_NOTICE = 64 * 1024 };

/* ---- who ---- */

unsigned approvals_role(const struct caller *caller, const struct client *client)
{
	if (ids_is_none(caller->person))
		return 0;
	if (client_has_contact(client, caller->person))
		return GRANT_BY_CLIENT;
	return caller->capabilities & CAPABILITY_BIT(GRANT_APPROVE) ? GRANT_BY_STAFF : 0;
}

bool approvals_is_escalated(const struct grant *grant, struct instant now)
{
	return grant->state == GRANT_WAITING && now.ms >= grant->created.ms + APPROVALS_ESCALATE_MS;
}

static bool approved_already(const struct grant *grant, struct id person)
{
	for (unsigned i = 0; i < grant->approvals_given; i++)
		if (ids_equal(grant->approvals[i], person))
			return true;
	return false;
}

static fallible check_approver(const struct scene *scene, const struct grant *grant)
{
	const struct caller *caller = scene->caller;
	struct client client;
	if (ids_is_none(caller->person))
		return FAIL_CODE(PERSON_UNPROVEN, "a person approves, and no application");
	TRY(client_get(scene->view, grant->tenant, grant->client, scene->arena, &client));
	if ((approvals_role(caller, &client) & grant->approvers) == 0)
		return FAIL(DENIED, "the grant waits for somebody else's approval");
	const struct id nobody = {0};
	const struct id part[] = {grant->person, grant->giver_is_person ? grant->giver : nobody};
	return second_check_other(scene, part, sizeof part / sizeof part[0]);
}

static fallible check_state(const struct approvals_decide *decide, struct instant now)
{
	if (decide->grant.state != GRANT_WAITING || grant_has_ended(&decide->grant, now))
		return FAIL(CONFLICT, "the grant does not wait for approval");
	if (approved_already(&decide->grant, decide->approver))
		return FAIL(CONFLICT, "this person approved it already");
	return OK;
}

/* ---- events ---- */

static struct event begin(const struct scene *scene, enum action action, const struct grant *grant)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = ID_GRANT;
	event.ids[LEAF_ID_OBJECT] = event.ids[LEAF_ID_GRANT] = grant->id;
	event.ids[LEAF_ID_CLIENT] = grant->client;
	event.texts[LEAF_TEXT_TASK] = grant->task;
	return event;
}

static fallible seal_decided(const struct scene *scene, struct approvals_decide *decide)
{
	char grantee[ID_TEXT + 1], approver[ID_TEXT + 1], until[TIMESTAMP_TEXT + 1], modes[MODES_WORDS];
	const struct grant *grant = &decide->grant;
	enum action action = decide->approve ? ACTION_GRANT_APPROVED : ACTION_GRANT_REFUSED;
	struct event event = begin(scene, action, grant);
	ids_print(ID_PERSON, grant->person, grantee);
	ids_print(ID_PERSON, decide->approver, approver);
	timestamp_print(grant->until, until);
	modes_print(grant->modes, modes);
	const struct detail_field fields[] = {{"grantee", span_text(grantee), DETAIL_TEXT},
		{"mode", span_text(modes), DETAIL_TEXT}, {"approver", span_text(approver), DETAIL_TEXT},
		{"not_after", span_text(until), DETAIL_TEXT}, {"reason", decide->reason, DETAIL_TEXT}};
	TRY(detail_print(fields, decide->reason.len ? 5 : 4, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &decide->decided);
}

static fallible seal_activated(const struct scene *scene, struct approvals_decide *decide)
{
	char grantee[ID_TEXT + 1];
	struct event event = begin(scene, ACTION_GRANT_ACTIVATED, &decide->grant);
	ids_print(ID_PERSON, decide->grant.person, grantee);
	const struct detail_field fields[] = {
		{"grantee", span_text(grantee), DETAIL_TEXT}, {"cause", SPAN_LIT("approved"), DETAIL_TEXT}};
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &decide->activated);
}

/* ---- mails ---- */

static struct tell_ask letter_of(const struct approvals_tell *tell, enum notice_kind kind)
{
	return (struct tell_ask){.kind = kind,
		.about = tell->grant->id,
		.values = tell->letter->values,
		.count = APPROVALS_VALUES,
		.now = tell->grant->created};
}

/* A mail's value is not empty. */
static struct span some(struct span text)
{
	return text.len ? text : SPAN_LIT("-");
}

fallible approvals_letter(const struct scene *scene, const struct grant *grant, struct span label,
	struct span assistant, struct approvals_letter *letter)
{
	struct span actor;
	TRY(scene_actor(scene, &actor));
	struct span since = tell_time(grant->from, letter->since).value;
	struct span until = tell_time(grant->until, letter->until).value;
	const struct message_value values[APPROVALS_VALUES] = {{"label", some(label)},
		{"assistant", some(assistant)}, {"task", some(grant->task)}, {"since", since},
		{"until", until}, {"actor", some(actor)}};
	memcpy(letter->values, values, sizeof values);
	return OK;
}

fallible approvals_tell_given(
	const struct letters_desk *desk, const struct approvals_tell *tell, struct letters *letters)
{
	const struct tell_ask ask = letter_of(tell, NOTICE_GRANT_GIVEN);
	return letters_add_contacts(desk, &ask, tell->client, (struct id){0}, letters);
}

fallible approvals_tell(
	const struct letters_desk *desk, const struct approvals_tell *tell, struct letters *letters)
{
	const struct tell_ask ask = letter_of(tell, NOTICE_GRANT_WAITING);
	if (tell->grant->approvers & GRANT_BY_CLIENT)
		TRY(letters_add_contacts(desk, &ask, tell->client, (struct id){0}, letters));
	size_t first = letters->count > 0 ? letters->count : 1;
	TRY(letters_add_owners(desk, &ask, tell->grant->giver, letters));
	for (size_t i = first; i < letters->count; i++)
		letters->items[i].next.ms += APPROVALS_ESCALATE_MS;
	return OK;
}

/* Where the client has no say, it hears of what staff opened. */
static fallible tell_opening(const struct scene *scene, struct approvals_decide *decide)
{
	struct client client;
	struct credential credential;
	struct person person;
	struct approvals_letter letter;
	const struct grant *grant = &decide->grant;
	const struct letters_desk desk = {scene->server, scene->view, grant->tenant, scene->arena};
	if (grant->approvers & GRANT_BY_CLIENT)
		return OK;
	TRY(client_get(scene->view, grant->tenant, grant->client, scene->arena, &client));
	TRY(credential_get(scene->view, grant->tenant, grant->credential, scene->arena, &credential));
	TRY(person_get(scene->view, grant->tenant, grant->person, scene->arena, &person));
	TRY(approvals_letter(scene, grant, credential.title, person.name, &letter));
	const struct approvals_tell tell = {grant, &client, &letter};
	return approvals_tell_given(&desk, &tell, &decide->told);
}

/* Whoever asked for it hears of a no. */
static fallible tell_refusal(const struct scene *scene, struct approvals_decide *decide)
{
	struct credential credential;
	const struct grant *grant = &decide->grant;
	struct change_news news = {.action = ACTION_GRANT_REFUSED, .about = grant->id};
	if (!grant->giver_is_person)
		return OK;
	TRY(credential_get(scene->view, grant->tenant, grant->credential, scene->arena, &credential));
	news.label = credential.title;
	return change_news_tell(scene, &news, grant->giver, &decide->told);
}

/* The ids of notices begin with their time, and these were made when the grant was. */
static fallible withdraw(struct act *act, const struct grant *grant)
{
	static const uint8_t NOTHING[10];
	const struct instant escalates = {grant->created.ms + APPROVALS_ESCALATE_MS};
	struct view view = view_act(act);
	struct id after = ids_make((struct instant){grant->created.ms - 1}, NOTHING);
	struct err err = OK;
	for (bool more = true; more;) {
		scoped(arena) arena = ARENA(ONE_NOTICE);
		struct notice notice;
		more = notice_next(&view, after, escalates, &arena, &notice, &err) &&
			ids_time(notice.id).ms <= grant->created.ms;
		if (!more)
			break;
		after = notice.id;
		if (ids_equal(notice.about, grant->id))
			TRY(notice_drop(act, notice.id));
	}
	return err;
}

/* ---- the use-case ---- */

fallible approvals_check(const struct scene *scene, const struct grant *grant)
{
	if (grant->state != GRANT_WAITING || grant_has_ended(grant, scene->now))
		return FAIL(CONFLICT, "the grant does not wait for approval");
	if (approved_already(grant, scene->caller->person))
		return FAIL(CONFLICT, "this person approved it already");
	return check_approver(scene, grant);
}

fallible approvals_decide_prepare(const struct scene *scene, struct approvals_decide *decide)
{
	TRY(grants_find(scene->view, scene->caller, decide->grant_id, scene->arena, &decide->grant));
	TRY(check_approver(scene, &decide->grant));
	decide->approver = scene->caller->person;
	TRY(check_state(decide, scene->now));
	TRY(gates_look(scene->view, &decide->grant, scene->now, &decide->gates));
	TRY(seal_decided(scene, decide));
	decide->told.count = 0;
	TRY(decide->approve ? tell_opening(scene, decide) : tell_refusal(scene, decide));
	return seal_activated(scene, decide);
}

static void count(const struct approvals_decide *decide, struct instant now, struct grant *grant)
{
	if (!decide->approve) {
		grant->state = GRANT_REVOKED;
		grant->ended = now;
		return;
	}
	grant->approvals[grant->approvals_given++] = decide->approver;
	if (grant->approvals_given >= grant->approvals_needed)
		grant->state = GRANT_ACTIVE;
}

fallible approvals_decide_write(struct act *act, struct approvals_decide *decide)
{
	struct grant grant = decide->grant;
	struct noun_key key = noun_key(grant.tenant, id_span(&grant.id), SPAN_NONE);
	TRY(noun_still(act, TABLE_GRANT, noun_key_span(&key), grant.row));
	TRY(check_state(decide, act->now));
	count(decide, act->now, &grant);
	if (grant.state == GRANT_ACTIVE)
		TRY(handover_scope_check_alone(act, &grant));
	TRY(grant_change(act, &grant));
	TRY(event_add(act, grant.tenant, &decide->decided.leaf, NULL));
	if (grant.state != GRANT_WAITING)
		TRY(withdraw(act, &grant));
	if (grant.state != GRANT_WAITING)
		TRY(letters_write(act, &decide->told));
	if (grant.state == GRANT_ACTIVE)
		TRY(event_add(act, grant.tenant, &decide->activated.leaf, NULL));
	decide->after = grant;
	return OK;
}
