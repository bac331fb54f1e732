/* SPDX-License-Identifier: Apache-2.0 */
/* test_tenant_policies - what a tenant asks of people who sign in is data: staff read it, few change it, and it holds from
 * the next verification on. */
#include "base/timestamp.h"
#include "policies/signin.h"
#include "server/core/places.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { BODY_MAX = 512, HOUR_MS = 60 * 60 * 1000 };

static int set(struct login_scene *scene, const char *name, const char *body)
{
	char path[BODY_MAX];
	snprintf(path, sizeof path, "/v1/policies/%s", name);
	return api_call(&scene->world, "PUT", path, scene->world.tenant.token, body, &scene->answer);
}

static void must_set(struct login_scene *scene, const char *name, const char *body)
{
	cr_assert(set(scene, name, body) == 200, "%s", scene->answer.body);
}

/* Sign in with a mailed code; the last answer is that of the code. */
static void sign_in_by_mail(struct login_scene *scene)
{
	char code[16], body[BODY_MAX], text[ID_TEXT + 1];
	struct id id;
	login_scene_ask(scene, ",\"method\":\"email\"");
	cr_assert(login_is(&scene->answer, "challenge", NULL), "%s", scene->answer.body);
	login_scene_keep_id(scene, text);
	cr_assert(!err_failed(ids_parse(ID_VERIFICATION, span_text(text), &id)));
	login_mailed(&scene->world, scene->world.tenant.id, id, code);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	login_try(&scene->world, scene->world.tenant.token, text, body, &scene->answer);
}

static void begin_with_address(struct login_scene *scene)
{
	char factor[ID_TEXT + 1];
	login_scene_begin(scene);
	login_add_address(&scene->world, scene->person.text, "vera@example.org", factor);
}

/* A policy with a grace that ends an hour from now. */
static void set_grace(struct login_scene *scene, const char *role, const char *more)
{
	char until[TIMESTAMP_TEXT + 1], body[BODY_MAX];
	timestamp_print((struct instant){clock_now().ms + HOUR_MS}, until);
	snprintf(body, sizeof body, "{\"grace_until\":\"%s\"%s}", until, more);
	must_set(scene, role, body);
}

/* ---- data ---- */

Test(tenant_policies, nobody_set_is_there_to_be_read)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	const char *token = scene.world.tenant.token;
	cr_assert(api_call(&scene.world, "GET", "/v1/policies/everyone", token, NULL, &scene.answer) == 200);
	cr_assert(api_has(&scene.answer, "name", "everyone") &&
		api_has(&scene.answer, "login_factor", "email"));
	cr_assert(json_is_null(api_member(&scene.answer, "code_digits")) &&
		json_is_null(api_member(&scene.answer, "countries")));
	cr_assert(api_call(&scene.world, "GET", "/v1/policies", token, NULL, &scene.answer) == 200);
	cr_assert(json_array_size(api_member(&scene.answer, "items")) == 0);
}

Test(tenant_policies, are_set_read_and_listed_by_name)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	must_set(&scene, "smm", "{\"code_digits\":6,\"totp_actions\":[\"pay\"]}");
	must_set(&scene, "everyone", "{\"countries\":{\"expected\":[\"FI\",\"SE\"],\"others\":\"step_up\"}}");
	cr_assert(api_has(&scene.answer, "countries/expected/1", "SE") &&
		api_has(&scene.answer, "countries/others", "step_up"));
	const char *token = scene.world.tenant.token;
	cr_assert(api_call(&scene.world, "GET", "/v1/policies?limit=1", token, NULL, &scene.answer) == 200);
	cr_assert(api_has(&scene.answer, "items/0/name", "everyone"));
	cr_assert(json_is_string(api_member(&scene.answer, "next")));
	cr_assert(api_call(&scene.world, "GET", "/v1/policies/smm", token, NULL, &scene.answer) == 200);
	cr_assert(json_integer_value(api_member(&scene.answer, "code_digits")) == 6);
	cr_assert(api_has(&scene.answer, "totp_actions/0", "pay"));
}

