/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of people: noted by what is done from them, shared, lost. */
#include "server/core/people/devices.h"

#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { TEXT_MAX = 1024, MINUTE_MS = 60000, ARENA_MAX = 1 << 20 };

/* ---- what an application reports ---- */

static void put_line(struct buf *lines, const struct api_person *person, const char *device)
{
	buf_printf(lines,
		"{\"action\":\"record.viewed\",\"actor\":{\"person\":\"%s\"},\"purpose\":\"a test\","
		"\"object\":{\"type\":\"record\",\"id\":\"7\"},\"device\":{\"id\":\"%s\",\"ip\":\"192.0.2."
		"1\","
		"\"user_agent\":\"Firefox\",\"name\":\"Laptop\",\"platform\":\"Linux\",\"model\":\"T14\"}}\n",
		person->text, device);
	buf_put_u8(lines, 0);
	lines->len--;
}

static void post(struct api_world *world, const struct api_person *person, const char *device)
{
	scoped(buf) line = BUF(TEXT_MAX);
	scoped(api_answer) answer = {0};
	put_line(&line, person, device);
	cr_assert(api_call(world, "POST", "/v1/events", world->tenant.token, (const char *)line.data,
			  &answer) == 201,
		"%s", answer.body);
}

static void list(struct api_world *world, const char *token, const struct api_person *person,
	struct api_answer *answer)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/people/%s/devices", person->text);
	cr_assert(api_call(world, "GET", path, token, NULL, answer) == 200, "%s", answer->body);
}

static size_t count(const struct api_answer *answer, const char *path)
{
	return json_array_size(api_member(answer, path));
}

struct devices_scene {
	struct api_world world;
	struct api_person ivana, vera, owner;
	struct api_answer answer;
};

static void devices_scene_done(struct devices_scene *scene)
{
	api_answer_done(&scene->answer);
	api_world_done(&scene->world);
}

static void open_scene(struct devices_scene *scene)
{
	api_world_open(&scene->world);
	api_world_person(&scene->world, &scene->world.tenant, "assistant", NULL, &scene->ivana);
	api_world_person(&scene->world, &scene->world.tenant, "assistant", NULL, &scene->vera);
	api_world_person(&scene->world, &scene->world.tenant, "owner", NULL, &scene->owner);
}

static int get(struct devices_scene *scene, const char *token, const char *id)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/devices/%s", id);
	return api_call(&scene->world, "GET", path, token, NULL, &scene->answer);
}

static int lose(struct devices_scene *scene, const char *token, const char *id)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/devices/%s/lost", id);
	return api_call(&scene->world, "POST", path, token, "{}", &scene->answer);
}

static void only_id(struct devices_scene *scene, const struct api_person *person, char id[static ID_TEXT + 1])
{
	list(&scene->world, scene->world.tenant.token, person, &scene->answer);
	cr_assert(count(&scene->answer, "items") == 1, "%s", scene->answer.body);
	snprintf(id, ID_TEXT + 1, "%s", api_text(&scene->answer, "items/0/id"));
}

/* The scene after Ivana has acted from a device once. */
static void open_with(struct devices_scene *scene, const char *device, char id[static ID_TEXT + 1])
{
	open_scene(scene);
	post(&scene->world, &scene->ivana, device);
	only_id(scene, &scene->ivana, id);
}

Test(devices, what_a_person_acts_from_stands_in_the_list_with_its_words)
{
	scoped(devices_scene) scene = {0};
	open_scene(&scene);
	list(&scene.world, scene.world.tenant.token, &scene.ivana, &scene.answer);
	cr_assert(count(&scene.answer, "items") == 0);
	post(&scene.world, &scene.ivana, "laptop-1");
	list(&scene.world, scene.world.tenant.token, &scene.ivana, &scene.answer);
	cr_assert(count(&scene.answer, "items") == 1, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "items/0/device", "laptop-1"), "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "items/0/name", "Laptop"));
	cr_assert(api_has(&scene.answer, "items/0/platform", "Linux"));
	cr_assert(api_has(&scene.answer, "items/0/model", "T14"));
	cr_assert(api_has(&scene.answer, "items/0/state", "known"));
	cr_assert(strcmp(api_text(&scene.answer, "items/0/first_seen"),
			  api_text(&scene.answer, "items/0/last_seen")) == 0);
	list(&scene.world, scene.world.tenant.token, &scene.vera, &scene.answer);
	cr_assert(count(&scene.answer, "items") == 0, "nobody else has it");
}

