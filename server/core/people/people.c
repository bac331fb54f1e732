/* SPDX-License-Identifier: Apache-2.0 */
/* people - prepare and write a new person; find and list those who are there. */
#include "server/core/people/people.h"

#include "base/text.h"
#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/giving.h"
#include "server/core/rights_news.h"
#include "store/nouns/event_add.h"

enum { PERSON_SEALED_MAX = 4096, ONE_PERSON = 64 * 1024 };

static const char *const KINDS[] = {"staff", "client", "external"};
static const char *const STATES[] = {"active", "suspended", "removed", "erasing", "erased"};

const char *people_kind_name(enum person_kind kind)
{
	return KINDS[kind];
}

const char *people_state_name(enum person_state state)
{
	return STATES[state];
}

/* ---- events ---- */

struct event people_event(const struct scene *scene, enum action action, const struct person *person)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = event.object_is_person = true;
	event.object_kind = ID_PERSON;
	event.ids[LEAF_ID_OBJECT] = person->id;
	event.ids[LEAF_ID_CLIENT] = person->client;
	/* What nobody of a branch does to somebody of one concerns that branch. */
	if (ids_is_none(event.ids[LEAF_ID_BRANCH]))
		event.ids[LEAF_ID_BRANCH] = person->branch;
	event.texts[LEAF_TEXT_LABEL] = person->name;
	return event;
}

