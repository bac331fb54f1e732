/* SPDX-License-Identifier: Apache-2.0 */
/* test_mailing - another code goes out after a while, and nobody, no address, application, network or business is flooded. */
#include "server/core/login/mailing.h"

#include "store/nouns/budget.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { SECOND_MS = 1000, BODY_MAX_TEXT = 400 };

static void open_scene(struct login_scene *scene)
{
	char factor[ID_TEXT + 1];
	login_scene_begin(scene);
	login_add_address(&scene->world, scene->person.text, "vera@example.net", factor);
}

/* Whether a code went out, for a person from an address. */
static bool is_mailed(struct login_scene *scene, const char *token, const char *person, const char *ip)
{
	char body[BODY_MAX_TEXT];
	snprintf(body, sizeof body,
		"{\"person\":\"%s\",\"device\":{\"ip\":\"%s\",\"user_agent\":\"Firefox\"},\"purpose\":"
		"\"login\",\"method\":\"email\"}",
		person, ip);
	cr_assert(api_call(&scene->world, "POST", "/v1/verifications", token, body, &scene->answer) == 200);
	cr_assert(login_is(&scene->answer, "challenge", NULL), "%s", scene->answer.body);
	return api_member(&scene->answer, "started") != NULL;
}

static int64_t resend_in(const struct login_scene *scene)
{
	const json_t *value = api_member(&scene->answer, "resend_in");
	cr_assert(value, "%s", scene->answer.body);
	return json_integer_value(value);
}

/* One name each, so that only what they share counts. */
static bool somebody_is_mailed(struct login_scene *scene, const char *token, unsigned number, const char *ip)
{
	char name[32];
	snprintf(name, sizeof name, "somebody-%u", number);
	return is_mailed(scene, token, name, ip);
}

static void resend(struct login_scene *scene, const char *id)
{
	cr_assert(login_try(&scene->world, scene->world.tenant.token, id, "{\"method\":\"email\"}",
			  &scene->answer) == 200);
}

Test(mailing, another_code_goes_out_after_30_then_60_then_120_seconds)
{
	static const int64_t COOL_MS[] = {30 * SECOND_MS, 60 * SECOND_MS, 120 * SECOND_MS, 120 * SECOND_MS};
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1];
	open_scene(&scene);
	cr_assert(is_mailed(&scene, scene.world.tenant.token, scene.person.text, "192.0.2.1"));
	login_scene_keep_id(&scene, id);
	size_t sent = api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE);
	for (size_t i = 0; i < sizeof COOL_MS / sizeof COOL_MS[0]; i++) {
		cr_assert(resend_in(&scene) == COOL_MS[i] / SECOND_MS, "%s", scene.answer.body);
		fake_clock_pass(COOL_MS[i] - 1);
		resend(&scene, id);
		cr_assert(resend_in(&scene) == 1, "not yet");
		fake_clock_pass(1);
		resend(&scene, id);
		cr_assert(
			api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE) == sent + i + 1);
	}
}

Test(mailing, the_mail_that_was_the_last_of_the_hour_says_how_long_none_follows)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], path[64];
	open_scene(&scene);
	for (unsigned i = 0; i < 5; i++)
		cr_assert(is_mailed(&scene, scene.world.tenant.token, scene.person.text, "192.0.2.1"));
	login_scene_keep_id(&scene, id);
	cr_assert(resend_in(&scene) == MAIL_BRAKE_HOUR_MS / SECOND_MS, "%s", scene.answer.body);
	fake_clock_pass(10 * SECOND_MS);
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, "{\"code\":\"00000000\"}",
			  &scene.answer) == 200);
	cr_assert(resend_in(&scene) == MAIL_BRAKE_HOUR_MS / SECOND_MS - 10, "%s", scene.answer.body);
	snprintf(path, sizeof path, "/v1/verifications/%s", id);
	cr_assert(api_call(&scene.world, "GET", path, scene.world.tenant.token, NULL, &scene.answer) == 200);
	cr_assert(resend_in(&scene) == MAIL_BRAKE_HOUR_MS / SECOND_MS - 10, "%s", scene.answer.body);
}

Test(mailing, the_newest_three_codes_are_good_and_the_oldest_makes_room)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], codes[4][16], body[64];
	struct id about;
	open_scene(&scene);
	cr_assert(is_mailed(&scene, scene.world.tenant.token, scene.person.text, "192.0.2.1"));
	login_scene_keep_id(&scene, id);
	cr_assert(!err_failed(ids_parse(ID_VERIFICATION, span_text(id), &about)));
	for (size_t i = 0; i < 4; i++) {
		login_mailed(&scene.world, scene.world.tenant.id, about, codes[i]);
		fake_clock_pass(120 * SECOND_MS);
		if (i < 3)
			resend(&scene, id);
	}
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", codes[0]);
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, body, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "the oldest made room");
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", codes[1]);
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, body, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
}

