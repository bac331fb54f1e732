/* SPDX-License-Identifier: Apache-2.0 */
/* test_remembering - a device that needs no code for some days: its token turns, dies on time, and a copy of it is found
 * out (login.md 3L). */
#include "server/core/login/remembering.h"

#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

enum { BODY_MAX = 1024, TOKEN_MAX = REMEMBER_TOKENS_TEXT + 1, STEP_MS = 30000, SECOND_MS = 1000 };

static const int64_t DAY_MS = INT64_C(86400000);

/* A login from a device, with a token or without. */
static void print_body(const struct login_scene *scene, const char *device, const char *token,
	const char *more, char body[static BODY_MAX])
{
	snprintf(body, BODY_MAX,
		"{\"person\":\"%s\",\"device\":{\"id\":\"%s\",\"ip\":\"192.0.2.1\",\"user_agent\":\"Firefox\""
		"%s%s%s}%s%s}",
		scene->person.text, device, token ? ",\"remember\":\"" : "", token ? token : "",
		token ? "\"" : "", more && strstr(more, "\"purpose\"") ? "" : ",\"purpose\":\"login\"",
		more ? more : "");
}

static void sign_in(struct login_scene *scene, const char *device, const char *token, const char *more)
{
	char body[BODY_MAX];
	print_body(scene, device, token, more, body);
	int status = api_call(
		&scene->world, "POST", "/v1/verifications", scene->world.tenant.token, body, &scene->answer);
	cr_assert(status == 200, "%d: %s", status, scene->answer.body);
}

/* With a code, and the wish to be remembered. */
static void sign_in_for_days(struct login_scene *scene, const char *device)
{
	char code[TOTP_DIGITS_MAX + 1], more[BODY_MAX];
	fake_clock_pass(STEP_MS);
	login_app_code(&scene->app, 0, code);
	snprintf(more, sizeof more, ",\"code\":\"%s\",\"remember\":true", code);
	sign_in(scene, device, NULL, more);
	cr_assert(login_is(&scene->answer, "allow", NULL), "%s", scene->answer.body);
}

static void keep_of(const struct api_answer *answer, char token[static TOKEN_MAX])
{
	snprintf(token, TOKEN_MAX, "%s", api_text(answer, "remember"));
}

static void keep(struct login_scene *scene, char token[static TOKEN_MAX])
{
	keep_of(&scene->answer, token);
}

static void remember(struct login_scene *scene, char token[static TOKEN_MAX])
{
	sign_in_for_days(scene, "desk");
	keep(scene, token);
}

/* By an application whose token lives longer than what it remembers. */
static void open_remembered(struct login_scene *scene, char token[static TOKEN_MAX])
{
	struct api_application booking;
	login_scene_open(scene);
	api_world_application(&scene->world, &scene->world.tenant, SCOPE_ALL, &booking);
	memcpy(scene->world.tenant.token, booking.token, sizeof booking.token);
	remember(scene, token);
}

static size_t count(struct login_scene *scene, enum action action)
{
	return api_count_events(&scene->world, scene->world.tenant.id, action);
}

static bool is_opened(const struct login_scene *scene)
{
	return login_is(&scene->answer, "allow", NULL) &&
		json_is_true(api_member(&scene->answer, "remembered"));
}

/* As if none had come. */
static bool is_refused(const struct login_scene *scene)
{
	return login_is(&scene->answer, "challenge", NULL) &&
		json_is_false(api_member(&scene->answer, "remembered")) &&
		!api_member(&scene->answer, "remember");
}

static void list(struct login_scene *scene, const char *token)
{
	char path[BODY_MAX];
	snprintf(path, sizeof path, "/v1/people/%s/remembered", scene->person.text);
	int status = api_call(&scene->world, "GET", path, token, NULL, &scene->answer);
	cr_assert(status == 200, "%d: %s", status, scene->answer.body);
}

static size_t listed(struct login_scene *scene)
{
	list(scene, scene->world.tenant.token);
	return json_array_size(api_member(&scene->answer, "items"));
}

/* The path of something, whose name stands between its two ends. */
static int call_at(struct login_scene *scene, const char *method, const char *before, const char *id,
	const char *behind, const char *token, const char *body)
{
	char path[BODY_MAX];
	snprintf(path, sizeof path, "%s%s%s", before, id, behind);
	return api_call(&scene->world, method, path, token, body, &scene->answer);
}

