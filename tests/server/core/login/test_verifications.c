/* SPDX-License-Identifier: Apache-2.0 */
/* test_verifications - a code is worth something once, five wrong ones end it, and nobody learns who exists.
 */
#include "server/core/login/verifications.h"

#include "server/sweeps.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, TEXT_MAX = 512 };

static const char *token_of(const struct login_scene *scene)
{
	return scene->world.tenant.token;
}

static void type_code(struct login_scene *scene, const char *id, const char *code)
{
	char body[TEXT_MAX];
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	int status = login_try(&scene->world, token_of(scene), id, body, &scene->answer);
	cr_assert(status == 200, "%d: %s", status, scene->answer.body);
}

static long long number(const struct login_scene *scene, const char *path)
{
	return json_integer_value(api_member(&scene->answer, path));
}

/* ---- codes of an app ---- */

Test(verifications, a_right_code_in_the_first_call_is_an_allow_with_one_event)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(number(&scene, "aal") == 2 && api_has(&scene.answer, "amr/0", "otp"));
	cr_assert(!api_member(&scene.answer, "amr/1"));
	cr_assert(json_is_false(api_member(&scene.answer, "phishing_resistant")));
	cr_assert(api_has(&scene.answer, "factor", scene.app.factor));
	cr_assert(api_member(&scene.answer, "receipt") && api_member(&scene.answer, "event"));
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_LOGIN_SUCCEEDED) == 1);
}

Test(verifications, a_code_may_be_typed_with_spaces_and_dashes)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], typed[16];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	snprintf(typed, sizeof typed, "%.3s %.1s-%s", code, code + 3, code + 4);
	login_scene_type(&scene, typed);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
}

Test(verifications, junk_for_a_code_is_malformed_and_costs_no_try)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	cr_assert(
		login_try(&scene.world, token_of(&scene), id, "{\"code\":\"12a456\"}", &scene.answer) == 422);
	cr_assert(api_is_code(&scene.answer, 422, "malformed_code"));
	cr_assert(login_try(&scene.world, token_of(&scene), id, "{\"code\":\"12345\"}", &scene.answer) == 422,
		"a digit was left out");
	cr_assert(api_is_code(&scene.answer, 422, "malformed_code"));
	type_code(&scene, id, "000000");
	cr_assert(number(&scene, "attempts_left") == 4, "%s", scene.answer.body);
}

Test(verifications, a_wrong_code_costs_one_try_and_the_fifth_locks_without_comparing)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], wrong[TOTP_DIGITS_MAX + 1], right[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "challenge", NULL) && number(&scene, "attempts_left") == 5);
	login_scene_keep_id(&scene, id);
	login_app_wrong(&scene.app, wrong);
	for (int left = 4; left >= 1; left--) {
		type_code(&scene, id, wrong);
		cr_assert(login_is(&scene.answer, "challenge", "wrong_code") &&
			number(&scene, "attempts_left") == left);
	}
	type_code(&scene, id, wrong);
	cr_assert(login_is(&scene.answer, "deny", "locked") && number(&scene, "attempts_left") == 0);
	login_app_code(&scene.app, 0, right);
	type_code(&scene, id, right);
	cr_assert(login_is(&scene.answer, "deny", "locked"), "the right code comes too late");
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_CHALLENGE_LOCKED) == 1);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_LOGIN_SUCCEEDED) == 0);
}

Test(verifications, a_replayed_right_code_costs_no_try)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL));
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	for (int i = 0; i < 7; i++) {
		type_code(&scene, id, code);
		cr_assert(
			login_is(&scene.answer, "deny", "replayed") && number(&scene, "attempts_left") == 5);
	}
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_CHALLENGE_REPLAYED) == 1);
	fake_clock_pass(MINUTE_MS);
	login_app_code(&scene.app, 0, code);
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "the next code still opens: %s", scene.answer.body);
}

Test(verifications, a_closed_one_answers_replayed_to_its_code_and_takes_no_other)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1], next[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	login_scene_keep_id(&scene, id);
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "deny", "replayed") && number(&scene, "attempts_left") == 5);
	fake_clock_pass(3 * MINUTE_MS);
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "also when its step is long over: %s",
		scene.answer.body);
	login_app_code(&scene.app, 0, next);
	type_code(&scene, id, next);
	cr_assert(login_is(&scene.answer, "deny", "expired"), "%s", scene.answer.body);
}