Test(mailing, a_person_is_mailed_five_codes_an_hour_and_twenty_a_day)
{
	scoped(login_scene) scene = {0};
	const char *token;
	unsigned mailed = 0;
	open_scene(&scene);
	token = scene.world.tenant.token;
	for (unsigned hour = 0; hour < 6; hour++) {
		for (unsigned i = 0; i < 7; i++)
			mailed += is_mailed(&scene, token, scene.person.text, "192.0.2.1");
		cr_assert(mailed == (hour < 4 ? 5 * (hour + 1) : 20), "%u in hour %u", mailed, hour);
		cr_assert(resend_in(&scene) > 0);
		fake_clock_pass(MAIL_BRAKE_HOUR_MS);
	}
}

Test(mailing, an_address_of_two_people_is_mailed_like_one_of_one)
{
	scoped(login_scene) scene = {0};
	struct api_person other;
	char factor[ID_TEXT + 1];
	unsigned mailed = 0;
	open_scene(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "assistant", "ivo@example.org", &other);
	login_add_address(&scene.world, other.text, "vera@example.net", factor);
	for (unsigned i = 0; i < 5; i++) {
		mailed += is_mailed(&scene, scene.world.tenant.token, scene.person.text, "192.0.2.1");
		mailed += is_mailed(&scene, scene.world.tenant.token, other.text, "192.0.2.1");
	}
	cr_assert(mailed == BRAKING_AN_HOUR, "%u", mailed);
}

Test(mailing, a_network_is_slowed_for_the_rest_of_a_minute_and_no_other)
{
	static const char *const NEAR[] = {"192.0.2.1", "192.0.2.77", "192.0.2.255"};
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	scene.world.server.mailing_bounds.per_network = 3;
	const char *token = scene.world.tenant.token;
	for (unsigned i = 0; i < 3; i++)
		cr_assert(somebody_is_mailed(&scene, token, i, NEAR[i]));
	cr_assert(!somebody_is_mailed(&scene, token, 3, "192.0.2.9") && resend_in(&scene) == 60);
	cr_assert(somebody_is_mailed(&scene, token, 3, "192.0.3.9"), "another network");
	fake_clock_pass(MAIL_BRAKE_MINUTE_MS);
	cr_assert(somebody_is_mailed(&scene, token, 4, "192.0.2.9"), "slowed, not blocked");
}

Test(mailing, a_network_of_ipv6_is_its_first_64_bits)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	scene.world.server.mailing_bounds.per_network = 1;
	const char *token = scene.world.tenant.token;
	cr_assert(somebody_is_mailed(&scene, token, 0, "2001:db8::1"));
	cr_assert(!somebody_is_mailed(&scene, token, 1, "2001:db8:0:0:ffff::2"));
	cr_assert(somebody_is_mailed(&scene, token, 2, "2001:db8:0:1::1"));
}

Test(mailing, an_application_and_a_business_are_slowed_too)
{
	scoped(login_scene) scene = {0};
	struct api_application other;
	login_scene_begin(&scene);
	const char *token = scene.world.tenant.token;
	api_world_application(&scene.world, &scene.world.tenant, SCOPE_BIT(VERIFY), &other);
	scene.world.server.mailing_bounds.per_application = 1;
	cr_assert(somebody_is_mailed(&scene, token, 0, "192.0.2.1"));
	cr_assert(!somebody_is_mailed(&scene, token, 1, "192.0.2.1"));
	cr_assert(somebody_is_mailed(&scene, other.token, 2, "192.0.2.1"), "another application");
	scene.world.server.mailing_bounds = (struct mailing_bounds){.in_all = 3};
	cr_assert(somebody_is_mailed(&scene, token, 3, "192.0.2.1"), "the third of the business");
	cr_assert(!somebody_is_mailed(&scene, other.token, 4, "192.0.2.1"));
	fake_clock_pass(MAIL_BRAKE_MINUTE_MS);
	cr_assert(somebody_is_mailed(&scene, other.token, 5, "192.0.2.1"));
}

static void type_mailed(struct login_scene *scene, const char *id, const char *code)
{
	char body[64];
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	cr_assert(login_try(&scene->world, scene->world.tenant.token, id, body, &scene->answer) == 200);
}