/* ---- opened ---- */

Test(remembering, rule_l_a_remembered_device_opens_a_login_of_low_grade_and_says_so)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX], next[TOKEN_MAX];
	open_remembered(&scene, token);
	cr_assert(count(&scene, ACTION_DEVICE_TRUSTED) == 1);
	fake_clock_pass(DAY_MS);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_opened(&scene), "%s", scene.answer.body);
	cr_assert(json_integer_value(api_member(&scene.answer, "aal")) == 1, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "amr/0", "remembered"), "%s", scene.answer.body);
	cr_assert(api_member(&scene.answer, "receipt") && !api_member(&scene.answer, "factor"));
	keep(&scene, next);
	cr_assert(strcmp(token, next) != 0, "the token turned");
	cr_assert(count(&scene, ACTION_LOGIN_SUCCEEDED) == 2);
}

Test(remembering, no_token_comes_unasked_nor_for_a_wrong_code_nor_without_a_device_id)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], more[BODY_MAX];
	login_scene_open(&scene);
	login_app_wrong(&scene.app, code);
	snprintf(more, sizeof more, ",\"code\":\"%s\",\"remember\":true", code);
	sign_in(&scene, "desk", NULL, more);
	cr_assert(
		login_is(&scene.answer, "challenge", "wrong_code") && !api_member(&scene.answer, "remember"));
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL) && !api_member(&scene.answer, "remember"));
	cr_assert(count(&scene, ACTION_DEVICE_TRUSTED) == 0 && listed(&scene) == 0);
	const struct api_request request = {.method = "POST",
		.path = "/v1/verifications",
		.token = scene.world.tenant.token,
		.body = "{\"person\":\"x\",\"device\":{\"ip\":\"192.0.2.1\",\"user_agent\":\"F\"},"
			"\"purpose\":\"login\",\"remember\":true}"};
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 422, "%s", scene.answer.body);
}

Test(remembering, a_code_in_a_later_call_begins_one_as_well)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], id[ID_TEXT + 1], body[BODY_MAX];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	login_app_code(&scene.app, 0, code);
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"remember\":true}", code);
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, body, &scene.answer) == 200);
	cr_assert(api_member(&scene.answer, "remember"), "%s", scene.answer.body);
	cr_assert(listed(&scene) == 1);
}

Test(remembering, a_repeated_request_is_answered_without_the_token)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], body[BODY_MAX];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	snprintf(body, sizeof body,
		"{\"person\":\"%s\",\"device\":{\"id\":\"desk\",\"ip\":\"192.0.2.1\",\"user_agent\":\"F\"},"
		"\"purpose\":\"login\",\"remember\":true,\"code\":\"%s\"}",
		scene.person.text, code);
	const struct api_request request = {.method = "POST",
		.path = "/v1/verifications",
		.token = scene.world.tenant.token,
		.key = "k1",
		.body = body};
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 200, "%s", scene.answer.body);
	cr_assert(api_member(&scene.answer, "remember"), "%s", scene.answer.body);
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 200);
	cr_assert(!api_member(&scene.answer, "remember"), "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "withheld/0", "/remember"), "%s", scene.answer.body);
}

/* ---- bound ---- */

Test(remembering, rule_l_it_is_bound_to_person_application_and_device)
{
	scoped(login_scene) scene = {0};
	scoped(api_answer) answer = {0};
	struct api_application other;
	struct api_person ivana;
	char token[TOKEN_MAX], body[BODY_MAX];
	open_remembered(&scene, token);
	fake_clock_pass(DAY_MS);
	sign_in(&scene, "phone", token, NULL);
	cr_assert(is_refused(&scene), "another device: %s", scene.answer.body);
	const struct api_person vera = scene.person;
	api_world_person(&scene.world, &scene.world.tenant, "assistant", NULL, &ivana);
	scene.person = ivana;
	sign_in(&scene, "desk", token, NULL);
	cr_assert(!is_opened(&scene), "another person: %s", scene.answer.body);
	scene.person = vera;
	api_world_application(&scene.world, &scene.world.tenant, SCOPE_BIT(VERIFY), &other);
	snprintf(body, sizeof body,
		"{\"person\":\"%s\",\"device\":{\"id\":\"desk\",\"ip\":\"192.0.2.1\",\"user_agent\":\"F\","
		"\"remember\":\"%s\"},\"purpose\":\"login\"}",
		vera.text, token);
	cr_assert(api_call(&scene.world, "POST", "/v1/verifications", other.token, body, &answer) == 200);
	cr_assert(login_is(&answer, "challenge", NULL), "another application: %s", answer.body);
	cr_assert(count(&scene, ACTION_ALERT_RAISED) == 0 && listed(&scene) == 1, "nobody is accused of it");
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_opened(&scene), "%s", scene.answer.body);
}