fallible people_role_event(const struct scene *scene, enum action action, const struct person *person,
	struct span role, struct event_draft *draft)
{
	const struct detail_field fields[] = {
		{"role", role, DETAIL_TEXT}, {"scope", SPAN_LIT("tenant"), DETAIL_TEXT}};
	struct event event = people_event(scene, action, person);
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

static fallible seal_added(const struct scene *scene, struct people_new *new)
{
	const struct detail_field kind = {"kind", span_text(people_kind_name(new->person.kind)), DETAIL_TEXT};
	struct event event = people_event(scene, ACTION_PERSON_ADDED, &new->person);
	TRY(detail_print(&kind, 1, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &new->added);
}

/* ---- one new person ---- */

fallible people_seal(const struct scene *scene, const struct person *person, struct span *sealed)
{
	scoped(buf) record = BUF(PERSON_SEALED_MAX);
	TRY(person_seal(scene->server->volume.keys, person, &record));
	TRY(buf_check(&record));
	return scene_copy(scene, buf_span(&record), sealed);
}

static fallible check_ref(const struct scene *scene, struct span ref)
{
	struct id holder;
	if (ref.len == 0)
		return OK;
	struct err err = person_by_ref(scene->view, scene->caller->tenant, ref, &holder);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return FAIL_CODE(REF_TAKEN, "another person has this ref");
}

fallible people_new_prepare(const struct scene *scene, struct people_new *new)
{
	struct person *person = &new->person;
	TRY(check_ref(scene, person->ref));
	person->tenant = scene->caller->tenant;
	person->id = random_id(scene->now);
	person->state = PERSON_ACTIVE;
	person->created = scene->now;
	person->email_changed = scene->now;
	const struct subject subject = {SUBJECT_PERSON, person->id};
	/* The key is durable before the row that needs it; one without a row stays (docs/decisions/0011-erasing.md). */
	TRY(keeper_make_subject(scene->server->keeper, person->tenant, &subject));
	TRY(people_seal(scene, person, &new->sealed));
	return seal_added(scene, new);
}

fallible people_new_write(struct act *act, struct people_new *new)
{
	TRY(person_put_ref(act, &new->person));
	TRY(person_put(act, &new->person, new->sealed));
	return event_add(act, new->person.tenant, &new->added.leaf, NULL);
}

/* ---- with roles, and for a client ---- */

fallible people_sum_roles(const struct view *view, struct id tenant, const struct span *roles, size_t count,
	uint64_t *capabilities)
{
	uint64_t held = 0;
	for (size_t i = 0; i < count; i++) {
		struct role role;
		struct err err = role_get(view, tenant, roles[i], &role);
		if (err.kind == ERR_NOT_FOUND)
			return FAIL(INVALID, "a role is none of this tenant's");
		TRY(err);
		held |= role.capabilities;
	}
	*capabilities = held;
	return OK;
}

static fallible join_client(const struct scene *scene, struct people_add *add)
{
	struct person *person = &add->new.person;
	if (add->client.len == 0)
		return OK;
	struct err err = client_find(scene->view, scene->caller->tenant, add->client, &person->client);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_CLIENT, "the person is of no client of this tenant");
	return err;
}

fallible people_add_prepare(const struct scene *scene, struct people_add *add)
{
	struct person *person = &add->new.person;
	TRY(people_sum_roles(
		scene->view, scene->caller->tenant, person->roles, person->role_count, &add->capabilities));
	TRY(giving_check(scene->caller, add->capabilities));
	TRY(join_client(scene, add));
	TRY(branches_prepare(scene, (struct id){0}, &add->branch));
	person->branch = add->branch.id;
	person->branch_name = add->branch.name;
	TRY(branches_check_log(scene->caller, add->capabilities, person->branch));
	TRY(people_new_prepare(scene, &add->new));
	if (add->client.len)
		TRY(contacts_prepare(scene, person, CONTACTS_ADD, &add->contacts));
	for (size_t i = 0; i < person->role_count; i++)
		TRY(people_role_event(
			scene, ACTION_ROLE_ASSIGNED, person, person->roles[i], &add->assigned[i]));
	const struct rights_news news = {
		ACTION_ROLE_ASSIGNED, person->id, person->name, person->roles, person->role_count};
	add->told.count = 0;
	return rights_news_due(scene->caller, add->capabilities) ? rights_news_tell(scene, &news, &add->told)
								 : OK;
}

fallible people_add_write(struct act *act, struct people_add *add)
{
	const struct person *person = &add->new.person;
	struct view view = view_act(act);
	uint64_t capabilities;
	TRY(people_sum_roles(&view, person->tenant, person->roles, person->role_count, &capabilities));
	if (capabilities != add->capabilities)
		return FAIL_CODE(STALE, "a role changed meanwhile");
	TRY(branches_write(act, person->tenant, &add->branch));
	TRY(people_new_write(act, &add->new));
	for (size_t i = 0; i < person->role_count; i++)
		TRY(event_add(act, person->tenant, &add->assigned[i].leaf, NULL));
	TRY(letters_write(act, &add->told));
	return add->client.len ? contacts_write(act, &add->contacts) : OK;
}

/* ---- who is there ---- */

/* Unreadable from the moment that an erasure begins, though the key may still be there (FOUNDATIONS 19). */
static fallible get_readable(const struct scene *scene, struct id id, struct person *person)
{
	TRY(person_get(scene->view, scene->caller->tenant, id, scene->arena, person));
	if (person->state >= PERSON_ERASING)
		person->name = person->email = person->ref = SPAN_NONE;
	return OK;
}

fallible people_find(const struct scene *scene, struct span id_or_ref, struct person *person)
{
	const struct caller *caller = scene->caller;
	struct id id = {0};
	struct err err = person_find(scene->view, caller->tenant, id_or_ref, &id);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	bool sees_all = caller->capabilities & CAPABILITY_BIT(PEOPLE_READ);
	bool himself = !ids_is_none(id) && ids_equal(id, caller->person);
	/* One answer, whether there is nobody or only nobody for this caller (FOUNDATIONS 13). */
	if (err_failed(err) || (!sees_all && !himself))
		return FAIL(NOT_FOUND, "there is no such person here");
	return get_readable(scene, id, person);
}

bool people_shows_email(const struct caller *caller, const struct person *person)
{
	return ids_equal(caller->person, person->id) ||
		caller_has(caller, SCOPE_BIT(PEOPLE_WRITE), CAPABILITY_BIT(PEOPLE_WRITE));
}

static bool lets_through(const struct people_filter *filter, const struct person *person)
{
	bool state =
		filter->state < 0 ? person->state < PERSON_REMOVED : person->state == (unsigned)filter->state;
	bool kind = filter->kind < 0 || person->kind == (unsigned)filter->kind;
	return state && kind && (ids_is_none(filter->client) || ids_equal(filter->client, person->client));
}

static fallible has_text(struct span text, struct span part, struct arena *arena, bool *has)
{
	if (*has || text.len == 0)
		return OK;
	return text_has(text, part, arena, has);
}

static fallible fits_text(const struct scene *scene, const struct people_filter *filter,
	const struct person *person, struct arena *arena, bool *fits)
{
	*fits = filter->text.len == 0;
	TRY(has_text(person->name, filter->text, arena, fits));
	TRY(has_text(person->ref, filter->text, arena, fits));
	/* What is shown masked is not to be guessed letter by letter either. */
	return people_shows_email(scene->caller, person) ? has_text(person->email, filter->text, arena, fits)
							 : OK;
}

/* Those whom the filter holds back leave nothing in the scene's arena: a tenant may have many. */
static bool skip_one(const struct scene *scene, struct people_walk *walk, bool *found, struct err *err)
{
	struct person person;
	scoped(arena) arena = ARENA(ONE_PERSON);
	if (walk->left == 0 ||
		!person_next(scene->view, scene->caller->tenant, &walk->after, &arena, &person, err))
		return false;
	walk->left--;
	*found = lets_through(&walk->filter, &person);
	if (*found)
		*err = fits_text(scene, &walk->filter, &person, &arena, found);
	return !err_failed(*err);
}

bool people_next(const struct scene *scene, struct people_walk *walk, struct person *person, struct err *err)
{
	bool found = false;
	while (!found && skip_one(scene, walk, &found, err))
		;
	found = found && !err_failed(*err);
	if (found)
		*err = get_readable(scene, walk->after, person);
	return found && !err_failed(*err);
}