Test(tenant_policies, a_change_is_on_record_with_what_was_before)
{
	scoped(login_scene) scene = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	login_scene_begin(&scene);
	must_set(&scene, "smm", "{\"code_digits\":6}");
	must_set(&scene, "smm", "{\"code_digits\":7,\"login_factor\":\"totp\"}");
	api_find_event(&scene.world, scene.world.tenant.id, ACTION_POLICY_CHANGED, &arena, &event);
	cr_assert(span_is(event.texts[LEAF_TEXT_OBJECT], "smm"));
	cr_assert(span_is(event.texts[LEAF_TEXT_CHANGES],
			  "[{\"field\":\"login_factor\",\"before\":\"email\",\"after\":\"totp\"},"
			  "{\"field\":\"code_digits\",\"before\":\"6\",\"after\":\"7\"}]"),
		"%.*s", SPAN_FMT(event.texts[LEAF_TEXT_CHANGES]));
}

Test(tenant_policies, of_a_role_that_is_not_there_are_not_found)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	const char *token = scene.world.tenant.token;
	cr_assert(set(&scene, "nobody", "{}") == 404);
	cr_assert(api_call(&scene.world, "GET", "/v1/policies/nobody", token, NULL, &scene.answer) == 404);
}

Test(tenant_policies, refuse_what_is_outside_their_bounds)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	set(&scene, "smm",
		"{\"code_digits\":5,\"login_factor\":\"sms\",\"remember_days\":31,\"step_up_at\":101,"
		"\"grace_until\":\"2100-01-01T00:00:00Z\",\"color\":1,"
		"\"countries\":{\"expected\":[\"fi\"],\"others\":\"panic\"}}");
	static const char *const PLACES[] = {"/code_digits", "/login_factor", "/remember_days", "/step_up_at",
		"/grace_until", "/countries/expected", "/countries/others"};
	cr_assert(scene.answer.status == 422, "%s", scene.answer.body);
	for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++)
		cr_assert(strstr(scene.answer.body, PLACES[i]), "%s: %s", PLACES[i], scene.answer.body);
	cr_assert(set(&scene, "smm", "{\"countries\":{\"expected\":[],\"others\":\"flag\"}}") == 422);
	cr_assert(set(&scene, "smm", "{\"color\":1}") == 422);
}

Test(tenant_policies, are_written_by_few_and_only_by_who_proved_who_they_are)
{
	scoped(login_scene) scene = {0};
	struct api_person owner, smm;
	struct api_request request = {
		.method = "PUT", .path = "/v1/policies/smm", .body = "{\"code_digits\":7}"};
	login_scene_begin(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "owner", NULL, &owner);
	api_world_person(&scene.world, &scene.world.tenant, "smm", NULL, &smm);
	request.token = scene.world.tenant.token;
	request.actor = owner.text;
	api_ask(&scene.world, &request, &scene.answer);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"), "%s", scene.answer.body);
	cr_assert(
		api_call(&scene.world, "PUT", request.path, owner.token, request.body, &scene.answer) == 200);
	api_call(&scene.world, "PUT", request.path, smm.token, request.body, &scene.answer);
	cr_assert(api_is_code(&scene.answer, 403, "not_allowed"), "%s", scene.answer.body);
	cr_assert(api_call(&scene.world, "GET", request.path, smm.token, NULL, &scene.answer) == 200);
}

/* ---- what they come to ---- */

Test(tenant_policies, the_length_of_a_mailed_code_is_as_the_policy_says)
{
	scoped(login_scene) scene = {0};
	char text[ID_TEXT + 1], code[16];
	struct id id;
	begin_with_address(&scene);
	must_set(&scene, "assistant", "{\"code_digits\":6}");
	sign_in_by_mail(&scene);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	login_scene_keep_id(&scene, text);
	cr_assert(!err_failed(ids_parse(ID_VERIFICATION, span_text(text), &id)));
	login_mailed(&scene.world, scene.world.tenant.id, id, code);
	cr_assert(strlen(code) == 6, "%s", code);
}