Test(remembering, what_is_no_token_is_answered_as_none_for_somebody_and_for_nobody)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX];
	static const char *const TYPED[] = {"x", "mun_rem_",
		"mun_rem_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"mun_app_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	open_remembered(&scene, token);
	for (size_t i = 0; i < sizeof TYPED / sizeof TYPED[0]; i++) {
		sign_in(&scene, "desk", TYPED[i], NULL);
		cr_assert(is_refused(&scene), "%s", scene.answer.body);
	}
	snprintf(scene.person.text, sizeof scene.person.text, "nobody");
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_refused(&scene), "%s", scene.answer.body);
}

Test(remembering, rule_l_it_never_opens_an_action_and_proves_nobody)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX], verification[ID_TEXT + 1], path[BODY_MAX];
	open_remembered(&scene, token);
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	fake_clock_pass(DAY_MS);
	sign_in(&scene, "desk", token, ",\"purpose\":\"action\",\"action\":{\"type\":\"pay\"}");
	cr_assert(is_refused(&scene), "%s", scene.answer.body);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_opened(&scene), "%s", scene.answer.body);
	snprintf(verification, sizeof verification, "%s", api_text(&scene.answer, "id"));
	snprintf(path, sizeof path, "/v1/factors/%s", scene.app.factor);
	const struct api_request request = {.method = "DELETE",
		.path = path,
		.token = scene.world.tenant.token,
		.actor = scene.person.text,
		.verification = verification};
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 403, "%s", scene.answer.body);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"), "%s", scene.answer.body);
}

Test(remembering, rule_l_nobody_of_a_privileged_role_is_remembered)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], more[BODY_MAX];
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "manager", "m@example.org", &scene.person);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	login_app_code(&scene.app, 0, code);
	snprintf(more, sizeof more, ",\"code\":\"%s\",\"remember\":true", code);
	sign_in(&scene, "desk", NULL, more);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "remember") && listed(&scene) == 0, "%s", scene.answer.body);
}

Test(remembering, rule_l_a_role_that_is_given_later_ends_what_it_does_not_allow)
{
	scoped(login_scene) scene = {0};
	struct api_person owner;
	char token[TOKEN_MAX];
	open_remembered(&scene, token);
	api_world_person(&scene.world, &scene.world.tenant, "owner", NULL, &owner);
	cr_assert(call_at(&scene, "PATCH", "/v1/people/", scene.person.text, "", owner.token,
			  "{\"roles\":[\"assistant\",\"manager\"]}") == 200,
		"%s", scene.answer.body);
	fake_clock_pass(DAY_MS);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_refused(&scene), "%s", scene.answer.body);
}

/* ---- until when ---- */

Test(remembering, rule_l_the_end_is_fixed_at_the_beginning_and_no_turn_moves_it)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX], until[64];
	open_remembered(&scene, token);
	snprintf(until, sizeof until, "%s", api_text(&scene.answer, "remember_until"));
	for (int day = 0; day < REMEMBERED_DAYS_MAX - 1; day++) {
		fake_clock_pass(DAY_MS);
		sign_in(&scene, "desk", token, NULL);
		cr_assert(is_opened(&scene), "day %d: %s", day, scene.answer.body);
		cr_assert(api_has(&scene.answer, "remember_until", until), "%s", scene.answer.body);
		keep(&scene, token);
	}
	fake_clock_pass(DAY_MS - 1);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_opened(&scene), "%s", scene.answer.body);
	keep(&scene, token);
	fake_clock_pass(1);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_refused(&scene), "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_ALERT_RAISED) == 0 && listed(&scene) == 0);
}

/* ---- stolen ---- */

