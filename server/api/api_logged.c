/* SPDX-License-Identifier: Apache-2.0 */
/* api_logged - GET /v1/people/{person}/logged: what is logged about a person, for how long, and who may read it (R-P2). The
 * events themselves are in GET /v1/events. */
#include "server/api/ask.h"
#include "server/core/people/people.h"
#include "store/nouns/retention.h"

enum { READERS_MAX = 64 };

/* What an event says of the person who acts, and whether readers of a client's events see it as well (FOUNDATIONS 14). */
static const struct {
	const char *field;
	bool sealed; /* under the person's own key: an erasure makes it unreadable */
	bool for_clients;
} FIELDS[] = {
	{"action", false, true},
	{"time", false, true},
	{"outcome", false, true},
	{"actor", false, true},
	{"actor.name", true, true},
	{"actor.roles", true, false},
	{"device.id", true, false},
	{"device.ip", true, false},
	{"device.user_agent", true, false},
	{"session", true, false},
	{"purpose", true, false},
	{"changes", true, false},
	{"detail", true, false},
};

struct reader_role {
	struct span name;
	const char *scope;
};

struct logged {
	struct person person;
	struct retention kept[ACTION_RETENTION_COUNT];
	struct reader_role readers[READERS_MAX];
	size_t reader_count;
};

/* How much of the log a role reads besides its own events; NULL = nothing. */
static const char *scope_of(uint64_t capabilities)
{
	if (capabilities & CAPABILITY_BIT(LOG_READ_TENANT))
		return "tenant";
	if (capabilities & CAPABILITY_BIT(LOG_READ_BRANCH))
		return "branch";
	return capabilities & CAPABILITY_BIT(LOG_READ_CLIENT) ? "client" : NULL;
}

static fallible list_readers(const struct scene *scene, struct logged *logged)
{
	struct span at = SPAN_NONE;
	struct role role;
	struct err err = OK;
	while (logged->reader_count < READERS_MAX &&
		role_next(scene->view, scene->caller->tenant, &at, scene->arena, &role, &err)) {
		const char *scope = scope_of(role.capabilities);
		if (scope)
			logged->readers[logged->reader_count++] = (struct reader_role){role.name, scope};
	}
	return err;
}

static fallible prepare(struct call *call)
{
	struct logged *logged;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &logged));
	TRY(stage_open(call, &stage));
	TRY(people_find(&stage.scene, call->parts[0], &logged->person));
	if (!ids_equal(call->caller.person, logged->person.id))
		return FAIL(DENIED, "what is logged about a person is told to that person");
	for (enum action_retention class = 0; class < ACTION_RETENTION_COUNT; class ++)
		TRY(retention_get(
			&stage.view, call->caller.tenant, class, call->arena, &logged->kept[class]));
	return list_readers(&stage.scene, logged);
}

static void put_fields(struct json_out *out)
{
	json_out_open_array(out, "fields");
	for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
		json_out_open(out, NULL);
		json_out_text(out, "field", FIELDS[i].field);
		json_out_bool(out, "sealed", FIELDS[i].sealed);
		json_out_open_array(out, "scopes");
		json_out_text(out, NULL, "self");
		if (FIELDS[i].for_clients)
			json_out_text(out, NULL, "client");
		json_out_text(out, NULL, "branch");
		json_out_text(out, NULL, "tenant");
		json_out_close_array(out);
		json_out_close(out);
	}
	json_out_close_array(out);
}

static void put_kept(struct json_out *out, const struct logged *logged)
{
	json_out_open_array(out, "kept");
	for (enum action_retention class = 0; class < ACTION_RETENTION_COUNT; class ++) {
		json_out_open(out, NULL);
		json_out_text(out, "class", action_retention_name(class));
		json_out_number(out, "months", logged->kept[class].months);
		json_out_close(out);
	}
	json_out_close_array(out);
}

static void put_readers(struct json_out *out, const struct logged *logged)
{
	json_out_open_array(out, "readers");
	for (size_t i = 0; i < logged->reader_count; i++) {
		json_out_open(out, NULL);
		json_out_span(out, "role", logged->readers[i].name);
		json_out_text(out, "scope", logged->readers[i].scope);
		json_out_close(out);
	}
	json_out_close_array(out);
}

static fallible answer(struct call *call, struct json_out *out)
{
	const struct logged *logged = call->ask;
	json_out_id(out, "person", ID_PERSON, logged->person.id);
	json_out_number(out, "notice", logged->person.notice);
	put_fields(out);
	put_kept(out, logged);
	put_readers(out, logged);
	json_out_text(out, "events", "/v1/events");
	return OK;
}

const struct handler api_logged_get = {prepare, NULL, answer};
