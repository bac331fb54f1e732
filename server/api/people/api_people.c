/* SPDX-License-Identifier: Apache-2.0 */
/* api_people - POST /v1/people and /v1/people/{person}. */
#include "server/api/people/api_people.h"

#include "server/api/ask.h"
#include "server/core/people/people_change.h"
#include "store/nouns/departure.h"
#include "store/nouns/tenant.h"

static const char *const KINDS[] = {"staff", "client", "external", NULL};

/* ---- a person as JSON ---- */

void api_people_put(const struct call *call, struct json_out *out, const struct person *person)
{
	json_out_id(out, "id", ID_PERSON, person->id);
	ask_put_text(out, "ref", person->ref);
	ask_put_text(out, "name", person->name);
	ask_put_email(out, "email", person->email, people_shows_email(&call->caller, person));
	json_out_text(out, "language", languages_code(person->language));
	json_out_text(out, "kind", people_kind_name(person->kind));
	json_out_open_array(out, "roles");
	for (size_t i = 0; i < person->role_count; i++)
		json_out_span(out, NULL, person->roles[i]);
	json_out_close_array(out);
	json_out_id(out, "client", ID_CLIENT, person->client);
	ask_put_text(out, "branch", person->branch_name);
	json_out_text(out, "state", people_state_name(person->state));
	json_out_time(out, "created", person->created);
}

/* ---- roles ---- */

static bool is_listed(const struct span *roles, size_t count, struct span role)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(roles[i], role))
			return true;
	return false;
}

/* True when the member stands there; the roles are the tenant's, each once. */
static bool read_roles(const struct scene *scene, struct json_object *top, struct span *roles, size_t *count)
{
	struct json_array array;
	struct span role;
	*count = 0;
	if (!json_in_array(top, "roles", JSON_OPTIONAL, PERSON_ROLES_MAX, &array))
		return false;
	while (json_in_next_text(&array, ROLES_NAME_MAX, &role)) {
		uint64_t unused;
		if (is_listed(roles, *count, role) ||
			err_failed(people_sum_roles(scene->view, scene->caller->tenant, &role, 1, &unused)))
			json_in_note(top, "roles", "not_allowed");
		roles[(*count)++] = role;
	}
	return true;
}

/* ---- POST /v1/people ---- */

static void read_client(struct json_object *top, int kind, struct people_add *add)
{
	bool of_client = kind == PERSON_OF_CLIENT;
	add->client = json_in_text(top, "client", JSON_OPTIONAL, CLIENT_REF_MAX);
	if (of_client && !json_in_has(top, "client"))
		json_in_note(top, "client", "missing");
	if (!of_client && add->client.len)
		json_in_note(top, "client", "not_allowed");
}

static fallible read_add(struct call *call, const struct scene *scene, struct people_add *add)
{
	struct json_object top;
	struct person *person = &add->new.person;
	TRY(call_body(call, &top));
	int kind = json_in_word(&top, "kind", JSON_NEEDED, KINDS);
	person->kind = kind < 0 ? PERSON_STAFF : (enum person_kind)kind;
	person->ref = ask_ref(&top);
	person->name = ask_line(call, &top, "name", JSON_NEEDED, PERSON_NAME_MAX);
	person->email = ask_email(call, &top);
	ask_language(&top, &person->language);
	read_roles(scene, &top, person->roles, &person->role_count);
	read_client(&top, kind, add);
	ask_branch(&top, &add->branch);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct people_add *add;
	struct tenant tenant;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &add));
	TRY(stage_open(call, &stage));
	TRY(tenant_get(&stage.view, call->caller.tenant, call->arena, &tenant));
	add->new.person.language = tenant.language;
	TRY(read_add(call, &stage.scene, add));
	call->status = 201;
	return call_blame(call, people_add_prepare(&stage.scene, add), CODE_UNKNOWN_CLIENT, "/client");
}