Test(remembering, rule_l_a_double_request_gets_the_same_token_for_ten_seconds)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX], next[TOKEN_MAX], again[TOKEN_MAX];
	open_remembered(&scene, token);
	fake_clock_pass(DAY_MS);
	sign_in(&scene, "desk", token, NULL);
	keep(&scene, next);
	fake_clock_pass(REMEMBERED_GRACE_MS - 1);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_opened(&scene), "%s", scene.answer.body);
	keep(&scene, again);
	cr_assert(strcmp(next, again) == 0);
	sign_in(&scene, "desk", next, NULL);
	keep(&scene, again);
	cr_assert(
		strcmp(next, again) == 0, "a turn within the grace would make a thief of the request above");
	cr_assert(count(&scene, ACTION_ALERT_RAISED) == 0);
}

Test(remembering, rule_l_a_token_that_turned_ends_the_series_and_raises_the_alarm)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX], next[TOKEN_MAX];
	open_remembered(&scene, token);
	fake_clock_pass(DAY_MS);
	sign_in(&scene, "desk", token, NULL);
	keep(&scene, next);
	fake_clock_pass(REMEMBERED_GRACE_MS);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_refused(&scene), "the copy opens nothing: %s", scene.answer.body);
	cr_assert(count(&scene, ACTION_ALERT_RAISED) == 1 && count(&scene, ACTION_DEVICE_UNTRUSTED) == 1);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_REMEMBERED_STOLEN) == 1);
	sign_in(&scene, "desk", next, NULL);
	cr_assert(is_refused(&scene), "nor does the newest: %s", scene.answer.body);
	cr_assert(listed(&scene) == 0 && count(&scene, ACTION_ALERT_RAISED) == 1, "one alarm is enough");
	remember(&scene, token);
	fake_clock_pass(DAY_MS);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_opened(&scene), "who proves himself anew is remembered anew: %s", scene.answer.body);
}

/* ---- side by side ---- */

enum { AT_ONCE = 64 };

struct speaker {
	struct login_scene *scene;
	const char *body;
	char next[TOKEN_MAX];
	pthread_t thread;
};

static void *speak(void *context)
{
	struct speaker *speaker = context;
	struct api_world *world = &speaker->scene->world;
	scoped(api_answer) answer = {0};
	api_call(world, "POST", "/v1/verifications", world->tenant.token, speaker->body, &answer);
	if (login_is(&answer, "allow", NULL))
		keep_of(&answer, speaker->next);
	return NULL;
}

Test(remembering, rule_l_of_one_token_in_sixty_four_calls_at_once_one_series_lives_on)
{
	scoped(login_scene) scene = {0};
	static struct speaker speakers[AT_ONCE];
	char token[TOKEN_MAX], body[BODY_MAX];
	open_remembered(&scene, token);
	fake_clock_pass(DAY_MS);
	print_body(&scene, "desk", token, NULL, body);
	for (size_t i = 0; i < AT_ONCE; i++) {
		speakers[i] = (struct speaker){.scene = &scene, .body = body};
		cr_assert(pthread_create(&speakers[i].thread, NULL, speak, &speakers[i]) == 0);
	}
	for (size_t i = 0; i < AT_ONCE; i++)
		pthread_join(speakers[i].thread, NULL);
	for (size_t i = 0; i < AT_ONCE; i++)
		cr_assert(speakers[i].next[0] && strcmp(speakers[i].next, speakers[0].next) == 0, "%zu: %s",
			i, speakers[i].next);
	cr_assert(strcmp(speakers[0].next, token) != 0, "it turned once");
	cr_assert(count(&scene, ACTION_ALERT_RAISED) == 0 && listed(&scene) == 1, "nobody is accused");
	fake_clock_pass(REMEMBERED_GRACE_MS);
	sign_in(&scene, "desk", speakers[0].next, NULL);
	cr_assert(is_opened(&scene), "%s", scene.answer.body);
}

/* ---- ended ---- */

static void expect_ended(struct login_scene *scene, const char *token, const char *by)
{
	cr_assert(listed(scene) == 0, "%s: %s", by, scene->answer.body);
	cr_assert(count(scene, ACTION_DEVICE_UNTRUSTED) == 1, "%s", by);
	sign_in(scene, "desk", token, NULL);
	cr_assert(!is_opened(scene), "%s: %s", by, scene->answer.body);
}

