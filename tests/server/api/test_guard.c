/* SPDX-License-Identifier: Apache-2.0 */
/* test_guard - who is let in: tokens, persons acted for, devices, proofs, and whose word counts on where a
 * call comes from. */
#include "server/api/guard.h"

#include "base/text.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, DAY_MS = 86400000, TEXT_MAX = 512, ARENA_MAX = 64 * 1024, LONG_JSON = 5000 };

static const char ADDRESS[] = "{\"type\":\"email\",\"address\":\"v@example.net\"}";

static size_t denied(struct api_world *world)
{
	return api_count_events(world, world->tenant.id, ACTION_ACCESS_DENIED);
}

/* ---- tokens ---- */

/* All that a stranger learns: the same from every token that is not good. */
static void is_stranger(struct api_world *world, const char *token)
{
	scoped(api_answer) answer = {0};
	api_call(world, "GET", "/v1/people", token, NULL, &answer);
	cr_assert(api_is_code(&answer, 401, "unauthorized"), "%s", token ? token : "no token");
	cr_assert(api_has(&answer, "detail", "No valid token") && json_object_size(answer.json) == 7);
	cr_assert(json_array_size(api_member(&answer, "errors")) == 0);
	cr_assert(strcasestr(answer.head, "\r\nWWW-Authenticate: Bearer") != NULL);
}

Test(guard, every_token_that_is_not_good_is_refused_in_the_same_form)
{
	scoped(api_world) world = {0};
	char unknown[TOKEN_TEXT + 1], other_check[TOKEN_TEXT + 1];
	api_world_open(&world);
	is_stranger(&world, NULL);
	is_stranger(&world, "");
	is_stranger(&world, "mun_app_x");
	is_stranger(&world, "mun_app_");
	tokens_make(TOKEN_APPLICATION, unknown);
	is_stranger(&world, unknown);
	tokens_make(TOKEN_PERSON, unknown);
	is_stranger(&world, unknown);
	memcpy(other_check, world.tenant.token, sizeof other_check);
	other_check[TOKEN_TEXT - 1] = other_check[TOKEN_TEXT - 1] == '0' ? '1' : '0';
	is_stranger(&world, other_check);
	cr_assert(denied(&world) == 0, "strangers write nothing");
}

Test(guard, a_token_that_has_expired_or_was_revoked_is_a_strangers)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application expiring, revoked;
	struct api_person removed;
	char path[TEXT_MAX];
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_ALL, &expiring);
	api_world_application(&world, &world.tenant, SCOPE_ALL, &revoked);
	api_world_person(&world, &world.tenant, "owner", NULL, &removed);
	api_world_person(&world, &world.tenant, "owner", NULL, &(struct api_person){0});
	snprintf(path, sizeof path, "/v1/applications/%s", revoked.text);
	cr_assert(api_call(&world, "DELETE", path, world.tenant.token, NULL, &answer) == 200);
	is_stranger(&world, revoked.token);
	cr_assert(api_call(&world, "GET", "/v1/people", removed.token, NULL, &answer) == 200);
	snprintf(path, sizeof path, "/v1/people/%s", removed.text);
	cr_assert(api_call(&world, "DELETE", path, world.tenant.token, NULL, &answer) == 200, "%s",
		answer.body);
	is_stranger(&world, removed.token);
	fake_clock_pass(60 * (int64_t)DAY_MS - 1);
	cr_assert(api_call(&world, "GET", "/v1/people", expiring.token, NULL, &answer) == 200);
	fake_clock_pass(1);
	is_stranger(&world, expiring.token);
	is_stranger(&world, world.tenant.token);
}

Test(guard, another_scheme_than_bearer_is_no_token)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	char more[TEXT_MAX];
	static const char *const SCHEMES[] = {
		"Basic %s", "%s", "Bearer  %s", "Bearer%s", "Bearer %s x", "Token %s"};
	api_world_open(&world);
	for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++) {
		scoped(buf) line = BUF(TEXT_MAX);
		const char *mark = strstr(SCHEMES[i], "%s");
		buf_put_text(&line, "Authorization: ");
		buf_put(&line, span_of(SCHEMES[i], (size_t)(mark - SCHEMES[i])));
		buf_put_text(&line, world.tenant.token);
		buf_put_text(&line, mark + 2);
		snprintf(more, sizeof more, "%.*s\r\n", SPAN_FMT(buf_span(&line)));
		const struct api_request request = {.method = "GET", .path = "/v1/people", .more = more};
		api_ask(&world, &request, &answer);
		cr_assert(api_is_code(&answer, 401, "unauthorized"), "%s", SCHEMES[i]);
	}
}