static fallible write_add(struct act *act, struct call *call)
{
	return people_add_write(act, call->ask);
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct people_add *add = call->ask;
	api_people_put(call, out, &add->new.person);
	return OK;
}

const struct handler api_people_add = {prepare_add, write_add, answer_add};

/* ---- GET /v1/people/{person} ---- */

struct people_seen {
	struct person person;
	struct departure departure;
	bool tells_departure; /* to who may read people: those who leave need not learn it here */
	bool departs;
};

static fallible find_departure(const struct view *view, struct people_seen *seen)
{
	struct err err = departure_get(view, seen->person.tenant, seen->person.id, &seen->departure);
	seen->departs = !err_failed(err);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible prepare_get(struct call *call)
{
	struct people_seen *seen;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &seen));
	TRY(stage_open(call, &stage));
	TRY(people_find(&stage.scene, call->parts[0], &seen->person));
	seen->tells_departure = caller_has(&call->caller, 0, CAPABILITY_BIT(PEOPLE_READ));
	return seen->tells_departure ? find_departure(&stage.view, seen) : OK;
}

static void put_departure(struct json_out *out, const struct people_seen *seen)
{
	if (!seen->departs) {
		json_out_null(out, "departure");
		return;
	}
	json_out_open(out, "departure");
	json_out_text(out, "state", departure_state_name(seen->departure.state));
	json_out_time(out, "at", seen->departure.at);
	json_out_close(out);
}

static fallible answer_get(struct call *call, struct json_out *out)
{
	const struct people_seen *seen = call->ask;
	api_people_put(call, out, &seen->person);
	if (seen->tells_departure)
		put_departure(out, seen);
	return OK;
}

const struct handler api_people_get = {prepare_get, NULL, answer_get};

/* ---- PATCH and DELETE /v1/people/{person} ---- */

static fallible read_change(struct call *call, const struct scene *scene, struct people_change *change)
{
	static const char *const SETTABLE[] = {"active", "suspended", NULL};
	struct json_object top;
	TRY(call_body(call, &top));
	change->name = ask_line(call, &top, "name", JSON_OPTIONAL, PERSON_NAME_MAX);
	change->ref = ask_ref(&top);
	change->email = ask_email(call, &top);
	change->has_language = ask_language(&top, &change->language);
	change->has_roles = read_roles(scene, &top, change->roles, &change->role_count);
	ask_branch(&top, &change->branch);
	int state = json_in_word(&top, "state", JSON_OPTIONAL, SETTABLE);
	change->has_state = state >= 0;
	change->state = state > 0 ? PERSON_SUSPENDED : PERSON_ACTIVE;
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_change(struct call *call)
{
	struct people_change *change;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &change));
	TRY(stage_open(call, &stage));
	TRY(people_find(&stage.scene, call->parts[0], &change->before));
	TRY(read_change(call, &stage.scene, change));
	TRY(people_change_prepare(&stage.scene, change));
	if (change->is_empty)
		call->act = CALL_NO_ACT;
	return OK;
}

static fallible prepare_remove(struct call *call)
{
	struct people_change *change;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &change));
	TRY(stage_open(call, &stage));
	TRY(people_find(&stage.scene, call->parts[0], &change->before));
	return people_remove_prepare(&stage.scene, change);
}

/* The last owner stays, and that somebody tried is on record. */
static fallible write_change(struct act *act, struct call *call)
{
	struct people_change *change = call->ask;
	TRY(people_change_write(act, change));
	call->refusal =
		change->is_last_owner ? FAIL_CODE(LAST_OWNER, "a tenant keeps at least one owner") : OK;
	return OK;
}

static fallible answer_change(struct call *call, struct json_out *out)
{
	const struct people_change *change = call->ask;
	api_people_put(call, out, &change->after);
	return OK;
}

const struct handler api_people_change = {prepare_change, write_change, answer_change};
const struct handler api_people_remove = {prepare_remove, write_change, answer_change};