Test(remembering, rule_l_it_dies_with_a_factor_that_is_removed)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX];
	open_remembered(&scene, token);
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	cr_assert(call_at(&scene, "DELETE", "/v1/factors/", scene.app.factor, "", scene.person.token, NULL) ==
			200,
		"%s", scene.answer.body);
	expect_ended(&scene, token, "factor");
}

Test(remembering, rule_l_it_dies_with_another_address)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX];
	open_remembered(&scene, token);
	cr_assert(call_at(&scene, "PATCH", "/v1/people/", scene.person.text, "", scene.person.token,
			  "{\"language\":\"sv\"}") == 200 &&
		listed(&scene) == 1);
	cr_assert(call_at(&scene, "PATCH", "/v1/people/", scene.person.text, "", scene.person.token,
			  "{\"email\":\"vera@example.net\"}") == 200,
		"%s", scene.answer.body);
	expect_ended(&scene, token, "email");
}

Test(remembering, rule_l_it_dies_when_the_person_is_suspended_and_does_not_come_back)
{
	scoped(login_scene) scene = {0};
	struct api_person owner;
	char token[TOKEN_MAX];
	open_remembered(&scene, token);
	api_world_person(&scene.world, &scene.world.tenant, "owner", NULL, &owner);
	cr_assert(call_at(&scene, "PATCH", "/v1/people/", scene.person.text, "", owner.token,
			  "{\"state\":\"suspended\"}") == 200);
	expect_ended(&scene, token, "suspended");
	cr_assert(call_at(&scene, "PATCH", "/v1/people/", scene.person.text, "", owner.token,
			  "{\"state\":\"active\"}") == 200);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_refused(&scene), "%s", scene.answer.body);
}

Test(remembering, rule_l_it_dies_at_once_with_a_lost_device_and_no_other_does)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX], other[TOKEN_MAX], device[ID_TEXT + 1];
	open_remembered(&scene, token);
	list(&scene, scene.world.tenant.token);
	snprintf(device, sizeof device, "%s", api_text(&scene.answer, "items/0/device"));
	sign_in_for_days(&scene, "phone");
	keep(&scene, other);
	cr_assert(call_at(&scene, "POST", "/v1/devices/", device, "/lost", scene.person.token, "{}") == 200);
	cr_assert(listed(&scene) == 1, "%s", scene.answer.body);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "%s", scene.answer.body);
	sign_in(&scene, "phone", other, NULL);
	cr_assert(is_opened(&scene), "%s", scene.answer.body);
}

Test(remembering, that_it_was_not_them_ends_what_the_device_remembers_and_its_logins)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX], device[ID_TEXT + 1];
	open_remembered(&scene, token);
	list(&scene, scene.world.tenant.token);
	snprintf(device, sizeof device, "%s", api_text(&scene.answer, "items/0/device"));
	cr_assert(call_at(&scene, "POST", "/v1/devices/", device, "/not-me", scene.person.token, "{}") == 200,
		"%s", scene.answer.body);
	cr_assert(listed(&scene) == 0 && count(&scene, ACTION_DEVICE_UNTRUSTED) == 1);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_NOT_ME) == 1);
	sign_in(&scene, "desk", token, NULL);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "%s", scene.answer.body);
	sign_in_for_days(&scene, "phone");
	cr_assert(api_member(&scene.answer, "remember"), "their own device is another one");
}

Test(remembering, the_person_sees_them_and_ends_one_or_all)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX], id[ID_TEXT + 1];
	open_remembered(&scene, token);
	sign_in_for_days(&scene, "phone");
	list(&scene, scene.person.token);
	cr_assert(json_array_size(api_member(&scene.answer, "items")) == 2, "%s", scene.answer.body);
	snprintf(id, sizeof id, "%s", api_text(&scene.answer, "items/0/id"));
	cr_assert(call_at(&scene, "DELETE", "/v1/remembered/", id, "", scene.person.token, NULL) == 200, "%s",
		scene.answer.body);
	cr_assert(listed(&scene) == 1);
	cr_assert(call_at(&scene, "DELETE", "/v1/remembered/", id, "", scene.person.token, NULL) == 404);
	cr_assert(call_at(&scene, "DELETE", "/v1/people/", scene.person.text, "/remembered",
			  scene.person.token, NULL) == 200);
	cr_assert(listed(&scene) == 0 && count(&scene, ACTION_DEVICE_UNTRUSTED) == 2);
	cr_assert(call_at(&scene, "DELETE", "/v1/people/", scene.person.text, "/remembered",
			  scene.person.token, NULL) == 200,
		"nothing is left to end: %s", scene.answer.body);
	cr_assert(count(&scene, ACTION_DEVICE_UNTRUSTED) == 2);
}