Test(guard, the_operator_and_a_tenant_do_not_do_each_others_work)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	static const char *const PATHS[] = {
		"/v1/people", "/v1/events", "/v1/tenant", "/v1/log/checkpoint", "/v1/roles"};
	static const char TENANT[] = "{\"name\":\"Second\",\"security_contact\":\"a@example.org\"}";
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		api_call(&world, "GET", PATHS[i], world.operator, NULL, &answer);
		cr_assert(api_is_code(&answer, 403, "scope_missing"), "%s", PATHS[i]);
	}
	api_call(&world, "POST", "/v1/tenants", world.tenant.token, TENANT, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
	api_call(&world, "POST", "/v1/tenants", owner.token, TENANT, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
	cr_assert(api_call(&world, "POST", "/v1/tenants", world.operator, TENANT, &answer) == 201, "%s",
		answer.body);
	cr_assert(api_has(&answer, "name", "Second") && api_has(&answer, "security_contact", "a@example.org"));
}

/* ---- scopes and capabilities ---- */

Test(guard, an_application_needs_the_scope_and_a_person_the_capability_too)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_application reader;
	struct api_person bare, owner;
	api_world_open(&world);
	api_world_application(&world, &world.tenant, SCOPE_BIT(PEOPLE_READ), &reader);
	api_world_person(&world, &world.tenant, NULL, NULL, &bare);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	cr_assert(api_call(&world, "GET", "/v1/people", reader.token, NULL, &answer) == 200);
	api_call(&world, "GET", "/v1/applications", reader.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"));
	struct api_request request = {
		.method = "GET", .path = "/v1/people", .token = world.tenant.token, .actor = bare.text};
	api_ask(&world, &request, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"), "for a person without a role");
	request.actor = owner.text;
	cr_assert(api_ask(&world, &request, &answer) == 200);
	request.path = "/v1/applications";
	request.token = reader.token;
	api_ask(&world, &request, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"), "an owner lends an application no scope");
	cr_assert(denied(&world) == 3);
}

/* ---- persons acted for ---- */

static int act_for(struct api_world *world, const char *actor, struct api_answer *answer)
{
	const struct api_request request = {
		.method = "GET", .path = "/v1/people", .token = world->tenant.token, .actor = actor};
	return api_ask(world, &request, answer);
}

Test(guard, only_an_active_person_of_the_tenant_is_acted_for)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_tenant other;
	struct api_person stranger, owner;
	char path[TEXT_MAX];
	api_world_open(&world);
	api_world_tenant(&world, &other);
	api_world_person(&world, &other, "owner", NULL, &stranger);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	api_world_person(&world, &world.tenant, "owner", NULL, &(struct api_person){0});
	cr_assert(act_for(&world, owner.text, &answer) == 200);
	act_for(&world, stranger.text, &answer);
	cr_assert(api_is_code(&answer, 422, "unknown_person"));
	act_for(&world, "nobody", &answer);
	cr_assert(api_is_code(&answer, 422, "unknown_person"));
	act_for(&world, "per_", &answer);
	cr_assert(api_is_code(&answer, 422, "unknown_person"));
	act_for(&world, "../..", &answer);
	cr_assert(api_is_code(&answer, 422, "unknown_person"));
	snprintf(path, sizeof path, "/v1/people/%s", owner.text);
	cr_assert(api_call(&world, "DELETE", path, world.tenant.token, NULL, &answer) == 200);
	act_for(&world, owner.text, &answer);
	cr_assert(api_is_code(&answer, 422, "unknown_person"), "one who was removed");
	cr_assert(denied(&world) == 0, "a malformed request is no event");
}

Test(guard, a_person_is_acted_for_by_their_ref)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	api_world_open(&world);
	cr_assert(api_call(&world, "POST", "/v1/people", world.tenant.token,
			  "{\"name\":\"Anna\",\"kind\":\"staff\",\"ref\":\"crew-7\",\"roles\":[\"owner\"]}",
			  &answer) == 201,
		"%s", answer.body);
	cr_assert(act_for(&world, "crew-7", &answer) == 200, "%s", answer.body);
	act_for(&world, "crew-8", &answer);
	cr_assert(api_is_code(&answer, 422, "unknown_person"));
}

Test(guard, a_personal_token_acts_for_its_owner_whatever_the_header_says)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person bare, owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, NULL, NULL, &bare);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	const struct api_request request = {
		.method = "GET", .path = "/v1/people", .token = bare.token, .actor = owner.text};
	cr_assert(api_ask(&world, &request, &answer) == 403, "%s", answer.body);
}