static void keep_mailed(struct login_scene *scene, char id[static ID_TEXT + 1], char code[static 16])
{
	struct id about;
	cr_assert(is_mailed(scene, scene->world.tenant.token, scene->person.text, "192.0.2.1"));
	login_scene_keep_id(scene, id);
	cr_assert(!err_failed(ids_parse(ID_VERIFICATION, span_text(id), &about)));
	login_mailed(&scene->world, scene->world.tenant.id, about, code);
	fake_clock_pass(SECOND_MS);
}

Test(mailing, a_code_on_its_way_is_worth_nothing_when_another_factor_has_come)
{
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1], id[ID_TEXT + 1], code[16];
	login_scene_begin(&scene);
	login_add_address(&scene.world, scene.person.text, "vera@example.net", factor);
	login_prove(&scene.world, scene.world.tenant.id, factor);
	keep_mailed(&scene, id, code);
	login_start_shape(&scene.world, scene.person.token, scene.person.text, "", &scene.app);
	login_confirm(&scene.world, &scene.app);
	type_mailed(&scene, id, code);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "challenge", NULL), "and another one is to be had");
}

Test(mailing, a_code_on_its_way_is_worth_nothing_when_the_address_of_the_person_has_moved)
{
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1], id[ID_TEXT + 1], code[16], path[ID_TEXT + 32];
	login_scene_begin(&scene);
	login_add_address(&scene.world, scene.person.text, "vera@example.net", factor);
	login_prove(&scene.world, scene.world.tenant.id, factor);
	keep_mailed(&scene, id, code);
	snprintf(path, sizeof path, "/v1/people/%s", scene.person.text);
	int status = api_call(&scene.world, "PATCH", path, scene.person.token,
		"{\"email\":\"new@example.org\"}", &scene.answer);
	cr_assert(status == 200, "%d: %s", status, scene.answer.body);
	type_mailed(&scene, id, code);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
	keep_mailed(&scene, id, code);
	type_mailed(&scene, id, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "one that was mailed since is good");
}

/* ---- a device that got in before ---- */

/* Whether a code went out to the device of that id, wherever it is. */
static bool device_is_mailed(struct login_scene *scene, const char *device, unsigned network)
{
	char body[BODY_MAX_TEXT];
	snprintf(body, sizeof body,
		"{\"person\":\"%s\",\"device\":{\"id\":\"%s\",\"ip\":\"192.0.%u.1\",\"user_agent\":"
	        "\"Firefox\"},"
		"\"purpose\":\"login\",\"method\":\"email\"}",
		scene->person.text, device, network);
	cr_assert(api_call(&scene->world, "POST", "/v1/verifications", scene->world.tenant.token, body,
			  &scene->answer) == 200);
	return api_member(&scene->answer, "started") != NULL;
}

/* The person gets in from home; then strangers ask for codes until there are none left. */
static void flood(struct login_scene *scene)
{
	char id[ID_TEXT + 1], code[16];
	struct id about;
	open_scene(scene);
	cr_assert(device_is_mailed(scene, "home", 1));
	login_scene_keep_id(scene, id);
	cr_assert(!err_failed(ids_parse(ID_VERIFICATION, span_text(id), &about)));
	login_mailed(&scene->world, scene->world.tenant.id, about, code);
	type_mailed(scene, id, code);
	cr_assert(login_is(&scene->answer, "allow", NULL), "%s", scene->answer.body);
	fake_clock_pass(MAIL_BRAKE_HOUR_MS);
	for (unsigned i = 0; i < BRAKING_AN_HOUR; i++)
		cr_assert(device_is_mailed(scene, "stranger", 2 + i));
	cr_assert(!device_is_mailed(scene, "another stranger", 9));
}

Test(mailing, strangers_use_up_no_codes_of_a_device_that_got_in_before)
{
	scoped(login_scene) scene = {0};
	flood(&scene);
	scene.world.server.mailing_bounds = (struct mailing_bounds){.in_all = 1};
	for (unsigned i = 0; i < BRAKING_AN_HOUR; i++)
		cr_assert(device_is_mailed(&scene, "home", 1), "code %u: %s", i, scene.answer.body);
	cr_assert(!device_is_mailed(&scene, "home", 1), "a flood from home is one as well");
	cr_assert(resend_in(&scene) == MAIL_BRAKE_HOUR_MS / SECOND_MS, "%s", scene.answer.body);
	fake_clock_pass(MAIL_BRAKE_HOUR_MS - 1);
	cr_assert(!device_is_mailed(&scene, "home", 1) && resend_in(&scene) == 1, "%s", scene.answer.body);
	fake_clock_pass(1);
	cr_assert(device_is_mailed(&scene, "home", 1));
}

