/* SPDX-License-Identifier: Apache-2.0 */
/* test_factors - nobody plants a factor, and what is confirmed was really on the person's phone. */
#include "server/core/login/factors.h"

#include "store/nouns/enrolment.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, DAY_MS = 86400000, TEXT_MAX = 512 };

static int post(
	struct login_scene *scene, const char *before, const char *id, const char *after, const char *body)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/%s/%s/%s", before, id, after);
	return api_call(&scene->world, "POST", path, scene->world.tenant.token, body, &scene->answer);
}

static int start(struct login_scene *scene, const char *body)
{
	return post(scene, "people", scene->person.text, "factors", body);
}

static int confirm(struct login_scene *scene, const char *factor, const char *code, const char *enrolment)
{
	char body[TEXT_MAX];
	snprintf(body, sizeof body, "{\"code\":\"%s\"%s%s%s}", code, enrolment ? ",\"enrolment\":\"" : "",
		enrolment ? enrolment : "", enrolment ? "\"" : "");
	return post(scene, "factors", factor, "confirm", body);
}

/* By hand, from a second person who is proven: their personal token. */
static void hand_over(struct login_scene *scene, char code[static 16])
{
	char path[TEXT_MAX];
	struct api_person owner;
	api_world_person(&scene->world, &scene->world.tenant, "owner", "olga@example.org", &owner);
	snprintf(path, sizeof path, "/v1/people/%s/enrolment", scene->person.text);
	int status = api_call(&scene->world, "POST", path, owner.token, "{\"by\":\"hand\"}", &scene->answer);
	cr_assert(status == 201, "%d: %s", status, scene->answer.body);
	snprintf(code, 16, "%s", api_text(&scene->answer, "code"));
}

/* ---- starting ---- */

Test(factors, an_app_gets_its_secret_once_with_a_picture)
{
	scoped(login_scene) scene = {0};
	char path[TEXT_MAX];
	login_scene_begin(&scene);
	cr_assert(start(&scene, "{\"type\":\"totp\",\"label\":\"Phone\"}") == 201, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "state", "pending") && api_member(&scene.answer, "secret"));
	cr_assert(strncmp(api_text(&scene.answer, "uri"), "otpauth://totp/", 15) == 0);
	cr_assert(strstr(api_text(&scene.answer, "qr_svg"), "role=\"img\""));
	cr_assert(strstr(api_text(&scene.answer, "qr_svg"), "crispEdges"));
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	cr_assert(api_call(&scene.world, "GET", path, scene.world.tenant.token, NULL, &scene.answer) == 200);
	cr_assert(api_has(&scene.answer, "items/0/state", "pending") &&
		api_has(&scene.answer, "items/0/hint", "Phone"));
	cr_assert(!strstr(scene.answer.body, "secret") && !strstr(scene.answer.body, "otpauth"));
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_FACTOR_STARTED) == 1);
}

Test(factors, a_repeated_request_is_answered_without_the_secret)
{
	scoped(login_scene) scene = {0};
	char path[TEXT_MAX], id[ID_TEXT + 1];
	login_scene_begin(&scene);
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	const struct api_request request = {.method = "POST",
		.path = path,
		.token = scene.world.tenant.token,
		.key = "k1",
		.body = "{\"type\":\"totp\"}"};
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 201);
	snprintf(id, sizeof id, "%s", api_text(&scene.answer, "id"));
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 201);
	cr_assert(api_has(&scene.answer, "id", id) && !api_member(&scene.answer, "secret"));
	cr_assert(!api_member(&scene.answer, "uri") && !api_member(&scene.answer, "qr_svg"));
	cr_assert(json_array_size(api_member(&scene.answer, "withheld")) == 3, "%s", scene.answer.body);
}

Test(factors, shapes_that_no_app_knows_are_refused)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	cr_assert(start(&scene, "{\"type\":\"totp\",\"digits\":7}") == 422);
	cr_assert(start(&scene, "{\"type\":\"totp\",\"algorithm\":\"MD5\"}") == 422);
	cr_assert(start(&scene, "{\"type\":\"totp\",\"period\":14}") == 422);
	cr_assert(start(&scene, "{\"type\":\"totp\",\"period\":121}") == 422);
	cr_assert(start(&scene, "{\"type\":\"totp\",\"period\":0}") == 422);
	cr_assert(start(&scene, "{\"type\":\"email\",\"address\":\"nobody\"}") == 422);
	cr_assert(start(&scene, "{\"type\":\"sms\"}") == 422);
	cr_assert(start(&scene, "{\"type\":\"totp\",\"algorithm\":\"SHA512\",\"digits\":8,\"period\":60}") ==
		201);
}

