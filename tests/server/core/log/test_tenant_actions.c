/* SPDX-License-Identifier: Apache-2.0 */
/* A tenant's own actions: declared, posted, found by name and by class, retired and still read. */
#include "server/core/log/tenant_actions.h"

#include "store/index/fold.h"
#include "tests/support/api_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define INVOICE "app.invoice.sent"

static const char DECLARED[] = "{\"class\":\"payment\",\"severity\":\"warning\",\"critical\":true,"
			       "\"required\":[\"object\",\"amount\",\"paid(bool)\",\"items[]\"],"
			       "\"label\":{\"en\":\"Invoice was sent\",\"fi\":\"Lasku lähetettiin\"}}";
static const char EVENT[] =
	"{\"action\":\"" INVOICE "\",\"actor\":\"system\",\"object\":{\"type\":\"invoice\",\"id\":\"7\"},"
	"\"detail\":{\"amount\":12,\"paid\":false,\"items\":[]}}";

static int set(struct api_world *world, const char *name, const char *token, const char *body,
	struct api_answer *answer)
{
	char path[160];
	snprintf(path, sizeof path, "/v1/actions/%s", name);
	return api_call(world, body ? "PUT" : "DELETE", path, token, body, answer);
}

static void declare(struct api_world *world, const char *body)
{
	scoped(api_answer) answer = {0};
	int status = set(world, INVOICE, world->tenant.token, body, &answer);
	cr_assert(status == 201 || status == 200, "%s", answer.body);
}

static void post(struct api_world *world, const char *body, int status)
{
	scoped(api_answer) answer = {0};
	cr_assert(api_call(world, "POST", "/v1/events", world->tenant.token, body, &answer) == status, "%s",
		answer.body);
}

/* How many events a list with these filters has. */
static size_t found(struct api_world *world, const char *filters)
{
	scoped(api_answer) answer = {0};
	char path[160];
	snprintf(path, sizeof path, "/v1/events?%s", filters);
	cr_assert(api_call(world, "GET", path, world->tenant.token, NULL, &answer) == 200, "%s", answer.body);
	return json_array_size(api_member(&answer, "items"));
}

static void fold(struct api_world *world)
{
	cr_assert(!err_failed(fold_once(&world->server.volume)));
}

Test(tenant_actions, a_declared_action_is_posted_and_reads_back_with_its_class_and_severity)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	post(&world, EVENT, 422);
	cr_assert(set(&world, INVOICE, world.tenant.token, DECLARED, &answer) == 201, "%s", answer.body);
	cr_assert(api_has(&answer, "name", INVOICE) && api_has(&answer, "class", "payment"));
	cr_assert(api_has(&answer, "required/2", "paid(bool)") &&
			api_has(&answer, "label/fi", "Lasku lähetettiin"),
		"%s", answer.body);
	cr_assert(api_count_events(&world, world.tenant.id, ACTION_POLICY_CHANGED) == 1, "it is on record");
	post(&world, EVENT, 201);
	cr_assert(api_call(&world, "GET", "/v1/events?action=" INVOICE, world.tenant.token, NULL, &answer) ==
		200);
	cr_assert(api_has(&answer, "items/0/action", INVOICE), "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/class", "payment") &&
		api_has(&answer, "items/0/severity", "warning"));
	cr_assert(json_is_true(api_member(&answer, "items/0/critical")));
}

Test(tenant_actions, what_it_requires_is_required)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	declare(&world, DECLARED);
	api_call(&world, "POST", "/v1/events", world.tenant.token,
		"{\"action\":\"" INVOICE "\",\"actor\":\"system\",\"detail\":{\"paid\":1,\"items\":[]}}",
		&answer);
	cr_assert(api_has_problem(&answer, "/object", "missing"), "%s", answer.body);
	cr_assert(api_has_problem(&answer, "/detail/amount", "missing"));
	cr_assert(api_has_problem(&answer, "/detail/paid", "wrong_type"));
}

