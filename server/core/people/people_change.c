/* SPDX-License-Identifier: Apache-2.0 */
/* people_change - decide what changes, who may change it, who is told. */
#include "server/core/people/people_change.h"

#include "base/text.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/core/giving.h"
#include "server/core/login/enrolments.h"
#include "server/core/login/forgetting.h"
#include "server/core/owners.h"
#include "server/core/rights_news.h"
#include "store/nouns/departure.h"
#include "store/nouns/event_add.h"
#include "store/nouns/factor.h"
#include "store/nouns/rescue.h"
#include "store/nouns/storm.h"

enum { CHANGE_TEXT_MAX = 1024 };

/* ---- who may ---- */

static fallible check_rights(const struct scene *scene, const struct people_change *change)
{
	bool himself = ids_equal(scene->caller->person, change->before.id);
	bool his_own = !change->name.len && !change->ref.len && !change->has_roles && !change->has_state &&
		!change->branch.given;
	if (scene->caller->capabilities & CAPABILITY_BIT(PEOPLE_WRITE) || (himself && his_own))
		return OK;
	return FAIL(DENIED, "the person's roles do not allow to change people");
}

/* Whether an active factor guards the account: then its address is changed by its owner alone (FOUNDATIONS
 * 2). */
static fallible has_active_factor(const struct view *view, const struct person *person, bool *has)
{
	struct factor factor;
	struct id at = {0};
	struct err err = OK;
	*has = false;
	while (!*has && factor_next(view, person->tenant, person->id, &at, &factor, &err))
		*has = factor.state == FACTOR_ACTIVE;
	return err;
}

static fallible check_factorless(const struct view *view, const struct person *person)
{
	bool guarded;
	TRY(has_active_factor(view, person, &guarded));
	if (guarded)
		return FAIL_CODE(PERSON_UNPROVEN,
			"the address of a person with a factor is changed by the proven person alone");
	return OK;
}

static fallible check_email(const struct scene *scene, struct people_change *change)
{
	const struct caller *caller = scene->caller;
	bool by_owner = ids_equal(caller->person, change->before.id) && caller->proven;
	change->needs_factorless = !by_owner;
	if (by_owner)
		return OK;
	TRY(check_factorless(scene->view, &change->before));
	/* Whoever reads the mail gets the enrolment code: to move the address is to give all that the person
	 * holds. */
	return giving_check(caller, change->capabilities);
}

/* ---- what it will be ---- */

static void apply(const struct scene *scene, struct people_change *change)
{
	struct person *after = &change->after;
	if (change->name.len)
		after->name = change->name;
	if (change->ref.len)
		after->ref = change->ref;
	if (change->has_language)
		after->language = change->language;
	if (change->has_state)
		after->state = change->state;
	if (change->email.len && !span_equal(change->email, after->email)) {
		after->email = change->email;
		after->email_changed = scene->now;
	}
	if (change->has_roles) {
		memcpy(after->roles, change->roles, sizeof after->roles);
		after->role_count = change->role_count;
	}
	if (change->branch.given) {
		after->branch = change->branch.id;
		after->branch_name = change->branch.name;
	}
}

static bool has_role(const struct person *person, struct span role)
{
	for (size_t i = 0; i < person->role_count; i++)
		if (span_equal(person->roles[i], role))
			return true;
	return false;
}

/* Only what is new is given; an active person again gets back all that a suspended one had. */
static fallible check_giving(const struct scene *scene, struct people_change *change)
{
	const struct person *after = &change->after;
	struct id tenant = after->tenant;
	uint64_t held = 0;
	struct span roles[PERSON_ROLES_MAX];
	size_t count = 0;
	bool revived = change->before.state == PERSON_SUSPENDED && after->state == PERSON_ACTIVE;
	if (revived)
		TRY(departure_check_present(scene->view, tenant, after->id));
	for (size_t i = 0; i < after->role_count; i++)
		if (revived || !has_role(&change->before, after->roles[i]))
			roles[count++] = after->roles[i];
	TRY(people_sum_roles(scene->view, tenant, after->roles, after->role_count, &change->capabilities));
	TRY(people_sum_roles(scene->view, tenant, roles, count, &held));
	TRY(branches_check_log(scene->caller, held, after->branch));
	if (count == 0)
		return OK;
	TRY(giving_check(scene->caller, held));
	const struct rights_news news = {ACTION_ROLE_ASSIGNED, after->id, after->name, roles, count};
	return rights_news_due(scene->caller, held) ? rights_news_tell(scene, &news, &change->told) : OK;
}