/* ---- confirming ---- */

Test(factors, the_first_factor_is_active_and_unproven)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_begin(&scene);
	login_start_app(&scene.world, scene.person.text, &scene.app);
	login_app_code(&scene.app, 0, code);
	cr_assert(confirm(&scene, scene.app.factor, code, NULL) == 200, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "state", "active") &&
		json_is_false(api_member(&scene.answer, "proven")));
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_FACTOR_ENROLLED) == 1);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED) == 1,
		"the person is told");
	cr_assert(confirm(&scene, scene.app.factor, code, NULL) == 409, "only once");
}

Test(factors, a_pending_factor_opens_nothing)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], more[TEXT_MAX];
	login_scene_begin(&scene);
	login_start_app(&scene.world, scene.person.text, &scene.app);
	login_app_code(&scene.app, 0, code);
	snprintf(more, sizeof more, ",\"code\":\"%s\"", code);
	cr_assert(login_open(&scene.world, scene.world.tenant.token, scene.person.text, more,
			  &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "enroll", "no_factor"));
}

Test(factors, the_fifth_wrong_code_ends_a_pending_factor)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], wrong[TOTP_DIGITS_MAX + 1];
	login_scene_begin(&scene);
	login_start_app(&scene.world, scene.person.text, &scene.app);
	login_app_wrong(&scene.app, wrong);
	for (int i = 0; i < FACTOR_TRIES; i++) {
		cr_assert(confirm(&scene, scene.app.factor, wrong, NULL) == 403);
		cr_assert(api_is_code(&scene.answer, 403, "wrong_code"));
	}
	login_app_code(&scene.app, 0, code);
	cr_assert(confirm(&scene, scene.app.factor, code, NULL) == 410, "%s", scene.answer.body);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_FACTOR_SUSPENDED) == 1);
}

Test(factors, an_address_is_confirmed_by_the_mailed_code_within_ten_minutes)
{
	scoped(login_scene) scene = {0};
	char code[16];
	struct id id;
	login_scene_begin(&scene);
	cr_assert(start(&scene, "{\"type\":\"email\"}") == 201, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "hint", "v***@example.org"), "the person's own address");
	char factor[ID_TEXT + 1];
	snprintf(factor, sizeof factor, "%s", api_text(&scene.answer, "id"));
	cr_assert(!err_failed(ids_parse(ID_FACTOR, span_text(factor), &id)));
	login_mailed(&scene.world, scene.world.tenant.id, id, code);
	fake_clock_pass(FACTOR_CODE_MS);
	cr_assert(confirm(&scene, factor, code, NULL) == 410);
	fake_clock_pass(-1);
	cr_assert(confirm(&scene, factor, code, NULL) == 200, "%s", scene.answer.body);
}

/* ---- enrolment ---- */

Test(factors, an_enrolment_code_handed_over_makes_the_first_factor_proven)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], enrolment[16];
	login_scene_begin(&scene);
	hand_over(&scene, enrolment);
	login_start_app(&scene.world, scene.person.text, &scene.app);
	login_app_code(&scene.app, 0, code);
	cr_assert(confirm(&scene, scene.app.factor, code, "AAAAAAAAAA") == 403,
		"a wrong one leaves all as it was");
	cr_assert(confirm(&scene, scene.app.factor, code, enrolment) == 200, "%s", scene.answer.body);
	cr_assert(json_is_true(api_member(&scene.answer, "proven")));
}

Test(factors, a_factor_is_proven_afterwards_and_a_code_works_once)
{
	scoped(login_scene) scene = {0};
	char enrolment[16], body[TEXT_MAX];
	login_scene_begin(&scene);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	hand_over(&scene, enrolment);
	snprintf(body, sizeof body, "{\"enrolment\":\"%.5s-%s\"}", enrolment, enrolment + 5);
	cr_assert(post(&scene, "factors", scene.app.factor, "prove", body) == 200, "%s", scene.answer.body);
	cr_assert(json_is_true(api_member(&scene.answer, "proven")));
	cr_assert(post(&scene, "factors", scene.app.factor, "prove", body) == 409);
}