Test(devices, last_seen_moves_on_once_an_hour)
{
	scoped(devices_scene) scene = {0};
	char first[64], id[ID_TEXT + 1];
	open_with(&scene, "laptop-1", id);
	snprintf(first, sizeof first, "%s", api_text(&scene.answer, "items/0/last_seen"));
	fake_clock_pass(59 * MINUTE_MS);
	post(&scene.world, &scene.ivana, "laptop-1");
	only_id(&scene, &scene.ivana, id);
	cr_assert(
		api_has(&scene.answer, "items/0/last_seen", first), "less than an hour is nothing to write");
	fake_clock_pass(MINUTE_MS);
	post(&scene.world, &scene.ivana, "laptop-1");
	only_id(&scene, &scene.ivana, id);
	cr_assert(!api_has(&scene.answer, "items/0/last_seen", first));
	cr_assert(api_has(&scene.answer, "items/0/first_seen", first), "%s", scene.answer.body);
}

Test(devices, lines_of_one_batch_from_the_same_new_device_share_its_id)
{
	scoped(devices_scene) scene = {0};
	scoped(buf) lines = BUF(8 * TEXT_MAX);
	struct id id = {0};
	open_scene(&scene);
	for (int i = 0; i < 4; i++)
		put_line(&lines, &scene.ivana, "laptop-1");
	put_line(&lines, &scene.vera, "laptop-1");
	const struct api_request request = {.method = "POST",
		.path = "/v1/events:batch",
		.token = scene.world.tenant.token,
		.body = (const char *)lines.data,
		.more = "Content-Type: application/x-ndjson\r\n"};
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 201, "%s", scene.answer.body);
	list(&scene.world, scene.world.tenant.token, &scene.ivana, &scene.answer);
	cr_assert(count(&scene.answer, "items") == 1, "%s", scene.answer.body);
	cr_assert(!err_failed(ids_parse(ID_DEVICE, span_text(api_text(&scene.answer, "items/0/id")), &id)));
	scoped(reading) reading = {0};
	scoped(kv_cursor) rows = {0};
	size_t ours = 0;
	cr_assert(!err_failed(reading_open(&scene.world.server.volume, &reading)));
	cr_assert(!err_failed(kv_seek(&reading.txn, TABLE_LOG, SPAN_NONE, &rows)));
	while (kv_next(&rows))
		ours += memmem(rows.value.at, rows.value.len, id.bytes, sizeof id.bytes) != NULL;
	cr_assert(ours == 4, "%zu of Ivana's four lines carry the device's id", ours);
}

Test(devices, a_device_names_all_who_used_it)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1];
	open_scene(&scene);
	post(&scene.world, &scene.ivana, "desk");
	post(&scene.world, &scene.vera, "desk");
	post(&scene.world, &scene.owner, "own");
	only_id(&scene, &scene.ivana, id);
	cr_assert(get(&scene, scene.world.tenant.token, id) == 200);
	cr_assert(count(&scene.answer, "people") == 2, "%s", scene.answer.body);
	cr_assert(strstr(scene.answer.body, scene.ivana.text) && strstr(scene.answer.body, scene.vera.text) &&
			!strstr(scene.answer.body, scene.owner.text),
		"%s", scene.answer.body);
	cr_assert(get(&scene, scene.ivana.token, id) == 200, "it is hers");
	cr_assert(count(&scene.answer, "people") == 1, "but who else used it is not for her: %s",
		scene.answer.body);
}

Test(devices, a_list_says_which_ones_somebody_else_used_as_well)
{
	scoped(devices_scene) scene = {0};
	const char *token;
	open_scene(&scene);
	token = scene.world.tenant.token;
	post(&scene.world, &scene.ivana, "desk");
	post(&scene.world, &scene.vera, "desk");
	post(&scene.world, &scene.owner, "own");
	list(&scene.world, token, &scene.ivana, &scene.answer);
	cr_assert(json_is_true(api_member(&scene.answer, "items/0/shared")), "%s", scene.answer.body);
	list(&scene.world, token, &scene.owner, &scene.answer);
	cr_assert(json_is_false(api_member(&scene.answer, "items/0/shared")), "%s", scene.answer.body);
	list(&scene.world, scene.ivana.token, &scene.ivana, &scene.answer);
	cr_assert(!api_member(&scene.answer, "items/0/shared"), "not for her: %s", scene.answer.body);
}

