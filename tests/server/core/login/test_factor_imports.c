/* SPDX-License-Identifier: Apache-2.0 */
/* test_factor_imports - who moves in with apps and tokens: they open logins, count, and nobody plants one. */
#include "server/core/login/factor_imports.h"

#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { BODY_MAX = 2048, MINUTE_MS = 60000 };

/* "12345678901234567890", and another one. */
#define SEED "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define OTHER "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJR"
#define TOKEN "{\"type\":\"hotp\",\"secret\":\"" SEED "\",\"counter\":0,\"label\":\"key fob\"}"
#define APP "{\"type\":\"totp\",\"secret\":\"" OTHER "\"}"

/* RFC 4226, appendix D. */
static const char *const CODES[] = {
	"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"};

static int send(struct login_scene *scene, const char *token, const char *factors, const char *more)
{
	char path[BODY_MAX], body[BODY_MAX];
	snprintf(path, sizeof path, "/v1/people/%s/factors:import", scene->person.text);
	snprintf(body, sizeof body, "{\"factors\":[%s]%s}", factors, more);
	return api_call(&scene->world, "POST", path, token, body, &scene->answer);
}

static void import(struct login_scene *scene, const char *factors)
{
	cr_assert(send(scene, scene->world.tenant.token, factors, "") == 200, "%s", scene->answer.body);
}

static bool is_result(const struct login_scene *scene, unsigned at, const char *result, const char *reason)
{
	char path[64];
	snprintf(path, sizeof path, "factors/%u/result", at);
	bool same = api_has(&scene->answer, path, result);
	snprintf(path, sizeof path, "factors/%u/reason", at);
	return same && (reason ? api_has(&scene->answer, path, reason) : !api_member(&scene->answer, path));
}

static bool types(struct login_scene *scene, const char *code, const char *decision, const char *reason)
{
	login_scene_type(scene, code);
	return login_is(&scene->answer, decision, reason);
}

static size_t enrolled(struct login_scene *scene)
{
	return api_count_events(&scene->world, scene->world.tenant.id, ACTION_FACTOR_ENROLLED);
}

static void keep_factor(const struct login_scene *scene, char factor[static ID_TEXT + 1])
{
	snprintf(factor, ID_TEXT + 1, "%s", api_text(&scene->answer, "factors/0/factor"));
}

/* ---- what a token that counts opens ---- */

Test(factor_imports, a_token_that_counts_opens_a_login_and_counts_on)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN);
	cr_assert(is_result(&scene, 0, "taken", NULL), "%s", scene.answer.body);
	cr_assert(types(&scene, CODES[0], "allow", NULL), "%s", scene.answer.body);
	cr_assert(types(&scene, CODES[1], "allow", NULL), "next = matched and one");
	cr_assert(types(&scene, CODES[2], "allow", NULL));
}

Test(factor_imports, rule_c_a_code_of_a_used_counter_is_replayed)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN);
	cr_assert(types(&scene, CODES[0], "allow", NULL));
	cr_assert(types(&scene, CODES[0], "deny", "replayed"), "%s", scene.answer.body);
	cr_assert(types(&scene, CODES[1], "allow", NULL));
}

Test(factor_imports, rule_c_a_counter_that_was_skipped_never_opens_again)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN);
	cr_assert(types(&scene, CODES[3], "allow", NULL), "pressed three times for nothing");
	cr_assert(!types(&scene, CODES[0], "allow", NULL));
	cr_assert(!types(&scene, CODES[2], "allow", NULL));
	cr_assert(types(&scene, CODES[4], "allow", NULL));
}

Test(factor_imports, a_token_is_looked_for_five_codes_ahead_and_no_further)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN);
	cr_assert(types(&scene, CODES[5], "challenge", "wrong_code"), "%s", scene.answer.body);
	cr_assert(types(&scene, CODES[4], "allow", NULL), "%s", scene.answer.body);
}

Test(factor_imports, a_token_begins_at_the_counter_it_came_with)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, "{\"type\":\"hotp\",\"secret\":\"" SEED "\",\"counter\":7}");
	cr_assert(!types(&scene, CODES[5], "allow", NULL));
	cr_assert(types(&scene, CODES[7], "allow", NULL), "%s", scene.answer.body);
}