Test(tenant_actions, filters_by_name_and_class_find_it_in_the_tail_and_in_the_index)
{
	scoped(api_world) world = {0};
	api_world_open(&world);
	declare(&world, DECLARED);
	post(&world, EVENT, 201);
	for (int folded = 0; folded < 2; folded++) {
		cr_assert(found(&world, "action=" INVOICE) == 1);
		cr_assert(found(&world, "class=payment") == 1);
		cr_assert(found(&world, "class=payment&action=" INVOICE "&outcome=success") == 1);
		cr_assert(found(&world, "class=edit") == 0 && found(&world, "class=record") == 0);
		fold(&world);
	}
}

Test(tenant_actions, another_class_is_for_what_comes_and_old_events_keep_theirs)
{
	scoped(api_world) world = {0};
	api_world_open(&world);
	declare(&world, DECLARED);
	post(&world, EVENT, 201);
	declare(&world, "{\"class\":\"record\",\"also\":\"delete\",\"severity\":\"info\"}");
	post(&world, EVENT, 201);
	for (int folded = 0; folded < 2; folded++) {
		cr_assert(found(&world, "action=" INVOICE) == 2);
		cr_assert(found(&world, "class=payment") == 1);
		cr_assert(found(&world, "class=record") == 1 && found(&world, "class=delete") == 1);
		fold(&world);
	}
}

Test(tenant_actions, a_retired_one_takes_no_more_events_and_stays_readable)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	declare(&world, DECLARED);
	post(&world, EVENT, 201);
	cr_assert(set(&world, INVOICE, world.tenant.token, NULL, &answer) == 200, "%s", answer.body);
	cr_assert(api_has(&answer, "state", "retired"));
	post(&world, EVENT, 422);
	cr_assert(found(&world, "action=" INVOICE) == 1);
	cr_assert(set(&world, INVOICE, world.tenant.token, NULL, &answer) == 404, "twice");
	declare(&world, DECLARED);
	post(&world, EVENT, 201);
	cr_assert(found(&world, "action=" INVOICE) == 2);
}

Test(tenant_actions, a_filter_by_one_that_nobody_declared_is_refused_and_not_answered_with_nothing)
{
	static const char *const PATHS[] = {"/v1/events?action=app.no.such",
		"/v1/events:facets?action=app.no.such", "/v1/events?action=" INVOICE "&action=app.no.such",
		"/v1/events:tail?action=app.no.such"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	declare(&world, DECLARED);
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		cr_assert(api_call(&world, "GET", PATHS[i], world.tenant.token, NULL, &answer) == 422, "%s",
			PATHS[i]);
		cr_assert(api_has_problem(&answer, "/action", "unknown_action"), "%s", answer.body);
	}
	cr_assert(api_call(&world, "POST", "/v1/events:search", world.tenant.token,
			  "{\"not_action\":[\"" INVOICE "\",\"app.no.such\"]}", &answer) == 422);
	cr_assert(api_has_problem(&answer, "/not_action", "unknown_action"), "%s", answer.body);
	cr_assert(api_call(&world, "POST", "/v1/exports", world.tenant.token,
			  "{\"format\":\"csv\",\"purpose\":\"p\",\"filters\":{\"action\":\"app.no.such\"}}",
			  &answer) == 422);
	cr_assert(api_has_problem(&answer, "/filters/action", "unknown_action"), "%s", answer.body);
}

Test(tenant_actions, tenants_know_nothing_of_each_others)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	api_world_open(&world);
	api_world_tenant(&world, &other);
	declare(&world, DECLARED);
	api_call(&world, "POST", "/v1/events", other.token, EVENT, &answer);
	cr_assert(api_has_problem(&answer, "/action", "unknown_action"), "%s", answer.body);
	cr_assert(set(&world, INVOICE, other.token, NULL, &answer) == 404);
	cr_assert(api_call(&world, "GET", "/v1/events?action=" INVOICE, other.token, NULL, &answer) == 422);
}