Test(remembering, nobody_else_sees_or_ends_them)
{
	scoped(login_scene) scene = {0};
	struct api_person ivana;
	struct api_tenant next_door;
	char token[TOKEN_MAX], id[ID_TEXT + 1];
	open_remembered(&scene, token);
	list(&scene, scene.person.token);
	snprintf(id, sizeof id, "%s", api_text(&scene.answer, "items/0/id"));
	api_world_person(&scene.world, &scene.world.tenant, "assistant", NULL, &ivana);
	api_world_tenant(&scene.world, &next_door);
	cr_assert(call_at(&scene, "GET", "/v1/people/", scene.person.text, "/remembered", ivana.token,
			  NULL) == 404);
	cr_assert(call_at(&scene, "DELETE", "/v1/remembered/", id, "", ivana.token, NULL) == 404);
	cr_assert(call_at(&scene, "DELETE", "/v1/remembered/", id, "", next_door.token, NULL) == 404);
	cr_assert(call_at(&scene, "DELETE", "/v1/people/", scene.person.text, "/remembered", ivana.token,
			  NULL) == 404);
	cr_assert(listed(&scene) == 1);
}

/* ---- only asked ---- */

static int check(struct login_scene *scene, const char *bearer, const char *token)
{
	char line[BODY_MAX];
	snprintf(line, sizeof line, "Muniment-Remember: %s\r\n", token);
	const struct api_request request = {
		.method = "GET", .path = "/v1/remembered", .token = bearer, .more = line};
	return api_ask(&scene->world, &request, &scene->answer);
}

Test(remembering, a_proxy_asks_without_turning_the_token)
{
	scoped(login_scene) scene = {0};
	char token[TOKEN_MAX];
	open_remembered(&scene, token);
	for (int i = 0; i < 3; i++) {
		fake_clock_pass(60 * SECOND_MS);
		cr_assert(check(&scene, scene.world.tenant.token, token) == 200, "%s", scene.answer.body);
		cr_assert(api_has(&scene.answer, "person", scene.person.text), "%s", scene.answer.body);
		cr_assert(strstr(scene.answer.head, "Muniment-Person: per_"), "%s", scene.answer.head);
	}
	sign_in(&scene, "desk", token, NULL);
	cr_assert(is_opened(&scene), "%s", scene.answer.body);
}

Test(remembering, a_proxy_is_refused_what_is_not_there_not_its_own_or_stale)
{
	scoped(login_scene) scene = {0};
	struct api_application other;
	char token[TOKEN_MAX], next[TOKEN_MAX];
	open_remembered(&scene, token);
	const char *ours = scene.world.tenant.token;
	api_world_application(&scene.world, &scene.world.tenant, SCOPE_BIT(VERIFY), &other);
	cr_assert(check(&scene, ours, "mun_rem_x") == 401 && check(&scene, ours, "") == 401);
	cr_assert(check(&scene, other.token, token) == 401, "of another application");
	cr_assert(check(&scene, scene.person.token, token) == 401, "a person is no proxy");
	fake_clock_pass(REMEMBERED_GRACE_MS);
	sign_in(&scene, "desk", token, NULL);
	keep(&scene, next);
	fake_clock_pass(REMEMBERED_GRACE_MS);
	cr_assert(check(&scene, ours, token) == 401, "one that turned");
	cr_assert(check(&scene, ours, next) == 200 && count(&scene, ACTION_ALERT_RAISED) == 0,
		"asking ends nothing");
	fake_clock_pass(REMEMBERING_FRESH_MS);
	cr_assert(check(&scene, ours, next) == 401, "it has to turn in a login now and then");
	sign_in(&scene, "desk", next, NULL);
	keep(&scene, next);
	cr_assert(check(&scene, ours, next) == 200);
	cr_assert(call_at(&scene, "DELETE", "/v1/people/", scene.person.text, "/remembered",
			  scene.person.token, NULL) == 200);
	cr_assert(check(&scene, ours, next) == 401, "revoked");
}