/* ---- devices ---- */

static int act_from(struct api_world *world, const char *actor, const char *header, struct api_answer *answer)
{
	char more[LONG_JSON * 2];
	snprintf(more, sizeof more, "Muniment-Device: %s\r\n", header);
	const struct api_request request = {.method = "GET",
		.path = "/v1/people",
		.token = world->tenant.token,
		.actor = actor,
		.no_device = true,
		.more = more};
	return api_ask(world, &request, answer);
}

static int act_from_json(
	struct api_world *world, const char *actor, const char *json, struct api_answer *answer)
{
	scoped(buf) text = BUF(2 * LONG_JSON);
	text_put_base64url(&text, span_text(json));
	buf_put_u8(&text, 0);
	cr_assert(!err_failed(buf_check(&text)));
	return act_from(world, actor, (const char *)text.data, answer);
}

Test(guard, a_person_acts_from_a_device)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	const struct api_request request = {.method = "GET",
		.path = "/v1/people",
		.token = world.tenant.token,
		.actor = owner.text,
		.no_device = true};
	api_ask(&world, &request, &answer);
	cr_assert(api_is_code(&answer, 422, "device_missing"));
	cr_assert(act_from_json(&world, owner.text, "{\"ip\":\"203.0.113.7\",\"user_agent\":\"x\"}",
			  &answer) == 200);
}