/* ---- events ---- */

static fallible add_event(const struct scene *scene, const struct event *event, struct people_change *change)
{
	return scene_seal(scene, event, &change->events[change->event_count++]);
}

static fallible mask(const struct scene *scene, struct span email, struct span *masked)
{
	scoped(buf) text = BUF(CHANGE_TEXT_MAX);
	if (email.len == 0)
		return OK;
	text_mask_email(email, &text);
	TRY(buf_check(&text));
	return scene_copy(scene, buf_span(&text), masked);
}

static fallible note_changes(
	const struct scene *scene, const struct people_change *change, struct detail_changes *changes)
{
	const struct person *before = &change->before, *after = &change->after;
	struct span old_roles, new_roles, old_email = SPAN_NONE, new_email = SPAN_NONE;
	TRY(person_print_roles(before, scene->arena, &old_roles));
	TRY(person_print_roles(after, scene->arena, &new_roles));
	TRY(mask(scene, before->email, &old_email));
	TRY(mask(scene, after->email, &new_email));
	detail_note(changes, "name", before->name, after->name);
	detail_note(changes, "ref", before->ref, after->ref);
	detail_note(changes, "language", span_text(languages_code(before->language)),
		span_text(languages_code(after->language)));
	detail_note(changes, "state", span_text(people_state_name(before->state)),
		span_text(people_state_name(after->state)));
	detail_note(changes, "roles", old_roles, new_roles);
	detail_note(changes, "branch", before->branch_name, after->branch_name);
	/* Two addresses may look the same when masked. */
	if (!span_equal(before->email, after->email) && !detail_note(changes, "email", old_email, new_email))
		detail_note(changes, "email", SPAN_NONE, new_email);
	return OK;
}

static fallible seal_changed(const struct scene *scene, struct people_change *change)
{
	struct detail_changes changes = {.count = 0};
	struct event event = people_event(scene, ACTION_PERSON_CHANGED, &change->after);
	TRY(note_changes(scene, change, &changes));
	change->is_empty = changes.count == 0;
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	return add_event(scene, &event, change);
}

static fallible seal_roles(const struct scene *scene, struct people_change *change)
{
	const struct person *before = &change->before, *after = &change->after;
	for (size_t i = 0; i < after->role_count; i++)
		if (!has_role(before, after->roles[i]))
			TRY(people_role_event(scene, ACTION_ROLE_ASSIGNED, after, after->roles[i],
				&change->events[change->event_count++]));
	for (size_t i = 0; i < before->role_count; i++)
		if (!has_role(after, before->roles[i]))
			TRY(people_role_event(scene, ACTION_ROLE_REMOVED, after, before->roles[i],
				&change->events[change->event_count++]));
	return OK;
}

/* ---- the address ---- */