Test(devices, a_device_outside_ones_sight_is_not_there)
{
	scoped(devices_scene) scene = {0};
	struct api_tenant other;
	char id[ID_TEXT + 1];
	open_scene(&scene);
	api_world_tenant(&scene.world, &other);
	post(&scene.world, &scene.ivana, "laptop-1");
	only_id(&scene, &scene.ivana, id);
	cr_assert(get(&scene, scene.vera.token, id) == 404 && lose(&scene, scene.vera.token, id) == 404);
	cr_assert(get(&scene, other.token, id) == 404 && lose(&scene, other.token, id) == 404);
	cr_assert(get(&scene, scene.world.tenant.token, "dev_x") == 404);
	cr_assert(get(&scene, scene.world.tenant.token, "dev_01h455vb4pex5vsknk084sn02q") == 404);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_DEVICE_REPORTED_LOST) == 0);
}

/* ---- lost ---- */

Test(devices, a_lost_device_is_on_record_and_stays_lost)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1];
	const struct id *tenant = &scene.world.tenant.id;
	open_with(&scene, "phone", id);
	cr_assert(lose(&scene, scene.ivana.token, id) == 200, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "state", "lost"));
	cr_assert(api_count_events(&scene.world, *tenant, ACTION_DEVICE_REPORTED_LOST) == 1);
	cr_assert(api_count_events(&scene.world, *tenant, ACTION_DEVICE_REVOKED) == 1);
	cr_assert(lose(&scene, scene.ivana.token, id) == 200 && api_has(&scene.answer, "state", "lost"));
	cr_assert(
		api_count_events(&scene.world, *tenant, ACTION_DEVICE_REPORTED_LOST) == 1, "once is enough");
	fake_clock_pass(120 * MINUTE_MS);
	post(&scene.world, &scene.ivana, "phone");
	only_id(&scene, &scene.ivana, id);
	cr_assert(api_has(&scene.answer, "items/0/state", "lost"), "it is not found by being used");
	cr_assert(!api_has(&scene.answer, "items/0/last_seen", api_text(&scene.answer, "items/0/first_seen")),
		"and its use is seen");
}

Test(devices, who_may_change_people_reports_a_device_lost_too)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1];
	open_with(&scene, "phone", id);
	cr_assert(lose(&scene, scene.owner.token, id) == 200, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "state", "lost"));
}

static size_t told(struct devices_scene *scene, const struct api_person *person)
{
	return api_count_notices(&scene->world, person->id, NOTICE_DEVICE_LOST);
}

Test(devices, a_loss_is_told_once_to_the_person_at_every_address_and_to_the_owners)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1], factor[ID_TEXT + 1];
	struct api_person zoe;
	open_scene(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "assistant", "zoe@example.org", &zoe);
	login_add_address(&scene.world, zoe.text, "zoe@example.net", factor);
	post(&scene.world, &zoe, "phone");
	only_id(&scene, &zoe, id);
	cr_assert(lose(&scene, scene.vera.token, id) == 404, "whose is not hers is not there for her");
	cr_assert(told(&scene, &zoe) == 0 && told(&scene, &scene.owner) == 0);
	cr_assert(lose(&scene, zoe.token, id) == 200, "%s", scene.answer.body);
	cr_assert(lose(&scene, zoe.token, id) == 200, "%s", scene.answer.body);
	cr_assert(
		told(&scene, &zoe) == 2 && told(&scene, &scene.owner) == 1 && told(&scene, &scene.vera) == 0);
}

Test(devices, an_owner_who_lost_one_is_told_as_its_person)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1];
	struct api_person partner;
	open_scene(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "owner", "partner@example.org", &partner);
	post(&scene.world, &partner, "phone");
	only_id(&scene, &partner, id);
	cr_assert(lose(&scene, scene.owner.token, id) == 200, "%s", scene.answer.body);
	cr_assert(told(&scene, &partner) == 1 && told(&scene, &scene.owner) == 1);
}

Test(devices, the_body_of_a_loss_says_nothing)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1], path[TEXT_MAX];
	open_with(&scene, "phone", id);
	snprintf(path, sizeof path, "/v1/devices/%s/lost", id);
	cr_assert(
		api_call(&scene.world, "POST", path, scene.owner.token, "{\"why\":1}", &scene.answer) == 422);
	cr_assert(api_has_problem(&scene.answer, "/why", "unknown_field"), "%s", scene.answer.body);
	cr_assert(api_call(&scene.world, "POST", path, scene.owner.token, NULL, &scene.answer) == 200);
}