Test(guard, a_device_that_is_none_is_refused)
{
	static const char *const JUNK[] = {"x", "e30", "e30=", "!!!!", "bnVsbA", "W10", "Ing", "AAAA"};
	static const char *const JSON[] = {"{}", "[]", "null", "{\"ip\":\"203.0.113.7\"}",
		"{\"user_agent\":\"x\"}", "{\"ip\":1,\"user_agent\":\"x\"}",
		"{\"ip\":\"203.0.113.7\",\"user_agent\":\"x\",\"more\":1}",
		"{\"ip\":\"203.0.113.7\",\"ip\":\"203.0.113.8\",\"user_agent\":\"x\"}",
		"{\"ip\":\"localhost\",\"user_agent\":\"x\"}",
		"{\"ip\":\"203.0.113.7:80\",\"user_agent\":\"x\"}",
		"{\"ip\":\"203.0.113.7\",\"user_agent\":\"x\"", "{\"ip\":\"\",\"user_agent\":\"x\"}",
		"{\"ip\":\"0123456789012345678901234567890123456789012345\",\"user_agent\":\"x\"}"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	for (size_t i = 0; i < sizeof JUNK / sizeof JUNK[0]; i++) {
		act_from(&world, owner.text, JUNK[i], &answer);
		cr_assert(api_is_code(&answer, 422, "device_missing"), "%s", JUNK[i]);
	}
	for (size_t i = 0; i < sizeof JSON / sizeof JSON[0]; i++) {
		act_from_json(&world, owner.text, JSON[i], &answer);
		cr_assert(api_is_code(&answer, 422, "device_missing"), "%s", JSON[i]);
	}
}

Test(guard, a_device_longer_than_it_may_be_is_refused)
{
	static char json[LONG_JSON];
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	int n = snprintf(json, sizeof json, "{\"ip\":\"203.0.113.7\",\"user_agent\":\"");
	memset(json + n, 'u', sizeof json - (size_t)n - 3);
	memcpy(json + sizeof json - 3, "\"}", 3);
	act_from_json(&world, owner.text, json, &answer);
	cr_assert(api_is_code(&answer, 422, "device_missing"));
}

/* The event of a refusal shows where it came from. */
static void refused_from(struct api_world *world, const char *actor, const char *json, struct arena *arena,
	struct event_read *event)
{
	scoped(api_answer) answer = {0};
	act_from_json(world, actor, json, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"));
	api_find_event(world, world->tenant.id, ACTION_ACCESS_DENIED, arena, event);
	fake_clock_pass(MINUTE_MS);
}

Test(guard, a_device_has_one_id_of_ours_for_each_person)
{
	static const char LAPTOP[] = "{\"id\":\"laptop\",\"ip\":\"203.0.113.7\",\"user_agent\":\"x\"}";
	static const char PHONE[] = "{\"id\":\"phone\",\"ip\":\"203.0.113.7\",\"user_agent\":\"x\"}";
	static const char NAMELESS[] = "{\"ip\":\"203.0.113.7\",\"user_agent\":\"x\"}";
	scoped(api_world) world = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct api_person anna, boris;
	struct event_read first, again, phone, other, nameless;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, NULL, NULL, &anna);
	api_world_person(&world, &world.tenant, NULL, NULL, &boris);
	refused_from(&world, anna.text, LAPTOP, &arena, &first);
	refused_from(&world, anna.text, LAPTOP, &arena, &again);
	refused_from(&world, anna.text, PHONE, &arena, &phone);
	refused_from(&world, boris.text, LAPTOP, &arena, &other);
	refused_from(&world, boris.text, NAMELESS, &arena, &nameless);
	cr_assert(span_is(first.texts[LEAF_TEXT_DEVICE], "laptop") &&
		span_is(first.texts[LEAF_TEXT_IP], "203.0.113.7"));
	cr_assert(!ids_is_none(phone.leaf.ids[LEAF_ID_DEVICE]));
	cr_assert(!ids_equal(first.leaf.ids[LEAF_ID_DEVICE], phone.leaf.ids[LEAF_ID_DEVICE]));
	cr_assert(!ids_equal(first.leaf.ids[LEAF_ID_DEVICE], other.leaf.ids[LEAF_ID_DEVICE]));
	cr_assert(ids_is_none(nameless.leaf.ids[LEAF_ID_DEVICE]));
	cr_assert(ids_equal(first.leaf.ids[LEAF_ID_DEVICE], again.leaf.ids[LEAF_ID_DEVICE]),
		"the same device again");
}

/* ---- proofs ---- */

/* An allow of purpose action for a request; its id. */
static void confirm(
	struct login_scene *scene, const char *method, const char *path, char id[static ID_TEXT + 1])
{
	char more[2 * TEXT_MAX], code[TOTP_DIGITS_MAX + 1];
	fake_clock_pass(MINUTE_MS);
	login_app_code(&scene->app, 0, code);
	snprintf(more, sizeof more,
		",\"purpose\":\"action\",\"action\":{\"type\":\"request\",\"text\":\"Do it\","
		"\"fields\":{\"method\":\"%s\",\"path\":\"%s\"}},\"code\":\"%s\"",
		method, path, code);
	login_scene_ask(scene, more);
	cr_assert(login_is(&scene->answer, "allow", NULL), "%s", scene->answer.body);
	login_scene_keep_id(scene, id);
}

/* A proven factor, and the path under which the person adds another one. */
static void open_proven(struct login_scene *scene, char path[static TEXT_MAX])
{
	login_scene_open(scene);
	login_prove(&scene->world, scene->world.tenant.id, scene->app.factor);
	snprintf(path, TEXT_MAX, "/v1/people/%s/factors", scene->person.text);
}

static struct api_request adding(const struct login_scene *scene, const char *path, const char *verification)
{
	return (struct api_request){.method = "POST",
		.path = path,
		.token = scene->world.tenant.token,
		.actor = scene->person.text,
		.verification = verification,
		.body = ADDRESS};
}

Test(guard, a_confirmed_action_opens_this_request_once)
{
	scoped(login_scene) scene = {0};
	char path[TEXT_MAX], id[ID_TEXT + 1];
	open_proven(&scene, path);
	confirm(&scene, "POST", path, id);
	const struct api_request request = adding(&scene, path, id);
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 201, "%s", scene.answer.body);
	api_ask(&scene.world, &request, &scene.answer);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
}