Test(tenant_policies, rule_t_a_policy_that_asks_for_an_authenticator_refuses_a_mailed_code)
{
	scoped(login_scene) scene = {0};
	begin_with_address(&scene);
	sign_in_by_mail(&scene);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "grace"));
	must_set(&scene, "assistant", "{\"login_factor\":\"totp\"}");
	login_scene_ask(&scene, ",\"method\":\"email\"");
	cr_assert(login_is(&scene.answer, "enroll", "weak_method"), "%s", scene.answer.body);
}

Test(tenant_policies, a_grace_lets_a_weaker_factor_in_until_its_end_and_says_so)
{
	scoped(login_scene) scene = {0};
	begin_with_address(&scene);
	set_grace(&scene, "assistant", ",\"login_factor\":\"totp\"");
	sign_in_by_mail(&scene);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "grace/needs", "totp") && api_text(&scene.answer, "grace/until"));
	fake_clock_pass(HOUR_MS);
	login_scene_ask(&scene, ",\"method\":\"email\"");
	cr_assert(login_is(&scene.answer, "enroll", "weak_method"), "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "grace"));
}

Test(tenant_policies, a_code_that_was_mailed_within_the_grace_is_worth_nothing_after_it)
{
	scoped(login_scene) scene = {0};
	char code[16], body[BODY_MAX], text[ID_TEXT + 1];
	struct id id;
	begin_with_address(&scene);
	set_grace(&scene, "assistant", ",\"login_factor\":\"totp\"");
	fake_clock_pass(HOUR_MS - 60000);
	login_scene_ask(&scene, ",\"method\":\"email\"");
	login_scene_keep_id(&scene, text);
	cr_assert(!err_failed(ids_parse(ID_VERIFICATION, span_text(text), &id)));
	login_mailed(&scene.world, scene.world.tenant.id, id, code);
	fake_clock_pass(60000);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	login_try(&scene.world, scene.world.tenant.token, text, body, &scene.answer);
	cr_assert(login_is(&scene.answer, "enroll", "weak_method"), "%s", scene.answer.body);
}

Test(tenant_policies, within_a_grace_who_has_an_authenticator_does_not_go_back)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	begin_with_address(&scene);
	login_start_shape(&scene.world, scene.person.token, scene.person.text, "", &scene.app);
	login_confirm(&scene.world, &scene.app);
	set_grace(&scene, "assistant", ",\"login_factor\":\"totp\"");
	login_scene_ask(&scene, ",\"method\":\"email\"");
	cr_assert(login_is(&scene.answer, "challenge", "no_factor"), "%s", scene.answer.body);
	cr_assert(json_array_size(api_member(&scene.answer, "methods")) == 1);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "grace"), "nothing is lacking");
}

Test(tenant_policies, what_is_asked_of_everyone_is_asked_of_each_role)
{
	scoped(login_scene) scene = {0};
	begin_with_address(&scene);
	must_set(&scene, "everyone", "{\"login_factor\":\"totp\"}");
	must_set(&scene, "assistant", "{\"login_factor\":\"email\"}");
	login_scene_ask(&scene, ",\"method\":\"email\"");
	cr_assert(login_is(&scene.answer, "enroll", "weak_method"), "the strictest wins: %s",
		scene.answer.body);
}

Test(tenant_policies, one_kind_of_action_asks_for_an_authenticator_and_others_do_not)
{
	static const char PAY[] =
		",\"purpose\":\"action\",\"action\":{\"type\":\"pay\"},\"method\":\"email\"";
	static const char READ[] =
		",\"purpose\":\"action\",\"action\":{\"type\":\"read\"},\"method\":\"email\"";
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1];
	login_scene_begin(&scene);
	login_add_address(&scene.world, scene.person.text, "vera@example.org", factor);
	login_prove(&scene.world, scene.world.tenant.id, factor);
	must_set(&scene, "assistant", "{\"totp_actions\":[\"pay\"]}");
	login_scene_ask(&scene, PAY);
	cr_assert(login_is(&scene.answer, "enroll", "weak_method"), "%s", scene.answer.body);
	login_scene_ask(&scene, READ);
	cr_assert(login_is(&scene.answer, "challenge", NULL), "%s", scene.answer.body);
}