/* ---- "this was not me" ---- */

static int deny(struct devices_scene *scene, const char *token, const char *id)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/devices/%s/not-me", id);
	return api_call(&scene->world, "POST", path, token, "{}", &scene->answer);
}

Test(devices, that_it_was_not_them_blocks_the_device_raises_the_alarm_and_is_told)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1];
	const struct id *tenant = &scene.world.tenant.id;
	open_with(&scene, "phone", id);
	cr_assert(deny(&scene, scene.ivana.token, id) == 200, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "state", "blocked"));
	cr_assert(api_count_events(&scene.world, *tenant, ACTION_LOGIN_DENIED_BY_USER) == 1);
	cr_assert(api_count_events(&scene.world, *tenant, ACTION_DEVICE_REVOKED) == 1);
	cr_assert(api_count_notices(&scene.world, scene.owner.id, NOTICE_NOT_ME) == 1, "the owner is told");
	cr_assert(deny(&scene, scene.ivana.token, id) == 200);
	cr_assert(lose(&scene, scene.ivana.token, id) == 200 && api_has(&scene.answer, "state", "blocked"),
		"what is blocked is not merely lost");
	cr_assert(api_count_events(&scene.world, *tenant, ACTION_LOGIN_DENIED_BY_USER) == 1);
	cr_assert(api_count_events(&scene.world, *tenant, ACTION_DEVICE_REPORTED_LOST) == 0);
}

Test(devices, nobody_else_says_that_it_was_not_them_nor_does_who_is_not_proven)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1], path[TEXT_MAX];
	open_with(&scene, "phone", id);
	cr_assert(deny(&scene, scene.owner.token, id) == 403, "%s", scene.answer.body);
	cr_assert(deny(&scene, scene.vera.token, id) == 404, "%s", scene.answer.body);
	cr_assert(deny(&scene, scene.world.tenant.token, id) == 403, "an application is nobody");
	snprintf(path, sizeof path, "/v1/devices/%s/not-me", id);
	const struct api_request asserted = {.method = "POST",
		.path = path,
		.token = scene.world.tenant.token,
		.actor = scene.ivana.text,
		.body = "{}"};
	cr_assert(api_ask(&scene.world, &asserted, &scene.answer) == 403, "%s", scene.answer.body);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"), "%s", scene.answer.body);
	cr_assert(
		get(&scene, scene.world.tenant.token, id) == 200 && api_has(&scene.answer, "state", "known"));
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_LOGIN_DENIED_BY_USER) == 0);
}

/* ---- logins ---- */

Test(devices, a_device_is_a_persons_from_its_first_right_code)
{
	scoped(login_scene) scene = {0};
	scoped(api_answer) answer = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	const struct id *tenant = &scene.world.tenant.id;
	login_app_wrong(&scene.app, code);
	login_scene_type(&scene, code);
	list(&scene.world, scene.world.tenant.token, &scene.person, &answer);
	cr_assert(count(&answer, "items") == 0, "whoever types wrong codes names no devices");
	cr_assert(api_count_events(&scene.world, *tenant, ACTION_DEVICE_FIRST_SEEN) == 0);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	list(&scene.world, scene.world.tenant.token, &scene.person, &answer);
	cr_assert(count(&answer, "items") == 1, "%s", answer.body);
	cr_assert(api_count_events(&scene.world, *tenant, ACTION_DEVICE_FIRST_SEEN) == 1);
	fake_clock_pass(MINUTE_MS);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(
		api_count_events(&scene.world, *tenant, ACTION_DEVICE_FIRST_SEEN) == 1, "it is known by now");
}

Test(devices, a_code_in_a_later_call_counts_as_well)
{
	scoped(login_scene) scene = {0};
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1], body[64];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	login_app_code(&scene.app, 0, code);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, body, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	list(&scene.world, scene.world.tenant.token, &scene.person, &answer);
	cr_assert(count(&answer, "items") == 1, "%s", answer.body);
	cr_assert(api_has(&answer, "items/0/device", "desk"), "%s", answer.body);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_DEVICE_FIRST_SEEN) == 1);
}

/* ---- what ends with it ---- */

static void lose_desk(struct login_scene *scene)
{
	scoped(api_answer) answer = {0};
	char path[TEXT_MAX];
	list(&scene->world, scene->world.tenant.token, &scene->person, &answer);
	snprintf(path, sizeof path, "/v1/devices/%s/lost", api_text(&answer, "items/0/id"));
	cr_assert(api_call(&scene->world, "POST", path, scene->person.token, NULL, &answer) == 200, "%s",
		answer.body);
}