Test(guard, a_confirmed_action_opens_no_other_request)
{
	scoped(login_scene) scene = {0};
	char path[TEXT_MAX], elsewhere[TEXT_MAX], id[ID_TEXT + 1];
	open_proven(&scene, path);
	struct api_request request = adding(&scene, path, id);
	confirm(&scene, "DELETE", path, id);
	api_ask(&scene.world, &request, &scene.answer);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"), "another method");
	confirm(&scene, "POST", "/v1/people/anna/factors", id);
	api_ask(&scene.world, &request, &scene.answer);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"), "another path");
	confirm(&scene, "POST", path, id);
	snprintf(elsewhere, sizeof elsewhere, "/v1/people/%s/tokens", scene.person.text);
	request.path = elsewhere;
	request.body = "{\"name\":\"laptop\"}";
	api_ask(&scene.world, &request, &scene.answer);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"),
		"what was confirmed is not done elsewhere");
	request = adding(&scene, path, id);
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 201, "and is still good for what it was");
	cr_assert(denied(&scene.world) > 0, "it is on record");
}

Test(guard, a_request_that_fails_uses_no_proof_up)
{
	scoped(login_scene) scene = {0};
	char path[TEXT_MAX], id[ID_TEXT + 1];
	open_proven(&scene, path);
	confirm(&scene, "POST", path, id);
	struct api_request request = adding(&scene, path, id);
	request.body = "{\"type\":\"smoke\"}";
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 422, "%s", scene.answer.body);
	request.body = ADDRESS;
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 201, "%s", scene.answer.body);
}

Test(guard, a_proof_is_the_persons_and_the_applications_that_obtained_it)
{
	scoped(login_scene) scene = {0};
	struct api_person other;
	struct api_application another;
	char path[TEXT_MAX], id[ID_TEXT + 1];
	open_proven(&scene, path);
	api_world_person(&scene.world, &scene.world.tenant, "owner", NULL, &other);
	api_world_application(&scene.world, &scene.world.tenant, SCOPE_ALL, &another);
	confirm(&scene, "POST", path, id);
	struct api_request request = adding(&scene, path, id);
	request.actor = other.text;
	api_ask(&scene.world, &request, &scene.answer);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"), "of another person");
	request = adding(&scene, path, id);
	request.token = another.token;
	api_ask(&scene.world, &request, &scene.answer);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"), "by another application");
	request = adding(&scene, path, id);
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 201);
}

Test(guard, a_proof_that_is_none_is_refused_even_where_none_is_needed)
{
	static const char *const JUNK[] = {
		"x", "ver_", "ver_01h455vb4pex5vsknk084sn02q", "per_01h455vb4pex5vsknk084sn02q"};
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	struct api_request request = {
		.method = "GET", .path = "/v1/people", .token = world.tenant.token, .actor = owner.text};
	for (size_t i = 0; i < sizeof JUNK / sizeof JUNK[0]; i++) {
		request.verification = JUNK[i];
		api_ask(&world, &request, &answer);
		cr_assert(api_is_code(&answer, 403, "person_unproven"), "%s", JUNK[i]);
	}
	request.actor = NULL;
	cr_assert(api_ask(&world, &request, &answer) == 200, "an application as itself proves nobody");
}

Test(guard, an_asserted_person_does_not_what_needs_a_proven_one)
{
	scoped(api_world) world = {0};
	scoped(api_answer) answer = {0};
	struct api_person owner;
	char path[TEXT_MAX];
	api_world_open(&world);
	api_world_person(&world, &world.tenant, "owner", NULL, &owner);
	snprintf(path, sizeof path, "/v1/people/%s/tokens", owner.text);
	struct api_request request = {.method = "POST",
		.path = path,
		.token = world.tenant.token,
		.actor = owner.text,
		.body = "{\"name\":\"laptop\"}"};
	api_ask(&world, &request, &answer);
	cr_assert(api_is_code(&answer, 403, "person_unproven"));
	request.token = owner.token;
	request.actor = NULL;
	cr_assert(api_ask(&world, &request, &answer) == 201, "a personal token proves its owner");
}