Test(verifications, a_code_of_the_step_before_is_right_once_and_of_two_before_never)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	fake_clock_pass(10 * MINUTE_MS);
	login_app_code(&scene.app, -2, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"));
	login_app_code(&scene.app, -1, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL));
	login_app_code(&scene.app, 1, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL));
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "deny", "replayed"),
		"a step before the last one that was used is used");
}

Test(verifications, the_step_of_the_confirmation_is_used)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	fake_clock_pass(-MINUTE_MS); /* back to the step of the confirmation */
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "%s", scene.answer.body);
}

Test(verifications, one_that_nobody_finishes_expires)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	cr_assert(number(&scene, "expires_in") == 600);
	fake_clock_pass(10 * MINUTE_MS);
	login_app_code(&scene.app, 0, code);
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "deny", "expired") && number(&scene, "expires_in") == 0);
}

Test(verifications, another_application_gets_404)
{
	scoped(login_scene) scene = {0};
	struct api_application other;
	char id[ID_TEXT + 1];
	login_scene_open(&scene);
	api_world_application(&scene.world, &scene.world.tenant, SCOPE_BIT(VERIFY), &other);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	cr_assert(login_try(&scene.world, other.token, id, "{\"code\":\"123456\"}", &scene.answer) == 404);
	cr_assert(
		login_try(&scene.world, token_of(&scene), id, "{\"code\":\"123456\"}", &scene.answer) == 200);
}

Test(verifications, a_cancelled_one_takes_no_code)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], path[TEXT_MAX], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	snprintf(path, sizeof path, "/v1/verifications/%s", id);
	cr_assert(api_call(&scene.world, "DELETE", path, token_of(&scene), NULL, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "deny", "cancelled"));
	login_app_code(&scene.app, 0, code);
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "deny", "cancelled"));
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_CHALLENGE_CANCELLED) == 1);
}

Test(verifications, one_that_is_over_is_not_cancelled)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], path[TEXT_MAX], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	login_app_code(&scene.app, 0, code);
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	snprintf(path, sizeof path, "/v1/verifications/%s", id);
	cr_assert(api_call(&scene.world, "DELETE", path, token_of(&scene), NULL, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "receipt"), "it is given once");
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_CHALLENGE_CANCELLED) == 0);
}

Test(verifications, a_person_without_a_factor_is_to_enrol_one)
{
	scoped(login_scene) scene = {0};
	struct api_person bare;
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, "assistant", NULL, &bare);
	cr_assert(login_open(&scene.world, token_of(&scene), bare.text, NULL, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "enroll", "no_factor"), "%s", scene.answer.body);
}

Test(verifications, a_factor_that_nobody_vouched_for_confirms_no_action)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	login_scene_ask(&scene,
		",\"purpose\":\"action\",\"action\":{\"type\":\"use\",\"text\":\"Reveal\",\"fields\":{}}");
	cr_assert(login_is(&scene.answer, "deny", "weak_method"), "%s", scene.answer.body);
}

Test(verifications, an_action_is_confirmed_only_by_repeating_its_hash)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], hash[2 * HASH_SHA256 + 1], code[TOTP_DIGITS_MAX + 1], body[TEXT_MAX];
	login_scene_open(&scene);
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	login_scene_ask(&scene,
		",\"purpose\":\"action\",\"action\":{\"type\":\"use\",\"text\":\"Reveal\","
		"\"fields\":{\"grant\":\"g\"}}");
	cr_assert(login_is(&scene.answer, "challenge", NULL), "%s", scene.answer.body);
	login_scene_keep_id(&scene, id);
	snprintf(hash, sizeof hash, "%s", api_text(&scene.answer, "action_hash"));
	login_app_code(&scene.app, 0, code);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	cr_assert(login_try(&scene.world, token_of(&scene), id, body, &scene.answer) == 422);
	cr_assert(api_has_problem(&scene.answer, "/action_hash", "missing"), "%s", scene.answer.body);
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"action_hash\":\"%064d\"}", code, 0);
	cr_assert(login_try(&scene.world, token_of(&scene), id, body, &scene.answer) == 422);
	cr_assert(api_has_problem(&scene.answer, "/action_hash", "not_allowed"), "%s", scene.answer.body);
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"action_hash\":\"%s\"}", code, hash);
	cr_assert(login_try(&scene.world, token_of(&scene), id, body, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_STEPUP_PASSED) == 1);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_LOGIN_SUCCEEDED) == 0);
}