/* ---- resync ---- */

static int resync(struct login_scene *scene, const char *factor, const char *first, const char *second)
{
	char path[BODY_MAX], body[BODY_MAX];
	snprintf(path, sizeof path, "/v1/factors/%s/resync", factor);
	snprintf(body, sizeof body, "{\"codes\":[\"%s\",\"%s\"]}", first, second);
	return api_call(&scene->world, "POST", path, scene->world.tenant.token, body, &scene->answer);
}

Test(factor_imports, two_codes_that_follow_each_other_find_a_token_far_ahead)
{
	char factor[ID_TEXT + 1];
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN);
	keep_factor(&scene, factor);
	cr_assert(resync(&scene, factor, CODES[7], CODES[8]) == 200, "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "off_by_s"), "a token has no clock");
	cr_assert(types(&scene, CODES[8], "deny", "replayed"), "both are used up");
	cr_assert(types(&scene, CODES[9], "allow", NULL), "%s", scene.answer.body);
}

Test(factor_imports, two_codes_in_the_wrong_order_or_behind_the_counter_find_nothing)
{
	char factor[ID_TEXT + 1];
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN);
	keep_factor(&scene, factor);
	cr_assert(resync(&scene, factor, CODES[8], CODES[7]) == 403);
	cr_assert(types(&scene, CODES[2], "allow", NULL));
	cr_assert(resync(&scene, factor, CODES[1], CODES[2]) == 403, "%s", scene.answer.body);
}

/* ---- who may bring what ---- */

Test(factor_imports, opens_a_plain_login_and_proves_nothing)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN);
	cr_assert(types(&scene, CODES[0], "allow", NULL));
	char id[ID_TEXT + 1], path[BODY_MAX];
	login_scene_keep_id(&scene, id);
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	cr_assert(api_call(&scene.world, "GET", path, scene.world.tenant.token, NULL, &scene.answer) == 200);
	cr_assert(api_has(&scene.answer, "items/0/type", "hotp") &&
		api_has(&scene.answer, "items/0/hint", "key fob"));
	cr_assert(json_is_false(api_member(&scene.answer, "items/0/proven")), "nobody vouched for it here");
}

Test(factor_imports, of_all_devices_of_a_person_come_in_one_call)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN "," APP);
	cr_assert(is_result(&scene, 0, "taken", NULL) && is_result(&scene, 1, "taken", NULL));
	cr_assert(enrolled(&scene) == 2, "one event each");
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED) == 1, "one mail");
}

Test(factor_imports, a_second_time_takes_nothing_twice)
{
	char factor[ID_TEXT + 1];
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN);
	keep_factor(&scene, factor);
	import(&scene, TOKEN);
	cr_assert(is_result(&scene, 0, "there", NULL) && api_has(&scene.answer, "factors/0/factor", factor));
	cr_assert(enrolled(&scene) == 1);
}

Test(factor_imports, one_that_stands_in_a_call_twice_is_taken_once)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN "," TOKEN);
	cr_assert(is_result(&scene, 0, "taken", NULL) && is_result(&scene, 1, "there", NULL));
	cr_assert(enrolled(&scene) == 1);
}

Test(factor_imports, who_has_a_factor_gains_none_this_way)
{
	scoped(login_scene) scene = {0};
	login_scene_open(&scene);
	size_t before = enrolled(&scene);
	import(&scene, TOKEN);
	cr_assert(is_result(&scene, 0, "refused", "person_unproven"), "%s", scene.answer.body);
	cr_assert(enrolled(&scene) == before);
	cr_assert(!types(&scene, CODES[0], "allow", NULL));
}

Test(factor_imports, a_trial_tells_what_would_be_and_writes_nothing)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	cr_assert(send(&scene, scene.world.tenant.token, TOKEN "," APP, ",\"dry_run\":true") == 200);
	cr_assert(is_result(&scene, 0, "taken", NULL) && !api_member(&scene.answer, "factors/0/factor"));
	cr_assert(enrolled(&scene) == 0);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED) == 0);
	login_scene_type(&scene, CODES[0]);
	cr_assert(login_is(&scene.answer, "enroll", "no_factor"), "%s", scene.answer.body);
}