Test(factors, five_wrong_enrolment_codes_wear_it_out)
{
	scoped(login_scene) scene = {0};
	char enrolment[16], body[TEXT_MAX];
	login_scene_begin(&scene);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	hand_over(&scene, enrolment);
	for (int i = 0; i < ENROLMENT_TRIES; i++)
		cr_assert(post(&scene, "factors", scene.app.factor, "prove",
				  "{\"enrolment\":\"AAAAAAAAAA\"}") == 403);
	snprintf(body, sizeof body, "{\"enrolment\":\"%s\"}", enrolment);
	cr_assert(post(&scene, "factors", scene.app.factor, "prove", body) == 403,
		"the right one comes too late");
}

static void change_state(struct login_scene *scene, const char *state)
{
	char path[TEXT_MAX], body[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/people/%s", scene->person.text);
	snprintf(body, sizeof body, "{\"state\":\"%s\"}", state);
	int status = api_call(&scene->world, "PATCH", path, scene->world.tenant.token, body, &scene->answer);
	cr_assert(status == 200, "%d: %s", status, scene->answer.body);
}

Test(factors, a_suspension_ends_an_enrolment_code_for_good)
{
	scoped(login_scene) scene = {0};
	char enrolment[16], body[TEXT_MAX];
	login_scene_begin(&scene);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	hand_over(&scene, enrolment);
	change_state(&scene, "suspended");
	change_state(&scene, "active");
	snprintf(body, sizeof body, "{\"enrolment\":\"%s\"}", enrolment);
	cr_assert(post(&scene, "factors", scene.app.factor, "prove", body) == 403, "%s", scene.answer.body);
	hand_over(&scene, enrolment);
	snprintf(body, sizeof body, "{\"enrolment\":\"%s\"}", enrolment);
	cr_assert(post(&scene, "factors", scene.app.factor, "prove", body) == 200, "the twin: %s",
		scene.answer.body);
}

static int ask_by_hand(struct login_scene *scene, const char *token)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/people/%s/enrolment", scene->person.text);
	return api_call(&scene->world, "POST", path, token, "{\"by\":\"hand\"}", &scene->answer);
}

Test(factors, a_code_by_hand_takes_a_second_proven_person_once_somebody_was_vouched_for)
{
	scoped(login_scene) scene = {0};
	char body[TEXT_MAX];
	struct api_application other;
	login_scene_begin(&scene);
	api_world_application(&scene.world, &scene.world.tenant, SCOPE_BIT(VERIFY), &other);
	cr_assert(ask_by_hand(&scene, other.token) == 403, "not any application");
	cr_assert(ask_by_hand(&scene, scene.person.token) == 403, "nor for oneself");
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
	login_add_app(&scene.world, scene.person.text, &scene.app);
	cr_assert(ask_by_hand(&scene, scene.world.tenant.token) == 201,
		"who sets the tenant up vouches for the first");
	snprintf(body, sizeof body, "{\"enrolment\":\"%s\"}", api_text(&scene.answer, "code"));
	cr_assert(post(&scene, "factors", scene.app.factor, "prove", body) == 200, "%s", scene.answer.body);
	cr_assert(ask_by_hand(&scene, scene.world.tenant.token) == 403, "and for nobody after that");
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
}

Test(factors, a_code_by_mail_goes_to_an_address_that_stood_for_a_day)
{
	scoped(login_scene) scene = {0};
	struct id id;
	char code[16], body[TEXT_MAX];
	login_scene_begin(&scene);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	if (post(&scene, "people", scene.person.text, "enrolment", "{\"by\":\"email\"}") == 409) {
		fake_clock_pass(DAY_MS);
		cr_assert(
			post(&scene, "people", scene.person.text, "enrolment", "{\"by\":\"email\"}") == 201);
	}
	cr_assert(!api_member(&scene.answer, "code"), "only the mailbox sees it");
	cr_assert(!err_failed(ids_parse(ID_ENROLMENT, span_text(api_text(&scene.answer, "id")), &id)));
	login_mailed(&scene.world, scene.world.tenant.id, id, code);
	cr_assert(post(&scene, "people", scene.person.text, "enrolment", "{\"by\":\"email\"}") == 429,
		"not twice a minute");
	snprintf(body, sizeof body, "{\"enrolment\":\"%s\"}", code);
	cr_assert(post(&scene, "factors", scene.app.factor, "prove", body) == 200, "%s", scene.answer.body);
}