Test(verifications, a_code_for_a_factor_that_is_not_there_is_wrong)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1], body[TEXT_MAX];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	login_app_code(&scene.app, 0, code);
	snprintf(body, sizeof body, "{\"code\":\"%s\",\"factor\":\"fac_01h455vb4pex5vsknk084sn02q\"}", code);
	cr_assert(login_try(&scene.world, token_of(&scene), id, body, &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
}

Test(verifications, a_suspended_person_is_denied_also_with_the_right_code)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	login_scene_suspend(&scene);
	login_app_code(&scene.app, 0, code);
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "%s", scene.answer.body);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "%s", scene.answer.body);
	cr_assert(api_count_events(&scene.world, scene.world.tenant.id, ACTION_LOGIN_SUCCEEDED) == 0);
}

/* ---- mailed codes ---- */

static void mailed(struct login_scene *scene, const char *id, char code[static 16])
{
	struct id about;
	cr_assert(!err_failed(ids_parse(ID_VERIFICATION, span_text(id), &about)));
	login_mailed(&scene->world, scene->world.tenant.id, about, code);
}

static void scene_with_address(struct login_scene *scene, char factor[static ID_TEXT + 1])
{
	api_world_open(&scene->world);
	api_world_person(
		&scene->world, &scene->world.tenant, "assistant", "vera@example.org", &scene->person);
	login_add_address(&scene->world, scene->person.text, "vera@example.net", factor);
}

Test(verifications, a_mailed_code_opens_once)
{
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1], id[ID_TEXT + 1], code[16];
	scene_with_address(&scene, factor);
	size_t before = api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE);
	login_scene_ask(&scene, ",\"method\":\"email\"");
	cr_assert(login_is(&scene.answer, "challenge", NULL) &&
		api_has(&scene.answer, "started/delivery", "queued"));
	cr_assert(strlen(api_text(&scene.answer, "started/ref")) == VERIFICATION_REF);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE) == before + 1);
	login_scene_keep_id(&scene, id);
	mailed(&scene, id, code);
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "allow", NULL) && number(&scene, "aal") == 1);
	cr_assert(api_has(&scene.answer, "amr/0", "otp") && api_has(&scene.answer, "amr/1", "email"));
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "deny", "replayed"));
}

Test(verifications, a_late_mail_still_works_and_a_quick_resend_sends_nothing)
{
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1], id[ID_TEXT + 1], code[16], ref[8];
	scene_with_address(&scene, factor);
	login_scene_ask(&scene, ",\"method\":\"email\"");
	login_scene_keep_id(&scene, id);
	mailed(&scene, id, code);
	snprintf(ref, sizeof ref, "%s", api_text(&scene.answer, "started/ref"));
	size_t sent = api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE);
	cr_assert(login_try(&scene.world, token_of(&scene), id, "{\"method\":\"email\"}", &scene.answer) ==
		200);
	cr_assert(api_has(&scene.answer, "started/ref", ref), "unchanged within half a minute");
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE) == sent);
	for (size_t i = 1; i <= 2; i++) {
		fake_clock_pass(MINUTE_MS);
		cr_assert(login_try(&scene.world, token_of(&scene), id, "{\"method\":\"email\"}",
				  &scene.answer) == 200);
		cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_LOGIN_CODE) == sent + i);
	}
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "the first of three codes is still good: %s",
		scene.answer.body);
}

Test(verifications, tries_are_shared_by_all_mailed_codes)
{
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1], id[ID_TEXT + 1], code[16], wrong[16];
	scene_with_address(&scene, factor);
	login_scene_ask(&scene, ",\"method\":\"email\"");
	login_scene_keep_id(&scene, id);
	mailed(&scene, id, code);
	snprintf(wrong, sizeof wrong, "%08u", (unsigned)(strtoul(code, NULL, 10) + 1) % 100000000u);
	for (int i = 0; i < 3; i++)
		type_code(&scene, id, wrong);
	fake_clock_pass(MINUTE_MS);
	cr_assert(login_try(&scene.world, token_of(&scene), id, "{\"method\":\"email\"}", &scene.answer) ==
		200);
	cr_assert(number(&scene, "attempts_left") == 2);
	type_code(&scene, id, wrong);
	type_code(&scene, id, wrong);
	cr_assert(login_is(&scene.answer, "deny", "locked"));
	type_code(&scene, id, code);
	cr_assert(login_is(&scene.answer, "deny", "locked"));
}