/* ---- the monitoring notice ---- */

static int acknowledge(struct login_scene *scene, const char *actor, const char *body)
{
	char path[BODY_MAX];
	snprintf(path, sizeof path, "/v1/people/%s/notice", scene->person.text);
	const struct api_request request = {.method = "POST",
		.path = path,
		.token = scene->world.tenant.token,
		.actor = actor,
		.body = body};
	return api_ask(&scene->world, &request, &scene->answer);
}

Test(tenant_policies, r_p1_staff_does_not_sign_in_before_the_notice_was_acknowledged)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	must_set(&scene, "everyone", "{\"notice\":3}");
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "deny", "notice_missing"), "%s", scene.answer.body);
	cr_assert(json_integer_value(api_member(&scene.answer, "notice/version")) == 3);
	cr_assert(acknowledge(&scene, scene.person.text, "{\"version\":3,\"language\":\"fi\"}") == 200, "%s",
		scene.answer.body);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "no code was used up: %s", scene.answer.body);
}

Test(tenant_policies, r_p1_the_refusal_and_the_acknowledgement_are_on_record)
{
	scoped(login_scene) scene = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	login_scene_open(&scene);
	must_set(&scene, "assistant", "{\"notice\":1}");
	login_scene_type(&scene, "000000");
	api_find_event(&scene.world, scene.world.tenant.id, ACTION_LOGIN_BLOCKED, &arena, &event);
	cr_assert(event.leaf.reason == REASON_NOTICE_MISSING && event.leaf.outcome == LEAF_DENIED);
	acknowledge(&scene, scene.person.text, "{\"version\":1,\"language\":\"sv\"}");
	api_find_event(&scene.world, scene.world.tenant.id, ACTION_NOTICE_ACKNOWLEDGED, &arena, &event);
	cr_assert(strstr((const char *)event.texts[LEAF_TEXT_DETAIL].at,
		"\"kind\":\"monitoring\",\"version\":1,\"language\":\"sv\""));
}

Test(tenant_policies, r_p1_a_newer_notice_is_acknowledged_anew)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	must_set(&scene, "everyone", "{\"notice\":1}");
	cr_assert(acknowledge(&scene, scene.person.text, "{\"version\":1,\"language\":\"fi\"}") == 200);
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "challenge", NULL), "%s", scene.answer.body);
	must_set(&scene, "everyone", "{\"notice\":2}");
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "deny", "notice_missing"), "%s", scene.answer.body);
	acknowledge(&scene, scene.person.text, "{\"version\":1,\"language\":\"fi\"}");
	cr_assert(scene.answer.status == 409, "an old one is not in force: %s", scene.answer.body);
}

Test(tenant_policies, r_p1_nobody_acknowledges_for_somebody_else)
{
	scoped(login_scene) scene = {0};
	struct api_person owner;
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "owner", NULL, &owner);
	must_set(&scene, "everyone", "{\"notice\":1}");
	cr_assert(acknowledge(&scene, owner.text, "{\"version\":1,\"language\":\"fi\"}") == 403);
	cr_assert(acknowledge(&scene, NULL, "{\"version\":1,\"language\":\"fi\"}") == 403);
	cr_assert(acknowledge(&scene, scene.person.text, "{\"version\":0,\"language\":\"xx\"}") == 422);
	cr_assert(acknowledge(&scene, scene.person.text, "{\"version\":1}") == 422);
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "deny", "notice_missing"), "%s", scene.answer.body);
}

/* ---- hours and countries ---- */

/* Hours of a day that is not today, in any zone. */
static void set_hours(struct login_scene *scene, const char *outside)
{
	char body[BODY_MAX];
	int64_t day = clock_now().ms / (24 * (int64_t)HOUR_MS);
	snprintf(body, sizeof body,
		"{\"hours\":{\"days\":[\"%s\"],\"from\":\"08:00\",\"to\":\"18:00\",\"time_zone\":"
		"\"Europe/Helsinki\",\"outside\":\"%s\"}}",
		signin_day_name((unsigned)((day + 3 + 3) % 7)), outside);
	must_set(scene, "everyone", body);
}