Test(factors, a_code_on_its_way_to_an_address_that_moved_vouches_for_nobody)
{
	scoped(login_scene) scene = {0};
	struct id id;
	char code[16], body[TEXT_MAX], path[TEXT_MAX];
	login_scene_begin(&scene);
	if (post(&scene, "people", scene.person.text, "enrolment", "{\"by\":\"email\"}") == 409) {
		fake_clock_pass(DAY_MS);
		cr_assert(
			post(&scene, "people", scene.person.text, "enrolment", "{\"by\":\"email\"}") == 201);
	}
	cr_assert(!err_failed(ids_parse(ID_ENROLMENT, span_text(api_text(&scene.answer, "id")), &id)));
	login_mailed(&scene.world, scene.world.tenant.id, id, code);
	snprintf(path, sizeof path, "/v1/people/%s", scene.person.text);
	cr_assert(api_call(&scene.world, "PATCH", path, scene.world.tenant.token,
			  "{\"email\":\"new@example.org\"}", &scene.answer) == 200,
		"%s", scene.answer.body);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	snprintf(body, sizeof body, "{\"enrolment\":\"%s\"}", code);
	cr_assert(post(&scene, "factors", scene.app.factor, "prove", body) != 200, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "code", "wrong_code"), "%s", scene.answer.body);
}

/* ---- nobody plants one ---- */

Test(factors, who_has_a_factor_gains_none_unproven)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	cr_assert(start(&scene, "{\"type\":\"email\",\"address\":\"evil@example.net\"}") == 403);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
}

Test(factors, one_that_was_begun_before_the_first_is_no_way_past_it)
{
	scoped(login_scene) scene = {0};
	struct login_app planted;
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_begin(&scene);
	login_start_app(&scene.world, scene.person.text, &planted);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	login_app_code(&planted, 0, code);
	cr_assert(confirm(&scene, planted.factor, code, NULL) == 403, "%s", scene.answer.body);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
}

Test(factors, a_proven_person_gains_and_loses_factors_and_all_addresses_are_told)
{
	scoped(login_scene) scene = {0};
	char path[TEXT_MAX], code[TOTP_DIGITS_MAX + 1], factor[ID_TEXT + 1];
	struct login_app second;
	login_scene_begin(&scene);
	login_add_address(&scene.world, scene.person.text, "second@example.net", factor);
	login_prove(&scene.world, scene.world.tenant.id, factor);
	size_t told = api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED);
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	cr_assert(api_call(&scene.world, "POST", path, scene.person.token, "{\"type\":\"totp\"}",
			  &scene.answer) == 201,
		"%s", scene.answer.body);
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	snprintf(second.factor, sizeof second.factor, "%s", api_text(&scene.answer, "id"));
	cr_assert(!err_failed(totp_parse(span_text(api_text(&scene.answer, "uri")), &second.shape, &seed)));
	memcpy(second.seed, seed.data, seed.len);
	second.seed_len = seed.len;
	login_app_code(&second, 0, code);
	cr_assert(confirm(&scene, second.factor, code, NULL) == 200, "%s", scene.answer.body);
	cr_assert(json_is_true(api_member(&scene.answer, "proven")), "a proven person vouched for it");
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED) == told + 2);
	snprintf(path, sizeof path, "/v1/factors/%s", factor);
	cr_assert(
		api_call(&scene.world, "DELETE", path, scene.world.tenant.token, NULL, &scene.answer) == 403);
	cr_assert(api_call(&scene.world, "DELETE", path, scene.person.token, NULL, &scene.answer) == 200);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED) == told + 4,
		"the old address too");
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_FACTOR_REMOVED) == 1);
	cr_assert(api_call(&scene.world, "DELETE", path, scene.person.token, NULL, &scene.answer) == 404);
}

Test(factors, another_tenant_sees_none_of_it)
{
	scoped(login_scene) scene = {0};
	struct api_tenant other;
	char path[TEXT_MAX];
	login_scene_begin(&scene);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	api_world_tenant(&scene.world, &other);
	snprintf(path, sizeof path, "/v1/factors/%s", scene.app.factor);
	cr_assert(api_call(&scene.world, "DELETE", path, other.token, NULL, &scene.answer) == 404);
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	cr_assert(api_call(&scene.world, "GET", path, other.token, NULL, &scene.answer) == 404);
}

/* ---- what weighs less ---- */