Test(verifications, a_mailed_code_is_right_for_its_own_verification_only)
{
	scoped(login_scene) scene = {0};
	char factor[ID_TEXT + 1], id[ID_TEXT + 1], other[ID_TEXT + 1], code[16];
	scene_with_address(&scene, factor);
	login_scene_ask(&scene, ",\"method\":\"email\"");
	login_scene_keep_id(&scene, id);
	mailed(&scene, id, code);
	login_scene_ask(&scene, ",\"method\":\"email\"");
	login_scene_keep_id(&scene, other);
	type_code(&scene, other, code);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"));
}

/* ---- nobody ---- */

static void check_same_members(const struct login_scene *one, const struct api_answer *other)
{
	const char *name;
	json_t *value;
	json_object_foreach(one->answer.json, name, value)
		cr_assert(json_object_get(other->json, name), "only one has %s", name);
	cr_assert(json_object_size(one->answer.json) == json_object_size(other->json), "%s\n%s",
		one->answer.body, other->body);
}

Test(verifications, who_does_not_exist_looks_like_somebody)
{
	scoped(login_scene) scene = {0};
	scoped(api_answer) nobody = {0};
	char id[ID_TEXT + 1], first[ID_TEXT + 1];
	struct api_world *world = &scene.world;
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	cr_assert(login_open(world, token_of(&scene), "nobody@example.org", NULL, &nobody) == 200);
	check_same_members(&scene, &nobody);
	cr_assert(api_has(&nobody, "methods/0/type", "totp") && api_has(&nobody, "methods/1/type", "email"));
	cr_assert(json_integer_value(api_member(&nobody, "attempts_left")) == 5);
	snprintf(first, sizeof first, "%s", api_text(&nobody, "methods/0/factor"));
	cr_assert(login_open(world, token_of(&scene), "nobody@example.org", NULL, &nobody) == 200);
	cr_assert(api_has(&nobody, "methods/0/factor", first), "the same at every call");
	snprintf(id, sizeof id, "%s", api_text(&nobody, "id"));
	for (int left = 4; left >= 1; left--) {
		cr_assert(login_try(world, token_of(&scene), id, "{\"code\":\"123456\"}", &nobody) == 200);
		cr_assert(login_is(&nobody, "challenge", "wrong_code"), "%s", nobody.body);
		cr_assert(json_integer_value(api_member(&nobody, "attempts_left")) == left);
	}
	cr_assert(login_try(world, token_of(&scene), id, "{\"code\":\"123456\"}", &nobody) == 200);
	cr_assert(login_is(&nobody, "deny", "locked"), "%s", nobody.body);
}

static bool hints_at(const struct api_answer *answer, const char *app, const char *mail)
{
	return api_has(answer, "methods/0/hint", app) && api_has(answer, "methods/1/hint", mail);
}

Test(verifications, a_label_is_told_only_where_its_person_got_in_before)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	cr_assert(api_has(&scene.answer, "methods/0/hint", ""), "%s", scene.answer.body);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	login_scene_ask(&scene, NULL);
	cr_assert(api_has(&scene.answer, "methods/0/hint", "Phone"), "%s", scene.answer.body);
	scoped(buf) body = BUF(1024);
	buf_printf(&body,
		"{\"person\":\"%s\",\"purpose\":\"login\",\"device\":{\"id\":\"cellar\",\"ip\":\"192.0.2.9\","
		"\"user_agent\":\"Firefox\"}}%c",
		scene.person.text, 0);
	cr_assert(api_call(&scene.world, "POST", "/v1/verifications", token_of(&scene),
			  (const char *)body.data, &scene.answer) == 200);
	cr_assert(api_has(&scene.answer, "methods/0/hint", ""), "another device is anybody's: %s",
		scene.answer.body);
}