static fallible tell(
	const struct scene *scene, struct span to, struct span what, struct people_change *change)
{
	char time[TELL_TIME + 1];
	struct span actor;
	const struct letters_desk desk = {scene->server, scene->view, change->before.tenant, scene->arena};
	if (to.len == 0)
		return OK;
	TRY(scene_actor(scene, &actor));
	const struct message_value values[] = {
		{"change", what}, {"actor", actor}, {"to", to}, tell_time(scene->now, time)};
	const struct tell_ask ask = {.person = change->before.id,
		.kind = NOTICE_FACTOR_CHANGED,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	return letters_add(&desk, &ask, &change->told);
}

/* The old address and the new one are told: whoever owns only one of them must hear of it. */
static fallible prepare_email(const struct scene *scene, struct people_change *change)
{
	struct span old_email = SPAN_NONE, new_email = SPAN_NONE;
	scoped(buf) what = BUF(CHANGE_TEXT_MAX);
	struct event event = people_event(scene, ACTION_ACCOUNT_EMAIL_CHANGED, &change->after);
	TRY(mask(scene, change->before.email, &old_email));
	TRY(mask(scene, change->after.email, &new_email));
	const struct detail_field fields[] = {
		{"old_masked", old_email, DETAIL_TEXT}, {"new_masked", new_email, DETAIL_TEXT}};
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(add_event(scene, &event, change));
	buf_printf(&what, "%.*s \xe2\x86\x92 %.*s", SPAN_FMT(old_email), SPAN_FMT(new_email));
	TRY(buf_check(&what));
	TRY(tell(scene, change->before.email, buf_span(&what), change));
	return tell(scene, change->after.email, buf_span(&what), change);
}

/* ---- the last owner ---- */

static fallible refuse_last(const struct scene *scene, struct people_change *change)
{
	struct event event = people_event(scene, ACTION_ACCESS_DENIED, &change->before);
	event.texts[LEAF_TEXT_DETAIL] = SPAN_LIT("{\"capability\":\"people.write\"}");
	event.outcome = LEAF_DENIED;
	event.reason = REASON_LAST_OWNER;
	change->is_last_owner = true;
	change->event_count = 0;
	return add_event(scene, &event, change);
}

static fallible check_owner(const struct scene *scene, struct people_change *change)
{
	change->is_last_owner = false;
	change->other_owner = (struct id){0};
	if (!owners_is(&change->before) || owners_is(&change->after))
		return OK;
	TRY(owners_find_other(scene->view, change->before.tenant, change->before.id, &change->other_owner));
	return ids_is_none(change->other_owner) ? refuse_last(scene, change) : OK;
}

/* ---- prepare ---- */

static bool has_other_role(const struct person *of, const struct person *than)
{
	for (size_t i = 0; i < of->role_count; i++)
		if (!has_role(than, of->roles[i]))
			return true;
	return false;
}

/* What somebody may do from now on they hear themselves: "assistant → assistant coordinator". */
static fallible tell_roles(const struct scene *scene, struct people_change *change)
{
	struct span before, after;
	scoped(buf) label = BUF(CHANGE_TEXT_MAX);
	bool gains = has_other_role(&change->after, &change->before);
	struct change_news news = {
		.action = gains ? ACTION_ROLE_ASSIGNED : ACTION_ROLE_REMOVED, .about = change->after.id};
	if (!gains && !has_other_role(&change->before, &change->after))
		return OK;
	TRY(person_print_roles(&change->before, scene->arena, &before));
	TRY(person_print_roles(&change->after, scene->arena, &after));
	buf_put(&label, before.len ? before : SPAN_LIT("-"));
	buf_put_text(&label, " → ");
	buf_put(&label, after.len ? after : SPAN_LIT("-"));
	TRY(buf_keep(&label, scene->arena, &news.label));
	return change_news_tell(scene, &news, change->after.id, &change->told);
}

static fallible begin(struct people_change *change)
{
	if (change->before.state > PERSON_SUSPENDED)
		return FAIL(NOT_FOUND, "the person is removed");
	change->after = change->before;
	change->event_count = change->told.count = 0;
	change->needs_factorless = change->has_contacts = change->is_empty = false;
	return OK;
}

fallible people_change_prepare(const struct scene *scene, struct people_change *change)
{
	TRY(begin(change));
	TRY(check_rights(scene, change));
	TRY(branches_prepare(scene, change->before.branch, &change->branch));
	apply(scene, change);
	TRY(check_giving(scene, change));
	bool moves = !span_equal(change->before.email, change->after.email);
	if (moves)
		TRY(check_email(scene, change));
	TRY(seal_changed(scene, change));
	if (change->is_empty)
		return OK;
	TRY(seal_roles(scene, change));
	TRY(tell_roles(scene, change));
	if (moves)
		TRY(prepare_email(scene, change));
	TRY(people_seal(scene, &change->after, &change->sealed));
	return check_owner(scene, change);
}

fallible people_remove_prepare(const struct scene *scene, struct people_change *change)
{
	const struct person *before = &change->before;
	TRY(begin(change));
	TRY(people_sum_roles(
		scene->view, before->tenant, before->roles, before->role_count, &change->capabilities));
	struct event event = people_event(scene, ACTION_PERSON_REMOVED, before);
	const struct change_news news = {
		.action = ACTION_PERSON_REMOVED, .about = before->id, .label = before->name};
	/* A client's people come and go. */
	if (before->kind == PERSON_STAFF)
		TRY(change_news_tell_owners(scene, &news, 0, &change->told));
	change->after.state = PERSON_REMOVED;
	TRY(add_event(scene, &event, change));
	TRY(people_seal(scene, &change->after, &change->sealed));
	change->has_contacts = !ids_is_none(before->client);
	if (change->has_contacts)
		TRY(contacts_prepare(scene, before, CONTACTS_DROP, &change->contacts));
	return check_owner(scene, change);
}

/* ---- write ---- */

static fallible check_unchanged(struct act *act, const struct people_change *change)
{
	const struct person *before = &change->before;
	struct view view = view_act(act);
	struct noun_key key = noun_key(before->tenant, id_span(&before->id), SPAN_NONE);
	struct row row;
	uint64_t capabilities;
	TRY(act_get(act, TABLE_PERSON, noun_key_span(&key), &row));
	if (row.version != before->version)
		return FAIL_CODE(STALE, "the person changed meanwhile");
	TRY(people_sum_roles(
		&view, before->tenant, change->after.roles, change->after.role_count, &capabilities));
	if (capabilities != change->capabilities)
		return FAIL_CODE(STALE, "a role changed meanwhile");
	if (!ids_is_none(change->other_owner))
		TRY(owners_check(act, before->tenant, change->other_owner));
	return change->needs_factorless ? check_factorless(&view, before) : OK;
}

static fallible move_ref(struct act *act, const struct people_change *change)
{
	bool goes = change->after.state == PERSON_REMOVED;
	if (!goes && span_equal(change->before.ref, change->after.ref))
		return OK;
	TRY(person_drop_ref(act, &change->before));
	return goes ? OK : person_put_ref(act, &change->after);
}

/* The devices that remember a person do so for the one who was active, at the address that they had. */
static fallible forget_devices(struct act *act, const struct people_change *change)
{
	const struct person *before = &change->before, *after = &change->after;
	if (after->state == PERSON_REMOVED)
		return forgetting_person(act, after->tenant, after->id, FORGETTING_REMOVED);
	if (before->state != after->state)
		return forgetting_person(act, after->tenant, after->id, FORGETTING_SUSPENDED);
	if (!span_equal(before->email, after->email))
		return forgetting_person(act, after->tenant, after->id, FORGETTING_EMAIL);
	return OK;
}

/* A code on its way to the old address vouches for nobody at the new one. */
static fallible forget_mailed(struct act *act, const struct people_change *change)
{
	struct enrolment enrolment;
	struct view view = view_act(act);
	if (span_equal(change->before.email, change->after.email))
		return OK;
	struct err err = enrolment_get(&view, change->before.tenant, change->before.id, &enrolment);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return enrolment.by == ENROLMENT_BY_EMAIL ? enrolment_drop(act, &enrolment) : OK;
}

/* What a person proved before they were suspended is over, also when they are back; and so is every code that they got. */
static fallible forget_proofs(struct act *act, const struct people_change *change)
{
	const struct person *before = &change->before, *after = &change->after;
	if (after->state == PERSON_ACTIVE || after->state == before->state)
		return OK;
	TRY(enrolments_forget(act, before->tenant, before->id));
	return rescue_close(act, before->tenant, before->id);
}

fallible people_change_write(struct act *act, struct people_change *change)
{
	struct id tenant = change->before.tenant;
	TRY(check_unchanged(act, change));
	if (change->is_last_owner)
		return storm_refuse(act, tenant, &change->events[0], NULL);
	TRY(move_ref(act, change));
	TRY(branches_write(act, tenant, &change->branch));
	TRY(person_put(act, &change->after, change->sealed));
	for (size_t i = 0; i < change->event_count; i++)
		TRY(event_add(act, tenant, &change->events[i].leaf, NULL));
	TRY(letters_write(act, &change->told));
	TRY(forget_devices(act, change));
	TRY(forget_mailed(act, change));
	TRY(forget_proofs(act, change));
	return change->has_contacts ? contacts_write(act, &change->contacts) : OK;
}