/* The owner has an address and an app that a proven person vouched for. */
static void add_app_of(struct login_scene *scene, const struct api_person *person, struct login_app *app)
{
	char path[TEXT_MAX], code[TOTP_DIGITS_MAX + 1];
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	snprintf(path, sizeof path, "/v1/people/%s/factors", person->text);
	int status =
		api_call(&scene->world, "POST", path, person->token, "{\"type\":\"totp\"}", &scene->answer);
	cr_assert(status == 201, "%d: %s", status, scene->answer.body);
	snprintf(app->factor, sizeof app->factor, "%s", api_text(&scene->answer, "id"));
	cr_assert(!err_failed(totp_parse(span_text(api_text(&scene->answer, "uri")), &app->shape, &seed)));
	memcpy(app->seed, seed.data, seed.len);
	app->seed_len = seed.len;
	login_app_code(app, 0, code);
	cr_assert(confirm(scene, app->factor, code, NULL) == 200, "%s", scene->answer.body);
}

Test(factors, an_address_opens_where_the_role_asks_for_an_app_only_until_there_is_one)
{
	scoped(login_scene) scene = {0};
	struct api_person owner;
	char factor[ID_TEXT + 1];
	const char *token;
	login_scene_begin(&scene);
	token = scene.world.tenant.token;
	api_world_person(&scene.world, &scene.world.tenant, "owner", "olga@example.org", &owner);
	login_add_address(&scene.world, owner.text, "olga@example.net", factor);
	cr_assert(login_open(&scene.world, token, owner.text, ",\"method\":\"email\"", &scene.answer) == 200);
	cr_assert(api_has(&scene.answer, "started/type", "email"), "%s", scene.answer.body);
	add_app_of(&scene, &owner, &scene.app);
	cr_assert(login_open(&scene.world, token, owner.text, ",\"method\":\"email\"", &scene.answer) == 200);
	cr_assert(!api_member(&scene.answer, "started"), "%s", scene.answer.body);
	cr_assert(json_array_size(api_member(&scene.answer, "methods")) == 1);
	cr_assert(api_has(&scene.answer, "methods/0/type", "totp"));
}

static int ask_as(struct login_scene *scene, const struct api_person *who, const char *method,
	const char *path, const char *body)
{
	const struct api_request request = {.method = method,
		.path = path,
		.token = scene->world.tenant.token,
		.actor = who->text,
		.body = body};
	return api_ask(&scene->world, &request, &scene->answer);
}

Test(factors, who_manages_none_does_not_learn_who_exists)
{
	static const struct {
		const char *method, *what, *body;
	} ASKS[] = {{"GET", "factors", NULL}, {"POST", "factors", "{\"type\":\"totp\"}"},
		{"POST", "enrolment", "{\"by\":\"email\"}"}, {"POST", "enrolment", "{\"by\":\"hand\"}"}};
	scoped(login_scene) scene = {0};
	struct api_person reader;
	char there[TEXT_MAX], nowhere[TEXT_MAX];
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "smm", NULL, &reader);
	for (size_t i = 0; i < sizeof ASKS / sizeof ASKS[0]; i++) {
		snprintf(there, sizeof there, "/v1/people/%s/%s", scene.person.text, ASKS[i].what);
		snprintf(nowhere, sizeof nowhere, "/v1/people/nobody/%s", ASKS[i].what);
		ask_as(&scene, &reader, ASKS[i].method, there, ASKS[i].body);
		cr_assert(api_is_code(&scene.answer, 403, "not_allowed"), "%zu: %s", i, scene.answer.body);
		ask_as(&scene, &reader, ASKS[i].method, nowhere, ASKS[i].body);
		cr_assert(api_is_code(&scene.answer, 403, "not_allowed"), "%zu: %s", i, scene.answer.body);
	}
	snprintf(there, sizeof there, "/v1/factors/%s", scene.app.factor);
	cr_assert(ask_as(&scene, &reader, "DELETE", there, NULL) == 404, "%s", scene.answer.body);
}

Test(factors, starting_and_removing_is_no_way_to_send_mails)
{
	scoped(login_scene) scene = {0};
	char path[TEXT_MAX];
	int status = 201;
	unsigned started = 0;
	login_scene_begin(&scene);
	while (started < FACTOR_MAX) {
		status = start(&scene, "{\"type\":\"email\",\"address\":\"somebody@example.org\"}");
		if (status != 201)
			break;
		started++;
		snprintf(path, sizeof path, "/v1/factors/%s", api_text(&scene.answer, "id"));
		cr_assert(api_call(&scene.world, "DELETE", path, scene.world.tenant.token, NULL,
				  &scene.answer) == 200);
		cr_assert(api_call(&scene.world, "DELETE", path, scene.world.tenant.token, NULL,
				  &scene.answer) == 404);
	}
	cr_assert(api_is_code(&scene.answer, 429, "slow_down"), "%s", scene.answer.body);
	cr_assert(status == 429 && started == BRAKING_AN_HOUR, "%d after %u", status, started);
	fake_clock_pass(60 * MINUTE_MS);
	cr_assert(start(&scene, "{\"type\":\"email\",\"address\":\"somebody@example.org\"}") == 201, "%s",
		scene.answer.body);
}