Test(verifications, nobody_is_shown_what_was_typed_of_an_address_and_no_label)
{
	scoped(login_scene) scene = {0};
	scoped(api_answer) nobody = {0};
	char id[ID_TEXT + 1];
	struct api_world *world = &scene.world;
	login_scene_open(&scene);
	cr_assert(login_open(world, token_of(&scene), "zoe@example.org", NULL, &nobody) == 200);
	cr_assert(hints_at(&nobody, "", "z***@example.org"), "%s", nobody.body);
	snprintf(id, sizeof id, "%s", api_text(&nobody, "id"));
	cr_assert(login_try(world, token_of(&scene), id, "{\"code\":\"123456\"}", &nobody) == 200);
	cr_assert(hints_at(&nobody, "", "z***@example.org"), "later as well: %s", nobody.body);
	cr_assert(login_open(world, token_of(&scene), "zoe", NULL, &nobody) == 200);
	cr_assert(api_has(&nobody, "methods/0/hint", "") &&
		strstr(api_text(&nobody, "methods/1/hint"), "***@"));
}

Test(verifications, where_everybody_needs_an_app_nobody_is_offered_a_mail)
{
	scoped(login_scene) scene = {0};
	scoped(api_answer) nobody = {0};
	struct api_world *world = &scene.world;
	login_scene_open(&scene);
	cr_assert(api_call(world, "PUT", "/v1/policies/everyone", token_of(&scene),
			  "{\"login_factor\":\"totp\"}", &scene.answer) == 200,
		"%s", scene.answer.body);
	login_scene_ask(&scene, NULL);
	cr_assert(login_open(world, token_of(&scene), "nobody@example.org", NULL, &nobody) == 200);
	cr_assert(json_array_size(api_member(&scene.answer, "methods")) == 1 &&
			json_array_size(api_member(&nobody, "methods")) == 1 &&
			api_has(&nobody, "methods/0/type", "totp"),
		"%s", nobody.body);
}

Test(verifications, nobody_gets_mail_and_the_log_says_unknown)
{
	scoped(login_scene) scene = {0};
	struct arena arena = ARENA(1024 * 1024);
	struct event_read event;
	struct api_world *world = &scene.world;
	login_scene_open(&scene);
	size_t before = api_count_notices(world, (struct id){0}, NOTICE_LOGIN_CODE);
	cr_assert(login_open(world, token_of(&scene), "nobody@example.org", ",\"method\":\"email\"",
			  &scene.answer) == 200);
	cr_assert(login_is(&scene.answer, "challenge", NULL) &&
		api_has(&scene.answer, "started/delivery", "queued"));
	cr_assert(api_count_notices(world, (struct id){0}, NOTICE_LOGIN_CODE) == before + 1,
		"one to nobody, which the courier never sends (test_deliveries)");
	api_find_event(world, world->tenant.id, ACTION_CHALLENGE_FAILED, &arena, &event);
	cr_assert(event.leaf.actor == LEAF_UNKNOWN && ids_is_none(event.leaf.ids[LEAF_ID_ACTOR]));
	arena_done(&arena);
}

/* ---- housekeeping ---- */

static fallible sweep(struct act *act, void *context)
{
	return sweeps_run(act, 100, context);
}

/* Housekeeping needs no event of its own, and gets none. */
static size_t sweep_now(struct login_scene *scene)
{
	struct due_round round = {0};
	struct err err = committer_run(scene->world.server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = sweep, .context = &round});
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
	return round.done;
}

static bool is_there(struct login_scene *scene, const char *text)
{
	struct id id;
	struct verification verification;
	scoped(reading) reading = {0};
	cr_assert(!err_failed(ids_parse(ID_VERIFICATION, span_text(text), &id)));
	cr_assert(!err_failed(reading_open(&scene->world.server.volume, &reading)));
	struct view view = view_reading(&reading);
	return !err_failed(verification_get(&view, scene->world.tenant.id, id, &verification));
}

Test(verifications, what_has_ended_is_swept_and_what_still_proves_stays)
{
	scoped(login_scene) scene = {0};
	char open[ID_TEXT + 1], allowed[ID_TEXT + 1], decoy[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	login_scene_keep_id(&scene, allowed);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, open);
	cr_assert(login_open(&scene.world, token_of(&scene), "nobody", NULL, &scene.answer) == 200);
	login_scene_keep_id(&scene, decoy);
	cr_assert(sweep_now(&scene) == 0, "nothing is due");
	fake_clock_pass(VERIFICATION_KEPT_MS + MINUTE_MS);
	cr_assert(sweep_now(&scene) >= 3);
	cr_assert(!is_there(&scene, open) && !is_there(&scene, decoy) && is_there(&scene, allowed));
	fake_clock_pass(VERIFICATION_PROVES_MS);
	cr_assert(sweep_now(&scene) == 1);
	cr_assert(!is_there(&scene, allowed));
}