Test(factor_imports, a_code_that_an_app_shows_at_this_very_moment_is_used_up)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, APP);
	scene.app = (struct login_app){.shape = {TOTP_SHA1, 6, 30}, .seed_len = 20};
	memcpy(scene.app.seed, "12345678901234567891", 20);
	char code[TOTP_DIGITS_MAX + 1];
	login_app_code(&scene.app, 0, code);
	cr_assert(types(&scene, code, "deny", "replayed"), "%s", scene.answer.body);
	login_app_code(&scene.app, 1, code);
	cr_assert(types(&scene, code, "allow", NULL), "%s", scene.answer.body);
}

Test(factor_imports, takes_both_scopes)
{
	struct api_application weak;
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	api_world_application(&scene.world, &scene.world.tenant, SCOPE_BIT(VERIFY), &weak);
	cr_assert(send(&scene, weak.token, TOKEN, "") == 403 &&
		api_is_code(&scene.answer, 403, "scope_missing"));
	api_world_application(&scene.world, &scene.world.tenant, SCOPE_BIT(PEOPLE_WRITE), &weak);
	cr_assert(send(&scene, weak.token, TOKEN, "") == 403);
	cr_assert(enrolled(&scene) == 0);
}

Test(factor_imports, of_another_tenants_person_is_not_found)
{
	struct api_tenant other;
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	api_world_tenant(&scene.world, &other);
	cr_assert(send(&scene, other.token, TOKEN, "") == 404);
}

Test(factor_imports, refuses_each_field_outside_its_limits_and_takes_none)
{
	static const struct {
		const char *factor, *pointer, *code;
	} BAD[] = {
		{"{\"type\":\"hotp\",\"secret\":\"" SEED "\"}", "/factors/0/counter", "missing"},
		{"{\"type\":\"hotp\",\"secret\":\"" SEED "\",\"counter\":-1}", "/factors/0/counter",
			"not_allowed"},
		{"{\"type\":\"hotp\",\"secret\":\"" SEED "\",\"counter\":281474976710656}",
			"/factors/0/counter", "not_allowed"},
		{"{\"type\":\"hotp\",\"secret\":\"" SEED "\",\"counter\":1,\"period\":30}",
			"/factors/0/period", "unknown_field"},
		{"{\"type\":\"totp\",\"secret\":\"" SEED "\",\"counter\":1}", "/factors/0/counter",
			"unknown_field"},
		{"{\"type\":\"totp\",\"secret\":\"" SEED "\",\"period\":14}", "/factors/0/period",
			"not_allowed"},
		{"{\"type\":\"totp\",\"secret\":\"" SEED "\",\"digits\":7}", "/factors/0/digits",
			"not_allowed"},
		{"{\"type\":\"totp\",\"secret\":\"GEZDGNBV\"}", "/factors/0/secret", "malformed"},
		{"{\"type\":\"totp\",\"secret\":\"otpauth://totp/a?secret=" SEED "\"}", "/factors/0/secret",
			"malformed"},
		{"{\"type\":\"totp\"}", "/factors/0/secret", "missing"},
		{"{\"type\":\"email\",\"secret\":\"" SEED "\"}", "/factors/0/type", "not_allowed"},
		{"", "/factors", "missing"},
	};
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		cr_assert(send(&scene, scene.world.tenant.token, BAD[i].factor, "") == 422, "%s",
			BAD[i].factor);
		cr_assert(api_has_problem(&scene.answer, BAD[i].pointer, BAD[i].code), "%s: %s",
			BAD[i].factor, scene.answer.body);
	}
	cr_assert(enrolled(&scene) == 0);
}

Test(factor_imports, rule_e_guesses_at_a_token_draw_on_the_persons_budget)
{
	scoped(login_scene) scene = {0};
	login_scene_begin(&scene);
	import(&scene, TOKEN);
	for (unsigned i = 0; i < 4; i++)
		cr_assert(types(&scene, "000000", "challenge", "wrong_code"), "%u %s", i, scene.answer.body);
	cr_assert(types(&scene, CODES[9], "challenge", "wrong_code"), "%s", scene.answer.body);
	cr_assert(types(&scene, CODES[0], "deny", "locked"), "five in all: %s", scene.answer.body);
}