Test(tenant_policies, outside_working_hours_people_sign_in_and_it_is_noted)
{
	scoped(login_scene) scene = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	set_hours(&scene, "flag");
	cr_assert(api_has(&scene.answer, "hours/from", "08:00") &&
		api_has(&scene.answer, "hours/outside", "flag"));
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "flags/0", "outside_hours"), "%s", scene.answer.body);
	api_find_event(&scene.world, scene.world.tenant.id, ACTION_LOGIN_SUCCEEDED, &arena, &event);
	cr_assert(memmem(
		event.texts[LEAF_TEXT_DETAIL].at, event.texts[LEAF_TEXT_DETAIL].len, "outside_hours", 13));
}

Test(tenant_policies, outside_working_hours_a_policy_may_ask_for_the_strongest_factor)
{
	scoped(login_scene) scene = {0};
	begin_with_address(&scene);
	login_start_shape(&scene.world, scene.person.token, scene.person.text, "", &scene.app);
	login_confirm(&scene.world, &scene.app);
	login_scene_ask(&scene, NULL);
	cr_assert(json_array_size(api_member(&scene.answer, "methods")) == 2, "%s", scene.answer.body);
	set_hours(&scene, "step_up");
	login_scene_ask(&scene, NULL);
	cr_assert(json_array_size(api_member(&scene.answer, "methods")) == 1, "%s", scene.answer.body);
	cr_assert(api_has(&scene.answer, "methods/0/type", "totp"));
}

static void ask_from_desk(struct login_scene *scene, const char *token, const char *more)
{
	char body[BODY_MAX];
	snprintf(body, sizeof body,
		"{\"person\":\"%s\",\"purpose\":\"login\",\"device\":{\"id\":\"desk\",\"ip\":\"192.0.2.1\","
	        "\"user_agent\":\"Firefox\""
		"%s%s%s}%s}",
		scene->person.text, token ? ",\"remember\":\"" : "", token ? token : "", token ? "\"" : "",
		more);
	cr_assert(api_call(&scene->world, "POST", "/v1/verifications", scene->world.tenant.token, body,
			  &scene->answer) == 200,
		"%s", scene->answer.body);
}

Test(tenant_policies, a_remembered_device_is_asked_for_a_code_outside_hours_and_keeps_its_token)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], more[64], token[64];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	snprintf(more, sizeof more, ",\"code\":\"%s\",\"remember\":true", code);
	ask_from_desk(&scene, NULL, more);
	snprintf(token, sizeof token, "%s", api_text(&scene.answer, "remember"));
	set_hours(&scene, "step_up");
	ask_from_desk(&scene, token, "");
	cr_assert(login_is(&scene.answer, "challenge", NULL), "%s", scene.answer.body);
	cr_assert(json_is_false(api_member(&scene.answer, "remembered")), "%s", scene.answer.body);
	cr_assert(json_is_true(api_member(&scene.answer, "step_up")), "keep it: %s", scene.answer.body);
	must_set(&scene, "everyone", "{\"remember_days\":0}");
	ask_from_desk(&scene, token, "");
	cr_assert(!api_member(&scene.answer, "step_up"), "one that opens nothing any more: %s",
		scene.answer.body);
	must_set(&scene, "everyone", "{}");
	ask_from_desk(&scene, token, "");
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
}