/* A login from the desk that counts as proof. */
static void sign_in(struct login_scene *scene, char id[static ID_TEXT + 1])
{
	char code[TOTP_DIGITS_MAX + 1];
	login_prove(&scene->world, scene->world.tenant.id, scene->app.factor);
	fake_clock_pass(MINUTE_MS);
	login_app_code(&scene->app, 0, code);
	login_scene_type(scene, code);
	cr_assert(login_is(&scene->answer, "allow", NULL), "%s", scene->answer.body);
	login_scene_keep_id(scene, id);
}

static int ask_proven(struct login_scene *scene, const char *verification)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene->person.text);
	const struct api_request asking = {.method = "GET",
		.path = path,
		.token = scene->world.tenant.token,
		.actor = scene->person.text,
		.verification = verification};
	return api_ask(&scene->world, &asking, &scene->answer);
}

static int sign_in_from(struct login_scene *scene, const char *person, const char *device, const char *code)
{
	scoped(buf) body = BUF(TEXT_MAX);
	buf_printf(&body,
		"{\"person\":\"%s\",\"purpose\":\"login\",\"device\":{\"id\":\"%s\",\"ip\":\"192.0.2.1\","
		"\"user_agent\":\"x\"}%s%s%s}",
		person, device, code ? ",\"code\":\"" : "", code ? code : "", code ? "\"" : "");
	buf_put_u8(&body, 0);
	return api_call(&scene->world, "POST", "/v1/verifications", scene->world.tenant.token,
		(const char *)body.data, &scene->answer);
}

Test(devices, what_was_proven_on_a_lost_device_is_no_proof_any_more)
{
	scoped(login_scene) scene = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct event_read revoked;
	char id[ID_TEXT + 1];
	login_scene_open(&scene);
	sign_in(&scene, id);
	cr_assert(ask_proven(&scene, id) == 200, "%s", scene.answer.body);
	lose_desk(&scene);
	cr_assert(ask_proven(&scene, id) == 403, "%s", scene.answer.body);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
	cr_assert(ask_proven(&scene, NULL) == 200, "asserted from another device, the person works on");
	api_find_event(&scene.world, scene.world.tenant.id, ACTION_DEVICE_REVOKED, &arena, &revoked);
	cr_assert(span_equal(revoked.texts[LEAF_TEXT_DETAIL], SPAN_LIT("{\"sessions_closed\":\"1\"}")),
		"%.*s", SPAN_FMT(revoked.texts[LEAF_TEXT_DETAIL]));
}

Test(devices, what_was_proven_on_another_device_holds)
{
	scoped(login_scene) scene = {0};
	char desk[ID_TEXT + 1], phone[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	sign_in(&scene, desk);
	fake_clock_pass(MINUTE_MS);
	login_app_code(&scene.app, 0, code);
	cr_assert(sign_in_from(&scene, scene.person.text, "phone", code) == 200);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	login_scene_keep_id(&scene, phone);
	lose_desk(&scene);
	cr_assert(
		ask_proven(&scene, desk) == 403 && ask_proven(&scene, phone) == 200, "%s", scene.answer.body);
}

Test(devices, nobody_gets_in_from_a_lost_device_and_the_log_says_why)
{
	scoped(login_scene) scene = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct event_read blocked;
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	const struct id *tenant = &scene.world.tenant.id;
	sign_in(&scene, id);
	lose_desk(&scene);
	fake_clock_pass(MINUTE_MS);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "%s", scene.answer.body);
	cr_assert(count(&scene.answer, "methods") == 0, "nor is it told how: %s", scene.answer.body);
	cr_assert(api_count_events(&scene.world, *tenant, ACTION_LOGIN_BLOCKED) == 1);
	api_find_event(&scene.world, *tenant, ACTION_LOGIN_BLOCKED, &arena, &blocked);
	cr_assert(blocked.leaf.reason == REASON_DEVICE_REVOKED && blocked.leaf.outcome == LEAF_DENIED);
	cr_assert(sign_in_from(&scene, scene.person.text, "phone", code) == 200);
	cr_assert(login_is(&scene.answer, "allow", NULL), "the code was not spent: %s", scene.answer.body);
}