Test(factors, an_address_is_mailed_five_codes_an_hour_whoever_is_said_to_have_it)
{
	scoped(login_scene) scene = {0};
	struct api_person other;
	char path[TEXT_MAX];
	unsigned mailed = 0;
	login_scene_begin(&scene);
	for (unsigned i = 0; i < 2 * BRAKING_AN_HOUR; i++) {
		api_world_person(&scene.world, &scene.world.tenant, "assistant", NULL, &other);
		snprintf(path, sizeof path, "/v1/people/%s/factors", other.text);
		mailed += api_call(&scene.world, "POST", path, scene.world.tenant.token,
				  "{\"type\":\"email\",\"address\":\"somebody@example.org\"}",
				  &scene.answer) == 201;
	}
	cr_assert(mailed == BRAKING_AN_HOUR, "%u", mailed);
}

Test(factors, a_code_that_vouches_is_mailed_five_times_an_hour_and_says_what_it_is)
{
	scoped(login_scene) scene = {0};
	unsigned mailed = 0;
	login_scene_begin(&scene);
	for (unsigned i = 0; i < 2 * BRAKING_AN_HOUR; i++) {
		int status = post(&scene, "people", scene.person.text, "enrolment", "{\"by\":\"email\"}");
		cr_assert(status == 201 || status == 429, "%s", scene.answer.body);
		mailed += status == 201;
		fake_clock_pass(MINUTE_MS);
	}
	cr_assert(mailed == BRAKING_AN_HOUR, "%u", mailed);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_ENROLMENT_CODE) == mailed);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE) == 0);
}

static int as_owner(struct login_scene *scene, const struct api_person *owner, const char *person,
	const char *what, const char *body)
{
	char path[TEXT_MAX];
	snprintf(path, sizeof path, "/v1/people/%s/%s", person, what);
	return api_call(&scene->world, "POST", path, owner->token, body, &scene->answer);
}

Test(factors, nothing_is_mailed_to_a_client_whose_mailbox_an_assistant_runs)
{
	scoped(login_scene) scene = {0};
	struct api_person owner;
	char contact[ID_TEXT + 1];
	login_scene_begin(&scene);
	cr_assert(api_call(&scene.world, "POST", "/v1/clients", scene.world.tenant.token,
			  "{\"ref\":\"paivi\",\"name\":\"P\",\"mailbox_delegated\":true,\"contacts\":["
			  "{\"name\":\"P\",\"email\":\"paivi@example.net\"}]}",
			  &scene.answer) == 201,
		"%s", scene.answer.body);
	snprintf(contact, sizeof contact, "%s", api_text(&scene.answer, "contacts/0/id"));
	api_world_person(&scene.world, &scene.world.tenant, "owner", NULL, &owner);
	fake_clock_pass(DAY_MS + MINUTE_MS);
	size_t before = api_count_notices(&scene.world, (struct id){0}, NOTICE_LOGIN_CODE) +
		api_count_notices(&scene.world, (struct id){0}, NOTICE_ENROLMENT_CODE);
	cr_assert(as_owner(&scene, &owner, contact, "enrolment", "{\"by\":\"email\"}") == 409);
	cr_assert(as_owner(&scene, &owner, contact, "factors", "{\"type\":\"email\"}") == 409);
	cr_assert(as_owner(&scene, &owner, contact, "factors",
			  "{\"type\":\"email\",\"address\":\"also@example.net\"}") == 409);
	cr_assert(api_count_notices(&scene.world, (struct id){0}, NOTICE_LOGIN_CODE) +
			api_count_notices(&scene.world, (struct id){0}, NOTICE_ENROLMENT_CODE) ==
		before);
	cr_assert(api_call(&scene.world, "PATCH", "/v1/clients/paivi", owner.token,
			  "{\"mailbox_delegated\":false}", &scene.answer) == 200,
		"%s", scene.answer.body);
	cr_assert(as_owner(&scene, &owner, contact, "enrolment", "{\"by\":\"email\"}") == 201, "%s",
		scene.answer.body);
}