Test(tenant_actions, declaring_takes_the_scope_and_a_right_form)
{
	static const struct {
		const char *name, *body, *pointer, *code;
	} BAD[] = {
		{INVOICE, "{\"severity\":\"info\"}", "/class", "missing"},
		{INVOICE, "{\"class\":\"edit\",\"severity\":\"info\"}", "/class", "not_allowed"},
		{INVOICE, "{\"class\":\"record\",\"severity\":\"loud\"}", "/severity", "not_allowed"},
		{INVOICE, "{\"class\":\"record\",\"severity\":\"info\",\"required\":[\"A b\"]}", "/required",
			"malformed"},
		{INVOICE, "{\"class\":\"record\",\"severity\":\"info\",\"label\":{\"xx\":\"x\"}}",
			"/label/xx", "unknown_field"},
	};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application reader;
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(POLICY_READ), &reader);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		cr_assert(set(&world, BAD[i].name, world.tenant.token, BAD[i].body, &answer) == 422, "%s",
			answer.body);
		cr_assert(api_has_problem(&answer, BAD[i].pointer, BAD[i].code), "%s", answer.body);
	}
	cr_assert(set(&world, "record.viewed", world.tenant.token, DECLARED, &answer) == 422,
		"ours stay as they are");
	cr_assert(set(&world, "app.Big", world.tenant.token, DECLARED, &answer) == 422);
	set(&world, INVOICE, reader.token, DECLARED, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"), "%s", answer.body);
	set(&world, INVOICE, reader.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
}

Test(tenant_actions, a_person_needs_the_capability)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner, smm, client;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	api_world_person(&world, &world.tenant, "smm", NULL, &smm);
	api_world_person(&world, &world.tenant, "client", NULL, &client);
	set(&world, INVOICE, smm.token, DECLARED, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"), "%s", answer.body);
	cr_assert(set(&world, INVOICE, owner.token, DECLARED, &answer) == 201, "%s", answer.body);
	cr_assert(api_call(&world, "GET", "/v1/actions", smm.token, NULL, &answer) == 200, "staff read them");
}

Test(tenant_actions, the_list_has_ours_then_the_tenants_with_a_sentence_each)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	char path[400];
	api_world_open(&world);
	declare(&world, DECLARED);
	cr_assert(api_call(&world, "GET", "/v1/actions?limit=500&language=fi", world.tenant.token, NULL,
			  &answer) == 200);
	cr_assert(json_array_size(api_member(&answer, "items")) == ACTION_COUNT, "all of ours and one");
	cr_assert(api_has(&answer, "items/0/name", "login.succeeded"));
	cr_assert(api_has(&answer, "items/0/sentence", "Kirjautuminen onnistui"), "%s", answer.body);
	snprintf(path, sizeof path, "items/%d/sentence", ACTION_COUNT - 1);
	cr_assert(api_has(&answer, path, "Lasku lähetettiin"));
	size_t seen = 0;
	snprintf(path, sizeof path, "/v1/actions?limit=100");
	for (int page = 0; page < 4; page++) {
		cr_assert(api_call(&world, "GET", path, world.tenant.token, NULL, &answer) == 200, "%s",
			answer.body);
		seen += json_array_size(api_member(&answer, "items"));
		if (json_is_null(api_member(&answer, "next")))
			break;
		snprintf(path, sizeof path, "/v1/actions?limit=100&cursor=%s", api_text(&answer, "next"));
	}
	cr_assert(seen == ACTION_COUNT, "%zu", seen);
	cr_assert(
		api_call(&world, "GET", "/v1/actions?language=xx", world.tenant.token, NULL, &answer) == 422);
}

Test(tenant_actions, a_tenant_has_256_at_once)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	char name[32];
	api_world_open(&world);
	for (int i = 0; i < DECLARED_MAX; i++) {
		snprintf(name, sizeof name, "app.n%d", i);
		cr_assert(set(&world, name, world.tenant.token,
				  "{\"class\":\"record\",\"severity\":\"info\"}", &answer) == 201,
			"%s", answer.body);
	}
	set(&world, INVOICE, world.tenant.token, DECLARED, &answer);
	cr_assert(api_is_code(&answer, 409, "conflict"), "%s", answer.body);
	cr_assert(set(&world, "app.n3", world.tenant.token, NULL, &answer) == 200);
	cr_assert(set(&world, INVOICE, world.tenant.token, DECLARED, &answer) == 201, "%s", answer.body);
}