Test(devices, a_login_that_was_begun_on_a_device_does_not_end_there_once_it_is_lost)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1], body[64];
	login_scene_open(&scene);
	sign_in(&scene, id);
	fake_clock_pass(MINUTE_MS);
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "challenge", NULL), "%s", scene.answer.body);
	login_scene_keep_id(&scene, id);
	lose_desk(&scene);
	login_app_code(&scene.app, 0, code);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, body, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "%s", scene.answer.body);
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "nor is one begun: %s", scene.answer.body);
}

Test(devices, the_same_device_in_another_persons_hands_is_not_lost)
{
	scoped(login_scene) scene = {0};
	struct api_person ivana;
	struct login_app app;
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "assistant", NULL, &ivana);
	login_add_app(&scene.world, ivana.text, &app);
	sign_in(&scene, id);
	login_app_code(&app, 0, code);
	cr_assert(sign_in_from(&scene, ivana.text, "desk", code) == 200);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	lose_desk(&scene);
	fake_clock_pass(MINUTE_MS);
	login_app_code(&app, 0, code);
	cr_assert(sign_in_from(&scene, ivana.text, "desk", code) == 200);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
}

Test(devices, nobody_acts_from_a_lost_device_and_what_is_reported_of_it_is_kept)
{
	scoped(devices_scene) scene = {0};
	scoped(arena) arena = ARENA(ARENA_MAX);
	struct event_read denied;
	char id[ID_TEXT + 1];
	open_scene(&scene);
	const struct id *tenant = &scene.world.tenant.id;
	post(&scene.world, &scene.ivana, "laptop-1");
	const struct api_request asking = {.method = "GET",
		.path = "/v1/events",
		.token = scene.world.tenant.token,
		.actor = scene.ivana.text};
	cr_assert(api_ask(&scene.world, &asking, &scene.answer) == 200, "%s", scene.answer.body);
	only_id(&scene, &scene.ivana, id);
	cr_assert(lose(&scene, scene.owner.token, id) == 200);
	cr_assert(api_ask(&scene.world, &asking, &scene.answer) == 403, "%s", scene.answer.body);
	cr_assert(api_is_code(&scene.answer, 403, "device_revoked"));
	api_find_event(&scene.world, *tenant, ACTION_ACCESS_DENIED, &arena, &denied);
	cr_assert(denied.leaf.reason == REASON_DEVICE_REVOKED);
	cr_assert(ids_equal(denied.leaf.ids[LEAF_ID_ACTOR], scene.ivana.id) &&
		!ids_is_none(denied.leaf.ids[LEAF_ID_DEVICE]));
	post(&scene.world, &scene.ivana, "laptop-1");
}

/* ---- renamed ---- */

static int name_it(struct devices_scene *scene, const char *token, const char *id, const char *body)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/devices/%s", id);
	return api_call(&scene->world, "PATCH", path, token, body, &scene->answer);
}

Test(devices, a_device_keeps_the_name_that_its_person_gave_it)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1];
	open_with(&scene, "laptop-1", id);
	cr_assert(name_it(&scene, scene.ivana.token, id, "{\"name\":\"The blue one\"}") == 200, "%s",
		scene.answer.body);
	cr_assert(api_has(&scene.answer, "name", "The blue one") &&
		api_has(&scene.answer, "platform", "Linux"));
	fake_clock_pass(61 * MINUTE_MS);
	post(&scene.world, &scene.ivana, "laptop-1");
	only_id(&scene, &scene.ivana, id);
	cr_assert(api_has(&scene.answer, "items/0/name", "The blue one"), "%s", scene.answer.body);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_DEVICE_RENAMED) == 1);
}

Test(devices, a_name_is_given_by_who_may_and_is_one)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1];
	open_with(&scene, "laptop-1", id);
	cr_assert(name_it(&scene, scene.vera.token, id, "{\"name\":\"Mine\"}") == 404);
	cr_assert(name_it(&scene, scene.owner.token, id, "{}") == 422);
	cr_assert(api_has_problem(&scene.answer, "/name", "missing"), "%s", scene.answer.body);
	cr_assert(name_it(&scene, scene.owner.token, id, "{\"name\":\"two\\nlines\"}") == 422);
	cr_assert(name_it(&scene, scene.owner.token, id, "{\"name\":\"x\",\"state\":\"known\"}") == 422);
	cr_assert(api_has_problem(&scene.answer, "/state", "unknown_field"), "%s", scene.answer.body);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_DEVICE_RENAMED) == 0);
	cr_assert(name_it(&scene, scene.owner.token, id, "{\"name\":\"x\"}") == 200);
}
