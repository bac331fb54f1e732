/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of people: noted by what is done from them, shared, lost. */
#include "server/core/devices.h"

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
	open_scene(&scene);
	post(&scene.world, &scene.ivana, "laptop-1");
	only_id(&scene, &scene.ivana, id);
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
	open_scene(&scene);
	post(&scene.world, &scene.ivana, "phone");
	only_id(&scene, &scene.ivana, id);
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
	open_scene(&scene);
	post(&scene.world, &scene.ivana, "phone");
	only_id(&scene, &scene.ivana, id);
	cr_assert(lose(&scene, scene.owner.token, id) == 200, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "state", "lost"));
}

Test(devices, the_body_of_a_loss_says_nothing)
{
	scoped(devices_scene) scene = {0};
	char id[ID_TEXT + 1], path[TEXT_MAX];
	open_scene(&scene);
	post(&scene.world, &scene.ivana, "phone");
	only_id(&scene, &scene.ivana, id);
	snprintf(path, sizeof path, "/v1/devices/%s/lost", id);
	cr_assert(
		api_call(&scene.world, "POST", path, scene.owner.token, "{\"why\":1}", &scene.answer) == 422);
	cr_assert(api_has_problem(&scene.answer, "/why", "unknown_field"), "%s", scene.answer.body);
	cr_assert(api_call(&scene.world, "POST", path, scene.owner.token, NULL, &scene.answer) == 200);
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