Test(mailing, a_device_whose_own_codes_are_gone_has_those_of_all)
{
	scoped(login_scene) scene = {0};
	flood(&scene);
	fake_clock_pass(MAIL_BRAKE_HOUR_MS);
	for (unsigned i = 0; i < 2 * BRAKING_AN_HOUR; i++) {
		cr_assert(device_is_mailed(&scene, "home", 1), "code %u", i);
		cr_assert(resend_in(&scene) ==
				(i + 1 < 2 * BRAKING_AN_HOUR ? 30 : MAIL_BRAKE_HOUR_MS / SECOND_MS),
			"what is said after code %u: %s", i, scene.answer.body);
	}
	cr_assert(!device_is_mailed(&scene, "home", 1));
}

Test(mailing, the_device_of_one_person_has_no_codes_of_its_own_for_another)
{
	scoped(login_scene) scene = {0};
	struct api_person other;
	char factor[ID_TEXT + 1];
	flood(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "assistant", "ivo@example.org", &other);
	login_add_address(&scene.world, other.text, "vera@example.net", factor);
	scene.person = other;
	cr_assert(!device_is_mailed(&scene, "home", 1), "%s", scene.answer.body);
}

/* ---- a lock is told once ---- */

static void guess(struct login_scene *scene, const char *person, unsigned times)
{
	char id[ID_TEXT + 1];
	cr_assert(login_open(&scene->world, scene->world.tenant.token, person, NULL, &scene->answer) == 200);
	login_scene_keep_id(scene, id);
	for (unsigned i = 0; i < times; i++)
		type_mailed(scene, id, "00000000");
}

Test(mailing, a_lock_is_told_once_to_the_one_whose_codes_were_guessed_at)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	guess(&scene, scene.person.text, 4);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_LOCKED) == 0, "not locked yet");
	guess(&scene, scene.person.text, 1);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code") ||
		login_is(&scene.answer, "deny", "locked"));
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_LOCKED) == 1);
	for (unsigned i = 0; i < 3; i++) {
		fake_clock_pass((BUDGET_WAIT_MS << i) + 1);
		guess(&scene, scene.person.text, 1);
	}
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_LOCKED) == 1, "once");
}

Test(mailing, somebody_and_nobody_are_slowed_alike)
{
	scoped(login_scene) scene = {0};
	open_scene(&scene);
	scene.world.server.mailing_bounds.per_network = 2;
	const char *token = scene.world.tenant.token;
	cr_assert(somebody_is_mailed(&scene, token, 0, "192.0.2.1"));
	cr_assert(somebody_is_mailed(&scene, token, 1, "192.0.2.1"));
	cr_assert(!is_mailed(&scene, token, scene.person.text, "192.0.2.1"), "nobody's codes are counted");
	int64_t wait = resend_in(&scene);
	cr_assert(!somebody_is_mailed(&scene, token, 2, "192.0.2.1") && resend_in(&scene) == wait);
}

/* How many of the names whose address is shown as that of the first name are mailed while the first is not. */
static unsigned count_mailed_twins(struct login_scene *scene, unsigned twins)
{
	char shown[64];
	unsigned mailed = 0;
	const char *token = scene->world.tenant.token;
	for (unsigned i = 0; i < BRAKING_AN_HOUR; i++)
		cr_assert(somebody_is_mailed(scene, token, 0, "192.0.2.1"));
	cr_assert(!somebody_is_mailed(scene, token, 0, "192.0.2.1"));
	snprintf(shown, sizeof shown, "%s", api_text(&scene->answer, "methods/1/hint"));
	for (unsigned number = 1; twins > 0 && number < 5000; number++) {
		bool is_mailed = somebody_is_mailed(scene, token, number, "192.0.2.1");
		bool is_twin = api_has(&scene->answer, "methods/1/hint", shown);
		twins -= is_twin;
		mailed += is_twin && is_mailed;
	}
	cr_assert(twins == 0, "no more names are shown with %s", shown);
	return mailed;
}

Test(mailing, nobody_is_slowed_by_what_another_nobody_was_mailed)
{
	scoped(login_scene) scene = {0};
	open_scene(&scene);
	scene.world.server.mailing_bounds = (struct mailing_bounds){.in_all = 0};
	cr_assert(count_mailed_twins(&scene, 3) > 0, "or a name that is not slowed is somebody's");
}