Test(tenant_policies, hours_are_in_the_tenants_zone_unless_they_name_one_that_there_is)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	must_set(&scene, "smm",
		"{\"hours\":{\"days\":[\"mon\"],\"from\":\"00:00\",\"to\":\"24:00\",\"outside\":\"flag\"}}");
	cr_assert(api_has(&scene.answer, "hours/time_zone", "UTC"), "%s", scene.answer.body);
	cr_assert(set(&scene, "smm",
			  "{\"hours\":{\"days\":[\"mon\"],\"from\":\"8:00\",\"to\":\"25:00\",\"time_zone\":"
			  "\"Europe/Nowhere\",\"outside\":\"deny\"}}") == 422);
	cr_assert(api_has_problem(&scene.answer, "/hours/from", "malformed") &&
		api_has_problem(&scene.answer, "/hours/to", "malformed") &&
		api_has_problem(&scene.answer, "/hours/outside", "not_allowed"));
	cr_assert(set(&scene, "smm",
			  "{\"hours\":{\"days\":[\"mon\"],\"from\":\"08:00\",\"to\":\"17:00\",\"time_zone\":"
			  "\"Europe/Nowhere\",\"outside\":\"flag\"}}") == 422,
		"%s", scene.answer.body);
	cr_assert(api_has_problem(&scene.answer, "/hours/time_zone", "not_allowed"), "%s", scene.answer.body);
}

/* A database in which the device of these tests, 192.0.2.1, is in Finland. */
static void open_places(struct login_scene *scene, struct temp_dir *dir)
{
	char path[BODY_MAX];
	scoped(buf) bytes = BUF(16 * 1024);
	*dir = temp_dir_make();
	snprintf(path, sizeof path, "%s/countries.mmdb", dir->path);
	vectors_read_hex("vectors/countries.hex", &bytes);
	FILE *file = fopen(path, "wb");
	cr_assert(file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len && fclose(file) == 0);
	cr_assert(!err_failed(places_open(path, &scene->world.server.places)));
}

Test(tenant_policies, a_country_that_is_not_expected_is_flagged_or_lets_nobody_in)
{
	scoped(login_scene) scene = {0};
	scoped(arena) arena = ARENA(1024 * 1024);
	struct event_read event;
	struct temp_dir dir;
	login_scene_open(&scene);
	open_places(&scene, &dir);
	must_set(&scene, "everyone", "{\"countries\":{\"expected\":[\"SE\",\"FI\"],\"others\":\"deny\"}}");
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "challenge", NULL) && !api_member(&scene.answer, "flags"));
	must_set(&scene, "everyone", "{\"countries\":{\"expected\":[\"SE\"],\"others\":\"flag\"}}");
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "challenge", NULL) &&
		api_has(&scene.answer, "flags/0", "other_country"));
	must_set(&scene, "everyone", "{\"countries\":{\"expected\":[\"SE\"],\"others\":\"deny\"}}");
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "%s", scene.answer.body);
	api_find_event(&scene.world, scene.world.tenant.id, ACTION_LOGIN_BLOCKED, &arena, &event);
	cr_assert(event.leaf.reason == REASON_OTHER_COUNTRY);
	login_open(&scene.world, scene.world.tenant.token, "nobody", NULL, &scene.answer);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "who does not exist fares no better: %s",
		scene.answer.body);
	places_close(scene.world.server.places);
	scene.world.server.places = NULL;
	temp_dir_done(&dir);
}

/* ---- what is logged about me ---- */

Test(tenant_policies, r_p2_every_person_is_told_what_is_logged_about_them_and_nobody_elses)
{
	scoped(login_scene) scene = {0};
	struct api_person smm;
	char path[BODY_MAX];
	login_scene_begin(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "smm", NULL, &smm);
	snprintf(path, sizeof path, "/v1/people/%s/logged", smm.text);
	cr_assert(api_call(&scene.world, "GET", path, smm.token, NULL, &scene.answer) == 200, "%s",
		scene.answer.body);
	cr_assert(api_has(&scene.answer, "fields/0/field", "action") &&
		api_has(&scene.answer, "kept/0/class", "security"));
	cr_assert(json_integer_value(api_member(&scene.answer, "kept/0/months")) == 12);
	cr_assert(strstr(scene.answer.body, "{\"role\":\"auditor\",\"scope\":\"tenant\"}"), "%s",
		scene.answer.body);
	cr_assert(!strstr(scene.answer.body, "\"role\":\"smm\""),
		"who reads only their own is no reader of others");
	cr_assert(api_call(&scene.world, "GET", path, scene.person.token, NULL, &scene.answer) != 200);
	cr_assert(api_call(&scene.world, "GET", path, scene.world.tenant.token, NULL, &scene.answer) == 403);
}
